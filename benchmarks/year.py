"""A region's year of planning: how old the oldest look ever got, how many walls were read, and
whether a quota ever broke.

    python -m benchmarks.year [--nights 365] [--pages 5300] [--tokens 1 2 5] [--seeds 1] [--all]

What is real of it and what made up: benchmarks/simulated_year.py. `--all` reads all walls.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields

from benchmarks.figures import Figure, Size, in_columns
from benchmarks.simulated_year import DAY, PER_DAY, Year


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    pages: int
    tokens: int
    token_days: int
    oldest_days: float
    settled_days: float  # the oldest once the first month is over
    fresh_worst: float
    fresh_mean: float
    read_mean: float
    walls_mean: float
    hours_longest: float
    most_calls: int
    walls_cut: int
    violations: int


def outlook(pages: int, tokens: int, nights: int, seed: int, thrifty: bool = True) -> Outlook:
    year = Year(pages, tokens, seed, thrifty)
    told = list(year.nights(nights))
    later = told[min(30, nights // 2) :]
    year.engine.dispose()
    return Outlook(
        pages=pages,
        tokens=tokens,
        token_days=tokens * nights,
        oldest_days=max(one.oldest for one in told) / DAY,
        settled_days=max(one.oldest for one in later) / DAY,
        fresh_worst=min(one.fresh for one in later),
        fresh_mean=sum(one.fresh for one in later) / len(later),
        read_mean=sum(one.read for one in later) / len(later),
        walls_mean=sum(one.walls for one in later) / len(later),
        hours_longest=max(one.hours for one in told),
        most_calls=year.most,
        walls_cut=year.cut,
        violations=year.violations,
    )


SETTINGS = {  # pages, tokens, nights, seeds
    Size.TINY: ((60, (1,), 5, 1),),
    Size.QUICK: ((5300, (1, 2, 5), 12, 1),),
    Size.FULL: ((5300, (1, 2, 5), 365, 1), (5300, (10,), 365, 2), (25_000, (1,), 60, 1)),
}
NAMES = tuple(one.name for one in fields(Outlook))


def figures(size: Size) -> Iterator[Figure]:
    violations = token_days = 0
    for pages, tokens, nights, seeds in SETTINGS[size]:
        for number in tokens:
            years = [outlook(pages, number, nights, seed) for seed in range(seeds)]
            violations += sum(one.violations for one in years)
            token_days += sum(one.token_days for one in years)
            yield from _of_years(f"year {pages:,} pages, tokens {number}", years)
    yield Figure(
        what="year: quota violations",
        value=violations,
        unit="",
        at_most=0,
        note=f"in {token_days:,} token-days",
    )


def _of_years(what: str, years: list[Outlook]) -> Iterator[Figure]:
    oldest = max(one.settled_days for one in years)
    reaches = years[0].pages / years[0].tokens < 0.8 * 7 * PER_DAY
    yield Figure(
        what=f"{what}: oldest look", value=oldest, unit="days", at_most=7 if reaches else None
    )
    yield Figure(
        what=f"{what}: judged on fresh data, the worst night",
        value=100 * min(one.fresh_worst for one in years),
        unit="% of readable pages",
    )
    yield Figure(
        what=f"{what}: read anew a night",
        value=100 * sum(one.read_mean for one in years) / len(years),
        unit="% of readable pages",
    )
    yield Figure(
        what=f"{what}: walls",
        value=sum(one.walls_mean for one in years) / len(years),
        unit="wall.get a page and night",
        at_most=0.4,
    )
    yield Figure(
        what=f"{what}: the fullest 24 hours of a token",
        value=max(one.most_calls for one in years),
        unit="wall.get",
        at_most=PER_DAY,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--pages", type=int, default=5300)
    parser.add_argument("--tokens", type=int, nargs="+", default=[1, 2, 5])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="read every wall every night")
    given = parser.parse_args()
    rows = [
        outlook(given.pages, tokens, given.nights, seed, not given.all)
        for tokens in given.tokens
        for seed in range(given.seeds)
    ]
    told = [tuple(_cell(getattr(row, name)) for name in NAMES) for row in rows]
    print(in_columns([NAMES, *told]))


def _cell(value: float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()

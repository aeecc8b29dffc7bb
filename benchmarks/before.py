"""Each line of what was promised, met or missed, beside the build of November 2026 (5a1b8a5).

    python -m benchmarks.before [--only vk,one] [--full] [--against COMMIT] [--json FILE]

Both programs are typed in turn, A B A B, over one sandbox whose texts differ, with evidence that
is kept; the middle one of the ratios of CPU time is told: a neighbour on the machine takes
time, not work. What a command takes before its first institution is taken off where the line is of
an institution or page. `--against` any other commit measures a lever by itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.differing import Region
from benchmarks.figures import Figure, Size, as_json, number, table, this_machine, told
from benchmarks.ground import grounds
from benchmarks.prolonged import prolong
from benchmarks.trees import (
    REFERENCE,
    Pair,
    Tree,
    Used,
    built,
    in_turn,
    middle,
    this_tree,
    used_by_children,
)

FOLDER = Path("build/bench")
ONE = "i1"
OFFICE = "i0"  # its decree declares a page in OK, whose reader is loaded for it
Trees = tuple[Tree, Tree]
Line = Callable[[Size, Trees, Path], Iterator[Figure]]

PAGES = {Size.TINY: 4, Size.QUICK: 600, Size.FULL: 5_300}
AUDITED = {Size.TINY: 4, Size.QUICK: 400, Size.FULL: 400}
JUDGED = {Size.TINY: 3, Size.QUICK: 40, Size.FULL: 150}
CRAWLED = {Size.TINY: 2, Size.QUICK: 30, Size.FULL: 200}
UNCHANGED = {Size.TINY: 3, Size.QUICK: 40, Size.FULL: 400}
GROWN = {Size.TINY: (26, 9), Size.QUICK: (1_060, 60), Size.FULL: (5_300, 365)}
ROUNDS = {Size.TINY: 1, Size.QUICK: 3, Size.FULL: 5}
NIGHTS = {Size.TINY: 2, Size.QUICK: 14, Size.FULL: 14}


def figures(size: Size) -> Iterator[Figure]:
    return lines_of(tuple(LINES), size, REFERENCE)


def lines_of(names: tuple[str, ...], size: Size, commit: str) -> Iterator[Figure]:
    trees = (built(commit), this_tree())
    for name in names:
        with TemporaryDirectory(prefix="dozor-bench-") as folder:
            yield from LINES[name](size, trees, Path(folder))


def a_wednesday() -> datetime:
    """A night in the middle of a week, with a week behind it that is over: none lies ahead."""
    now = datetime.now(UTC)
    day = now - timedelta(days=(now.weekday() - 2) % 7 + 7)
    return day.replace(hour=20, minute=0, second=0, microsecond=0)


# --- the lines --------------------------------------------------------------------------------


def vk(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    region = Region(institutions=PAGES[size], since=a_wednesday())
    with grounds(region, trees, folder) as ground:
        few = in_turn(trees, ROUNDS[size], lambda tree, _: ground.fresh(tree, "collect", OFFICE))
        sizes: dict[str, int] = {}

        def whole(tree: Tree, _: int) -> Used:
            ground.begin(tree)
            empty = ground.size(tree)
            used = ground.night(tree, 0, "collect")
            sizes[tree.name] = ground.size(tree) - empty
            return used

        many = in_turn(trees, ROUNDS[size], whole)
    pages = PAGES[size]
    yield _by_one(f"collect of VK, {pages:,} pages: CPU a page", many, few, pages, 0.45)
    yield _weighed(f"collect of VK, {pages:,} pages: bytes kept", sizes, 1.03)
    yield _memory(f"collect of VK, {pages:,} pages", many, None)


def audits(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    count = AUDITED[size]
    region = Region(institutions=count, since=a_wednesday())
    told: dict[str, list[tuple[Used, Used]]] = {tree.name: [] for tree in trees}
    with grounds(region, trees, folder) as ground:
        for _ in range(1 if size is not Size.FULL else 3):
            for tree in trees:
                ground.clear(tree)
                nights = (ground.night(tree, n, "audit", "--json", "told.json") for n in (0, 1))
                told[tree.name].append((next(nights), next(nights)))
    what = f"two audits a day apart, {count} institutions in VK"
    shares = {name: median(b.cpu / a.cpu for a, b in twice) for name, twice in told.items()}
    yield Figure(
        what=f"{what}: CPU of the second to the first",
        value=shares["now"],
        unit="×",
        at_most=0.5,
        note=f"before {number(shares['before'])}",
    )
    pairs = [Pair(a, b) for a, b in zip(_flat(told["before"]), _flat(told["now"]), strict=True)]
    yield _memory(what, pairs, 200.0)
    yield _ratio(f"{what}: CPU", pairs, None)


def _flat(twice: list[tuple[Used, Used]]) -> list[Used]:
    return [used for both in twice for used in both]


def evaluate(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    count, nights = JUDGED[size], NIGHTS[size]
    region = Region(institutions=count, since=a_wednesday(), site_pages=3, office_pages=60)
    with grounds(region, trees, folder) as ground:
        for night in range(1 - nights, 1):
            in_turn(trees, 1, lambda tree, _, night=night: ground.night(tree, night, "collect"))
        rounds = ROUNDS[size]
        few = in_turn(trees, rounds, lambda tree, _: ground.night(tree, 0, "evaluate", ONE))
        many = in_turn(trees, rounds, lambda tree, _: ground.night(tree, 0, "evaluate"))
    yield _by_one(f"evaluate of {count}, three acts, {nights} nights", many, few, count, 0.5)


def sites(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    count = CRAWLED[size]
    region = Region(institutions=count, since=a_wednesday(), moves=False, site_pages=10)
    with grounds(region, trees, folder) as ground:
        in_turn(trees, 1, lambda tree, _: ground.night(tree, 0, "collect"))
        sizes = {tree.name: ground.size(tree) for tree in trees}
        many = in_turn(trees, 2, lambda tree, later: ground.night(tree, 1 + later, "collect"))
        few = in_turn(trees, 2, lambda tree, _: ground.night(tree, 4, "collect", ONE))
        grown = {tree.name: (ground.size(tree) - sizes[tree.name]) // 2 for tree in trees}
    what = f"sites, {count} of ten pages, nothing changed, second night"
    yield _by_one(f"{what}: CPU a site", many, few, count, 0.25)
    yield _weighed(f"{what}: new bytes on the disk", grown, 0.2)


def night(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    count = UNCHANGED[size]
    region = Region(
        institutions=count, since=a_wednesday(), moves=False, site_pages=10, office_pages=60
    )
    words = ("audit", "--json", "told.json", "--mail")
    with grounds(region, trees, folder, mail=True) as ground:
        in_turn(trees, 1, lambda tree, _: ground.night(tree, 0, *words))
        pairs = in_turn(trees, 2, lambda tree, later: ground.night(tree, 1 + later, *words))
    what = f"a night in which nothing changed, whole, {count} institutions"
    yield _ratio(what, pairs, 0.3)
    yield _memory(what, pairs, None)


def single(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    """In a town of thirteen, after a first audit of it."""
    region = Region(institutions=13, since=a_wednesday(), site_pages=3, office_pages=10)
    with grounds(region, trees, folder) as ground:
        in_turn(trees, 1, lambda tree, _: ground.night(tree, 0, "audit"))
        cold = in_turn(
            trees,
            ROUNDS[size] + 2,
            lambda tree, later: ground.night(tree, 1, "audit", ONE, minutes=later),
        )
    yield _ratio("audit ONE, cold: CPU", cold, 0.7)
    yield _memory("audit ONE, cold", cold, None)


def served(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    """The same while this tree's service runs; what does the work there is counted in."""
    region = Region(institutions=13, since=a_wednesday(), site_pages=3, office_pages=10)
    with grounds(region, trees, folder) as ground:
        in_turn(trees, 1, lambda tree, _: ground.night(tree, 0, "audit"))
        with ground.serving(trees[1]) as service:

            def one(tree: Tree, later: int) -> Used:
                before = used_by_children(service)
                used = ground.night(tree, 1, "audit", ONE, minutes=later)
                return replace(used, cpu=used.cpu + used_by_children(service) - before)

            pairs = in_turn(trees, ROUNDS[size] + 2, one)
    yield _ratio("audit ONE while serve runs: CPU", pairs, 0.22)


def grown(size: Size, trees: Trees, folder: Path) -> Iterator[Figure]:
    """The same in a region after many nights, beside a town of thirteen after a week."""
    (few, week), (many, nights) = (13, 7), GROWN[size]
    since = a_wednesday()
    with (
        grounds(Region(institutions=few, since=since), trees, folder / "town") as town,
        grounds(Region(institutions=many, since=since), trees, folder / "region") as region,
    ):
        for ground, count in ((town, week), (region, nights)):
            in_turn(trees, 1, lambda tree, _, ground=ground: ground.night(tree, 0, "audit", ONE))
            for tree in trees:
                prolong(ground.of(tree) / "dozor.db", ground.region, count)
        small, large = [], []
        for turn in range(ROUNDS[size]):
            for ground, pairs in ((town, small), (region, large)):
                pairs += in_turn(
                    trees,
                    1,
                    lambda tree, _, ground=ground, turn=turn: ground.night(
                        tree, 1, "audit", ONE, minutes=turn
                    ),
                )
    shares = [
        (b.before.cpu / a.before.cpu, b.now.cpu / a.now.cpu)
        for a, b in zip(small, large, strict=True)
    ]
    yield Figure(
        what=f"audit ONE of {many:,} after {nights} nights, to one of {few} after {week}",
        value=median(now for _, now in shares),
        unit="×",
        at_most=1.1,
        note=f"before {number(median(before for before, _ in shares))}",
    )
    yield _ratio(f"audit ONE of {many:,} after {nights} nights: CPU", large, None)


LINES: Mapping[str, Line] = {
    "one": single,
    "served": served,
    "grown": grown,
    "vk": vk,
    "audits": audits,
    "sites": sites,
    "evaluate": evaluate,
    "night": night,
}

# --- figures ----------------------------------------------------------------------------------


def _ratio(what: str, pairs: list[Pair], at_most: float | None) -> Figure:
    before, now = (median(getattr(pair, side).cpu for pair in pairs) for side in ("before", "now"))
    return Figure(
        what=what,
        value=middle(pairs),
        unit="×",
        at_most=at_most,
        note=f"{number(before)} s → {number(now)} s; {_each([pair.ratio for pair in pairs])}",
    )


def _by_one(
    what: str, many: list[Pair], few: list[Pair], count: int, at_most: float | None
) -> Figure:
    """What the others of `count` take, without what the first of them took."""
    before, now = _each_ms(many, few, count, "before"), _each_ms(many, few, count, "now")
    ratios = [b / a for a, b in zip(before, now, strict=True)]
    return Figure(
        what=what,
        value=median(ratios),
        unit="×",
        at_most=at_most,
        note=f"{number(median(before))} ms → {number(median(now))} ms; {_each(ratios)}",
    )


def _each_ms(many: list[Pair], few: list[Pair], count: int, side: str) -> list[float]:
    bare = median(getattr(pair, side).cpu for pair in few)
    return [1000 * (getattr(pair, side).cpu - bare) / (count - 1) for pair in many]


def _each(ratios: list[float]) -> str:
    return "each " + " ".join(f"{ratio:.2f}" for ratio in ratios)


def _weighed(what: str, sizes: Mapping[str, int], at_most: float) -> Figure:
    return Figure(
        what=what,
        value=sizes["now"] / sizes["before"],
        unit="×",
        at_most=at_most,
        note=f"{sizes['before'] / 1e6:.2f} MB → {sizes['now'] / 1e6:.2f} MB",
    )


def _memory(what: str, pairs: list[Pair], at_most: float | None) -> Figure:
    before, now = (max(getattr(pair, side).peak_mb for pair in pairs) for side in ("before", "now"))
    return Figure(
        what=f"{what}: most memory",
        value=now,
        unit="MB",
        at_most=at_most,
        note=f"before {before:.0f} MB",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--full", action="store_const", const=Size.FULL, default=Size.QUICK)
    parser.add_argument("--tiny", action="store_const", const=Size.TINY, dest="full")
    parser.add_argument("--only", type=lambda text: tuple(text.split(",")), default=tuple(LINES))
    parser.add_argument("--against", default=REFERENCE)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    machine = this_machine()
    print(told(machine), file=sys.stderr, flush=True)
    found = []
    for figure in lines_of(given.only, given.full, given.against):
        print(f"  {figure.what}: {number(figure.value)} {figure.note}", file=sys.stderr, flush=True)
        found.append(figure)
    file = given.json or FOLDER / f"before-{given.full}-{machine.at.replace(':', '')}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(as_json(machine, given.full, found), "utf-8")
    print(told(machine), table(found), f"JSON: {file}", sep="\n\n")


if __name__ == "__main__":
    main()

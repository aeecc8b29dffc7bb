"""Every benchmark in one table: the machine, the figures, their targets, the ratios.

    python -m benchmarks.all [--full] [--only vk,year] [--json FILE]

Quick takes some three minutes, full about an hour. Each part runs in a process of its own, so
that the memory and the caches of one are not another's. JSON goes to build/bench/, for
`python -m benchmarks.compare BEFORE.json AFTER.json`. Speed is told here and asserted nowhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure, Size, as_json, number, table, this_machine, told
from benchmarks.running import measured

PARTS = (
    *("shell", "vk_scale", "vk_limits", "sites", "hostile"),
    *("judging", "nights", "formats", "desk", "year", "ok_nights", "site_nights", "before"),
)
FOLDER = Path("build/bench")


def figures_of(part: str, size: Size) -> list[Figure]:
    """In the process that calls it."""
    found: list[Figure] = []
    for one in import_module(f"benchmarks.{part}").figures(size):
        print(f"  {one.what}: {number(one.value)} {one.unit}", file=sys.stderr, flush=True)
        found.append(one)
    return found


def run(parts: Sequence[str], size: Size) -> Iterator[Figure]:
    for part in parts:
        spent = measured(figures_of, part, size)
        print(f"# {part}: {spent.seconds:.0f} s", file=sys.stderr, flush=True)
        yield from spent.value


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--full", action="store_const", const=Size.FULL, default=Size.QUICK)
    parser.add_argument("--tiny", action="store_const", const=Size.TINY, dest="full")
    parser.add_argument("--only", type=lambda text: text.split(","), default=PARTS)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    machine = this_machine()
    print(told(machine), file=sys.stderr, flush=True)
    figures = list(run(given.only, given.full))
    file = given.json or FOLDER / f"{given.full}-{machine.at.replace(':', '')}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(as_json(machine, given.full, figures), "utf-8")
    print(told(machine), table(figures), f"JSON: {file}", sep="\n\n")


if __name__ == "__main__":
    main()

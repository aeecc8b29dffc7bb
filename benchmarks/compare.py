"""Two runs side by side: every figure that both have, and by how much it moved.

python -m benchmarks.compare BEFORE.json AFTER.json
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure, from_json, in_columns, number, target

NAMED = ("processor", "cores", "python", "commit", "load", "yardstick", "at")


def compared(before: Sequence[Figure], after: Sequence[Figure]) -> Iterator[tuple[str, ...]]:
    """In the order of the second run; what only one of them has comes last, and says so."""
    yield "what", "before", "after", "unit", "change", "target"
    earlier = {one.what: one for one in before}
    for one in after:
        if was := earlier.pop(one.what, None):
            yield (
                one.what,
                number(was.value),
                number(one.value),
                one.unit,
                _moved(was, one),
                target(one),
            )
        else:
            yield one.what, "—", number(one.value), one.unit, "new", target(one)
    for one in earlier.values():
        yield one.what, number(one.value), "—", one.unit, "not measured", target(one)


def _moved(was: Figure, now: Figure) -> str:
    return f"{(now.value / was.value - 1) * 100:+.0f} %" if was.value else ""


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit("python -m benchmarks.compare BEFORE.json AFTER.json")
    runs = [from_json(Path(name).read_text("utf-8")) for name in sys.argv[1:]]
    for key in NAMED:
        print(f"{key:10} {runs[0][0].get(key)}  →  {runs[1][0].get(key)}")
    print(in_columns(list(compared(runs[0][1], runs[1][1]))))


if __name__ == "__main__":
    main()

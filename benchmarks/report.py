"""How long the report of a region takes, how big it is, how much memory it needs.

    python -m benchmarks.report [INSTITUTIONS]

The registry is made up: municipalities of fifty, every institution with the findings of the tests'
school and museum, and ten weeks of posts. What is bounded: an index of 3 MB, 60 KB an institution,
30 s for the whole. The index is done when the pages of the municipalities are.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from datetime import date, timedelta

from reports.formats.html import FORMAT
from reports.model import Report
from tests.reports.test_region import of_towns
from tests.reports.town import big_report

MONDAY = date(2026, 11, 16)
TOWN = 50  # institutions


def region(institutions: int) -> Report:
    report = big_report(institutions, pages=1)
    weeks = {
        (page.network, f"{page.address}-{number}"): {
            MONDAY - timedelta(weeks=week): (number + week) % 4 for week in range(10)
        }
        for number, one in enumerate(report.institutions)
        for page in one.pages
    }
    moved = tuple(
        replace(one, pages=tuple(replace(p, address=f"{p.address}-{number}") for p in one.pages))
        for number, one in enumerate(report.institutions)
    )
    return of_towns(replace(report, institutions=moved, weeks=weeks), -(-institutions // TOWN))


def memory() -> int:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(institutions: int) -> None:
    report = region(institutions)
    before, begun = memory(), time.perf_counter()
    rendered = FORMAT.render(report)
    index = len(rendered.main)
    indexed = time.perf_counter()
    sizes: dict[str, list[int]] = {"-towns/": [], "-cards/": []}
    for name, content in rendered.beside:
        next(told for kind, told in sizes.items() if kind in name).append(len(content))
    done = time.perf_counter()
    print(f"institutions {institutions}, findings {len(report.findings)}")
    print(f"index     {index / 1e6:6.2f} MB in {indexed - begun:6.1f} s")
    for what, told in zip(("pages", "cards"), sizes.values(), strict=True):
        print(f"{what}     {max(told, default=0) / 1e3:6.1f} KB at most, {len(told)} of them")
    print(f"all       {done - begun:6.1f} s")
    print(f"memory    {before} MB before, {memory()} MB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5300)

"""A region's report by its municipalities: that of each, as if it were the only one.

Of several municipalities HTML and PDF make an index, and a file for each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from reports.findings import Selected
from reports.model import Report
from rules.model import Institution

ONE_FILE_INSTITUTIONS = 60  # with more no format tries to put all of them in one file


def is_region(report: Report) -> bool:
    """Whether each municipality gets a file: all together are too much for a reader, and a
    printer."""
    return len(report.municipalities) > 1 and len(report.institutions) > ONE_FILE_INSTITUTIONS


def folder_of_towns(report: Report, suffix: str) -> str:
    """Beside the report: «audit-000017-towns», «audit-000017-kedrovy-minvody-towns»."""
    some = f"-{report.of_some}" if report.of_some else ""
    return f"audit-{report.audit.id:06}{some}-{suffix}"


def by_town(report: Report) -> Iterator[Report]:
    """One a municipality, with what is its own, and without what became of all together."""
    bodies = defaultdict[str, list[Institution]](list)
    for one in report.institutions:
        bodies[one.municipality].append(one)
    for town in report.municipalities:
        of_town = tuple(bodies[town.id])
        yield replace(
            report,
            municipalities=(town,),
            institutions=of_town,
            findings=Selected(report.found, of_town),
            trend=(),
        )

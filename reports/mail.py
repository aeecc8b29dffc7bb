"""Letters with attachments: the report to the deputy head, the table to the ЦУР.

Sending is not done here; `monitor` makes the MIME message of a `Letter`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from css_inline import CSSInliner

from reports.building import build
from reports.formats import cur, html, xlsx
from reports.model import Report
from reports.templating import one_line, render
from reports.words import day

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ATTACHED = 7_000_000  # base64 makes it ten megabytes, which most servers still take
INLINER = CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str  # ASCII, so that every mail program can save it
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Two bodies that say the same; `subject` is one line, safe for a header."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def digest(report: Report, page: bytes | None = None) -> Letter:
    """The letter on the whole report; no preview of a draft act is in it but in the attachment.

    `page` is the report in HTML where it has been rendered already.
    """
    attachments = tuple(_attached(report, page or html.FORMAT.render(report).main))
    values = {"view": build(report), "has_workbook": len(attachments) > 1}
    return Letter(
        subject=one_line(render("letter-subject.txt.j2", values)),
        text=render("letter.txt.j2", values),
        html=INLINER.inline(render("letter.html.j2", values)),
        attachments=attachments,
    )


def _attached(report: Report, page: bytes) -> Iterator[Attachment]:
    """The workbook stays behind where mail servers would refuse the whole letter for its size."""
    yield Attachment(f"{file_stem(report)}{html.FORMAT.suffix}", "text/html", page)
    table = xlsx.FORMAT.render(report).main
    if len(page) + len(table) <= MOST_ATTACHED:
        yield Attachment(f"{file_stem(report)}{xlsx.FORMAT.suffix}", WORKBOOK, table)


def table_letter(report: Report) -> Letter:
    """The letter with the ЦУР's table; `report.facts` fill its columns."""
    zone = report.municipalities[0].timezone
    on = day(report.audit.as_of.astimezone(zone).date())
    values = {"towns": [one.name for one in report.municipalities], "on": on}
    return Letter(
        subject=one_line(render("letter-cur-subject.txt.j2", values)),
        text=render("letter-cur.txt.j2", values),
        html=INLINER.inline(render("letter-cur.html.j2", values)),
        attachments=(
            Attachment(
                f"{file_stem(report)}{cur.FORMAT.suffix}", WORKBOOK, cur.FORMAT.render(report).main
            ),
        ),
    )


def file_stem(report: Report) -> str:
    """«dozor-kedrovy-2026-11-23», the day by the first municipality's clock."""
    towns = report.municipalities
    on = report.audit.as_of.astimezone(towns[0].timezone).date()
    return f"dozor-{'-'.join(town.id for town in towns[:3])}-{on.isoformat()}"

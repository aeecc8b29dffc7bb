"""The letter to the deputy head: the first screen in the body, the whole report attached.

Sending is not done here; `monitor` makes the MIME message of a `Letter`.
"""

from __future__ import annotations

from dataclasses import dataclass

from css_inline import CSSInliner

from reports.building import build
from reports.formats import html
from reports.model import Report
from reports.templating import one_line, render

INLINER = CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True, kw_only=True)
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


def digest(report: Report) -> Letter:
    """The letter on the whole report; no preview of a draft act is in it but in the attachment."""
    values = {"view": build(report)}
    return Letter(
        subject=one_line(render("letter-subject.txt.j2", values)),
        text=render("letter.txt.j2", values),
        html=INLINER.inline(render("letter.html.j2", values)),
        attachments=(attached(report),),
    )


def attached(report: Report) -> Attachment:
    return Attachment(
        name=f"{file_stem(report)}{html.FORMAT.suffix}",
        media_type="text/html",
        content=html.FORMAT.render(report),
    )


def file_stem(report: Report) -> str:
    """«dozor-kedrovy-2026-11-23», the day by the first municipality's clock."""
    towns = report.municipalities
    day = report.audit.as_of.astimezone(towns[0].timezone).date()
    return f"dozor-{'-'.join(town.id for town in towns[:3])}-{day.isoformat()}"

"""Letters with attachments: the report to the deputy head, the table to the ЦУР.

Sending is not done here; `monitor` makes the MIME message of a `Letter`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from css_inline import CSSInliner

from collectors.barrier import barrier
from reports.building import build, build_summary
from reports.digest import blocks_of, count_words, fitted
from reports.formats import cur, html, xlsx
from reports.ground import part_stem
from reports.model import Rendered, Report, Streamed
from reports.templating import one_line, render
from reports.words import day, phrase
from rules.cases.terms import CaseTerm

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARCHIVE = "application/zip"
MOST_ATTACHED = 7_000_000  # base64 makes it ten megabytes, which most servers still take
BODY = re.compile(r"<body\b[^>]*>|\A", re.IGNORECASE)
NOTHING = Rendered(b"")  # the report in HTML could not be made
INLINER = CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class MailAttachment:
    name: str  # ASCII, so that every mail program can save it
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Two bodies that say the same; `subject` is one line, safe for a header."""

    subject: str
    text: str
    html: str
    attachments: tuple[MailAttachment, ...]


def digest(
    report: Report,
    rendered: Rendered | Streamed | None = None,
    lies_at: str = "",
    *,
    beside: Report | None = None,
    overdue: Sequence[CaseTerm] = (),
    carries_files: bool = True,
) -> Letter:
    """The letter on the whole report; no preview of a draft act is in it but in the attachment.

    `rendered` is the report in HTML where that has been done already; `lies_at` says where it can
    be had when it is too big to be mailed. What cannot be attached, as it broke, keeps no letter.
    `beside`: the same report compared with the one that the reader had last; `overdue`: what is to
    be settled and whose term is over. `carries_files`: not where only text is taken, a paragraph
    a line, as in a chat.
    """
    told = beside or report
    attached = _attached(report, rendered) if carries_files else ()
    is_of_many = len(report.municipalities) > 1
    values = {
        "view": (view := build_summary(told) if is_of_many else build(told)),
        "kinds": {one.media_type for one in attached},
        "page_name": f"{file_stem(report)}{html.FORMAT.suffix}",
        "lies_at": lies_at,
        "is_broken": rendered is NOTHING,
        "carries_files": carries_files,
        "breaks_lines": carries_files,
        "overdue": len(overdue),
        "blocks": (),
    }
    if view.region is None:
        blocks = blocks_of(told, view.sections[0], overdue)
        values["blocks"] = fitted(
            blocks, lambda some: count_words(render("letter.txt.j2", {**values, "blocks": some}))
        )
    return Letter(
        subject=one_line(render("letter-subject.txt.j2", values)),
        text=render("letter.txt.j2", values),
        html=dressed(render("letter.html.j2", values)),
        attachments=attached,
    )


def subject_of(report: Report) -> str:
    """Of the letter on this report."""
    view = build_summary(report)
    return one_line(render("letter-subject.txt.j2", {"view": view}))


def brief(report: Report, since: datetime, *, breaks_lines: bool = True) -> Letter:
    """One line a month where there was nothing to tell: how everybody stands, as before."""
    zone = report.municipalities[0].timezone
    values = {
        "view": build_summary(report),
        "since": day(since.astimezone(zone).date()),
        "breaks_lines": breaks_lines,
    }
    return Letter(
        subject=one_line(render("letter-quiet-subject.txt.j2", values)),
        text=render("letter-quiet.txt.j2", values),
        html=dressed(render("letter-quiet.html.j2", values)),
        attachments=(),
    )


def with_note(letter: Letter, lines: Sequence[str]) -> Letter:
    """The same letter, with what its reader has to know as an operator."""
    values = {"lines": tuple(map(one_line, lines))}
    return replace(
        letter,
        text=f"{letter.text.rstrip()}\n\n{render('letter-operator.txt.j2', values)}",
        html=letter.html.replace("</body>", f"{render('letter-operator.html.j2', values)}</body>"),
    )


def rehearsed(letter: Letter, recipient: str) -> Letter:
    """The same letter to somebody who wants to see it first; it says so before all else."""
    values = {"recipient": recipient}
    body = max(found.end() for found in BODY.finditer(letter.html))
    note = render("letter-rehearsal.html.j2", values)
    return replace(
        letter,
        subject=phrase("rehearsal", letter.subject),
        text=f"{render('letter-rehearsal.txt.j2', values)}\n{letter.text}",
        html=f"{letter.html[:body]}{note}{letter.html[body:]}",
    )


def dressed(page: str) -> str:
    """Its styles in each element, as mail programs want them; those for a dark screen in the head:
    whoever leaves them out shows the light letter."""
    return INLINER.inline(page).replace("</head>", f"{render('letter-dark.html.j2', {})}</head>", 1)


def _attached(report: Report, rendered: Rendered | Streamed | None) -> tuple[MailAttachment, ...]:
    """The report and the workbook; of what breaks the other goes alone."""
    whole = _whole(report, rendered or html.FORMAT.render(report))
    with barrier("format", "xlsx"):
        return (*whole, *_table(report, sum(len(one.content) for one in whole)))
    return whole


def _whole(report: Report, rendered: Rendered | Streamed) -> tuple[MailAttachment, ...]:
    """The page; with cards beside it an archive, as its links would lead nowhere; or nothing."""
    if rendered is NOTHING:
        return ()
    name = f"{file_stem(report)}{html.FORMAT.suffix}"
    beside = iter(rendered.beside)
    first = next(beside, None)
    if first is None:
        return _small(name, "text/html", rendered)
    files = chain([(name, rendered.main), first], beside)
    packed = archive(files, report.audit.as_of, MOST_ATTACHED)
    return (MailAttachment(f"{file_stem(report)}.zip", ARCHIVE, packed),) if packed else ()


def _table(report: Report, attached: int) -> tuple[MailAttachment, ...]:
    """The workbook stays behind where mail servers would refuse the whole letter for its size."""
    name = f"{file_stem(report)}{xlsx.FORMAT.suffix}"
    return _small(name, WORKBOOK, xlsx.FORMAT.render(report), attached)


def _small(
    name: str, media_type: str, rendered: Rendered | Streamed, attached: int = 0
) -> tuple[MailAttachment, ...]:
    """Beside so many bytes that are attached; or nothing, and no more is read than shows that it
    is too big: a region's workbook has 33 MB."""
    read = bytearray()
    for part in rendered.parts:
        read += part
        if len(read) + attached > MOST_ATTACHED:
            return ()
    return (MailAttachment(name, media_type, bytes(read)),)


def archive(files: Iterable[tuple[str, bytes]], made_at: datetime, most: int) -> bytes | None:
    """The same files give the same bytes; None, and no more files are read, beyond `most` bytes."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as opened:
        for name, content in files:
            stamp = ZipInfo(name, made_at.astimezone(UTC).timetuple()[:6])
            stamp.external_attr = 0o644 << 16  # whoever unpacks it may read it
            opened.writestr(stamp, content, ZIP_DEFLATED)
            if packed.tell() > most:
                return None
    return packed.getvalue() if packed.tell() <= most else None


def table_letter(report: Report) -> Letter:
    """The letter with the ЦУР's table; `report.facts` fill its columns."""
    zone = report.municipalities[0].timezone
    on = day(report.audit.as_of.astimezone(zone).date())
    values = {"towns": [one.name for one in report.municipalities], "on": on}
    return Letter(
        subject=one_line(render("letter-cur-subject.txt.j2", values)),
        text=render("letter-cur.txt.j2", values),
        html=dressed(render("letter-cur.html.j2", values)),
        attachments=(
            MailAttachment(
                f"{file_stem(report)}{cur.FORMAT.suffix}", WORKBOOK, cur.FORMAT.render(report).main
            ),
        ),
    )


def file_stem(report: Report) -> str:
    """«dozor-kedrovy-2026-11-23», the day by the first municipality's clock."""
    towns = report.municipalities
    on = towns[0].day_of(report.audit.as_of)
    told = ("dozor", *(town.id for town in towns[:3]), *part_stem(report), on.isoformat())
    return "-".join(told)

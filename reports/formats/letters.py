"""The letter to one institution: what to do, in the words of its secretary, and how to answer.

Report + institution ──> LetterView ──> letter-institution.{html,txt}.j2

No preview of a draft act is in it, nothing that does not concern the institution, and what could
not be seen is told as such. `reports/letter/` puts it together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reports.letter.building import build, has_news, has_something_to_do
from reports.mail import INLINER, Letter
from reports.model import Format, Report, Streamed
from reports.templating import one_line, render
from rules.model import Institution

__all__ = ["FORMAT", "TEXT", "build", "has_news", "has_something_to_do", "letter"]


def letter(
    report: Report,
    institution: Institution,
    write_to: str | None = None,
    *,
    whole: bool = True,
) -> Letter:
    """`write_to` is whom to answer; without it, as the report says, or the authority's own address.
    Not `whole`: only what has changed since the last letter, and what falls due."""
    values = {"view": build(report, institution, write_to, whole=whole)}
    return Letter(
        subject=one_line(render("letter-institution-subject.txt.j2", values)),
        text=render("letter-institution.txt.j2", values),
        html=INLINER.inline(render("letter-institution.html.j2", values)),
        attachments=(),
    )


# --- as formats ---------------------------------------------------------------------------------


def render_html(report: Report) -> Streamed:
    """Of a report that was narrowed to few institutions: one letter after another."""
    return Streamed(partial(one_by_one, report, "html", "\n"))


def render_text(report: Report) -> Streamed:
    return Streamed(partial(one_by_one, report, "text", "\n\n"))


def one_by_one(report: Report, body: str, between: str) -> Iterator[bytes]:
    for number, one in enumerate(report.institutions):
        told = getattr(letter(report, one), body)
        yield f"{between if number else ''}{told}".encode()


FORMAT = Format(
    slug="letter",
    suffix="-letter.html",
    title="письмо учреждению (с --institution)",
    render=render_html,
)
TEXT = Format(
    slug="letter-text",
    suffix="-letter.txt",
    title="то же письмо простым текстом",
    render=render_text,
)

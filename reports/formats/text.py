"""The report for a terminal: at most 96 columns, no escapes, so that it can be piped and mailed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reports.building import build
from reports.model import Format, Report, Streamed
from reports.templating import render, rendered_in_parts

FEW = 3  # institutions whose cards still fit a screen


def render_text(report: Report) -> Streamed:
    return Streamed(partial(printed, report))


def printed(report: Report) -> Iterator[bytes]:
    return rendered_in_parts("report.txt.j2", {"view": build(report), "brief": False})


def summary(report: Report) -> str:
    """What a command prints when it is done: without cards, unless the audit was of a few."""
    brief = len(report.institutions) > FEW
    return render("report.txt.j2", {"view": build(report), "brief": brief}).strip()


FORMAT = Format(slug="text", suffix=".txt", title="текст для терминала", render=render_text)

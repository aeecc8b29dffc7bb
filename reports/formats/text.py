"""The report for a terminal: at most 96 columns, no escapes, so that it can be piped and mailed."""

from __future__ import annotations

from reports.building import build
from reports.model import Format, Report
from reports.templating import render


def render_text(report: Report) -> bytes:
    return render("report.txt.j2", {"view": build(report)}).encode()


FORMAT = Format(slug="text", suffix=".txt", title="текст для терминала", render=render_text)

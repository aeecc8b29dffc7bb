"""The report as one file that opens from a disk, without a network."""

from __future__ import annotations

from reports.building import build
from reports.model import Format, Report
from reports.templating import render


def render_html(report: Report) -> bytes:
    return render("report.html.j2", {"view": build(report)}).encode()


FORMAT = Format(slug="html", suffix=".html", title="веб-страница", render=render_html)

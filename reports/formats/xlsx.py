"""The whole report as a workbook that can be filtered, for those who live in tables."""

from __future__ import annotations

from functools import partial

from reports.model import Format, Report, Streamed
from reports.tables import sheets
from reports.workbook import streamed


def render_xlsx(report: Report) -> Streamed:
    return streamed(partial(sheets, report, whole=False), report.audit.as_of)


FORMAT = Format(slug="xlsx", suffix=".xlsx", title="книга Excel", render=render_xlsx)

"""The whole report as a workbook that can be filtered, for those who live in tables."""

from __future__ import annotations

from reports.model import Format, Rendered, Report
from reports.tables import sheets
from reports.workbook import workbook


def render_xlsx(report: Report) -> Rendered:
    return Rendered(workbook(sheets(report, whole=False), report.audit.as_of))


FORMAT = Format(slug="xlsx", suffix=".xlsx", title="книга Excel", render=render_xlsx)

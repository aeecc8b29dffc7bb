"""What fresh readings showed, for the one format that asks for it: the ЦУР's table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.application import Application
from monitor.storage import observations
from reports.model import Report


def with_facts(application: Application, report: Report) -> Report:
    """The report with the facts of its pages; what failed or is stale is left unknown."""
    as_of = report.audit.as_of
    oldest = as_of - timedelta(days=application.settings.rules.freshness_days)
    addresses = {(p.network, p.address) for one in report.institutions for p in one.pages}
    newest = observations.history(application.engine, addresses, as_of, most=1)
    return replace(
        report,
        facts={
            address: readings[0].facts
            for address, readings in newest.items()
            if readings and readings[0].facts and readings[0].observed_at >= oldest
        },
    )

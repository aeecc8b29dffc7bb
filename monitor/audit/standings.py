"""Where the institutions of an audit stand, counted once when it ends: for metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.application import Application
from monitor.storage import findings
from reports.model import Audit
from reports.standing import Standing, count_standings
from rules.model import Institution


def standings_of(
    application: Application, begun: Audit, scope: Sequence[Institution]
) -> Mapping[str, int]:
    """As its report counts them."""
    asked = {one.id: one for act in application.acts.values() for one in act.requirements}
    counted = count_standings(findings.each_judged(application.engine, begun), asked)
    told = {str(standing): number for standing, number in counted.items()}
    told[Standing.UNJUDGED] += len(scope) - sum(told.values())  # no act says anything of the rest
    return told

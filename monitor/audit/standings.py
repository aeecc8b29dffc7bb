"""Where the institutions of an audit stand, counted once when it ends: for metrics."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Engine

from monitor.audit.scope import Scope
from monitor.storage import findings
from reports.model import Audit
from reports.standing import Standing, count_standings


def standings_of(engine: Engine, audit: Audit, scope: Scope) -> Mapping[str, int]:
    """As its report counts them."""
    asked = {one.id: one for act in scope.acts.values() for one in act.requirements}
    counted = count_standings(findings.each_judged(engine, audit), asked)
    told = {str(standing): number for standing, number in counted.items()}
    told[Standing.UNJUDGED] += len(scope.institutions) - sum(
        told.values()
    )  # no act says anything of the rest
    return told

"""A confirmed absence of a page: whose word counts that there is none, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from collectors.links import page_in_link
from rules.dossier.attestations import VALID_MONTHS
from rules.dossier.case import Case
from rules.law.workdays import add_months
from rules.model import NoPage
from rules.reasons import Reason


@dataclass(frozen=True, slots=True)
class Absence:
    """What is known of an institution without a registered page in a network."""

    record: NoPage | None = None
    refusal: Reason | None = Reason.PAGE_NOT_REGISTERED  # None: there surely is no page

    @property
    def measured(self) -> dict[str, Any]:
        if self.record is None:
            return {}
        told = {"confirmed_on": self.record.confirmed_on.isoformat()}
        told |= {"confirmed_by": self.record.by} if self.record.by else {}
        if self.refusal is Reason.ABSENCE_EXPIRED:
            told["valid_until"] = absent_until(self.record).isoformat()
        return told


def absence(case: Case, network: str) -> Absence:
    """As of the day: a confirmation is good for a year, and until a page is created."""
    record = case.institution.no_pages.get(network)
    if record is None or record.confirmed_on > case.today:
        return Absence(record)
    if _was_created(case, network, record.confirmed_on):
        return Absence(record)
    expired = case.today > absent_until(record)
    return Absence(record, Reason.ABSENCE_EXPIRED if expired else None)


def absent_until(record: NoPage) -> date:
    return add_months(record.confirmed_on, VALID_MONTHS)


def _was_created(case: Case, network: str, since: date) -> bool:
    created = [
        page_in_link(event.page)
        for event in case.institution.events
        if event.kind == "page_created" and event.page and event.on >= since
    ]
    return any(found is not None and found[0] == network for found in created)

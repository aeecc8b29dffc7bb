"""What was seen of cases on a page: the report's own fragments, in three statements for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from collectors.model import Address, Observation
from monitor.application import Application
from monitor.desk.institution.view import QUOTED, address_of
from monitor.storage import findings, observations
from monitor.storage.board_rows import BoardCaseRow
from reports.seen import Fragment, fragment
from rules.cases.model import CaseKey, key_of
from rules.model import Finding, Municipality

LOOKS = 1  # back: whoever wants to see older ones opens the institution's page


class Fragments:
    """Of these cases those that somebody has to look at, or that are not complied with."""

    def __init__(
        self,
        application: Application,
        towns: Mapping[str, Municipality],
        cases: Sequence[BoardCaseRow],
        now: datetime,
    ) -> None:
        self._towns = towns
        wanted = {_key(one): one for one in cases if one.outcome in QUOTED}
        whose = {(one.municipality, one.institution) for one in wanted.values()}
        found = findings.on_the_board(application.engine, whose) if whose else ()
        self._findings = {key: one for one in found if (key := key_of(one)) in wanted}
        addresses = {place for one in self._findings.values() if (place := self._address(one))}
        self._looks: Mapping[Address, Sequence[Observation]] = (
            observations.last_looks(application.engine, addresses, now, most=LOOKS)
            if addresses
            else {}
        )

    def of(self, case: BoardCaseRow) -> Fragment | None:
        """None where there is nothing to show."""
        finding = self._findings.get(_key(case))
        town = self._towns.get(case.municipality)
        if finding is None or town is None:
            return None
        place = self._address(finding)
        looks = self._looks.get(place, ()) if place else ()
        return fragment(finding, next(iter(looks), None), town.timezone)

    def _address(self, finding: Finding) -> Address | None:
        town = self._towns.get(finding.municipality)
        institution = town.by_id.get(finding.institution) if town else None
        return address_of(institution, finding) if institution else None


def _key(case: BoardCaseRow) -> CaseKey:
    return CaseKey(
        case.municipality,
        case.institution,
        case.requirement,
        case.network,
        case.page,
        case.about,
    )

"""«Реестр», one institution: its fields, corrected one by one, and what became of them."""

from __future__ import annotations

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Goto, Page
from monitor.desk.registry.exemptions import exemptions_of, new_exemption
from monitor.desk.registry.fields import FIRST, correct, fields_of, pages_of, seen
from monitor.desk.registry.proposals import dismiss, proposal
from monitor.desk.registry.words import words
from monitor.desk.registry.writing import FaultsError
from monitor.desk.screens.registry import entries_of
from monitor.registry.sheets import sheet_of
from rules.model import Institution


def page(desk: Desk, ask: Ask) -> Answer:
    return _page(desk, ask, _institution(desk, ask))


def _institution(desk: Desk, ask: Ask) -> Institution:
    return desk.institution(ask, ask.parts["town"], ask.parts["institution"])


def _page(desk: Desk, ask: Ask, institution: Institution, faults: tuple[str, ...] = ()) -> Page:
    town = desk.town(ask, institution.municipality)
    every = fields_of(institution, town)
    values = {
        "town": town,
        "institution": institution,
        "seen": seen(institution),
        "first": sorted(
            (one for one in every if one.key in FIRST), key=lambda field: FIRST.index(field.key)
        ),
        "rest": [one for one in every if one.key not in FIRST],
        "pages": pages_of(institution, town),
        "exemptions": exemptions_of(institution, town),
        "new_exemption": new_exemption(town),
        "exemptions_sheet": sheet_of("exemption").title,
        "entries": entries_of(desk, town, institution.id),
        "faults": faults,
    }
    return Page("registry-institution.html.j2", values, 400 if faults else 200)


def save(desk: Desk, ask: Ask) -> Answer:
    institution = _institution(desk, ask)
    try:
        correct(desk, ask, institution, why=ask.typed("why"))
    except FaultsError as error:
        return _page(desk, ask, institution, error.lines)
    return Goto(
        f"/registry/{institution.municipality}/institutions/{institution.id}", "registry_written"
    )


def decide_proposal(desk: Desk, ask: Ask) -> Answer:
    institution = _institution(desk, ask)
    found = proposal(desk, ask, institution, ask.numbered("number"))
    if ask.typed("do") == "dismiss":
        dismiss(desk, ask, found, ask.typed("why"))
        return Goto("/registry", "proposal_dismissed")
    why = words("words", "why_asked", number=found.number)
    correct(desk, ask, institution, why=why, statement=found.number)
    return Goto("/registry", "registry_written")

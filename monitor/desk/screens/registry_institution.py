"""«Реестр», one institution: its fields, corrected one by one, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from collectors.errors import UsageError
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Goto, Page
from monitor.desk.registry.columns import Field, as_typed
from monitor.desk.registry.exemptions import ExemptionFields, exemptions_of, new_exemption
from monitor.desk.registry.fields import (
    FIRST,
    PageFields,
    correct,
    fields_of,
    pages_of,
    seen,
)
from monitor.desk.registry.proposals import dismiss, proposal
from monitor.desk.registry.words import words
from monitor.desk.screens.registry import entries_of
from monitor.registry.keeping import ChangedMeanwhileError
from monitor.registry.sheets import sheet_of
from rules.model import Institution

Part = TypeVar("Part", PageFields, ExemptionFields)


def page(desk: Desk, ask: Ask) -> Answer:
    return _page(desk, ask, _institution(desk, ask))


def _institution(desk: Desk, ask: Ask) -> Institution:
    return desk.institution(ask, ask.parts["town"], ask.parts["institution"])


def _page(desk: Desk, ask: Ask, institution: Institution, faults: tuple[str, ...] = ()) -> Page:
    """What was refused comes back as it was typed: nobody types it twice."""
    town = desk.town(ask, institution.municipality)
    every = tuple(_filled(fields_of(institution, town), ask, faults))
    values = {
        "town": town,
        "institution": institution,
        "seen": seen(institution),
        "first": sorted(
            (one for one in every if one.key in FIRST), key=lambda field: FIRST.index(field.key)
        ),
        "rest": [one for one in every if one.key not in FIRST],
        "pages": [_with_filled(one, ask, faults) for one in pages_of(institution, town)],
        "exemptions": [_with_filled(one, ask, faults) for one in exemptions_of(institution, town)],
        "new_exemption": _with_filled(new_exemption(town), ask, faults),
        "exemptions_sheet": sheet_of("exemption").title,
        "entries": entries_of(desk, town, institution.id),
        "faults": faults,
        "typed": ask.typed if faults else _untyped,
    }
    return Page("registry-institution.html.j2", values, 400 if faults else 200)


def _filled(fields: Iterable[Field], ask: Ask, faults: Collection[str]) -> Iterator[Field]:
    """Of the fields that the form has had."""
    had = set(ask.ticked("has")) if faults else set()
    return (as_typed(one, ask) if one.name in had else one for one in fields)


def _with_filled(part: Part, ask: Ask, faults: Collection[str]) -> Part:
    fields = tuple(_filled(part.fields, ask, faults))
    return replace(part, fields=fields, is_dropped=bool(faults and ask.typed(part.drop)))


def _untyped(_name: str) -> str:
    return ""


def save(desk: Desk, ask: Ask) -> Answer:
    institution = _institution(desk, ask)
    try:
        correct(desk, ask, institution, why=ask.typed("why"))
    except ChangedMeanwhileError:
        raise  # what was typed was typed over something else
    except UsageError as error:
        return _page(desk, ask, institution, tuple(error.lines))
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

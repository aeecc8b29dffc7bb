"""What institutions have asked to correct and an operator has accepted: written by one click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from collectors.errors import UsageError
from monitor.desk.ground import Desk
from monitor.desk.model import Ask, RefusedPageError
from monitor.desk.registry.columns import Field
from monitor.desk.registry.fields import fields_of, seen
from monitor.desk.registry.words import sentences, words
from monitor.desk.registry.writing import entry
from monitor.registry.sheets import sheet_of
from monitor.registry.write import table
from monitor.storage import journal, proposals
from rules.cases.matching import is_accepted
from rules.cases.model import Correction, InstitutionAnswer, Recorded
from rules.model import Institution, Municipality

PAGE, NO_PAGE = "page", "no_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One answer. `fields`: what the form offers to write; `unplaced`: for somebody to read."""

    number: int
    institution: Institution
    town: Municipality
    by: str
    on: Any
    text: str
    seen: str
    fields: tuple[Field, ...]
    pages: tuple[str, ...]
    unplaced: tuple[Correction, ...]
    absent: str  # the network in which it says that there is no page
    files: tuple[str, ...]


def proposals_of(desk: Desk, ask: Ask) -> tuple[Proposal, ...]:
    """Of all municipalities that he sees, oldest first."""
    towns = {town.id: town for town in desk.towns(ask)}
    found = []
    for stated in proposals.asked(desk.application.engine, list(towns)):
        town = towns[stated.municipality]
        institution = town.by_id.get(stated.institution)
        today = town.day_of(ask.now)
        decision = stated.decision(today)
        if institution and decision and is_accepted(decision) and not stated.withdrawn:
            found.append(_proposal(stated, institution, town))
    return tuple(found)


def proposal(desk: Desk, ask: Ask, institution: Institution, number: int) -> Proposal:
    """Raises RefusedPageError where somebody has dealt with it, as where it never was."""
    for one in proposals_of(desk, ask):
        if (one.number, one.institution) == (number, institution):
            return one
    raise RefusedPageError([words("refused", "proposal_gone")], 404)


def dismiss(desk: Desk, ask: Ask, found: Proposal, why: str) -> None:
    if not why:
        raise UsageError([words("refused", "no_why")])
    detail = words("journal", "dismissed", why=why)
    noted = entry(ask, found.town, detail, institution=found.institution.id, statement=found.number)
    journal.note(desk.application.engine, noted)


def _proposal(stated: Recorded, institution: Institution, town: Municipality) -> Proposal:
    said = stated.said
    assert isinstance(said, InstitutionAnswer)
    keys = [(key_of(one.field), one) for one in said.corrections]
    return Proposal(
        number=stated.number or 0,
        institution=institution,
        town=town,
        by=said.by,
        on=said.on,
        text=said.text,
        seen=seen(institution),
        fields=tuple(_fields(institution, town, keys)),
        pages=tuple(one.new for key, one in keys if key == PAGE),
        unplaced=tuple(
            one for key, one in keys if not key and not (one.field == NO_PAGE and said.network)
        ),
        absent=(said.network or "") if any(one.field == NO_PAGE for _, one in keys) else "",
        files=tuple(file.name for file in said.attachments),
    )


def key_of(word: str) -> str:
    """The key of the registry's file that an institution means; "" where nobody can tell."""
    plain = " ".join(word.casefold().replace("ё", "е").split()).strip(" :.")
    columns = sheet_of("institution").columns
    if any(column.key == plain for column in columns):
        return plain
    by_title = {column.title.casefold().replace("ё", "е"): column.key for column in columns}
    return by_title.get(plain, "") or sentences()["fields"].get(plain, "")


def _fields(
    institution: Institution, town: Municipality, keys: list[tuple[str, Correction]]
) -> Iterator[Field]:
    told: Mapping[str, Any] = table("institution", institution)
    known = {one.key: one for one in fields_of(institution, town)}
    meant: dict[str, Any] = {}
    for key, one in keys:
        if key in known:
            meant[key] = _meant(meant.get(key, told.get(key)), one)
    for key, value in meant.items():
        told_so = value if isinstance(value, str) else "\n".join(value)
        yield replace(known[key], value=told_so, is_set=known[key].kind == "bool")


def _meant(now: Any, asked: Correction) -> Any:
    """Of several numbers the one that was named gives way, of one that one; else it is one more."""
    if not isinstance(now, list):
        return asked.new
    if asked.old in now:
        return [asked.new if one == asked.old else one for one in now]
    return [asked.new] if len(now) < 2 else [*now, asked.new]

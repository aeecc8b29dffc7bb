"""What a statement of an institution may be about: its cases, then its requirements as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors import networks
from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.close import CloseLook
from monitor.desk.institution.words import words
from reports.ground import name_of
from rules.cases.model import CaseKey, CaseState
from rules.model import Municipality, Requirement
from rules.text.sentences import cited


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """`key`: what a form and an address know it by."""

    key: str
    title: str
    requirement: str
    page: str | None = None
    about: str | None = None
    is_disputed: bool = False
    case: CaseKey | None = None


def requirements_of(application: Application, town: Municipality) -> dict[str, Requirement]:
    acts = town.acts_in(application.acts)
    return {asked.id: asked for act in acts for asked in act.requirements}


def titles_in(asked: Mapping[str, Requirement]) -> Mapping[str, str]:
    """«п. 6.5. Двухфакторная аутентификация» by the requirement's id."""
    return {
        one.id: words("thing", "one", clause=cited(one.clause), title=one.title)
        for one in asked.values()
    }


def things_of(application: Application, look: CloseLook) -> tuple[Thing, ...]:
    """Open cases first, then whatever else the acts ask."""
    town = look.municipality
    asked = requirements_of(application, town)
    found = [
        Thing(
            key=key_in_form(case.key.requirement, case.key.page, case.key.about),
            title=title_of(asked, town, case.key, case.finding.clause),
            requirement=case.key.requirement,
            page=case.key.page,
            about=case.key.about,
            is_disputed=case.state is CaseState.DISPUTED,
            case=case.key,
        )
        for case in sorted(look.cases, key=lambda case: case.state is CaseState.SETTLED)
    ]
    return tuple({one.key: one for one in (*found, *_whole(asked.values()))}.values())


def _whole(asked: Iterable[Requirement]) -> Iterator[Thing]:
    for one in asked:
        title = words("thing", "whole", clause=cited(one.clause), title=one.title)
        yield Thing(key=key_in_form(one.id, None, None), title=title, requirement=one.id)


def title_of(asked: dict[str, Requirement], town: Municipality, key: CaseKey, clause: str) -> str:
    """«п. 6.5. Отметка «Госорганизация», страница ВКонтакте»."""
    known = asked.get(key.requirement)
    title = known.title if known else key.requirement
    told = words("thing", "one", clause=cited(clause), title=title)
    return ", ".join(part for part in (told, place_of(town, key)) if part)


def place_of(town: Municipality, key: CaseKey) -> str:
    where = networks.page_title(key.network) if key.network else ""
    other = town.by_id.get(key.about or "")
    about = name_of(other) if other else key.about or ""
    return ", ".join(part for part in (about, where) if part)


def key_in_form(requirement: str, page: str | None, about: str | None) -> str:
    told = "\n".join((requirement, page or "", about or ""))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def thing_named(things: Sequence[Thing], key: str) -> Thing | None:
    """None for no key at all. Raises UsageError for one that is not there (any more)."""
    if not key:
        return None
    found = next((one for one in things if one.key == key), None)
    if found is None:
        raise UsageError([words("fault", "thing_gone")])
    return found

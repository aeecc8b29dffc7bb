"""By what a form names a thing that waits, and whose it is."""

from __future__ import annotations

import json
from dataclasses import dataclass

from monitor.desk.ground import Desk
from monitor.desk.model import Ask, NotFoundError
from monitor.storage import statements
from rules.cases.model import CaseKey
from rules.model import Institution

LONGEST = 4_000  # signs
DEEP = "[["  # no thing is a list of lists
NUL = "\\u0000"  # nor has any what no database takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """`number`: of an answer; `key`: of a case; `about`: kind, page, requirement and about of what
    was confirmed."""

    name: str
    institution: Institution
    number: int | None = None
    key: CaseKey | None = None
    about: tuple[str, str | None, str | None, str | None] | None = None


def thing_named(desk: Desk, ask: Ask, name: str) -> Thing:
    """Raises NotFoundError, also for what is another municipality's."""
    if DEEP in name or NUL in name or len(name) > LONGEST:
        raise NotFoundError
    try:
        kind, *rest = json.loads(name)
        json.dumps(rest, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, TypeError):
        raise NotFoundError from None
    match kind, rest:
        case "answer", [int(number)] if number is not True and 0 < number < 1 << 31:
            return answer_numbered(desk, ask, number)
        case "case", [str(), str(), str(), *more] if len(more) == 3 and all(map(_is_text, more)):
            key = CaseKey(*rest)
            found = desk.institution(ask, key.municipality, key.institution)
            return Thing(name=name, institution=found, key=key)
        case "term", [str(town), str(institution), str(told), page, requirement, about, str()]:
            if all(map(_is_text, (page, requirement, about))):
                found = desk.institution(ask, town, institution)
                said = (told, page, requirement, about)
                return Thing(name=name, institution=found, about=said)
    raise NotFoundError


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def answer_numbered(desk: Desk, ask: Ask, number: int) -> Thing:
    """Raises NotFoundError, for what is another municipality's as for what is not there."""
    stated = statements.by_number(desk.application.engine, number)
    if stated is None:
        raise NotFoundError
    found = desk.institution(ask, stated.municipality, stated.institution)
    return Thing(name=json.dumps(["answer", number]), institution=found, number=number)

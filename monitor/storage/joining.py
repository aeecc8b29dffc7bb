"""What people stated joins the registry's own, so that both are judged alike.

An answer counts for what an operator has accepted of it, and names nobody: findings are public.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Engine

from monitor.storage.statements import recorded
from rules.cases.matching import is_accepted
from rules.cases.model import InstitutionAnswer, Recorded
from rules.cases.public import unnamed
from rules.model import Attestation, Event, Institution, Municipality, Waiver

Statement = Attestation | Event | Waiver


def join_statements(
    engine: Engine, municipality: Municipality, on: date | None = None
) -> Municipality:
    """The municipality with everything that was recorded for it, and that holds.

    What counts as of a moment is decided by the date that a statement bears, not by the day on
    which somebody typed it in. `on`: what was withdrawn or decided later is not heeded; None: all
    that was withdrawn is left out, whenever it was.
    """
    of: defaultdict[str, list[Statement]] = defaultdict(list)
    gone: defaultdict[str, list[Statement]] = defaultdict(list)
    for stated in recorded(engine, municipality.id):
        is_gone = stated.is_withdrawn(on) if on else stated.withdrawn
        kept = gone if is_gone else of
        kept[stated.institution] += _what_counts(stated, on or date.max)
    institutions = tuple(
        _with(_without(each, (*gone[each.id], *of[each.id])), of[each.id])
        if each.id in of or each.id in gone
        else each
        for each in municipality.institutions
    )
    return replace(municipality, institutions=institutions) if of or gone else municipality


def join_numbered(engine: Engine, municipality: Municipality) -> Municipality:
    """The same with the numbers of what was recorded: for a table that an office fills in."""
    found = join_statements(engine, municipality)
    of: defaultdict[str, list[Statement]] = defaultdict(list)
    for stated in recorded(engine, municipality.id):
        of[stated.institution] += (
            _unnumbered(said, stated.number) for said in _what_counts(stated, date.max)
        )
    return replace(
        found,
        institutions=tuple(_with_numbers(each, of[each.id]) for each in found.institutions),
    )


def _with_numbers(institution: Institution, known: Sequence[Statement]) -> Institution:
    def with_number(said: Any) -> Any:
        plain_said = _unnumbered(said)
        same = (each for each in known if _unnumbered(each) == plain_said)
        return next(same, plain_said)

    return replace(
        institution,
        attestations=tuple(map(with_number, institution.attestations)),
        events=tuple(map(with_number, institution.events)),
        waivers=tuple(map(with_number, institution.waivers)),
    )


def _unnumbered(said: Statement, number: int | None = None) -> Statement:
    """As the registry's file says it."""
    if isinstance(said, Attestation) and said.source == "database":
        return replace(said, number=number, source="registry")
    return replace(said, number=number)


def _without(institution: Institution, known: Sequence[Statement]) -> Institution:
    """Without what the registry's file has from this very record: it is no double of it."""
    same = [_unnumbered(said) for said in known]

    def kept(said: Statement) -> bool:
        return said.number is None or _unnumbered(said) not in same

    return replace(
        institution,
        attestations=tuple(filter(kept, institution.attestations)),
        events=tuple(filter(kept, institution.events)),
        waivers=tuple(filter(kept, institution.waivers)),
    )


def _what_counts(stated: Recorded, on: date) -> Iterator[Statement]:
    """What of it is judged: an answer is worth what an operator has accepted of it. Findings are
    public, so nobody is named in it."""
    said = unnamed(stated.said)
    if isinstance(said, Attestation | Event | Waiver):
        yield said
    elif isinstance(said, InstitutionAnswer) and is_accepted(stated.decision(on)):
        yield from accepted(said)


def accepted(answer: InstitutionAnswer) -> Iterator[Statement]:
    """What an answer says to the rules once an operator has accepted it."""
    if answer.kind == "confirms" and answer.attestation:
        yield replace(answer.attestation, source="database")
    elif answer.kind == "disagrees":
        yield Event(
            kind="dispute_opened",
            on=answer.on,
            requirement=answer.requirement,
            page=answer.page,
            document=answer.document,
        )


def _with(institution: Institution, stated: Iterable[Statement]) -> Institution:
    attestations = [one for one in stated if isinstance(one, Attestation)]
    events = [one for one in stated if isinstance(one, Event)]
    waivers = [one for one in stated if isinstance(one, Waiver)]
    return replace(
        institution,
        attestations=(*institution.attestations, *attestations),
        events=(*institution.events, *events),
        waivers=(*institution.waivers, *waivers),
    )

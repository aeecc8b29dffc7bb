"""Whose word counts, and for how long: attestations, exemptions, waivers, disputes (G12, G24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collectors.networks import dated_in
from rules.law.workdays import add_months
from rules.model import Attestation, Dossier, Event, Person, Requirement, Waiver
from rules.reasons import Reason

VALID_MONTHS = 12
TABLE_VALID_DAYS = 45  # a line of the ЦУР's monthly table (requirements.md, 6.7)
TABLE = "cur_table"

_RIGHT_ROLES = frozenset({"head", "organiser", "authorised"})
_RIGHT_RANKS = frozenset({"head", "deputy_head", "acting"})
_DEPUTY = r"(зам(\.|еститель)?\s*)"
_ACTING = r"((и\.?\s*о\.?|врио|вр\.\s*и\.?\s*о\.?|исполняющ\w+ обязанности)\s*)"
_HEAD = r"(директор|глава|мэр|председатель)"
_HEAD_OF_BODY = r"(заведующ(ий|ая)|начальник|руководитель)"
_GENITIVE = r"(директора|заведующ(его|ей)|начальника|руководителя|главы|мэра|председателя)"
# «заведующий хозяйством» and «руководитель кружка» are not heads of an institution
_BODY = (
    r"(\s+(\w+\s+)?(детск\w+ сад\w*|школ\w+|учреждени\w+|организаци\w+|отдел\w*|управлени\w+|"
    r"музе\w+|библиотек\w+|дворц\w+|дом\w*|центр\w*|администраци\w+|комитет\w*|департамент\w*|"
    r"муниципальн\w+|м[кба]\w{0,4}у|му|доу|цбс)\b.*|\s+\w+ \w\. ?\w\.)?"
)
_LEADING_POST = re.compile(
    rf"{_ACTING}?{_DEPUTY}{_GENITIVE}\b.*"
    rf"|{_ACTING}({_GENITIVE}\b.*|{_HEAD}\b.*|{_HEAD_OF_BODY}{_BODY})"
    rf"|{_HEAD}\b.*|{_HEAD_OF_BODY}{_BODY}",
    re.IGNORECASE,
)


def is_leading_post(post: str) -> bool:
    """Whether the words name a head, a deputy or an acting head beyond doubt."""
    return _LEADING_POST.fullmatch(" ".join(post.replace("ё", "е").split())) is not None


@dataclass(frozen=True, slots=True)
class Statement:
    """What is left of the attestations of one kind: an answer, or why there is none."""

    attestation: Attestation | None = None
    refusal: Reason | None = Reason.ATTESTATION_MISSING

    @property
    def confirms(self) -> bool:
        return self.refusal is None and bool(self.attestation and self.attestation.value)

    @property
    def admits(self) -> bool:
        """`value = false` by somebody entitled is an admission."""
        return self.refusal is None and bool(self.attestation and self.attestation.value is False)

    @property
    def measured(self) -> dict[str, Any]:
        """Who said it, when, and until when it counts; of what it admits, the kind. JSON values."""
        one = self.attestation
        if one is None:
            return {}
        return {
            "stated_by": one.stated_by,
            "stated_on": one.stated_on.isoformat(),
            "valid_until": valid_until(one).isoformat(),
            "document": one.document,
            **({"admitted": one.kind} if one.value is False else {}),
            **({"posted_on": at.date().isoformat()} if (at := dated_in(one.document)) else {}),
        }


def statement(
    dossier: Dossier, kind: str, page: str | None, on: date, ended_by: Sequence[str] = ()
) -> Statement:
    """The latest word of an entitled person on `kind`, for `page` or for all pages."""
    told = [one for one in _of_kind(dossier, kind, page) if one.stated_on <= on]
    if not told:
        return Statement()
    entitled = [one for one in told if is_entitled(one, dossier)]
    if not entitled:
        return Statement(told[-1], Reason.ATTESTATION_WRONG_POST)
    latest = max(enumerate(entitled), key=lambda item: (item[1].stated_on, item[0]))[1]
    return Statement(latest, _refusal(latest, dossier, page, on, ended_by))


def _of_kind(dossier: Dossier, kind: str, page: str | None) -> Iterator[Attestation]:
    for one in dossier.institution.attestations:
        if one.kind == kind and (page is None or one.page in (None, page)):
            yield one


def _refusal(
    attestation: Attestation, dossier: Dossier, page: str | None, on: date, ended_by: Sequence[str]
) -> Reason | None:
    if not is_valid(attestation, on):
        return Reason.ATTESTATION_EXPIRED
    ended = [
        event
        for event in dossier.institution.events
        if event.kind in ended_by
        and attestation.stated_on < event.on <= on
        and (event.page is None or page is None or event.page == page)
    ]
    if ended:
        return Reason.ATTESTATION_ENDED
    return Reason.ATTESTATION_EMPTY if attestation.value is None else None


def is_valid(attestation: Attestation, on: date) -> bool:
    return attestation.stated_on <= on <= valid_until(attestation)


def valid_until(attestation: Attestation) -> date:
    if attestation.valid_until:
        return attestation.valid_until
    if attestation.source == TABLE:
        return attestation.stated_on + timedelta(days=TABLE_VALID_DAYS)
    return add_months(attestation.stated_on, VALID_MONTHS)


def is_entitled(attestation: Attestation, dossier: Dossier) -> bool:
    """The ЦУР's own table, a leading post, or one whom the registry names in such a role."""
    if attestation.source == TABLE or is_leading_post(attestation.stated_by):
        return True
    said = _plain(attestation.stated_by)
    return bool(said) and any(
        said == _plain(person.post) and _may_state(person, attestation.stated_on)
        for person in _persons(dossier)
    )


def _persons(dossier: Dossier) -> Iterator[Person]:
    town = dossier.municipality
    yield from dossier.institution.persons
    for name in (dossier.institution.parent, town.authority):
        if above := town.by_id.get(name or ""):
            yield from above.persons


def _may_state(person: Person, on: date) -> bool:
    return person.is_in_office(on) and (person.role in _RIGHT_ROLES or person.rank in _RIGHT_RANKS)


def _plain(words: str) -> str:
    return " ".join(words.casefold().replace("ё", "е").split())


# --- a review closed by a person, waivers, disputes -------------------------------------------


def closing(
    dossier: Dossier, asked: Requirement, page: str | None, about: str | None, on: date
) -> Attestation | None:
    """The entitled answer that closes a review of this requirement on this page."""
    found = [
        one
        for one in dossier.institution.attestations
        if one.kind == "finding"
        and one.requirement == asked.id
        and one.outcome in ("pass", "fail")
        and _answers(one, asked.per, page, about)
        and is_valid(one, on)
        and is_entitled(one, dossier)
    ]
    return max(found, key=lambda answer: answer.stated_on, default=None)


def _answers(attestation: Attestation, per: str, page: str | None, about: str | None) -> bool:
    """A word on one institution's card, or on one event, is none on those nobody looked at."""
    match per:
        case "about":
            return attestation.about == about
        case "event":
            return attestation.page == page and attestation.about in (None, about)
        case _:
            return attestation.page in (None, page)


def waiver(
    waivers: Iterable[Waiver], asked: Requirement, page: str | None, on: date
) -> Waiver | None:
    found = [one for one in waivers if _speaks_of(one, asked, page) and on <= one.until]
    return max(found, key=lambda waived: waived.until, default=None)


def is_disputed(events: Iterable[Event], asked: Requirement, page: str | None, on: date) -> bool:
    """Opened and not closed since; a dispute without requirement or page means all of them."""
    about = [
        one
        for one in events
        if one.kind in ("dispute_opened", "dispute_closed")
        and _speaks_of(one, asked, page)
        and one.on <= on
    ]
    latest = max(about, key=lambda event: (event.on, event.kind == "dispute_opened"), default=None)
    return latest is not None and latest.kind == "dispute_opened"


def _speaks_of(entry: Event | Waiver, asked: Requirement, page: str | None) -> bool:
    """A page beside a requirement of the whole institution is superfluous, and no other thing."""
    if entry.requirement == asked.id and asked.per == "institution":
        return True
    return entry.requirement in (None, asked.id) and entry.page in (None, page)

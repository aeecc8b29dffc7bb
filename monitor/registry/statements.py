"""Whether a statement can be meant: an id, page or date that is wrong would be kept for good."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rules.cases.model import Assignment, InstitutionAnswer, OfCases
from rules.dossier.attestations import is_entitled
from rules.engine import declared_pages
from rules.law.workdays import starts_at
from rules.model import (
    Act,
    Attestation,
    Dossier,
    Event,
    Institution,
    Municipality,
    Person,
    Requirement,
    Waiver,
)

NEAREST = 3
OF_A_PAGE = frozenset({"page", "network", "event"})  # Requirement.per whose findings name a page
OF_ANOTHER = frozenset({"about", "event"})  # those whose findings may name another institution
MAY_BE_NEW = frozenset({"page_created", "page_deleted", "page_renamed", "notice_sent"})
"""Events of a page that the registry need not have yet, or has no more."""

Statement = Attestation | Event | Waiver | OfCases
LEADING = "директор, заведующая, их заместители или исполняющие обязанности, глава, его заместители"


def faults(
    said: Statement, institution: Institution, town: Municipality, acts: Sequence[Act], today: date
) -> list[str]:
    """What is wrong, in Russian, each with the way out. `today` is the office's latest day."""
    bound = [requirement for act in acts for requirement in act.requirements]
    return [
        *_of_requirement(said.requirement, bound),
        *_of_page(said, institution, town, acts),
        *_of_both(said, bound),
        *_of_whom(said, institution, town, bound),
        *_of_dates(said, today),
        *_of_notice(said),
        *_of_counts(said),
        *_of_authority(said, institution, town),
        *_of_answer(said),
        *_of_assignment(said),
    ]


def _of_requirement(written: str | None, bound: Sequence[Requirement]) -> Iterator[str]:
    ids = [requirement.id for requirement in bound]
    if written is None or written in ids:
        return
    near = _nearest(written, ids)
    hint = f"похожие: {', '.join(near)}" if near else "список покажет dozor rules list"
    yield f"--requirement {written}: такого требования у этого муниципалитета нет; {hint}"


def _nearest(written: str, ids: Iterable[str]) -> list[str]:
    """By the whole id, or by its number alone: «6.6» is «kedrovy-2022-298/6.6»."""
    number = written.rpartition("/")[2]
    same = [one for one in ids if one.rpartition("/")[2] == number]
    return same[:NEAREST] or difflib.get_close_matches(written, list(ids), n=NEAREST)


def _of_page(
    said: Statement, institution: Institution, town: Municipality, acts: Sequence[Act]
) -> Iterator[str]:
    own = [page.address for page in (*institution.pages, *declared_pages(institution, town, acts))]
    if said.page is None or said.page in own or _is_noticed(said, town, acts):
        return
    if isinstance(said, InstitutionAnswer) and said.kind == "correct_registry":
        return  # the page may be what the registry has to learn
    owners = [o for o in town.institutions if any(p.address == said.page for p in o.pages)]
    if owners:
        name = owners[0].short_name or owners[0].name
        yield f"--page {said.page}: это страница другого учреждения ({name}, {owners[0].id})"
    elif not (isinstance(said, Event) and said.kind in MAY_BE_NEW):
        listed = ", ".join(own) or "ни одной"
        yield f"--page {said.page}: такой страницы у учреждения в реестре нет; есть: {listed}"


def _is_noticed(said: Statement, town: Municipality, acts: Sequence[Act]) -> bool:
    """A finding on notices names the page that came or went, whosoever it is."""
    by_id = {asked.id: asked for act in acts for asked in act.requirements}
    asked = by_id.get(said.requirement or "")
    told = {event.page for one in town.institutions for event in one.events}
    pages = {page.address for one in town.institutions for page in one.pages}
    return asked is not None and asked.per == "event" and said.page in told | pages


def _of_both(said: Statement, bound: Sequence[Requirement]) -> Iterator[str]:
    """A page beside a requirement that names none would never be matched with a finding."""
    asked = next((one for one in bound if one.id == said.requirement), None)
    if asked and said.page and asked.per not in OF_A_PAGE:
        yield f"--page: требование {asked.id} относится ко всему учреждению; уберите --page"


def _of_whom(
    said: Statement, institution: Institution, town: Municipality, bound: Sequence[Requirement]
) -> Iterator[str]:
    """One answer must not close the questions about everybody, or about every event to come."""
    asked = next((each for each in bound if each.id == said.requirement), None)
    if not isinstance(said, Attestation) or asked is None:
        return
    others = [each.id for each in town.institutions if each.id != institution.id]
    if asked.per == "event" and said.page is None:
        yield f"--page: требование {asked.id} решается по каждой странице; назовите её"
    if asked.per == "about" and said.about is None:
        yield (
            f"--about: требование {asked.id} решается по каждому учреждению отдельно; "
            f"назовите, о ком речь, например --about {next(iter(others), institution.id)}"
        )
    if said.about is not None and asked.per not in OF_ANOTHER:
        yield f"--about: требование {asked.id} не говорит о других учреждениях; уберите --about"
    elif said.about is not None and said.about not in others:
        near = difflib.get_close_matches(said.about, others, n=NEAREST) or sorted(others)
        yield f"--about {said.about}: такого учреждения в реестре нет; есть: {', '.join(near)}"


def _of_dates(said: Statement, today: date) -> Iterator[str]:
    if isinstance(said, Waiver):
        if said.until < today:
            yield f"--until {said.until}: этот день уже прошёл, отсрочка ничего не изменит"
        return
    on = said.stated_on if isinstance(said, Attestation) else said.on
    if on > today:
        yield f"--on {on}: этот день ещё не наступил; запишите, когда это произойдёт"
    if isinstance(said, Attestation) and said.valid_until and said.valid_until < on:
        yield f"--until {said.valid_until}: раньше, чем --on {on}; не переставлены ли даты?"


def _of_notice(said: Statement) -> Iterator[str]:
    if isinstance(said, Event) and said.kind == "notice_sent" and said.to is None:
        yield "--to: укажите, кому отправлено сообщение: department (отдел) или cur (ЦУР)"


def _of_counts(said: Statement) -> Iterator[str]:
    if not isinstance(said, Attestation):
        return
    if (said.count is None) != (said.of is None):
        yield "--count и --of пишут вместе: у скольких включено и сколько всего управляет страницей"
    elif said.count is not None and said.of is not None and said.count > said.of:
        yield f"--count {said.count}: больше, чем --of {said.of}; не переставлены ли числа?"


# --- whose word counts --------------------------------------------------------------------------


def _of_authority(said: Statement, institution: Institution, town: Municipality) -> Iterator[str]:
    """What somebody without the right says would be judged as no answer at all."""
    if isinstance(said, Attestation) and not may_state(said, institution, town):
        posts = ", ".join(dict.fromkeys(posts_of(institution, town)))
        named = f"; в реестре такое право у должностей: {posts}" if posts else ""
        yield (
            f"--by {said.stated_by}: не видно, что эта должность вправе подтверждать. "
            f"Подтверждают: {LEADING}{named}"
        )


def may_state(said: Attestation, institution: Institution, town: Municipality) -> bool:
    dossier = Dossier(
        municipality=town,
        institution=institution,
        as_of=starts_at(said.stated_on, town.timezone),
        observations={},
    )
    return is_entitled(said, dossier)


def posts_of(institution: Institution, town: Municipality) -> Iterator[str]:
    """Posts of the registry that would be believed."""
    above = (town.by_id.get(name or "") for name in (institution.parent, town.authority))
    for body in (institution, *above):
        for person in body.persons if body else ():
            if person.post and _is_responsible(person):
                yield person.post


def _is_responsible(person: Person) -> bool:
    return person.role in ("head", "organiser", "authorised") or person.rank in (
        "head",
        "deputy_head",
        "acting",
    )


def _of_answer(said: Statement) -> Iterator[str]:
    if not isinstance(said, InstitutionAnswer):
        return
    if said.kind == "confirms" and said.attestation is None:
        yield "--kind confirms: скажите, что подтверждают: --attests two_factor и другие"
    if said.kind == "correct_registry" and not said.corrections:
        yield "--kind correct_registry: скажите, что поправить: --field телефоны --new …"
    if said.kind == "disagrees" and said.requirement is None:
        yield "--requirement: скажите, с каким выводом не согласны"


def _of_assignment(said: Statement) -> Iterator[str]:
    if isinstance(said, Assignment) and said.until and said.until < said.on:
        yield f"--until {said.until}: этот день уже прошёл; назначьте срок не раньше {said.on}"

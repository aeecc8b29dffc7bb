"""Whether a statement can be meant: an id, page or date that is wrong would be kept for good."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rules.engine import declared_pages
from rules.model import Act, Attestation, Event, Institution, Municipality, Requirement, Waiver

NEAREST = 3
OF_A_PAGE = frozenset({"page", "network", "event"})  # Requirement.per whose findings name a page
OF_ANOTHER = frozenset({"about", "event"})  # those whose findings may name another institution
MAY_BE_NEW = frozenset({"page_created", "page_deleted", "page_renamed", "notice_sent"})
"""Events of a page that the registry need not have yet, or has no more."""

Statement = Attestation | Event | Waiver


def faults(
    said: Statement, one: Institution, town: Municipality, acts: Sequence[Act], today: date
) -> list[str]:
    """What is wrong, in Russian, each with the way out. `today` is the office's latest day."""
    bound = [requirement for act in acts for requirement in act.requirements]
    return [
        *_of_requirement(said.requirement, bound),
        *_of_page(said, one, town, acts),
        *_of_both(said, bound),
        *_of_whom(said, one, town, bound),
        *_of_dates(said, today),
        *_of_notice(said),
        *_of_counts(said),
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
    said: Statement, one: Institution, town: Municipality, acts: Sequence[Act]
) -> Iterator[str]:
    own = [page.address for page in (*one.pages, *declared_pages(one, town, acts))]
    if said.page is None or said.page in own or _is_noticed(said, town, acts):
        return
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
    said: Statement, one: Institution, town: Municipality, bound: Sequence[Requirement]
) -> Iterator[str]:
    """One answer must not close the questions about everybody, or about every event to come."""
    asked = next((each for each in bound if each.id == said.requirement), None)
    if not isinstance(said, Attestation) or asked is None:
        return
    others = [each.id for each in town.institutions if each.id != one.id]
    if asked.per == "event" and said.page is None:
        yield f"--page: требование {asked.id} решается по каждой странице; назовите её"
    if asked.per == "about" and said.about is None:
        yield (
            f"--about: требование {asked.id} решается по каждому учреждению отдельно; "
            f"назовите, о ком речь, например --about {next(iter(others), one.id)}"
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
    on = said.on if isinstance(said, Event) else said.stated_on
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

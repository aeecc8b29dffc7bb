"""What a new registry file changes, in sentences, and which notices fall due by it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from collectors.model import Page
from monitor.registry.sheets import sheet_of
from monitor.registry.write import document, table
from rules.dossier.case import authorities
from rules.model import Act, Event, Institution, Municipality
from rules.reasons import Reason
from rules.terms.notices import Duty, duties_for, first_notice, last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. A notice that falls due is a change of kind `notice`, with its clause."""

    kind: str  # an entry of [sentences] in diff.toml
    text: str  # Russian sentence
    institution: str | None = None  # id; None: of the municipality
    page: str | None = None
    requirement: str | None = None  # of a notice
    due: date | None = None  # of a notice; None: the date of the event is not known


@dataclass(frozen=True, slots=True)
class _Law:
    """Where the new registry stands: its municipality, and the acts as of a day."""

    town: Municipality
    acts: Sequence[Act]
    on: date


def diff(old: Municipality, new: Municipality, acts: Sequence[Act], on: date) -> tuple[Change, ...]:
    """Every difference between two registries of a municipality, in the new file's order.

    `acts` are the installed ones; `on` is the day as of which they say what notices are owed.
    """
    return tuple(_changes(old, new, _Law(new, acts, on)))


def _changes(old: Municipality, new: Municipality, law: _Law) -> Iterator[Change]:
    for what, before, after in _keys("municipality", _town(old), _town(new)):
        yield _say("municipality", None, what=what, old=before, new=after)
    was = {one.id: one for one in old.institutions}
    now = {one.id: one for one in new.institutions}
    for one in new.institutions:
        yield from _institution(was.get(one.id), one, law)
    for one in old.institutions:
        if one.id not in now:
            yield _say("institution_removed", one)


def _town(town: Municipality) -> dict[str, Any]:
    told = document(town)
    return {**told["municipality"], "acts": told["acts"]}


# --- an institution -----------------------------------------------------------------------------


def _institution(before: Institution | None, after: Institution, law: _Law) -> Iterator[Change]:
    if before is None:
        yield _say("institution_added", after)
    else:
        for what, was, now in _keys(
            "institution", table("institution", before), table("institution", after)
        ):
            yield _say("institution_changed", after, what=what, old=was, new=now)
    yield from _pages(before.pages if before else (), after, law)
    yield from _parts(before, after)


def _keys(
    word: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """(title of the key, old, new) for every key that differs."""
    titles = {column.key: column.title for column in sheet_of(word).columns}
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield titles.get(key, key), _in_words(before.get(key)), _in_words(after.get(key))


def _pages(before: Iterable[Page], after: Institution, law: _Law) -> Iterator[Change]:
    was = {page.key: page for page in before}
    now = {page.key: page for page in after.pages}
    for key, page in now.items():
        yield from _page(was.get(key), page, after, law)
    for key, page in was.items():
        if key not in now:
            yield _say("page_removed", after, page=page.address)


def _page(before: Page | None, page: Page, owner: Institution, law: _Law) -> Iterator[Change]:
    was_live = before is not None and before.deleted_on is None
    is_live = page.deleted_on is None
    if before is None and is_live:
        yield from _page_event("page_created", page, page.created_on, owner, law)
    elif (was_live or before is None) and not is_live:
        yield from _page_event("page_deleted", page, page.deleted_on, owner, law)
    elif before is not None and not was_live and is_live:
        yield _say("page_restored", owner, page=page.address)
    if before is not None:
        yield from _page_keys(before, page, owner)


def _page_keys(before: Page, page: Page, owner: Institution) -> Iterator[Change]:
    told = [
        {"role": it.role, "created_on": it.created_on, "known_id": it.known_id}
        for it in (before, page)
    ]
    for what, was, now in _keys("page", told[0], told[1]):
        yield _say("page_changed", owner, page=page.address, what=what, old=was, new=now)


def _parts(before: Institution | None, after: Institution) -> Iterator[Change]:
    """What people say: each part as a whole, for it is never edited, only added."""
    was = list(_values(before)) if before else []
    now = list(_values(after))
    for part in now:
        if part not in was:
            yield _say("part_added", after, part=part[0])
    for part in was:
        if part not in now:
            yield _say("part_removed", after, part=part[0])


def _values(institution: Institution) -> Iterator[tuple[str, object]]:
    """(words, value) of each part."""
    words = _wording()["words"]
    for network, absence in institution.no_pages.items():
        day = _in_words(absence.confirmed_on)
        yield words["no_page"].format(network=network, day=day), absence
    for exemption in institution.exemptions:
        yield words["exemption"].format(ground=_in_words(exemption.ground)), exemption
    for person in institution.persons:
        role = _word("person", "role", person.role)
        yield words["person"].format(post=_in_words(person.post), role=role), person
    for stated in institution.attestations:
        kind = _word("attestation", "kind", stated.kind)
        yield words["attestation"].format(kind=kind, day=_in_words(stated.stated_on)), stated
    for event in institution.events:
        kind = _word("event", "kind", event.kind)
        yield words["event"].format(kind=kind, day=_in_words(event.on)), event
    for waiver in institution.waivers:
        day = _in_words(waiver.until)
        yield words["waiver"].format(requirement=waiver.requirement, day=day), waiver


# --- notices ------------------------------------------------------------------------------------


def _page_event(
    kind: str, page: Page, on: date | None, institution: Institution, law: _Law
) -> Iterator[Change]:
    """The page's creation or deletion, and the notices that it calls for."""
    when = _wording()["words"]["when"].format(day=_in_words(on)) if on else ""
    yield _say(kind, institution, page=page.address, when=when)
    event = Event(kind=kind, on=on or date.min, page=page.address)
    log = tuple(told for body in (institution, *authorities(law.town)) for told in body.events)
    owed = duties_for(institution, law.town, law.acts, law.on)
    for duty in sorted(owed, key=lambda duty: duty.workdays):  # the first to be sent first
        is_sent = first_notice(log, event, duty.to, law.on) is not None
        if not is_sent and _is_owed(duty, on):
            yield _notice(duty, event, on, institution, law)


def _is_owed(duty: Duty, on: date | None) -> bool:
    """Not of an act that is no more, nor of what happened before the act."""
    force = duty.clause.force
    if force.refusal is Reason.ACT_REPEALED:
        return False
    return on is None or force.entered is None or on >= force.entered


def _notice(
    duty: Duty, event: Event, on: date | None, institution: Institution, law: _Law
) -> Change:
    words = _wording()["words"]
    due = last_day(on, duty.workdays, law.town.days_off)[0] if on else None
    told = words["due"].format(day=_in_words(due)) if due else _undated_words(duty, on)
    return _say(
        "notice",
        institution,
        page=event.page or "",
        requirement=duty.clause.requirement.id,
        date_due=due,
        addressee=words.get(duty.to, duty.to),
        about=words[event.kind],
        due=told + words["refusal"].get(duty.clause.force.refusal or "", ""),
        clause=duty.clause.requirement.clause,
    )


def _undated_words(duty: Duty, on: date | None) -> str:
    words = _wording()["words"]
    return str(words["uncovered" if on else "undated"].format(days=duty.workdays))


# --- words --------------------------------------------------------------------------------------


@cache
def _wording() -> Mapping[str, Any]:
    return tomllib.loads(files("monitor.registry").joinpath("diff.toml").read_text("utf-8"))


def _say(
    kind: str,
    institution: Institution | None,
    *,
    requirement: str | None = None,
    date_due: date | None = None,
    **said: str,
) -> Change:
    who = (institution.short_name or institution.name) if institution else ""
    return Change(
        kind=kind,
        text=_wording()["sentences"][kind].format(who=who, **said),
        institution=institution.id if institution else None,
        page=said.get("page"),
        requirement=requirement,
        due=date_due,
    )


def _in_words(said: object) -> str:
    words = _wording()["words"]
    if said in (None, "", [], {}):
        return str(words["nothing"])
    if isinstance(said, bool):
        return str(words["yes" if said else "no"])
    if isinstance(said, date):
        return said.strftime("%d.%m.%Y")
    if isinstance(said, list):
        return ", ".join(map(_in_words, said))
    if isinstance(said, Mapping):
        return ", ".join(f"{key}: {_in_words(one)}" for key, one in said.items())
    return str(said)


def _word(word: str, key: str, code: str) -> str:
    """The Russian word of a code, as the workbook's lists have it."""
    column = next(one for one in sheet_of(word).columns if one.key == key)
    return (column.choices or {}).get(code, code)

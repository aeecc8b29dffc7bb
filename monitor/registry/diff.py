"""What a new registry file changes, in sentences, and which notices fall due by it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from collectors.model import Page
from monitor.registry.sheets import sheet_of
from monitor.registry.write import document, table
from rules.model import Institution, Municipality
from rules.workdays import CalendarUncoveredError, add_working_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. A notice that falls due is a change of kind `notice`, with its clause."""

    kind: str  # an entry of [sentences] in diff.toml
    text: str  # Russian sentence
    institution: str | None = None  # id; None: of the municipality
    page: str | None = None
    requirement: str | None = None  # of a notice
    due: date | None = None  # of a notice; None: the date of the event is not known


def diff(old: Municipality, new: Municipality) -> tuple[Change, ...]:
    """Every difference between two registries of a municipality, in the new file's order."""
    return tuple(_changes(old, new))


def _changes(old: Municipality, new: Municipality) -> Iterator[Change]:
    for what, before, after in _keys("municipality", _town(old), _town(new)):
        yield _say("municipality", None, what=what, old=before, new=after)
    was = {one.id: one for one in old.institutions}
    now = {one.id: one for one in new.institutions}
    for one in new.institutions:
        yield from _institution(was.get(one.id), one, new)
    for one in old.institutions:
        if one.id not in now:
            yield _say("institution_removed", one)


def _town(town: Municipality) -> dict[str, Any]:
    told = document(town)
    return {**told["municipality"], "acts": told["acts"]}


# --- an institution -----------------------------------------------------------------------------


def _institution(
    before: Institution | None, after: Institution, town: Municipality
) -> Iterator[Change]:
    if before is None:
        yield _say("institution_added", after)
    else:
        for what, was, now in _keys(
            "institution", table("institution", before), table("institution", after)
        ):
            yield _say("institution_changed", after, what=what, old=was, new=now)
    yield from _pages(before.pages if before else (), after, town)
    yield from _parts(before, after)


def _keys(
    word: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """(title of the key, old, new) for every key that differs."""
    titles = {column.key: column.title for column in sheet_of(word).columns}
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield titles.get(key, key), _shown(before.get(key)), _shown(after.get(key))


def _pages(before: Iterable[Page], after: Institution, town: Municipality) -> Iterator[Change]:
    was = {(page.network, page.address): page for page in before}
    now = {(page.network, page.address): page for page in after.pages}
    for key, page in now.items():
        yield from _page(was.get(key), page, after, town)
    for key, page in was.items():
        if key not in now:
            yield _say("page_removed", after, page=page.address)


def _page(
    before: Page | None, page: Page, one: Institution, town: Municipality
) -> Iterator[Change]:
    was_live = before is not None and before.deleted_on is None
    is_live = page.deleted_on is None
    if before is None and is_live:
        yield from _happened("page_created", page, page.created_on, one, town)
    elif (was_live or before is None) and not is_live:
        yield from _happened("page_deleted", page, page.deleted_on, one, town)
    elif before is not None and not was_live and is_live:
        yield _say("page_restored", one, page=page.address)
    if before is not None:
        yield from _page_keys(before, page, one)


def _page_keys(before: Page, page: Page, one: Institution) -> Iterator[Change]:
    told = [
        {"role": it.role, "created_on": it.created_on, "known_id": it.known_id}
        for it in (before, page)
    ]
    for what, was, now in _keys("page", told[0], told[1]):
        yield _say("page_changed", one, page=page.address, what=what, old=was, new=now)


def _parts(before: Institution | None, after: Institution) -> Iterator[Change]:
    """What people say: each part as a whole, for it is never edited, only added."""
    was = list(_said(before)) if before else []
    now = list(_said(after))
    for part in now:
        if part not in was:
            yield _say("part_added", after, part=part[0])
    for part in was:
        if part not in now:
            yield _say("part_removed", after, part=part[0])


def _said(one: Institution) -> Iterator[tuple[str, object]]:
    """(words, value) of each part."""
    words = _wording()["words"]
    for network, absence in one.no_pages.items():
        day = _shown(absence.confirmed_on)
        yield words["no_page"].format(network=network, day=day), absence
    for exemption in one.exemptions:
        yield words["exemption"].format(ground=_shown(exemption.ground)), exemption
    for person in one.persons:
        role = _word("person", "role", person.role)
        yield words["person"].format(post=_shown(person.post), role=role), person
    for stated in one.attestations:
        kind = _word("attestation", "kind", stated.kind)
        yield words["attestation"].format(kind=kind, day=_shown(stated.stated_on)), stated
    for event in one.events:
        kind = _word("event", "kind", event.kind)
        yield words["event"].format(kind=kind, day=_shown(event.on)), event
    for waiver in one.waivers:
        day = _shown(waiver.until)
        yield words["waiver"].format(requirement=waiver.requirement, day=day), waiver


# --- notices ------------------------------------------------------------------------------------


def _happened(
    kind: str, page: Page, on: date | None, one: Institution, town: Municipality
) -> Iterator[Change]:
    """The page's creation or deletion, and the notices that it calls for."""
    when = _wording()["words"]["when"].format(day=_shown(on)) if on else ""
    yield _say(kind, one, page=page.address, when=when)
    for rule in _wording()["notices"]:
        is_bound = rule["requirement"].partition("/")[0] in town.packs
        is_told = rule["from_authority"] or one.id != town.authority
        if is_bound and is_told and not _is_sent(one, page, kind, rule["to"]):
            yield _notice(rule, kind, page, on, one, town)


def _is_sent(one: Institution, page: Page, kind: str, to: str) -> bool:
    return any(
        (event.kind, event.page, event.about, event.to) == ("notice_sent", page.address, kind, to)
        for event in one.events
    )


def _notice(
    rule: Mapping[str, Any],
    kind: str,
    page: Page,
    on: date | None,
    one: Institution,
    town: Municipality,
) -> Change:
    words = _wording()["words"]
    due = _due(on, rule["days"], town.days_off)
    told = words["due"].format(day=_shown(due)) if due else words["undated"].format(**rule)
    act = town.acts.get(rule["requirement"].partition("/")[0])
    if act is None or act.status != "in_force":
        told += words["draft"]
    return _say(
        "notice",
        one,
        page=page.address,
        requirement=rule["requirement"],
        date_due=due,
        addressee=words[rule["to"]],
        about=words[kind],
        due=told,
        clause=rule["clause"],
    )


def _due(on: date | None, days: int, days_off: tuple[date, ...]) -> date | None:
    try:
        return add_working_days(on, days, days_off) if on else None
    except CalendarUncoveredError:
        return None


# --- words --------------------------------------------------------------------------------------


@cache
def _wording() -> Mapping[str, Any]:
    return tomllib.loads(files("monitor.registry").joinpath("diff.toml").read_text("utf-8"))


def _say(
    kind: str,
    one: Institution | None,
    *,
    requirement: str | None = None,
    date_due: date | None = None,
    **said: str,
) -> Change:
    who = (one.short_name or one.name) if one else ""
    return Change(
        kind=kind,
        text=_wording()["sentences"][kind].format(who=who, **said),
        institution=one.id if one else None,
        page=said.get("page"),
        requirement=requirement,
        due=date_due,
    )


def _shown(said: object) -> str:
    words = _wording()["words"]
    if said in (None, "", [], {}):
        return str(words["nothing"])
    if isinstance(said, bool):
        return str(words["yes" if said else "no"])
    if isinstance(said, date):
        return said.strftime("%d.%m.%Y")
    if isinstance(said, list):
        return ", ".join(map(_shown, said))
    if isinstance(said, Mapping):
        return ", ".join(f"{key}: {_shown(one)}" for key, one in said.items())
    return str(said)


def _word(word: str, key: str, code: str) -> str:
    """The Russian word of a code, as the workbook's lists have it."""
    column = next(one for one in sheet_of(word).columns if one.key == key)
    return (column.choices or {}).get(code, code)

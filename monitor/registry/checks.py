"""Faults of sense (requirements.md D.10): what is well written and cannot be so.

A check is a generator over the declaration; it yields problems and never stops at the first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.ru import inn, ogrn

from collectors.contacts import parse_phones
from collectors.networks import network_hosts, social_networks
from monitor.registry.addresses import (
    AmbiguousAddressError,
    may_be_numbered,
    page_address,
    site_address,
)
from monitor.registry.declaration import (
    AttestationTable,
    EventTable,
    InstitutionTable,
    PageTable,
    Registry,
    WaiverTable,
)
from monitor.registry.faults import Problem, wording
from monitor.registry.mailboxes import MailboxError, address_of
from monitor.registry.shape import suggestion
from rules.toml_lines import Loc


@dataclass(frozen=True, slots=True)
class Setting:
    """What a registry is held against. None: not known, hence not checked."""

    today: date | None = None
    packs: Collection[str] | None = None


def problems(registry: Registry, setting: Setting) -> Iterator[Problem]:
    """Every fault of sense in one registry."""
    yield from _municipality(registry, setting)
    yield from _ids(registry.institution)
    yield from _parents(registry.institution)
    yield from _same_ogrn(registry.institution)
    yield from _shared_pages(registry.institution)
    yield from _shared_sites(registry.institution)
    known = [one.id for one in registry.institution]
    bound = registry.municipality.packs
    for number, institution in enumerate(registry.institution):
        loc: Loc = ("institution", number)
        yield from _institution(institution, loc)
        yield from _pages(institution, loc)
        yield from _exemptions(institution, loc, known)
        yield from _attestations(institution, loc, known)
        yield from _events(institution, loc)
        yield from _references(institution, loc, bound)
        yield from _dates(institution, loc, setting.today or date.max)


# --- the municipality ---------------------------------------------------------------------------


def _municipality(registry: Registry, setting: Setting) -> Iterator[Problem]:
    town = registry.municipality
    loc: Loc = ("municipality",)
    if RESERVED.fullmatch(town.id):
        yield Problem((*loc, "id"), "no_file_name", {"value": town.id})
    if not _is_timezone(town.timezone):
        about = {
            "value": town.timezone,
            "suggestion": suggestion(town.timezone, available_timezones()),
        }
        yield Problem((*loc, "timezone"), "no_timezone", about)
    known = [one.id for one in registry.institution]
    if town.authority is not None and town.authority not in known:
        yield _unknown(town.authority, known, (*loc, "authority"), "no_authority")
    if setting.packs is not None:
        yield from _packs(town.packs, setting.packs)
    for act in registry.acts:
        if act not in town.packs:
            yield _unknown(act, town.packs, ("acts", act), "act_not_named")


def _is_timezone(name: str) -> bool:
    """As `available_timezones` has it, which opens six hundred files to say it."""
    if name.startswith(("posix/", "right/", "posixrules")):  # other forms of the database
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _packs(named: Sequence[str], installed: Collection[str]) -> Iterator[Problem]:
    for number, pack in enumerate(named):
        if pack not in installed:
            yield _unknown(pack, sorted(installed), ("municipality", "packs", number), "no_pack")


def _unknown(value: str, known: Collection[str], loc: Loc, code: str) -> Problem:
    about = {"value": value, "known": ", ".join(known), "suggestion": suggestion(value, known)}
    return Problem(loc, code, about)


# --- institutions among themselves --------------------------------------------------------------


def _ids(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, one in enumerate(institutions):
        if one.id in first:
            about = {"value": one.id, "other": ("institution", first[one.id], "id")}
            yield Problem(("institution", number, "id"), "twice_institution", about)
        first.setdefault(one.id, number)
    yield from _files(institutions)


RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[1-9])(?:\..*)?|.*\.", re.IGNORECASE)


def _files(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    """Ids name files: on a disk without case two of them are one, and Windows keeps some names."""
    first: dict[str, str] = {}
    for number, one in enumerate(institutions):
        loc: Loc = ("institution", number, "id")
        other = first.setdefault(one.id.lower(), one.id)
        if other != one.id:
            yield Problem(loc, "one_file", {"value": one.id, "other": other})
        if RESERVED.fullmatch(one.id):
            yield Problem(loc, "no_file_name", {"value": one.id})


def _parents(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    parents = {one.id: one.parent for one in institutions}
    told: set[str] = set()
    for number, one in enumerate(institutions):
        loc: Loc = ("institution", number, "parent")
        if one.parent is not None and one.parent not in parents:
            yield _unknown(one.parent, parents, loc, "no_parent")
        circle = _circle(one.id, parents)
        if circle and not told & set(circle):
            told.update(circle)
            yield Problem(loc, "parent_circle", {"value": " → ".join((*circle, circle[0]))})


def _circle(start: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The circle of parents that goes through `start`, if there is one."""
    path = [start]
    above = parents.get(start)
    while above is not None and above not in path:
        path.append(above)
        above = parents.get(above)
    return tuple(path) if above == start else ()


def _same_ogrn(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for number, one in enumerate(institutions):
        if one.ogrn is None:
            continue
        if one.ogrn in first:
            about = {"value": one.ogrn, "other": first[one.ogrn]}
            yield Problem(("institution", number, "ogrn"), "same_ogrn", about)
        first.setdefault(one.ogrn, one.id)


def _shared_pages(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    owner: dict[tuple[str, str], str] = {}
    for number, one in enumerate(institutions):
        for place, page in enumerate(one.page):
            found = found_page(page)
            if found is not None and page.deleted_on is None:
                loc: Loc = ("institution", number, "page", place, "url")
                other = owner.setdefault(found, one.id)
                if other != one.id:
                    yield Problem(loc, "page_shared", {"value": found[1], "other": other})


def _shared_sites(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for number, one in enumerate(institutions):
        site = _found_site(one.site) if one.site else None
        if site is not None:
            other = owner.setdefault(site, one.id)
            if other != one.id:
                about = {"value": site, "other": other}
                yield Problem(("institution", number, "site"), "site_shared", about)


# --- one institution ----------------------------------------------------------------------------


def _institution(one: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    yield from _numbers(one, loc)
    sites = [((*loc, "site"), one.site)] if one.site else []
    sites += [((*loc, "site_aliases", i), alias) for i, alias in enumerate(one.site_aliases)]
    for place, site in sites:
        yield from _site(site, place)
    for number, email in enumerate(one.emails):
        code = _email(email)
        if code is not None:
            yield Problem((*loc, "emails", number), code, {"value": email})
    for number, phone in enumerate(one.phones):
        code = _phone(phone)
        if code is not None:
            yield Problem((*loc, "phones", number), code, {"value": phone})
    if one.site and one.no_site:
        yield Problem((*loc, "no_site"), "site_and_no_site")
    if one.emails and one.no_email:
        yield Problem((*loc, "no_email"), "email_and_no_email")


_EMAIL = re.compile(r"[^\s@,;:<>]+@[^\s@,;:<>]+\.[^\s@,;:<>.]{2,}")
_MIXED = re.compile(r"[a-z][^.@_-]*[а-яё]|[а-яё][^.@_-]*[a-z]", re.IGNORECASE)


def _email(written: str) -> str | None:
    """The code of what is wrong. One word in two alphabets is nobody's address."""
    if not _EMAIL.fullmatch(written):
        return "bad_email"
    if _MIXED.search(written):
        return "mixed_email"
    return None if _is_mailbox(written) else "no_mailbox"


def _is_mailbox(written: str) -> bool:
    try:
        address_of(written)
    except MailboxError:
        return False
    return True


def _phone(written: str) -> str | None:
    """The code of what is wrong; a local number of five digits is a number too."""
    number = re.split(r"доб|вн|ext|#", written, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = len(re.findall(r"\d", number))
    if digits < 5:
        return "bad_phone"
    if not parse_phones(written):
        return "unread_phone"
    return "several_phones" if digits > 12 or re.search(r"[/;]", number) else None


def _numbers(one: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    for key, number, validate in (
        ("ogrn", one.ogrn, ogrn.validate),
        ("inn", one.inn, inn.validate),
    ):
        if number is None:
            continue
        try:
            validate(number)
        except ValidationError as error:
            about = {"value": number, "reason": _why(error, number)}
            yield Problem((*loc, key), f"bad_{key}", about)


def _why(error: ValidationError, number: str) -> str:
    reasons = wording()["reasons"]
    if isinstance(error, InvalidLength):
        return reasons["length"].format(count=len(number))
    return reasons["check" if isinstance(error, InvalidChecksum) else "digits"]


def _site(site: str, loc: Loc) -> Iterator[Problem]:
    try:
        host = urlsplit(site_address(site)).hostname or ""
    except ValueError as error:
        yield Problem(loc, "bad_site", {"value": site, "reason": error})
        return
    if host.removeprefix("www.") in network_hosts():
        yield Problem(loc, "page_as_site", {"value": site})


def _found_site(site: str) -> str | None:
    try:
        return site_address(site)
    except ValueError:
        return None


# --- pages --------------------------------------------------------------------------------------


def found_page(page: PageTable) -> tuple[str, str] | None:
    """(network, canonical address), or None where the address is a fault."""
    try:
        return page_address(page.url, page.network)
    except (ValueError, KeyError):
        return None


def _pages(one: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for number, page in enumerate(one.page):
        place: Loc = (*loc, "page", number)
        yield from _address(page.url, page.network, place)
        yield from _number(page, place)
        found = found_page(page)
        if found is not None and found in first:
            about = {"value": found[1], "other": (*loc, "page", first[found], "url")}
            yield Problem((*place, "url"), "page_twice", about)
        elif found is not None:
            first[found] = number
    yield from _official(one, loc)
    yield from _absences(one, loc)


def _number(page: PageTable, loc: Loc) -> Iterator[Problem]:
    """A number that differs from the one in the address would make the page another's for good."""
    found = found_page(page)
    if found and page.known_id and not may_be_numbered(page.known_id, *found):
        yield Problem((*loc, "known_id"), "bad_number", {"value": page.known_id, "page": found[1]})


def _address(url: str, network: str | None, loc: Loc) -> Iterator[Problem]:
    """`loc` is the table's: the fault stands at `url` or at `network`."""
    if network is not None and network not in social_networks():
        yield _unknown(network, social_networks(), (*loc, "network"), "no_network")
    else:
        yield from _link(url, (*loc, "url"), network)


def _link(url: str, loc: Loc, network: str | None = None) -> Iterator[Problem]:
    try:
        page_address(url, network)
    except AmbiguousAddressError as error:
        yield Problem(loc, "which_network", {"value": url, "first": error.slugs[-1]})
    except ValueError as error:
        yield Problem(loc, "bad_page", {"value": url, "reason": error})


def _live_official(one: InstitutionTable) -> dict[str, list[int]]:
    """Network → numbers of the live official pages."""
    live: dict[str, list[int]] = {}
    for number, page in enumerate(one.page):
        found = found_page(page)
        if found is not None and page.role == "official" and page.deleted_on is None:
            live.setdefault(found[0], []).append(number)
    return live


def _official(one: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    for network, numbers in _live_official(one).items():
        for number in numbers[1:]:
            yield Problem((*loc, "page", number, "url"), "several_official", {"network": network})


def _absences(one: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    live = _live_official(one)
    for network in one.no_page:
        place: Loc = (*loc, "no_page", network)
        if network not in social_networks():
            yield _unknown(network, social_networks(), place, "no_network")
        elif network in live:
            yield Problem(place, "page_and_no_page", {"network": network})


# --- what people say ----------------------------------------------------------------------------


def _exemptions(one: InstitutionTable, loc: Loc, known: Collection[str]) -> Iterator[Problem]:
    scopes = ("pages", "site", *social_networks())
    for number, exemption in enumerate(one.exemption):
        place: Loc = (*loc, "exemption", number)
        for index, scope in enumerate(exemption.scope):
            if scope not in scopes:
                yield _unknown(scope, scopes, (*place, "scope", index), "bad_scope")
        if exemption.approved_by and exemption.approved_by not in known:
            yield _unknown(
                exemption.approved_by, known, (*place, "approved_by"), "unknown_approver"
            )


def _attestations(one: InstitutionTable, loc: Loc, known: Collection[str]) -> Iterator[Problem]:
    for number, attestation in enumerate(one.attestation):
        place: Loc = (*loc, "attestation", number)
        if attestation.about is not None and attestation.about not in known:
            yield _unknown(attestation.about, known, (*place, "about"), "unknown_about")
        yield from _answer(attestation, place)
        yield from _counts(attestation, place)


def _answer(attestation: AttestationTable, loc: Loc) -> Iterator[Problem]:
    if attestation.kind != "finding":
        if attestation.value is None:
            yield Problem(loc, "no_value", {"value": attestation.kind, "key": "value"})
        return
    for key in ("requirement", "outcome"):
        if getattr(attestation, key) is None:
            yield Problem(loc, "finding_without", {"key": key})


def _counts(attestation: AttestationTable, loc: Loc) -> Iterator[Problem]:
    count, of = attestation.count, attestation.of
    if (count is None) != (of is None):
        yield Problem((*loc, "count" if of is None else "of"), "half_count")
    if count is not None and of is not None and count > of:
        yield Problem((*loc, "count"), "more_than_all", {"value": count, "other": of})


def _events(one: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    reasons = wording()["reasons"]
    for number, event in enumerate(one.event):
        place: Loc = (*loc, "event", number)
        if event.kind == "notice_sent":
            for key in ("to", "about", "page"):
                if getattr(event, key) is None:
                    yield Problem(place, "notice_without", {"key": key, "why": reasons[key]})
        elif event.kind.startswith("page_") and event.page is None:
            yield Problem(place, "event_without_page", {"value": event.kind, "key": "page"})


def _references(one: InstitutionTable, loc: Loc, bound: Collection[str]) -> Iterator[Problem]:
    """Pages and requirements that an attestation, event or waiver speaks of."""
    registered = {found for page in one.page if (found := found_page(page))}
    spoken: Iterable[tuple[str, int, AttestationTable | EventTable | WaiverTable]] = (
        *(("attestation", i, table) for i, table in enumerate(one.attestation)),
        *(("event", i, table) for i, table in enumerate(one.event)),
        *(("waiver", i, table) for i, table in enumerate(one.waiver)),
    )
    for word, number, table in spoken:
        place: Loc = (*loc, word, number)
        if table.page is not None:
            yield from _spoken_page(table.page, registered, (*place, "page"))
        act = (table.requirement or "").partition("/")[0]
        if act and act not in bound:
            yield _unknown(act, bound, (*place, "requirement"), "act_not_named")


def _spoken_page(url: str, registered: Collection[tuple[str, str]], loc: Loc) -> Iterator[Problem]:
    faults = list(_link(url, loc))
    yield from faults
    if not faults and page_address(url) not in registered:
        yield Problem(loc, "unlisted_page", {"value": url})


# --- dates --------------------------------------------------------------------------------------


def _dates(one: InstitutionTable, loc: Loc, today: date) -> Iterator[Problem]:
    yield from _future(one, loc, today, ("from",))
    yield from _in_order(one, loc, "from", "until")
    for word, tables, past, order in _DATED:
        for number, table in enumerate(getattr(one, tables)):
            place: Loc = (*loc, word, number)
            yield from _future(table, place, today, past)
            yield from _in_order(table, place, *order)
    for network, absence in one.no_page.items():
        yield from _future(absence, (*loc, "no_page", network), today, ("confirmed_on",))


_DATED: tuple[tuple[str, str, tuple[str, ...], tuple[str, str]], ...] = (
    ("page", "page", ("created_on", "deleted_on"), ("created_on", "deleted_on")),
    ("exemption", "exemption", (), ("from", "until")),
    ("person", "person", ("ordered_on", "esia_on"), ("from", "until")),
    ("attestation", "attestation", ("stated_on",), ("stated_on", "valid_until")),
    ("event", "event", ("on", "earliest"), ("earliest", "on")),
)
"""Table, field, dates of what has been, and two dates in their order."""


def _future(table: object, loc: Loc, today: date, past: Iterable[str]) -> Iterator[Problem]:
    for key in past:
        told = _date(table, key)
        if told is not None and told > today:
            yield Problem((*loc, key), "future", {"value": told.isoformat()})


def _in_order(table: object, loc: Loc, first: str, last: str) -> Iterator[Problem]:
    begin, end = _date(table, first), _date(table, last)
    if begin is not None and end is not None and end < begin:
        about = {"value": end.isoformat(), "other": begin.isoformat(), "first": first}
        yield Problem((*loc, last), "order_of_dates", about)


def _date(table: object, key: str) -> date | None:
    told = getattr(table, "since" if key == "from" else key)
    return told if isinstance(told, date) else None

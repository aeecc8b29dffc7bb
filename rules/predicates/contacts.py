"""What a page must say of its institution (clause 9): name, activity, address, e-mail, phone, site.

Everything that is shown anywhere on the page is one union (G15). A value that differs from the
registry is a question for a person, never an accusation: the registry may be the older of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from collectors.model import (
    BEGINNING,
    Address,
    Contacts,
    Email,
    HintKind,
    Phone,
    Post,
    PostalAddress,
)
from rules.dossier.case import Case
from rules.model import Severity
from rules.names.hints import hints_in
from rules.names.literal import (
    holds_email,
    holds_phone,
    holds_place,
    holds_site,
    may_hold,
)
from rules.names.matching import (
    Match,
    alike_email,
    alike_site,
    has_house,
    is_address,
    same_address,
    same_email,
    same_phone,
    same_site,
)
from rules.names.naming import is_foreign, names_match
from rules.names.reference import digits_of, phones_of
from rules.reading import WHILE_FRESH, Because, Bounds, Reading, Seen
from rules.reasons import Reason

# What must have been read before something may be called absent (G15).
PLACES = ("contacts", "description", "pinned_text")

R = TypeVar("R")
S = TypeVar("S")
P = ParamSpec("P")


def once_a_page(
    predicate: Callable[Concatenate[Case, P], Reading],
) -> Callable[Concatenate[Case, P], Reading]:
    """Acts ask the same of a page one by one and as a whole; what is compared is the same."""

    @wraps(predicate)
    def told(case: Case, /, *args: P.args, **norm: P.kwargs) -> Reading:
        key = (predicate.__name__, case.page, str(norm))
        return case.once(key, lambda: predicate(case, *args, **norm))

    return told


@once_a_page
def name_shown(case: Case) -> Reading:
    """Strict: the title is like a name, or a text holds the full one. Generous: kind and number."""
    facts = case.facts
    found = names_match(
        case.institution,
        facts.title or "",
        _texts(case),
        around=case.hearing.bench.names,
    )
    is_latin, unread = is_foreign(facts.title or ""), list(facts.unread_places)
    unsure = Reason.NAME_IN_LATIN if is_latin else Reason.PLACES_UNREAD
    return Reading(
        bounds=Bounds(strict=found.strict, generous=found.generous or is_latin or bool(unread)),
        because=Because(
            met=Reason.NAME_SHOWN,
            unmet=Reason.NAME_ABSENT,
            between=Reason.NAME_UNCLEAR if found.generous else unsure,
        ),
        seen=Seen(missing=case.missing("title", "description")),
        measured={"title": facts.title, "unread": unread},
        required={"name": case.institution.short_name or case.institution.name},
        good_until=_while_fresh(case),
    )


@once_a_page
def activity_told(case: Case, *, min_about_chars: int) -> Reading:
    """Strict: a text of some length about the page. Generous: any text, the posts' included."""
    facts = case.facts
    texts = [facts.description, facts.status, facts.pinned_text]
    lengths = [len(text.strip()) for text in texts if text]
    posts = facts.wall.posts if facts.wall else ()
    with_text = sum(bool(post.own_length) for post in posts)
    says = bool(lengths) and max(lengths) > 0
    return Reading(
        bounds=Bounds(
            strict=max(lengths, default=0) >= min_about_chars,
            generous=says or bool(with_text) or bool(facts.unread_places),
        ),
        because=Because(
            met=Reason.ACTIVITY_TOLD,
            unmet=Reason.ACTIVITY_ABSENT,
            between=Reason.ACTIVITY_SHORT if says or with_text else Reason.PLACES_UNREAD,
        ),
        seen=Seen(
            missing=case.missing("description", "wall") if not says else case.missing("description")
        ),
        unseen=None if says or _read_whole(case, posts) else Reason.WALL_NOT_READ_WHOLE,
        measured={
            "longest": max(lengths, default=0),
            **({"with_text": with_text} if with_text and not says else {}),
            "unread": list(facts.unread_places),
        },
        required={"min_about_chars": min_about_chars},
        good_until=_while_fresh(case),
    )


def _read_whole(case: Case, posts: Sequence[Post]) -> bool:
    """Any text at all, or a wall read to its first post, every text of it."""
    wall = case.facts.wall
    if any(post.own_length for post in posts):
        return True
    is_whole = wall is not None and wall.covered_since == BEGINNING
    return is_whole and all(post.own_length is not None for post in posts)


@once_a_page
def phone_shown(case: Case) -> Reading:
    ours = phones_of(case.institution)
    reading = _agreement(
        case,
        ours,
        _contacts(case).phones,
        literal=[one for one in ours if holds_phone(_texts(case), digits_of(one))],
        agree=same_phone,
        say=lambda phone: phone.original,
        reasons=(Reason.PHONE_SHOWN, Reason.PHONE_ABSENT, Reason.PHONE_DIFFERS),
        is_own=_is_own,
    )
    return _or_hint(case, reading, HintKind.PHONE, Reason.PHONE_UNCLEAR)


@once_a_page
def email_shown(case: Case) -> Reading:
    """No e-mail in the registry (`no_email`) is a question, as clause 9 knows no «при наличии»."""
    shown = _contacts(case).emails
    reading = _agreement(
        case,
        case.institution.emails,
        shown,
        literal=[one for one in case.institution.emails if holds_email(_texts(case), one)],
        agree=lambda ours, email: same_email(ours, email.value),
        say=lambda email: email.value,
        reasons=(Reason.EMAIL_SHOWN, Reason.EMAIL_ABSENT, Reason.EMAIL_DIFFERS),
        is_own=_is_own,
    )
    if case.institution.no_email:
        return _without_email(reading)
    is_alike = any(
        may_hold(_texts(case), own) or any(alike_email(own, one.value) for one in shown)
        for own in case.institution.emails
    )
    reading = _if_alike(reading, is_alike, Reason.EMAIL_LOOKS_ALIKE)
    return _or_hint(case, reading, HintKind.EMAIL, Reason.EMAIL_UNCLEAR)


def _if_alike(reading: Reading, is_alike: bool, why: Reason) -> Reading:
    """A slip of the keyboard is neither an absence nor a fault of the registry."""
    return reading.ask(why) if is_alike else reading


def _is_own(value: Phone | Email | PostalAddress) -> bool:
    return not value.of_another


def _or_hint(case: Case, reading: Reading, kind: HintKind, unclear: Reason) -> Reading:
    """Where nothing was found, what a reader may take for it keeps from calling it absent."""
    if reading.bounds.generous:
        return reading
    seen = hints_in(_contacts(case), _texts(case), kind)
    told = {**reading.measured, "seen": seen}
    return replace(reading.ask(unclear), measured=told) if seen else reading


def _without_email(reading: Reading) -> Reading:
    return Reading(
        bounds=Bounds(strict=reading.bounds.strict, generous=True),
        because=Because(met=reading.because.met, unmet=Reason.NO_EMAIL_REGISTERED),
        seen=Seen(missing=reading.seen.missing),
        severity=Severity.INFO,
        measured=reading.measured,
        good_until=reading.good_until,
    )


@once_a_page
def address_shown(case: Case) -> Reading:
    ours = [case.institution.address] if case.institution.address else []
    shown = [one for one in _contacts(case).addresses if is_address(one.original)]
    reading = _agreement(
        case,
        ours,
        shown,
        literal=[one for one in ours if holds_place(_texts(case), case.place)],
        agree=_is_same_address,
        say=lambda address: address.original,
        reasons=(Reason.ADDRESS_SHOWN, Reason.ADDRESS_ABSENT, Reason.POSTAL_DIFFERS),
        is_own=_is_own,
    )
    if not shown:
        return _or_hint(case, reading, HintKind.POSTAL, Reason.ADDRESS_UNCLEAR)
    if ours or any(has_house(one.original) for one in shown):
        return reading
    told = {**reading.measured, "seen": reading.measured["shown"]}
    return replace(reading.doubt().ask(Reason.ADDRESS_UNCLEAR), measured=told)


def _is_same_address(registry: str, shown: PostalAddress) -> bool:
    return same_address(registry, shown.original) is Match.SAME


@once_a_page
def site_shown(case: Case, *, not_sites: list[str]) -> Reading:
    """A link to the institution's site, wherever it stands; «при наличии»."""
    institution = case.institution
    ours = [institution.site] if institution.site else []
    shown = [link.url for link in _contacts(case).links if _is_site(link.url, not_sites)]
    reading = _agreement(
        case,
        ours,
        shown,
        literal=[
            one for one in (*ours, *institution.site_aliases) if holds_site(_texts(case), one)
        ],
        agree=lambda ours, shown: same_site(ours, shown, institution.site_aliases),
        say=str,
        reasons=(Reason.SITE_SHOWN, Reason.SITE_ABSENT, Reason.SITE_DIFFERS),
    )
    if not institution.site:
        return _without_site(case, reading)
    is_alike = may_hold(_texts(case), _host(institution.site)) or any(
        alike_site(institution.site, one) for one in shown
    )
    return _if_alike(reading, is_alike, Reason.SITE_LOOKS_ALIKE)


def _without_site(case: Case, reading: Reading) -> Reading:
    return Reading(
        bounds=Bounds(strict=False, generous=True),
        because=Because(met=reading.because.met, unmet=reading.because.unmet),
        inapplicable=Reason.NO_SITE if case.institution.no_site else None,
        unseen=Reason.SITE_NOT_REGISTERED,
        measured=reading.measured,
    )


def _is_site(url: str, not_sites: Iterable[str]) -> bool:
    """Links to networks and services are no sites; «*.gosweb.gosuslugi.ru» is one."""
    host = _host(url)
    return bool(host) and host not in not_sites


def _host(url: str) -> str:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")


def _texts(case: Case) -> list[str]:
    facts = case.facts
    return [text for text in (facts.description, facts.status, facts.pinned_text) if text]


def _contacts(case: Case) -> Contacts:
    return case.facts.contacts or Contacts()


def _agreement(
    case: Case,
    ours: Sequence[R],
    shown: Sequence[S],
    *,
    literal: Sequence[R | str],
    agree: Callable[[R, S], bool],
    say: Callable[[S], str],
    reasons: tuple[Reason, Reason, Reason],
    is_own: Callable[[S], bool] = lambda _: True,
) -> Reading:
    """One match is a pass; nothing to compare with, any value that no text calls another's; values
    but no match, a question.

    `literal` are values of the registry that stand in a text word for word (see names/literal.py).
    """
    met, absent, differs = reasons
    matches = bool(literal) or any(agree(one, other) for one in ours for other in shown)
    is_any = not ours and any(map(is_own, shown))
    unread = bool(case.facts.unread_places)
    return Reading(
        bounds=Bounds(strict=matches or is_any, generous=bool(shown) or unread),
        because=Because(
            met=met,
            unmet=absent,
            between=_between(differs if ours else Reason.CONTACTS_OF_ANOTHER, shown),
        ),
        seen=Seen(missing=() if shown else case.missing(*PLACES)),
        measured={
            "shown": [*map(say, shown), *map(_say, literal)],
            "unread": list(case.facts.unread_places),
        },
        required={"registry": [_say(one) for one in ours]},
        notes=(Reason.NOTHING_TO_COMPARE,) if is_any else (),
        good_until=_while_fresh(case),
    )


def _while_fresh(case: Case) -> Mapping[Address, date]:
    """A pinned post and what stands in it may change any day: a look that is fresh is enough."""
    return {case.page.key: WHILE_FRESH} if case.page else {}


def _between(told: Reason, shown: Sequence[object]) -> Reason:
    return told if shown else Reason.PLACES_UNREAD


def _say(value: object) -> str:
    return value.original if isinstance(value, Phone) else str(value)

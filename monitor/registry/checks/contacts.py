"""How an institution is reached: numbers in registers, site, mail, telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.ru import inn, ogrn

from collectors.contacts import parse_phones
from collectors.networks import network_hosts
from monitor.registry.addresses import site_address
from monitor.registry.declaration import InstitutionTable
from monitor.registry.faults import Problem, wording
from monitor.registry.mailboxes import MailboxError, address_of
from rules.toml_lines import Loc


def contact_problems(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    yield from _numbers(institution, loc)
    sites = [((*loc, "site"), institution.site)] if institution.site else []
    sites += [
        ((*loc, "site_aliases", i), alias) for i, alias in enumerate(institution.site_aliases)
    ]
    for place, site in sites:
        yield from _site(site, place)
    for number, email in enumerate(institution.emails):
        code = _email(email)
        if code is not None:
            yield Problem((*loc, "emails", number), code, {"value": email})
    for number, phone in enumerate(institution.phones):
        for code in _phone(phone):
            yield Problem((*loc, "phones", number), code, {"value": phone})
    if institution.site and institution.no_site:
        yield Problem((*loc, "no_site"), "site_and_no_site")
    if institution.emails and institution.no_email:
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


_NUMBER = re.compile(r"\+?\d[\d\s().–-]*\d")
SHORTEST, WHOLE = 5, 10  # figures: of a number within a town, and of one with its town's code


def _phone(written: str) -> Iterator[str]:
    """The codes of what is wrong; a local number of five digits is a number too."""
    number = re.split(r"доб|вн|ext|#", written, maxsplit=1, flags=re.IGNORECASE)[0]
    if len(re.findall(r"\d", number)) < SHORTEST:
        yield "bad_phone"
        return
    if not parse_phones(written):
        yield "unread_phone"
        return
    found = [len(re.findall(r"\d", part)) for part in _NUMBER.findall(number)]
    numbers = [digits for digits in found if digits >= SHORTEST]
    if sum(found) > 12 or len(numbers) > 1 or re.search(r"[/;]", number):
        yield "several_phones"
    if any(digits < WHOLE for digits in numbers):
        yield "local_phone"


def _numbers(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    for key, number, validate in (
        ("ogrn", institution.ogrn, ogrn.validate),
        ("inn", institution.inn, inn.validate),
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


def found_site(site: str) -> str | None:
    try:
        return site_address(site)
    except ValueError:
        return None

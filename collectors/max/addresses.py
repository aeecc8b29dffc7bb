"""Addresses of MAX: every written form of a channel to the one that is kept (no network is asked).

    max.ru/name, @name                  a public channel
    max.ru/id<ИНН>_gos, id<ИНН>_biz     the same; the name holds whose it is
    max.ru/c/<chat_id>/<post>           a channel by its number: what a link to a post looks like
    max.ru/name/<post>                  a post of a public channel
    max.ru/join/<invitation>            a private channel; an invitation keeps its case
    max.ru/<name>_bot, ?start=, ?startapp=, max.ru/u/<person>      no channels

What posts are called, and what follows from a name, is in `links.py` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult

from collectors.addresses import (
    AddressError,
    Place,
    check_host,
    check_name,
    is_bare_name,
    page_of_item,
    page_opened,
    query_of,
    split_address,
    tidy,
    tidy_decoded,
)
from collectors.model import AddressOwner

MAX_HOSTS = frozenset({"max.ru", "www.max.ru", "m.max.ru", "web.max.ru"})
HOME = "https://max.ru"
_NAME = re.compile(r"(?=[\d_.-]*[a-z])[a-z0-9_][a-z0-9_.-]{0,62}[a-z0-9_]", re.ASCII)
_NUMBER = re.compile(r"-?[1-9]\d{0,18}", re.ASCII)
_INVITATION = re.compile(r"[\w-]{6,200}", re.ASCII)
_BOT = re.compile(r"[a-z0-9_.-]+_bot", re.ASCII)
_OF_AN_OWNER = re.compile(r"id(\d{10}|\d{12})(?:_\d+)?_(gos|biz|bot)\d*", re.ASCII)
_KINDS = {"gos": "state", "biz": "business"}
_OF_BOTS = frozenset({"start", "startapp"})  # parameters with which a bot or its application opens
_OWN_WORDS = """
    about api app apps business contacts desktop dev docs download faq help legal login mini-apps
    miniapps news partner partners platform policy press privacy security settings share :share
    sticker stickerset stickers support terms web
"""
_OWN_PATHS = frozenset(_OWN_WORDS.split())


def max_address(text: str) -> str:
    """`https://max.ru/lower_case_name`, `https://max.ru/c/-123`, `https://max.ru/join/AbC`."""
    cleaned = tidy_decoded(tidy(text))
    if is_bare_name(cleaned):
        return _named(cleaned.removeprefix("@").lower())
    parts = split_address(cleaned)
    check_host(parts, MAX_HOSTS, "MAX (max.ru)")
    return _place(parts).address


def max_page_in_link(url: str) -> str | None:
    """The channel that a link opens; None for one post of it, a bot, a person, a share button."""
    return page_opened(url, MAX_HOSTS, _place)


def max_item_in_link(url: str) -> str | None:
    """The channel whose post a link opens."""
    return page_of_item(url, MAX_HOSTS, _place)


def max_addresses(page_id: str | None, name: str | None) -> Iterator[str]:
    """A channel opens by its number and by its present name, or by its invitation."""
    if page_id:
        yield f"{HOME}/c/{page_id}"
    if name:
        yield f"{HOME}/{name if name.startswith('join/') else name.lower()}"


def number_in(address: str) -> int | None:
    """The channel's number, of an address that has it."""
    last = address.removeprefix(f"{HOME}/c/")
    return int(last) if last != address and _NUMBER.fullmatch(last) else None


def max_owner(address: str) -> AddressOwner | None:
    """Whose a name says that it is: `id<ИНН>_gos`. Any other name proves nothing."""
    found = _OF_AN_OWNER.fullmatch(address.removeprefix(f"{HOME}/"))
    if found is None or found[2] not in _KINDS:
        return None
    return AddressOwner(inn=found[1], kind=_KINDS[found[2]])


def _segments(parts: SplitResult) -> list[str]:
    """In the case in which they are written: that of a post or an invitation tells."""
    return [part for part in parts.path.split("/") if part]


def _place(parts: SplitResult) -> Place:
    segments, query = _segments(parts), query_of(parts)
    first, rest = (segments[0].lower(), segments[1:]) if segments else ("", [])
    _check_no_bot(first, query)
    if first == "c":
        return _numbered(rest)
    if first == "join":
        return Place(_invited(rest))
    if _NUMBER.fullmatch(first) and first.startswith("-"):  # web.max.ru/-123
        return Place(f"{HOME}/c/{first}", is_item=bool(rest))
    return Place(_named(first.removeprefix("@")), is_item=bool(rest))


def _numbered(rest: list[str]) -> Place:
    if not rest or not _NUMBER.fullmatch(rest[0]):
        raise AddressError("после «max.ru/c/» нужен номер канала, например -70000000000005")
    return Place(f"{HOME}/c/{rest[0]}", is_item=len(rest) > 1)


def _invited(rest: list[str]) -> str:
    if not rest or not _INVITATION.fullmatch(rest[0]):
        raise AddressError("после «max.ru/join/» нет приглашения: скопируйте ссылку целиком")
    return f"{HOME}/join/{rest[0]}"


def _check_no_bot(name: str, query: Mapping[str, str]) -> None:
    if "startapp" in query:
        raise AddressError(f"«{name}» — мини-приложение MAX, а нужен канал")
    if _BOT.fullmatch(name) or _OF_BOTS & set(query):
        raise AddressError(f"«{name}» — бот MAX, а нужен канал")


def _named(name: str) -> str:
    if not name:
        raise AddressError("в адресе MAX нет имени канала")
    if name == "u":
        raise AddressError("это личная страница MAX, а нужен канал")
    if name in _OWN_PATHS:
        raise AddressError(f"«{name}» — служебная страница MAX, а нужен канал")
    _check_no_bot(name, {})
    return f"{HOME}/{check_name(name, _NAME, 'MAX')}"

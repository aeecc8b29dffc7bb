"""Addresses of OK: every written form of a group to the one that is kept (no network is asked).

Seen: `group/ID`, `dk?st.cmd=altGroupMain&st.groupId=`, sections of a group.
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
    segments_of,
    split_address,
    tidy,
    tidy_decoded,
)

OK_HOSTS = frozenset(
    prefix + host
    for host in ("ok.ru", "odnoklassniki.ru")
    for prefix in ("", "www.", "m.", "new.", "www.m.", "wap.", "mobile.")
)
_OK_NAME = re.compile(r"(?=[\d._-]*[a-z])[a-z0-9_][a-z0-9._-]{0,62}[a-z0-9_]", re.ASCII)
_OK_OWN_WORDS = """
    about ads api app app-store apps bookmarks business cdk discussions dk education feed
    friends game games gifts guests hashtag help hobby holidays https legal live login mall
    market marks messages moments music new news notifications offer online payment people
    photos post posts press privacy profile promo pwa regulations search settings share
    smartphone st theme topic topics url video videos vitrine widget
"""
_OK_OWN_PATHS = frozenset(_OK_OWN_WORDS.split())
_OK_ITEMS = frozenset({"topic", "album", "photo", "video", "statuses", "product"})


def ok_address(text: str) -> str:
    """`https://ok.ru/group/123` or `https://ok.ru/lower_case_name`."""
    cleaned = tidy_decoded(tidy(text))
    if is_bare_name(cleaned):
        return _ok_path([cleaned.removeprefix("@").lower()], {}).address
    parts = split_address(cleaned)
    check_host(parts, OK_HOSTS, "Одноклассников (ok.ru)")
    return _ok_place(parts).address


def ok_page_in_link(url: str) -> str | None:
    """The group that a link opens; None for one topic of it, a person, a share button."""
    return page_opened(url, OK_HOSTS, _ok_place)


def ok_item_in_link(url: str) -> str | None:
    """The group whose topic, album, photo or video a link opens."""
    return page_of_item(url, OK_HOSTS, _ok_place)


def ok_addresses(page_id: str | None, name: str | None) -> Iterator[str]:
    """A group opens by its number and by its present name."""
    if page_id:
        yield f"https://ok.ru/group/{page_id}"
    if name:
        yield f"https://ok.ru/{name.lower()}"


def _ok_group(number: str) -> str:
    return f"https://ok.ru/group/{number.lstrip('0')}"


def _ok_place(parts: SplitResult) -> Place:
    return _ok_path(segments_of(parts), query_of(parts))


def _ok_path(segments: list[str], query: Mapping[str, str]) -> Place:
    first, *rest = segments or [""]
    if first == "dk":
        return _ok_command(query)
    if first == "group":
        first, *rest = rest or [""]
        if not first.isdecimal():
            raise AddressError(f"после «group/» нужен номер группы, а не «{first}»")
    is_item = bool(rest) and rest[0] in _OK_ITEMS
    if number := re.fullmatch(r"(?:group)?0*([1-9]\d*)", first, re.ASCII):
        return Place(_ok_group(number[1]), is_item)
    return Place(f"https://ok.ru/{_ok_name(first)}", is_item)


def _ok_command(query: Mapping[str, str]) -> Place:
    """`dk?st.cmd=altGroupMain&st.groupId=123`, the address of the mobile site."""
    number = query.get("st.groupId") or query.get("st.gid") or ""
    if not re.fullmatch(r"0*[1-9]\d*", number, re.ASCII):
        raise AddressError("в адресе Одноклассников нет номера группы (st.groupId)")
    return Place(_ok_group(number), is_item="st.themeId" in query)


def _ok_name(name: str) -> str:
    if not name:
        raise AddressError("в адресе Одноклассников нет имени страницы")
    if name == "profile":
        raise AddressError("это личная страница Одноклассников, а нужна группа")
    if name in _OK_OWN_PATHS:
        raise AddressError(f"«{name}» — служебная страница Одноклассников, а нужна группа")
    return check_name(name, _OK_NAME, "Одноклассников")

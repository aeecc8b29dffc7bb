"""Addresses of VK: every written form of a community to the one that is kept (no network is asked).

Seen: host variants, `club/public/event`, owners inside `wall-123_456`, `?w=`, `@name`. `club123`
and `public123` are one page, so numbers are kept as `club123` (guard G14).
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

VK_HOSTS = frozenset(
    prefix + host
    for host in ("vk.com", "vk.ru", "vkontakte.ru", "vkontakte.com", "vk.me")
    for prefix in ("", "www.", "m.", "new.", "www.m.", "0.", "wap.")
)
_VK_COMMUNITY = re.compile(r"(?:club|public|event)-?0*([1-9]\d*)", re.ASCII)
_VK_SECTION = re.compile(
    r"(?:wall|board|albums|videos|clips|photos|docs|market|audios|stories|write|uslugi|services"
    r"|articles|podcasts|topics|members|)-0*([1-9]\d*)|board0*([1-9]\d*)",
    re.ASCII,
)
_VK_ITEM = re.compile(r"[a-z][a-z_]*-0*([1-9]\d*)_\d+\w*", re.ASCII)
_VK_ARTICLE = re.compile(r"@(?:-0*([1-9]\d*)|([a-z0-9_.]+))(-.*)?", re.ASCII)
_VK_PERSON = re.compile(r"id-?\d+|(?:wall|photo|video|albums|photos|videos)\d+(?:_\d+)?", re.ASCII)
_VK_APP = re.compile(r"(?:app|game)\d+(?:_-?\d+)?", re.ASCII)
_VK_NAME = re.compile(r"(?=[\d_.]*[a-z])[a-z0-9_][a-z0-9_.]{0,62}[a-z0-9_]", re.ASCII)
_VK_OWN_WORDS = """
    about ads agreement al_feed albums apps away blog bookmarks bugs business calls clips css
    data dev discover docs donut edit fave feed friends gifts groups help im images income index
    invite jobs join js login logout mail market me menu messenger music news notifications
    people photos places play podcasts press privacy products programs restore rtrg search
    services settings share sitemap stickers stories support terms up video videos vkpay
    wall widget widgets
"""
_VK_OWN_PATHS = frozenset(_VK_OWN_WORDS.split())


def vk_address(text: str) -> str:
    """`https://vk.com/club123` or `https://vk.com/lower_case_name`."""
    cleaned = tidy_decoded(tidy(text))
    if re.fullmatch(r"@?-0*[1-9]\d*", cleaned):
        return _vk_club(cleaned.lstrip("@-"))
    if is_bare_name(cleaned):
        return _vk_path(cleaned.removeprefix("@"), {}).address
    parts = split_address(cleaned)
    check_host(parts, VK_HOSTS, "ВКонтакте (vk.com)")
    return _vk_place(parts).address


def vk_page_in_link(url: str) -> str | None:
    """The community that a link opens; None for one post of it, a person, a share button."""
    return page_opened(url, VK_HOSTS, _vk_place)


def vk_item_in_link(url: str) -> str | None:
    """The community whose post, photo, video or article a link opens."""
    return page_of_item(url, VK_HOSTS, _vk_place)


def vk_addresses(page_id: str | None, name: str | None) -> Iterator[str]:
    """A community opens by its number and by its present name."""
    if page_id:
        yield f"https://vk.com/club{page_id}"
    if name:
        yield f"https://vk.com/{name.lower()}"


def _vk_club(number: str) -> str:
    return f"https://vk.com/club{number.lstrip('0')}"


def _vk_place(parts: SplitResult) -> Place:
    segments = segments_of(parts)
    first = segments[0] if segments else ""
    if first in ("video", "clips", "donut", "music") and len(segments) > 1:
        first = segments[1]  # vk.com/video/@name, vk.com/clips/name
    return _vk_path(first, query_of(parts))


def _vk_path(written: str, query: Mapping[str, str]) -> Place:
    first = written.lower().rstrip(".")
    if opened := _page_of_query(query):
        return opened
    if number := _VK_COMMUNITY.fullmatch(first) or _VK_SECTION.fullmatch(first):
        return Place(_vk_club(next(filter(None, number.groups()))))
    if item := _VK_ITEM.fullmatch(first):
        return Place(_vk_club(item[1]), is_item=True)
    if article := _VK_ARTICLE.fullmatch(first):
        owner = _vk_club(article[1]) if article[1] else _vk_path(article[2], {}).address
        return Place(owner, is_item=article[3] is not None)
    if first in _VK_OWN_PATHS and (sel := re.fullmatch(r"-0*([1-9]\d*)", query.get("sel", ""))):
        return Place(_vk_club(sel[1]))  # vk.com/im?sel=-123
    if over := _vk_shown_over(first, query):
        return over
    return Place(f"https://vk.com/{_vk_name(first)}")


def _vk_shown_over(first: str, query: Mapping[str, str]) -> Place | None:
    """`feed?z=photo-1_2`, and the frame of a video: `video_ext.php?oid=-1&id=2`."""
    if first == "video_ext.php":
        found = re.fullmatch(r"-0*([1-9]\d*)", query.get("oid", ""), re.ASCII)
    elif not first or first in _VK_OWN_PATHS:
        found = _VK_ITEM.fullmatch(query.get("z", "").lower().partition("/")[0])
    else:
        found = None
    return Place(_vk_club(found[1]), is_item=True) if found else None


def _page_of_query(query: Mapping[str, str]) -> Place | None:
    """`?w=wall-123_456`: a post opened over another page belongs to the community in it."""
    opened = query.get("w", "").lower().partition("/")[0]
    item = _VK_ITEM.fullmatch(opened) or re.fullmatch(r"wall-0*([1-9]\d*)", opened)
    return Place(_vk_club(item[1]), is_item="_" in opened) if item else None


def _vk_name(name: str) -> str:
    if not name:
        raise AddressError("в адресе ВКонтакте нет имени страницы")
    if _VK_PERSON.fullmatch(name):
        raise AddressError(f"«{name}» — личная страница ВКонтакте, а нужно сообщество")
    if _VK_APP.fullmatch(name):
        raise AddressError(f"«{name}» — приложение ВКонтакте, а нужно сообщество")
    if name in _VK_OWN_PATHS or re.search(r"\.(?:php|html?|js)$", name):
        raise AddressError(f"«{name}» — служебная страница ВКонтакте, а нужно сообщество")
    return check_name(name, _VK_NAME, "ВКонтакте")

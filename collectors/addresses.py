"""Addresses of pages and sites: every written form to the one that is kept (no network).

The forms and where they were seen: VK — host variants, `club/public/event`, owners inside
`wall-123_456`, `?w=`, `@name`; OK — `group/ID`, `dk?st.cmd=altGroupMain&st.groupId=`, sections.
`club123` and `public123` are one page, so numbers are kept as `club123` (guard G14).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import idna

from collectors.text import normalised

Found = tuple[str, str]  # network, canonical address


class AddressError(ValueError):
    """The text is not the address of a page or site; the message is Russian, for the registry."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose page a path leads to. `is_item`: one post, photo or article of it, not the page."""

    address: str
    is_item: bool = False


VK_HOSTS = frozenset(
    prefix + host
    for host in ("vk.com", "vk.ru", "vkontakte.ru", "vkontakte.com", "vk.me")
    for prefix in ("", "www.", "m.", "new.", "www.m.", "0.", "wap.")
)
OK_HOSTS = frozenset(
    prefix + host
    for host in ("ok.ru", "odnoklassniki.ru")
    for prefix in ("", "www.", "m.", "new.", "www.m.", "wap.", "mobile.")
)
SHORTENERS = frozenset({"vk.cc", "clck.ru", "bit.ly", "goo.gl", "t.co", "u.to", "is.gd"})

_LOOK_ALIKES = str.maketrans("авекмнорстухіѕԁ", "abekmhopctyxisd")
_RUSSIAN = re.compile("[а-яё]")
_LATIN = re.compile("[a-z]")
_OPENING = "«»\"'“”„‘’<>([{*"
_TRAILING = " /.,;:!?«»\"'“”„‘’<>*|&#"
_SCHEME = re.compile(r"^(?:https?:?/+|https?:(?=\D)|/+)+", re.IGNORECASE)

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
    about ads agreement al_feed albums apps away blog bookmarks bugs business calls clips
    data dev discover docs donut edit fave feed friends gifts groups help im income index
    invite jobs join login logout mail market me menu messenger music news notifications
    people photos places play podcasts press privacy products programs restore search
    services settings share sitemap stickers stories support terms up video videos vkpay
    wall widget widgets
"""
_VK_OWN_PATHS = frozenset(_VK_OWN_WORDS.split())

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


# --- the public names ---------------------------------------------------------------------------


def vk_address(text: str) -> str:
    """`https://vk.com/club123` or `https://vk.com/lower_case_name`."""
    cleaned = _decoded(_cleaned(text))
    if re.fullmatch(r"@?-0*[1-9]\d*", cleaned):
        return _vk_club(cleaned.lstrip("@-"))
    if _is_bare(cleaned):
        return _vk_path(cleaned.removeprefix("@"), {}).address
    parts = _split(cleaned)
    _require_host(parts, VK_HOSTS, "ВКонтакте (vk.com)")
    return _vk_place(parts).address


def ok_address(text: str) -> str:
    """`https://ok.ru/group/123` or `https://ok.ru/lower_case_name`."""
    cleaned = _decoded(_cleaned(text))
    if _is_bare(cleaned):
        return _ok_path([cleaned.removeprefix("@").lower()], {}).address
    parts = _split(cleaned)
    _require_host(parts, OK_HOSTS, "Одноклассников (ok.ru)")
    return _ok_place(parts).address


def site_address(text: str) -> str:
    """Scheme and host in lower case, the host in Unicode (`https://школа.рф/path`).

    An address without a scheme gets `http`: nearly every server leads from there to `https`, while
    a school's old server may not listen to the latter at all.
    """
    cleaned = _cleaned(text)
    if re.fullmatch(r"[^/\s]+@[^/\s]+", cleaned):
        raise AddressError(f"«{text}» — адрес электронной почты, а нужен адрес сайта")
    parts = _split(cleaned)
    scheme = "https" if re.match(r"https\b", cleaned, re.IGNORECASE) else "http"
    host = _site_host(parts, text)
    port = _port(parts, text)
    shown = host if port in (None, {"http": 80, "https": 443}[scheme]) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    path = f"{parts.path}{query}".rstrip(_TRAILING)
    return f"{scheme}://{shown}{path}"


@lru_cache(maxsize=16384)  # a site shows its links on every page, and each is asked about thrice
def page_in_link(url: str) -> Found | None:
    """The VK or OK page to which a link on a web page leads, as (network, canonical address).

    None for everything that is not the page itself: share buttons (`share.php`,
    `connect.ok.ru/offer`), widgets, persons, applications, and single posts, photos, topics and
    articles — a link to one piece of news does not show where the official page is. Sections of
    a page (`wall-123`, `/topics`) count as the page. `away.php?to=` is unwrapped. A bare word is a
    relative link of the site, never a screen name.
    """
    try:
        return _page_in_link(_cleaned(url), unwraps=3)
    except AddressError:
        return None


def _page_in_link(cleaned: str, unwraps: int) -> Found | None:
    if not (_SCHEME.match(cleaned) or cleaned.partition("/")[0].lower() in VK_HOSTS | OK_HOSTS):
        return None
    target = _unwrapped(_split(cleaned))
    if target is not None:
        return _page_in_link(_decoded(target), unwraps - 1) if unwraps else None
    parts = _split(_decoded(cleaned))
    if _host(parts) in VK_HOSTS:
        return _unless_item("vk", _vk_place(parts))
    if _host(parts) in OK_HOSTS:
        return _unless_item("ok", _ok_place(parts))
    return None


def _unless_item(network: str, place: _Place) -> Found | None:
    return None if place.is_item else (network, place.address)


def _unwrapped(parts: SplitResult) -> str | None:
    """The address behind VK's `away.php?to=` or OK's `dk?st.link=`."""
    query = _query(parts)
    if _host(parts) in VK_HOSTS and parts.path.strip("/") in ("away.php", "away"):
        return query.get("to")
    if _host(parts) in OK_HOSTS and parts.path.strip("/") == "dk":
        return query.get("st.link")
    return None


# --- from text to its parts -----------------------------------------------------------------------


def _cleaned(text: str) -> str:
    """Without what clings to an address in a letter or a table: quotes, nbsp, a full stop."""
    shown = normalised(text.replace("&nbsp;", " ").replace("&amp;", "&"))
    shown = unicodedata.normalize("NFKC", shown).strip().lstrip(_OPENING)
    closing = _TRAILING + "".join(
        c for c, o in ((")", "("), ("]", "["), ("}", "{")) if o not in shown
    )
    shown = shown.rstrip(closing).replace("\\", "/").strip()
    if not shown:
        raise AddressError("адрес пуст")
    if re.search(r"\s", shown):
        raise AddressError(f"в адресе «{text.strip()}» есть пробел: впишите один адрес")
    return shown


def _decoded(cleaned: str) -> str:
    for _ in range(3):
        cleaned = unquote(cleaned)
    return _cleaned(cleaned)


def _split(cleaned: str) -> SplitResult:
    try:
        return urlsplit("//" + _SCHEME.sub("", cleaned))
    except ValueError as error:
        raise AddressError(f"«{cleaned}» — не адрес страницы") from error


def _is_bare(cleaned: str) -> bool:
    """A screen name alone; with a dot it may be a host, so only `@` makes it a name."""
    if cleaned.startswith("@"):
        return True
    return not _SCHEME.match(cleaned) and not re.search(r"[./:?#@]", cleaned)


def _host(parts: SplitResult) -> str:
    """Cyrillic look-alikes are replaced, for comparison with the known hosts only."""
    try:
        return (parts.hostname or "").rstrip(".").translate(_LOOK_ALIKES)
    except ValueError:
        return ""


def _require_host(parts: SplitResult, known: frozenset[str], network: str) -> None:
    host = _host(parts)
    if host in SHORTENERS:
        raise AddressError(
            f"«{host}» — сокращённая ссылка: откройте её и впишите адрес, который появится"
        )
    if host not in known or parts.username is not None:
        raise AddressError(f"«{parts.netloc}» — не адрес {network}")


def _query(parts: SplitResult) -> Mapping[str, str]:
    try:
        return {key: values[0] for key, values in parse_qs(parts.query).items()}
    except ValueError:
        return {}


def _segments(parts: SplitResult) -> list[str]:
    path = parts.path.strip("/")
    if not path and parts.fragment.startswith(("/", "!/")):  # old VK: vk.com/#/club123
        path = parts.fragment.lstrip("!/").partition("?")[0]
    return [part.partition(";")[0].lower() for part in path.split("/") if part]


# --- VK -------------------------------------------------------------------------------------------


def _vk_club(number: str) -> str:
    return f"https://vk.com/club{number.lstrip('0')}"


def _vk_place(parts: SplitResult) -> _Place:
    segments = _segments(parts)
    first = segments[0] if segments else ""
    if first in ("video", "clips", "donut", "music") and len(segments) > 1:
        first = segments[1]  # vk.com/video/@name, vk.com/clips/name
    return _vk_path(first, _query(parts))


def _vk_path(written: str, query: Mapping[str, str]) -> _Place:
    first = written.lower().rstrip(".")
    if opened := _vk_opened(query):
        return opened
    if number := _VK_COMMUNITY.fullmatch(first) or _VK_SECTION.fullmatch(first):
        return _Place(_vk_club(next(filter(None, number.groups()))))
    if item := _VK_ITEM.fullmatch(first):
        return _Place(_vk_club(item[1]), is_item=True)
    if article := _VK_ARTICLE.fullmatch(first):
        owner = _vk_club(article[1]) if article[1] else _vk_path(article[2], {}).address
        return _Place(owner, is_item=article[3] is not None)
    if first in _VK_OWN_PATHS and (sel := re.fullmatch(r"-0*([1-9]\d*)", query.get("sel", ""))):
        return _Place(_vk_club(sel[1]))  # vk.com/im?sel=-123
    return _Place(f"https://vk.com/{_vk_name(first)}")


def _vk_opened(query: Mapping[str, str]) -> _Place | None:
    """`?w=wall-123_456`: a post opened over another page belongs to the community in it."""
    opened = query.get("w", "").lower().partition("/")[0]
    item = _VK_ITEM.fullmatch(opened) or re.fullmatch(r"wall-0*([1-9]\d*)", opened)
    return _Place(_vk_club(item[1]), is_item="_" in opened) if item else None


def _vk_name(name: str) -> str:
    if not name:
        raise AddressError("в адресе ВКонтакте нет имени страницы")
    if _VK_PERSON.fullmatch(name):
        raise AddressError(f"«{name}» — личная страница ВКонтакте, а нужно сообщество")
    if _VK_APP.fullmatch(name):
        raise AddressError(f"«{name}» — приложение ВКонтакте, а нужно сообщество")
    if name in _VK_OWN_PATHS or re.search(r"\.(?:php|html?|js)$", name):
        raise AddressError(f"«{name}» — служебная страница ВКонтакте, а нужно сообщество")
    return _name(name, _VK_NAME, "ВКонтакте")


def _name(name: str, allowed: re.Pattern[str], network: str) -> str:
    if russian := re.search(r"[а-яё]", name):
        raise AddressError(
            f"в имени страницы «{name}» русская буква «{russian[0]}»: наберите её латиницей"
        )
    if not allowed.fullmatch(name):
        raise AddressError(f"«{name}» не может быть именем страницы {network}")
    return name


# --- OK -------------------------------------------------------------------------------------------


def _ok_group(number: str) -> str:
    return f"https://ok.ru/group/{number.lstrip('0')}"


def _ok_place(parts: SplitResult) -> _Place:
    return _ok_path(_segments(parts), _query(parts))


def _ok_path(segments: list[str], query: Mapping[str, str]) -> _Place:
    first, *rest = segments or [""]
    if first == "dk":
        return _ok_command(query)
    if first == "group":
        first, *rest = rest or [""]
        if not first.isdecimal():
            raise AddressError(f"после «group/» нужен номер группы, а не «{first}»")
    is_item = bool(rest) and rest[0] in _OK_ITEMS
    if number := re.fullmatch(r"(?:group)?0*([1-9]\d*)", first, re.ASCII):
        return _Place(_ok_group(number[1]), is_item)
    return _Place(f"https://ok.ru/{_ok_name(first)}", is_item)


def _ok_command(query: Mapping[str, str]) -> _Place:
    """`dk?st.cmd=altGroupMain&st.groupId=123`, the address of the mobile site."""
    number = query.get("st.groupId") or query.get("st.gid") or ""
    if not re.fullmatch(r"0*[1-9]\d*", number, re.ASCII):
        raise AddressError("в адресе Одноклассников нет номера группы (st.groupId)")
    return _Place(_ok_group(number), is_item="st.themeId" in query)


def _ok_name(name: str) -> str:
    if not name:
        raise AddressError("в адресе Одноклассников нет имени страницы")
    if name == "profile":
        raise AddressError("это личная страница Одноклассников, а нужна группа")
    if name in _OK_OWN_PATHS:
        raise AddressError(f"«{name}» — служебная страница Одноклассников, а нужна группа")
    return _name(name, _OK_NAME, "Одноклассников")


# --- sites ----------------------------------------------------------------------------------------


def _site_host(parts: SplitResult, text: str) -> str:
    try:
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        host = ""
    if parts.username is not None or not host:
        raise AddressError(f"«{text.strip()}» — не адрес сайта")
    if _is_ip(host):
        return f"[{host}]" if ":" in host else host
    if "." not in host and host != "localhost":
        raise AddressError(f"«{text.strip()}» — не адрес сайта")
    shown = _unicode_host(host, text)
    if not may_be_host(shown):
        told = f"«{text.strip()}» — не адрес сайта"
        raise AddressError(f"{told}: русские и латинские буквы в имени смешаны")
    return shown


def may_be_host(host: str) -> bool:
    """No label mixes Russian with Latin letters, and .ru and .su have no Russian names.

    «wwwДневник.ru» and «Дневник.ru» name a service in a text and lead nowhere.
    """
    if host.isascii():
        return True
    labels = host.lower().split(".")
    russian = [label for label in labels if _RUSSIAN.search(label)]
    has_no_russian = labels[-1] in ("ru", "su")
    return not any(map(_LATIN.search, russian)) and not (has_no_russian and labels[-2] in russian)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unicode_host(host: str, text: str) -> str:
    if re.fullmatch(r"[a-z0-9_.-]+", host, re.ASCII) and "xn--" not in host and ".." not in host:
        return host
    try:
        return idna.decode(idna.encode(host, uts46=True))
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(f"«{text.strip()}» — не адрес сайта") from error


def _port(parts: SplitResult, text: str) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise AddressError(f"«{text.strip()}»: неверный порт") from error

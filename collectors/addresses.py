"""What every written address goes through, and the address of a site (no network is asked).

The forms of a network's own pages are known to its module: `collectors/vk/addresses.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import idna

from collectors.errors import OperatorError
from collectors.text import normalised


class AddressError(OperatorError, ValueError):
    """The text is not the address of a page or site; the message is Russian, for the registry."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose page a path leads to. `is_item`: one post, photo or article of it, not the page."""

    address: str
    is_item: bool = False


SHORTENERS = frozenset({"vk.cc", "clck.ru", "bit.ly", "goo.gl", "t.co", "u.to", "is.gd"})

LOOK_ALIKES = str.maketrans("авекмнорстухіѕԁ", "abekmhopctyxisd")
_RUSSIAN = re.compile("[а-яё]")
_LATIN = re.compile("[a-z]")
_OPENING = "«»\"'“”„‘’<>([{*"
_TRAILING = " /.,;:!?«»\"'“”„‘’<>*|&#"
SCHEME = re.compile(r"^(?:https?:?/+|https?:(?=\D)|/+)+", re.IGNORECASE)


def site_address(text: str) -> str:
    """Scheme and host in lower case, the host in Unicode (`https://школа.рф/path`).

    An address without a scheme gets `http`: nearly every server leads from there to `https`, while
    a school's old server may not listen to the latter at all.
    """
    cleaned = tidy(text)
    if re.fullmatch(r"[^/\s]+@[^/\s]+", cleaned):
        raise AddressError(f"«{text}» — адрес электронной почты, а нужен адрес сайта")
    parts = split_address(cleaned)
    scheme = "https" if re.match(r"https\b", cleaned, re.IGNORECASE) else "http"
    host = _site_host(parts, text)
    port = _port(parts, text)
    shown = host if port in (None, {"http": 80, "https": 443}[scheme]) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    path = f"{parts.path}{query}".rstrip(_TRAILING)
    return f"{scheme}://{shown}{path}"


# --- from text to its parts -----------------------------------------------------------------------


def tidy(text: str) -> str:
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


def tidy_decoded(cleaned: str) -> str:
    for _ in range(3):
        cleaned = unquote(cleaned)
    return tidy(cleaned)


def split_address(cleaned: str) -> SplitResult:
    try:
        return urlsplit("//" + SCHEME.sub("", cleaned))
    except ValueError as error:
        raise AddressError(f"«{cleaned}» — не адрес страницы") from error


def is_bare_name(cleaned: str) -> bool:
    """A screen name alone; with a dot it may be a host, so only `@` makes it a name."""
    if cleaned.startswith("@"):
        return True
    return not SCHEME.match(cleaned) and not re.search(r"[./:?#@]", cleaned)


def host_of(parts: SplitResult) -> str:
    """Cyrillic look-alikes are replaced, for comparison with the known hosts only."""
    try:
        return (parts.hostname or "").rstrip(".").translate(LOOK_ALIKES)
    except ValueError:
        return ""


def check_host(parts: SplitResult, known: frozenset[str], network: str) -> None:
    host = host_of(parts)
    if host in SHORTENERS:
        raise AddressError(
            f"«{host}» — сокращённая ссылка: откройте её и впишите адрес, который появится"
        )
    if host not in known or parts.username is not None:
        raise AddressError(f"«{parts.netloc}» — не адрес {network}")


def page_opened(
    url: str, hosts: frozenset[str], place_of: Callable[[SplitResult], Place]
) -> str | None:
    """The page of a network that a link opens; None for another host's, and for one item of it."""
    place = _page_of(url, hosts, place_of)
    return place.address if place and not place.is_item else None


def page_of_item(
    url: str, hosts: frozenset[str], place_of: Callable[[SplitResult], Place]
) -> str | None:
    """The page whose post, photo or topic a link opens; None where it opens no single item."""
    place = _page_of(url, hosts, place_of)
    return place.address if place and place.is_item else None


def _page_of(
    url: str, hosts: frozenset[str], place_of: Callable[[SplitResult], Place]
) -> Place | None:
    parts = split_address(tidy_decoded(url))
    return place_of(parts) if host_of(parts) in hosts else None


def query_of(parts: SplitResult) -> Mapping[str, str]:
    try:
        return {key: values[0] for key, values in parse_qs(parts.query).items()}
    except ValueError:
        return {}


def segments_of(parts: SplitResult) -> list[str]:
    path = parts.path.strip("/")
    if not path and parts.fragment.startswith(("/", "!/")):  # old VK: vk.com/#/club123
        path = parts.fragment.lstrip("!/").partition("?")[0]
    return [part.partition(";")[0].lower() for part in path.split("/") if part]


def check_name(name: str, allowed: re.Pattern[str], network: str) -> str:
    if russian := re.search(r"[а-яё]", name):
        raise AddressError(
            f"в имени страницы «{name}» русская буква «{russian[0]}»: наберите её латиницей"
        )
    if not allowed.fullmatch(name):
        raise AddressError(f"«{name}» не может быть именем страницы {network}")
    return name


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

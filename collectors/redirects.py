"""Addresses that stand within another: what a redirector of a mail service, a search engine or a
content management system leads on to. No network is asked.

Seen: `click.mail.ru/redir?u=`, `checklink.mail.ru/proxy?url=`, `google.com/url?q=`,
`yandex.ru/clck/jsredir?url=`, `vk.com/away.php?to=`, `ok.ru/dk?st.link=`, Bitrix's
`redirect.php?goto=` and `rk.php?goto=`, uCoz's `/go?https://…`, DLE's `go.php?url=` in base64,
`go.mail.ru/redir?redir=` in packed base64, `re.jsx?l=`, `urldefense.com/v3/__https://…__;`.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from collectors.addresses import SCHEME, AddressError, host_of, split_address, tidy

MOST_DECODINGS = 3  # an address in a letter about a letter
MOST_UNPACKED = 4096  # bytes
MOST_FIELDS = 100

_LEADS_ON = re.compile(
    r"(?:^|[/._-])(?:away|redir(?:ect(?:or|er)?)?|jsredir|rdr?|go|goto|out(?:going)?|exit|leave"
    r"|link(?:er|filter)?|url|click|clck|clk|proxy|external|extlink|jump|iv|safelinks|urldefense"
    r"|anonym|href|[lr]|r[ek])(?=$|[/._-])"
)
_LEADS_ELSEWHERE = re.compile(
    r"(?:^|[/._-])(?:share|sharer|offer|intent|login|signin|auth|oauth|authorize|register|search"
    r"|translate|validator|check|web)(?=$|[/._-])"
)
_SAYS_SO = frozenset({"goto", "go", "away", "out", "exit", "redirect", "st.link"})
_START = re.compile(r"(?:/|/index\.\w{3,4}|/dk)?/?", re.ASCII)
_INNER = re.compile(r"https?:?/+[^\s]+", re.IGNORECASE)
_BASE64 = re.compile(r"[\w+/-]{16,}={0,4}", re.ASCII)
_PROOFPOINT = re.compile(r"https?-3A__", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inner:
    """`is_led_to`: a browser surely ends there; else the address is only named."""

    url: str
    is_led_to: bool


def inner_addresses(url: str) -> Iterator[Inner]:
    """Addresses in the query, the path and the fragment of an address."""
    rest = SCHEME.sub("", url).partition("/")[2] or url.partition("?")[2]
    if not ("?" in url or "http" in rest.lower()):
        return
    try:
        parts = split_address(url)
        fields = parse_qsl(parts.query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return
    place = f"{host_of(parts)}{parts.path}".lower()
    leads_on = bool(_LEADS_ON.search(place)) and not _LEADS_ELSEWHERE.search(place)
    starts = _START.fullmatch(parts.path) is not None
    for name, value in fields:
        sure = leads_on or (starts and name.lower() in _SAYS_SO)
        yield from (Inner(found, sure) for found in _addresses_spelled_by(value))
    for written in (parts.path, *(() if fields else (parts.query,)), parts.fragment):
        yield from (Inner(found, leads_on) for found in _within(written))


@lru_cache(maxsize=4096)
def led_to(url: str) -> str:
    """Where a redirector leads a browser to; the address itself where it is none."""
    for _ in range(MOST_DECODINGS):
        inner = next(_led_to(url), None)
        if inner is None:
            return url
        url = inner
    return url


def _led_to(url: str) -> Iterator[str]:
    try:
        yield from (one.url for one in inner_addresses(tidy(url)) if one.is_led_to)
    except AddressError:
        return


def _within(written: str) -> Iterator[str]:
    if found := _INNER.search(_unquote(written)):
        yield found[0].partition("__;")[0]


def _addresses_spelled_by(value: str) -> Iterator[str]:
    """The address that a parameter holds, in whatever dress."""
    plain = _unquote(value)
    if _PROOFPOINT.match(plain):
        yield unquote(plain.replace("_", "/").replace("-", "%"))
    elif SCHEME.match(plain) or "." in plain.partition("/")[0]:
        yield plain
    elif _BASE64.fullmatch(plain):
        yield from _unpack(plain)


def _unquote(value: str) -> str:
    for _ in range(MOST_DECODINGS):
        value = unquote(value)
    return value


def _unpack(value: str) -> Iterator[str]:
    padded = value.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        held = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
        if held[:1] == b"x":
            held = zlib.decompressobj().decompress(held, MOST_UNPACKED)
        found = _unquote(held.decode("utf-8"))
    except (ValueError, zlib.error):
        return
    if _INNER.fullmatch(found):
        yield found

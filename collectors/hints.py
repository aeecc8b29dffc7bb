"""Pages of networks that a site shows without a link: by a widget, in a script, as plain text.

A visitor may well find such a page, so it must not be called unlinked; whether it is a link, a
person has to see. No network is asked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain, islice
from urllib.parse import unquote

from collectors.addresses import LOOK_ALIKES, AddressError, tidy
from collectors.links import opened, owner_of_item
from collectors.model import Address, Link, Shown
from collectors.networks import network_hosts, social_networks
from collectors.text import normalised

Hint = tuple[Address, Shown]

NEVER = "(?!)"  # where no network is installed
LONGEST = 300  # characters of an address
MOST_SIGNS = 20_000  # of a page or a script: each costs a look behind it
_BEFORE = re.compile(r"[a-z0-9.@-]{0,40}\Z")
_ESCAPED = re.compile(r".*(?:u002f|x2f|2f|20|3d)", re.DOTALL)  # `%2F%2Fvk.com`, `\u002Fvk.com`
_ENDS = re.compile(r"[\s\"'<>`]")
_ENDS_BEFORE = re.compile(r"[&,;|)\]}\\\s\"'<>`]")
_GOES_ON = re.compile(r"[\w@-]")  # before a host: it is another host, or an e-mail address
_SLIP = re.compile(
    r"\A/(?:[ \u00a0]|%20|%C2%A0){1,2}(?=[a-zA-Z@])"
)  # `href="https://vk.com/ school1"`
_BLANK = r"\s{0,2}"


def names_a_network(markup: str) -> bool:
    """Whether it is worth looking; cheap, for most pages of most sites name none: a word is found
    thirty times as quickly as a pattern of words."""
    lower = markup.lower()
    if any(map(lower.__contains__, _words_of_sign())):
        return True
    return any(slug in lower and called.search(lower) for slug, called in _calls().items())


def hints_of(
    code: str, text: str, place: str, linked: Iterable[Address | None] = ()
) -> Iterator[Link]:
    """Pages that no link of the page leads to; each once, as it is shown best."""
    known = set(linked)
    for page, shown in chain(in_widgets(code), in_text(text), in_code(code)):
        if page not in known:
            known.add(page)
            yield Link(url=page[1], place=place, page=page, shown=shown)


def in_widgets(markup: str) -> Iterator[Hint]:
    """An address is "" where a widget shows a page, and not which."""
    for slug, network in social_networks().items():
        for page in network.in_widgets(markup):
            yield (slug, page or ""), Shown.WIDGET


def in_code(markup: str) -> Iterator[Hint]:
    """Whatever address stands in an attribute, a script, a drawing."""
    lower = markup.lower()
    for sign in islice(_sign().finditer(lower), MOST_SIGNS):
        if (start := _start(lower, sign)) is not None:
            behind = _SLIP.sub("/", markup[sign.end() : sign.end() + LONGEST])
            found = _page(f"https://{start}", behind)
            if found:
                yield found, Shown.CODE


def is_crowded(markup: str) -> bool:
    """It holds more than is looked at."""
    if len(markup) < MOST_SIGNS:
        return False
    return next(islice(_sign().finditer(markup.lower()), MOST_SIGNS, None), None) is not None


def in_text(text: str) -> Iterator[Hint]:
    """«vk.com/school1», also with a slip: «vk. com / school1», a Russian letter, a comma."""
    lower = normalised(text).lower()
    yield from _by_name(lower)
    plain = _in_latin(lower)
    for slip in _slips().finditer(plain):
        if _GOES_ON.match(plain[slip.start() - 1 : slip.start()]):
            continue
        host = re.sub(r"\s", "", slip[1]).replace(",", ".")
        if found := _page(f"https://{host}", f"/{slip[2]}"):
            yield found, Shown.TEXT


def _in_latin(lower: str) -> str:
    """As `translate` would; but that asks the table for every letter of a page, twelve times as
    long (2 ms of the 20 that a page of 38 KB takes)."""
    for russian, latin in LOOK_ALIKES.items():
        lower = lower.replace(chr(russian), chr(latin))
    return lower


def _by_name(lower: str) -> Iterator[Hint]:
    """«ВКонтакте: @school1», «Одноклассники — kedr_school1»."""
    for slug, (words, called) in _patterns_of_names().items():
        for found in called.finditer(lower) if any(map(lower.__contains__, words)) else ():
            try:
                yield (
                    (slug, social_networks()[slug].canonical(f"@{found[1] or found[2]}")),
                    Shown.TEXT,
                )
            except ValueError:
                continue


def _start(lower: str, sign: re.Match[str]) -> str | None:
    """The host with what stands before it, if it is one of a network's; "" behind `://`."""
    if sign[0] == "://":
        return ""
    before = _BEFORE.search(lower, max(0, sign.start() - 40), sign.start())
    prefix = before[0] if before else ""
    for host in (f"{prefix}{sign[0]}", f"{_ESCAPED.sub('', prefix)}{sign[0]}"):
        if host in network_hosts():
            return host
    return None


def _page(start: str, behind: str) -> Address | None:
    """By the whole of what follows, else by what comes before the next sign of code."""
    written = _ENDS.split(behind, maxsplit=1)[0]
    plain = _ENDS.split(_unescape(written), maxsplit=1)[0]
    cut = _ENDS_BEFORE.split(plain, maxsplit=1)[0]
    early = _ENDS_BEFORE.split(_unescape(_ENDS_BEFORE.split(written)[0]), maxsplit=1)[0]
    for tail in dict.fromkeys((plain, cut, early)):
        if found := _page_opened_by(f"{start}{tail}"):
            return found
    return None


def _unescape(written: str) -> str:
    r"""`\/`, `\u002F`, `&amp;`, `%2F` and `%252F` as what they stand for."""
    plain = re.sub(r"\\(?:/|u002f|x2f)", "/", written, flags=re.IGNORECASE)
    return unquote(unquote(html.unescape(plain)))


@lru_cache(maxsize=4096)  # every page of a site repeats its head and foot
def _page_opened_by(url: str) -> Address | None:
    try:
        return opened(tidy(url)) or owner_of_item(tidy(url))
    except AddressError:
        return None


@cache
def _bare_hosts() -> tuple[str, ...]:
    """Without those that are a prefix and another: few words to look for."""
    hosts = network_hosts()
    return tuple(
        sorted(one for one in hosts if not any(one.endswith(f".{other}") for other in hosts))
    )


@cache
def _patterns_of_names() -> Mapping[str, tuple[tuple[str, str], re.Pattern[str]]]:
    """A network by its name in any case of the word, with a page's short name behind it; and the
    words without one of which the pattern finds nothing."""
    name = r"[\s:—–-]{1,4}(?:@([\w.]{3,60})|([a-z][a-z\d.]{0,60}[_\d][\w.]{1,60}))(?![\w@/])"
    stems = {slug: one.title.lower()[:-1] for slug, one in social_networks().items()}
    return {
        slug: (
            (stem, slug),
            re.compile(rf"(?<!\w)(?:{re.escape(stem)}\w{{0,3}}|{re.escape(slug)}){name}"),
        )
        for slug, stem in stems.items()
    }


@cache
def _words_of_sign() -> tuple[str, ...]:
    """What a page of a network must have in its address; any address, if one names no host."""
    tells_all = all(one.hosts for one in social_networks().values())
    return (*_bare_hosts(), *(() if tells_all else ("://",)))


@cache
def _sign() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _words_of_sign())) or NEVER)


@cache
def _calls() -> Mapping[str, re.Pattern[str]]:
    """The name that a widget is called by: `VK.Widgets.Group(…)`, `data-vk-group`."""
    return {slug: re.compile(rf"\b{re.escape(slug)}[.-]") for slug in social_networks()}


@cache
def _slips() -> re.Pattern[str]:
    hosts = (rf"{_BLANK}[.,]{_BLANK}".join(map(re.escape, h.split("."))) for h in _bare_hosts())
    name = r"([\w.@-][\w.@/?=&-]{1,120})"
    return re.compile(rf"({'|'.join(hosts) or NEVER}){_BLANK}[/\\]{_BLANK}{name}")

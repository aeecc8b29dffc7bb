"""Is this page of ok.ru the group's, and what does it state in lines of its own? (No network.)

No saved page of OK was to be had, so every thing is looked for in several ways, as different
public readers found it, and a page on which nothing is recognised is a failure, never an empty
group. A page is believed only after it named itself as the group that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import PageElement

from collectors.addresses import AddressError
from collectors.model import (
    Access,
    Failure,
    FailureCode,
    Page,
    Presence,
)
from collectors.numbers import number_in
from collectors.ok import phrases
from collectors.ok.addresses import ok_address
from collectors.ok.layout import (
    ABOUT_THE_GROUP,
    CAPTCHA,
    LOGIN,
    OWN_ADDRESSES,
    PROSE,
    SIGNS_OF_A_GROUP,
    TOPIC_LINKS,
    WITH_THE_NUMBER,
)
from collectors.ok.shapes import tags_in, value_of
from collectors.ok.texts import identities, meta_content
from collectors.text import is_normal, is_normal_markup, normalised, normalised_all

CUT = Failure(FailureCode.CUT, "the end of the page did not come")
TOO_MUCH = Failure(FailureCode.TOO_LARGE, "more tags, or deeper ones, than are looked at")
MOST_TAGS, MOST_DEPTH = 30_000, 200  # a page of OK has some five thousand, thirty deep
MOST_WITHIN = 10  # of these in each other, six at most on a page: all that is in each is looked at


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as it arrived: where redirects ended, and its text.

    Pages of OK end with `</html>`; of one that did not, `html` goes up to its last whole tag.
    """

    url: str
    html: str
    is_whole: bool = True


def parse(answer: PageText) -> BeautifulSoup:
    """Nothing of a page that is more crowded than any of OK's: `trouble` says so."""
    soup = BeautifulSoup("" if _is_crowded(answer) else answer.html, "lxml")
    if not is_normal_markup(answer.html):
        _normalise(soup)
    return soup


def _normalise(soup: BeautifulSoup) -> None:
    """Texts and attributes; no address of the page is asked for as it is written there."""
    for text in [text for text in soup.find_all(string=True) if not is_normal(text)]:
        text.replace_with(type(text)(normalised(text)))
    for tag in soup.find_all(True):
        tag.attrs |= {name: normalised_all(value) for name, value in tag.attrs.items()}


def _is_crowded(answer: PageText) -> bool:
    return answer.html.count("<") > 2 * MOST_TAGS


def _is_deep(soup: BeautifulSoup) -> bool:
    """Also of blocks in blocks: what stands in them is looked at for each."""
    blocks = identities(ABOUT_THE_GROUP.all_in(soup))
    level: list[tuple[Tag, int]] = [(soup, 0)]
    for _ in range(MOST_DEPTH):
        level = [
            (child, within + (id(child) in blocks))
            for tag, within in level
            for child in tag.contents
            if isinstance(child, Tag)
        ]
        if any(within > MOST_WITHIN for _, within in level):
            return True
    return bool(level)


def trouble(soup: BeautifulSoup, answer: PageText, page: Page) -> Failure | None:
    """Why the page cannot be taken for the group's; None when it is surely the group's."""
    if not answer.html.strip():
        return Failure(FailureCode.EMPTY, "empty page") if answer.is_whole else CUT
    if _is_crowded(answer) or _is_deep(soup):
        return TOO_MUCH
    if is_group_of(soup, answer, page):
        return None
    code, detail = _what_stands_instead(soup, answer)
    if not answer.is_whole and code not in (FailureCode.CAPTCHA, FailureCode.LOGIN_WALL):
        return CUT
    return Failure(code, detail)


def is_group_of(soup: BeautifulSoup, answer: PageText, page: Page) -> bool:
    """Does the page name itself as `page`, by its number or by its own address?

    A login wall may carry the group's address or number, too, so something of a group's page
    must be there besides.
    """
    if not SIGNS_OF_A_GROUP.are_in(soup):
        return False
    named, own = own_address(soup), own_id(soup)
    if asked := number_of(page.address):
        is_mentioned = own is None and named is not None and asked in _mentioned_ids(soup)
        return own == asked or is_mentioned
    if named == page.address or (own is not None and own == page.known_id):
        return True
    return number_of(named) is not None and canonical(answer.url) == page.address


def own_id(soup: BeautifulSoup) -> str | None:
    """The group's number from its address, its head or its menu: not of a group it recommends."""
    if number := number_of(own_address(soup)):
        return number
    for tag in WITH_THE_NUMBER.all_in(soup):
        if "data-group-id" in tag.attrs:
            return number_in(value_of(tag, "data-group-id"))
    for link in TOPIC_LINKS.all_in(soup):
        if number := number_of(canonical(str(link.get("href", "")))):
            return number
    ids = _mentioned_ids(soup)
    return number_in(ids.pop()) if len(ids) == 1 else None


def _mentioned_ids(soup: BeautifulSoup) -> set[str]:
    tags = (tag for tag in tags_in(soup) if "data-group-id" in tag.attrs)
    owners = {value_of(tag, "data-group-id") for tag in tags}
    return owners | set(re.findall(r"(?:groupId|st\.gid)=(\d+)", str(soup)))


def own_address(soup: BeautifulSoup) -> str | None:
    tags = OWN_ADDRESSES.first_of_each_in(soup)
    written = (value_of(tag, "content" if tag.name == "meta" else "href") for tag in tags)
    return next(filter(None, map(canonical, written)), None)


def canonical(url: str) -> str | None:
    """As the registry writes it; the host is left out, a stand-in has another."""
    parts = urlsplit(url)
    try:
        return ok_address(f"https://ok.ru{parts.path}?{parts.query}")
    except AddressError:
        return None


def number_of(address: str | None) -> str | None:
    found = re.search(r"/group/(\d+)$", address or "")
    return found[1] if found else None


def _what_stands_instead(soup: BeautifulSoup, answer: PageText) -> tuple[FailureCode, str]:
    lines, address = list(own_lines(soup)), answer.url.lower()
    if "captcha" in address or CAPTCHA.are_in(soup):
        return FailureCode.CAPTCHA, "captcha"
    if phrases.says(lines, phrases.CAPTCHA):
        return FailureCode.CAPTCHA, "captcha"
    if "anonym" in address or "login" in address or LOGIN.are_in(soup):
        return FailureCode.LOGIN_WALL, "login wall"
    if "/profile/" in urlsplit(meta_content(soup, "og:url") or answer.url).path:
        return FailureCode.NOT_A_COMMUNITY, "a person's page"
    if soup.find("script") and len(" ".join(lines)) < 200 and not soup.find("h1"):
        return FailureCode.NEEDS_JAVASCRIPT, "nothing but scripts"
    return FailureCode.UNRECOGNISED, "the page does not name itself as the group"


def names_another(soup: BeautifulSoup, page: Page) -> bool:
    named = own_address(soup)
    return named is not None and named != page.address and number_of(named) != page.known_id


def stated_presence(soup: BeautifulSoup) -> Presence | None:
    """BANNED, DELETED or ABSENT where OK itself says so in a line of its own."""
    lines = list(own_lines(soup))
    return next((p for p, known in phrases.PRESENCE.items() if phrases.says(lines, known)), None)


def stated_access(soup: BeautifulSoup) -> Access | None:
    lines = list(own_lines(soup))
    return next((a for a, known in phrases.ACCESS.items() if phrases.says(lines, known)), None)


def own_lines(soup: BeautifulSoup) -> Iterator[str]:
    """The page's own lines: no prose of the group, no posts, no scripts."""
    apart = identities(PROSE.all_in(soup)) | {id(soup.title)}
    waiting: list[PageElement] = [soup]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, Tag):
            waiting += [] if id(piece) in apart else reversed(piece.contents)
        elif not isinstance(piece, Comment) and str(piece).strip():
            yield str(piece)


def says_no_topics(soup: BeautifulSoup) -> bool:
    return phrases.says(list(own_lines(soup)), phrases.NO_TOPICS)

"""What a public page of ok.ru shows, read from its HTML (no network here).

No saved page of OK was to be had, so every thing is looked for in several ways, as different
public readers found it, and a page on which nothing is recognised is a failure, never an empty
group. A page is believed only after it named itself as the group that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString, PageElement

from collectors.addresses import AddressError
from collectors.contacts import find_contacts, union
from collectors.model import (
    Access,
    Author,
    Contacts,
    Facts,
    Failure,
    FailureCode,
    Link,
    Page,
    Presence,
)
from collectors.numbers import number_in
from collectors.ok import phrases
from collectors.ok.addresses import ok_address
from collectors.ok.dates import read_date
from collectors.ok.walls import Entry
from collectors.text import is_normal, is_normal_markup, normalised, normalised_all

NAMES = ("h1.group-name_h", "#hook_Block_AltGroupInfo h1", "a.emphased.grp", "h1.group-name")
DESCRIPTIONS = (".group-info_desc", "[itemprop=description]", ".group-description")
META_DESCRIPTIONS = ("meta[property='og:description']", "meta[name=description]")
HEADERS = (
    "#hook_Block_AltGroupHeader",
    "#hook_Block_AltGroupInfo",
    "#hook_Block_LeftColumnTopCardAltGroup",
    "#hook_Block_MainContentHeader",
    ".group-header",
    ".group-info",
)
INFORMATION = (
    ".group-info_lst_i",
    ".group-info_category",
    ".group-info",
    "#hook_Block_AltGroupInfo",
    "#hook_Block_LeftColumnTopCardAltGroup",
    "[itemprop=telephone]",
    "[itemprop=address]",
    "a[href^='tel:']",
    "a[href^='mailto:']",
)
MEMBERS = ("#groupMembersCntEl", ".group-members_count")
TOPIC_LINKS = (
    "#hook_Block_MiddleColumnTopCard_MenuAltGroup nav a[href*='topics']",
    "#hook_Block_AltGroupMainMenu a[href*='topics']",
    "nav a[href*='topics']",
    "a.navMenu_a[href*='topics']",
    "a[data-l*='topics'][href*='topics']",
)
POSTS = ("div.groups_post-w", "div.feed-w", "div.feed-list > div", "div.topic-block", "div.feed")
DATES = (".feed_date", "div.feed-info-date time", ".feed-info-date", "time.js-time")
TEXTS = (".media-text_cnt_tx", ".media-text.media-block", "span.topic-text_content")
PINNED = (".feed_pin", ".__pinned", "[class*=pinned]", "[data-pinned=true]")
RESHARES = (
    ".media-reshare",
    ".feed_reshare",
    ".mlr_reshare",
    "[class*='media-block'][class*=reshare]",
)
AUTHORS = (".feed_top a[href]", ".feed_author a[href]", "a.feed-author[href]", "a.author[href]")
FEET = (".feed_f", ".feed_widgets", ".mediatopic_comments", ".widget-list")
LOGIN = (
    "input[name='st.password']",
    "#field_password",
    ".anonym_login",
    "form[action*=AnonymLogin]",
)
CUT = Failure(FailureCode.CUT, "the end of the page did not come")
TOO_MUCH = Failure(FailureCode.TOO_LARGE, "more tags, or deeper ones, than are looked at")
MOST_TAGS, MOST_DEPTH = 30_000, 200  # a page of OK has some five thousand, thirty deep
MOST_BLOCKS = 50  # about the group, of a kind: a page has a handful
MOST_WITHIN = 10  # of these in each other, six at most on a page: all that is in each is looked at
_PROSE = (*DESCRIPTIONS, *POSTS, "script", "style", "noscript", "template")


@dataclass(frozen=True, slots=True)
class Shown:
    """One page as it arrived: where redirects ended, and its text.

    Pages of OK end with `</html>`; of one that did not, `html` goes up to its last whole tag.
    """

    url: str
    html: str
    is_whole: bool = True


# --- is it the page? ----------------------------------------------------------------------------


def parse(answer: Shown) -> BeautifulSoup:
    """Nothing of a page that is more crowded than any of OK's: `trouble` says so."""
    soup = BeautifulSoup("" if _is_crowded(answer) else answer.html, "lxml")
    if not is_normal_markup(answer.html):
        _normalise(soup)
    return soup


def _normalise(soup: BeautifulSoup) -> None:
    """Texts and attributes; no address of the page is asked for as it is written there."""
    for text in [one for one in soup.find_all(string=True) if not is_normal(one)]:
        text.replace_with(type(text)(normalised(text)))
    for tag in soup.find_all(True):
        tag.attrs |= {name: normalised_all(value) for name, value in tag.attrs.items()}


def _is_crowded(answer: Shown) -> bool:
    return answer.html.count("<") > 2 * MOST_TAGS


def _is_deep(soup: BeautifulSoup) -> bool:
    """Also of blocks in blocks: what stands in them is looked at for each."""
    blocks = _ids(_all(soup, (*DESCRIPTIONS, *HEADERS, *INFORMATION)))
    level: list[tuple[Tag, int]] = [(soup, 0)]
    for _ in range(MOST_DEPTH):
        level = [
            (one, within + (id(one) in blocks))
            for tag, within in level
            for one in tag.contents
            if isinstance(one, Tag)
        ]
        if any(within > MOST_WITHIN for _, within in level):
            return True
    return bool(level)


def trouble(soup: BeautifulSoup, answer: Shown, page: Page) -> Failure | None:
    """Why the page cannot be taken for the group's; None when it is surely the group's."""
    if not answer.html.strip():
        return Failure(FailureCode.EMPTY, "empty page") if answer.is_whole else CUT
    if _is_crowded(answer) or _is_deep(soup):
        return TOO_MUCH
    if is_group_of(soup, answer, page):
        return None
    code, detail = _instead(soup, answer)
    if not answer.is_whole and code not in (FailureCode.CAPTCHA, FailureCode.LOGIN_WALL):
        return CUT
    return Failure(code, detail)


def is_group_of(soup: BeautifulSoup, answer: Shown, page: Page) -> bool:
    """Does the page name itself as `page`, by its number or by its own address?

    A login wall may carry the group's address or number, too, so something of a group's page
    must be there besides.
    """
    if _first(soup, (*NAMES, *HEADERS, *TOPIC_LINKS, *POSTS)) is None:
        return False
    named, own = _own_address(soup), own_id(soup)
    if asked := _number(page.address):
        is_mentioned = own is None and named is not None and asked in _mentioned_ids(soup)
        return own == asked or is_mentioned
    if named == page.address or (own is not None and own == page.known_id):
        return True
    return _number(named) is not None and _canonical(answer.url) == page.address


def own_id(soup: BeautifulSoup) -> str | None:
    """The group's number from its address, its head or its menu: not of a group it recommends."""
    if number := _number(_own_address(soup)):
        return number
    for tag in soup.select(", ".join(f"{one}[data-group-id]" for one in ("body", *HEADERS))):
        return number_in(str(tag["data-group-id"]))
    for link in soup.select(", ".join(TOPIC_LINKS)):
        if number := _number(_canonical(str(link.get("href", "")))):
            return number
    ids = _mentioned_ids(soup)
    return number_in(ids.pop()) if len(ids) == 1 else None


def _mentioned_ids(soup: BeautifulSoup) -> set[str]:
    owners = {str(tag["data-group-id"]) for tag in soup.select("[data-group-id]")}
    return owners | set(re.findall(r"(?:groupId|st\.gid)=(\d+)", str(soup)))


def _own_address(soup: BeautifulSoup) -> str | None:
    for selector, attribute in (
        ("meta[property='og:url']", "content"),
        ("link[rel=canonical]", "href"),
    ):
        tag = soup.select_one(selector)
        if tag and (found := _canonical(str(tag.get(attribute, "")))):
            return found
    return None


def _canonical(url: str) -> str | None:
    """As the registry writes it; the host is left out, a stand-in has another."""
    parts = urlsplit(url)
    try:
        return ok_address(f"https://ok.ru{parts.path}?{parts.query}")
    except AddressError:
        return None


def _number(address: str | None) -> str | None:
    found = re.search(r"/group/(\d+)$", address or "")
    return found[1] if found else None


def _instead(soup: BeautifulSoup, answer: Shown) -> tuple[FailureCode, str]:
    lines, address = list(_lines(soup)), answer.url.lower()
    if "captcha" in address or soup.select_one("[id*=captcha], img[src*=captcha]"):
        return FailureCode.CAPTCHA, "captcha"
    if phrases.says(lines, phrases.CAPTCHA):
        return FailureCode.CAPTCHA, "captcha"
    if "anonym" in address or "login" in address or _first(soup, LOGIN):
        return FailureCode.LOGIN_WALL, "login wall"
    if "/profile/" in urlsplit(_meta(soup, "og:url") or answer.url).path:
        return FailureCode.NOT_A_COMMUNITY, "a person's page"
    if soup.find("script") and len(" ".join(lines)) < 200 and not soup.find("h1"):
        return FailureCode.NEEDS_JAVASCRIPT, "nothing but scripts"
    return FailureCode.UNRECOGNISED, "the page does not name itself as the group"


def names_another(soup: BeautifulSoup, page: Page) -> bool:
    named = _own_address(soup)
    return named is not None and named != page.address and _number(named) != page.known_id


def stated_presence(soup: BeautifulSoup) -> Presence | None:
    """BANNED, DELETED or ABSENT where OK itself says so in a line of its own."""
    lines = list(_lines(soup))
    return next((p for p, known in phrases.PRESENCE.items() if phrases.says(lines, known)), None)


def stated_access(soup: BeautifulSoup) -> Access | None:
    lines = list(_lines(soup))
    return next((a for a, known in phrases.ACCESS.items() if phrases.says(lines, known)), None)


def _lines(soup: BeautifulSoup) -> Iterator[str]:
    """The page's own lines: no prose of the group, no posts, no scripts."""
    apart = _ids(_all(soup, _PROSE)) | {id(soup.title)}
    waiting: list[PageElement] = [soup]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Tag):
            waiting += [] if id(one) in apart else reversed(one.contents)
        elif not isinstance(one, Comment) and str(one).strip():
            yield str(one)


# --- the group ------------------------------------------------------------------------------------


def group_facts(soup: BeautifulSoup, page: Page) -> Facts:
    """What the head of the group's page shows. The mark is True or None: see `control`."""
    description, is_cut = _description(soup)
    return Facts(
        presence=Presence.LIVE,
        access=stated_access(soup),
        page_id=own_id(soup),
        screen_name=_screen_name(soup, page),
        kind="group",
        title=_title(soup),
        description=description,
        government_mark=True if has_mark(soup) else None,
        members_count=_count(_text(_first(soup, MEMBERS))),
        topics_count=topics_count(soup),
        contacts=_contacts(soup),
        unread_places=("description",) if is_cut else (),
    )


def facts_in_part(soup: BeautifulSoup, page: Page) -> Facts:
    """Of a page that broke off: without what its rest might add to or take back."""
    facts = group_facts(soup, page)
    return replace(facts, access=None, members_count=None, topics_count=None)


def topics_count(soup: BeautifulSoup) -> int | None:
    """The number beside the menu's link to the topics, and no other number."""
    for selector in TOPIC_LINKS:
        for link in soup.select(selector):
            counter = link.select_one(".navMenuCount, span:last-of-type") or link
            if (count := _count(_text(counter))) is not None:
                return count
    return None


def has_mark(soup: BeautifulSoup) -> bool:
    """«Госорганизация» as a label of its own near the title (text, tooltip or label)."""
    near = _all(soup, (*HEADERS, *NAMES))[:MOST_BLOCKS]
    if name := _first(soup, NAMES):
        near += [tag for tag in name.find_next_siblings(limit=3) if isinstance(tag, Tag)]
    prose, seen = _ids(_all(soup, _PROSE)), set[int]()
    return any(_is_mark(tag) for block in near for tag in _unseen(block, prose, seen))


def _unseen(block: Tag, prose: frozenset[int], seen: set[int]) -> Iterator[Tag]:
    """The block and all in it but prose; what stands in several blocks comes once."""
    waiting = [block]
    while waiting:
        tag = waiting.pop()
        if id(tag) not in seen:
            seen.add(id(tag))
            yield tag
            within = (one for one in tag.contents if isinstance(one, Tag))
            waiting += [one for one in within if id(one) not in prose]


def _is_mark(tag: Tag) -> bool:
    labels = [str(tag.get(name, "")) for name in ("title", "aria-label", "data-tooltip", "alt")]
    own = "".join(text for text in tag.find_all(string=True, recursive=False))
    return phrases.MARK in map(phrases.normal, [own, *labels])


def _title(soup: BeautifulSoup) -> str | None:
    if name := _first(soup, NAMES):
        words = [
            str(s).strip() for s in name.find_all(string=True) if phrases.normal(s) != phrases.MARK
        ]
        return " ".join(" ".join(words).split()) or None
    written = _meta(soup, "og:title") or (soup.title.get_text() if soup.title else "")
    return re.split(r" \| | — Темы", written)[0].strip() or None


def _description(soup: BeautifulSoup) -> tuple[str | None, bool]:
    """The description, and whether it is only the beginning of it."""
    block = _first(soup, DESCRIPTIONS)
    text = _text(block) if block else _meta_description(soup)
    return text, (text or "").endswith(("…", "..."))


def _meta_description(soup: BeautifulSoup) -> str | None:
    tags = (soup.select_one(selector) for selector in META_DESCRIPTIONS)
    return next((str(tag.get("content", "")).strip() for tag in tags if tag), None)


def _screen_name(soup: BeautifulSoup, page: Page) -> str | None:
    named = _own_address(soup) or page.address
    return None if _number(named) else urlsplit(named).path.strip("/")


def _contacts(soup: BeautifulSoup) -> Contacts | None:
    """From the description and every block about the group; None when there is no such block."""
    found = [
        find_contacts(_text(tag), place, _links(tag, place))
        for place, selectors in (("description", DESCRIPTIONS), ("info", INFORMATION))
        for tag in _all(soup, selectors)[:MOST_BLOCKS]
    ]
    metas = _all(soup, META_DESCRIPTIONS)[:MOST_BLOCKS]
    found += [find_contacts(str(meta.get("content", "")), "description") for meta in metas]
    return union(*found) if found else None


def _links(tag: Tag, place: str) -> list[Link]:
    """Links that lead away from OK, and to letters and telephones."""
    tags = [one for one in (tag, *tag.select("a[href]")) if one.get("href")]
    hrefs = ((_behind(str(one["href"])), one.get_text(" ", strip=True)) for one in tags)
    away = ("http://", "https://", "//", "tel:", "mailto:")
    return [Link(url=url, place=place, text=text) for url, text in hrefs if url.startswith(away)]


def _behind(href: str) -> str:
    """The address behind OK's own redirect for links that lead away."""
    target = parse_qs(urlsplit(href).query).get("st.link")
    return target[0] if target else href


# --- the topics -----------------------------------------------------------------------------------


def entries(soup: BeautifulSoup, clock: datetime, page: Page) -> tuple[Entry, ...]:
    """The topics in the order of the page; those whose date cannot be read come without one."""
    own = {page.address, _own_address(soup), f"https://ok.ru/group/{own_id(soup)}"}
    return tuple(_entry(block, clock, own) for block in _blocks(soup))


def shows_topics(soup: BeautifulSoup) -> bool:
    return bool(_blocks(soup))


def says_no_topics(soup: BeautifulSoup) -> bool:
    return phrases.says(list(_lines(soup)), phrases.NO_TOPICS)


def _blocks(soup: BeautifulSoup) -> list[Tag]:
    """The outermost blocks that hold a topic: with a date, a topic's number or a topic's text."""
    found = {id(tag) for tag in _all(soup, POSTS)}
    outermost = [
        tag
        for tag in soup.find_all("div")
        if id(tag) in found and not any(id(parent) in found for parent in tag.parents)
    ]
    return [tag for tag in outermost if _first(tag, DATES) or _first(tag, TEXTS) or _topic_id(tag)]


def _entry(block: Tag, clock: datetime, own: set[str | None]) -> Entry:
    date = _first(block, DATES)
    text = _text(_first(block, TEXTS)) if _first(block, TEXTS) else None
    return Entry(
        key=_topic_id(block) or sha256(_text(block).encode()).hexdigest()[:16],
        moment=read_date(_text(date), clock) if date else None,
        author=_author(block, own),
        is_pinned=_first(block, PINNED) is not None,
        is_repost=_first(block, RESHARES) is not None,
        text=text,
    )


def _topic_id(block: Tag) -> str | None:
    marked = block if block.get("data-id1") else block.select_one("[data-id1]")
    if marked:
        return str(marked["data-id1"])
    found = re.search(r"/topic/(\d+)|themeId=(\d+)|cnts_(\d+)", str(block))
    return next(filter(None, found.groups())) if found else None


def _author(block: Tag, own: set[str | None]) -> Author:
    """Whose name stands over the topic.

    A topic of a member carries a link to the person, so one without any is the group's own. (An
    inference, not documented; it touches only the strict bound, which never accuses.)
    """
    apart = _ids(_all(block, (*TEXTS, *FEET)))  # the text (a mention) and the foot (comments)
    links = [str(tag["href"]) for tag in block.select("a[href]") if not _is_below(tag, apart)]
    if any(urlsplit(href).path.startswith("/profile/") for href in links):
        return Author.OTHER
    named = _first(block, AUTHORS)
    if named is None or _canonical(str(named["href"])) in own:
        return Author.PAGE
    return Author.UNTOLD


def _ids(tags: Sequence[Tag]) -> frozenset[int]:
    """By these a tag is known: `==` compares all that is in it, as deep as it goes."""
    return frozenset(map(id, tags))


def _is_below(tag: Tag, others: frozenset[int]) -> bool:
    return any(id(parent) in others for parent in tag.parents)


# --- small ----------------------------------------------------------------------------------------


def _all(soup: Tag, selectors: Sequence[str]) -> list[Tag]:
    """One walk for all selectors: a page has thousands of tags."""
    return list(soup.select(", ".join(selectors)))


def _first(soup: Tag, selectors: Sequence[str]) -> Tag | None:
    return next((tag for tag in map(soup.select_one, selectors) if tag), None)


def _text(tag: Tag | None) -> str:
    """The text with line ends where blocks and <br> end a line."""
    if tag is None:
        return ""
    pieces = [("\n" if getattr(p, "name", "") in _BREAKS else str(p)) for p in _pieces(tag)]
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


_BREAKS = frozenset({"br", "p", "div", "li", "tr"})


def _pieces(tag: Tag) -> Iterator[Tag | NavigableString]:
    for piece in tag.descendants:
        if isinstance(piece, Tag) or type(piece) is NavigableString:
            if isinstance(piece, Tag) and piece.name not in _BREAKS:
                continue
            yield piece


def _meta(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.select_one(f"meta[property='{name}']")
    return str(tag["content"]) if tag and tag.get("content") else None


def _count(text: str) -> int | None:
    """«12 463», «1,234»; «12K» is not a count."""
    found = re.search(r"\d[\d\s.,]*(?![\d\w])", text.replace("\xa0", " "))
    if found is None or re.search(r"\d\s*[kкmмт]", text.lower()):
        return None
    figures = number_in(re.sub(r"\D", "", found[0]))
    return int(figures) if figures else None

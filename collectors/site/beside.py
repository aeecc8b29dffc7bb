"""What stands beside the pages of a site: sitemap.xml, and scripts that bring in a ПОС form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from collectors.ends import is_page
from collectors.hints import hints_of, is_crowded, names_a_network
from collectors.http.answers import Answer
from collectors.http.errors import ReadError
from collectors.model import FailureCode, Link
from collectors.site.encodings import decoded
from collectors.site.reader import SiteReader, is_refusal
from collectors.site.robots import MOST_PAGES, Sitemap, own_addresses, sitemap_of
from collectors.site.territory import Territory
from collectors.site.widgets import pos_widgets

MOST_SITEMAPS = 20
MOST_WAITING = 400  # sitemaps that are known and not yet asked for
MOST_SCRIPTS = 25
MOST_HINTS = 1_000  # of a script
LIBRARY = re.compile(
    r"jquery|bootstrap|swiper|slick|owl|fancybox|lightbox|polyfill|modernizr|popper|moment"
    r"|fontawesome|recaptcha|tinymce|ckeditor|leaflet|metrika|analytics",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """Pages that the sitemaps name, and why a sitemap could not be read: a gap in the crawl."""

    pages: tuple[str, ...]
    unread: tuple[FailureCode, ...] = ()


async def mapped_pages(reader: SiteReader, site: Territory) -> Mapped:
    """Of the sitemaps that robots.txt names, and of /sitemap.xml where there is one."""
    guess = site.beside_home("/sitemap.xml")
    waiting = [guess, *await _named_sitemaps(reader, site)]
    pages: dict[str, None] = {}
    rules = await reader.rules(site.home)
    unread = [] if rules.is_whole else [FailureCode.CUT]  # it may name more sitemaps
    for asked, url in enumerate(waiting):  # an index adds to it
        if asked >= MOST_SITEMAPS:
            unread.append(FailureCode.TOO_LARGE)
            break
        try:
            found = await _sitemap(reader, url, site)
        except ReadError as error:
            unread += [] if url == guess and _is_no_map(error) else [error.failure.code]
            continue
        unread += [] if found.is_whole else [FailureCode.CUT]
        waiting += [one for one in dict.fromkeys(found.more) if one not in waiting]
        pages |= dict.fromkeys(found.pages)
        if len(waiting) > MOST_WAITING or len(pages) > MOST_PAGES:
            unread.append(FailureCode.TOO_LARGE)
            break
    return Mapped(tuple(islice(pages, MOST_PAGES)), tuple(unread))


async def _named_sitemaps(reader: SiteReader, site: Territory) -> list[str]:
    rules = await reader.rules(site.home)
    guess = site.beside_home("/sitemap.xml")
    named = dict.fromkeys(own_addresses(rules.sitemaps, site))
    return [one for one in named if one != guess]


async def _sitemap(reader: SiteReader, url: str, site: Territory) -> Sitemap:
    answer = await reader.file(url, attempts=2)
    if answer.status != 200:
        return Sitemap()
    kind = answer.headers.get("content-type", "")
    most = reader.client.limits.max_bytes
    last = reader.remembered(Sitemap, url, answer.body, most, kind, site)
    read = last.recall()
    if read is None:
        read = await reader.scales.weigh(answer, sitemap_of, answer.body, most, kind, site)
        last.keep(read)
    return read or Sitemap(is_whole=answer.is_whole or is_page(answer.body))


def _is_no_map(error: ReadError) -> bool:
    """/sitemap.xml is our guess: who refuses it does not say that there is one."""
    return is_refusal(error) or error.failure.code is FailureCode.ROBOTS


@dataclass(frozen=True, slots=True)
class Scripted:
    """What scripts bring into the pages: ПОС forms, and pages of networks."""

    forms: tuple[str, ...]
    all_read: bool
    hints: tuple[Link, ...] = ()


async def scripted_widgets(reader: SiteReader, scripts: Sequence[str]) -> Scripted:
    """Read until a form is found."""
    wanted = own_scripts(scripts)
    all_read = len(wanted) <= MOST_SCRIPTS
    hints: list[Link] = []
    for url in wanted[:MOST_SCRIPTS]:
        try:
            answer = await reader.file(url, attempts=2)
        except ReadError:
            all_read = False
            continue
        all_read = all_read and answer.is_whole
        try:
            script = await _script(reader, answer, url)
        except ReadError:
            all_read = False
            continue
        all_read = all_read and script.all_read
        hints += script.hints
        if script.forms:
            return Scripted(script.forms, all_read, tuple(hints))
    return Scripted((), all_read, tuple(hints))


async def _script(reader: SiteReader, answer: Answer, url: str) -> Scripted:
    """Raises ReadError."""
    kind = answer.headers.get("content-type", "")
    last = reader.remembered(Scripted, url, answer.body, kind)
    script = last.recall()
    if script is None:
        script = await reader.scales.weigh(answer, _read_script, answer.body, kind, url)
        last.keep(script)
    return script


def _read_script(body: bytes, content_type: str, url: str) -> Scripted:
    code = decoded(body, content_type)
    found = tuple(islice(hints_of(code, "", url), MOST_HINTS)) if names_a_network(code) else ()
    return Scripted(pos_widgets(code), not is_crowded(code), found)


def own_scripts(scripts: Sequence[str]) -> list[str]:
    """Without well-known libraries: nobody puts the form of a town hall into jQuery."""
    return [url for url in dict.fromkeys(scripts) if not LIBRARY.search(url.rpartition("/")[2])]

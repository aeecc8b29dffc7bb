"""A region whose texts differ, as the sandbox shows it and as a registry declares it.

Every post, page of a site and description has words of its own, drawn by its number from a made-up
vocabulary with the frequencies of a language: what is said twice compresses to nothing, and so do
benchmarks that say it. Everything follows from numbers: no two runs see another world.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import tomli_w

from monitor.sandbox import Change, Community, Limits, MenuItem, Post, Site, SitePage, Token, World

TOWN = 50  # institutions of a municipality
FIRST_ID = 1000
CONTROL_ID = 999
TOKENS = ("vk1.a.first", "vk1.a.second")
PACKS = ("kedrovy-2022-298", "minvody-draft", "fed-8fz")
POST_EVERY = timedelta(hours=44)
BACK, AHEAD = timedelta(weeks=11), timedelta(weeks=4)
LIMITS_OFF = Limits(requests_per_second=None, wall_get_per_day=None)
VOCABULARY = 20_000  # words; an office's posts of some years have as many
VOWELS, CONSONANTS = "оеаиоеаияыуюэ", "нтсрвлкмдпбгзчхжшцщфнтсрвлкмд"  # as often as they are used
ENDINGS = "а я о е и ы у ой ей ого его ому ем ами ах ия ию ать ить ал ил ась ный ная ное ных"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """`moves`: pages post and home pages change from night to night; else nothing changes after
    `since`. `site_pages`: of an institution's own site, 0 for none; `office_pages`: the office's.
    """

    institutions: int
    since: datetime
    moves: bool = True
    site_pages: int = 0
    office_pages: int = 0

    def has_site(self, at: int) -> bool:
        return self.pages_of(at) > 0

    def pages_of(self, at: int) -> int:
        return self.office_pages if at % TOWN == 0 else self.site_pages


# --- words ------------------------------------------------------------------------------------


@cache
def vocabulary() -> tuple[Sequence[str], Sequence[float]]:
    """Words with Russian endings, and their cumulative frequencies, by Zipf."""
    drawn = random.Random(1)
    words = [_word(drawn) for _ in range(VOCABULARY)]
    return words, list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


def _word(drawn: random.Random) -> str:
    stem = (drawn.choice(CONSONANTS) + drawn.choice(VOWELS) for _ in range(drawn.randint(0, 3)))
    return "".join(stem) + drawn.choice(CONSONANTS) + drawn.choice(ENDINGS.split())


def said(length: int, *seed: object) -> str:
    """`length` words in sentences of ten."""
    words, weights = vocabulary()
    drawn = random.Random(repr(seed)).choices(words, cum_weights=weights, k=length)
    sentences = (drawn[first : first + 10] for first in range(0, length, 10))
    return " ".join(f"{' '.join(one).capitalize()}." for one in sentences)


def name_of(at: int) -> str:
    return f"Муниципальное бюджетное общеобразовательное учреждение школа № {at}"


def phone(at: int) -> str:
    return f"8 (38250) {at // 10_000 % 10 + 2}-{at // 100 % 100:02}-{at % 100:02}"


# --- what the sandbox shows -------------------------------------------------------------------


def world(region: Region) -> World:
    return World(
        communities=(_control(),),
        more_communities=_Communities(region),
        sites=tuple(_sites(region)),
        tokens=tuple(Token(value=token) for token in TOKENS),
        limits=LIMITS_OFF,
        clock=region.since,
        control_pages=(f"https://vk.com/club{CONTROL_ID}",),
    )


def _control() -> Community:
    menu = (MenuItem(title="Сообщить о проблеме", url="https://pos.gosuslugi.ru/og/"),)
    return Community(id=CONTROL_ID, name="Портал", government_mark=True, menu=menu)


@dataclass(frozen=True, slots=True)
class _Communities:
    region: Region

    def __call__(self, key: int | str) -> Community | None:
        return _community(self.region, key) if isinstance(key, int) else None


@lru_cache(maxsize=2000)
def _community(region: Region, key: int) -> Community | None:
    at = key - FIRST_ID
    if not 0 <= at < region.institutions:
        return None
    return Community(
        id=key,
        name=f"Школа № {at}",
        description=f"{name_of(at)}. Приёмная: {phone(at)}. {said(30, 'page', at)}",
        government_mark=at % 3 > 0,
        site=f"{{site:s{at}}}/" if region.has_site(at) else "",
        posts=tuple(_posts(region, at)),
    )


def _posts(region: Region, at: int) -> Iterator[Post]:
    first = region.since - BACK - timedelta(minutes=37 * at % 2640)
    until = region.since + (AHEAD if region.moves else timedelta(0))
    for number in range(int((until - first) / POST_EVERY)):
        yield Post(
            id=number + 1,
            published_at=first + number * POST_EVERY,
            text=said(45, "post", at, number),
            repost_of=said(80, "original", at, number) if (at + number) % 6 == 5 else None,
        )


def _sites(region: Region) -> Iterator[Site]:
    for at in range(region.institutions):
        if count := region.pages_of(at):
            yield _site(region, at, count)


def _site(region: Region, at: int, count: int) -> Site:
    robots = SitePage(body="User-agent: *\nDisallow: /admin/\n", content_type="text/plain")
    pages = {"/robots.txt": robots}
    pages |= {path(n): SitePage(body=html(at, n, count)) for n in range(count)}
    site = Site(name=f"s{at}", address=f"127.1.{at // 250}.{at % 250 + 1}", pages=pages)
    nights = range(1, 22) if region.moves else ()
    return replace(site, later=tuple(_changed(region, site, at, count, night) for night in nights))


def _changed(region: Region, site: Site, at: int, count: int, night: int) -> Change:
    home = SitePage(body=html(at, 0, count, night))
    moment = region.since + timedelta(days=night - 14, hours=-6)
    return Change(at=moment, values={"pages": {**site.pages, path(0): home}})


def path(number: int) -> str:
    return f"/section-{number}/" if number else "/"


def html(at: int, number: int, count: int, night: int = 0) -> str:
    """Some 20 KB: a menu, news under headings, a table of staff, contacts at the foot."""
    menu = "".join(f'<li><a href="{path(n)}">{said(2, n)}</a></li>' for n in range(count))
    news = "".join(
        f"<h2>{said(5, 'head', at, number, one, night)}</h2>"
        f"<p>0{one + 1}.10.2026. {said(90, 'news', at, number, one, night)}</p>"
        for one in range(8)
    )
    staff = "".join(
        f"<tr><td>{said(2, 'staff', at, number, one)}</td><td>Образование высшее</td></tr>"
        for one in range(12)
    )
    return (
        f"<html><head><title>{said(3, 'title', at, number)} — Школа № {at}</title></head><body>"
        f"<nav><ul>{menu}</ul></nav><h1>{said(3, 'title', at, number)}</h1>{news}"
        f"<table>{staff}</table><footer>МБОУ школа № {at}, 636615, Томская область, г. Кедровый, "
        f"ул. Лесная, д. {at}, тел. {phone(at)}, school{at}@kedr.example</footer></body></html>"
    )


# --- what the registry declares ---------------------------------------------------------------


def write_registry(region: Region, sites: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Names of the files, one a municipality. `sites`: the address of each, by its name."""
    names = []
    for first in range(0, region.institutions, TOWN):
        members = range(first, min(first + TOWN, region.institutions))
        declared = {
            "municipality": _municipality(first // TOWN),
            "institution": [_institution(at, sites.get(f"s{at}")) for at in members],
        }
        names.append(f"town{first // TOWN}.toml")
        (folder / names[-1]).write_text(tomli_w.dumps(declared), "utf-8")
    return tuple(names)


def _municipality(number: int) -> dict[str, Any]:
    return {
        "id": f"town{number}",
        "name": f"Город № {number}",
        "timezone": "Asia/Tomsk",
        "packs": list(PACKS),
        "authority": f"i{number * TOWN}",
    }


def _institution(at: int, site: str | None) -> dict[str, Any]:
    told = {
        "id": f"i{at}",
        "name": name_of(at),
        "short_name": f"Школа № {at}",
        "kind": "school" if at % TOWN else "authority",
        "address": f"636615, Томская область, г. Кедровый, ул. Лесная, д. {at}",
        "phones": [phone(at)],
        "emails": [f"school{at}@kedr.example"],
        "page": [{"url": f"https://vk.com/club{FIRST_ID + at}"}],
    }
    return told | ({"site": site} if site else {})

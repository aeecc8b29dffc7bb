"""Good answers cut at many places: half of one accuses nobody and praises nobody.

`CUT_EVERY=1` in the environment cuts at every byte.
"""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler

import pytest

from collectors.model import Collector, Observation, Page
from collectors.ok import NETWORK as OK_NETWORK
from collectors.ok import OkSettings
from collectors.vk import NETWORK as VK_NETWORK
from collectors.vk.settings import VkSettings
from monitor import sandbox
from monitor.sandbox import Community, OkGroup, Post, Token, World
from rules.engine import judge_alone
from rules.model import Finding, Outcome
from tests import cast
from tests.collectors.test_vk_transport import said, server
from tests.collectors.tiny_web import Shelf as Kept
from tests.collectors.tiny_web import a_run, reply, serve, visit
from tests.rules.test_cases import ACTS

CUTS = 4  # of an answer in a usual run
LAST = 14  # bytes of `</body></html>`, where cuts stand closer
OWN = Page(institution="kedr/school", network="site", address="https://school1.example")
AUTHORITY = Page(institution="kedr/adm", network="site", address="https://kedradm.example")
TOWN = replace(cast.TOWN, packs=tuple(ACTS))
TEXT = "<p>" + "Учим детей и ведём кружки. " * 12 + "</p>"
MENU = '<nav><a href="/">Главная</a> <a href="/c">Контакты</a> <a href="/n">Новости</a></nav>'
Way = Callable[[bytes, int], bytes]


# --- ways in which an answer ends too soon ------------------------------------------------------


def closed(body: bytes, size: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\r\n" + body[:size]


def short(body: bytes, size: int) -> bytes:
    whole = reply(body)
    return whole[: len(whole) - len(body) + size]


def chunked(body: bytes, size: int, last: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n"
    part = b"%x\r\n%s\r\n" % (size, body[:size]) if size else b""
    return head + b"transfer-encoding: chunked\r\n\r\n" + part + last


def given_up(body: bytes, size: int) -> bytes:
    """A program that died midway behind a server that ends its answer properly."""
    return chunked(body, size, b"0\r\n\r\n")


def packed(body: bytes, size: int) -> bytes:
    stream = gzip.compress(body, mtime=0)
    return reply(stream[: size * len(stream) // len(body)], content_encoding="gzip")


def packed_and_closed(body: bytes, size: int) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\n\r\n"
    stream = gzip.compress(body, mtime=0)
    return head + stream[: size * len(stream) // len(body)]


FEW_WAYS = (closed, given_up, packed_and_closed)
WAYS = (*FEW_WAYS, short, chunked, packed)


def cuts(body: bytes) -> Iterator[int]:
    every = int(os.environ.get("CUT_EVERY", "0")) or max(1, len(body) // CUTS)
    yield from range(every // 2, len(body) - LAST, every)
    yield from range(len(body) - LAST, len(body), min(every, 4))


# --- the sites ----------------------------------------------------------------------------------


def page(title: str, inner: str) -> str:
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body>{MENU}{TEXT}{inner}</body></html>"


HOME = page("МКОУ СОШ № 1 г. Кедрового", "<h1>МКОУ СОШ № 1</h1><p>ОГРН 1027000000004</p>")
NEWS = page("Новости", "<p>12.11.2026 Прошёл урок мужества.</p>")
CONTACTS = page(
    "Контакты",
    "<p>636615, Томская область, г. Кедровый, 1-й мкр., д. 61</p>"
    "<p>Телефон 8 (38250) 3-55-46, почта school1@example.org</p>"
    '<a href="https://vk.com/kedr_school1">ВК</a>'
    '<a href="https://ok.ru/group/70000000000101">ОК</a>',
)
NAMESAKE = HOME.replace("1027000000004", "1027000000103")
CARD = page(
    "Подведомственные учреждения",
    "<h2>Постановление № 298 от 01.12.2022</h2><p>" + "О порядке ведения страниц. " * 9 + "</p>"
    "<h2>МКОУ СОШ № 1 г. Кедрового</h2>"
    "<p>636615, Томская область, г. Кедровый, 1-й мкр., д. 61, телефон 8 (38250) 3-55-46</p>"
    '<p>school1@example.org <a href="https://vk.com/kedr_school1">ВК</a> '
    '<a href="https://ok.ru/group/70000000000101">ОК</a></p>',
)
FOREIGN = CARD.replace("</body>", '<p><a href="https://vk.com/club999">ВК</a></p></body>')
AUTHORITY_HOME = page("Администрация города Кедрового", "<h1>Администрация Кедрового</h1>")

ALIKE = ("namesake", "foreign")
Routes = Mapping[str, str | bytes]
SITES: Mapping[str, tuple[Page, Routes, str]] = {
    "contacts": (OWN, {"/": HOME, "/c": CONTACTS, "/n": NEWS}, "/c"),
    "home": (OWN, {"/": HOME, "/c": CONTACTS, "/n": NEWS}, "/"),
    "namesake": (OWN, {"/": NAMESAKE, "/c": NEWS, "/n": NEWS}, "/"),
    "card": (AUTHORITY, {"/": AUTHORITY_HOME, "/c": CARD, "/n": NEWS}, "/c"),
    "foreign": (AUTHORITY, {"/": AUTHORITY_HOME, "/c": FOREIGN, "/n": NEWS}, "/c"),
}


def judged(of: Page, routes: Routes) -> Mapping[tuple[object, ...], Finding]:
    """Everybody's findings beside pages in VK and OK that are in order."""
    role = "authority" if of is AUTHORITY else "official"
    seen = visit(routes, role=role, attempts=1)  # type: ignore[arg-type]
    seen = replace(seen, page=of)
    return findings(replace(seen, observed_at=cast.NOW))


def of_page(seen: Observation) -> Mapping[tuple[object, ...], Finding]:
    """The findings of a network's page itself, beside a site that nobody read."""
    return {key: one for key, one in findings(seen).items() if one.page == seen.page.address}


def findings(seen: Observation) -> Mapping[tuple[object, ...], Finding]:
    pages = [cast.seen(one, cast.SCHOOL_FACTS) for one in (cast.SCHOOL_VK, cast.SCHOOL_OK)]
    others = [one for one in pages if one.page != seen.page]
    return {
        (who.id, one.requirement, one.network, one.page, one.about): one
        for who in (cast.SCHOOL, cast.ADMINISTRATION)
        for one in judge_alone(
            cast.dossier(who, *others, seen, municipality=TOWN), [*ACTS.values()]
        )
    }


def worsened(
    whole: Mapping[tuple[object, ...], Finding], part: Mapping[tuple[object, ...], Finding]
) -> list[str]:
    """Findings that only the cut answer blames, or praises."""
    return [
        f"{key}: {whole[key].outcome} → {one.outcome} ({one.because})"
        for key, one in part.items()
        if one.outcome in (Outcome.FAIL, Outcome.PASS) and one.outcome is not whole[key].outcome
    ]


@pytest.mark.parametrize(
    ("name", "way"),
    [(name, way) for name in SITES for way in (FEW_WAYS if name in ALIKE else WAYS)],
)
def test_a_page_of_a_site_that_broke_off_decides_nothing(name: str, way: Way) -> None:
    of, routes, place = SITES[name]
    whole, body = judged(of, routes), str(routes[place]).encode()
    for size in cuts(body):
        part = judged(of, {**routes, place: way(body, size)})
        assert not worsened(whole, part), f"cut at {size} of {len(body)}"


def test_the_end_of_a_long_card_is_not_missed() -> None:
    """A card is kept up to so many characters; its telephone may stand behind them."""
    far = CARD.replace(", телефон 8 (38250) 3-55-46", "").replace(
        "</body>", "<p>" + "История школы. " * 200 + "</p><p>8 (38250) 3-55-46</p></body>"
    )
    found = judged(AUTHORITY, {"/": AUTHORITY_HOME, "/c": far, "/n": NEWS})
    phones = [one for key, one in found.items() if str(key[1]).endswith("8.1a.phones")]
    assert {one.outcome for one in phones if one.about == "school"} == {Outcome.REVIEW}


# --- OK -----------------------------------------------------------------------------------------


def ok_group(*days_ago: float, pinned: float | None = None, **about: str) -> OkGroup:
    own = [Post(id=n, published_at=ago(day), text="Урок") for n, day in enumerate(days_ago, 1)]
    if pinned is not None:
        contacts = "Звоните 8 (38250) 3-55-46"
        own.append(Post(id=99, published_at=ago(pinned), text=contacts, pinned=True))
    usual = {"name": "МКОУ СОШ № 1 г. Кедрового", "address": "1-й мкр., д. 61", "city": "Кедровый"}
    return OkGroup(id=70000000000101, posts=tuple(own), **{**usual, **about})  # type: ignore[arg-type]


def ago(days: float) -> datetime:
    return cast.NOW - timedelta(days=days)


GROUPS = {
    "lively": ok_group(*cast.LIVELY, description="Школа учит детей с 1986 года, кружки и хор."),
    "silent": ok_group(80, 90, phone="8 (38250) 3-55-46"),
    "pinned": ok_group(*cast.LIVELY, 50, 60, pinned=400, description="school1@example.org"),
}


@cache
def pages_of(name: str) -> Mapping[str, bytes]:
    """What the stand-in answers: the group's own page, and its topics."""
    kept, group = Kept(), GROUPS[name]
    with sandbox.serve(World(ok_groups=(group,), clock=cast.NOW)) as ok:
        read_ok(ok.ok_site_url, kept)
        prefix = len(ok.ok_site_url)
    return {one.url[prefix:]: one.body for one in kept.exchanges}


def read_ok(site_url: str, kept: Kept) -> Observation:
    settings = OkSettings(
        site_url=site_url, requests_per_second=1000, timeout=1, first_wait=0.0, max_topic_pages=3
    )
    return read_by(OK_NETWORK.collector(settings), cast.SCHOOL_OK, kept)


def read_by(collector: Collector, page: Page, kept: Kept) -> Observation:
    run = replace(a_run(), evidence=kept, walls_since=ago(70))

    async def read() -> Observation:
        (seen,) = [one async for batch in collector([page], run) for one in batch]
        return seen

    return asyncio.run(read())


def replayed(pages: Mapping[str, bytes]) -> Observation:
    async def read() -> Observation:
        async with serve(pages) as port:
            return await asyncio.to_thread(read_ok, f"http://127.0.0.1:{port}", Kept())

    return asyncio.run(read())


@pytest.mark.parametrize("way", FEW_WAYS)
@pytest.mark.parametrize("which", ["head", "topics"])
@pytest.mark.parametrize("name", GROUPS)
def test_a_page_of_ok_that_broke_off_decides_nothing(name: str, which: str, way: Way) -> None:
    bodies = pages_of(name)
    pages = {path: reply(body) for path, body in bodies.items()}
    place = cast.SCHOOL_OK.address.removeprefix("https://ok.ru") + "/topics" * (which == "topics")
    whole = of_page(replayed(pages))
    for size in cuts(bodies[place]):
        part = of_page(replayed({**pages, place: way(bodies[place], size)}))
        assert not worsened(whole, part), f"cut at {size} of {len(bodies[place])}"


# --- VK -----------------------------------------------------------------------------------------

COMMUNITY = Community(
    id=101,
    name="Школа № 1 | Кедровый",
    screen_name="kedr_school1",
    description="МКОУ СОШ № 1. Приёмная: 8 (38250) 3-55-46",
    posts=tuple(Post(id=n, published_at=ago(80 + n), text="Урок") for n in range(5)),
)


def read_vk(api_url: str, kept: Kept) -> Observation:
    settings = VkSettings(
        tokens="token", api_url=api_url, requests_per_second=500, timeout=2, backoff=0.001
    )
    return read_by(VK_NETWORK.collector(settings), cast.SCHOOL_VK, kept)


@pytest.fixture(scope="module")
def vk_answers() -> Mapping[str, bytes]:
    kept, tokens = Kept(), (Token(value="token"),)
    with sandbox.serve(World(communities=(COMMUNITY,), tokens=tokens, clock=cast.NOW)) as vk:
        read_vk(vk.vk_url, kept)
    return {one.url.rpartition("/")[2]: one.body for one in kept.exchanges}


def replayed_vk(answers: Mapping[str, bytes], packs: bool) -> Observation:
    def answer(to: BaseHTTPRequestHandler) -> None:
        body = answers[to.path.rpartition("/")[2]]
        said(200, body, **({"Content_Encoding": "gzip"} if packs else {}))(to)

    with server(answer) as url:
        return read_vk(url, Kept())


@pytest.mark.parametrize("packs", [False, True])
@pytest.mark.parametrize("method", ["groups.getById", "execute"])
def test_an_answer_of_vk_that_broke_off_decides_nothing(
    method: str, packs: bool, vk_answers: Mapping[str, bytes]
) -> None:
    bodies = {name: gzip.compress(b) if packs else b for name, b in vk_answers.items()}
    whole = of_page(replayed_vk(bodies, packs))
    for size in cuts(bodies[method]):
        part = of_page(replayed_vk({**bodies, method: bodies[method][:size]}, packs))
        assert not worsened(whole, part), f"cut at {size} of {len(bodies[method])}"

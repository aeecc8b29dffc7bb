"""Good answers cut at many places: half of one accuses nobody and praises nobody.

`CUT_EVERY=1` in the environment cuts at every byte.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from collectors.http import trust_store
from collectors.model import Observation, Page
from rules.engine import judge
from rules.model import Finding, Outcome
from tests import cast
from tests.collectors.tiny_web import reply, visit
from tests.rules.test_cases import ACTS

CUTS = 4  # of an answer in a usual run
LAST = 14  # bytes of `</body></html>`, where cuts stand closer
OWN = Page(institution="kedr/school", network="site", address="https://school1.example")
AUTHORITY = Page(institution="kedr/adm", network="site", address="https://kedradm.example")
TOWN = replace(cast.TOWN, packs=tuple(ACTS))
TEXT = "<p>" + "Учим детей и ведём кружки. " * 12 + "</p>"
MENU = '<nav><a href="/">Главная</a> <a href="/c">Контакты</a> <a href="/n">Новости</a></nav>'
TRUST = trust_store()
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


WAYS = (closed, short, chunked, given_up, packed, packed_and_closed)


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
    seen = visit(routes, role=role, trust=TRUST, attempts=1)  # type: ignore[arg-type]
    seen = replace(seen, page=of)
    return findings(replace(seen, observed_at=cast.NOW))


def findings(seen: Observation) -> Mapping[tuple[object, ...], Finding]:
    pages = [cast.seen(one, cast.SCHOOL_FACTS) for one in (cast.SCHOOL_VK, cast.SCHOOL_OK)]
    others = [one for one in pages if one.page != seen.page]
    return {
        (who.id, one.requirement, one.network, one.page, one.about): one
        for who in (cast.SCHOOL, cast.ADMINISTRATION)
        for one in judge(cast.dossier(who, *others, seen, municipality=TOWN), [*ACTS.values()])
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


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", SITES)
def test_a_page_of_a_site_that_broke_off_decides_nothing(name: str, way: Way) -> None:
    of, routes, place = SITES[name]
    whole, body = judged(of, routes), str(routes[place]).encode()
    for size in cuts(body):
        part = judged(of, {**routes, place: way(body, size)})
        assert not worsened(whole, part), f"cut at {size} of {len(body)}"

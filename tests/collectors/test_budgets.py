"""Past its budget a page is partly read and accuses nobody: steps are counted, never seconds."""

from __future__ import annotations

import asyncio
import gc
import os
from datetime import date
from itertools import pairwise

import httpx
import pytest
from protego import Protego

from collectors.apart import HEAVY, Apart, OverrunError
from collectors.contacts import find_contacts
from collectors.garbage import MOST_AT_ONCE
from collectors.guard import guard
from collectors.heads import MOST_INTERIM, MOST_LINES
from collectors.http.answers import Answer
from collectors.http.client import open_client
from collectors.http.cookies import MOST_COOKIES
from collectors.model import FailureCode, Observation, Page, SiteFacts
from collectors.ok.page import MOST_WITHIN, PageText, parse, trouble
from collectors.ok.widgets import ok_widgets
from collectors.site.budget import (
    MOST_CONTACTS,
    MOST_DEPTH,
    MOST_LINKS,
    MOST_TEXT,
    SpentError,
    WorkBudget,
)
from collectors.site.markup import Source
from collectors.site.page import PageReading, read_page
from collectors.site.robots import (
    MOST_BYTES,
    MOST_PAGES,
    MOST_SITEMAPS,
    MOST_WILDCARDS,
    robots,
    sitemap_of,
)
from collectors.site.territory import territory
from collectors.site.weighing import Scales
from tests.collectors.test_http import LIMITS, failure, read
from tests.collectors.tiny_web import a_run, long, names, reply, visit

HOME = "http://school.example"
SITE = territory(f"{HOME}/", f"{HOME}/", whole_host=True)
PHONE = "8 (38250) 3-55-46"
HOSTS = ("town_example", "www_town_example", "a_town_example", "b_town_example")
TOWN = names(**dict.fromkeys(HOSTS, "127.0.0.1"))


def page(body: str, *, with_blocks: bool = False) -> PageReading:
    source = Source(
        url=f"{HOME}/",
        status=200,
        content_type="",
        body=f"<html><body>{body}</body></html>".encode(),
    )
    return read_page(source, SITE, date(2026, 11, 29), with_blocks=with_blocks)


def site(observation: Observation) -> SiteFacts:
    assert observation.facts is not None
    assert observation.facts.site is not None
    return observation.facts.site


# --- pages --------------------------------------------------------------------------------------


def test_a_usual_page_is_within_every_budget() -> None:
    rows = "".join(f"<tr><td>Школа № {n}</td><td>{PHONE}</td></tr>" for n in range(200))
    assert not page(f"<div><table>{rows}</table></div>" * 2, with_blocks=True).is_cut


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * (MOST_DEPTH + 1) + "глубоко",
        "<font>" * (MOST_DEPTH + 1) + "глубоко",
        "слово " * (MOST_TEXT // 6 + 1),
        "".join(f"<a href=/{n}>x</a>" for n in range(MOST_LINKS + 1)),
        "".join(f"<iframe src=/{n}></iframe>" for n in range(MOST_LINKS + 1)),
        "".join(f"<form action=/{n}></form>" for n in range(MOST_LINKS + 1)),
        "".join(f"s{n}@school.example " for n in range(MOST_CONTACTS + 1)),
        "".join(f"<p itemprop=telephone>{'1' * 3000}</p>" for _ in range(150)),
    ],
    ids=["depth", "unclosed", "text", "links", "frames", "forms", "contacts", "micro-markup"],
)
def test_a_page_past_a_size_is_partly_read(body: str) -> None:
    assert page(body).is_cut


@pytest.mark.parametrize(
    "unit", ["<h1>", "<dd>", "<svg>", "<noscript>", "<ul class=menu><li>", "<h2><div>"]
)
def test_boxes_in_boxes_spend_the_budget_of_a_page(unit: str) -> None:
    assert page(unit * 20_000, with_blocks=True).is_cut


def test_what_lies_before_the_end_of_the_budget_is_seen() -> None:
    found = page(f"тел. {PHONE} <a href=https://vk.com/club1>мы</a>" + "<b>" * (MOST_DEPTH + 1))
    assert [one.e164 for one in found.contacts.phones] == ["+73825035546"]
    assert found.page.anchors


def test_as_deep_as_browsers_go_nothing_is_lost() -> None:
    depth = MOST_DEPTH - 10
    found = page("<div>" * depth + PHONE + "</div>" * depth)
    assert (found.is_cut, len(found.contacts.phones)) == (False, 1)


def test_a_crawl_with_a_page_past_its_budget_is_not_complete() -> None:
    crowd = "".join(f"<p><a href='/{n}.pdf'>Приказ {n}</a></p>" for n in range(MOST_LINKS + 1))
    found = site(visit({"/": long('<a href="/a">Документы</a>'), "/a": long(crowd)}))
    assert not found.crawl.complete
    assert found.crawl.skipped[FailureCode.TOO_LARGE] == 1


def test_a_budget_that_is_spent_stays_spent() -> None:
    budget = WorkBudget(2)
    budget.spend(2)
    assert not budget.is_spent
    for _ in range(2):
        with pytest.raises(SpentError):
            budget.spend()


# --- a process of its own -----------------------------------------------------------------------


def burn(rounds: int) -> int:
    return sum(at % 7 for at in range(rounds))


def names_of_settings() -> set[str]:
    return set(os.environ)


def refuse() -> None:
    raise ValueError("no such thing")


def test_a_heavy_page_is_read_in_a_process_as_it_is_read_here() -> None:
    heavy = long(f"тел. {PHONE}" + "<p>слово</p>" * (HEAVY // 10))
    found = visit({"/": heavy})
    assert found.facts is not None
    assert found.facts.contacts is not None
    assert [one.e164 for one in found.facts.contacts.phones] == ["+73825035546"]


def test_a_process_that_used_up_its_seconds_is_ended_and_the_next_call_is_answered() -> None:
    async def calls() -> int:
        async with Apart(most=1, seconds=1) as processes:
            with pytest.raises(OverrunError):
                await processes.call(burn, 10**12)
            return await processes.call(burn, 10)

    assert asyncio.run(calls()) == burn(10)


def test_what_a_function_raises_in_its_process_is_raised_here() -> None:
    async def call() -> None:
        async with Apart() as processes:
            await processes.call(refuse)

    with pytest.raises(ValueError, match="no such thing"):
        asyncio.run(call())


def test_a_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    async def environment() -> set[str]:
        async with Apart() as processes:
            return await processes.call(names_of_settings)

    monkeypatch.setenv("VK_TOKENS", "secret")
    told = asyncio.run(environment())
    assert "PYTHONPATH" in told
    assert "VK_TOKENS" not in told


# --- the loop's turns ---------------------------------------------------------------------------


def test_of_pages_that_came_together_one_is_read_between_two_looks_of_the_loop() -> None:
    read: list[int] = []
    looks: list[int] = []

    async def look() -> None:
        while True:
            looks.append(len(read))
            await asyncio.sleep(0)

    async def go() -> None:
        answer = Answer(url=f"{HOME}/", status=200, headers=httpx.Headers(), body=b"<p>")
        async with Apart() as processes:
            scales = Scales(processes)
            looking = asyncio.create_task(look())
            await asyncio.gather(*(scales.weigh(answer, read.append, n) for n in range(20)))
            looking.cancel()

    asyncio.run(go())
    assert sorted(read) == list(range(20))
    assert max(after - before for before, after in pairwise(looks)) == 1


def test_while_sites_are_read_no_search_for_garbage_looks_at_what_was_there_before() -> None:
    alive = [[] for _ in range(MOST_AT_ONCE)]
    looked_at: list[int] = []

    async def answer(writer: asyncio.StreamWriter) -> None:
        looked_at.append(len(gc.get_objects()))
        writer.write(reply(long()))
        await writer.drain()

    before = gc.get_threshold()
    visit({"/": answer})
    assert 0 < max(looked_at) < len(alive)
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_of_a_long_robots_txt_nothing_is_left_for_a_search_to_find() -> None:
    rules = "User-agent: *\n" + "".join(f"Disallow: /{n}\n" for n in range(1_000))
    gc.collect()
    gc.disable()
    try:
        visit({"/": long(), "/robots.txt": reply(rules, kind="text/plain")})
        assert not any(type(one) is Protego for one in gc.get_objects())
    finally:
        gc.enable()


# --- robots.txt and sitemaps ----------------------------------------------------------------------


def test_each_rule_is_kept_once_however_many_agents_are_named_before_it() -> None:
    crowd = "".join(f"User-agent: bot{n}\n" for n in range(300)) + "Disallow: /a\n" * 300
    read = robots(crowd.encode(), "Dozor/1")
    assert len(read.rules._user_agents) == 1
    assert read.permits(f"{HOME}/a")


@pytest.mark.parametrize("line", ["User-agent: bot1", "User-agent bot1", "user agent: BOT1 # x"])
@pytest.mark.parametrize("name", ["*", "Dozor", "dozor", "D*ozor", "Dozor/1.0"])
def test_a_group_that_names_us_among_others_is_obeyed(line: str, name: str) -> None:
    text = f"{line}\nUser-agent: {name}\nDisallow: /a\n\n{line}\nDisallow: /b\n"
    read = robots(text.encode(), "Dozor/1")
    is_ours = name != "Dozor/1.0"  # that is no product's name
    assert (read.permits(f"{HOME}/a"), read.permits(f"{HOME}/b")) == (not is_ours, True)


def test_a_site_with_more_rules_than_are_looked_at_is_left_alone() -> None:
    rules = "User-agent: *\n" + "Disallow: /*a\n" * (MOST_WILDCARDS + 1)
    found = visit({"/": long(), "/robots.txt": rules})
    assert found.failure is not None
    assert found.failure.code is FailureCode.TOO_LARGE


def test_of_a_long_robots_txt_so_much_is_read_as_the_standard_asks_for() -> None:
    rules = "User-agent: *\nDisallow: /a\n" + "#" * MOST_BYTES + "\nSitemap: /x.xml"
    read = robots(rules.encode(), "Dozor/1")
    assert (read.permits(f"{HOME}/a"), read.is_whole) == (False, False)


def test_of_a_crowded_sitemap_so_many_pages_are_kept() -> None:
    names = "".join(f"<url><loc>{HOME}/{n}</loc></url>" for n in range(MOST_PAGES + 1))
    found = sitemap_of(f"<urlset>{names}</urlset>".encode(), 10**7, "", SITE)
    assert found is not None
    assert (len(found.pages), found.is_whole) == (MOST_PAGES, False)


def test_of_a_crowded_index_so_many_sitemaps_are_kept() -> None:
    names = "".join(f"<sitemap><loc>{HOME}/{n}.xml</loc></sitemap>" for n in range(300))
    found = sitemap_of(f"<sitemapindex>{names}</sitemapindex>".encode(), 10**7, "", SITE)
    assert found is not None
    assert (len(found.more), found.is_whole) == (MOST_SITEMAPS + 1, False)


# --- heads and cookies ------------------------------------------------------------------------


def test_a_head_of_too_many_lines_is_refused_by_name() -> None:
    head = "HTTP/1.1 200 OK\r\n" + "X: 1\r\n" * (MOST_LINES + 1) + "\r\nabc"
    assert failure({"/": head.encode()}).failure.code is FailureCode.MALFORMED


def test_so_many_heads_before_the_answers_own_are_refused_by_name() -> None:
    heads = "HTTP/1.1 103 Early\r\n\r\n" * (MOST_INTERIM + 1)
    both = f"{heads}HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    assert failure({"/": both.encode()}).failure.code is FailureCode.MALFORMED


@pytest.mark.parametrize("domain", ["", "; Domain=.town.example", "; Domain=town.example"])
def test_what_a_host_sets_for_all_of_its_town_comes_to_no_neighbour(domain: str) -> None:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        cookie = f"Set-Cookie: bomb=1{domain}\r\n"
        writer.write(f"HTTP/1.1 404 x\r\n{cookie}Content-Length: 0\r\n\r\n".encode())
        writer.close()

    async def go() -> None:
        async with (
            await asyncio.start_server(answer, "127.0.0.1", 0) as server,
            open_client("site", a_run(), LIMITS, guard(["127.0.0.0/8"]), resolver=TOWN) as client,
        ):
            port = server.sockets[0].getsockname()[1]
            for host in ("www.town", "a.town", "b.town", "town", "www.town"):
                await client.get(f"http://{host}.example:{port}/")

    asyncio.run(go())
    own = domain != ""  # of `www.town.example` and `town.example`
    assert [b"bomb" in head for head in heads] == [False, False, False, own, True]


def test_the_body_behind_an_interim_answer_keeps_its_first_line_break() -> None:
    both = b"HTTP/1.1 103 Early\r\n\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\nabc"
    assert read({"/": both}).body == b"\nabc"


def test_a_host_that_sets_more_cookies_than_a_browser_keeps_is_read_all_the_same() -> None:
    cookies = "".join(f"Set-Cookie: c{n}=1\r\n" for n in range(MOST_COOKIES + 1))
    head = f"HTTP/1.1 200 OK\r\n{cookies}Content-Length: 3\r\n\r\nabc"
    assert read({"/": head.encode()}, times=2).body == b"abc"


# --- searches ---------------------------------------------------------------------------------


def test_a_word_before_many_signs_opens_the_address_before_the_last() -> None:
    found = find_contacts("a@@@@b@school.example", "")
    assert [one.value for one in found.emails] == ["b@school.example"]


def test_local_numbers_behind_the_end_of_a_line_borrow_the_code() -> None:
    text = f"тел. {PHONE}, 3-55-47\nтел. 3-55-48, тел. 3-55-49"
    numbers = [one.e164 for one in find_contacts(text, "").phones]
    assert numbers == [f"+7382503554{last}" for last in "6789"]


def test_a_group_in_a_frame_is_found_behind_another_frame_without_a_number() -> None:
    frame = "//ok.ru/dk?st.cmd=WidgetGroup"
    assert list(ok_widgets(f"{frame}&a=1,{frame}Preview&st.groupId=53396058603765")) == [
        "https://ok.ru/group/53396058603765"
    ]


# --- a public page of OK ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=group-header>" * 3000,
        "<div class=group-info>" * (MOST_WITHIN + 1) + "</div>" * 11,
        "<b>x</b>" * 40_000,
    ],
)
def test_a_page_of_ok_past_its_budget_is_not_read_and_breaks_nothing(markup: str) -> None:
    group = Page(
        institution="town/school", network="ok", address="https://ok.ru/group/70000000000101"
    )
    shown = PageText(url=group.address, html=f"<html><body>{markup}")
    found = trouble(parse(shown), shown, group)
    assert found is not None
    assert found.code is FailureCode.TOO_LARGE

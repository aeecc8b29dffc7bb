"""The collector of sites against tiny real servers: every trouble is named, none is an absence."""

from __future__ import annotations

import asyncio
import gzip
import ssl

import pytest
import trustme

from collectors.model import FailureCode, Observation, Page, Presence, SiteFacts
from collectors.site import NETWORK, SiteSettings
from collectors.site.collect import collect, domain_of
from tests.collectors.tiny_web import (
    IMPATIENT,
    QUICK,
    Shelf,
    a_run,
    drip,
    endless,
    hang,
    long,
    names,
    reply,
    serve,
    visit,
)


def site(observation: Observation) -> SiteFacts:
    assert observation.facts is not None
    assert observation.facts.site is not None
    return observation.facts.site


def links(*paths: str) -> str:
    return long(" ".join(f'<a href="{path}">Раздел {path}</a>' for path in paths))


# --- what is read -------------------------------------------------------------------------------


def test_a_site_is_read_from_its_home_page() -> None:
    found = visit({"/": links("/a"), "/a": long("<h1>Сведения</h1>")})
    assert found.failure is None
    assert found.facts is not None
    assert (found.facts.presence, found.facts.title) == (Presence.LIVE, "Школа")
    assert [page.headings for page in site(found).pages] == [(), ("Сведения",)]
    assert len(found.evidence) == 4  # robots.txt, sitemap.xml and two pages


def test_contacts_are_the_union_of_all_pages() -> None:
    found = visit(
        {
            "/": long('<a href="/a">Контакты</a> <a href="mailto:school@example.org">почта</a>'),
            "/a": long('8 (38250) 3-55-46 <a href="https://vk.com/public101"><img alt="ВК"></a>'),
        }
    )
    assert found.facts is not None
    assert found.facts.contacts is not None
    assert [one.e164 for one in found.facts.contacts.phones] == ["+73825035546"]
    assert [one.value for one in found.facts.contacts.emails] == ["school@example.org"]
    assert [one.url for one in found.facts.contacts.links] == ["https://vk.com/club101"]


def test_links_two_steps_away_are_read_and_no_further() -> None:
    found = visit({"/": links("/1"), "/1": links("/2"), "/2": links("/3"), "/3": links("/4")})
    crawl = site(found).crawl
    assert (crawl.complete, crawl.read, crawl.frontier) == (True, 3, 0)


def test_the_map_of_the_site_is_a_start_of_its_own() -> None:
    home = long('<a href="/map">Карта сайта</a>')
    found = visit({"/": home, "/map": links("/1"), "/1": links("/2"), "/2": links("/3")})
    assert site(found).crawl.read == 4


def test_the_pages_of_the_sitemap_are_read() -> None:
    sitemap = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{}</loc></url></urlset>"
    index = (
        "<sitemapindex><sitemap><loc>http://127.0.0.1:PORT/pages.xml</loc></sitemap></sitemapindex>"
    )
    pages = sitemap.format("http://127.0.0.1:PORT/hidden")
    found = visit(
        {"/": long(), "/sitemap.xml": index, "/pages.xml": pages, "/hidden": links("/deep"),
         "/deep": links("/deeper")}
    )  # fmt: skip
    assert (site(found).crawl.read, site(found).crawl.complete) == (3, True)


def test_a_page_limit_leaves_the_crawl_incomplete() -> None:
    crawl = site(visit({"/": links("/1", "/2", "/3", "/4")}, max_pages=2)).crawl
    assert (crawl.complete, crawl.read, crawl.frontier) == (False, 2, 3)


def test_the_authority_has_a_limit_of_its_own() -> None:
    routes = {"/": links("/1", "/2", "/3", "/4")}
    assert site(visit(routes, role="authority", max_pages=2)).crawl.complete


def test_documents_are_counted_and_not_fetched() -> None:
    shelf = Shelf()
    found = visit({"/": long('<a href="/a.pdf">Приказ</a><a href="/b.docx">План</a>')}, shelf=shelf)
    assert site(found).pages[0].documents == 2
    assert site(found).crawl.complete
    assert not [one for one in shelf.exchanges if one.url.endswith((".pdf", ".docx"))]


def test_a_document_without_a_telling_name_is_not_read() -> None:
    shelf = Shelf()
    routes = {
        "/": links("/download?id=5"),
        "/download?id=5": reply(b"%PDF", kind="application/pdf"),
    }
    assert site(visit(routes, shelf=shelf)).crawl.complete
    assert shelf.exchanges[-1].body == b""


def test_a_dead_link_is_a_page_with_its_status_and_no_gap() -> None:
    found = site(visit({"/": links("/gone")}))
    assert [page.status for page in found.pages] == [200, 404]
    assert found.crawl.complete


def test_a_menu_that_scripts_may_draw_leaves_a_gap() -> None:
    script = '<script src="/menu.js"></script>'
    few = {"/": long(script), "/menu.js": reply("menu()", kind="text/javascript")}
    assert dict(site(visit(few)).crawl.skipped) == {"needs_javascript": 1}
    many = {**few, "/": links("/a", "/b", "/c") + script}
    assert site(visit(many)).crawl.complete


def test_inner_pages_that_fail_leave_a_gap_with_its_reason() -> None:
    found = site(visit({"/": links("/a", "/b"), "/a": reply("", 500), "/b": long()}))
    assert (found.crawl.complete, found.crawl.read) == (False, 2)
    assert dict(found.crawl.skipped) == {"server_error": 1}


def test_a_host_that_fails_five_times_is_left_alone() -> None:
    paths = [f"/{number}" for number in range(9)]
    shelf = Shelf()
    routes = {"/": links(*paths), **{path: reply("", 403) for path in paths}}
    found = site(visit(routes, shelf=shelf))
    assert (found.crawl.skipped["forbidden"], found.crawl.frontier) == (5, 4)


def test_a_section_of_a_shared_portal_is_read_alone() -> None:
    routes = {
        "/schools/1/": links("/schools/1/about", "/schools/2/", "/"),
        "/schools/1/about": long(),
    }
    found = site(visit(routes, "http://127.0.0.1:PORT/schools/1/"))
    assert (found.crawl.complete, found.crawl.read) == (True, 2)


def test_a_section_that_leads_to_the_portal_itself_is_not_read_completely() -> None:
    routes = {"/schools/1/": reply(status=302, location="/"), "/": links("/schools/2/")}
    found = site(visit(routes, "http://127.0.0.1:PORT/schools/1/"))
    assert not found.crawl.complete


def test_of_the_sites_of_one_domain_few_are_read_at_once_and_others_do_not_wait_for_them() -> None:
    """Six schools on a platform that is slow, and one of another domain behind them."""
    at_work, most, other_is_read = 0, 0, asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        async with asyncio.timeout(30):
            await other_is_read.wait()
        at_work -= 1
        writer.write(reply(long()))

    async def read() -> list[str]:
        async with serve({"/": slow}) as platform, serve({"/": long()}) as other:
            addresses = [f"http://school{at}.gosweb.example:{platform}" for at in range(6)]
            addresses.append(f"http://school.kedr.example.org:{other}")
            pages = [Page(institution="k/s", network="site", address=one) for one in addresses]
            wanted = SiteSettings(**QUICK, hosts_at_once=3, domain_hosts_at_once=2)
            found = []
            async for batch in collect(wanted, pages, a_run(), resolver=everything):
                other_is_read.set()
                found += [one.page.address for one in batch if one.facts]
            return found

    found = asyncio.run(read())
    assert found[0].startswith("http://school.kedr.example.org")
    assert len(found) == 7
    assert most == 2


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://school1-kedr-r69.gosweb.gosuslugi.ru/news", "gosuslugi.ru"),
        ("https://www.kedr.ru", "kedr.ru"),
        ("https://школа.рф", "школа.рф"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("http://127.0.0.2:8080", "127.0.0.2"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("http://localhost", "localhost"),
    ],
)
def test_a_domain_is_what_a_host_has_its_name_under(address: str, domain: str) -> None:
    assert domain_of(address) == domain


def test_www_is_the_same_site() -> None:
    resolver = names(school_example="127.0.0.1", www_school_example="127.0.0.1")
    routes = {"/": long('<a href="http://school.example:PORT/a">А</a>'), "/a": long()}
    routes = {path: body.replace("PORT", "{}") for path, body in routes.items()}

    async def read() -> SiteFacts:
        filled = dict(routes)
        async with serve(filled) as port:
            filled.update({path: body.replace("{}", str(port)) for path, body in routes.items()})
            page = Page(
                institution="k/s", network="site", address=f"http://www.school.example:{port}"
            )
            batches = collect(SiteSettings(**QUICK), [page], a_run(), resolver=resolver)
            (found,) = [one async for batch in batches for one in batch]
            return site(found)

    assert asyncio.run(read()).crawl.read == 2


def test_a_name_that_only_www_has_is_found_there() -> None:
    found = visit(
        {"/": long()},
        "http://school.example:PORT",
        resolver=names(www_school_example="127.0.0.1"),
    )
    assert site(found).final_url.startswith("http://www.school.example")


def test_a_cyrillic_address_is_read() -> None:
    found = visit({"/": long()}, "http://школа.рф:PORT", resolver=everything)
    assert site(found).final_url.startswith("http://xn--")


async def everything(host: str, port: int) -> tuple[str, ...]:  # noqa: ARG001
    return ("127.0.0.1",)


@pytest.mark.parametrize(
    "body",
    [
        reply(long("<h1>Контакты</h1>").encode("cp1251"), kind="text/html; charset=windows-1251"),
        reply(long("<h1>Контакты</h1>").encode("cp1251"), kind="text/html; charset=utf-8"),
        reply(long("<h1>Контакты</h1>").encode("cp1251"), kind="text/html"),
        reply(
            long("<meta charset=koi8-r><h1>Контакты</h1>").encode("koi8-r"), kind="text/html"
        ),
        reply(long("<h1>Контакты</h1>").encode("utf-8"), kind="text/html; charset=windows-1251"),
        reply(long("<h1>Контакты</h1>").encode("utf-16"), kind="text/html"),
    ],
    ids=["cp1251", "cp1251 called utf-8", "untold", "koi8-r", "utf-8 called cp1251", "utf-16"],
)  # fmt: skip
def test_russian_text_is_read_in_every_encoding(body: bytes) -> None:
    assert site(visit({"/": body})).pages[0].headings == ("Контакты",)


def test_a_page_that_refreshes_to_another_is_followed() -> None:
    jump = (
        '<html><head><meta http-equiv="refresh" content="0; url=/ru/"></head><body></body></html>'
    )
    found = site(visit({"/": jump, "/ru/": long()}))
    assert found.final_url.endswith("/ru/")
    assert found.crawl.complete


def test_an_inner_page_that_refreshes_to_another_is_followed() -> None:
    by_header = reply("<html><body>Ждите</body></html>", refresh="0; url=/c")
    found = site(visit({"/": links("/b"), "/b": by_header, "/c": long("<h1>Контакты</h1>")}))
    assert found.pages[-1].headings == ("Контакты",)


# --- what is not there --------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_home_page_that_is_gone_is_an_absence(status: int) -> None:
    found = visit({"/": reply("нет", status)})
    assert found.facts is not None
    assert found.facts.presence is Presence.ABSENT


@pytest.mark.parametrize("registered", ["/school", "/school/"])
def test_a_section_served_only_with_its_last_slash_is_no_absence(registered: str) -> None:
    found = site(visit({"/school/": long()}, f"http://127.0.0.1:PORT{registered}"))
    assert found.final_url.endswith("/school/")
    assert found.crawl.complete


def test_an_unknown_name_is_an_absence_where_other_names_resolve() -> None:
    found = visit(
        {},
        "http://gone.example",
        resolver=names(control_example="127.0.0.1"),
        control_hosts=("control.example",),
    )
    assert found.facts is not None
    assert found.facts.presence is Presence.ABSENT


def test_an_unknown_name_is_a_failure_where_no_name_resolves() -> None:
    found = visit({}, "http://gone.example", resolver=names(), control_hosts=("control.example",))
    assert found.failure is not None
    assert found.failure.code is FailureCode.DNS


# --- what could not be read ---------------------------------------------------------------------

SHELL = '<html><body><div id="app"></div><script src="/app.js"></script></body></html>'

GATE = f"<html><body>{'Вы не робот? ' * 20}<div class=g-recaptcha></div></body></html>"


@pytest.mark.parametrize(
    ("home", "code"),
    [
        (reply("", 403), FailureCode.FORBIDDEN),
        (reply("", 429), FailureCode.RATE_LIMITED),
        (reply("", 502), FailureCode.SERVER_ERROR),
        (reply(""), FailureCode.EMPTY),
        (reply("<html><body> </body></html>"), FailureCode.EMPTY),
        (reply(SHELL), FailureCode.NEEDS_JAVASCRIPT),
        (reply(GATE), FailureCode.CAPTCHA),
        (reply(b"%PDF", kind="application/pdf"), FailureCode.UNRECOGNISED),
        (reply(status=302, location="/"), FailureCode.REDIRECTS),
        (reply(status=302, location="http://10.0.0.1/"), FailureCode.ADDRESS_REFUSED),
        (
            reply(gzip.compress(b"0" * 9_000_000, mtime=0), content_encoding="gzip"),
            FailureCode.TOO_LARGE,
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n<html>", FailureCode.CUT),
        (endless, FailureCode.TOO_LARGE),
    ],
)
def test_a_home_page_that_cannot_be_read_is_a_named_failure(home: bytes, code: FailureCode) -> None:
    found = visit({"/": home})
    assert found.facts is None
    assert found.failure is not None
    assert found.failure.code is code


@pytest.mark.parametrize("slow", [hang, drip])
def test_a_home_page_that_never_comes_is_a_timeout(slow: object) -> None:
    found = visit({"/": slow}, **IMPATIENT)
    assert found.facts is None
    assert found.failure is not None
    assert found.failure.code is FailureCode.TIMEOUT


def test_nobody_listening_is_a_connection_failure() -> None:
    found = visit({}, "http://127.0.0.1:1")
    assert found.failure is not None
    assert found.failure.code is FailureCode.CONNECTION


def test_a_site_that_leads_to_its_page_in_vk_is_not_read_there() -> None:
    resolver = names(vk_com="127.0.0.1", school_example="127.0.0.1")
    routes = {"/": reply(status=302, location="http://vk.com:PORT/club1"), "/club1": long()}
    found = visit(routes, "http://school.example:PORT", resolver=resolver)
    assert found.failure is not None
    assert found.failure.code is FailureCode.UNRECOGNISED


def test_an_unknown_root_is_a_failure_with_a_note() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("school.example").configure_cert(tls)
    resolver = names(school_example="127.0.0.1")
    found = visit({"/": long()}, "https://school.example:PORT", tls=tls, resolver=resolver)
    assert found.failure is not None
    assert found.failure.code is FailureCode.TLS
    assert site(found).certificate == "unknown_root"
    assert (site(found).pages, site(found).crawl.complete) == ((), False)
    assert found.facts is not None
    assert found.facts.presence is None


# --- robots.txt ---------------------------------------------------------------------------------

REFUSAL = reply("User-agent: *\nDisallow: /\n", kind="text/plain")


def test_a_robots_file_that_refuses_is_obeyed() -> None:
    shelf = Shelf()
    found = visit({"/": long(), "/robots.txt": REFUSAL}, shelf=shelf)
    assert found.failure is not None
    assert found.failure.code is FailureCode.ROBOTS
    assert len(shelf.exchanges) == 1


def test_a_part_that_robots_refuse_leaves_a_gap() -> None:
    robots = reply("User-agent: *\nDisallow: /secret\n", kind="text/plain")
    found = site(visit({"/": links("/secret", "/a"), "/robots.txt": robots, "/a": long()}))
    assert dict(found.crawl.skipped) == {"robots": 1}


def test_a_robots_file_that_fails_is_not_a_permission() -> None:
    found = visit({"/": long(), "/robots.txt": reply("", 503)})
    assert found.failure is not None
    assert found.failure.code is FailureCode.SERVER_ERROR


def test_a_robots_file_that_broke_off_is_not_a_permission() -> None:
    cut = b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\nUser-agent: *\n"
    found = visit({"/": long(), "/robots.txt": cut})
    assert found.failure is not None
    assert found.failure.code is FailureCode.CUT


def test_a_robots_file_of_untold_length_is_obeyed_and_may_name_more_sitemaps() -> None:
    untold = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /private\n"
    crawl = site(visit({"/": links("/private"), "/robots.txt": untold})).crawl
    assert (crawl.complete, dict(crawl.skipped)) == (False, {"cut": 1, "robots": 1})


@pytest.mark.parametrize(
    "sitemap",
    [
        b"HTTP/1.1 200 OK\r\n\r\n<?x",
        b"HTTP/1.1 200 OK\r\n\r\n<urlset><url><loc>http://127.0.0.1:PORT/hidden</loc></url>",
        "<urlset><url><loc>http://127.0.0.1:PORT/hidden</loc></url>",
        reply(gzip.compress(b"<urlset></urlset>", mtime=0)[:-9], kind="application/gzip"),
        reply(gzip.compress(b"<urlset></urlset>", mtime=0)[:9], kind="application/gzip"),
        reply("<?xml version='1.0'?>\n", kind="text/xml"),
    ],
)
def test_a_sitemap_without_its_end_leaves_a_gap(sitemap: str | bytes) -> None:
    pages = {"/": long(), "/sitemap.xml": sitemap, "/hidden": long()}
    assert dict(site(visit(pages)).crawl.skipped) == {"cut": 1}


def test_a_page_in_place_of_a_sitemap_is_none_whatever_its_end() -> None:
    lost = b"HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html><html><body>404"
    assert site(visit({"/": long(), "/sitemap.xml": lost})).crawl.complete


def test_what_half_a_page_shows_is_kept_and_its_end_is_missed() -> None:
    part = "<html><body><p>school1@example.org</p><p>Телефон 8 (38250) 3-55-4"
    half = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n" + part.encode()
    found = visit({"/": links("/c"), "/c": half})
    assert found.facts is not None
    assert found.facts.contacts is not None
    assert [one.value for one in found.facts.contacts.emails] == ["school1@example.org"]
    assert found.facts.contacts.phones == ()
    assert dict(site(found).crawl.skipped) == {"cut": 1}


def test_pages_that_never_write_their_end_are_whole_by_their_length() -> None:
    habit = {path: links("/", "/c").replace("</body></html>", "") for path in ("/", "/c")}
    assert site(visit(habit)).crawl.complete


def test_a_page_that_stops_where_others_of_the_site_go_on_is_read_in_part() -> None:
    died = links().replace("</body></html>", "")
    assert dict(site(visit({"/": links("/c"), "/c": died})).crawl.skipped) == {"cut": 1}


def test_a_robots_file_that_is_forbidden_forbids_nothing() -> None:
    assert visit({"/": long(), "/robots.txt": reply("", 403)}).failure is None


# --- the run ------------------------------------------------------------------------------------


def test_one_broken_site_does_not_touch_another() -> None:
    async def read() -> dict[str, Observation]:
        async with serve({"/": long()}) as good, serve({"/": hang}) as bad:
            pages = [
                Page(institution=name, network="site", address=f"http://127.0.0.1:{port}")
                for name, port in (("k/a", good), ("k/b", bad), ("k/c", good))
            ]
            batches = collect(SiteSettings(**{**QUICK, "total_timeout": 3}), pages, a_run())
            found = [one async for batch in batches for one in batch]
            return {one.page.institution: one for one in found}

    found = asyncio.run(read())
    assert sorted(found) == ["k/a", "k/b", "k/c"]
    assert found["k/a"].failure is found["k/c"].failure is None
    assert found["k/b"].facts is None


def test_a_store_that_is_full_stops_the_run() -> None:
    class Full(Shelf):
        def keep(self, exchange: object) -> None:  # type: ignore[override]
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        visit({"/": long()}, shelf=Full())


def test_a_site_that_takes_too_long_is_read_in_part() -> None:
    paths = [f"/{number}" for number in range(30)]
    routes = {"/": links(*paths), **{path: long() for path in paths}}
    found = site(visit(routes, requests_per_second_per_host=10.0, site_timeout=0.5))
    assert (found.crawl.complete, found.crawl.skipped["interrupted"]) == (False, 1)


def test_the_network_is_complete() -> None:
    assert (NETWORK.slug, NETWORK.settings) == ("site", SiteSettings)
    assert NETWORK.canonical("HTTP://Школа.РФ/") == "http://школа.рф"
    assert callable(NETWORK.collector(SiteSettings()))

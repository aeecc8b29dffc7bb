"""Addresses of a site as browsers ask for them, and what robots.txt and sitemap.xml say of them."""

from __future__ import annotations

import gzip
from datetime import date
from urllib.parse import quote

import pytest

from collectors.model import FailureCode
from collectors.site.markup import Source
from collectors.site.page import PageReading, read_page
from collectors.site.robots import Sitemap, robots, sitemap
from collectors.site.territory import target, territory
from tests.collectors.tiny_web import Shelf, long, reply, visit

HOME = "https://school1.example"
SITE = territory(HOME, f"{HOME}/", whole_host=False)
TEXT = "<p>Школа открыта, приходите учиться</p>"


def page(markup: str, encoding: str = "utf-8", kind: str = "text/html") -> PageReading:
    body = f"{TEXT}{markup}".encode(encoding)
    source = Source(url=f"{HOME}/a/", status=200, content_type=kind, body=body)
    return read_page(source, SITE, date(2026, 11, 22), with_blocks=False)


def link(href: str, encoding: str = "utf-8") -> str:
    (found,) = page(f'<a href="{href}">x</a>', encoding).links
    return found.removeprefix(HOME)


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "href",
    ["/?q=%C8%EC%FF", "/?q=%c8&b", "/?about", "/?about=", "/?a&&b", "/?a=b=c", "/?a;b", "/?+%20",
     "/%C8%EC/?a", "/?%zz", "/?a=%26"],
)  # fmt: skip
def test_a_link_stays_as_it_is_written(href: str) -> None:
    assert link(href) == href


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("/?utm_source=vk", "/"),
        ("/?q=%C8&utm_source=vk&about", "/?q=%C8&about"),
        ("/?PHPSESSID=1&id=2", "/?id=2"),
        ("/?%75tm_source=1&x", "/?x"),
    ],
)
def test_what_only_tracks_a_visitor_is_left_out(href: str, kept: str) -> None:
    assert link(href) == kept


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r"])
def test_a_query_goes_out_in_the_encoding_of_its_page_and_a_path_in_utf_8(encoding: str) -> None:
    asked = f"/{quote('поиск')}?q={quote('Имя', encoding=encoding)}&n=1"
    assert link("/поиск?q=Имя&amp;n=1#ы", encoding) == asked


def test_a_sign_that_the_encoding_has_not_goes_out_as_its_number() -> None:
    assert link("/?q=&Omega;", "windows-1251") == "/?q=%26%23937%3B"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_query_of_a_page_in_unicode_goes_out_in_utf_8(encoding: str) -> None:
    assert link("/?q=Имя", encoding) == f"/?q={quote('Имя')}"


def test_a_page_of_latin_letters_only_is_asked_in_the_encoding_that_it_names() -> None:
    source = Source(
        url=f"{HOME}/",
        status=200,
        content_type="text/html; charset=windows-1251",
        body=b'<a href="/?q=&#1064;">x</a>',
    )
    read = read_page(source, SITE, date(2026, 11, 22), with_blocks=False)
    assert read.links == (f"{HOME}/?q=%D8",)


def test_what_a_page_says_of_itself_is_no_query() -> None:
    markup = '<meta itemprop="telephone" content="Звоните? 8 (38250) 3-55-46">'
    assert page(markup, "windows-1251").contacts.phones


@pytest.mark.parametrize(
    "bases",
    [
        '<base target="_blank"><base href="/x/">',
        '<base href="/x/"><base href="/y/">',
        '<base><base href=" /x/ " target="_top">',
        '<template><base href="/y/"></template><base href="/x/">',
    ],
)
def test_the_first_base_with_an_address_counts(bases: str) -> None:
    assert page(f'{bases}<a href="1">x</a>').links == (f"{HOME}/x/1",)


@pytest.mark.parametrize(
    "markup",
    [
        "<button onclick=\"location.href='/1'\">Контакты</button>",
        "<div onclick=\"window.open('/1', '_blank')\">Контакты</div>",
        "<a href=\"javascript:document.location='/1'\">Контакты</a>",
        '<select onchange="location = this.value"><option value="/1">Контакты</select>',
        '<form action="/1"><button>Контакты</button></form>',
        '<div data-href="/1">Контакты</div>',
        '<meta http-equiv="refresh" content="3; url=/1">',
    ],
)
def test_where_a_click_leads_without_a_link_is_followed(markup: str) -> None:
    assert page(markup).links == (f"{HOME}/1",)


@pytest.mark.parametrize(
    "markup",
    [
        '<form action="/1"><input name="q"></form>',
        '<form action="/1" method="post"><button>Выйти</button></form>',
        "<div onclick=\"show('/1')\">Ещё</div>",
        '<select onchange="sort()"><option value="/1">По дате</select>',
    ],
)
def test_what_only_acts_is_not_followed(markup: str) -> None:
    assert page(markup).links == ()


@pytest.mark.parametrize("base", ["", "javascript:1", "http://[", "http://a..b/"])
def test_a_base_that_is_no_address_is_the_page_itself(base: str) -> None:
    markup = f'<base href="{base}"><base href="/y/"><a href="1">x</a>'
    assert page(markup).links == (f"{HOME}/a/1",)


@pytest.mark.parametrize(
    "href",
    [
        "http://a..b/",
        f"http://{'a' * 300}.ru/",
        "http://xn--a/",
        "http://x:0/",
        "http://x:99999/",
        "http://[x]/",
        "http:///",
        "/&#xD800;",
        f"/{'a' * 70_000}",
        "//",
        "http://школа_.рф\x85/",
    ],
)
def test_a_link_to_no_address_is_none(href: str) -> None:
    assert set(page(f'<a href="{href}">x</a><a href="/b">y</a>').links) >= {f"{HOME}/b"}


def test_a_section_in_windows_1251_is_told_from_another() -> None:
    mine, other = (f"{HOME}/{quote(word, encoding='cp1251')}/" for word in ("шк", "аб"))
    section = territory(mine, mine, whole_host=False)
    assert [section.holds(target(url)) for url in (f"{mine}a", f"{other}a")] == [True, False]


# --- robots.txt ----------------------------------------------------------------------------------

RULES = "User-agent: *\r\nDisallow: /новости\r\nDisallow: /private\r\nCrawl-delay: 3\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1251", "koi8-r"]
)
@pytest.mark.parametrize("path", ["/private", "/новости/1", quote("/новости/1")])
def test_robots_are_obeyed_in_every_encoding(encoding: str, path: str) -> None:
    read = robots(f"{RULES}Sitemap: /map.xml".encode(encoding), "Dozor/1")
    assert (read.permits(f"{HOME}{path}"), read.permits(f"{HOME}/")) == (False, True)
    assert (read.delay, read.sitemaps) == (3.0, ("/map.xml",))


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\u00a0"])
def test_a_sign_that_nobody_sees_hides_no_rule(sign: str) -> None:
    rules = f"{sign}User-agent: *\n{sign}Disallow: /private\n"
    assert not robots(rules.encode(), "Dozor/1").permits(f"{HOME}/private")


def test_a_path_in_windows_1251_is_refused_in_its_own_bytes_too() -> None:
    read = robots(RULES.encode("windows-1251"), "Dozor/1")
    assert not read.permits(HOME + quote("/новости/1", encoding="windows-1251"))


@pytest.mark.parametrize("rules", [f"{RULES}", "User-agent: *\nDisallow: /%ed%ee%e2%ee\n"])
def test_what_is_refused_in_windows_1251_is_refused_alone(rules: str) -> None:
    read = robots(rules.encode("windows-1251"), "Dozor/1")
    assert read.permits(HOME + quote("/контакты", encoding="windows-1251"))
    assert not read.permits(HOME + quote("/новости", encoding="windows-1251"))


def test_a_path_may_be_refused_percent_encoded() -> None:
    read = robots(f"User-agent: *\nDisallow: {quote('/новости').lower()}".encode(), "Dozor/1")
    assert not read.permits(f"{HOME}/новости/1")


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff"])
def test_a_site_that_refuses_everything_is_not_read(mark: str) -> None:
    refusal = reply(f"{mark}User-agent: *\r\nDisallow: /\r\n", kind="text/plain")
    shelf = Shelf()
    found = visit({"/robots.txt": refusal, "/": long()}, shelf=shelf)
    assert found.failure is not None
    assert found.failure.code is FailureCode.ROBOTS
    assert len(shelf.exchanges) == 1


# --- sitemap.xml ---------------------------------------------------------------------------------

MAP = "<urlset><url><loc> http://a/?x=1&y=2&copy=3&amp;z </loc></url><url><loc>http://a/школа</loc></url></urlset>"
NAMED = ("http://a/?x=1&y=2&copy=3&z", "http://a/школа")


@pytest.mark.parametrize("before", ["", "\n\n  ", "\ufeff \n", "Notice: x\n"])
@pytest.mark.parametrize("told", ["", "UTF-8", "windows-1251", "UTF-16", "no-such"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
def test_a_careless_sitemap_is_read(before: str, told: str, encoding: str) -> None:
    said = f'<?xml version="1.0" encoding="{told}"?>' if told else ""
    read = sitemap(f"{before}{said}{MAP}".replace("\ufeff", "").encode(encoding), 100_000)
    assert read is not None
    assert read.pages == NAMED


def test_a_packed_sitemap_is_read() -> None:
    read = sitemap(gzip.compress(f"\ufeff\n{MAP}".encode()), 100_000)
    assert read is not None
    assert read.pages == NAMED


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<", b"&", b"\x00<\x00"])
def test_what_is_no_sitemap_raises_nothing(body: bytes) -> None:
    assert sitemap(body, 1000) is None


def test_a_packed_sitemap_of_which_nothing_is_left_is_not_whole() -> None:
    assert sitemap(b"\x1f\x8b", 1000) == Sitemap(is_whole=False)


# --- kinds of answers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    ["", "html", "*/*", "text/html, text/html", "TEXT/HTML;charset=windows-1251;charset=utf-8"],
)
def test_a_page_of_an_odd_kind_is_read(kind: str) -> None:
    found = visit({"/": reply(long().encode("cp1251"), kind=kind)})
    assert found.facts is not None
    assert found.facts.title == "Школа"


@pytest.mark.parametrize("kind", ["", "text/plain"])
@pytest.mark.parametrize("body", [b"%PDF-1.7", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n"])
def test_a_document_of_an_unknown_kind_is_no_page(kind: str, body: bytes) -> None:
    found = visit({"/": long('<a href="/file">x</a>'), "/file": reply(body * 99, kind=kind)})
    assert found.facts is not None
    assert found.facts.site is not None
    assert found.facts.site.crawl.read == 1


@pytest.mark.parametrize(("layers", "told"), [(1, "none"), (2, "gzip"), (2, "gzip, gzip")])
def test_a_page_that_stays_packed_is_not_read_as_garbage(layers: int, told: str) -> None:
    body = long().encode()
    for _ in range(layers):
        body = gzip.compress(body, mtime=0)
    found = visit({"/": reply(body, content_encoding=told)})
    assert found.failure is not None
    assert found.failure.code is FailureCode.MALFORMED


def test_an_address_of_the_registry_that_is_none_fails_alone() -> None:
    found = visit({}, f"http://127.0.0.1:PORT/{'a' * 70_000}")
    assert found.failure is not None
    assert found.failure.code is FailureCode.ADDRESS_REFUSED

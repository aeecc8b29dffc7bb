"""What is seen in one page of a site: no network but for the scripts that bring in a widget."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.http.errors import CertificateError, NoSuchNameError, ReadError
from collectors.model import Block, Failure, FailureCode
from collectors.site.dates import dates, mentions
from collectors.site.frontier import Frontier
from collectors.site.home import other_spelling
from collectors.site.markup import Source
from collectors.site.page import PageReading, read_page
from collectors.site.robots import robots, sitemap
from collectors.site.territory import absolute, resolved, section_of, territory
from collectors.site.widgets import pos_widgets
from tests.collectors.tiny_web import Routes, long, reply, visit

URL = "https://school1.example/contacts"
SITE = territory("https://school1.example", "https://school1.example/", whole_host=False)
AS_OF = date(2026, 11, 22)


def page(markup: str, *, with_blocks: bool = False) -> PageReading:
    source = Source(url=URL, status=200, content_type="text/html", body=markup.encode())
    return read_page(source, SITE, AS_OF, with_blocks=with_blocks)


# --- contacts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        "Телефон: 8 (38250) 3-55-46",
        '<a href="tel:+73825035546">Позвонить</a>',
        '<table><tr><td>Тел.</td><td itemprop="telephone">8 (38250) 3-55-46</td></tr></table>',
        '<span itemprop="telephone" content="+73825035546"></span>',
        '<div itemscope><meta itemprop="telephone" content="8 (38250) 3-55-46"></div>',
        '<script type="application/ld+json">[{"telephone":"+7 38250 3-55-46"}]</script>',
        "<footer>8 (38250) 3-55-46</footer>",
    ],
)
def test_a_telephone_is_found_wherever_it_stands(markup: str) -> None:
    assert [one.e164 for one in page(markup).contacts.phones] == ["+73825035546"]


@pytest.mark.parametrize(
    "markup",
    [
        "Почта: school1@example.org",
        '<a href="mailto:school1@example.org?subject=x">Написать</a>',
        '<td itemprop="email">school1@example.org</td>',
        '<a class="__cf_email__" data-cfemail="'
        + bytes([7, *(byte ^ 7 for byte in b"school1@example.org")]).hex()
        + '">[email protected]</a>',
    ],
)
def test_an_e_mail_address_is_found_wherever_it_stands(markup: str) -> None:
    assert [one.value for one in page(markup).contacts.emails] == ["school1@example.org"]


def test_a_postal_address_of_micro_markup_is_found() -> None:
    markup = '<td itemprop="address">636615, Томская область, г. Кедровый, 1-й мкр., д. 61</td>'
    assert "61" in page(markup).contacts.addresses[0].original


def test_a_telephone_in_a_script_is_not_shown() -> None:
    assert page("<script>var p = '8 (38250) 3-55-46';</script>").contacts.phones == ()


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("https://vk.com/public101", ["https://vk.com/club101"]),
        ("//m.vk.com/kedr_school1", ["https://vk.com/kedr_school1"]),
        ("https://ok.ru/group/7/topics", ["https://ok.ru/group/7"]),
        ("https://vk.com/share.php?url=x", []),
        ("https://vk.com/wall-1_2", []),
        ("/vk.com", []),
    ],
)
def test_links_to_pages_are_told_from_buttons_and_posts(href: str, found: list[str]) -> None:
    assert [one.url for one in page(f'<a href="{href}">мы</a>').contacts.links] == found


def test_a_page_named_in_the_text_and_linked_is_one_link() -> None:
    markup = '<a href="https://vk.com/kedr_school1">vk.com/kedr_school1</a>'
    assert [one.url for one in page(markup).contacts.links] == ["https://vk.com/kedr_school1"]


# --- what the rules look for --------------------------------------------------------------------


def test_headings_and_breadcrumbs_name_the_section() -> None:
    read = page(
        '<ul class="breadcrumb"><li><a href="/">Главная</a></li><li>Документы</li></ul>'
        "<h1>Нормативные  акты</h1><h2>Постановления</h2><h4>мелко</h4>"
    ).page
    assert read.headings == ("Нормативные акты", "Постановления")
    assert read.breadcrumbs == ("Главная", "Документы")


def test_anchors_are_of_this_site_and_of_what_the_rules_ask_for() -> None:
    read = page(
        '<a href="/a">А</a><a href="https://other.example/">Б</a>'
        '<a href="https://ok.ru/group/1"><img alt="ОК"></a>'
        '<a href="https://docs.example/plan.pdf">План</a><a href="#top">вверх</a>'
    ).page
    assert [(one.url, one.text) for one in read.anchors] == [
        ("https://school1.example/a", "А"),
        ("https://ok.ru/group/1", "ОК"),
        ("https://docs.example/plan.pdf", "План"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Обновлено 20.11.2026", date(2026, 11, 20)),
        ("от 1 декабря 2022 года", date(2022, 12, 1)),
        ("«01» декабря 2022 г.", date(2022, 12, 1)),
        ("приём до 31.12.2026", None),
        ("версия 31.02.2026", None),
        ('<time datetime="2026-11-19T10:00">вчера</time>', date(2026, 11, 19)),
        ("12.05.2021 и 13.05.2021", date(2021, 5, 13)),
    ],
)
def test_the_latest_date_is_not_in_the_future(text: str, found: date | None) -> None:
    assert page(f"<p>{text}</p>").page.latest_date == found


@pytest.mark.parametrize("form", ["&#{};", "&#{:03} ", "&#x{:x};", "&#X{:02X} "])
def test_a_sign_that_no_tree_may_hold_stops_nothing(form: str) -> None:
    for number in (*range(32), 0xD800, 0xFFFE, 0xFFFF, 0x110000):
        assert page(f"<p>Школа{form.format(number)}№ 5</p>").page.mentions == ("№ 5",)


def test_numbers_and_dates_of_acts_are_kept_in_one_spelling() -> None:
    text = "Постановление №298 от 01.12.2022; N 12-п от 1 декабря\u00a02022 г., № 298"
    assert mentions(text, dates(text)) == ("№ 298", "№ 12-п", "01.12.2022", "1 декабря 2022")


# --- cards --------------------------------------------------------------------------------------


def card(markup: str, name: str) -> Block:
    return next(one for one in page(markup, with_blocks=True).page.blocks if name in one.heading)


NAME = "МКОУ СОШ № 1"
BODY = '636615, г. Кедровый, 8 (38250) 3-55-46 <a href="https://vk.com/public101">ВК</a>'


@pytest.mark.parametrize(
    "markup",
    [
        f"<h2>Школы</h2><h3>{NAME}</h3><p>{BODY}</p><h3>Музей</h3><p>нет</p>",
        f"<table><tr><td>1</td><td>{NAME}</td><td>{BODY}</td></tr></table>",
        f"<ul><li>{NAME}<br>{BODY}</li><li>Музей</li></ul>",
        f'<div class="card"><div class="card__t">{NAME}</div>{BODY}</div>',
        f"<div><div><h3>{NAME}</h3></div><div>{BODY}</div></div>",
        f"<dl><dt>{NAME}</dt><dd>{BODY}</dd></dl>",
        f"<details><summary>{NAME}</summary>{BODY}</details>",
    ],
    ids=["section", "row", "item", "box", "wrapped heading", "definition", "details"],
)
def test_a_card_of_an_institution_is_cut_out(markup: str) -> None:
    found = card(markup, NAME)
    assert [one.e164 for one in found.contacts.phones] == ["+73825035546"]
    assert "https://vk.com/club101" in [one.url for one in found.contacts.links]


def test_a_card_ends_where_the_next_begins() -> None:
    markup = f"<h3>{NAME}</h3><p>{BODY}</p><h3>Музей</h3><p>8 (38250) 3-55-99</p>"
    assert len(card(markup, NAME).contacts.phones) == 1


def test_an_institutions_site_has_no_cards() -> None:
    assert page(f"<h3>{NAME}</h3><p>{BODY}</p>").page.blocks == ()


def test_a_page_that_holds_more_than_is_kept_says_so() -> None:
    many = "".join(f'<a href="/{number}">{number}</a>' for number in range(700))
    assert page(many).is_cut
    assert not page("<a href=/a>А</a>").is_cut


def test_tags_that_were_never_closed_hide_the_rest_of_a_page() -> None:
    read = page("<font>" * 3000 + "<p>school1@example.org</p>")
    assert (read.contacts.emails, read.is_cut) == ((), True)


# --- ПОС ----------------------------------------------------------------------------------------

FORM = "https://pos.gosuslugi.ru/form/?opaId=262465"


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<script>Widget("https://pos.gosuslugi.ru/form", 262465)</script>', FORM),
        ("<script>go(Widget('https://pos.gosuslugi.ru/form',262465,true))</script>", FORM),
        (f'<iframe src="{FORM}&amp;fz59=false"></iframe>', f"{FORM}&fz59=false"),
        (f'<a href="{FORM}">Решаем вместе</a>', FORM),
        ('<script>{"u":"https:\\/\\/pos.gosuslugi.ru\\/form\\/?opaId=262465"}</script>', FORM),
        ('<div id="js-show-iframe-wrapper"></div>', "https://pos.gosuslugi.ru/form/"),
        ("<script src='https://pos.gosuslugi.ru/bin/script.min.js' ></script>",
         "https://pos.gosuslugi.ru/form/"),
        ('<div class="pos-banner-fluid bf-35"></div>', "https://pos.gosuslugi.ru/form/"),
        ("<button class='pos-banner-btn_2'>Написать</button>", "https://pos.gosuslugi.ru/form/"),
    ],
)  # fmt: skip
def test_the_pos_widget_is_seen_in_every_way(markup: str, found: str) -> None:
    assert page(markup).pos == (found,)


@pytest.mark.parametrize(
    "markup",
    ["<p>Обращайтесь на pos.gosuslugi.ru</p>", '<a href="https://www.gosuslugi.ru/">ГУ</a>'],
)
def test_a_word_of_the_platform_is_no_widget(markup: str) -> None:
    assert pos_widgets(markup) == ()


def widgets(routes: Routes) -> tuple[str, ...] | None:
    found = visit(routes).facts
    assert found is not None
    assert found.site is not None
    return found.site.pos_widgets


INJECTING = 'show(); Widget("https://pos.gosuslugi.ru/form", 262465)'


def test_a_script_of_the_same_host_brings_the_widget_in() -> None:
    script = reply(INJECTING, kind="text/javascript")
    assert widgets({"/": long("<script src=/app.js></script>"), "/app.js": script}) == (FORM,)


def test_a_script_of_the_same_host_shows_a_page_of_a_network() -> None:
    script = reply('VK.Widgets.Group("w", {}, 20003922)', kind="text/javascript")
    found = visit({"/": long("<script src=/app.js></script>"), "/app.js": script}).facts
    assert found is not None
    assert found.site is not None
    hint = found.site.pages[0].hints[0]
    assert (hint.page, hint.place[-7:]) == (("vk", "https://vk.com/club20003922"), "/app.js")


def test_no_widget_is_said_only_when_all_was_read() -> None:
    assert widgets({"/": long()}) == ()
    assert widgets({"/": long('<a href="/a">А</a>'), "/a": reply("", 500)}) is None
    broken = {"/": long("<script src=/app.js></script>"), "/app.js": reply("", 500)}
    assert widgets(broken) is None


# --- small parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("/a?utm_source=vk&id=5", "https://school1.example/a?id=5"),
        ("http://www.school1.example/a#top", "https://school1.example/a"),
        ("https://other.example/a", None),
        ("/plan.pdf", None),
        ("/photo.JPG", None),
    ],
)
def test_a_page_has_one_spelling(href: str, kept: str | None) -> None:
    found = absolute("https://school1.example/", href)
    assert found is not None
    assert SITE.page(found) == kept


@given(
    st.sampled_from(["https://school1.example/a/b.html?c=1", "http://школа.рф/", "https://x"]),
    st.lists(
        st.sampled_from(
            ["/", "//", "http://", "HTTPS:", "\\", "..", "?", "#", "а б", ":80", "x.ru"]
        )
        | st.text(alphabet="/:?#.;@\n\t a", max_size=3),
        max_size=6,
    ).map("".join),
)
def test_a_link_leads_where_it_leads_from_its_own_page(base: str, href: str) -> None:
    assert absolute(base, href) == resolved(base, href.strip())


def test_a_windows_path_is_read_as_browsers_read_it() -> None:
    assert page(r'<a href="\docs\a.html">А</a>').links == ("https://school1.example/docs/a.html",)


@pytest.mark.parametrize(
    ("asked", "final", "section"),
    [
        ("/", "/ru/main", "/"),
        ("/schools/1/index.php", "/schools/1/index.php", "/schools/1/"),
        ("/schools/1", "/schools/1/", "/schools/1/"),
        ("/old/1/", "/new/1/", "/new/1/"),
        ("/schools/1/", "/", "/schools/1/"),
    ],
)
def test_a_registered_path_is_a_section(asked: str, final: str, section: str) -> None:
    assert section_of(asked, final) == section


@pytest.mark.parametrize(
    ("address", "error", "other"),
    [
        ("http://a.ru", ReadError(Failure(FailureCode.CONNECTION)), "https://a.ru"),
        ("https://a.ru", ReadError(Failure(FailureCode.TIMEOUT)), "http://a.ru"),
        ("http://a.ru", NoSuchNameError(Failure(FailureCode.DNS)), "http://www.a.ru"),
        ("http://www.a.ru", NoSuchNameError(Failure(FailureCode.DNS)), "http://a.ru"),
        ("http://a.ru", ReadError(Failure(FailureCode.SERVER_ERROR)), None),
        ("http://a.ru:8080", ReadError(Failure(FailureCode.CONNECTION)), None),
        ("https://a.ru", CertificateError(Failure(FailureCode.TLS)), None),
    ],
)
def test_another_spelling_is_tried_where_the_registry_may_have_missed(
    address: str, error: ReadError, other: str | None
) -> None:
    assert other_spelling(address, error) == other


def test_telling_pages_are_read_first() -> None:
    frontier = Frontier()
    frontier.add(["https://a/news?page=2", "https://a/news", "https://a/kontakty"], 1)
    order = [found[0] for found in iter(frontier.next, None)]
    assert order == ["https://a/kontakty", "https://a/news", "https://a/news?page=2"]


def test_a_page_found_nearer_moves_up_and_is_read_once() -> None:
    frontier = Frontier()
    frontier.add(["https://a/map"], 2)
    frontier.add(["https://a/map"], 0)
    assert (frontier.next(), frontier.next()) == (("https://a/map", 0), None)


def test_a_sitemap_with_a_bomb_of_entities_is_harmless() -> None:
    bomb = b'<!DOCTYPE u [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><loc>&b;</loc></urlset>'
    read = sitemap(bomb, 1000)
    assert read is None or read.pages == ()


def test_a_page_that_says_not_found_is_no_sitemap() -> None:
    assert sitemap(b"<html><body>404</body></html>", 1000) is None


def test_a_delay_of_robots_is_granted_within_reason() -> None:
    assert robots(b"User-agent: *\nCrawl-delay: 3600", "Dozor/0.1").delay == 10.0
    assert robots(b"User-agent: Dozor\nDisallow: /", "Dozor/0.1 (x)").permits("https://a/") is False

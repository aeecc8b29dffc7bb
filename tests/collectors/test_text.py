"""Signs that nobody sees change nothing, at whatever border they come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.addresses import site_address
from collectors.model import Facts, Page, Post
from collectors.ok.addresses import ok_address
from collectors.ok.group import group_facts as ok_group_facts
from collectors.ok.page import PageText, parse
from collectors.site.markup import Source
from collectors.site.page import PageReading, read_page
from collectors.site.territory import absolute, territory
from collectors.text import is_normal, normalised, normalised_all, paired
from collectors.vk.addresses import vk_address
from collectors.vk.facts import group_facts
from collectors.vk.posts import sheet
from collectors.vk.reader import Signals
from tests.cast import NOW

UNSEEN = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff")
OF_PHONES = "\u202a8 (38250) 3-55-46\u202c"  # as an address book copies it
HOME = "https://school1.example/"
SITE = territory(HOME, HOME, whole_host=True)
GROUP = {"id": 101, "name": "Музей", "is_closed": 0, "wall": 2, "description": "", "status": ""}


def strewn(text: str, sign: str) -> str:
    """The sign stands between all letters."""
    return sign.join(text)


def site(markup: str) -> PageReading:
    source = Source(url=HOME, status=200, content_type="text/html", body=markup.encode())
    return read_page(source, SITE, date(2026, 11, 22), with_blocks=True)


def of_ok(markup: str) -> Facts:
    own = "https://ok.ru/group/70000000000101"
    head = f'<meta property="og:url" content="{own}">'
    shown = PageText(
        "/group/70000000000101", f"<html><head>{head}</head><body>{markup}</body></html>"
    )
    page = Page(institution="kedrovy/museum", network="ok", address=own)
    return ok_group_facts(parse(shown), page)


# --- the function -------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [*UNSEEN, "\u034f", "\u202a", "\u2066", "\ufe0f"])
def test_a_sign_that_nobody_sees_goes(sign: str) -> None:
    assert normalised(strewn("Школа № 1", sign)) == "Школа № 1"


@pytest.mark.parametrize("word", ["Детский", "МУЗЕЙ", "Алёна", "Ёлкино"])
def test_a_letter_of_two_code_points_is_one(word: str) -> None:
    assert normalised(normalize("NFD", word)) == word


def test_a_letter_is_joined_over_a_sign_that_nobody_sees() -> None:
    assert normalised("Музеи\u200b\u0306") == "Музей"


@pytest.mark.parametrize("text", ["№ 2²", "Школа ①", "а\u00a0б", "за\u0301мок", "\u202eabc"])
def test_what_a_reader_sees_stays(text: str) -> None:
    assert normalised(text) == text


@given(st.text())
def test_a_text_is_normal_afterwards(text: str) -> None:
    assert is_normal(normalised(text))


def test_a_text_without_such_signs_is_not_copied() -> None:
    text = "Муниципальное учреждение «Музей»"
    assert normalised(text) is text


def test_every_text_of_an_answer_is_reached() -> None:
    assert normalised_all({"a": ["Шко\u00adла", {"b": "\u200bда"}], "n": 1}) == {
        "a": ["Школа", {"b": "да"}],
        "n": 1,
    }


# --- the borders --------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [*UNSEEN, "&shy;", "&#8203;", "&#x200B;", "&zwnj;", "&NoBreak;"])
@pytest.mark.parametrize("wanted", ["+73825035546", "school1@example.org"])
def test_a_site_shows_its_contacts_around_the_sign(sign: str, wanted: str) -> None:
    phone, mail = strewn("8 (38250) 3-55-46", sign), strewn("school1@example.org", sign)
    shown = site(f"<p>Телефон: {phone}</p><p>E-mail: {mail}</p>").contacts
    assert wanted in {*(one.e164 for one in shown.phones), *(one.value for one in shown.emails)}


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>Тел.: {OF_PHONES}</p>",
        '<a href="tel:+7\u200b3825035546">Позвонить</a>',
        '<meta itemprop="telephone" content="8 (38250)\u00ad 3-55-46">',
        '<script type="application/ld+json">{"telephone":"8 (38250) 3\\u200b-55-46"}</script>',
    ],
)
def test_a_telephone_of_a_site_is_found_wherever_the_sign_stands(markup: str) -> None:
    assert [one.e164 for one in site(markup).contacts.phones] == ["+73825035546"]


@pytest.mark.parametrize("name", [normalize("NFD", "Музей"), "Музеи&#774;", "Му&shy;зей", "Му​зей"])
def test_headings_titles_links_and_cards_of_a_site_are_read_as_they_look(name: str) -> None:
    read = site(
        f"<title>{name}</title><h2>{name}</h2><p>тел. 8 (38250) 3-55-46</p><a href='/m'>{name}</a>"
    ).page
    found = [read.title, *read.headings, read.blocks[0].heading, read.anchors[0].text]
    assert found == ["Музей"] * 4


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_letter_is_addressed_around_a_sign_in_percents(sign: str) -> None:
    shown = site(f'<a href="mailto:school1{quote(sign)}@example.org{quote(sign)}">почта</a>')
    assert [one.value for one in shown.contacts.emails] == ["school1@example.org"]


def test_an_address_on_a_site_is_asked_for_as_it_is_written() -> None:
    name = normalize("NFD", "Порядок й")
    link = absolute(HOME, f"/{name}")
    assert link
    assert link.url.endswith("%D0%B8%CC%86")


def test_a_host_is_looked_up_without_the_sign() -> None:
    link = absolute(HOME, f"https://{normalize('NFD', 'музей')}\u00ad.рф/")
    assert link
    assert link.host == "музей.рф"


@pytest.mark.parametrize("sign", UNSEEN)
def test_addresses_of_pages_are_found_around_the_sign(sign: str) -> None:
    assert (
        vk_address(strewn("https://vk.com/club101", sign)),
        ok_address(strewn("https://ok.ru/group/101", sign)),
        site_address(strewn("https://музей.рф", sign)),
    ) == ("https://vk.com/club101", "https://ok.ru/group/101", "https://музей.рф")


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_community_in_vk_is_read_around_the_sign(sign: str) -> None:
    name, mail = normalize("NFD", "Музей"), strewn("museum@example.org", sign)
    told = GROUP | {"name": strewn(name, sign), "description": f"Почта: {mail}"}
    facts, _ = group_facts(told, Signals(mark=True, menu=True))
    mails = [one.value for one in facts.contacts.emails] if facts.contacts else []
    assert (facts.title, mails) == ("Музей", ["museum@example.org"])


def posts_with(*texts: str) -> tuple[Post, ...]:
    usual = {"from_id": -101, "date": int(NOW.timestamp())}
    items = [usual | {"id": at, "text": text} for at, text in enumerate(texts, 1)]
    return sheet(-101, items, len(items), 0, len(items)).posts


def test_posts_that_look_the_same_have_one_digest() -> None:
    texts = ("Музей открыт", normalize("NFD", "Музей открыт"), "Му\u00adзей от\u200bкрыт")
    assert len({replace(one, key="") for one in posts_with(*texts)}) == 1


def test_a_post_of_signs_that_nobody_sees_has_no_text_of_its_own() -> None:
    assert [one.own_length for one in posts_with("\u200b\ufeff")] == [0]


def test_halves_of_a_sign_in_two_posts_make_none() -> None:
    halves, alone = posts_with("a\ud83d", "\ude00b"), (posts_with("a\ud83d"), posts_with("\ude00b"))
    assert [one.digest for one in halves] == [one.digest for (one,) in alone]


@pytest.mark.parametrize("name", [normalize("NFD", "Музей"), "Му&shy;зей", "Музеи&#774;"])
def test_a_page_of_ok_is_read_as_it_looks(name: str) -> None:
    assert of_ok(f'<h1 class="group-name_h">{name}</h1>').title == "Музей"


def test_contacts_on_a_page_of_ok_are_found_around_the_sign() -> None:
    told = of_ok(f'<h1 class="group-name_h">М</h1><div class="group-info">{OF_PHONES}</div>')
    assert told.contacts is not None
    assert [one.e164 for one in told.contacts.phones] == ["+73825035546"]


@pytest.mark.parametrize("half", ["\ud800", "Школа \ud83d № 1"])
def test_half_a_sign_can_be_written_everywhere(half: str) -> None:
    assert "\ufffd" in normalised(half).encode("utf-8").decode()


def test_halves_that_a_script_spells_are_one_sign() -> None:
    assert paired("\ud83d\ude00 \ud83d") == "\U0001f600 \ufffd"

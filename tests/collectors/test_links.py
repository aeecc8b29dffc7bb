"""Where a link ends, and which pages a site shows without a link (made for this project after
advice of VK's and OK's widget pages and the redirectors of mail services; all data invented)."""

from __future__ import annotations

import base64
import re
import zlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import hints
from collectors.contacts import find_contacts
from collectors.links import page_in_link, resolved
from collectors.model import Address, Link, Shown
from collectors.networks import social_networks
from collectors.redirects import led_to
from collectors.site.markup import Source
from collectors.site.page import read_page
from collectors.site.territory import territory

SCHOOL = ("vk", "https://vk.com/school1")
CLUB = ("vk", "https://vk.com/club20003922")
GROUP = ("ok", "https://ok.ru/group/50582132228315")
QUOTED = "https%3A%2F%2Fvk.com%2Fschool1"
IN_BASE64 = base64.urlsafe_b64encode(b"https://vk.com/school1").decode().rstrip("=")
PACKED = base64.urlsafe_b64encode(zlib.compress(b"https://vk.com/school1")).decode()


@pytest.mark.parametrize(
    "href",
    [
        f"https://checklink.mail.ru/proxy?es=a&egid=b&url={QUOTED}&uidl=1",
        f"https://click.mail.ru/redir?u={QUOTED}&s=1",
        f"https://go.mail.ru/redir?type=sr&redir={PACKED}",
        f"https://mail.yandex.ru/re.jsx?uid=1&h=a,b&l={IN_BASE64}",
        "https://www.google.com/url?q=https://vk.com/school1&sa=D&sntz=1",
        "https://yandex.ru/clck/jsredir?from=x&url=https%253A//vk.com/school1&q=",
        "http://clck.yandex.ru/redir/dv/*http://vk.com/school1",
        f"https://school.example/bitrix/redirect.php?event1=&goto={QUOTED}&af=2",
        f"https://school.example/bitrix/rk.php?goto={QUOTED}",
        f"https://school.example/?goto={QUOTED}",
        f"https://school.example/engine/go.php?url={IN_BASE64}%3D%3D",
        "http://school.ucoz.ru/go?https://vk.com/school1",
        "https://urldefense.com/v3/__https://vk.com/school1__;!!abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__vk.com_school1&d=x",
        f"https://eur01.safelinks.protection.outlook.com/?url={QUOTED}&data=05",
        f"https://vk.com/away.php?to=https%3A%2F%2Fgo.mail.ru%2Fredir%3Fu%3D{QUOTED}",
    ],
)
def test_a_redirector_is_followed(href: str) -> None:
    assert page_in_link(href) == SCHOOL


@pytest.mark.parametrize(
    "href",
    [
        f"https://school.example/?url={QUOTED}",
        f"https://vk.com/share.php?url={QUOTED}",
        "https://web.archive.org/web/2020/https://vk.com/school1",
        f"https://school.example/login?next={QUOTED}",
    ],
)
def test_what_may_not_lead_on_is_a_hint(href: str) -> None:
    link = resolved(Link(url=href, place=""))
    assert (page_in_link(href), link.page, link.shown) == (None, SCHOOL, Shown.PARAMETER)


def test_a_redirector_to_one_post_leads_to_no_page() -> None:
    assert page_in_link("https://school.example/?goto=https://vk.com/wall-1_2") is None


@pytest.mark.parametrize(
    ("href", "owner"),
    [
        ("https://vk.com/wall-12_345", "https://vk.com/club12"),
        ("https://m.vk.com/wall-12_345?reply=7#comments", "https://vk.com/club12"),
        ("https://vk.com/club12?w=wall-12_345%2Fall", "https://vk.com/club12"),
        ("https://vk.ru/album-12_3", "https://vk.com/club12"),
        ("https://vk.com/feed?z=photo-12_3%2Falbum-12_0", "https://vk.com/club12"),
        ("https://vk.com/video-12_3", "https://vk.com/club12"),
        ("https://vk.com/video_ext.php?oid=-12&id=34&hash=5", "https://vk.com/club12"),
        ("https://vk.com/@school1-pravila", "https://vk.com/school1"),
        ("https://vk.com/away.php?to=https%3A%2F%2Fvk.com%2Fwall-12_3", "https://vk.com/club12"),
        ("https://ok.ru/group/7/topic/1", "https://ok.ru/group/7"),
        ("https://ok.ru/school1/album/9", "https://ok.ru/school1"),
        ("https://m.ok.ru/dk?st.cmd=altGroup&st.groupId=7&st.themeId=1", "https://ok.ru/group/7"),
    ],
)
def test_a_link_to_one_item_of_a_page_hints_at_the_page(href: str, owner: str) -> None:
    link = resolved(Link(url=href, place=""))
    assert (page_in_link(href), link.page and link.page[1], link.shown) == (None, owner, Shown.ITEM)


@pytest.mark.parametrize(
    "href",
    [
        "https://vk.com/wall12_345",
        "https://vk.com/photo12_3",
        "https://vk.com/video_ext.php?oid=12&id=34",
        "https://vk.com/share.php?url=https://school.example",
        "https://vk.com/feed",
        "https://ok.ru/profile/12/statuses/3",
        "https://ok.ru/video/123",
        "https://school.example/wall-12_345",
    ],
)
def test_an_item_of_a_person_or_of_nobody_hints_at_no_page(href: str) -> None:
    assert resolved(Link(url=href, place="")).page is None


def test_a_redirector_to_a_site_is_a_link_to_that_site() -> None:
    away = "https://vk.com/away.php?to=https%3A%2F%2Fschool.example%2Fabout&cc_key="
    assert led_to(away) == "https://school.example/about"


def test_a_page_that_links_its_site_over_a_redirector_links_its_site() -> None:
    away = Link(url="https://vk.com/away.php?to=https%3A%2F%2Fschool.example", place="links")
    assert [link.url for link in find_contacts("", "links", [away]).links] == [
        "https://school.example"
    ]


def test_a_plain_address_leads_to_itself() -> None:
    assert led_to("https://school.example/?from=https://vk.com") == (
        "https://school.example/?from=https://vk.com"
    )


def shown(fragment: str) -> list[tuple[Address | None, Shown | None]]:
    home = "https://school.example/"
    body = f"<html><body><p>Школа</p>{fragment}</body></html>".encode()
    source = Source(url=home, status=200, content_type="text/html", body=body)
    site = territory(home, home, whole_host=False)
    page = read_page(source, site, date(2026, 11, 29), with_blocks=False).page
    return [(link.page, link.shown) for link in (*page.anchors, *page.hints) if link.page]


OK_CODE = """<script>!function (d, id, did, st) { var js = d.createElement("script");
js.src = "https://connect.ok.ru/connect.js"; js.onload = function () { setTimeout(function () {
OK.CONNECT.insertGroupWidget(id,did,st); }, 0); }; d.documentElement.appendChild(js);
}(document,"ok_group_widget","50582132228315",'{"width":250,"height":335}');</script>"""


@pytest.mark.parametrize(
    ("fragment", "page"),
    [
        ('<script>VK.Widgets.Group("w", {mode: 3, width: 300}, 20003922);</script>', CLUB),
        ("<script>VK.Widgets.Group('w',{color1:'FFFFFF'},'20003922')</script>", CLUB),
        ('<script>VK.Widgets.CommunityMessages("m", 20003922, {x: 1});</script>', CLUB),
        ('<script>VK.Widgets.Subscribe("m", {soft: 1}, -20003922);</script>', CLUB),
        ('<iframe src="https://vk.com/widget_community.php?width=3&amp;gid=20003922">', CLUB),
        ('<div class="vk" data-vk-group-id="20003922"></div>', CLUB),
        (OK_CODE, GROUP),
        ('<script>OK.CONNECT.insertGroupWidget("w","50582132228315","{}")</script>', GROUP),
        ('<iframe src="//connect.ok.ru/dk?st.cmd=WidgetGroup&st.groupId=50582132228315">', GROUP),
        ('<iframe src="//connect.ok.ru/dk?st.cmd=WidgetGroup&st.groupid=50582132228315">', GROUP),
        ('<script>VK.Widgets.Group("w", options, group);</script>', ("vk", "")),
        ('<script src="https://vk.com/js/api/openapi.js?169"></script>', ("vk", "")),
    ],
)
def test_a_widget_shows_its_page(fragment: str, page: Address) -> None:
    assert shown(fragment) == [(page, Shown.WIDGET)]


@pytest.mark.parametrize(
    "fragment",
    [
        """<div onclick="location.href='https://vk.com/school1'">ВК</div>""",
        '<div onclick="window.open(&quot;https://vk.com/school1&quot;)">ВК</div>',
        """<a href="javascript:window.open('https://vk.com/school1')">ВК</a>""",
        r'<button data-href="https:\/\/vk.com\/school1">ВК</button>',
        '<div data-url="https%3A%2F%2Fvk.com%2Fschool1">ВК</div>',
        '<form action="https://vk.com/school1"><button>ВК</button></form>',
        '<select><option value="https://vk.com/school1">ВК</option></select>',
        '<script type="application/ld+json">{"sameAs": ["https://vk.com/school1"]}</script>',
        '<a href="htps://vk.com/school1">ВК</a>',
        '<a href="vk.com/school1">ВК</a>',
        '<a href="https://vk.com/ school1">ВК</a>',
    ],
)
def test_an_address_in_the_code_is_a_hint(fragment: str) -> None:
    assert shown(fragment) == [(SCHOOL, Shown.CODE)]


@pytest.mark.parametrize(
    "text",
    [
        "vk.com/school1",
        "vk.com / school1",
        "vk. com/school1",
        "https://vk .com/school1.",
        "vk,com/school1",
        "vk.com/scho\u200bol1",
        "ВК: VK.COM/ School1",
        "vk.сom/school1",  # a Russian letter
    ],
)
def test_an_address_in_the_text_is_a_hint(text: str) -> None:
    assert shown(f"<p>Мы во ВКонтакте: {text}</p>") == [(SCHOOL, Shown.TEXT)]


@pytest.mark.parametrize(
    "text",
    ["ВКонтакте: @school_1", "Мы во ВКонтакте — school_1", "VK: @school_1.", "Vk @School_1, ok"],
)
def test_a_short_name_behind_the_name_of_a_network_is_a_hint(text: str) -> None:
    assert shown(f"<p>{text}</p>") == [(("vk", "https://vk.com/school_1"), Shown.TEXT)]


@pytest.mark.parametrize(
    "text",
    ["ВКонтакте: school@example.org", "Telegram: @school_1", "ВКонтакте и school_1", "vk: группа"],
)
def test_a_word_that_names_no_page_of_a_network_is_no_hint(text: str) -> None:
    assert shown(f"<p>{text}</p>") == []


@pytest.mark.parametrize(
    "fragment",
    [
        '<svg><a xlink:href="https://vk.com/school1"><path/></a></svg>',
        '<map><area href="https://vk.com/school1"></map>',
        '<a href="https://vk.com/school1">ВК</a> <p>vk.com/school1</p>',
    ],
)
def test_what_can_be_followed_is_a_link_and_no_hint(fragment: str) -> None:
    assert shown(fragment) == [(SCHOOL, None)]


@pytest.mark.parametrize(
    "fragment",
    [
        '<!-- <a href="https://vk.com/school1">ВК</a> -->',
        "<p>Пишите: a@vk.com/school1, wvk.com/school1</p>",
        '<a href="https://vk.com/share.php?url=https%3A%2F%2Fschool.example">Поделиться</a>',
        '<script>VK.Widgets.Like("like", {type: "button"});</script>',
    ],
)
def test_what_no_visitor_sees_as_a_page_is_none(fragment: str) -> None:
    assert shown(fragment) == []


@pytest.mark.parametrize(
    ("fragment", "how"),
    [
        ('<a href="https://vk.com/wall-1_2">Новость</a>', Shown.ITEM),
        ('<iframe src="https://vk.com/video_ext.php?oid=-1&id=2"></iframe>', Shown.CODE),
        ('<script>VK.Widgets.Post("post", -1, 2, "hash");</script>', Shown.WIDGET),
        ("<p>Источник: vk.com/wall-1_2</p>", Shown.TEXT),
    ],
)
def test_a_single_item_of_a_page_is_a_hint_however_it_stands(fragment: str, how: Shown) -> None:
    assert shown(fragment) == [(("vk", "https://vk.com/club1"), how)]


@given(
    st.lists(
        st.sampled_from(
            ["vk", "ВКонтакте", "одноклассниками", "ok.", "data-vk-", ".ru", "://", "@a1_b"]
        )
        | st.text(alphabet="аbk .-:@_1\n", max_size=6),
        max_size=12,
    ).map("".join)
)
def test_networks_are_named_where_a_pattern_of_all_words_finds_one(text: str) -> None:
    words = [re.escape(one) for one in hints._words_of_sign()]
    whole = re.compile("|".join([*words, *(rf"\b{slug}[.-]" for slug in social_networks())]))
    assert hints.names_a_network(text) == bool(whole.search(text.lower()))
    for needed, called in hints._patterns_of_names().values():
        assert not called.search(text) or any(word in text for word in needed)

"""Every written form of platforms.md, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.addresses import AddressError, site_address
from collectors.links import page_in_link
from collectors.ok.addresses import ok_address
from collectors.vk.addresses import vk_address

CLUB = "https://vk.com/club123"
NAME = "https://vk.com/kedr_school1"
GROUP = "https://ok.ru/group/70000000000101"


@pytest.mark.parametrize(
    "written",
    [
        "https://vk.com/club123",
        "http://vk.com/public123",
        "vk.com/event123",
        "https://vk.ru/club123/",
        "https://m.vk.com/club123?from=groups",
        "https://m.vk.ru/public123",
        "www.vk.com/club123",
        "https://new.vk.com/club123",
        "https://vkontakte.ru/club123",
        "vk.me/club123",
        "//vk.com/club123",
        "https://vk.com/wall-123",
        "https://vk.com/wall-123_456",
        "https://vk.com/kedr_school1?w=wall-123_456",
        "https://vk.com/feed?w=wall-123_456%2Fall",
        "https://vk.com/topic-123_45?post=6",
        "https://vk.com/album-123_00",
        "https://vk.com/video-123_456",
        "https://vk.com/videos-123",
        "https://vk.com/board123",
        "https://vk.com/page-123_456",
        "https://vk.com/im?sel=-123",
        "https://vk.com/#/club123",
        "club123",
        "@club123",
        "public123",
        "-123",
        "Club00123",
        "VK.COM/CLUB123",
        "https://vk.соm/club123",
        "https://vк.com/club123",
        "https://vk.com/club123.",
        "https://vk.com/club123;",
        "https://vk.com/club123,",
        "«https://vk.com/club123»",
        "(https://vk.com/club123)",
        "https://vk.com/club123&nbsp;",
        "\xa0https://vk.com/club123\xa0",
        "\ufeffhttps://vk.com/club123",
        "https://vk.com/club%31%32%33",
        "https%3A%2F%2Fvk.com%2Fclub123",
        "http:\\\\vk.com\\club123",
        "https://https://vk.com/club123",
        "https:/vk.com/club123",
        "https://vk.com:443/club123",
        "ｈｔｔｐｓ：／／vk.com/club123",
    ],
)
def test_every_form_of_a_numbered_vk_page_is_one(written: str) -> None:
    assert vk_address(written) == CLUB


@pytest.mark.parametrize(
    "written",
    [
        "https://vk.com/kedr_school1",
        "https://vk.ru/Kedr_School1",
        "m.vk.com/kedr_school1",
        "vk.com/kedr_school1/",
        "vk.com/kedr_school1/anything",
        "https://vk.com/kedr_school1?from=groups#top",
        "https://vk.com/@kedr_school1",
        "https://vk.com/%40kedr_school1",
        "https://vk.com/@kedr_school1-pravila-priema",
        "https://vk.com/video/@kedr_school1",
        "https://vk.me/kedr_school1",
        "@kedr_school1",
        "kedr_school1",
        "KEDR_SCHOOL1",
    ],
)
def test_every_form_of_a_named_vk_page_is_one(written: str) -> None:
    assert vk_address(written) == NAME


def test_a_vk_name_may_hold_dots() -> None:
    assert vk_address("https://vk.com/vk.cats") == "https://vk.com/vk.cats"
    assert vk_address("@vk.cats.") == "https://vk.com/vk.cats"


def test_a_name_that_starts_like_a_number_form_is_a_name() -> None:
    assert vk_address("vk.com/club_romashka") == "https://vk.com/club_romashka"
    assert vk_address("vk.com/idea5") == "https://vk.com/idea5"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("https://vk.com/id123", "личная страница"),
        ("id123", "личная страница"),
        ("https://vk.com/app8181405?ref=group_menu", "приложение"),
        ("https://vk.com/app8181405_-123", "приложение"),
        ("https://vk.cc/abc123", "сокращённая ссылка"),
        ("https://vk.com/", "нет имени"),
        ("https://vk.com/share.php?url=x", "служебная"),
        ("https://vk.com/feed", "служебная"),
        ("https://ok.ru/group/123", "не адрес ВКонтакте"),
        ("https://school.ru/club123", "не адрес ВКонтакте"),
        ("school.ru", "не адрес ВКонтакте"),
        ("https://vk.com@evil.example/club123", "не адрес ВКонтакте"),
        ("https://vk.com.evil.example/club123", "не адрес ВКонтакте"),
        ("https://vk.com/123", "не может быть именем"),
        ("https://vk.com/kedr_sсhool", "русская буква «с»"),
        ("школа", "русская буква"),
        ("нет страницы", "пробел"),
        ("", "пуст"),
        (" \xa0. ", "пуст"),
        ("-", "не может быть"),
    ],
)
def test_what_is_not_a_vk_community_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        vk_address(written)


@pytest.mark.parametrize(
    "written",
    [
        "https://ok.ru/group/70000000000101",
        "http://www.ok.ru/group/70000000000101/",
        "ok.ru/group70000000000101",
        "ok.ru/70000000000101",
        "70000000000101",
        "https://m.ok.ru/group/70000000000101?__dp=y",
        "https://m.ok.ru/dk?st.cmd=altGroupMain&st.groupId=70000000000101&_prevCmd=x",
        "https://ok.ru/dk?st.cmd=altGroupMain&amp;st.groupId=70000000000101",
        "https://m.ok.ru/dk;jsessionid=abc?st.cmd=altGroupMain&st.groupId=70000000000101",
        "https://ok.ru/group/70000000000101/topics",
        "https://ok.ru/group/70000000000101/topic/155",
        "https://ok.ru/group/70000000000101/members",
        "https://www.odnoklassniki.ru/group/70000000000101",
        "odnoklassniki.ru/group/70000000000101",
        "https://оk.ru/group/70000000000101",
        "\ufeffhttps://ok.ru/group/70000000000101.",
    ],
)
def test_every_form_of_an_ok_group_is_one(written: str) -> None:
    assert ok_address(written) == GROUP


@pytest.mark.parametrize(
    "written",
    ["https://ok.ru/kedrmuseum", "ok.ru/KedrMuseum/topics", "m.ok.ru/kedrmuseum", "kedrmuseum"],
)
def test_every_form_of_a_named_ok_page_is_one(written: str) -> None:
    assert ok_address(written) == "https://ok.ru/kedrmuseum"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("https://ok.ru/profile/1", "личная страница"),
        ("https://ok.ru/game/1", "служебная"),
        ("https://connect.ok.ru/offer?url=x", "не адрес Одноклассников"),
        ("https://vk.com/club1", "не адрес Одноклассников"),
        ("https://ok.ru/dk?st.cmd=altGroupMain", "нет номера группы"),
        ("https://ok.ru/group/abc", "нужен номер"),
        ("https://ok.ru", "нет имени"),
        ("https://ok.ru/кедр", "русская буква"),
    ],
)
def test_what_is_not_an_ok_group_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        ok_address(written)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://School1.Example/", "https://school1.example"),
        ("https://school1.example:443/", "https://school1.example"),
        ("http://school1.example:80", "http://school1.example"),
        ("http://127.0.0.1:8081/site/", "http://127.0.0.1:8081/site"),
        ("https://xn--80akodmj6i.xn--p1ai/Path/", "https://обршкола.рф/Path"),
        ("https://ШКОЛА.рф", "https://школа.рф"),
        ("www.school1.example.", "http://www.school1.example"),
        ("https://a.example/index.php?id=1#top", "https://a.example/index.php?id=1"),
        ("«https://a.example»,", "https://a.example"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_a_site_is_kept_in_one_readable_form(written: str, canonical: str) -> None:
    if "xn--" in written:
        canonical = site_address(written)
        assert "xn--" not in canonical
        assert canonical.endswith(".рф/Path")
    assert site_address(written) == canonical


@pytest.mark.parametrize(
    "written", ["нет", "school@mail.ru", "https://", "http://user@host.ru", "http://a.ru:99999", ""]
)
def test_what_is_not_a_site_is_refused(written: str) -> None:
    with pytest.raises(AddressError):
        site_address(written)


@pytest.mark.parametrize(
    ("href", "page"),
    [
        ("https://vk.com/kedr_school1", ("vk", NAME)),
        ("//vk.ru/club123", ("vk", CLUB)),
        ("vk.com/wall-123", ("vk", CLUB)),
        (
            "https://vk.com/away.php?to=https%3A%2F%2Fok.ru%2Fkedr&cc_key=",
            ("ok", "https://ok.ru/kedr"),
        ),
        ("https://m.vk.com/away?to=https%253A%252F%252Fvk.com%252Fclub123", ("vk", CLUB)),
        ("https://ok.ru/group/70000000000101/topics", ("ok", GROUP)),
        ("https://vk.com/wall-123_456", None),
        ("https://vk.com/kedr_school1?w=wall-123_456", None),
        ("https://vk.com/@kedr_school1-pravila", None),
        ("https://ok.ru/group/70000000000101/topic/155", None),
        ("https://m.ok.ru/dk?st.cmd=altGroupMediaThemeComments&st.groupId=7&st.themeId=1", None),
        ("https://vk.com/share.php?url=https://school.example", None),
        ("https://connect.ok.ru/offer?url=https://school.example", None),
        ("https://connect.ok.ru/dk?st.cmd=WidgetSharePreview&st.shareUrl=x", None),
        ("https://ok.ru/dk?st.cmd=addShare&st._surl=x", None),
        ("https://vk.com/widget_community.php?gid=123", None),
        ("https://vk.com/id1", None),
        ("https://vk.com/app8181405", None),
        ("https://school.example/vk.com/club1", None),
        ("club123", None),
        ("/club123", None),
        ("mailto:a@vk.com", None),
        ("javascript:void(0)", None),
        ("#", None),
        ("", None),
    ],
)
def test_a_link_leads_to_a_page_or_to_none(href: str, page: tuple[str, str] | None) -> None:
    assert page_in_link(href) == page


WRITTEN = st.one_of(
    st.text(max_size=40),
    st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "https://", "http://", "//", "@", "\ufeff"]),
            st.sampled_from(["", "vk.com/", "m.vk.ru/", "ok.ru/", "a.рф/", "xn--p1ai.ru:8080/"]),
            st.sampled_from(["", "club", "wall-", "group/", "dk?st.groupId=", "?w=wall-", "@"]),
            st.text("abc019_.-/%;:?#&=я ", max_size=12),
        ),
    ),
)


@pytest.mark.parametrize("written", ["wwwДневник.ru", "Дневник.ru", "schoоl1.example.org"])
def test_a_host_of_mixed_letters_is_no_site(written: str) -> None:
    with pytest.raises(AddressError, match="смешаны"):
        site_address(written)


@pytest.mark.parametrize("written", ["школа.рф", "школа.дети", "школа.edu.ru", "xn--80ax.xn--p1ai"])
def test_a_russian_host_is_a_site(written: str) -> None:
    assert site_address(written).startswith("http://")


@pytest.mark.parametrize("canonical", [vk_address, ok_address, site_address])
@given(written=WRITTEN)
def test_the_canonical_form_is_a_fixed_point(canonical: Callable[[str], str], written: str) -> None:
    try:
        once = canonical(written)
    except AddressError:
        return
    assert canonical(once) == once


@given(written=WRITTEN)
def test_a_link_never_breaks_the_reader_and_agrees_with_the_registry(written: str) -> None:
    found = page_in_link(written)
    if found is not None:
        network, address = found
        assert {"vk": vk_address, "ok": ok_address}[network](address) == address


@pytest.mark.parametrize("link", ["https://vk.com/club{}", "https://ok.ru/group/{}"])
def test_a_number_without_end_in_a_link_stops_nothing(link: str) -> None:
    assert page_in_link(link.format("1" * 5000))

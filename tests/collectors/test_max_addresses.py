"""Addresses of MAX in every written form, and what follows from them without any token."""

from __future__ import annotations

import pytest

from collectors.max.addresses import (
    max_address,
    max_addresses,
    max_item_in_link,
    max_owner,
    max_page_in_link,
)
from collectors.max.moments import in_link, in_mid, is_sound
from collectors.model import AddressOwner
from tests.cast import NOW

INVITATION = "https://max.ru/join/aBcD-eF_123"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://max.ru/ufa", "https://max.ru/ufa"),
        (" HTTP://www.MAX.ru/Podrostok.KZN/ ", "https://max.ru/podrostok.kzn"),
        ("max.ru/ufa?utm_source=site", "https://max.ru/ufa"),
        ("@max_news", "https://max.ru/max_news"),
        ("max.ru/@max_news", "https://max.ru/max_news"),
        ("https://max.ru/id2634028465_gos", "https://max.ru/id2634028465_gos"),
        ("https://max.ru/max_news/AZv5-eGoI5I", "https://max.ru/max_news"),
        ("https://max.ru/c/-70000000000005", "https://max.ru/c/-70000000000005"),
        ("max.ru/c/-70000000000005/AZv5-eGoI5I", "https://max.ru/c/-70000000000005"),
        ("https://web.max.ru/-70000000000005", "https://max.ru/c/-70000000000005"),
        (INVITATION, INVITATION),
    ],
)
def test_an_address_has_one_spelling(written: str, kept: str) -> None:
    assert max_address(written) == kept


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("https://max.ru/id2634028465_bot", "бот"),
        ("https://max.ru/id2634028465_1_bot", "бот"),
        ("https://max.ru/dozor_bot?start=x", "бот"),
        ("https://max.ru/school?startapp=menu", "мини-приложение"),
        ("https://max.ru/u/f9LHodD0cOL5", "личная страница"),
        ("https://max.ru/:share?text=x", "служебная"),
        ("https://max.ru/", "нет имени"),
        ("https://max.ru/c/", "номер канала"),
        ("https://max.ru/join/", "приглашения"),
        ("https://vk.com/ufa", "не адрес MAX"),
        ("https://max.ru/школа", "русская буква"),
    ],
)
def test_what_is_no_channel_is_told_apart(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        max_address(written)


def test_a_link_to_a_post_is_no_link_to_the_channel() -> None:
    post = "https://max.ru/c/-5/AZv5-eGoI5I"
    assert (max_page_in_link(post), max_item_in_link(post)) == (None, "https://max.ru/c/-5")


@pytest.mark.parametrize("page", ["https://max.ru/c/-5", "https://max.ru/ufa", INVITATION])
def test_a_link_to_a_channel_opens_it(page: str) -> None:
    assert max_page_in_link(page) == page


def test_a_channel_goes_by_its_number_and_its_name() -> None:
    assert [*max_addresses("-5", "Ufa")] == ["https://max.ru/c/-5", "https://max.ru/ufa"]


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("id2634028465_gos", AddressOwner(inn="2634028465", kind="state")),
        ("id2634028465_gos72", AddressOwner(inn="2634028465", kind="state")),
        ("id263402846512_biz", AddressOwner(inn="263402846512", kind="business")),
        ("ufa", None),
        ("id26_gos", None),
        ("gos_2634028465", None),
    ],
)
def test_a_name_tells_whose_it_is_or_proves_nothing(name: str, owner: AddressOwner | None) -> None:
    assert max_owner(f"https://max.ru/{name}") == owner


# --- times in ids ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mid", "told"),
    [
        ("mid.000000000adf429c019d47d58f2b3d9e", "2026-04-01T06:57:51.403000+00:00"),
        ("mid.ffffbdb48e6c3775019d496b34394b84", "2026-04-01T14:20:55.737000+00:00"),
    ],
)
def test_an_id_holds_the_moment(mid: str, told: str) -> None:
    moment = in_mid(mid)
    assert moment is not None
    assert moment.isoformat() == told


@pytest.mark.parametrize("mid", ["", "mid.sha-more", "mid." + "0" * 32, "mid.000000000adf429c019d"])
def test_an_id_of_another_shape_holds_none(mid: str) -> None:
    assert in_mid(mid) is None


@pytest.mark.parametrize("way", ["max_news", "c/-123"])
def test_a_link_to_a_post_dates_itself(way: str) -> None:
    moment = in_link(f"https://max.ru/{way}/AZv5-eGoI5I")
    assert moment is not None
    assert f"{moment:%Y-%m-%d %H:%M:%S}" == "2026-01-26 11:04:21"


@pytest.mark.parametrize("url", ["https://max.ru/ufa", INVITATION, "https://max.ru/ufa/x", "x"])
def test_any_other_link_has_no_date(url: str) -> None:
    assert in_link(url) is None


@pytest.mark.parametrize(
    ("agreeing", "earlier", "without", "sound"),
    [(0, 0, 0, True), (1, 1, 0, True), (1, 2, 0, False), (2, 1, 1, True), (0, 0, 1, False)],
)
def test_at_least_half_of_the_ids_must_agree(
    agreeing: int, earlier: int, without: int, sound: bool
) -> None:
    before = NOW.replace(minute=1)
    after = before.replace(minute=2)
    moments = [(after, after)] * agreeing + [(before, after)] * earlier + [(None, after)] * without
    assert is_sound(moments) is sound


def test_an_id_later_than_what_is_told_spoils_all() -> None:
    before = NOW.replace(minute=1)
    assert not is_sound([(before, before)] * 9 + [(NOW.replace(minute=2), before)])

"""Recorded answers of both versions, and made ones, through the parsers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.model import Access, Contacts, FailureCode, Link, Presence, WallAccess
from collectors.vk.facts import group_facts, has_more_addresses, page_key
from collectors.vk.groups import groups_of
from collectors.vk.reader import Signals

RECORDED = Path(__file__).parents[1] / "recorded" / "vk-api"
SHOWN = Signals(mark=True, menu=True)
SCHOOL = {
    "id": 101,
    "name": "Школа № 1",
    "screen_name": "kedr_school1",
    "type": "page",
    "is_closed": 0,
    "wall": 2,
    "description": "",
    "status": "",
    "has_photo": 1,
}


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text())["response"]


def test_a_list_of_version_5_131_is_understood() -> None:
    name = "vknet_Groups_GetById_Multiple_NormalCaseDefaultFields_ReturnTowItems.json"
    groups = groups_of(recorded(name))
    assert groups is not None
    facts = [group_facts(one, SHOWN)[0] for one in groups]
    assert [one.page_id for one in facts] == ["17683660", "637247"]
    assert [one.access for one in facts] == [Access.OPEN, Access.CLOSED]
    assert [one.kind for one in facts] == ["event", "group"]


def test_an_object_of_version_5_199_is_understood() -> None:
    groups = groups_of(recorded("czeos_groups_getById_5199_EXTRACT.json"))
    assert groups is not None
    facts, _ = group_facts(groups[0], SHOWN)
    assert facts.presence is Presence.LIVE
    assert facts.screen_name == "vladimirskilager29760"
    assert facts.contacts is not None
    assert "Pskov" in facts.contacts.addresses[0].original
    assert "https://vk.com/club1093758" in [link.url for link in facts.contacts.links]


@pytest.mark.parametrize("answer", [None, False, {}, {"groups": None}, ["x"], [{"name": "x"}]])
def test_another_shape_is_no_answer(answer: Any) -> None:
    assert groups_of(answer) is None


def test_default_fields_alone_say_nothing_of_contacts() -> None:
    name = "vknet_Groups_GetById_NormalCaseDefaultFields_ReturnTwoItems.json"
    facts, gaps = group_facts(recorded(name)[0], SHOWN)
    assert facts.contacts is None
    assert facts.description is None
    assert gaps["contacts"].code is FailureCode.NOT_OFFERED


def test_all_places_of_contacts_are_joined() -> None:
    group = SCHOOL | {
        "description": "Пишите: school1@example.org",
        "status": "Вахта 8 (38250) 3-55-47",
        "site": "school1.example",
        "contacts": [{"desc": "Приёмная", "phone": "8 (38250) 3-55-46"}, {"user_id": 5}],
        "addresses": {
            "is_enabled": True,
            "main_address": {"address": "1-й мкр., д. 61", "city": {"title": "Кедровый"}},
            "count": 1,
        },
        "links": [{"url": "https://ok.ru/kedr", "name": "Мы в ОК"}],
    }
    contacts = group_facts(group, SHOWN)[0].contacts
    assert contacts is not None
    assert {phone.e164 for phone in contacts.phones} == {"+73825035546", "+73825035547"}
    assert [mail.value for mail in contacts.emails] == ["school1@example.org"]
    assert contacts.addresses[0].original == "Кедровый, 1-й мкр., д. 61"
    assert contacts.addresses[0].place == "addresses.main_address"
    assert "https://ok.ru/kedr" in [link.url for link in contacts.links]


def test_a_short_number_in_the_contacts_block_is_a_telephone() -> None:
    group = SCHOOL | {"contacts": [{"phone": "3-55-46"}]}
    contacts = group_facts(group, SHOWN)[0].contacts
    assert contacts is not None
    assert contacts.phones[0].local == "35546"


def test_a_contact_that_is_described_as_another_bodys_is_marked() -> None:
    listed = [
        {"phone": "8 (38250) 3-54-31", "desc": "Горячая линия Министерства просвещения"},
        {"phone": "8 (38250) 3-55-46", "desc": "Директор"},
    ]
    contacts = group_facts(SCHOOL | {"contacts": listed}, SHOWN)[0].contacts
    assert contacts is not None
    assert [phone.of_another for phone in contacts.phones] == [True, False]


def test_nothing_shown_anywhere_is_seen_and_absent() -> None:
    contacts = group_facts(SCHOOL, SHOWN)[0].contacts
    assert contacts is not None
    assert contacts == Contacts()


def test_a_block_of_addresses_that_is_switched_off_shows_nothing() -> None:
    block = {"is_enabled": False, "main_address": {"address": "1-й мкр., д. 61"}, "count": 2}
    contacts = group_facts(SCHOOL | {"addresses": block}, SHOWN)[0].contacts
    assert contacts is not None
    assert contacts.addresses == ()
    assert not has_more_addresses(SCHOOL | {"addresses": block})


def test_the_mark_stands_by_itself() -> None:
    facts, gaps = group_facts(SCHOOL | {"is_government_organization": True}, Signals())
    assert facts.government_mark is True
    assert "government_mark" not in gaps


@pytest.mark.parametrize("shown", [{}, {"is_government_organization": False}])
def test_no_mark_is_unknown_until_a_control_page_showed_one(shown: dict[str, Any]) -> None:
    facts, gaps = group_facts(SCHOOL | shown, Signals())
    assert facts.government_mark is None
    assert gaps["government_mark"].code is FailureCode.CONTROL_SILENT
    assert group_facts(SCHOOL | shown, SHOWN)[0].government_mark is False


def test_no_menu_is_unknown_until_a_control_page_showed_one() -> None:
    facts, gaps = group_facts(SCHOOL, Signals(mark=True))
    assert facts.menu is None
    assert gaps["menu"].code is FailureCode.CONTROL_SILENT
    assert group_facts(SCHOOL, SHOWN)[0].menu == ()


def test_a_menu_is_read_without_its_hidden_items() -> None:
    items = [
        {"id": 1, "title": "Обратная связь", "url": "https://pos.gosuslugi.ru/form/?opaId=1"},
        {"id": 2, "title": "Старое", "url": "https://old.example", "is_hidden": True},
    ]
    facts, _ = group_facts(SCHOOL | {"menu": {"items": items}}, Signals())
    assert facts.menu == (
        Link(url="https://pos.gosuslugi.ru/form/?opaId=1", text="Обратная связь", place="menu"),
    )


@pytest.mark.parametrize(
    "url", ["https://vk.com/page-101_5", "https://vk.ru/@kedr_school1-kontakty"]
)
def test_wiki_pages_and_articles_are_named_as_unread(url: str) -> None:
    facts, _ = group_facts(SCHOOL | {"menu": {"items": [{"title": "Контакты", "url": url}]}}, SHOWN)
    assert facts.unread_places == (url,)


@pytest.mark.parametrize(
    ("said", "presence"),
    [("deleted", Presence.DELETED), ("banned", Presence.BANNED), ("geo_banned", None)],
)
def test_only_a_positive_statement_says_that_a_page_is_gone(
    said: str, presence: Presence | None
) -> None:
    facts, gaps = group_facts(SCHOOL | {"deactivated": said}, SHOWN)
    assert facts.presence is presence
    assert ("presence" in gaps) is (presence is None)
    assert facts.contacts is None


@pytest.mark.parametrize(
    ("number", "access"),
    [(0, WallAccess.OFF), (1, WallAccess.OPEN), (2, WallAccess.LIMITED), (3, WallAccess.CLOSED)],
)
def test_the_wall_is_named(number: int, access: WallAccess) -> None:
    assert group_facts(SCHOOL | {"wall": number}, SHOWN)[0].wall_access is access


def test_the_key_of_a_page_is_its_number_or_its_name() -> None:
    assert page_key("https://vk.com/club123") == "123"
    assert page_key("https://vk.com/club_romashka") == "club_romashka"


@pytest.mark.parametrize(
    "odd",
    [
        {"links": [None]},
        {"contacts": ["8 (38250) 3-55-46"]},
        {"menu": {"items": [None]}},
        {"description": None},
    ],
)
def test_a_place_of_another_shape_may_hold_contacts(odd: dict[str, Any]) -> None:
    group = {"id": 101, "name": "Школа № 1", "description": "", **odd}
    _, gaps = group_facts(group, Signals())
    assert gaps["contacts"].code is FailureCode.MALFORMED

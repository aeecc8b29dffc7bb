from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contacts import parse_phone
from rules.names.matching import (
    Match,
    has_street_like,
    same_address,
    same_email,
    same_phone,
    same_site,
)

HOME = "636615, Томская область, г. Кедровый, 1-й мкр., д. 61"


# --- telephones, e-mail, sites ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registry", "shown"),
    [
        ("8 (38250) 3-55-46 доб. 2", "+7 38250 35546"),
        ("8 (38250) 3-55-46", "тел. 35-5-46"),
        ("3-55-46", "8 (38250) 3-55-46"),
        ("3-55-46", "35-5-46"),
        ("8 (3822) 55-55-55", "55-55-55"),
    ],
)
def test_one_number_in_two_writings_is_the_same(registry: str, shown: str) -> None:
    assert same_phone(parse_phone(registry), parse_phone(shown))


@pytest.mark.parametrize(
    ("registry", "shown"),
    [
        ("8 (38250) 3-55-46", "8 (38250) 3-55-47"),
        ("8 (38250) 3-55-46", "8 (38251) 3-55-46"),
        ("8 (38250) 3-55-46", "3-55-47"),
        ("нет", "8 (38250) 3-55-46"),
        ("нет", "нет"),
    ],
)
def test_another_number_or_none_is_not_the_same(registry: str, shown: str) -> None:
    assert not same_phone(parse_phone(registry), parse_phone(shown))


@pytest.mark.parametrize(
    ("registry", "shown"),
    [
        ("School1@Example.org", "school1@example.org"),
        ("a@ya.ru", "a@yandex.ru"),
        ("a@xn--b1agh1afp.xn--p1ai", "a@привет.рф"),
        ("mailto:a@example.org", " a@example.org "),
    ],
)
def test_one_mailbox_in_two_writings_is_the_same(registry: str, shown: str) -> None:
    assert same_email(registry, shown)


def test_another_mailbox_of_the_host_is_not_the_same() -> None:
    assert not same_email("school1@example.org", "school2@example.org")


@pytest.mark.parametrize(
    ("registry", "shown"),
    [
        ("https://school1.example", "http://www.school1.example/contacts"),
        ("school1.example/", "SCHOOL1.example"),
        ("http://привет.рф", "https://xn--b1agh1afp.xn--p1ai/about"),
        ("https://portal.example/school1", "portal.example/School1/contacts"),
        ("https://school1.example:443", "school1.example"),
    ],
)
def test_one_site_in_two_writings_is_the_same(registry: str, shown: str) -> None:
    assert same_site(registry, shown)


@pytest.mark.parametrize(
    ("registry", "shown"),
    [
        ("https://school1.example", "https://school11.example"),
        ("https://portal.example/school1", "https://portal.example/school11"),
        ("https://school1.example", ""),
        ("https://school1.example", "https://vk.com/school1.example"),
        ("https://school1.example", "http://[broken"),
    ],
)
def test_another_site_is_not_the_same(registry: str, shown: str) -> None:
    assert not same_site(registry, shown)


def test_an_old_host_may_be_named_as_an_alias() -> None:
    assert same_site("https://school1.example", "school1.ucoz.ru", ["http://school1.ucoz.ru"])


# --- postal addresses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        HOME,
        "г. Кедровый, 1 мкр, 61",
        "г Кедровый, мкр 1-й, д 61",
        "Кедровый, микрорайон 1, дом 61",
        "1 мкр., д.61",
        "636600, Томская обл., г. Кедровый, 1-й микрорайон, 61",
        "Адрес: 636615 Россия, Томская область, город Кедровый, 1 микрорайон, дом № 61",
    ],
)
def test_one_address_in_many_writings_is_the_same(shown: str) -> None:
    assert same_address(HOME, shown) is Match.SAME


@pytest.mark.parametrize(
    "shown",
    ["г. Кедровый, 2 мкр, 61", "г. Кедровый, 1 мкр, 6", "г. Томск, 1 мкр, 61", "ул. Мира, 61"],
)
def test_another_house_street_or_town_is_different(shown: str) -> None:
    assert same_address(HOME, shown) is Match.DIFFERENT


@pytest.mark.parametrize("shown", ["г. Кедровый, 1 мкр, 61а", "г. Кедровый, 1-й мкр", "Кедровый"])
def test_what_does_not_contradict_is_likely(shown: str) -> None:
    assert same_address(HOME, shown) is Match.LIKELY


@pytest.mark.parametrize(
    ("registry", "shown", "match"),
    [
        ("г. Томск, ул. К. Маркса, 5", "Томск, улица Карла Маркса, дом 5", Match.SAME),
        ("г. Томск, ул. Королёва, 5-а", "г. Томск, ул. Королева 5 «А»", Match.SAME),
        ("г. Томск, ул. Садовая, 5", "г. Томск, пер. Садовый, 5", Match.LIKELY),
        ("с. Пудино, ул. Горького, 29", "с. Пудино ул. Горького д. 29", Match.SAME),
        ("г. Томск, Школьная улица, 9", "г. Томск, ул. Школьная, д. 9", Match.SAME),
        ("636615, г. Кедровый, 1-й мкр.", "г. Кедровый, микрорайон 1, дом 61", Match.LIKELY),
        ("г. Томск, ул. Мира, 5", "", Match.DIFFERENT),
        ("", "г. Томск, ул. Мира, 5", Match.DIFFERENT),
    ],
)
def test_streets_are_compared_by_name_type_and_house(
    registry: str, shown: str, match: Match
) -> None:
    assert same_address(registry, shown) is match


def test_a_street_is_like_a_street_without_a_house() -> None:
    assert has_street_like("Мы на ул. Ленина, за парком")
    assert has_street_like("1-й мкр.")
    assert not has_street_like("Мы в городе Кедровом")


SAME_STREETS = [
    ("Ленина", "им. Ленина", "В.И. Ленина", "ЛЕНИНА"),
    ("Карла Маркса", "К. Маркса", "К.Маркса"),
    ("50 лет Октября", "50-летия Октября"),
    ("8 Марта", "8-го Марта"),
    ("1-я Линейная", "1 Линейная"),
    ("Молодёжная", "Молодежная"),
    ("М. Горького", "Максима Горького"),
    ("1 Мая", "Первомайская"),
    ("40 лет ВЛКСМ",),
    ("Красных Партизан",),
    ("Красной Армии",),
    ("Большая Садовая",),
    ("Большая Советская",),
    ("Детская",),
]
SAME_HOUSES = [
    ("5", "д. 5", "дом № 5", "д.5"),
    ("5а", '5 "А"', "д. 5-а", "дом 5А"),
    ("5к2", "5 корп. 2", "д. 5, корпус 2"),
    ("51", "д. 51"),
]
FRAMES = ("г. Томск, ул. {}, {}", "634050, Томская обл., город Томск, улица {}, {}", "ул. {}, {}")


@settings(max_examples=150)
@given(st.data())
def test_one_address_is_the_same_in_every_writing(data: st.DataObject) -> None:
    street, house = (
        st.sampled_from(data.draw(st.sampled_from(x))) for x in (SAME_STREETS, SAME_HOUSES)
    )
    one, other = (
        data.draw(st.sampled_from(FRAMES)).format(data.draw(street), data.draw(house)) for _ in "ab"
    )
    assert same_address(one, other) is Match.SAME


@settings(max_examples=150)
@given(st.data())
def test_two_streets_are_never_the_same(data: st.DataObject) -> None:
    streets = data.draw(
        st.lists(st.sampled_from(SAME_STREETS), min_size=2, max_size=2, unique=True)
    )
    one, other = (
        data.draw(st.sampled_from(FRAMES)).format(data.draw(st.sampled_from(forms)), "д. 5")
        for forms in streets
    )
    assert same_address(one, other) is Match.DIFFERENT


def test_any_house_of_a_text_may_be_the_one() -> None:
    shown = "г. Томск, ул. Мира, 5; ул. Труда, 6"
    assert same_address("г. Томск, ул. Труда, 6", shown) is Match.SAME
    assert same_address("г. Томск, ул. Труда, 5", shown) is Match.DIFFERENT

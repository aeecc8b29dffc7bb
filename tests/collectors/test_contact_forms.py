"""Addresses, telephones, e-mails and links in the writings of a whole country: none may be lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contacts import find_contacts, from_field

STREETS = """
Детская|Школьная|Библиотечная|Музейная|Советская|Центральная|Областная|Районная|Ленина|им. Ленина
Им. Ленина|Карла Маркса|К. Маркса|М.Горького|А. С. Пушкина|Пушкина А.С.|50 лет Октября
60-летия Октября
8 Марта|1-го Мая|9-го Января|1905 года|1-я Линейная|Дом Культуры|Сад Победы|Школы|Площадь Победы
Героя Советского Союза Иванова|26 Бакинских комиссаров|Сакко и Ванцетти|Бр. Кашириных|Ст. Разина
академика Королёва|Ново-Садовая|XXII съезда КПСС|Директорская|Телефонная|Новый Городок|ЛЕНИНА|Мира
"""
TYPES = (
    "ул.|улица|ул|пер.|переулок|пр-т|пр.|проспект|мкр|мкр.|микрорайон|б-р|шоссе|тракт|кв-л|наб.|пл."
)
TOWNS = """
г. Томск|г.Томск|город Томск|г Томск|Томск г|Томск|с. Пудино|п. Лесной|посёлок Лесной|пгт Тисуль
п.г.т. Тисуль
д. Ивановка|ст-ца Суворовская|ст. Суворовская|х. Красный Пахарь|аул Эрсакон|а. Эрсакон
р.п. Шемышейка
г. Сосновоборск-Учебный|г. Ростов-на-Дону|ЗАТО г. Северск|пос. ж/д станции Тайга|с. им. Кирова
ж/д ст. Тайга
"""
HOUSES = """
д. 5|дом 5|5|5а|5А|5 "А"|5 «А»|д. 5-а|5/1|5 корп. 2|5к2|д. 5, корпус 2|5, стр. 1|стр. 1|вл. 3|влд. 3
№ 5|дом № 5|д.№5|зд. 5/1|уч. 5|участок 5|б/н|д. б/н|д. 12/14|д. 1-3|д. 5, кв. 1|5, литер А
"""
REGIONS = """
|Томская область|Томская обл.|Республика Саха (Якутия)|Кемеровская область - Кузбасс|РТ
Чувашская Республика
Россия, Томская область, Томский район|Ставропольский край, Минераловодский городской округ
"""
BEHIND = [
    "",
    ", тел. 8",
    "\nтел. 8 (38250) 3-55-46",
    ". Телефон: 3-55-46",
    ", a@b.ru",
    " (вход со двора)",
]
BEFORE = ["", "Адрес: ", "адрес:", "МБОУ СОШ № 1\n", "📍 ", "Мы находимся по адресу ", "1. ", "("]


def one_of(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [word for line in words.strip("\n").splitlines() for word in line.split("|")]
    )


def bare(text: str) -> str:
    return re.sub(r"[\s,;.()]", "", text.lower())


@st.composite
def written_addresses(draw: st.DrawFn) -> tuple[str, str, str]:
    """A text with one address in it, its street and its house."""
    street, house = draw(one_of(STREETS)), draw(one_of(HOUSES))
    kind, comma = draw(one_of(TYPES)), draw(st.sampled_from([", ", ",", "; ", ",\n"]))
    glue = draw(st.sampled_from([" ", ""])) if kind.endswith(".") else " "
    index = draw(st.sampled_from(["", "636999, "]))
    parts = [draw(one_of(REGIONS)), draw(one_of(TOWNS)), f"{kind}{glue}{street}"]
    written = index + comma.join(part for part in parts if part) + comma + house
    return draw(st.sampled_from(BEFORE)) + written + draw(st.sampled_from(BEHIND)), street, house


@settings(max_examples=400, deadline=None)
@given(written_addresses())
def test_the_street_and_the_house_of_an_address_are_found(case: tuple[str, str, str]) -> None:
    text, street, house = case
    shown = [bare(address.original) for address in find_contacts(text, "text").addresses]
    number = bare(house.partition(",")[0])
    assert any(
        bare(street) in one and one.rpartition(bare(street))[2].find(number) >= 0 for one in shown
    )


def test_a_street_called_like_an_institution_keeps_its_house() -> None:
    text = "636999, Томская область, г. Сосновоборск-Учебный, ул. Детская, д. 2, тел. 8"
    shown = find_contacts(text, "text").addresses
    assert [one.original for one in shown] == [text.removesuffix(", тел. 8")]


TOWN_NUMBER = """
+7(38250)35546|8-38250-3-55-46|8 38250 35546|8 38250 3-55-46|(38250) 3-55-46|8(38250)3-55-46
8 (38250) 35-5-46
8 (38250) 35-546|8(38250) 3.55.46|8 382 50 3 55 46|8 (382 50) 3-55-46|8-(38250)-3-55-46
8 – (38250) – 3-55-46
+7 38250 3 55 46|+73825035546|8 (382) 503-55-46|8/38250/3-55-46|(8 38250) 3-55-46|8 [38250] 3-55-46
8 38 250 3-55-46
8 ( 38250 ) 3-55-46|8 (38250) 3 - 55 - 46|7(38250)3-55-46|38250-3-55-46|8 (38250) 3−55−46
8 (38250) 355-46
"""
MOBILE = """
+7 913 123-45-67|8 913 123 45 67|89131234567|8(913)1234567|+7-913-123-45-67|8913-123-45-67
8.913.123.45.67|913 123 45 67
"""
EXTENDED = """
8(495)123-45-67 (доб. 123)|8 495 123-45-67, доб. 123|8 (495) 123-45-67, вн. 123
8 (495) 123-45-67 внутр. 123
"""
NUMBERS = {"+738250" + "35546": TOWN_NUMBER, "+79131234567": MOBILE, "+74951234567": EXTENDED}
LOCAL = "3-55-46|35-5-46|3 55 46|35546|35-546|355-46|3—55—46|3.55.46|3 - 55 - 46|3-55-46 доб. 5"
AROUND = """
{}|тел. {}|Телефон: {}|Тел./факс: {}|тел.: {}, факс|тел. {}.|({})|ИНН 7024001234, тел. {}
ул. Мира, 5, тел.: {}
{} - приёмная|пн-пт 8.00-17.00 {}|тел. {} директор|Школа № 1, тел. {}|Директор: Иванова А.И., {}
📞{}|каб. 12, {}
"""
LABELLED = (
    "тел. {}|Телефон: {}|Тел./факс: {}|тел.: {}, факс|тел. {} директор|тел. ({})|☎ {}|приёмная {}"
)


@pytest.mark.parametrize("number", NUMBERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_number_is_found_in_every_writing(number: str, data: st.DataObject) -> None:
    text = data.draw(one_of(AROUND)).format(data.draw(one_of(NUMBERS[number])))
    assert number in [phone.e164 for phone in find_contacts(text, "text").phones]


@settings(max_examples=150, deadline=None)
@given(around=one_of(LABELLED), number=one_of(LOCAL))
def test_a_local_number_is_found_behind_a_word_for_it(around: str, number: str) -> None:
    shown = find_contacts(around.format(number), "text").phones
    assert [phone.local for phone in shown] == ["35546"]


@pytest.mark.parametrize(
    "written", ["8 (38250) 3-55-46,47", "8 (38250) 3-55-46, 47", "8(38250)3-55-46/47"]
)
def test_the_last_two_digits_of_the_next_number_may_stand_alone(written: str) -> None:
    assert [phone.e164 for phone in find_contacts(written, "text").phones][1:] == ["+73825035547"]


CONTACTS = ["school@example.ru", "https://school.example.ru/about", "vk.com/school_1", "школа.рф"]


@settings(max_examples=100, deadline=None)
@given(
    value=st.sampled_from(CONTACTS),
    before=st.sampled_from(["", "(", "Сайт:", "почта — ", "3-55-46, ", "\n", "«", "тел. 8;"]),
    behind=st.sampled_from(["", ".", ",", ")", "\n3-55-46", " ул. Мира, 5", "; ", "»", "!"]),
)
def test_an_email_or_a_link_is_found_between_any_signs(
    value: str, before: str, behind: str
) -> None:
    shown = find_contacts(before + value + behind, "text")
    assert value in [*(mail.value for mail in shown.emails), *(link.url for link in shown.links)]


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("phone", "35546", "35546"),
        ("phone", "4-12", "412"),
        ("phone", "8 (38250) 3-55-46", "+73825035546"),
        ("email", "school@localhost", "school@localhost"),
        ("email", "School (at) example.ru", "school@example.ru"),
    ],
)
def test_a_field_for_contacts_gives_its_value_however_odd(
    kind: str, written: str, value: str
) -> None:
    shown = from_field("phone" if kind == "phone" else "email", written, "contacts")
    assert [*(p.e164 or p.local for p in shown.phones), *(m.value for m in shown.emails)] == [value]


@pytest.mark.parametrize("kind", ["phone", "email"])
def test_an_empty_field_gives_nothing(kind: str) -> None:
    shown = from_field("phone" if kind == "phone" else "email", "нет", "contacts")
    assert (shown.phones, shown.emails) == ((), ())

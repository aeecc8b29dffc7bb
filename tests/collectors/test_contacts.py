from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contacts import (
    emails,
    find_contacts,
    found,
    hints,
    links,
    owner,
    parse_phone,
    parse_phones,
    parts,
    phone_spots,
    phone_words,
    phones,
    postal,
    signs,
    union,
)
from collectors.contacts.phone_spots import BARE, CODED, FULL, LOCAL, SOLID, matches_at, openings_in
from collectors.contacts.phones import HOURS
from collectors.model import Contacts, HintKind, Link
from collectors.site import scripts

RECORDED = Path(__file__).parents[1] / "recorded/contacts.jsonl"
TOWN = "+738250"


def numbers(text: str) -> list[str]:
    """E.164, with `;2` for an extension, or the bare digits of a local number."""
    shown = find_contacts(text, "text").phones
    return [(p.e164 or p.local or "") + (f";{p.extension}" if p.extension else "") for p in shown]


def mails(text: str) -> list[str]:
    return [mail.value for mail in find_contacts(text, "text").emails]


def addresses(text: str) -> list[str]:
    return [address.original for address in find_contacts(text, "text").addresses]


def urls(text: str) -> list[str]:
    return [link.url for link in find_contacts(text, "text").links]


# --- telephones ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "8(38250)3-55-46",
        "8 (38250) 3–55–46",
        "8 (382-50) 35 - 5 - 46",
        "8 /38250/ 3-55-46",
        "+7-38250-3-55-46",
        "+ 7 (38250) 35-5-46",
        "(8-38250) 3-55-46",
        "тел. 8 38250 35546",
        "телефон 83825035546",
        "(38250) 3-55-46",
        "8\n(38250)\n3-55-46",
        "8 (38250)\u00a03\u201155\u201146",
    ],
)
def test_a_number_with_its_code_is_found_however_it_is_written(written: str) -> None:
    assert numbers(written) == [f"{TOWN}35546"]


def test_a_number_may_follow_a_house_without_a_sign_between() -> None:
    shown = find_contacts("г. Казань, ул. Мира, д.108 +7(843)-261-20-57", "text")
    assert [phone.e164 for phone in shown.phones] == ["+78432612057"]
    assert [address.original for address in shown.addresses] == ["г. Казань, ул. Мира, д.108"]


@pytest.mark.parametrize("written", ["89131234567", "8-913-123-45-67", "+7 913 123 45 67"])
def test_a_mobile_number_needs_no_word_before_it(written: str) -> None:
    assert numbers(written) == ["+79131234567"]


def test_a_list_repeats_the_code_of_its_first_number() -> None:
    assert numbers("8 (863 23) 1-22-33, 1-22-34/1-22-35") == [
        "+78632312233",
        "+78632312234",
        "+78632312235",
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("83825021345, 21346", ["3825021345", "3825021346"]),
        ("Тел.: 83825021345,21346/21347", ["3825021345", "3825021346", "3825021347"]),
        ("+7 3825021345, 21346", ["3825021345", "3825021346"]),
        ("8382502-13-45; 2-13-46", ["3825021345", "3825021346"]),
        ("тел. 83822512233, 512244", ["3822512233", "3822512244"]),
        ("тел. 83432512233, 2512244", ["3432512233", "3432512244"]),
        ("8614067226, тел. 8614067227", ["8614067227"]),
    ],
)
def test_numbers_in_one_run_give_their_code_to_those_that_follow(
    written: str, shown: list[str]
) -> None:
    assert numbers(written) == [f"+7{number}" for number in shown]


@pytest.mark.parametrize(
    "written", ["86140-67226", "861-40-67226", "тел. 86140 67226", "8 (861-40) 6-72-26"]
)
def test_a_code_of_five_digits_and_a_number_of_five_make_ten(written: str) -> None:
    assert numbers(written) == ["+78614067226"]


def test_a_code_without_its_last_digit_is_no_number_of_its_own() -> None:
    assert numbers("тел. 83825 2-13-45") == ["21345"]


@pytest.mark.parametrize(
    "text", ["приказ 86140-67226", "СНИЛС\n81234567890", "ИНН 83825021345", "№ 83825021345"]
)
def test_a_run_of_digits_that_something_else_names_is_no_telephone(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    "written",
    [
        "8️⃣ (3️⃣8️⃣2️⃣5️⃣0️⃣) 3️⃣-5️⃣5️⃣-4️⃣6️⃣",
        "1️⃣ 8 (38250) 3-55-46",
        "８（３８２５０）３－５５－４６",
        "𝟖 (𝟑𝟖𝟐𝟓𝟎) 𝟑-𝟓𝟓-𝟒𝟔",
        "٨ (٣٨٢٥٠) ٣-٥٥-٤٦",
        "⑧ (③⑧②⑤⓪) ③-⑤⑤-④⑥",
        "❽(❸❽❷❺⓿)❸-❺❺-❹❻",
        "⁸⁽³⁸²⁵⁰⁾³⁻⁵⁵⁻⁴⁶",
    ],
)
def test_a_number_in_other_figures_is_a_number(written: str) -> None:
    assert numbers(f"📞 {written}") == [f"{TOWN}35546"]


def test_after_a_slash_the_last_two_digits_may_stand_alone() -> None:
    assert numbers("8 (38250) 3-55-46/47") == [f"{TOWN}35546", f"{TOWN}35547"]


@pytest.mark.parametrize("written", ["доб. 2", "(доб. 2)", "доб.2", "вн. 2", ", доб. № 2"])
def test_an_extension_belongs_to_its_number(written: str) -> None:
    assert numbers(f"8 (38250) 3-55-46 {written}") == [f"{TOWN}35546;2"]


@pytest.mark.parametrize("written", ["35-5-46", "3-55-46", "тел. 35546", "Телефон:\n355-46"])
def test_a_local_number_is_shown_without_a_code(written: str) -> None:
    assert numbers(written) == ["35546"]


@pytest.mark.parametrize(
    "text",
    [
        "Код города 38250. Телефон 35-5-46",
        "тел. (код 38250) 3-55-46",
        "8 (38250) 3-55-40 - приёмная, бухгалтерия 3-55-46",
    ],
)
def test_a_local_number_takes_the_only_code_of_the_text(text: str) -> None:
    assert numbers(text)[-1] == f"{TOWN}35546"


def test_two_codes_of_one_length_complete_nothing() -> None:
    assert numbers("8 (38250) 3-55-40, вахта: 8 (87922) 6-12-34, гараж: 3-55-46")[-1] == "35546"


@pytest.mark.parametrize(
    "text",
    [
        "ИНН 7024001234 КПП 702401001",
        "ИНН/КПП 7024001234/702401001",
        "ОГРН 1027000000004",
        "р/с 40204810900000000123, БИК 046902001",
        "л/с 20086У96370",
        "СНИЛС 812-345-678 90",
        "Постановление № 298 от 01.12.2022",
        "Приказ № 35-5-46",
        "2020-2021 учебный год, с 1986-1991",
        "с 8-00 до 20-00, обед 12-00-13-00, 12.05.2022",
        "57.1234567 84.1234567",
        "кадастровый номер 70:20:0000001:123",
        "Телефоны: 112, 101, 102",
        "636615, Томская область, тел.",
        "Бюджет 1 234 567 руб.",
        "https://vk.com/wall-12345_3825035546",
        "дата 12-05-22",
        "+375 29 123-45-67",
    ],
)
def test_other_numbers_are_no_telephones(text: str) -> None:
    assert numbers(text) == []


def test_an_index_under_a_telephone_is_no_local_number() -> None:
    text = "Телефон 8 (38250) 3-55-46\n636615, Томская область, г. Кедровый"
    assert numbers(text) == [f"{TOWN}35546"]


def test_a_word_for_telephones_outweighs_the_number_of_the_school() -> None:
    assert numbers("тел. школы № 1: 3-55-46") == ["35546"]


def test_a_registry_value_gives_each_of_its_numbers() -> None:
    first, second = parse_phones("8 (38250) 3-55-46 доб. 2, 3-55-47")
    assert (first.e164, first.extension) == (f"{TOWN}35546", "2")
    assert second.e164 == f"{TOWN}35547"


def test_a_registry_value_may_be_local() -> None:
    assert parse_phone("3-55-46").local == "35546"


def test_a_registry_value_without_a_number_says_so() -> None:
    phone = parse_phone("нет")
    assert (phone.original, phone.e164, phone.local) == ("нет", None, None)


# --- e-mail and links ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "School@Example.ru",
        "school (at) example.ru",
        "school[at]example[dot]ru",
        "school собака example точка ru",
        "school @ example.ru",
        "school(собака)example.ru",
        "е-mail:school@example.ru.",
        "почта school@example.ru, сайт",
    ],
)
def test_an_address_is_read_through_its_disguise(written: str) -> None:
    assert mails(written) == ["school@example.ru"]


def test_a_punycode_domain_is_read_in_unicode() -> None:
    assert mails("a@xn--b1agh1afp.xn--p1ai, почта@привет.рф") == [
        "a@привет.рф",
        "почта@привет.рф",
    ]


@pytest.mark.parametrize("text", ["у нас собака и кот", "look at mail.ru", "@school", "a@b"])
def test_other_writing_is_no_email(text: str) -> None:
    assert mails(text) == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Сайт: school1.ru.", "school1.ru"),
        ("наш сайт www.school1.ru/contacts)", "www.school1.ru/contacts"),
        ("https://школа-кедровый.рф", "https://школа-кедровый.рф"),
        ("Мы ВКонтакте: vk.com/kedr_school1!", "vk.com/kedr_school1"),
        ("(ok.ru/group/70000000000101)", "ok.ru/group/70000000000101"),
        ("sh1-kedrovyj-r69.gosweb.gosuslugi.ru", "sh1-kedrovyj-r69.gosweb.gosuslugi.ru"),
    ],
)
def test_a_link_needs_no_scheme(text: str, url: str) -> None:
    assert urls(text) == [url]


@pytest.mark.parametrize(
    "text", ["г.Кедровый", "устав.pdf", "т.е. так", "14.05.2022", "a@mail.ru", "И.И.Иванов"]
)
def test_a_full_stop_makes_no_link(text: str) -> None:
    assert urls(text) == []


def test_mailto_and_tel_links_are_contacts() -> None:
    hrefs = [
        Link(url="mailto: a@example.ru?subject=%D0%90", place="menu"),
        Link(url="tel:+7-382-50-3-55-46", place="menu"),
    ]
    shown = find_contacts("", "text", hrefs)
    assert [mail.value for mail in shown.emails] == ["a@example.ru"]
    assert [phone.e164 for phone in shown.phones] == [f"{TOWN}35546"]
    assert shown.links == ()


# --- postal addresses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "636615, Томская область, г. Кедровый, 1-й мкр., д. 61",
        "г. Кедровый, 1 мкр, 61",
        "г Кедровый, мкр 1-й, д 61",
        "Томская обл, Кедровый г, 1-й мкр, дом 61",
        "636615, Кедровый, 1-й мкр., 61",
        "636615 ТОМСКАЯ ОБЛАСТЬ, Г. КЕДРОВЫЙ, 1 МКР., Д. 61",
        "РФ, 636615, Томская область, город Кедровый, микрорайон 1-й, здание 61",
        "357202, Ставропольский край, Минераловодский район, с. Нагутское, ул. Пролетарская, 45а",
        "Ставропольский край, г. Минеральные Воды, проспект К. Маркса, 54",
        "ст-ца Суворовская, ул. Шоссейная, д. 5",
        "х. Красный Пахарь, ул. Автомобильная, 22",
        "пос. Ленинский, ул. Гагарина, д. 11а",
        "д. Калиновка, д. 12",
        "Эльбан пос., 1 мкр., 27",
        "ул. Ленина, 5",
        "ул. 50 лет Октября, 12",
        "ул. им. Героя Советского Союза Иванова, д. 3",
        "г. Томск, Иркутский тракт, 85а",
        "г. Амурск, Победы пр-т, 8а",
        "Школьная улица, 9",
        "Кедровый 1-й микрорайон, 61",
        "г. Минеральные Воды, ул XXII Партсъезда, 13",
        "город-курорт Железноводск, ул. Ленина, 1",
        "115088, г. Москва, ул. Угрешская, дом 2, строение 53, офис 430",
        "г. Санкт-Петербург\n195271, пр. Мечникова, д.5, корпус 1, литера А",
        'ул. Академика Королёва, 12 "Б"',
        "Республика Саха (Якутия), г. Якутск, ул. Мира, 5",
        "с. Семеновка,\nул. Чернышевского д.2; ул. Молодежная д. 12",
    ],
)
def test_an_address_is_found_whole(address: str) -> None:
    assert addresses(f"Адрес: {address}\nТелефон: 3-55-46") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "на улице Ленина открылся магазин",
        "Приказ от 12.05.2022 г. Москва",
        "Место нахождения, контактные телефоны",
        "встреча с Ивановым, д. 5",
        "МБОУ СОШ № 14 г. Уссурийск УГО",
        "За 5 лет, г. Томск",
    ],
)
def test_a_town_or_a_street_alone_is_no_postal_address(text: str) -> None:
    assert addresses(text) == []


def test_the_town_in_the_name_above_is_no_part_of_the_address() -> None:
    assert addresses("МБОУ СОШ № 1 г. Кедрового\nул. Мира, 5") == ["ул. Мира, 5"]


def test_two_lines_are_two_addresses() -> None:
    text = "г. Томск, ул. Мира, 5\nг. Томск, ул. Труда, 6"
    assert addresses(text) == text.splitlines()


# --- together -----------------------------------------------------------------------------------


def test_a_union_keeps_the_place_where_a_value_was_seen_first() -> None:
    one = find_contacts("8 (38250) 3-55-46", "contacts")
    other = find_contacts("тел. +7 38250 35546, a@example.ru", "description")
    both = union(one, other, Contacts())
    assert [phone.place for phone in both.phones] == ["contacts"]
    assert len(both.emails) == 1


def test_the_founder_and_help_lines_are_not_the_owner() -> None:
    text = (
        "МКОУ СОШ № 1\nТелефон: 8 (38250) 3-55-46\n"
        "Учредитель: Администрация города\nАдрес: ул. Мира, 5\nтел. 8 (38250) 3-54-40\n"
        "Директор школы\nтел. 8 (38250) 3-55-47\nТелефон доверия: 8-800-200-01-22"
    )
    shown = found({"id": "x", "text": text})
    assert shown["phones"] == [f"{TOWN}35546", f"{TOWN}35547"]
    assert shown["postal_address"] == []


def test_a_departments_own_page_is_its_own() -> None:
    text = "Отдел образования города Кедрового\nТелефон: 8 (38250) 3-54-40\nМКОУ СОШ № 1"
    assert found({"id": "x", "text": text})["phones"] == [f"{TOWN}35440"]


FOUNDER = (
    "Учредитель: Администрация города Кедрового\nТел. 8 (38250) 3-54-31\nE-mail: adm@example.org"
)
OWN = {
    "emails": ["school1@example.org"],
    "phones": [f"{TOWN}35546"],
    "postal_address": ["636615, Томская область, г. Кедровый, ул. Лесная, 5"],
}


@pytest.mark.parametrize(
    "text",
    [
        (
            "Дата создания образовательной организации | 1975 год\n"
            "Информация об учредителе | Администрация города Кедрового\n"
            "Информация о месте нахождения образовательной организации | {postal_address[0]}\n"
            "Информация о режиме, графике работы | с 8.30 до 17.00\n"
            "Контактные телефоны, адреса электронной почты | 8 (38250) 3-55-46, {emails[0]}"
        ),
        (
            "Информация об учредителе\nАдминистрация города Кедрового\n"
            "Информация о месте нахождения образовательной организации\n{postal_address[0]}\n"
            "Информация о контактных телефонах и об адресах электронной почты\n"
            "Тел. 8 (38250) 3-55-46\n{emails[0]}"
        ),
        (
            "{postal_address[0]}\nТел. 8 (38250) 3-55-46\n{emails[0]}\nИнформация об учредителе\n"
            "Администрация города Кедрового, тел. 8 (38250) 3-54-31"
        ),
        FOUNDER + "\nМесто нахождения: {postal_address[0]}\n"
        "Контактные телефоны: 8 (38250) 3-55-46\nE-mail: {emails[0]}",
        FOUNDER + "\nРежим работы учреждения: 8.00-17.00\nТелефон школы: 8 (38250) 3-55-46\n"
        "Адрес школы: {postal_address[0]}\nЭлектронная почта: {emails[0]}",
        FOUNDER + "\nМесто нахождения учредителя: г. Кедровый, 1-й мкр., 39\n"
        "Контактные телефоны учредителя: 8 (38250) 3-54-32\n"
        "Сведения о месте нахождения: {postal_address[0]}\n"
        "Контактные телефоны: 8 (38250) 3-55-46\n{emails[0]}",
        FOUNDER + "\nТелефон учредителя | 8 (38250) 3-54-32\n"
        "Телефон | 8 (38250) 3-55-46\nПочта | {emails[0]}\nМесто нахождения | {postal_address[0]}",
        FOUNDER + "\nШкола | {postal_address[0]} | 8 (38250) 3-55-46 | {emails[0]}",
        FOUNDER + "\nАдминистрация школы: {postal_address[0]}, 8 (38250) 3-55-46, {emails[0]}",
        FOUNDER + "\nКак нас найти: {postal_address[0]}, 8 (38250) 3-55-46, {emails[0]}",
    ],
)
def test_headings_of_the_institution_close_a_founders_passage(text: str) -> None:
    shown = found({"text": text.format(**OWN)})
    assert {kind: shown[kind] for kind in OWN} == OWN


@pytest.mark.parametrize(
    "heading",
    [
        "Учередитель",
        "Полномочия учредителя",
        "Орган, осуществляющий функции и полномочия учредителя",
        "Собственник имущества",
        "Комиссия по делам несовершеннолетних",
        "КДН и ЗП",
        "Наш партнёр",
        "Профсоюз",
    ],
)
def test_a_heading_that_names_another_body_opens_its_passage(heading: str) -> None:
    text = f"МКОУ СОШ № 1\nТел. 8 (38250) 3-55-46\n\n{heading}\nТел. 8 (38250) 3-54-32"
    assert found({"text": text})["phones"] == OWN["phones"]


def test_a_bare_heading_goes_on_with_the_founder_once_the_own_telephone_is_told() -> None:
    text = f"МКОУ СОШ № 1\nТел. 8 (38250) 3-55-46\n{FOUNDER}\nКонтактный телефон: 8 (38250) 3-54-32"
    assert found({"text": text})["phones"] == OWN["phones"]


def test_targets_of_links_in_a_founders_passage_are_the_founders() -> None:
    links = ["mailto:adm@example.org", "tel:+73825035431", "tel:35431"]
    text = f"МКОУ СОШ № 1 г. Кедрового\nE-mail: school1@example.org\n\n{FOUNDER}"
    shown = found({"text": text, "links": links})
    assert (shown["emails"], shown["phones"]) == (OWN["emails"], [])


def test_a_target_that_no_text_gives_to_another_is_the_owners() -> None:
    links = ["mailto:school1@example.org", "tel:+73825035546"]
    shown = found({"text": f"МКОУ СОШ № 1\n{FOUNDER}", "links": links})
    assert (shown["emails"], shown["phones"]) == (OWN["emails"], OWN["phones"])


@pytest.mark.parametrize(
    "line",
    [
        "Управление образования: {}",
        "Отдел образования администрации, {}",
        "Разработка сайта: студия «Веб», {}",
        "Сайт разработан студией «Веб», {}",
        "Хостинг: {}",
        "© 2026 Студия «Веб», {}",
        "Вебмастер: {}",
        "Техническая поддержка: {}",
        "ЦУР Томской области: {}",
        "Минпросвещения России: {}",
        "Горячая линия Министерства просвещения: {}",
        "По вопросам работы сайта: {}",
    ],
)
def test_a_line_about_another_body_gives_the_school_nothing(line: str) -> None:
    text = f"МКОУ СОШ № 1, 8 (38250) 3-55-46\n{line.format('8 (38250) 3-54-31, other@example.org')}"
    shown = found({"text": text})
    assert (shown["emails"], shown["phones"]) == ([], OWN["phones"])


@pytest.mark.parametrize(
    "text",
    [
        (
            "Управление образования администрации г. Кедрового\nМКОУ СОШ № 1 г. Кедрового\n"
            "Тел. 8 (38250) 3-55-46\nУправление образования: 8 (38250) 3-54-31"
        ),
        "Директор Иванова И. И.\n8 (38250) 3-55-46\nУправление образования\nтел. 8 (38250) 3-54-31",
    ],
)
def test_a_department_on_a_schools_page_is_not_the_school(text: str) -> None:
    assert found({"text": text})["phones"] == OWN["phones"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (HintKind.PHONE, "Тел. 8(38250)3-55-466"),
        (HintKind.PHONE, "+7 38250 3554"),
        (HintKind.PHONE, "8 (38250) 3*55*46"),
        (HintKind.PHONE, "8 (38250) 3/55/46"),
        (HintKind.PHONE, "8·38250·3·55·46"),
        (HintKind.PHONE, "https://wa.me/79131112233"),
        (HintKind.EMAIL, "school1@example. org"),
        (HintKind.POSTAL, "Адрес: Кедровый, первый микрорайон"),
    ],
)
def test_what_resembles_a_contact_is_kept_where_none_is_found(kind: HintKind, text: str) -> None:
    assert kind in {hint.kind for hint in find_contacts(text, "text").hints}


def test_a_code_that_stands_there_belongs_to_the_number() -> None:
    shown = find_contacts("8 (3825) 3-55-46", "text").phones
    assert [(phone.original, phone.local) for phone in shown] == [("(3825) 3-55-46", "382535546")]


def test_what_is_seen_is_told_once() -> None:
    shown = find_contacts("Тел. 8(38250)3-55-466", "text").hints
    assert [hint.original for hint in shown] == ["Тел. 8(38250)3-55-466"]


def test_nothing_is_hinted_of_a_kind_that_is_found() -> None:
    assert find_contacts("Тел. 8(38250)3-55-46, 8(38250)3-55-466", "text").hints == ()


@pytest.mark.parametrize(
    "text",
    [
        "МКУ «Управление образования», тел. 8 (38250) 3-55-46",
        "Управление образования города\nПриёмная управления образования 8 (38250) 3-55-46",
    ],
)
def test_a_department_may_name_itself_beside_its_telephone(text: str) -> None:
    assert found({"text": text})["phones"] == OWN["phones"]


def test_a_number_without_a_code_stays_local_in_another_line() -> None:
    text = "МКОУ СОШ № 1\nПриёмная 8 (38250) 3-55-46, вахта 3-55-47\nКухня 3-55-48"
    shown = found({"id": "x", "text": text})
    assert shown["phones"] == [f"{TOWN}35546", f"{TOWN}35547"]
    assert shown["phones_local"] == ["3-55-48"]


def test_a_word_for_other_numbers_rules_its_line_only() -> None:
    assert numbers("ИНН/КПП 7004000911/702401001\nМэр города 35-5-47") == ["35547"]


def test_portals_and_share_buttons_are_not_the_owners_pages() -> None:
    shown = found(
        {
            "id": "x",
            "text": "Подробнее на bus.gov.ru",
            "links": ["https://vk.com/share.php?url=a", "https://vk.ru/Kedr_School1"],
        }
    )
    assert (shown["site_links"], shown["vk_links"]) == ([], ["https://vk.com/kedr_school1"])


def test_the_answer_has_the_keys_of_the_labels() -> None:
    record = json.loads(RECORDED.read_text("utf-8").splitlines()[0])
    assert set(found(record)) == {"id", *record["expected"]}


@pytest.mark.parametrize("kind", ["phones", "emails", "postal_address", "vk_links"])
def test_real_texts_are_read_as_they_were_labelled(kind: str) -> None:
    records = map(json.loads, RECORDED.read_text("utf-8").splitlines())
    record = next(record for record in records if record["id"] == "p-012")
    assert found(record)[kind] == record["expected"][kind]


# --- any text -----------------------------------------------------------------------------------

ALPHABET = st.sampled_from("0123456789 ()+-–./,;:@№абвгдулАБВГДабcдom_%\n\u00a0\u202e😀")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.text(ALPHABET, max_size=300))
def test_any_text_goes_through(text: str) -> None:
    found({"id": "x", "text": text, "links": [text, f"tel:{text}", f"mailto:{text}"]})
    assert all(phone.original for phone in find_contacts(text, "text").phones)


def test_every_repeat_of_every_pattern_is_bounded() -> None:
    """So a pattern takes no more than a constant number of steps at each place of a text."""
    numbers: list[ModuleType] = [phones, phone_spots, phone_words]
    modules: list[ModuleType] = [
        *numbers,
        emails,
        links,
        parts,
        postal,
        owner,
        hints,
        signs,
        scripts,
    ]
    patterns = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, re.Pattern)
    ] + [parts.pattern(kind) for kind in parts.KINDS]
    assert patterns
    for pattern in patterns:
        unescaped = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern.pattern)
        assert not re.search(r"[*+](?!\?\+)|\{\d*,\}", unescaped), pattern.pattern


def calls_of(work: Callable[[], Any]) -> int:
    """How many calls of functions, Python's and C's, some work takes."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        *("8 ", "(", "1-", "3-55-46, ", "a.", "a@", "a.b@c.ru ", "http://", "Аб ", "ул. ", "+7 "),
        *("г. Кедровый, ", "ул. Ленина, ", "636615, ", "Адрес: ", "тел. ", "\n", "Учредитель\n"),
        "8 (38250) 3-55-46 г. Кедровый, ул. Мира, 5 a@b.ru http://a.ru\nУчредитель\n",
    ],
)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    short, long = piece * (1000 // len(piece)), piece * (2000 // len(piece))
    once, twice = (calls_of(partial(found, {"text": text})) for text in (short, long))
    assert twice <= 2.3 * once + 200


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("пишите: school@town.neverheard", "school@town.neverheard"),
        ("school@school1.example", "school@school1.example"),
        ("a@mail.ru.Телефон 5", "a@mail.ru"),
    ],
)
def test_an_address_of_a_domain_unknown_to_us_is_still_shown(text: str, email: str) -> None:
    assert [one.value for one in find_contacts(text, "status").emails] == [email]


@pytest.mark.parametrize(
    "link", ["http://127.0.9.1:38075/", "http://school/", "https://school1.neverheard/about"]
)
def test_what_follows_a_scheme_is_a_link(link: str) -> None:
    assert [one.url for one in find_contacts(f"сайт {link}", "site").links] == [link]


@given(
    st.lists(
        st.sampled_from(
            [
                "a@b.ru",
                "школа (at) кедр.рф",
                " собака ",
                "[ эт ]",
                "слово ",
                "x" * 90,
                "@",
                ".",
                "\n",
            ]
        )
        | st.text(alphabet="аб @.-_[]()atэтсобчк\u00a0", max_size=12),
        max_size=40,
    ).map("".join)
)
def test_emails_are_the_same_as_when_every_word_is_tried(text: str) -> None:
    tried = [match.span() for match in emails._EMAIL.finditer(text)]
    assert [match.span() for match in emails._matches(text)] == tried


@given(
    st.lists(
        st.sampled_from(
            ["http://", "HTTPS://", "школа.рф", "vk.com/club1", "x" * 62, "a@b.ru", ":80", "?a=1"]
        )
        | st.text(alphabet="аб_-.:/@ \n1ſ", max_size=8),
        max_size=30,
    ).map("".join)
)
def test_links_are_the_same_as_when_every_word_is_tried(text: str) -> None:
    tried = [match.span() for match in links._LINK.finditer(text)]
    assert [match.span() for match in links._matches(text)] == tried


@given(
    st.lists(
        st.sampled_from(["8 (38250) 3-55-46", "+7", "(", "8.00-17.00", "/38250/", "1" * 39, "٣"])
        | st.text(alphabet="0123456789 ()+-./:\n", max_size=8),
        max_size=30,
    ).map("".join)
)
@pytest.mark.parametrize("pattern", [FULL, CODED, BARE, SOLID, LOCAL, HOURS])
def test_numbers_are_the_same_as_when_every_place_is_tried(
    pattern: re.Pattern[str], text: str
) -> None:
    tried = [match.span() for match in pattern.finditer(text)]
    openings = openings_in(text)
    assert [match.span() for match in matches_at(pattern, openings, text)] == tried


@given(st.from_regex(owner._INLINE) | st.from_regex(owner._INLINE_BODY))
def test_a_line_that_goes_over_to_another_body_has_a_word_that_is_looked_for_first(
    line: str,
) -> None:
    folded = line.casefold()
    assert owner._SOMEBODY.search(folded)
    assert owner._INLINE_WORDS.search(folded)


def test_the_office_of_the_school_closes_a_passage_of_the_duty_service() -> None:
    text = (
        "Единая дежурно-диспетчерская служба 112, 8 (38250) 3-51-12\n"
        "Приёмная школы 8 (38250) 3-55-46"
    )
    assert found({"id": "a", "text": text})["phones"] == ["+73825035546"]


def test_the_telephone_of_a_governing_body_is_not_the_schools() -> None:
    text = (
        "Полномочия учредителя осуществляет Управление образования.\n"
        "Телефон управления: 8 (38250) 3-54-31\nКонтакты школы: 8 (38250) 3-55-46"
    )
    assert found({"id": "a", "text": text})["phones"] == ["+73825035546"]

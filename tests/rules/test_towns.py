"""Whole towns: each page is held against each institution, as if the registry named the wrong one.

All data is invented, after how such institutions call their pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rules.model import Institution, Municipality
from rules.names.naming import names_match
from rules.names.own_names import around_of
from tests import cast

Named = tuple[str, str, str, list[str]]  # kind, name, short name, titles of its page

CITY: list[Named] = [
    (
        "authority",
        "Администрация города Сосновоборска",
        "",
        ["Администрация Сосновоборска", "Сосновоборск | Администрация города"],
    ),
    (
        "department",
        "Управление образования администрации города Сосновоборска",
        "УО администрации г. Сосновоборска",
        ["Управление образования Сосновоборска", "УО Сосновоборск", "Образование Сосновоборска"],
    ),
    (
        "department",
        "Управление культуры администрации города Сосновоборска",
        "",
        ["Управление культуры Сосновоборска", "Культура Сосновоборска"],
    ),
    (
        "other",
        "МКУ «Хозяйственная служба администрации города Сосновоборска»",
        "",
        ["Хозяйственная служба администрации Сосновоборска"],
    ),
    (
        "other",
        "МКУ «ЕДДС города Сосновоборска»",
        "",
        ["ЕДДС Сосновоборск", "ЕДДС Сосновоборска | 112"],
    ),
    (
        "other",
        "МАУ «МФЦ города Сосновоборска»",
        "",
        ["МФЦ Сосновоборск", "Мои документы Сосновоборск"],
    ),
    (
        "school",
        "МБОУ «Средняя общеобразовательная школа № 1»",
        "МБОУ СОШ № 1",
        ["Школа №1", "1\u20e3 школа Сосновоборска", "Школа №１"],
    ),
    (
        "school",
        "МБОУ «Средняя общеобразовательная школа № 11»",
        "МБОУ СОШ № 11",
        ["Школа №1\u20e31\u20e3", "Школа № ①①", "Школа № ⑪", "Школа №𝟏𝟏", "Наша одиннадцатая"],
    ),
    ("school", "МБОУ «Средняя общеобразовательная школа № 10»", "МБОУ СОШ № 10", ["Школа № 🔟"]),
    (
        "school",
        "МБОУ «Начальная школа — детский сад № 125»",
        "НШ-ДС № 125",
        ["НШДС 125", "Школа-сад № 125"],
    ),
    ("school", "МАОУ «Гимназия № 1»", "", ["Гимназия №1 | Сосновоборск", "Первая гимназия"]),
    (
        "additional_education",
        "МБУ ДО «Детская художественная школа»",
        "МБУ ДО ДХШ",
        ["ДХШ Сосновоборск", "Художка Сосновоборск"],
    ),
    (
        "additional_education",
        "МБУ ДО «Детская музыкальная школа»",
        "МБУ ДО ДМШ",
        ["Музыкалка Сосновоборска", "ДМШ г. Сосновоборска"],
    ),
    (
        "additional_education",
        "МБУ ДО «Станция юных натуралистов»",
        "МБУ ДО СЮН",
        ["Юннаты Сосновоборска", "СЮН г. Сосновоборск"],
    ),
    ("additional_education", "МБУ ДО «Станция юных техников»", "МБУ ДО СЮТ", ["Юные техники"]),
    ("library", "МБУК «ЦБС г. Сосновоборска»", "", ["Библиотеки Сосновоборска"]),
    (
        "library",
        "Центральная городская библиотека имени А. С. Пушкина",
        "",
        ["Пушкинская библиотека Сосновоборск"],
    ),
    ("culture", "МАУК «Дом культуры города Сосновоборска»", "", ["ДК Сосновоборск"]),
    ("culture", "МАУК «Дворец культуры «Металлург»»", "", ["ДК Металлург Сосновоборск"]),
    ("other", "МБУ «Центр по работе с ветеранами»", "", ["Ветераны Сосновоборска"]),
]
DISTRICT: list[Named] = [
    (
        "school",
        "МКОУ «Михайловская СОШ № 1»",
        "",
        ["Михайловская школа №1", "Школа №1 с. Михайловка"],
    ),
    (
        "school",
        "МКОУ «Ивановская СОШ № 1»",
        "",
        ["Ивановская СОШ №1", "Ивановская школа № 1 Михайловского округа"],
    ),
    ("school", "МКОУ СОШ № 1 с. Петровское", "", ["СОШ № 1 с. Петровское", "Петровская школа № 1"]),
    ("school", "МКОУ «Громовская СОШ»", "", ["Громовская школа", "Школа с. Громово"]),
    (
        "school",
        "МКОУ «Верхнегромовская СОШ»",
        "",
        ["Верхне-Громовская СОШ", "Школа Верхнее Громово"],
    ),
    ("culture", "МКУК СДК с. Ивановка", "", ["СДК с. Ивановка", "Ивановский СДК"]),
    ("culture", "МКУК СДК с. Новая Ивановка", "", ["СДК с. Новая Ивановка", "СДК Новая Ивановка"]),
    (
        "culture",
        "МКУК СДК с. Саперное Михайловского округа Томской области",
        "",
        ["СДК с. Саперное Михайловского округа Томской области"],
    ),
    (
        "culture",
        "МКУК СДК с. Ларионово Михайловского округа Томской области",
        "",
        ["СДК с. Ларионово Михайловского округа Томской области"],
    ),
    (
        "department",
        "Ивановский территориальный отдел администрации Михайловского округа",
        "",
        ["Ивановский территориальный отдел администрации Михайловского округа"],
    ),
    (
        "department",
        "Петровский территориальный отдел администрации Михайловского округа",
        "",
        ["Петровский территориальный отдел администрации Михайловского округа"],
    ),
]
WATERS: list[Named] = [
    (
        "library",
        "МБУК «Минераловодская центральная библиотека»",
        "",
        ["Библиотека МинВоды", "Библиотеки Минеральных Вод"],
    ),
    (
        "department",
        "Управление образования администрации Минераловодского округа",
        "",
        ["Управление образования МинВоды"],
    ),
    (
        "additional_education",
        "МБУ ДО ДХШ г. Минеральные Воды",
        "",
        ["Художественная школа МинВоды"],
    ),
]
TOWNS = {
    "Город Сосновоборск": CITY,
    "Михайловский муниципальный округ": DISTRICT,
    "Минераловодский муниципальный округ": WATERS,
}


def town_of(name: str) -> Municipality:
    institutions = tuple(
        Institution(id=f"{at}", municipality="t", name=full, short_name=short, kind=kind)
        for at, (kind, full, short, _) in enumerate(TOWNS[name])
    )
    return replace(cast.TOWN, id="t", name=name, institutions=institutions)


def pages(name: str) -> Iterator[tuple[str, str]]:
    return ((f"{at}", title) for at, told in enumerate(TOWNS[name]) for title in told[3])


@pytest.mark.parametrize("name", TOWNS)
def test_nobody_is_accused_of_the_name_of_his_own_page(name: str) -> None:
    town = town_of(name)
    known = around_of(town)
    assert [
        title
        for owner, title in pages(name)
        if not names_match(town.by_id[owner], title, (), around=known).generous
    ] == []


@pytest.mark.parametrize("name", TOWNS)
def test_a_neighbours_page_names_nobody_else(name: str) -> None:
    town = town_of(name)
    known = around_of(town)
    assert [
        (one.name, title)
        for one in town.institutions
        for owner, title in pages(name)
        if owner != one.id and names_match(one, title, (), around=known).strict
    ] == []


def test_a_page_that_only_says_the_number_is_a_question_where_two_have_it() -> None:
    town = town_of("Михайловский муниципальный округ")
    found = names_match(town.by_id["0"], "СОШ № 1", (), around=around_of(town))
    assert (found.strict, found.generous) == (False, True)


def test_the_school_of_another_town_is_no_pass() -> None:
    town = town_of("Город Сосновоборск")
    school = next(one for one in town.institutions if one.short_name == "МБОУ СОШ № 1")
    assert not names_match(school, "СОШ № 1 г. Заречный", (), around=around_of(town)).strict


def test_words_after_a_preposition_are_no_place() -> None:
    town = town_of("Город Сосновоборск")
    school = next(one for one in town.institutions if one.short_name == "МБОУ СОШ № 1")
    title = "Школа № 1 с углублённым изучением химии"
    assert names_match(school, title, (), around=around_of(town)).strict

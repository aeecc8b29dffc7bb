from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.model import Institution
from rules.names.naming import NameMatch, names_match
from rules.names.titles import titles_of
from tests.cast import ADMINISTRATION, MUSEUM, SCHOOL

YES = NameMatch(strict=True, generous=True)
MAYBE = NameMatch(strict=False, generous=True)
NO = NameMatch(strict=False, generous=False)


def called(name: str, short: str = "", *popular: str) -> Institution:
    return Institution(
        id="x",
        municipality="kedr",
        name=name,
        short_name=short,
        popular_names=popular,
        kind="other",
    )


KINDERGARTEN = called("МКДОУ Детский сад № 1 г. Кедрового")
PUDINO = called("МАОУ Пудинская средняя общеобразовательная школа")


@pytest.mark.parametrize(
    ("institution", "title"),
    [
        (KINDERGARTEN, "Детский сад №1 | Кедровый"),
        (KINDERGARTEN, "МКДОУ ДЕТСКИЙ САД N 1"),
        (KINDERGARTEN, "МКДОУ №1 г.Кедровый"),
        (PUDINO, "Пудинская СОШ"),
        (PUDINO, "МАОУ «Пудинская СОШ»"),
        (SCHOOL, "Школа № 1 | Кедровый"),
        (SCHOOL, "МКОУ СОШ №1 г. Кедрового Томской области"),
        (SCHOOL, "Школа №1 - Кедровый"),
        (SCHOOL, "МКОУСОШ№1"),
        (SCHOOL, "Первая школа | Кедровый"),
        (SCHOOL, "ШКОЛА · ОДИН"),
        (called("МБОУ гимназия № 103 г. Минеральные Воды"), "Гимназия №103 Минводы"),
        (MUSEUM, "Музей кедра"),
        (MUSEUM, "МУ \"Музей Кедра\" | Кедровый"),
        (called("Муниципальное бюджетное учреждение «Центральная библиотека» г. Кедрового"),
         "Библиотека Кедровый"),
        (called("Администрация города Кедрового"), "Администрация города Кедровый"),
        (called("МБУ ДО «Детская школа искусств № 5»"), "ДШИ №5"),
        (called("МБУК «Дом культуры „Чайка“»"), "ДК Чайка"),
        (called("Минераловодский краеведческий музей"), "Краеведческий музей | Минераловодский"),
        (called("МБДОУ детский сад «Солнышко»"), "Солнышко | детсад"),
    ],
)  # fmt: skip
def test_a_title_names_the_institution_in_its_own_way(institution: Institution, title: str) -> None:
    assert names_match(institution, title, ()) == YES


@pytest.mark.parametrize(
    ("institution", "title"),
    [
        (SCHOOL, "Школа № 11"),
        (SCHOOL, "Школа № 11 | Кедровый"),
        (SCHOOL, "Новости Томска"),
        (SCHOOL, ""),
        (SCHOOL, "Детский сад № 1 | Кедровый"),
        (KINDERGARTEN, "Школа № 1 | Кедровый"),
        (KINDERGARTEN, "Детский сад № 12"),
        (PUDINO, "Останинская СОШ"),
        (MUSEUM, "Кедровая школа"),
        (called("МБУ ДО «Детская школа искусств № 1»"), "Школа № 1"),
    ],
)
def test_another_institution_is_not_taken_for_it(institution: Institution, title: str) -> None:
    assert names_match(institution, title, ()) == NO


def test_the_full_name_may_stand_in_the_description() -> None:
    text = (
        "Официальная страница. Муниципальное казенное общеобразовательное учреждение средняя "
        "общеобразовательная школа №1 города Кедрового. С 1986 года учим детей."
    )
    assert names_match(SCHOOL, "Кедровый учится", (text,)) == YES


def test_a_description_that_names_another_school_too_does_not_hide_its_own() -> None:
    assert names_match(SCHOOL, "Наша жизнь", ("Дружим с МКОУ СОШ № 1 и школой № 11",)).generous


@pytest.mark.parametrize(
    ("institution", "title"),
    [
        (SCHOOL, "Кедровская школа"),
        (PUDINO, "Школа с. Пудино"),
        (called("МБДОУ детский сад «Солнышко»"), "Солнышко"),
        (
            called("МКУК «Кедровская централизованная библиотечная система»"),
            "Кедровская библиотека",
        ),
        (called("МБУ «Центр культуры „Нарым“»"), "Нарым онлайн"),
        (called("Администрация Минераловодского округа"), "Минеральные Воды. Администрация"),
        (ADMINISTRATION, "Город Кедровый | Томская область"),
    ],
)
def test_what_may_be_its_name_is_no_reason_to_accuse(institution: Institution, title: str) -> None:
    assert names_match(institution, title, ()).generous


def test_a_former_name_is_generous_only() -> None:
    school = Institution(
        id="x", municipality="kedr", name="МКОУ «Гимназия Кедр»", kind="school",
        former_names=("МКОУ СОШ № 7",),
    )  # fmt: skip
    assert names_match(school, "СОШ № 7", ()) == MAYBE


def test_a_name_without_anything_distinctive_accuses_nobody() -> None:
    assert names_match(called("Муниципальное учреждение"), "Новости", ()).generous


def is_likened(short_name: str, title: str) -> bool:
    """Whether the title is like it; the full name is of another kind, so only likeness decides."""
    full = "Муниципальный центр «Гранит»"
    one = Institution(id="x", municipality="t", name=full, short_name=short_name, kind="other")
    return names_match(one, title, ()).strict


def test_six_words_of_ten_are_enough_and_four_of_seven_are_not() -> None:
    assert is_likened("Музей и библиотека Кедр Пихта", "Музей Кедр Пихта Сосна")  # 3 of 5
    assert not is_likened("Музей и библиотека Кедр Пихта Ель", "Музей Кедр Пихта Ель Сосна Дуб")


def test_a_text_needs_three_fifths_of_the_proper_words() -> None:
    full = "Музей Гранит Кедр Пихта Берёза Сосна"
    one = Institution(id="x", municipality="t", name=full, kind="culture")
    assert names_match(one, "", ["Музей Гранит Кедр Пихта"]).strict
    seven = replace(one, name=f"{full} Тополь Калина")
    assert not names_match(seven, "", ["Музей Гранит Кедр Пихта Берёза"]).strict  # 4 of 7


def test_the_threshold_is_a_parameter() -> None:
    library = called("МБУК Кедровская детская модельная библиотека семейного чтения")
    assert names_match(library, "Модельная библиотека | Чтение", ()).strict is False
    assert names_match(library, "Модельная библиотека | Чтение", (), threshold=0.4).strict


@pytest.mark.parametrize("title", ["МКУ", "Школа танцев", "Подслушано Кедровый"])
def test_a_short_name_of_legal_words_matches_nothing(title: str) -> None:
    archive = called("Муниципальное учреждение «Городской архив»", "МКУ")
    assert names_match(archive, title, ()) == NO


def test_a_name_that_is_only_a_kind_is_not_found_in_a_text_about_others() -> None:
    school = called("Муниципальное учреждение «Росток»", "Школа")
    assert names_match(school, "Наш двор", ("Мы живём рядом со школой № 5",)).strict is False


# --- the headings of a site ---------------------------------------------------------------------

HEADINGS = st.lists(
    st.sampled_from(
        [
            "МКОУ СОШ № 1", "МКОУ СОШ № 11", "Школа", "Школа № 1 и школа № 2", "Детский сад № 1",
            "Средняя общеобразовательная школа", "Первая школа города", "Детский сад «Солнышко»",
            "Музей", "Новости", "11", "Лицей № 1", "Детский сад № 21, ул. Мира, д. 1",
            "Филиал № 1 школы № 5", "Одиннадцатая школа", "Гимназия", "Школа, Мира, 1",
            "Три медведя", "Наш город: " + "новости и события " * 12 + "школа № 1",
            SCHOOL.name, MUSEUM.name, ADMINISTRATION.name,
        ]
    )
)  # fmt: skip


@given(
    texts=HEADINGS,
    one=st.sampled_from(
        [
            called("Средняя общеобразовательная школа № 1", "МКОУ СОШ № 1"),
            called("Средняя общеобразовательная школа № 1", "Школа"),
            called("Детский сад «Солнышко»", "ДС № 1", "Солнышко"),
            SCHOOL,
            MUSEUM,
            ADMINISTRATION,
        ]
    ),
)
def test_headings_are_passed_over_only_where_they_name_nobody(
    texts: list[str], one: Institution
) -> None:
    named = {text for text in texts if names_match(one, text, ()).strict}
    assert titles_of(dict.fromkeys(texts)).naming(one) == named


@pytest.mark.parametrize("title", ["Школа ① класса", "№ ②", "Школа 5 ²"])
def test_figures_that_are_no_numbers_break_nothing(title: str) -> None:
    assert not names_match(SCHOOL, title, [title]).strict
    assert titles_of([title]).naming(SCHOOL) == set()


# --- whose number it is -------------------------------------------------------------------------

BEARERS = [
    "МБДОУ Детский сад", "МБОУ СОШ", "Гимназия", "МБУ ДО ДМШ", "Лицей", "Школа", "Библиотека",
    "МБУ ДО ДЮСШ", "Детская школа искусств",
]  # fmt: skip
NUMBERED = [" № {}", " №{}", " {}", " N {}", "-{}"]
ELSEWHERE = [
    "ул. Мира, д. {}", "ул. Мира, {}", "улица Мира, дом {}", "ул Мира {}", "ул. Мира, д. № {}",
    "г. Кедровый, ул. Карла Маркса, д. {}а", "{}-й мкр., д. 5", "мкр. {}, 5", "кв-л {}, д. 3",
    "ул. {} лет Победы, 5", "ул. {}-летия Октября", "ул. {} Мая, д. 7", "д. 5, корпус № {}",
    "пр-т Ленина, {}, корп. 2", "пер. Садовый, {}/2", "Мира ул., {}", "{} микрорайон, дом 1",
    "ул. имени Героя Советского Союза Петрова, {}", "{}-я Линия, 3", "тел. {}-55-46", "каб. {}",
    "группа № {}", "{} лет вместе", "{} класс", "литер {}", "ул. Мира, 5, кв. {}", "Мира, {}",
]  # fmt: skip
ORDERS = ["{0}, {1}", "{0} ({1})", "{0} | {1}", "{1}, {0}", "{0} {1}", "{0}. {1}", "{1} {0}"]


def numbered(bearer: str, number: int) -> Institution:
    return called(f"{bearer} № {number}")


@settings(max_examples=500)
@given(
    bearer=st.sampled_from(BEARERS),
    writing=st.sampled_from(NUMBERED),
    elsewhere=st.sampled_from(ELSEWHERE),
    order=st.sampled_from(ORDERS),
    numbers=st.sampled_from([(21, 44), (3, 12), (44, 21), (1, 2), (101, 7)]),
)
def test_the_number_of_a_house_or_a_street_is_not_the_institutions(
    bearer: str, writing: str, elsewhere: str, order: str, numbers: tuple[int, int]
) -> None:
    own, other = numbers
    shown = order.format(bearer + writing.format(own), elsewhere.format(other))
    for title, texts in ((shown, ()), ("Новости", (shown,))):
        assert names_match(numbered(bearer, own), title, texts).generous
        assert not names_match(numbered(bearer, other), title, texts).strict


def test_a_neighbours_page_is_not_ours_because_of_its_house() -> None:
    title = "МБДОУ Детский сад № 21, ул. Мира, д. 44"
    assert names_match(called("МБДОУ Детский сад № 21"), title, ()) == YES
    assert names_match(called("МБДОУ Детский сад № 44"), title, ()) == NO


def test_an_address_in_the_registrys_name_is_not_its_number() -> None:
    garden = called("МБДОУ Детский сад № 21, ул. Мира, д. 44")
    assert names_match(garden, "Детский сад № 21", ()) == YES
    assert names_match(garden, "Детский сад № 44", ()) == NO


@pytest.mark.parametrize(
    "title",
    [
        "Одиннадцатая школа города Кедрового",
        "СОШ одиннадцать",
        "Школа номер одиннадцать",
        "Школа № 11-я",
        "11-я школа",
        "СОШ № XI",
        "XI школа",
        "СОШ11",
        "Школа - 11 | 1-й мкр.",
    ],
)
def test_a_number_is_read_in_every_writing(title: str) -> None:
    assert names_match(called("МБОУ СОШ № 11"), title, ()) == YES


@pytest.mark.parametrize("title", ["№11-я", "одиннадцатая", "МБОУ № 11", "11", "Школа, Мира, 11"])
def test_a_number_without_its_kind_is_a_question(title: str) -> None:
    assert names_match(called("МБОУ СОШ № 11"), title, ()) == MAYBE


@pytest.mark.parametrize(
    ("number", "title"),
    [(21, "Двадцать первая школа"), (121, "Сто двадцать первая школа"), (40, "школа сорок"),
     (30, "Тридцатая школа"), (125, "СОШ сто двадцать пять"), (100, "Сотая школа")],
)  # fmt: skip
def test_large_numbers_are_composed_of_words(number: int, title: str) -> None:
    assert names_match(numbered("МБОУ СОШ", number), title, ()) == YES
    assert not names_match(numbered("МБОУ СОШ", number % 20), title, ()).strict


@pytest.mark.parametrize(
    "title", ["Школа XXI века", "Движение первых", "Школа: 11 лет вместе", "Школа VIII вида"]
)
def test_what_counts_something_else_is_no_number(title: str) -> None:
    for number in (1, 8, 11, 21):
        assert not names_match(numbered("МБОУ СОШ", number), title, ()).strict


# --- one group of kinds, one number or none -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("МБОУ «Гимназия № 1»", "Лицей № 1 Кедровый"),
        ("МБОУ «Гимназия № 1»", "Школа № 1"),
        ("МБОУ «Гимназия № 1»", "Гимназия"),
        ("МБОУ «Гимназия № 1»", "Наша гимназия"),
        ("МБОУ «Гимназия № 1»", "Гимназия — территория успеха"),
        ("МБОУ «Гимназия № 1»", "Лицей № 1 и гимназия № 3"),
        ("Библиотека № 3", "Филиал № 3 библиотеки № 5"),
        ("МБОУ «Гимназия № 1 г. Кедрового»", "Гимназия | Кедровый"),
        ("МБОУ СОШ г. Кедрового", "Школа № 5 | Кедровый"),
        ("МБОУ СОШ № 1", "Начальная школа № 1"),
        ("МБУ ДО ДМШ г. Кедрового", "ДХШ г. Кедрового"),
        ("МБУ ДО «Дом детского творчества» г. Кедрового", "Станция юных натуралистов | Кедровый"),
        ("МБУ ДО СШОР № 2", "ДЮСШ № 2"),
        ("Центральная библиотека г. Кедрового", "Центральная детская библиотека г. Кедрового"),
        ("Отдел образования администрации г. Кедрового", "Отдел культуры администрации Кедрового"),
        ("Отдел образования администрации г. Кедрового", "Администрация города Кедрового"),
        ("Дума города Кедрового", "Администрация города Кедрового"),
        (
            "МБДОУ Детский сад общеразвивающего вида «Солнышко» г. Кедрового",
            "Детский сад общеразвивающего вида «Ромашка» г. Кедрового",
        ),
    ],
)
def test_a_neighbour_of_the_same_group_is_never_surely_it(name: str, title: str) -> None:
    assert names_match(called(name), title, ()) == MAYBE


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("МБОУ «Гимназия»", "Гимназия"),
        ("МБУ ДО «Детская музыкальная школа»", "ДМШ"),
        ("МБУ ДО «Дом детского творчества»", "ДДТ"),
        ("МБОУ «Гимназия № 1»", "Школа-гимназия № 1"),
        ("МБУ ДО «ДЮСШ № 2»", "СШ № 2"),
        ("МБОУ «Основная общеобразовательная школа № 3»", "Школа № 3"),
        ("МБДОУ «Детский сад № 44»", "44 сад"),
        ("Детский сад «Три медведя» № 5", "Детский сад «Три медведя»"),
    ],
)
def test_a_kind_that_is_the_whole_name_and_other_writings_still_name_it(
    name: str, title: str
) -> None:
    assert names_match(called(name), title, ()) == YES


# --- places of two words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("МБУК «Белоярская центральная библиотека»", "Библиотеки Белого Яра"),
        ("МБУК «Красноярская межпоселенческая библиотека»", "Красный Яр | Библиотека"),
        ("МБОУ «Старооскольская школа»", "Школа города Старого Оскола"),
        ("Великолукский краеведческий музей", "Музей Великих Лук"),
        ("Музей Великих Лук", "Великолукский музей"),
        ("Нижнетагильская филармония", "Филармония | Нижний Тагил"),
        ("Красносельский дом культуры", "ДК Красное Село"),
        ("МБОУ Хову-Аксынская СОШ", "Х-АСОШ"),
        ("МАОУ Пудинская СОШ", "ПСОШ"),
    ],
)
def test_a_place_and_the_adjective_fused_from_it_are_a_question(name: str, title: str) -> None:
    assert names_match(called(name), title, ()) == MAYBE


def test_another_place_of_two_words_is_not_it() -> None:
    library = called("МБУК «Белоярская центральная библиотека»")
    assert names_match(library, "Библиотеки Красного Яра", ()) == NO

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contacts import parse_phone
from rules.matching import (
    Match,
    NameMatch,
    has_street_like,
    names_match,
    same_address,
    same_email,
    same_phone,
    same_site,
    titles_of,
)
from rules.model import Institution
from tests.cast import ADMINISTRATION, MUSEUM, SCHOOL

YES = NameMatch(strict=True, generous=True)
MAYBE = NameMatch(strict=False, generous=True)
NO = NameMatch(strict=False, generous=False)
HOME = "636615, Томская область, г. Кедровый, 1-й мкр., д. 61"


def called(name: str, short: str = "", *popular: str) -> Institution:
    return Institution(
        id="x",
        municipality="kedr",
        name=name,
        short_name=short,
        popular_names=popular,
        kind="other",
    )


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


# --- names --------------------------------------------------------------------------------------

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


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_address_is_the_same_in_every_writing(data: st.DataObject) -> None:
    street, house = (
        st.sampled_from(data.draw(st.sampled_from(x))) for x in (SAME_STREETS, SAME_HOUSES)
    )
    one, other = (
        data.draw(st.sampled_from(FRAMES)).format(data.draw(street), data.draw(house)) for _ in "ab"
    )
    assert same_address(one, other) is Match.SAME


@settings(max_examples=150, deadline=None)
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
            "Музей", "Новости", "11", "Наш город: " + "новости и события " * 12 + "школа № 1",
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

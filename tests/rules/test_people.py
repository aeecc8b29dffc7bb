"""What is a name of a person for sure, however it is written, and what only looks like one."""

from __future__ import annotations

import pytest

from rules.names.people import names_in


@pytest.mark.parametrize(
    "name",
    [
        "Незабудкина И. И.",
        "И.И. Незабудкина",
        "НЕЗАБУДКИНА И.И.",
        "И. И. НЕЗАБУДКИНА",
        "НЕЗАБУДКИНА ИРИНА ИВАНОВНА",
        "ИРИНА ИВАНОВНА НЕЗАБУДКИНА",
        "ПЕТРОВ-ВОДКИН К. С.",
        "Ромашкин Илья Фомич",
        "Ромашкина Никитича Фомича",
        "Ромашкин Ариф Мамед оглы",
        "Ромашкина Лейла Рашид кызы",
    ],
)
def test_a_name_is_found_whole(name: str) -> None:
    assert names_in(f"директор {name}, приказ № 5") == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "МБОУ СОШ ИМ. А.С. ПУШКИНА",
        "МБОУ СОШ № 1 ИМЕНИ И. И. ИВАНОВА",
        "ул. А. С. ПУШКИНА",
        "И.О. ДИРЕКТОРА",
        "ГКУ ЦБ И.О. НАЧАЛЬНИКА",
        "УПРАВЛЕНИЕ И.О. начальника",
        "постановление Правительства РФ И. о. главы",
        "ШКОЛА НА ВЫСОКОМ УРОВНЕ",
        "ПРОГРАММА ОСНОВНОЙ ШКОЛЫ В ДЕРЕВНЕ",
        "МБУ ДК «КЕДР» А. Б.",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert names_in(text) == ()

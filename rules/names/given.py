"""People who are called by their first name and surname alone: «Ирина Незабудкина».

Only what is a name for sure: a first name that people bear, beside a word that ends as surnames do.
A school that bears somebody's name has it in the genitive: «гимназия Юрия Гагарина».
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.names.people import bears_a_name

_OF_MEN = (
    "Александр Алексей Анатолий Андрей Антон Аркадий Артём Артем Борис Вадим Валентин Валерий "
    "Василий Виктор Виталий Владимир Владислав Вячеслав Геннадий Георгий Герман Глеб Григорий "
    "Даниил Данил Денис Дмитрий Евгений Егор Иван Игорь Илья Кирилл Константин Леонид Максим "
    "Марат Матвей Михаил Никита Николай Олег Павел Пётр Петр Ренат Роман Руслан Рустам Сергей "
    "Станислав Степан Тимофей Тимур Фёдор Федор Юрий Яков Ярослав"
)
_OF_WOMEN = (
    "Алина Алла Алёна Алена Анастасия Анна Антонина Валентина Валерия Варвара Вера Вероника "
    "Виктория Галина Дарья Диана Евгения Екатерина Елена Елизавета Жанна Зинаида Зоя Инна "
    "Ирина Кристина Ксения Лариса Лидия Любовь Людмила Маргарита Марина Мария Надежда Наталия "
    "Наталья Нина Нэлли Оксана Ольга Полина Раиса Регина Римма Светлана София Софья Тамара "
    "Татьяна Ульяна Эльвира Юлия Яна"
)
_ENDS = (  # nominative, genitive, then the others
    ("ия", ("ия", "ии", "ию", "ией")),
    ("ья", ("ья", "ьи", "ье", "ью", "ьей")),
    ("я", ("я", "и", "е", "ю", "ей")),
    ("а", ("а", "ы", "и", "е", "у", "ой")),
    ("ий", ("ий", "ия", "ию", "ием", "ии")),
    ("й", ("й", "я", "ю", "ем", "е")),
    ("ь", ("ь", "я", "и", "ю", "ем", "е", "ью")),
    ("", ("", "а", "у", "ом", "е")),
)
_IRREGULAR = {"Павел": "Павл(?:а|у|ом|е)", "Пётр": "Петр(?:а|у|ом|е)", "Любовь": "Любов(?:и|ью)"}
_OF_SURNAMES = (
    *(
        "ов",
        "ев",
        "ёв",
        "ин",
        "ын",
        "ий",
        "ый",
        "ой",
        "ко",
        "юк",
        "ук",
        "ик",
        "их",
        "ых",
        "ич",
        "ян",
    ),
    *("ва", "на", "ая", "ву", "ну", "ую", "ым", "ом", "вы", "ны", "ве", "не", "дзе"),
)
_BEARER = re.compile(
    r"(?:школ|гимнази|лице|центр|музе|библиотек|театр|дом|дворц|дворец|парк|сад|училищ|колледж|сквер"
    r"|стадион|премия|премии|конкурс|фонд)[а-яё]*\s*[«\"]?\s*$",
    re.IGNORECASE,
)
_BEFORE = 40  # signs in which it stands what bears a name


def _stem(name: str) -> tuple[str, tuple[str, ...]]:
    end, ends = next((end, ends) for end, ends in _ENDS if name.endswith(end))
    return (name.removesuffix(end) if end else name), ends


def _forms(name: str) -> str:
    stem, ends = _stem(name)
    regular = f"{stem}(?:{'|'.join(ends)})"
    return f"{regular}|{_IRREGULAR[name]}" if name in _IRREGULAR else regular


def _genitives(name: str) -> Iterator[str]:
    stem, ends = _stem(name)
    yield from (f"{stem}{end}" for end in ends[1 : 3 if ends[0] == "а" else 2])


_NAMES = (*_OF_MEN.split(), *_OF_WOMEN.split())
_GIVEN = "|".join(_forms(name) for name in _NAMES)
_GENITIVE = {form for name in _NAMES for form in _genitives(name)} - {*_NAMES} | {"Павла", "Петра"}
_FIRST = re.compile(rf"(?<![А-ЯЁа-яё-])(?=[А-ЯЁ])(?:{_GIVEN})(?![А-ЯЁа-яё-])")
_AFTER = re.compile(r"\s+([А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?)(?![А-ЯЁа-яё])")
_AHEAD = re.compile(r"(?<![А-ЯЁа-яё-])([А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?)\s+$")


def named_alone(text: str) -> Iterator[tuple[int, int]]:
    """Where such names stand."""
    for found in _FIRST.finditer(text):
        start = max(0, found.start() - _BEFORE)
        ahead = _AHEAD.search(text[start : found.start()])
        after = _AFTER.match(text, found.end())
        begin, end = found.span()
        if ahead and ahead[1].endswith(_OF_SURNAMES):
            begin = start + ahead.start(1)
        if after and after[1].endswith(_OF_SURNAMES):
            end = after.end(1)
        if (begin, end) != found.span() and not _is_borne(text, found[0], found.start()):
            yield begin, end


def _is_borne(text: str, given: str, at: int) -> bool:
    """Whether a school, a street, a prize is called so."""
    by_case = given in _GENITIVE and _BEARER.search(text[max(0, at - _BEFORE) : at])
    return bool(by_case) or bears_a_name(text, at)

"""Names of people where a post is asked for: «заведующая Иванова И. И.» is «заведующая».

Reports are public, and whoever holds a post today may not tomorrow. Only what is a name for sure
is taken for one: a surname with initials, or with a patronymic. A school, a street or a square that
bears somebody's name is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

_POSTS = (
    "директор|завед|начальник|глав|заместител|методист|учител|воспитател|специалист|секретар"
    "|руководител|ведущ|старш|педагог|администратор|председател|исполня|врио|инженер|эксперт"
)
_WORD = rf"(?!(?i:{_POSTS}))[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_INITIALS = r"(?<![А-ЯЁа-яё])[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"
_PATRONYMIC = (
    r"(?:[А-ЯЁ][а-яё]+(?:вич|вича|вичу|вичем|вна|вны|вне|вной|ична|ичны|ьич|ьича)"
    r"|(?:Фом|Лук|Кузьм|Никит|Савв|Фок)ич(?:а|у|ем)?)"
)
_OF_THE_EAST = r"(?:оглы|оглу|кызы|гызы)"  # «Мамед оглы»: a patronymic of two words
# In capitals every word begins like a name: short ones are of offices («ГКУ ЦБ»), one initial says
# nothing, and of endings those of «ОСНОВНОЙ» and «УРОВНЕ» do not either.
_NO_SURNAMES = "ИМЕНИ|УЛИЦ|ПЛОЩАД|ПРОСПЕКТ|ПЕРЕУЛ"
_CAPITALS = (
    rf"(?<![А-ЯЁа-яё])(?!(?i:{_POSTS})|{_NO_SURNAMES})"
    r"[А-ЯЁ]{4,}(?:-[А-ЯЁ]{2,})?(?![А-ЯЁа-яё])"
)
_TWO_INITIALS = rf"(?<![А-ЯЁа-яё])(?!И\.\s?О\.\s*(?i:{_POSTS}))[А-ЯЁ]\.\s?[А-ЯЁ]\."
_PATRONYMIC_IN_CAPITALS = r"[А-ЯЁ]{2,}(?:[ОЕ]ВИЧ(?:А|У|ЕМ)?|[ОЕ]ВНА|ЬИЧ(?:А|У)?)(?![А-ЯЁа-яё])"
_NAME = re.compile(
    r"(?=[А-ЯЁ])(?:"  # as each does; so most places of a long page are passed at once
    rf"(?:{_CAPITALS}\s+)?{_CAPITALS}\s+{_PATRONYMIC_IN_CAPITALS}(?:\s+{_CAPITALS})?"
    rf"|{_CAPITALS}\s*{_TWO_INITIALS}"
    rf"|{_TWO_INITIALS}\s*{_CAPITALS}"
    rf"|{_WORD}\s+{_WORD}\s+(?:{_WORD}\s+)?{_OF_THE_EAST}\b"
    rf"|(?:{_WORD}\s+)?{_WORD}\s+{_PATRONYMIC}(?:\s+{_WORD})?(?![а-яё])"
    rf"|{_WORD}\s*{_INITIALS}"
    rf"|{_INITIALS}\s*{_WORD})"
)
_TITLES = rf"(?:(?!(?:{_POSTS}))[\w-]+\s+){{0,6}}"  # «дважды Героя Советского Союза маршала»
_BEARS_A_NAME = re.compile(
    r"(?:(?<!от\s)\b(?:им\.|имени)|\bул\.|\bулиц\w*|\bпл\.|\bпер\.|\bпр-т|\bпроспект\w*)"
    rf"\s*{_TITLES}$",
    re.I,
)
_BEFORE = 100  # signs before a name that say what bears it
_LEFT_OVER = re.compile(r"\s*\(\s*\)|\s+(?=[,;)])|[\s,;:–—-]+$|^[\s,;:–—-]+")


def names_in(text: str) -> tuple[str, ...]:
    """The names of people that stand in a text."""
    return tuple(text[begin:end].strip() for begin, end in _spans(text))


def without_names(text: str) -> str:
    """What is left of a text without them; "" where it held nothing else."""
    spans = _spans(text)
    for begin, end in reversed(spans):
        text = f"{text[:begin].rstrip()} {text[end:].lstrip()}"
    return _LEFT_OVER.sub("", text).strip(" ,;:–—-") if spans else text


def with_names_replaced(
    text: str,
    instead: Callable[[str], str],
    *,
    read: str = "",
    more: Callable[[str], Iterable[tuple[int, int]]] = lambda _: (),
) -> str:
    """A text with something else in the place of each name; `instead` is given the name. `read`: as
    it is read, sign by sign, where that is another; `more`: where else names stand in that."""
    read = read or text
    parts, at = list[str](), 0
    for begin, end in _apart(sorted((*_spans(read), *more(read)))):
        name = text[begin:end]
        parts += [text[at:begin], instead(name.strip()), name[len(name.rstrip()) :]]
        at = end
    return "".join((*parts, text[at:]))


def _apart(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of those that overlap, one that holds them all."""
    held: tuple[int, int] | None = None
    for begin, end in spans:
        if held and begin < held[1]:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = begin, end
    if held:
        yield held


def _spans(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _NAME.finditer(text) if not bears_a_name(text, found.start())]


def bears_a_name(text: str, at: int) -> bool:
    """Whether something is called by the name that begins there."""
    return _BEARS_A_NAME.search(text[max(0, at - _BEFORE) : at]) is not None

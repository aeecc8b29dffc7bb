"""Which numbers of a text may be an institution's own: not its house, its street, its anniversary.

«МБДОУ Детский сад № 21, ул. Мира, д. 44» is number 21. A text is taken apart into words and
numbers, each number with the way it is written; `place_of` then tells those that count something
else (a house, a group, years) from the rest. The lists of such words stand in names.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from collectors.contacts.signs import named_figures
from rules.names.literal import one_alphabet
from rules.names.words import WORDS, stem

TO_HOUSE = 8  # words from «ул.» to it: «ул. имени дважды Героя Советского Союза Петрова, 5»
TO_STREET = 4  # words from «3-я» to «улица»: «3-я Большая Советская улица»
MOST_DIGITS = 4


class Figure(StrEnum):
    """How a number is written."""

    MARKED = "marked"  # № 5
    PLAIN = "plain"  # 5
    ORDINAL = "ordinal"  # 5-я, пятая
    CARDINAL = "cardinal"  # пять
    ROMAN = "roman"  # V


@dataclass(frozen=True, slots=True)
class Token:
    """A word by its stem, or a number in figures."""

    word: str
    breaks: bool = False  # a comma or the like stands before it
    figure: Figure | None = None
    is_joined: bool = False  # «3-55-46», «01.12.2022», «44/2»: a part of it but the first
    begins_run: bool = False  # the first part of such
    is_apart: bool = False  # a full stop or a dash stands before it


# --- words and numbers --------------------------------------------------------------------------

_SHORT = {
    re.compile(rf"(?<!\w){short}(?!\w)"): word
    for short, word in (
        ("пр-к?т", "проспект"), ("пр-зд", "проезд"), ("б-р", "бульвар"), ("кв-л", "квартал"),
        ("мкр-н|м-н", "микрорайон"),
    )
}  # fmt: skip
_MARK = re.compile(r"(?<!\w)(?:n[oо]?|номер|ном)(?!\w)\.?|(?<!\w)n(?=\d)")
_GLUED = re.compile(r"(?<!\w)([а-я]{1,4}(?:-[а-я]{1,2})?)(сош|оош|нош|дши|дмш|дхш|дюсш)(?!\w)")
_FORM = re.compile(r"(?<!\w)(м[бка]?оу)(сш|дод?)(?!\w)")
_ROMAN = re.compile(r"(?<![\w.])(?=[IVXХ])X?[XХ]{0,2}(?:I[XХ]|IV|V?I{0,3})(?![\w.]|-[А-Я])")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "Х": 10}
_FOUND = re.compile(r"([\W_]*?)(№|®?\d+|[^\W\d_]+(?:/[^\W\d_]+)?)")
_ENDING = frozenset(["й", "я", "е", "ая", "ый", "ой", "ое", "го", "ого", "му", "ую", "ом"])
_APART = re.compile(r"\.|\s[-–—]")
_BREAKS = re.compile(r"[,;|()\[\]\n!?:]")


def tokens_of(text: str) -> tuple[Token, ...]:
    """Words and numbers in order; «двадцать первая», «21-я», «XXI» and «№ 21» are all 21."""
    tokens = list(_mark(_FOUND.findall(_plain(text))))
    has_numbers = any(token.figure for token in tokens)
    return tuple(_sum_up(tokens) if has_numbers else tokens)


def _plain(text: str) -> str:
    """One writing of what is written in several; each pattern only where it can find something."""
    text = named_figures(text)
    roman = text if _ROMAN_DIGITS.keys().isdisjoint(text) else _ROMAN.sub(_in_figures, text)
    lower = roman.lower().replace("ё", "е").replace("#", "№")
    for pattern, word in _SHORT.items() if "-" in lower else ():
        lower = pattern.sub(word, lower)
    if "n" in lower or "ном" in lower:
        lower = _MARK.sub("№", lower)
    alike = one_alphabet(lower)
    if "ш" in alike or "оудо" in alike:
        alike = _GLUED.sub(r"\1 \2", _FORM.sub(r"\1 \2", alike))
    return alike


def _in_figures(found: re.Match[str]) -> str:
    digits = [_ROMAN_DIGITS[sign] for sign in found[0]]
    pairs = zip(digits, [*digits[1:], 0], strict=True)
    return f"®{sum(-one if one < behind else one for one, behind in pairs)}"


def _mark(found: Iterable[tuple[str, str]]) -> Iterator[Token]:
    """Of words and what stands before each; «№» and the ending of «11-я» go with the number."""
    before: Token | None = None
    mark: str | None = None  # what stands before a «№» that waits for its number
    for gap, word in found:
        if word == "№":
            mark = gap if mark is None else mark
            continue
        if before and before.figure and word in _ENDING and gap in ("", "-", "‑"):
            before = replace(before, figure=_as_ordinal(before))
            continue
        if before:
            yield before
        told = gap if mark is None else f"{mark} {gap}"
        before = _token(word, told, before, is_marked=mark is not None)
        mark = None
    if before:
        yield before


def _as_ordinal(number: Token) -> Figure | None:
    return Figure.ORDINAL if number.figure is Figure.PLAIN else number.figure


def _token(word: str, gap: str, before: Token | None, *, is_marked: bool) -> Token:
    is_plain = gap == " "
    is_apart = not is_plain and bool(_APART.search(gap))
    breaks = not is_plain and bool(_BREAKS.search(gap) or ("." in gap and _ends_sentence(before)))
    if not word[-1].isdecimal():
        return _word(word, breaks, is_apart, is_marked)
    digits = word.lstrip("®")
    written = Figure.ROMAN if word != digits else Figure.PLAIN
    is_joined = bool(before and before.figure and gap in ("-", "/", ".", ":", "‑", "–"))
    figure = Figure.MARKED if is_marked else written
    return Token(str(int(digits)), breaks, figure, is_joined, is_apart=is_apart)


# Some twenty patterns of numbers in words are tried on each.
@lru_cache(maxsize=8192)
def _word(word: str, breaks: bool, is_apart: bool, is_marked: bool) -> Token:
    figure, number = _in_words(word)
    told = Figure.MARKED if is_marked and figure else figure
    return Token(number or stem(word), breaks, told, is_apart=is_apart)


def _ends_sentence(before: Token | None) -> bool:
    """«Наша школа. 5 мая», but not «ул. 5»."""
    return before is not None and len(before.word) > 3


# --- numbers in words ---------------------------------------------------------------------------

_ADJECTIVE = "(?:ый|ий|ой|ая|ое|ого|ому|ую|ым|ом)"
_ORDINALS = [
    (re.compile(f"{root}{_ADJECTIVE}"), int(number)) for number, root in WORDS["ordinals"].items()
] + [(re.compile("трет(?:ий|ья|ье|ьего|ьей|ьему|ьим|ьем|ью)"), 3)]
_CARDINALS = {word: int(number) for number, word in WORDS["cardinals"].items()}


def _in_words(word: str) -> tuple[Figure | None, str]:
    if word in _CARDINALS:
        return Figure.CARDINAL, str(_CARDINALS[word])
    found = (number for pattern, number in _ORDINALS if pattern.fullmatch(word))
    number = next(found, None)
    return (Figure.ORDINAL, str(number)) if number else (None, "")


def _sum_up(tokens: Iterable[Token]) -> Iterator[Token]:
    """«двадцать» and «первая» are one number, and so are «сто двадцать пять»."""
    before: Token | None = None
    for token in tokens:
        if before and _adds_up(before, token):
            figure = before.figure if before.figure is Figure.MARKED else token.figure
            before = replace(before, word=str(int(before.word) + int(token.word)), figure=figure)
            continue
        if before:
            yield replace(before, begins_run=True) if token.is_joined else before
        before = token
    if before:
        yield before


def _adds_up(before: Token, token: Token) -> bool:
    """In words only: «сто» takes a number below a hundred, «двадцать» one below ten."""
    if before.figure not in (Figure.CARDINAL, Figure.MARKED) or token.breaks or token.is_joined:
        return False
    if token.figure not in (Figure.CARDINAL, Figure.ORDINAL):
        return False
    tens, units = int(before.word), int(token.word)
    return (tens >= 100 and tens % 100 == 0 and units < 100) or (
        tens >= 20 and tens % 10 == 0 and units < 10
    )


# --- what a number counts -----------------------------------------------------------------------


def _stems(name: str) -> frozenset[str]:
    return frozenset(stem(one_alphabet(word)) for word in WORDS["numbers"][name].split())


_BEFORE = _stems("before")
_DOTTED = _stems("dotted")
_BEHIND = _stems("behind")
_STREETS = frozenset(
    stem(short)
    for name, shorts in WORDS["streets"].items()
    for short in (name, *shorts)
    if len(short) > 1 and "-" not in short
)
_COUNTED = _stems("districts")
_YEARS = range(1900, 2060)


def foreign_numbers(tokens: Sequence[Token], kinds: frozenset[int]) -> frozenset[int]:
    """Places of the numbers that are surely not an institution's; `kinds`, places of its kind."""
    found: set[int] = set()
    street = -TO_HOUSE - 1  # where the last «ул.» stands
    has_house = False
    for at, token in enumerate(tokens):
        if at in kinds:
            street = -TO_HOUSE - 1
        elif token.figure is None:
            street, has_house = (at, False) if token.word in _STREETS else (street, has_house)
        elif _counts_else(tokens, at, kinds) or token.is_joined:
            found.add(at)
            has_house = has_house or _is_house(tokens, at)
        elif at - street <= TO_HOUSE and not (has_house and token.figure is Figure.MARKED):
            found.add(at)
            street, has_house = at, True
    return frozenset(found)


def _is_house(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].word in _BEFORE


def _counts_else(tokens: Sequence[Token], at: int, kinds: frozenset[int]) -> bool:
    """A house, a group or a telephone by the word before, years or a class by the word behind."""
    number = tokens[at]
    if len(number.word) > MOST_DIGITS or _is_told_before(tokens, at, kinds):
        return True
    if number.figure is Figure.MARKED:
        return False
    if number.begins_run and not _is_house_run(tokens, at):
        return True
    is_close = at - 1 in kinds and not number.breaks
    return not is_close and seems_else(tokens, at, kinds)


def seems_else(tokens: Sequence[Token], at: int, kinds: frozenset[int]) -> bool:
    """A year, or told so by the words behind; right after a kind («школа 5 группа 2»), a doubt."""
    is_year = tokens[at].figure is Figure.PLAIN and int(tokens[at].word) in _YEARS
    return is_year or _is_told_behind(tokens, at, kinds)


def _is_house_run(tokens: Sequence[Token], at: int) -> bool:
    """«21/2» after a kind may still be number 21; «3-55-46» and «01.12» may not."""
    return at + 2 >= len(tokens) or not tokens[at + 2].is_joined


def _is_told_before(tokens: Sequence[Token], at: int, kinds: frozenset[int]) -> bool:
    if at == 0 or at - 1 in kinds:
        return False
    before = tokens[at - 1].word
    return before in _BEFORE or (before in _DOTTED and tokens[at].is_apart)


def _is_told_behind(tokens: Sequence[Token], at: int, kinds: frozenset[int]) -> bool:
    """«5 лет», «9 Мая», «1-й мкр.», «3-я Советская улица»; a kind between them ends the search."""
    for place in range(at + 1, min(at + 1 + TO_STREET, len(tokens))):
        token = tokens[place]
        if place in kinds or token.breaks or token.figure is not None or token.is_apart:
            return False
        if place == at + 1 and token.word in _BEHIND:
            return True
        if token.word in _STREETS:
            return place > at + 1 or not _begins_address(tokens[at], token, at - 1 in kinds)
    return False


def _begins_address(number: Token, street: Token, is_of_kind: bool) -> bool:
    """«школа 21 ул. Мира»; not «школа 3 микрорайона», «3-я улица»."""
    return is_of_kind and number.figure is Figure.PLAIN and street.word not in _COUNTED

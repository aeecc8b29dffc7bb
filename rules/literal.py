"""Whether a value of the registry stands in a text letter for letter.

The finders of `collectors.contacts` may miss what a reader sees at once. A weakness of ours must
accuse nobody, so what stands literally counts, however it was parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from collectors.contacts.postal import parts_of

NATIONAL = 10  # digits of a Russian number with its code
SHORTEST_LOCAL = 5  # Кедровый: 3-55-46
_DIGITS = re.compile(r"\+?\d(?:[\s()\-‐-―.]{0,3}\d){4,13}")
KINDS = frozenset(  # words that tell a kind only; they are written, or not, in many ways
    ("ул", "улица", "д", "дом", "пр", "проспект", "пер", "переулок", "мкр", "микрорайон", "г")
)
BETWEEN = 1  # so many words that may stand between a street and its house


_LATIN = re.compile("[a-z]")
_ALIKE = str.maketrans("aceopxybhkmt", "асеорхувнкмт")


def one_alphabet(lower: str) -> str:
    """Latin letters that look like Cyrillic as these: «шкoлa», typed on the wrong layout.

    Both sides of a comparison go through it, so a Latin name still equals itself.
    """
    return lower.translate(_ALIKE) if _LATIN.search(lower) else lower


_FIGURE = (
    "ноль|один|два|три|четыре|пять|шесть|семь|восемь|девять|десять|сорок|девяносто|сто|двести|"
    "триста|четыреста|[а-я]{3,6}надцать|двадцать|тридцать|[а-я]{4,6}десят|[а-я]{4,6}сот"
)
_IN_WORDS = re.compile(rf"\b(?:{_FIGURE})(?:[\s,.-]{{1,3}}(?:{_FIGURE})){{2,}}\b")
_WITH_LETTERS = re.compile(r"(?<!\w)[+(]?[\dозбoli](?:[\s()-]{0,3}[\dозбoli]){4,13}(?!\w)")
_FEWEST_DIGITS = 4


def may_hold_phone(texts: Sequence[str]) -> bool:
    """A number in words, or with letters for figures («З-55-4б»), as a reader still understands."""
    lower = [text.casefold() for text in texts]
    return any(_IN_WORDS.search(text) for text in lower) or any(
        sum(map(str.isdigit, found[0])) >= _FEWEST_DIGITS and any(map(str.isalpha, found[0]))
        for text in lower
        for found in _WITH_LETTERS.finditer(text)
    )


_VILLAGE = re.compile(
    r"\b(?:с|п|д|х|ст|пос|пгт|село|пос[её]лок|деревня|хутор|станица|аул)\b\.?\s{0,2}"
    r"[А-ЯЁ][а-яё-]{2,30},\s{0,2}(?:дом|д)?\.?\s{0,2}\d{1,3}\b"
)


def may_hold_village(texts: Sequence[str]) -> bool:
    """«с. Пудино, 12»: a village without streets, as a reader still understands."""
    return any(_VILLAGE.search(text) for text in texts)


def holds_email(texts: Sequence[str], address: str) -> bool:
    return any(_stands(address.strip(), text, joined=".+-") for text in texts)


def holds_site(texts: Sequence[str], address: str) -> bool:
    """The host, and the path where the registry has one (a section of a shared portal)."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/")
    return bool(host) and any(_stands(f"{host}{path}", text, joined="@-") for text in texts)


def _stands(wanted: str, text: str, *, joined: str) -> bool:
    """In any case, by itself: no word goes on before it (nor a sign of `joined`), none behind.

    Without a pattern: one for each institution takes longer to compile than to find.
    """
    wanted, folded = wanted.casefold(), text.casefold()
    at = folded.find(wanted)
    while at >= 0:
        before, behind = folded[at - 1 : at], folded[at + len(wanted) :][:1]
        if not (_goes_on(before, joined) or _goes_on(behind, "-")):
            return True
        at = folded.find(wanted, at + 1)
    return False


def _goes_on(sign: str, joined: str) -> bool:
    return sign.isalnum() or sign in ("_", *joined)


def holds_phone(texts: Sequence[str], number: str) -> bool:
    """`number` in digits, with or without its code; a short one must be the whole run of digits."""
    return any(_same_digits(number[-NATIONAL:], run) for text in texts for run in _runs(text))


def _same_digits(ours: str, run: str) -> bool:
    if len(ours) == NATIONAL and len(run) >= NATIONAL:
        return ours in run
    short, long = sorted((ours, run), key=len)
    return len(short) >= SHORTEST_LOCAL and long.endswith(short)


@lru_cache(maxsize=1024)
def _runs(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\D", "", found[0]) for found in _DIGITS.finditer(text))


def holds_place(texts: Sequence[str], address: str) -> bool:
    """The words of the street and, right after them, the house."""
    street, house = _street_and_house(address)
    return bool(street and house) and any(
        house in _near(words, at) for words in map(_words, texts) for at in _ends(words, street)
    )


@lru_cache(maxsize=1024)
def _street_and_house(address: str) -> tuple[tuple[str, ...], str]:
    parts = parts_of(address)
    street = [_words(text) for kind, text in parts if kind == "street"]
    house = [_words(text) for kind, text in parts if kind in ("house", "number")]
    return (street[0] if street else ()), "".join(house[0]) if house else ""


def _ends(words: tuple[str, ...], street: tuple[str, ...]) -> Iterator[int]:
    size = len(street)
    return (at + size for at in range(len(words)) if words[at : at + size] == street)


def _near(words: tuple[str, ...], at: int) -> Iterator[str]:
    """What may be the house: «61», «5а», and «5 а» as one."""
    for number in range(at, min(at + 1 + BETWEEN, len(words))):
        yield words[number]
        yield "".join(words[number : number + 2])


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    """Words and numbers in lower case without those that only name a kind (ул., д.)."""
    usual = one_alphabet(text.casefold().replace("ё", "е"))
    plain = re.sub(r"(\d)-(?:й|я|е|го|ый|ой)\b", r"\1", usual)
    whole = re.sub(r"(\d)-([а-я])\b", r"\1\2", plain)
    words = re.findall(r"\d+[^\W\d_]?(?![^\W\d_])|\d+|[^\W\d_]+", whole)
    return tuple(word for word in words if word not in KINDS)

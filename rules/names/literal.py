"""Whether a value of the registry stands in a text letter for letter.

The finders of `collectors.contacts` may miss what a reader sees at once. A weakness of ours must
accuse nobody, so what stands literally counts, however it was parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from urllib.parse import urlsplit

from collectors.contacts.postal import parts_of
from collectors.contacts.signs import usual_signs

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


def holds_email(texts: Sequence[str], address: str) -> bool:
    return any(_stands(address.strip(), text, joined=".+-") for text in texts)


def holds_site(texts: Sequence[str], address: str) -> bool:
    """The host, and the path where the registry has one (a section of a shared portal)."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/")
    return bool(host) and any(_stands(f"{host}{path}", text, joined="@-") for text in texts)


def may_hold(texts: Sequence[str], value: str) -> bool:
    """To the eye it stands there: some letters are of another alphabet."""
    wanted = one_alphabet(value.strip().casefold())
    return any(_stands(wanted, one_alphabet(text.casefold()), joined=".+@-") for text in texts)


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


def held_phones(texts: Sequence[str], numbers: Iterable[str]) -> list[str]:
    """Those that stand there."""
    return [number for number in numbers if holds_phone(texts, number)]


def holds_phone(texts: Sequence[str], number: str) -> bool:
    """`number` in digits, with or without its code; a short one must be the whole run of digits."""
    return any(_same_digits(number[-NATIONAL:], run) for text in texts for run in _runs(text))


def _same_digits(ours: str, run: tuple[str, ...]) -> bool:
    """`run`: its groups of digits, as they are written."""
    digits = "".join(run)
    if len(ours) == NATIONAL and len(digits) >= NATIONAL:
        return _is_whole(ours, digits, set(accumulate(map(len, run), initial=0)))
    short, long = sorted((ours, digits), key=len)
    return len(short) >= SHORTEST_LOCAL and long.endswith(short)


def _is_whole(ours: str, digits: str, borders: Collection[int]) -> bool:
    """No digit sticks to it but 7 or 8 before: «3-55-466» is another number, or none."""
    at = digits.find(ours)
    while at >= 0:
        begins = at in borders or (digits[at - 1] in "78" and at - 1 in borders)
        if begins and at + len(ours) in borders:
            return True
        at = digits.find(ours, at + 1)
    return False


# Every institution's telephones and address are looked for in all cards of its authority's site.
@lru_cache(maxsize=1024)
def _runs(text: str) -> tuple[tuple[str, ...], ...]:
    usual = usual_signs(text)
    return tuple(tuple(re.findall(r"\d+", found[0])) for found in _DIGITS.finditer(usual))


Place = tuple[tuple[str, ...], str]  # the words of a street, and the house


def holds_place(texts: Sequence[str], place: Place) -> bool:
    """The words of the street and, right after them, the house."""
    street, house = place
    return bool(street and house) and any(
        house in _near(words, at) for words in map(_words, texts) for at in _ends(words, street)
    )


def street_and_house(address: str) -> Place:
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


# As above.
@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    """Words and numbers in lower case without those that only name a kind (ул., д.)."""
    usual = one_alphabet(text.casefold().replace("ё", "е"))
    plain = re.sub(r"(\d)-(?:й|я|е|го|ый|ой)\b", r"\1", usual)
    whole = re.sub(r"(\d)-([а-я])\b", r"\1\2", plain)
    words = re.findall(r"\d+[^\W\d_]?(?![^\W\d_])|\d+|[^\W\d_]+", whole)
    return tuple(word for word in words if word not in KINDS)

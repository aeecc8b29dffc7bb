"""Whether what a page shows is what the registry says: guards G14 and G16 to G18, pure functions.

Every comparison leans to the institution: writing differs, registries grow old, and a difference
that a reader would not notice must not become a finding.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import product
from urllib.parse import urlsplit

import idna
import snowballstemmer

from collectors.contacts.postal import find_addresses, parts_of, streets
from collectors.model import Phone
from rules.literal import one_alphabet
from rules.model import Institution

_STEMMER = snowballstemmer.stemmer("russian")
OF_A_TOWN = 2048  # texts and names kept taken apart: no other town's are asked for beside them
_WORDS = tomllib.loads(files("rules").joinpath("names.toml").read_text("utf-8"))


class Match(StrEnum):
    SAME = "same"
    LIKELY = "likely"  # nothing contradicts, or only the writing does: a human should look
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """Both bounds of clause 9.1.name: what surely names the institution, and what may."""

    strict: bool
    generous: bool


# --- telephones, e-mail, sites ------------------------------------------------------------------


def same_phone(registry: Phone, shown: Phone) -> bool:
    """Equal numbers; a number without its code equals any that ends with it (G16)."""
    if registry.e164 and shown.e164:
        return registry.e164 == shown.e164
    ours, theirs = _digits(registry), _digits(shown)
    short, long = sorted((ours, theirs), key=len)
    return len(short) >= 5 and long.endswith(short)


def _digits(phone: Phone) -> str:
    return phone.e164.removeprefix("+7") if phone.e164 else phone.local or ""


_SAME_MAIL = dict.fromkeys(("ya.ru", "yandex.com", "yandex.by", "yandex.kz"), "yandex.ru")


def same_email(registry: str, shown: str) -> bool:
    """Case, punycode and the several names of Yandex's mail make no difference."""
    return _mailbox(registry) == _mailbox(shown)


def _mailbox(written: str) -> tuple[str, str]:
    name, _, domain = written.strip().lower().removeprefix("mailto:").rpartition("@")
    host = _host(domain)
    return name, _SAME_MAIL.get(host, host)


def same_site(registry: str, shown: str, aliases: Iterable[str] = ()) -> bool:
    """The registry's host, or an alias of it; a section of a shared portal needs its path (G22)."""
    ours = [_site(written) for written in (registry, *aliases)]
    host, path = _site(shown)
    return any(
        host and host == our_host and (not our_path or f"{path}/".startswith(f"{our_path}/"))
        for our_host, our_path in ours
    )


def _site(written: str) -> tuple[str, str]:
    try:
        parts = urlsplit(re.sub(r"^(?:https?:)?/{0,2}", "//", written.strip(), flags=re.IGNORECASE))
    except ValueError:  # brackets that are no IPv6 address: nobody's site
        return "", ""
    return _host(parts.netloc.rpartition("@")[2].partition(":")[0]), parts.path.rstrip("/").lower()


def _host(written: str) -> str:
    host = written.lower().rstrip(".").removeprefix("www.")
    try:
        return idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        return host


# --- postal addresses ---------------------------------------------------------------------------


@lru_cache(maxsize=OF_A_TOWN)
def has_street_like(text: str) -> bool:
    return any(True for _ in streets(text))


@lru_cache(maxsize=OF_A_TOWN)
def is_address(text: str) -> bool:
    """A street, or a village and a house in it: many villages have no streets."""
    return has_street_like(text) or bool(find_addresses(text, ""))


def has_house(text: str) -> bool:
    """A street, or a house: nothing that only names a town."""
    return has_street_like(text) or any(place.house for place in _places(text))


def same_address(registry: str, shown: str) -> Match:
    """By words of the street and settlement and by the house; an index that differs is minor.

    Where a text names several houses, the best of them counts.
    """
    pairs = product(_places(registry), _places(shown))
    matches = {_compared(ours, theirs, registry, shown) for ours, theirs in pairs}
    return next(match for match in Match if match in matches)


def _compared(ours: _Place, theirs: _Place, registry: str, shown: str) -> Match:
    if not (ours.street or ours.settlement) or not ours.house or not theirs.house:
        return _loosely(registry, shown)
    street = _same_street(ours, theirs)
    if street is Match.DIFFERENT or not _agree(ours.settlement, theirs.settlement):
        return Match.DIFFERENT
    if _number(ours.house) != _number(theirs.house):
        return Match.DIFFERENT
    is_same = ours.house == theirs.house and ours.street_type in (theirs.street_type, "")
    return street if is_same else Match.LIKELY


@dataclass(frozen=True, slots=True)
class _Place:
    settlement: frozenset[str]
    street: frozenset[str]
    street_type: str
    house: str


_STREET_TYPES: dict[str, str] = {
    short: name for name, shorts in _WORDS["streets"].items() for short in [name, *shorts]
}
_SETTLEMENT_TYPES = frozenset(_WORDS["settlements"])
_CORPS = re.compile(r"(?:корпус|корп|к|строение|стр)\W{0,3}(\w{1,4})", re.IGNORECASE)


@lru_cache(maxsize=OF_A_TOWN)
def _places(written: str) -> list[_Place]:
    originals = [spot.address.original for spot in find_addresses(written, "")] or [written]
    return [place for original in originals for place in _places_of(parts_of(original))]


def _places_of(parts: Sequence[tuple[str, str]]) -> list[_Place]:
    """«ул. Мира, 5; ул. Труда, 6»: a street behind a house begins another place of the town."""
    towns = _tokens(" ".join(text for kind, text in parts if kind in ("settlement", "name")))
    settlement = frozenset(map(stem, towns)) - _SETTLEMENT_TYPES
    groups: list[list[tuple[str, str]]] = [[]]
    for kind, text in parts:
        if kind == "street" and any(known in _HOUSES for known, _ in groups[-1]):
            groups.append([])
        groups[-1].append((kind, text))
    return [_place(settlement, group) for group in groups]


_HOUSES = ("house", "number")


def _place(settlement: frozenset[str], parts: Sequence[tuple[str, str]]) -> _Place:
    street = _tokens(" ".join(text for kind, text in parts if kind == "street"))
    types = [_STREET_TYPES[word] for word in street if word in _STREET_TYPES]
    houses = [_house(text) for kind, text in parts if kind in _HOUSES]
    corps = [match[1].lower() for kind, text in parts if kind == "part"
             if (match := _CORPS.match(text))]  # fmt: skip
    return _Place(
        settlement=settlement,
        street=frozenset(map(stem, _street_words(street))),
        street_type=types[0] if types else "",
        house="к".join([*houses[:1], *corps[:1]]),
    )


_ROMAN = {"xx": "20", "xxi": "21", "xxii": "22", "xxiii": "23", "xxiv": "24", "xxv": "25",
          "iii": "3", "ii": "2", "iv": "4", "vi": "6", "vii": "7"}  # fmt: skip


def _street_words(words: Iterable[str]) -> Iterator[str]:
    """Without the type; «XXII» is «22», «Первомайская» is «1 Мая», initials are left out."""
    for word in words:
        figure = _ROMAN.get(word.replace("х", "x").replace("с", "c"), word)
        if word.startswith("первомайск"):
            yield from ("1", "мая")
        elif word not in _STREET_TYPES and (figure.isdigit() or len(figure) > 1):
            yield figure


_VAGUE = frozenset(_WORDS["vague_street_words"].split())


def _same_street(ours: _Place, theirs: _Place) -> Match:
    """Same: all that one says of the name stands in the other; likely: part of it, or one has a
    number and the other none («Линейная», «1-я Линейная»).
    """
    if not ours.street or not theirs.street:
        return Match.SAME if ours.street == theirs.street else Match.LIKELY
    figures = [frozenset(filter(str.isdigit, one.street)) for one in (ours, theirs)]
    names = [
        _telling_words(one.street - own) for one, own in zip((ours, theirs), figures, strict=True)
    ]
    is_numbered_only = not names[0] or not names[1]
    if (all(figures) or is_numbered_only) and not figures[0] & figures[1]:
        return Match.DIFFERENT
    if not _agree(*names):
        return Match.DIFFERENT
    is_same = names[0] <= names[1] or names[1] <= names[0]
    return Match.SAME if is_same and figures[0] == figures[1] else Match.LIKELY


def _telling_words(street: frozenset[str]) -> frozenset[str]:
    """«Красных Партизан» is not «Красной Армии»: what many streets share tells them not apart."""
    return frozenset(word for word in street if word not in _VAGUE) or street


def _tokens(text: str) -> list[str]:
    """Words in lower case with е for ё; «1-й» is «1», «пр-т» one word."""
    usual = one_alphabet(text.lower().replace("ё", "е"))
    plain = re.sub(r"(\d)-?(?:й|я|е|го|ый|ой|ая|ое)\b", r"\1", usual)
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", re.sub(r"(\d)-(?=[^\W\d])", r"\1 ", plain))


def _house(written: str) -> str:
    """«д. 5-а» is «5а», «дом 12 "А"» is «12а», «5 корп. 2» is «5к2»."""
    plain = re.sub(
        r"(?<=\d)\W{0,2}(?:корпус|корп|строение|стр|с)\W{0,2}(?=\d)", "к", written.lower()
    )
    return re.sub(r"^\D+|[^\w/]", "", plain)


def _number(house: str) -> str:
    return re.split(r"\D", house, maxsplit=1)[0]


def _agree(ours: Collection[str], theirs: Collection[str]) -> bool:
    return not ours or not theirs or bool(set(ours) & set(theirs))


def _loosely(registry: str, shown: str) -> Match:
    """For what is no full address: likely if all that one of them says stands in the other too."""
    ours, theirs = _telling(registry), _telling(shown)
    is_likely = bool(ours and theirs) and (ours <= theirs or theirs <= ours)
    return Match.LIKELY if is_likely else Match.DIFFERENT


def _telling(written: str) -> frozenset[str]:
    """The words that name a place, and the numbers, without the index."""
    words = [word for word in _tokens(written) if word not in _STREET_TYPES and word != "дом"]
    stems = {stem(word) for word in words if not re.fullmatch(r"\d{6}", word)}
    return frozenset(stems - _SETTLEMENT_TYPES)


# --- names --------------------------------------------------------------------------------------

_FIGURES = re.compile(r"(?:№|#|\bn|\bno)\s{0,2}(?=\d)", re.IGNORECASE)
_GLUED = re.compile(r"\b(м[бка]?оу)(сош|оош|нош|сш|дод?|дши)\b")
_QUOTED = re.compile(r"[«\"“„]([^«»\"“”„]{2,80})[»\"”“]")
_LEGAL_FORMS = frozenset(_WORDS["legal_forms"].split())


def names_match(
    institution: Institution, title: str, texts: Sequence[str], threshold: float = 0.6
) -> NameMatch:
    """Whether a page names the institution (G17).

    Strict: the title is like its short or popular name, or any of `texts` (description, status)
    holds the full name. Generous: title or text share the kind word and the number or a proper
    word of any of its names, or what stands in quotation marks there («Солнышко»), or nothing
    distinctive is known of it.
    """
    known = _names_of(institution)
    shown, windows = _name(title), [w for text in (title, *texts) for w in _windows(text)]
    strict = any(_is_like(name, shown, threshold) for name in known.called) or any(
        _is_within(name, window, threshold) for name in known.written for window in windows
    )
    generous = strict or any(_may_be(name, window) for name in known.every for window in windows)
    generous = generous or _share_quoted(known, windows)
    if institution.kind == "authority":  # «Город Кедровый»: the town's page is its authority's
        generous = generous or any(_share_proper(known.full, window) for window in windows)
    return NameMatch(strict=strict, generous=generous or not known.every)


def is_foreign(title: str) -> bool:
    """«Kedr school 1», «Shkola №1»: in Latin letters only, and names are compared in Russian."""
    return bool(re.search("[a-z]", title.lower())) and not re.search("[а-яё]", title.lower())


@dataclass(frozen=True, slots=True)
class Titles:
    """The headings of a whole site: most cannot name an institution, and are not compared."""

    by_word: Mapping[str, Sequence[str]]
    numbers: Mapping[str, frozenset[str]]  # of those that have one

    def naming(self, one: Institution) -> set[str]:
        """Those that surely name the institution."""
        words = _telling_words_of(" ; ".join((one.name, one.short_name, *one.popular_names)))
        texts = {text for word in words for text in self.by_word.get(word, ())}
        if numbers := _surely_numbered(one):
            texts = {text for text in texts if not self._are_others(text, numbers)}
        return {text for text in texts if names_match(one, text, ()).strict}

    def _are_others(self, text: str, numbers: frozenset[str]) -> bool:
        """«Школа № 11», where № 1 is looked for."""
        shown = self.numbers.get(text)
        return shown is not None and shown.isdisjoint(numbers)


def titles_of(texts: Iterable[str]) -> Titles:
    by_word: dict[str, list[str]] = {}
    numbers: dict[str, frozenset[str]] = {}
    for text in texts:
        words = _telling_words_of(text)
        for word in words:
            by_word.setdefault(word, []).append(text)
        if _name(text).numbers:
            numbers[text] = frozenset(filter(str.isdecimal, words))
    return Titles(by_word, numbers)


def _surely_numbered(one: Institution) -> frozenset[str]:
    """The numbers of its names, if each has one: only then another number contradicts them all."""
    called = _names_of(one).called
    everybody = all(name.numbers for name in called)
    return frozenset().union(*(name.numbers for name in called)) if everybody else frozenset()


def shares_a_proper_word(name: str, text: str) -> bool:
    """A word that is no kind and no legal form stands in both: the town's name, as a rule."""
    return any(_share_proper(_name(name), window) for window in _windows(text))


@dataclass(frozen=True, slots=True)
class _Name:
    """A name without its legal form: kinds from the table, numbers, and proper words (stems)."""

    kinds: frozenset[str]
    numbers: frozenset[str]
    proper: frozenset[str]
    words: frozenset[str]  # all of these

    @property
    def tells_apart(self) -> bool:
        """More than a kind: «Школа» alone stands in many a text about others."""
        return bool(self.numbers or self.proper)


@dataclass(frozen=True, slots=True)
class _Known:
    """An institution's names, taken apart once: every text is held against them."""

    full: _Name
    called: tuple[_Name, ...]  # as a title may be
    written: tuple[_Name, ...]  # as a text may have it: more than «Школа»
    every: tuple[_Name, ...]
    quoted: tuple[frozenset[str], ...]  # the words of «Солнышко»


def _names_of(one: Institution) -> _Known:
    return _known(one.name, one.short_name, one.popular_names, one.former_names)


@lru_cache(maxsize=OF_A_TOWN)
def _known(name: str, short: str, popular: Sequence[str], former: Sequence[str]) -> _Known:
    full = _name(name)
    brief = [one for one in map(_name, (short, *popular)) if one.words]  # «МКУ» is nobody's name
    quoted = [part for one in (name, short, *popular) for part in _QUOTED.findall(one)]
    return _Known(
        full=full,
        called=(*brief, full),
        written=(*(one for one in brief if one.tells_apart), full),
        every=tuple(one for one in (*brief, full, *map(_name, former)) if one.words),
        quoted=tuple(words for words in (_name(part).proper for part in quoted) if words),
    )


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The stem without a final vowel: «музей» and «музея» both give «муз»."""
    return re.sub(r"[аеиоуыэюяйь]+$", "", str(_STEMMER.stemWord(word))) or word


def _stems(text: str) -> tuple[str, ...]:
    marked = one_alphabet(_FIGURES.sub(" ", text.lower().replace("ё", "е")))
    words = re.findall(r"\d+|[^\W\d_]+(?:/[^\W\d_]+)?", _GLUED.sub(r"\1 \2", marked))
    return tuple(
        word if word.isdecimal() else _IN_WORDS.get(one := stem(word), one) for word in words
    )


_IN_WORDS = {
    stem(word): str(number)
    for words in (_WORDS["ordinals"], _WORDS["cardinals"])
    for number, word in enumerate(words, start=1)
}
_LEGAL_WORDS = frozenset(_stems(_WORDS["legal_words"])) | frozenset(
    stem(form) for form in _LEGAL_FORMS
)
_KINDS: dict[tuple[str, ...], str] = {
    _stems(phrase): kind for kind, phrases in _WORDS["kinds"].items() for phrase in phrases
}
_LENGTHS: Mapping[str, tuple[int, ...]] = {  # of the phrases that begin with a word
    first: tuple(sorted({len(one) for one in _KINDS if one[0] == first}, reverse=True))
    for first, *_ in _KINDS
}


@lru_cache(maxsize=OF_A_TOWN)
def _name(text: str) -> _Name:
    windows = _windows(text)
    return windows[0] if len(windows) == 1 else _sorted_out(_stems(text))


def _sorted_out(stems: tuple[str, ...]) -> _Name:
    kinds: set[str] = set()
    rest: list[str] = []
    position = 0
    while position < len(stems):
        kind, length = _kind_at(stems, position)
        if kind:
            kinds.add(kind)
        else:
            rest.append(stems[position])
        position += length
    numbers = frozenset(str(int(word)) for word in rest if word.isdecimal() and len(word) <= 4)
    proper = {word for word in rest if not word.isdecimal() and len(word) > 1} - _LEGAL_WORDS
    words = frozenset((*kinds, *numbers, *proper))
    return _Name(frozenset(kinds), numbers, frozenset(proper), words)


def _kind_at(stems: tuple[str, ...], position: int) -> tuple[str, int]:
    """The kind that the longest phrase here names, and how many words it takes."""
    for length in _LENGTHS.get(stems[position], ()):
        if kind := _KINDS.get(stems[position : position + length]):
            return kind, length
    return "", 1


@lru_cache(maxsize=OF_A_TOWN)
def _windows(text: str, size: int = 24) -> tuple[_Name, ...]:
    """Overlapping pieces of a text, each long enough for a full name."""
    stems = _stems(text)
    starts = range(0, max(1, len(stems) - size // 2), size // 2)
    return tuple(_sorted_out(stems[start : start + size]) for start in starts)


def _telling_words_of(text: str) -> frozenset[str]:
    """What of a text can name an institution; without a common word no name matches strictly."""
    return frozenset(word for window in (_name(text), *_windows(text)) for word in window.words)


def _is_like(name: _Name, shown: _Name, threshold: float) -> bool:
    """Most words in common; or kind and number, which no two institutions of a town share."""
    if _contradict(name, shown) or not _share_kind(name, shown):
        return False
    if name.kinds and name.kinds & shown.kinds and name.numbers & shown.numbers:
        return True
    if not name.words:
        return False
    shared, either = name.words & shown.words, name.words | shown.words
    is_part = name.words <= shown.words and (name.tells_apart or not shown.numbers)
    return len(shared) / len(either) >= threshold or is_part


def _is_within(name: _Name, window: _Name, threshold: float) -> bool:
    """Kind and number, and so large a part of the proper words, stand close together."""
    if not (name.kinds | name.proper) or not name.kinds <= window.kinds:
        return False
    if not name.numbers <= window.numbers:
        return False
    return len(name.proper & window.proper) >= threshold * len(name.proper)


def _may_be(name: _Name, window: _Name) -> bool:
    if _contradict(name, window) or not _share_kind(name, window):
        return False
    return bool(name.numbers & window.numbers or _share_proper(name, window)) or not (
        name.numbers or name.proper
    )


def _share_quoted(known: _Known, windows: Iterable[_Name]) -> bool:
    return any(words <= window.proper for words in known.quoted for window in windows)


def _contradict(name: _Name, shown: _Name) -> bool:
    """«Школа № 11» is not «Школа № 1»."""
    return bool(name.numbers and shown.numbers) and not name.numbers & shown.numbers


def _share_kind(name: _Name, shown: _Name) -> bool:
    return not name.kinds or bool(name.kinds & shown.kinds)


def _share_proper(name: _Name, shown: _Name) -> bool:
    """A word in common, or one that begins like it: «Пудино» and «Пудинская»."""
    return any(_are_akin(ours, theirs) for ours in name.proper for theirs in shown.proper)


def _are_akin(ours: str, theirs: str) -> bool:
    """«минеральн» and «минераловодск» are; «лес» and «лесн» are too short to tell."""
    length = min(5, len(ours), len(theirs))
    return ours == theirs or (length >= 4 and ours[:length] == theirs[:length])

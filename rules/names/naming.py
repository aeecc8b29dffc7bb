"""Whether what a page shows names the institution of the registry: guard G17, pure functions.

A kind alone («гимназия») names nobody, nor does a number alone: both must agree, and of one group
the kind decides (kinds.py), or a word of its own must stand there too. Where the strict
comparison finds nothing and a reader may still take something for the name, `generous` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations, product

from rules.model import Institution, Municipality
from rules.names.called import Mention, Name, name_of, windows_of
from rules.names.kinds import SPHERE_WORDS, spheres_of
from rules.names.places import are_namesakes, regions_of, share_place
from rules.names.words import OF_A_TOWN, WORDS
from rules.same import Same

_QUOTED = re.compile(r"[«\"“„]([^«»\"“”„]{2,80})[»\"”“]")
Quoted = tuple[frozenset[str], ...]  # the words of «Солнышко»
_OF_SEVERAL = frozenset(WORDS["groups_of_several"])
_NEUTRAL = name_of(WORDS["neutral_words"]).proper
INITIALS = 3  # «ПСОШ», «Ха СОШ»: so many letters of a place


@dataclass(frozen=True, slots=True)
class NameMatch:
    """Both bounds of clause 9.1.name: what surely names the institution, and what may."""

    strict: bool
    generous: bool


@dataclass(frozen=True, slots=True)
class Around:
    """A municipality, as far as the names of its institutions cannot be told apart without it.

    Of each that has rivals (of the same kind and number, or both without) the words of theirs.
    """

    town: str = ""
    rivals: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOWHERE = Around()


def names_match(
    institution: Institution,
    title: str,
    texts: Sequence[str],
    threshold: float = 0.6,
    *,
    around: Around = NOWHERE,
) -> NameMatch:
    """Whether a page names the institution.

    Strict: the title is like its short or popular name, or any of `texts` (description, status)
    holds the full name. Generous: title or text share the kind word and the number or a proper
    word of any of its names, or what stands in quotation marks there («Солнышко»), or the title
    is what a reader may take for one of them, or nothing distinctive is known of it.
    What it has in common with those `around` it tells it from none of them.
    """
    known = _names_of(institution, around)
    shown, within = name_of(title), [w for text in texts for w in windows_of(text)]
    windows = [*windows_of(title), *within]
    strict = any(
        _is_like(one, quoted, shown, known, threshold)
        or _is_in_texts(
            one,
            quoted,
            within if _is_of_another(one, quoted, shown, known) else windows,
            known,
            threshold,
        )
        for one, quoted in known.called
    )
    generous = strict or any(_may_be(one, window) for one in known.every for window in windows)
    generous = (
        generous or _share_quoted(known.between_marks, windows) or _may_be_taken_for(known, shown)
    )
    if institution.kind == "authority":  # «Город Кедровый»: the town's page is its authority's
        generous = generous or any(_share_proper(known.full, window) for window in windows)
    return NameMatch(strict=strict, generous=generous or not known.every)


def is_foreign(title: str) -> bool:
    """«Kedr school 1», «Shkola №1»: in Latin letters only, and names are compared in Russian."""
    return bool(re.search("[a-z]", title.lower())) and not re.search("[а-яё]", title.lower())


def shares_a_proper_word(name: str, text: str) -> bool:
    """A word that is no kind and no legal form stands in both: the town's name, as a rule."""
    return any(_share_proper(name_of(name), window) for window in windows_of(text))


# --- who else there is --------------------------------------------------------------------------


@lru_cache(maxsize=8)
def around_of(of: Same[Municipality]) -> Around:
    """Compared once for all institutions of a municipality, and few with few."""
    alike: dict[tuple[str, str], list[tuple[Institution, _Known]]] = {}
    for one in of.value.institutions:
        known = _names_of(one)
        for key in product(known.full.groups, known.full.numbers or ("",)):
            alike.setdefault(key, []).append((one, known))
    rivals: dict[str, frozenset[str]] = {}
    for several in alike.values():
        for (one, ours), (_, theirs) in permutations(several, 2):
            if _are_rivals(ours.full, theirs.full):
                rivals[one.id] = rivals.get(one.id, frozenset()) | theirs.words
    return Around(of.value.name, rivals)


def _are_rivals(one: Name, other: Name) -> bool:
    ours, theirs = one.main, other.main
    return ours is not None and theirs is not None and ours.kinds.is_same(theirs.kinds)


# --- the headings of a whole site ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Titles:
    """The headings of a whole site: most cannot name an institution, and are not compared."""

    by_word: Mapping[str, Sequence[str]]
    numbers: Mapping[str, frozenset[str]]  # of those that have one

    def naming(self, one: Institution, around: Around = NOWHERE) -> set[str]:
        """Those that surely name the institution."""
        words = _telling_words_of(" ; ".join((one.name, one.short_name, *one.popular_names)))
        texts = {text for word in words for text in self.by_word.get(word, ())}
        if numbers := _surely_numbered(one):
            texts = {text for text in texts if not self._are_others(text, numbers)}
        return {text for text in texts if names_match(one, text, (), around=around).strict}

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
        if name_of(text).numbers:
            numbers[text] = frozenset(filter(str.isdecimal, words))
    return Titles(by_word, numbers)


def _telling_words_of(text: str) -> frozenset[str]:
    """What of a text can name an institution; without a common word no name matches strictly."""
    return frozenset(word for one in (name_of(text), *windows_of(text)) for word in one.words)


def _surely_numbered(one: Institution) -> frozenset[str]:
    """The numbers of its names, if each has one: only then another number contradicts them all."""
    called = [name for name, _ in _names_of(one).called]
    everybody = all(name.numbers for name in called)
    return frozenset().union(*(name.numbers for name in called)) if everybody else frozenset()


# --- an institution's names ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """An institution's names, taken apart once: every text is held against them."""

    full: Name
    called: tuple[tuple[Name, Quoted], ...]  # as a title may be, with what stands in quotes there
    every: tuple[Name, ...]
    quoted: Quoted  # surely its own words
    between_marks: Quoted  # all that stands in quotation marks, «Белоярская ЦБ» too
    familiar: frozenset[str]  # words that say nothing of another: its own and its address's
    wide: frozenset[str]  # of these, the words of its town and region, which all there share
    own: frozenset[str]  # words of its names that are no place
    rivals: frozenset[str] | None  # see `Around`
    is_authority: bool

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for one, _ in self.called for word in one.proper)

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(number for one in self.every for number in one.numbers)


def _quoted_in(text: str) -> Quoted:
    """What stands in quotation marks by itself; «Гимназия № 1 г. Кедрового» is the whole name."""
    return tuple(one.proper for one in _between_marks(text) if not one.mentions)


def _between_marks(text: str) -> Iterator[Name]:
    return (one for one in map(name_of, _QUOTED.findall(text)) if one.proper)


def _names_of(one: Institution, around: Around = NOWHERE) -> _Known:
    brief, where = (one.short_name, *one.popular_names), (one.address or "", around.town)
    rivals = around.rivals.get(one.id)
    return _known(one.name, brief, one.former_names, where, rivals, one.kind == "authority")


@lru_cache(maxsize=OF_A_TOWN)
def _known(
    name: str,
    short: Sequence[str],
    former: Sequence[str],
    where: Sequence[str],
    rivals: frozenset[str] | None,
    is_authority: bool,
) -> _Known:
    full, town = name_of(name), name_of(where[-1])
    brief = [one for one in short if name_of(one).words]  # «МКУ» names nobody
    called = tuple((name_of(one), _quoted_in(one)) for one in (*brief, name))
    names = [one for one, _ in called]
    every = tuple(one for one in (*names, *map(name_of, former)) if one.words)
    wide = town.proper.union(*map(regions_of, every))
    return _Known(
        full=full,
        called=called,
        every=every,
        quoted=tuple(words for _, quoted in called for words in quoted),
        between_marks=tuple(one.proper for text in (*brief, name) for one in _between_marks(text)),
        familiar=_NEUTRAL.union(*(one.proper for one in (*map(name_of, where), *every))),
        wide=wide,
        own=frozenset().union(*(one.proper - wide - one.places for one in every)),
        rivals=rivals,
        is_authority=is_authority,
    )


# --- what surely names it -----------------------------------------------------------------------


def _is_like(name: Name, quoted: Quoted, shown: Name, known: _Known, threshold: float) -> bool:
    """Kind and number, which no two institutions of a town share; or most words in common."""
    same = list(_same_mentions(name, shown))
    if _contradict(name, shown) or (name.mentions and not same):
        return False
    if any(ours.numbers & theirs.numbers for ours, theirs in same):
        return not (_is_elsewhere(name, shown, known) or _is_of_a_rival(name, shown, known))
    if not name.tells_apart:
        return _is_all_there_is(name, shown, known)
    if not _share_quoted(known.quoted, (shown,)) and (
        _has_no_number_of(name, shown, same)
        or (quoted and not shown.proper <= known.familiar)  # «Ромашка», and not «Солнышко»
    ):
        return False
    if _is_of_another(name, quoted, shown, known):
        return False
    shared, either = name.words & shown.words, name.words | shown.words
    tells = bool(shared & (name.numbers | name.proper))
    return tells and (len(shared) / len(either) >= threshold or name.words <= shown.words)


def _same_mentions(name: Name, shown: Name) -> Iterator[tuple[Mention, Mention]]:
    ours = name.main
    for theirs in shown.mentions if ours else ():
        if ours and ours.kinds.is_same(theirs.kinds):
            yield ours, theirs


def _is_elsewhere(name: Name, shown: Name, known: _Known) -> bool:
    """«Ивановская школа № 1», «Школа № 1 с. Ивановка»: a place that is not known to be its own."""
    if are_namesakes(name, shown):
        return True
    places = (_leading_adjectives(shown) | shown.places) - {""}
    if not places or not known.wide or any(share_place(one, shown) for one in known.every):
        return False
    return not any(_are_akin(word, own) for word in places for own in known.familiar)


def _leading_adjectives(shown: Name) -> frozenset[str]:
    """«ивановск» of «Ивановская школа»."""
    before = {word for one in shown.mentions for word in shown.stems[: one.at][-1:]}
    return frozenset(word for word in before & shown.proper if word.endswith("ск"))


def _is_of_a_rival(name: Name, shown: Name, known: _Known) -> bool:
    """Of two schools № 1 of a district one must be told by the word that the other has not."""
    if known.rivals is None:
        return False
    if own := name.proper - known.rivals:
        is_told = any(_are_akin(ours, theirs) for ours in own for theirs in shown.proper)
        return not (is_told or share_place(name, shown))
    return not shown.proper.isdisjoint(known.rivals - known.familiar)


def _is_of_another(name: Name, quoted: Quoted, shown: Name, known: _Known) -> bool:
    """It may be: of a namesake place, of the body that it belongs to, or told by another word."""
    if are_namesakes(name, shown) or _is_owner_or_owned(name, shown, known):
        return True
    if _is_of_a_rival(name, shown, known):
        return True
    own = name.proper - known.wide
    if own and not quoted and not name.surely:
        return own.isdisjoint(shown.proper)
    is_of_several = not name.groups.isdisjoint(_OF_SEVERAL)
    return not own and is_of_several and not shown.proper <= known.familiar


def _is_owner_or_owned(name: Name, shown: Name, known: _Known) -> bool:
    """«Администрация города» is not «Хозяйственная служба администрации города»."""
    if name.main is None or name.main.kinds.groups != {"authority"}:
        return False
    if not known.is_authority:
        return not name.proper <= shown.proper
    return any(
        theirs is not shown.mentions[0] or not known.familiar.issuperset(_before(theirs, shown))
        for _, theirs in _same_mentions(name, shown)
    )


def _before(mention: Mention, shown: Name) -> frozenset[str]:
    return shown.proper.intersection(shown.stems[: mention.at])


def _is_all_there_is(name: Name, shown: Name, known: _Known) -> bool:
    """«МБОУ „Гимназия“»: its whole name is a kind, and nothing else stands in the title."""
    return (
        bool(name.words)
        and not known.full.tells_apart
        and not shown.numbers
        and shown.proper <= known.familiar
    )


def _has_no_number_of(name: Name, shown: Name, same: Sequence[tuple[Mention, Mention]]) -> bool:
    """«Гимназия города Кедрового» may not be its № 1, nor «Школа № 5» the school without one.

    Where the kind has a number of its own, none that stands apart is asked for.
    """
    if not name.numbers:
        return bool(same) and all(theirs.numbers for _, theirs in same)
    ours = [theirs for _, theirs in same]
    if ours and all(theirs.numbers for theirs in ours):
        return True
    of_others = (one.numbers for one in shown.mentions if one not in ours)
    return not name.numbers & (shown.surely - frozenset().union(*of_others))


def _is_in_texts(
    name: Name, quoted: Quoted, windows: Iterable[Name], known: _Known, threshold: float
) -> bool:
    return name.tells_apart and any(
        _is_within(name, quoted, window, known, threshold) for window in windows
    )


def _is_within(name: Name, quoted: Quoted, window: Name, known: _Known, threshold: float) -> bool:
    """Kind and number, and so large a part of the proper words, stand close together."""
    if not name.groups <= window.groups or not (name.mentions or name.proper):
        return False
    if name.mentions and not _is_mentioned(name, window):
        return False
    if quoted and not name.surely and not _share_quoted(quoted, (window,)):
        return False
    if are_namesakes(name, window):
        return False
    own = name.proper - known.wide
    if own and not name.surely and own.isdisjoint(window.proper):
        return False
    return len(name.proper & window.proper) >= threshold * len(name.proper)


def _is_mentioned(name: Name, window: Name) -> bool:
    same = list(_same_mentions(name, window))
    if name.main and name.main.numbers:
        return any(ours.numbers & theirs.numbers for ours, theirs in same)
    if name.numbers:
        return bool(same) and name.numbers <= window.numbers
    return any(not theirs.numbers for _, theirs in same)


# --- what may name it ---------------------------------------------------------------------------


def _may_be(name: Name, window: Name) -> bool:
    if _surely_contradict(name, window) or not _share_kind(name, window):
        return False
    return (
        bool(name.numbers & window.numbers)
        or _share_proper(name, window)
        or not name.tells_apart
        or share_place(name, window)
    )


def _may_be_taken_for(known: _Known, shown: Name) -> bool:
    """Of a title: a kind and nothing that tells of another, or the number and no kind at all."""
    meant = shown.surely | shown.perhaps
    if shown.surely and known.numbers and known.numbers.isdisjoint(meant):
        return False
    tells_sphere = _tells_sphere(known, shown)
    rest = shown.proper - (SPHERE_WORDS if tells_sphere else frozenset())
    is_told = all(_is_familiar(word, known) for word in rest)
    if not shown.mentions and not tells_sphere:
        if any(_are_akin(word, own) for word in shown.proper for own in known.own):
            return True
        numbers = shown.surely | (meant | shown.proper if is_told else frozenset())
        return bool(known.numbers & numbers)
    is_kind = tells_sphere or any(_share_kind(one, shown) for one in known.every if one.mentions)
    is_unnumbered = bool(known.numbers) and not meant  # «Гимназия — территория успеха»
    return is_kind and (is_told or is_unnumbered or bool(known.numbers & shown.perhaps))


def _tells_sphere(known: _Known, shown: Name) -> bool:
    """«Культура Кедрового» may be the page of its department of culture."""
    if any(one.kinds.firm for one in shown.mentions):
        return False
    bodies = (mention.kinds.firm for one in known.every for mention in one.mentions)
    return not spheres_of(shown.stems).isdisjoint(frozenset().union(*bodies))


def _is_familiar(word: str, known: _Known) -> bool:
    """A word of its own, or the first letters of one: «ПСОШ» is that of Пудино."""
    if word in known.familiar or word in known.numbers:
        return True
    return len(word) <= INITIALS and any(own[0] == word[0] for own in known.familiar)


def _share_quoted(quoted: Quoted, windows: Iterable[Name]) -> bool:
    return any(words <= window.proper for words in quoted for window in windows)


def _contradict(name: Name, shown: Name) -> bool:
    """«Школа № 11» is not «Школа № 1»."""
    return bool(name.numbers and shown.numbers) and not name.numbers & shown.numbers


def _surely_contradict(name: Name, shown: Name) -> bool:
    """None of the numbers that may be meant is its own: «школы № 1, 2 и 5» are also № 5."""
    return bool(name.numbers and shown.surely) and not name.numbers & (shown.surely | shown.perhaps)


def _share_kind(name: Name, shown: Name) -> bool:
    return not name.mentions or any(
        ours.kinds.may_be(theirs.kinds) for ours in name.mentions for theirs in shown.mentions
    )


def _share_proper(name: Name, shown: Name) -> bool:
    """A word in common, or one that begins like it: «Пудино» and «Пудинская»."""
    return any(_are_akin(ours, theirs) for ours in name.proper for theirs in shown.proper)


def _are_akin(ours: str, theirs: str) -> bool:
    """«минеральн» and «минераловодск» are; «лес» and «лесн» are too short to tell."""
    length = min(5, len(ours), len(theirs))
    return ours == theirs or (length >= 4 and ours[:length] == theirs[:length])

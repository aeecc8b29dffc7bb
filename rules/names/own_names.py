"""An institution's names, taken apart once, and who in its town may be taken for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations, product

from rules.model import Institution, Municipality
from rules.names.called import Name, name_of
from rules.names.places import regions_of
from rules.names.words import WORDS

_QUOTED = re.compile(r"[«\"“„]([^«»\"“”„]{2,80})[»\"”“]")
Quoted = tuple[frozenset[str], ...]  # the words of «Солнышко»
_NEUTRAL = name_of(WORDS["neutral_words"]).proper


@dataclass(frozen=True, slots=True)
class OwnNames:
    """An institution's names, taken apart once: every text is held against them."""

    written: tuple[object, ...]  # the registry's entries that they were made of
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
    numbers: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for name, _ in self.called for word in name.proper)


@dataclass(frozen=True, slots=True)
class Around:
    """A municipality, as far as the names of its institutions cannot be told apart without it.

    Of each that has rivals (of the same kind and number, or both without) the words of theirs;
    and the names of each, so that they are taken apart once.
    """

    town: str = ""
    rivals: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Mapping[str, OwnNames] = field(default_factory=dict)


NOWHERE = Around()


def own_names(institution: Institution, around: Around = NOWHERE) -> OwnNames:
    known = around.members.get(institution.id)
    written = _names_key(institution)
    return known if known and known.written == written else _own_names(institution, around)


def around_of(town: Municipality) -> Around:
    """Compared once for all institutions of a municipality, and few with few."""
    apart = Around(town.name)
    members = {institution.id: _own_names(institution, apart) for institution in town.institutions}
    alike: dict[tuple[str, str], list[tuple[str, OwnNames]]] = {}
    for ident, names in members.items():
        for key in product(names.full.groups, names.full.numbers or ("",)):
            alike.setdefault(key, []).append((ident, names))
    rivals: dict[str, frozenset[str]] = {}
    for several in alike.values():
        for (ident, ours), (_, theirs) in permutations(several, 2):
            if _are_rivals(ours.full, theirs.full):
                rivals[ident] = rivals.get(ident, frozenset()) | theirs.words
    for ident, words in rivals.items():
        members[ident] = replace(members[ident], rivals=words)
    return Around(town.name, rivals, members)


def _are_rivals(ours: Name, theirs: Name) -> bool:
    first, second = ours.main, theirs.main
    return first is not None and second is not None and first.kinds.is_same(second.kinds)


def _names_key(institution: Institution) -> tuple[object, ...]:
    return (
        institution.name,
        institution.short_name,
        institution.popular_names,
        institution.former_names,
        institution.address,
        institution.kind,
    )


def _own_names(institution: Institution, around: Around) -> OwnNames:
    full, town = name_of(institution.name), name_of(around.town)
    short = (institution.short_name, *institution.popular_names)
    brief = [text for text in short if name_of(text).words]  # «МКУ» names nobody
    called = tuple((name_of(text), _quotes_in(text)) for text in (*brief, institution.name))
    names = [name for name, _ in called]
    former = map(name_of, institution.former_names)
    every = tuple(name for name in (*names, *former) if name.words)
    wide = town.proper.union(*map(regions_of, every))
    places = (name_of(institution.address or ""), town)
    return OwnNames(
        written=_names_key(institution),
        full=full,
        called=called,
        every=every,
        quoted=tuple(words for _, quoted in called for words in quoted),
        between_marks=tuple(
            name.proper for text in (*brief, institution.name) for name in _between_marks(text)
        ),
        familiar=_NEUTRAL.union(*(name.proper for name in (*places, *every))),
        wide=wide,
        own=frozenset().union(*(name.proper - wide - name.places for name in every)),
        rivals=around.rivals.get(institution.id),
        is_authority=institution.kind == "authority",
        numbers=frozenset(number for name in every for number in name.numbers),
    )


def _quotes_in(text: str) -> Quoted:
    """What stands in quotation marks by itself; «Гимназия № 1 г. Кедрового» is the whole name."""
    return tuple(name.proper for name in _between_marks(text) if not name.mentions)


def _between_marks(text: str) -> Iterator[Name]:
    return (name for name in map(name_of, _QUOTED.findall(text)) if name.proper)

"""Whether what a page shows names the institution of the registry: guard G17, pure functions.

A kind alone («гимназия») names nobody, nor does a number alone: both must agree, and of one group
the kind decides (kinds.py), or a word of its own must stand there too. Where the strict
comparison finds nothing and a reader may still take something for the name, `generous` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rules.model import Institution
from rules.names.called import Mention, Name, name_of, windows_of
from rules.names.kinds import SPHERE_WORDS, spheres_of
from rules.names.own_names import NOWHERE, Around, OwnNames, Quoted, own_names
from rules.names.places import are_namesakes, share_place
from rules.names.words import WORDS

_OF_SEVERAL = frozenset(WORDS["groups_of_several"])
INITIALS = 3  # «ПСОШ», «Ха СОШ»: so many letters of a place


@dataclass(frozen=True, slots=True)
class NameMatch:
    """Both bounds of clause 9.1.name: what surely names the institution, and what may."""

    strict: bool
    generous: bool


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
    known = own_names(institution, around)
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


# --- what surely names it -----------------------------------------------------------------------


def _is_like(name: Name, quoted: Quoted, shown: Name, known: OwnNames, threshold: float) -> bool:
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


def _is_elsewhere(name: Name, shown: Name, known: OwnNames) -> bool:
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


def _is_of_a_rival(name: Name, shown: Name, known: OwnNames) -> bool:
    """Of two schools № 1 of a district one must be told by the word that the other has not."""
    if known.rivals is None:
        return False
    if own := name.proper - known.rivals:
        is_told = any(_are_akin(ours, theirs) for ours in own for theirs in shown.proper)
        return not (is_told or share_place(name, shown))
    return not shown.proper.isdisjoint(known.rivals - known.familiar)


def _is_of_another(name: Name, quoted: Quoted, shown: Name, known: OwnNames) -> bool:
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


def _is_owner_or_owned(name: Name, shown: Name, known: OwnNames) -> bool:
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


def _is_all_there_is(name: Name, shown: Name, known: OwnNames) -> bool:
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
    name: Name, quoted: Quoted, windows: Iterable[Name], known: OwnNames, threshold: float
) -> bool:
    return name.tells_apart and any(
        _is_within(name, quoted, window, known, threshold) for window in windows
    )


def _is_within(name: Name, quoted: Quoted, window: Name, known: OwnNames, threshold: float) -> bool:
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


def _may_be_taken_for(known: OwnNames, shown: Name) -> bool:
    """Of a title: a kind and nothing that tells of another, or the number and no kind at all."""
    meant = shown.surely | shown.perhaps
    if shown.surely and known.numbers and known.numbers.isdisjoint(meant):
        return False
    tells_sphere = _tells_sphere(known, shown)
    rest = shown.proper - (SPHERE_WORDS if tells_sphere else frozenset())
    is_familiar = all(_is_familiar(word, known) for word in rest)
    if not shown.mentions and not tells_sphere:
        if any(_are_akin(word, own) for word in shown.proper for own in known.own):
            return True
        numbers = shown.surely | (meant | shown.proper if is_familiar else frozenset())
        return bool(known.numbers & numbers)
    is_kind = tells_sphere or any(_share_kind(name, shown) for name in known.every if name.mentions)
    is_unnumbered = bool(known.numbers) and not meant  # «Гимназия — территория успеха»
    return is_kind and (is_familiar or is_unnumbered or bool(known.numbers & shown.perhaps))


def _tells_sphere(known: OwnNames, shown: Name) -> bool:
    """«Культура Кедрового» may be the page of its department of culture."""
    if any(one.kinds.firm for one in shown.mentions):
        return False
    bodies = (mention.kinds.firm for one in known.every for mention in one.mentions)
    return not spheres_of(shown.stems).isdisjoint(frozenset().union(*bodies))


def _is_familiar(word: str, known: OwnNames) -> bool:
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

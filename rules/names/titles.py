"""The headings of a whole site: most cannot name an institution, and are not compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.model import Institution
from rules.names.called import name_of, windows_of
from rules.names.naming import names_match
from rules.names.own_names import NOWHERE, Around, own_names


@dataclass(frozen=True, slots=True)
class Titles:
    by_word: Mapping[str, Sequence[str]]
    numbers: Mapping[str, frozenset[str]]  # of those that have one

    def naming(self, institution: Institution, around: Around = NOWHERE) -> set[str]:
        """Those that surely name the institution."""
        names = (institution.name, institution.short_name, *institution.popular_names)
        words = _telling_words_of(" ; ".join(names))
        texts = {text for word in words for text in self.by_word.get(word, ())}
        if numbers := _sure_numbers(institution, around):
            texts = {text for text in texts if not self._are_others(text, numbers)}
        return {text for text in texts if names_match(institution, text, (), around=around).strict}

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
    return frozenset(word for name in (name_of(text), *windows_of(text)) for word in name.words)


def _sure_numbers(institution: Institution, around: Around) -> frozenset[str]:
    """The numbers of its names, if each has one: only then another number contradicts them all."""
    called = [name for name, _ in own_names(institution, around).called]
    everybody = all(name.numbers for name in called)
    return frozenset().union(*(name.numbers for name in called)) if everybody else frozenset()

"""What a secretary may not know: who writes, by which acts, and what abbreviations mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace

from reports.letter.view import View
from reports.words import phrase, words
from rules.model import Act


def with_footnotes(view: View, acts: Iterable[Act]) -> View:
    """Only of what this letter names, each once, at its end."""
    told = " ".join(_strings(astuple(view)))
    named = [act for act in acts if act.short_title in told]
    glossary: Mapping[str, str] = words()["glossary"]
    footnotes = (
        phrase("letter_writer", view.signature.name),
        *(f"{act.short_title} — {act.title}." for act in named if act.title != act.short_title),
        *(f"{short} — {meant}" for short, meant in glossary.items() if short in told),
    )
    return replace(view, footnotes=tuple(dict.fromkeys(footnotes)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _strings(one)

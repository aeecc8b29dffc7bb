"""What was measured and required, in words for everybody; what has no name is for the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from reports.words import day, named, word, words


def measures(kind: str, values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What everybody may read: named in words.toml, no structure of structures, not empty."""
    return tuple(
        (measure_name(kind, name, value), measure(value))
        for name, value in values.items()
        if is_told(kind, name, value) and value not in ([], (), [""], "", None)
    )


def measure_name(kind: str, name: str, value: object) -> str:
    """Persons' posts and a page's posts are called alike among the facts, not by a reader."""
    entry = words()[kind][name]
    return str(entry if isinstance(entry, str) else entry["of_list" if is_list(value) else "one"])


def is_told(kind: str, name: str, value: object) -> bool:
    return named(kind, name) and is_plain(value)


def is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def is_plain(value: object) -> bool:
    parts = value if isinstance(value, list | tuple) else (value,)
    return not any(isinstance(part, Mapping | list | tuple) for part in parts)


def measure(value: object) -> str:
    """A JSON value as a reader may see it."""
    if value is None:
        return word("values", "hidden")
    if isinstance(value, bool):
        return word("values", "yes" if value else "no")
    if isinstance(value, list | tuple):
        return ", ".join(measure(one) for one in value) or word("values", "nothing")
    return iso_day(str(value))


def iso_day(text: str) -> str:
    """A date in JSON becomes a date in Russian; anything else stays."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text

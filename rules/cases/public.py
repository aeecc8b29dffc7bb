"""What people say, as it may be shown: whoever typed it, no report names a person.

What is on record stays as it was said, for whoever keeps the record; what is judged, printed or
mailed of it goes through here, as the registry's own texts do when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from rules.cases.model import Correction, Said
from rules.model import Attestation
from rules.names.people import without_names

UNNAMED = "не указано"  # where only a name was written, and something must be
FREE_TEXTS = frozenset(
    {"post", "order", "by", "stated_by", "ground", "document", "reason", "to", "how", "text"}
    | {"new", "old"}  # of a correction
)
NEEDED = frozenset({"by", "stated_by", "reason", "to"})

Speech = TypeVar("Speech", bound=Said | Correction)


def unnamed(said: Speech) -> Speech:
    """The same without names of people in its free texts, and in those of what it holds."""
    held = {one.name: getattr(said, one.name) for one in fields(said)}
    changed: dict[str, Any] = {n: _unnamed(value) for n, value in held.items() if _is_held(value)}
    return replace(said, **changed | unnamed_texts(held))


def unnamed_texts(written: Mapping[str, Any]) -> dict[str, str]:
    """Of fields by name, the free texts that say something: without names of people."""
    return {
        name: without_names(text) or (UNNAMED if name in NEEDED else "")
        for name, text in written.items()
        if name in FREE_TEXTS and isinstance(text, str) and text
    }


def _is_held(value: object) -> bool:
    return isinstance(value, Attestation) or _is_corrections(value)


def _is_corrections(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(one, Correction) for one in value)


def _unnamed(value: Any) -> Any:
    return unnamed(value) if isinstance(value, Attestation) else tuple(map(unnamed, value))

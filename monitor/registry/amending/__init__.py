"""A registry's file, changed where something changes: every other line stays as it was written.

    old value, new value ──> edits ──> lines of the file ──> read again: is it what was meant?

edits    what is put, added and dropped between two values of a registry
lines    where that stands in the text, and how it is written there
remarks  what an office has noted in the file, and which of it would go
beside   a table beside the registry: what it does not tell stays

The file stays the truth, and an office's remarks in it are part of it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from collectors.text import normalised
from monitor.registry.amending.edits import between
from monitor.registry.amending.lines import UnusualFileError, amended
from monitor.registry.diff import diff
from monitor.registry.files import load_text
from rules.model import Municipality

__all__ = ["UnusualFileError", "amended", "rewritten"]


def rewritten(text: str, path: Path, old: Municipality, new: Municipality) -> str:
    """The file's text, saying what `new` says; `old` is what it says now.

    Raises RegistryError where that is no registry, UnusualFileError.
    """
    changed = amended(text, between(old, new))
    said = load_text(normalised(changed), path)
    if diff(said, new, (), date.max):
        raise UnusualFileError
    return changed

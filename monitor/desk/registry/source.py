"""What a registry's file was when somebody looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A registry's file as it was read."""

    path: Path
    text: str
    digest: str
    has_mark: bool  # begins with the mark of UTF-8, as the Notepad writes it

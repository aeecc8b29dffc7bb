"""Tables that were uploaded and wait to be accepted: for an hour, in the memory of the process.

Nothing rests on them: whoever comes later, or after the program was started anew, uploads again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.desk.model import RefusedPageError
from monitor.desk.registry.source import Source
from monitor.desk.registry.words import words

HOUR = timedelta(hours=1)
MOST = 20  # drafts
MOST_SIGNS = 60_000_000  # of all of them together


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """What a table would make of a registry's file, and how that is told."""

    account: int | None
    town: str
    table: str  # the file's name
    at: datetime
    source: Source
    text: str = field(repr=False)
    changes: Sequence[Line]
    warnings: Sequence[str]
    lost: str  # of remarks

    @property
    def signs(self) -> int:
        return len(self.text) + len(self.source.text)


@dataclass(frozen=True, slots=True)
class Line:
    """One difference, and whose it is."""

    text: str
    institution: str | None


class Drafts:
    """Used from many threads."""

    def __init__(self) -> None:
        self._lock, self._kept = threading.Lock(), dict[str, TableDraft]()

    def keep(self, draft: TableDraft) -> str:
        """Its key. The oldest go where there are too many."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[key] = draft
            self._forget(draft.at)
        return key

    def find(self, key: str, account: int | None, town: str, now: datetime) -> TableDraft:
        """Nobody but whoever has uploaded it. Raises RefusedPageError."""
        with self._lock:
            self._forget(now)
            found = self._kept.get(key)
        if found is None or (found.account, found.town) != (account, town):
            raise RefusedPageError([words("refused", "draft_gone")], 404)
        return found

    def drop(self, key: str) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def _forget(self, now: datetime) -> None:
        old = [key for key, draft in self._kept.items() if now - draft.at > HOUR]
        for key in old:
            del self._kept[key]
        while len(self._kept) > 1 and (
            len(self._kept) > MOST or sum(one.signs for one in self._kept.values()) > MOST_SIGNS
        ):
            del self._kept[next(iter(self._kept))]

"""What a reader may take for a contact where none was understood (collectors/contacts/hints.py)."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.contacts.hints import hinted
from collectors.model import Contacts, HintKind


def hints_in(shown: Contacts, texts: Iterable[str], kind: HintKind) -> list[str]:
    """As collected, and in texts that were kept: of an earlier reading no hints are known."""
    kept = [hint.original for hint in shown.hints if hint.kind is kind]
    return list(dict.fromkeys([*kept, *(one for text in texts for one in hinted(text, kind))]))[:3]

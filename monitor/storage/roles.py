"""The role in which somebody is written to, as it stands in a message's row."""

from __future__ import annotations

DEPUTY = "deputy"  # whose report must be out before letters that are held go
INSTITUTION = "institution:"  # the beginning of an institution's role


def deputy_of(municipality: str) -> str:
    """The role of a deputy head who answers for one municipality alone."""
    return f"{DEPUTY}:{municipality}"


def institution_of(key: str) -> str:
    """The role of an institution, by `municipality/id`: two of them may share a mailbox."""
    return f"{INSTITUTION}{key}"

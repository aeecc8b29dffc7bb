"""Remarks that an office has written into a registry's file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lost:
    """Remarks that stand in the old text and no more in the new one."""

    count: int
    first: str


def lost(old: str, new: str) -> Lost | None:
    gone = Counter(_remarks(old)) - Counter(_remarks(new))
    return Lost(gone.total(), next(iter(gone))) if gone else None


def _remarks(text: str) -> Iterator[str]:
    """Approximately where a text within quotation marks goes over several lines."""
    return filter(None, map(remark_of, text.splitlines()))


def remark_of(line: str) -> str:
    """What stands after the sign of a remark, outside quotation marks; "" if nothing."""
    quote, is_escaped = "", False
    for at, sign in enumerate(line):
        if quote:
            if sign == quote and not is_escaped:
                quote = ""
            is_escaped = sign == "\\" and quote == '"' and not is_escaped
        elif sign in "\"'":
            quote = sign
        elif sign == "#":
            return line[at:].rstrip()
    return ""

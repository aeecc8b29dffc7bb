"""Words, moments and days as people write them on the command line."""

from __future__ import annotations

from datetime import date, datetime

from collectors.errors import UsageError
from collectors.text import normalised


class MomentError(UsageError):
    """Not a moment or day that could be meant; the text is Russian and shows the right form."""


def clean(written: str) -> str:
    """As a reader sees it: without signs that nobody sees, and blanks around it."""
    return normalised(written).strip()


def moment(written: str) -> datetime:
    """An aware moment; one without an offset would mean another night in another zone."""
    try:
        found = datetime.fromisoformat(clean(written))
    except ValueError:
        raise MomentError(
            f"--as-of «{written}»: момент не понят; пишите так: 2026-11-22T03:00:00+07:00"
        ) from None
    if found.tzinfo is None:
        raise MomentError(
            f"--as-of «{written}»: не указано смещение от UTC; пишите так: {written}+07:00"
        )
    return found


def day(written: str) -> date:
    try:
        return date.fromisoformat(clean(written))
    except ValueError:
        raise MomentError(f"«{written}»: день не понят; пишите так: 2026-03-01") from None

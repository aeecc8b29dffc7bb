"""What is asked again, and how long the wait before it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from collectors.http.errors import NoSuchNameError, ReadError
from collectors.http.limits import Limits
from collectors.model import FailureCode

T = TypeVar("T")

TRANSIENT = frozenset(
    {
        FailureCode.CONNECTION,
        FailureCode.DNS,
        FailureCode.TIMEOUT,
        FailureCode.SERVER_ERROR,
        FailureCode.RATE_LIMITED,
        FailureCode.MALFORMED,  # a body that is wrong JSON is not seen here
        FailureCode.CUT,
    }
)


async def retried(
    ask: Callable[[], Awaitable[T]], limits: Limits, attempts: int | None = None
) -> T:
    """Asks again while the error may pass, with growing waits in between.

    By hand: nearly every answer is the first one, and a library's state of its attempts costs a
    twentieth of what an answer does that says that nothing has changed.
    """
    for attempt in range(1, attempts or limits.attempts):
        try:
            return await ask()
        except ReadError as error:
            if not _may_pass(error, limits.longest_wait):
                raise
            wait = max(_growing(attempt, limits), _requested_wait(error))
        await asyncio.sleep(wait)
    return await ask()


def _growing(attempt: int, limits: Limits) -> float:
    """Twice as long each time, and not for all at the same moment."""
    wait = limits.first_wait * 2.0 ** (attempt - 1) + random.uniform(0, limits.first_wait)
    return min(wait, limits.longest_wait)


def _may_pass(error: ReadError, longest_wait: float) -> bool:
    return (
        not isinstance(error, NoSuchNameError)
        and error.failure.code in TRANSIENT
        and _requested_wait(error) <= longest_wait
    )


def _requested_wait(error: ReadError) -> float:
    """Seconds that the server asked us to wait (Retry-After: seconds, or a date)."""
    if error.answer is None:
        return 0.0
    text = error.answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, one out of range
        return 0.0

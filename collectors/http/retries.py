"""What is asked again, and how long the wait before it is."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from collectors.http.errors import NoSuchNameError, ReadError
from collectors.http.limits import Limits
from collectors.model import FailureCode

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


def retrying(limits: Limits, attempts: int | None) -> AsyncRetrying:
    """Calls a reading again while its error may pass, with growing waits in between."""
    backoff = wait_exponential_jitter(
        multiplier=limits.first_wait, max=limits.longest_wait, jitter=limits.first_wait
    )

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(backoff(state), _requested_wait(error))

    return AsyncRetrying(
        stop=stop_after_attempt(attempts or limits.attempts),
        retry=retry_if_exception(lambda error: _may_pass(error, limits.longest_wait)),
        wait=wait,
        reraise=True,
    )


def _may_pass(error: BaseException, longest_wait: float) -> bool:
    return (
        isinstance(error, ReadError)
        and not isinstance(error, NoSuchNameError)
        and error.failure.code in TRANSIENT
        and _requested_wait(error) <= longest_wait
    )


def _requested_wait(error: BaseException | None) -> float:
    """Seconds that the server asked us to wait (Retry-After: seconds, or a date)."""
    if not isinstance(error, ReadError) or error.answer is None:
        return 0.0
    text = error.answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, one out of range
        return 0.0

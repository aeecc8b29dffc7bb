"""What the error codes of the OK API mean for a run (codes as public clients know them).

OK answers an error with HTTP 200 and `{"error_code": …, "error_msg": …}`. A code that the table
does not know is treated as our own fault: it stops nothing and accuses nobody.
"""

from __future__ import annotations

from enum import StrEnum

from collectors.http.errors import ReadError
from collectors.model import Evidence, Failure, FailureCode


class ErrorKind(StrEnum):
    """What to do about an error."""

    RETRY = "retry"  # transient: again after a short while
    PAUSE = "pause"  # too much was asked: a long pause, then again
    KEY = "key"  # key, token or signature: no more of the API in this run
    METHOD = "method"  # this method is not for this key: another way must do
    ABSENT = "absent"  # no such group
    HIDDEN = "hidden"  # the group exists and is not shown to us
    OURS = "ours"  # a bad parameter


ERROR_KINDS: dict[int, tuple[ErrorKind, FailureCode]] = {
    **dict.fromkeys((1, 2, 5000, 9999), (ErrorKind.RETRY, FailureCode.SERVER_ERROR)),
    **dict.fromkeys((31, 704), (ErrorKind.RETRY, FailureCode.TIMEOUT)),
    8: (ErrorKind.PAUSE, FailureCode.RATE_LIMITED),
    11: (ErrorKind.PAUSE, FailureCode.QUOTA),
    **dict.fromkeys(
        (9, 101, 102, 103, 104, 105, 210, 401), (ErrorKind.KEY, FailureCode.TOKEN_REFUSED)
    ),
    **dict.fromkeys((402, 403), (ErrorKind.KEY, FailureCode.CAPTCHA)),
    **dict.fromkeys((7, 10, 50, 200, 451, 453), (ErrorKind.METHOD, FailureCode.TOKEN_REFUSED)),
    3: (ErrorKind.METHOD, FailureCode.OUR_FAULT),
    **dict.fromkeys((160, 300), (ErrorKind.ABSENT, FailureCode.NOT_VISIBLE)),
    **dict.fromkeys((456, 457, 458), (ErrorKind.HIDDEN, FailureCode.NOT_VISIBLE)),
    **dict.fromkeys((4, 12, 30, 100, 106, 110, 454, 1200), (ErrorKind.OURS, FailureCode.OUR_FAULT)),
}
_UNLISTED = (ErrorKind.OURS, FailureCode.OUR_FAULT)


class ApiError(ReadError):
    """OK refused a call. OK's own message decides nothing and is not kept: it may echo a key."""

    def __init__(self, code: int, method: str, evidence: tuple[Evidence, ...] = ()) -> None:
        self.kind, failure_code = ERROR_KINDS.get(code, _UNLISTED)
        super().__init__(Failure(failure_code, f"OK error {code} in {method}"), evidence)

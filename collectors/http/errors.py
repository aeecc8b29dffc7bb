"""The errors of reading, and the one translation of everybody's exceptions into them.

    ReadError                 an answer that says nothing about the page; `failure` names why
    ├── NoSuchNameError       the resolver says that there is no such name
    └── CertificateError      the server's certificate does not hold; `kind` says in which way

An `Answer` is a definite one: 2xx, or a 404 or 410 that says "no such page". Everything else is a
`ReadError`, whatever library raised it: `FAILURES` and `STATUSES` are the only translation.
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

import httpcore
import httpx

from collectors.guard import (
    RefusedAddressError,
)
from collectors.http.answers import NO_SUCH_PAGE, Answer
from collectors.model import Evidence, Failure, FailureCode


class TooLargeError(Exception):
    """A body beyond the limit."""


class NotOfferedError(Exception):
    """A content encoding that our request did not offer."""


class TooManyRedirectsError(Exception):
    """A chain of redirects beyond the limit."""


class CertificateTrouble(StrEnum):
    UNKNOWN_ROOT = "unknown_root"  # self-signed, or a root that our store does not hold
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    OTHER = "other"


class ReadError(Exception):
    """`answer` is what came, where something came: a login wall has a page behind its 403."""

    def __init__(
        self, failure: Failure, evidence: tuple[Evidence, ...] = (), answer: Answer | None = None
    ) -> None:
        super().__init__(f"{failure.code}: {failure.detail}")
        self.failure = failure
        self.evidence = evidence
        self.answer = answer


class NoSuchNameError(ReadError):
    pass


class CertificateError(ReadError):
    kind: CertificateTrouble = CertificateTrouble.OTHER


FAILURES: tuple[tuple[type[Exception], FailureCode], ...] = (
    # The first row that fits the exception, or one that caused it, decides.
    (RefusedAddressError, FailureCode.ADDRESS_REFUSED),
    (socket.gaierror, FailureCode.DNS),
    (TimeoutError, FailureCode.TIMEOUT),
    (httpcore.TimeoutException, FailureCode.TIMEOUT),
    (ssl.SSLError, FailureCode.TLS),  # after the time-outs: a waiting handshake is one, too
    (TooManyRedirectsError, FailureCode.REDIRECTS),
    (TooLargeError, FailureCode.TOO_LARGE),
    (NotOfferedError, FailureCode.MALFORMED),
    (zlib.error, FailureCode.MALFORMED),
    (httpcore.RemoteProtocolError, FailureCode.MALFORMED),
    (httpcore.LocalProtocolError, FailureCode.OUR_FAULT),
    (httpcore.NetworkError, FailureCode.CONNECTION),
    (httpcore.UnsupportedProtocol, FailureCode.ADDRESS_REFUSED),
    (httpx.InvalidURL, FailureCode.ADDRESS_REFUSED),
    (UnicodeError, FailureCode.MALFORMED),  # a name or a header that fits no encoding
    (OSError, FailureCode.CONNECTION),  # of the way there, whatever the system calls it
)
EXPECTED = tuple(kind for kind, _ in FAILURES)
STATUSES: Mapping[int, FailureCode] = {
    401: FailureCode.FORBIDDEN,
    403: FailureCode.FORBIDDEN,
    407: FailureCode.FORBIDDEN,
    408: FailureCode.TIMEOUT,
    425: FailureCode.RATE_LIMITED,
    429: FailureCode.RATE_LIMITED,
    451: FailureCode.FORBIDDEN,  # how some networks refuse foreign addresses
}
"""Besides these: 2xx, 404 and 410 are answers; 5xx is the server's, the other 4xx our fault."""


CERTIFICATES: Mapping[int, CertificateTrouble] = {  # X509_V_ERR_*, openssl/x509_vfy.h
    9: CertificateTrouble.NOT_YET_VALID,
    10: CertificateTrouble.EXPIRED,
    18: CertificateTrouble.UNKNOWN_ROOT,
    19: CertificateTrouble.UNKNOWN_ROOT,
    20: CertificateTrouble.UNKNOWN_ROOT,
    21: CertificateTrouble.UNKNOWN_ROOT,
    62: CertificateTrouble.WRONG_NAME,
    64: CertificateTrouble.WRONG_NAME,
}


def read_error(error: Exception, evidence: tuple[Evidence, ...] = ()) -> ReadError:
    """The exception in the words of `FailureCode`; one of no row is a fault of ours."""
    causes = tuple(_causes(error))
    for kind, code in FAILURES:
        for cause in causes:
            if isinstance(cause, kind):
                return _specific(cause, Failure(code, _detail(cause)), evidence)
    return ReadError(Failure(FailureCode.OUR_FAULT, _detail(error)), evidence)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__  # httpcore's pool raises `from None`


def _detail(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _specific(cause: BaseException, failure: Failure, evidence: tuple[Evidence, ...]) -> ReadError:
    if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
        return NoSuchNameError(failure, evidence)
    if isinstance(cause, ssl.SSLCertVerificationError):
        kind = CERTIFICATES.get(cause.verify_code, CertificateTrouble.OTHER)
        refused = CertificateError(
            replace(failure, detail=f"{kind}: {cause.verify_message}"), evidence
        )
        refused.kind = kind
        return refused
    return ReadError(failure, evidence)


def check_definite(answer: Answer) -> Answer:
    """The answer itself, if it is whole and says that there is a page, or none."""
    code = _status_failure(answer.status)
    if code is None and not answer.is_whole and answer.status not in NO_SUCH_PAGE:
        detail = f"{answer.extent}: {len(answer.body)} bytes came, and no end"
        raise ReadError(Failure(FailureCode.CUT, detail), answer.evidence, answer)
    if code is None:
        return answer
    raise ReadError(Failure(code, f"status {answer.status}"), answer.evidence, answer)


def _status_failure(status: int) -> FailureCode | None:
    if 200 <= status < 300 or status in NO_SUCH_PAGE:
        return None
    if status >= 500:
        return FailureCode.SERVER_ERROR
    if status < 400:
        return FailureCode.MALFORMED  # a redirect to nowhere
    return STATUSES.get(status, FailureCode.OUR_FAULT)

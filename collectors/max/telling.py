"""A message to a chat, by a bot of its own: the one POST there is, with the one token that may.

What was certainly not sent may be tried again. Where no answer came behind what had gone, nobody
knows whether it was sent, and so it is told (`INTERRUPTED`).
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from collectors.http.client import trust_store
from collectors.http.errors import read_error
from collectors.max.schema import error_of
from collectors.max.settings import MaxSettings
from collectors.model import Failure, FailureCode

REFUSED: Mapping[int, FailureCode] = {
    401: FailureCode.TOKEN_REFUSED,
    403: FailureCode.FORBIDDEN,
    404: FailureCode.NOT_VISIBLE,
    429: FailureCode.RATE_LIMITED,
    503: FailureCode.SERVER_ERROR,
}
NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def told(settings: MaxSettings, chat: str, text: str) -> Failure | None:
    """None: it was sent. One request, repeated by nobody."""
    with httpx.Client(
        verify=trust_store(settings.extra_roots),
        timeout=settings.timeout,
        follow_redirects=False,
        trust_env=False,
        headers={"Authorization": settings.tell_token, "User-Agent": "Dozor/0.1 (a digest)"},
    ) as client:
        try:
            answer = client.post(
                f"{settings.api_url.rstrip('/')}/messages",
                params={"chat_id": chat},
                json={"text": text},
            )
        except NOT_BEGUN as error:
            return read_error(error).failure
        except httpx.HTTPError as error:
            return Failure(FailureCode.INTERRUPTED, type(error).__name__)
    return _failure_of(answer)


def _failure_of(answer: httpx.Response) -> Failure | None:
    code = _code_of(answer)
    told = f"status {answer.status_code} {code or ''}".strip()
    if 200 <= answer.status_code < 300:
        return None if code is None else Failure(FailureCode.OUR_FAULT, told)
    if answer.status_code in REFUSED:
        return Failure(REFUSED[answer.status_code], told)
    if answer.status_code >= 500:
        return Failure(FailureCode.INTERRUPTED, told)
    return Failure(FailureCode.OUR_FAULT, told)


def _code_of(answer: httpx.Response) -> str | None:
    """None: no error is told."""
    try:
        return error_of(answer.json())
    except ValueError:
        return None

"""The four calls by which a channel is read, as the bot whose token it is: GET and nothing else.

    me            whether the token is taken
    chat          the channel: title, description, pinned message
    rights        what our bot may do there
    messages      a sheet of its posts, newest first

The lists of members, which answer with people's names, are never asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from collectors.guard import guard
from collectors.http.answers import NO_SUCH_PAGE, Answer
from collectors.http.client import Client, open_client, trust_store
from collectors.http.errors import ReadError
from collectors.http.limits import Limits
from collectors.max.people import WithoutPeople
from collectors.max.schema import SchemaError, error_of
from collectors.max.settings import MaxSettings
from collectors.max.walls import SHEET
from collectors.model import Evidence, Failure, FailureCode, Run
from collectors.numbers import parsed
from collectors.text import normalised_all

SLUG = "max"
BY_CODE: Mapping[str, FailureCode] = {
    "verify.token": FailureCode.TOKEN_REFUSED,
    "chat.denied": FailureCode.PUT_OUT,
    "method.not.found": FailureCode.UNRECOGNISED,
}
TOO_MANY = 429
BY_STATUS: Mapping[int, FailureCode] = {401: FailureCode.TOKEN_REFUSED}


@dataclass(frozen=True, slots=True)
class ApiResult:
    """What MAX answered, and where the bytes are kept."""

    value: Any
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Api:
    """One bot's way to MAX."""

    client: Client
    url: str
    token: str

    async def me(self) -> ApiResult:
        return await self._get("/me")

    async def chat(self, chat_id: int) -> ApiResult:
        return await self._get(f"/chats/{chat_id}")

    async def rights(self, chat_id: int) -> ApiResult:
        return await self._get(f"/chats/{chat_id}/members/me")

    async def messages(self, chat_id: int, before: int | None = None) -> ApiResult:
        """`before`: milliseconds since 1970."""
        asked = {"chat_id": str(chat_id), "count": str(SHEET)}
        return await self._get("/messages", asked | ({"before": str(before)} if before else {}))

    async def updates(self, marker: int | None) -> ApiResult:
        """Whereto our bot was let in, and where it was put out, since the marker."""
        asked = {"types": "bot_added,bot_removed", "limit": str(SHEET), "timeout": "0"}
        since = {} if marker is None else {"marker": str(marker)}
        return await self._get("/updates", asked | since)

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> ApiResult:
        """The answer's JSON. Raises ReadError, whatever MAX has against it."""
        url = f"{self.url.rstrip('/')}{path}"
        try:
            answer = await self.client.get(
                url, params=params, headers={"Authorization": self.token}
            )
        except ReadError as error:
            raise _explained(error, path) from None
        if answer.status in NO_SUCH_PAGE:
            raise _refused(answer, path)
        return ApiResult(_json(answer, path), answer.evidence)


@asynccontextmanager
async def open_api(
    settings: MaxSettings, run: Run, attempts: int = 3
) -> AsyncIterator[Mapping[str, Api]]:
    """By token, over one client: the pace is the host's. Nothing is followed elsewhere: a redirect
    would hand the token to whomever it names."""
    limits = Limits(
        requests_per_second=settings.requests_per_second,
        read_timeout=settings.timeout,
        total_timeout=2 * settings.timeout,
        max_redirects=0,
        first_wait=settings.first_wait,
        attempts=attempts,
    )
    kept = replace(run, evidence=WithoutPeople(run.evidence))
    trust = trust_store(settings.extra_roots)
    permit = guard(own_urls=(settings.api_url,))
    async with open_client(SLUG, kept, limits, permit, trust=trust) as client:
        yield {token: Api(client, settings.api_url, token) for token in settings.token_list}


def _json(answer: Answer, path: str) -> Any:
    try:
        value = normalised_all(parsed(answer.body))
    except (ValueError, RecursionError) as error:
        failure = Failure(FailureCode.MALFORMED, f"{path}: not JSON")
        raise ReadError(failure, answer.evidence, answer) from error
    if (code := error_of(value)) is not None:
        failure = Failure(BY_CODE.get(code, FailureCode.UNRECOGNISED), f"{path}: {code or 'error'}")
        raise ReadError(failure, answer.evidence, answer)
    return value


def _explained(error: ReadError, path: str) -> ReadError:
    """By the code that MAX gives; a refusal without one may be a stranger's, on the way there."""
    status = error.answer.status if error.answer else 0
    code = _code_of(error.answer)
    known = BY_CODE.get(code) or BY_STATUS.get(status)
    failure = error.failure
    if known and 400 <= status < 500 and status != TOO_MANY:
        failure = Failure(known, f"{path}: {status} {code}".strip())
    return ReadError(failure, error.evidence, error.answer)


def _refused(answer: Answer, path: str) -> ReadError:
    """404: no such channel for this bot; but of a way that is no more, that the schema changed."""
    code = _code_of(answer)
    meant = BY_CODE.get(code) if code else FailureCode.MALFORMED
    failure = Failure(meant or FailureCode.NOT_ADMITTED, f"{path}: {answer.status} {code}".strip())
    return ReadError(failure, answer.evidence, answer)


def _code_of(answer: Answer | None) -> str:
    """ "" where what answered is not MAX."""
    if answer is None:
        return ""
    try:
        return error_of(parsed(answer.body)) or ""
    except (ValueError, RecursionError):
        return ""


def changed(error: SchemaError, evidence: tuple[Evidence, ...]) -> ReadError:
    """What came is not what the schema says."""
    return ReadError(Failure(FailureCode.UNRECOGNISED, f"schema: {error}"), evidence)

"""Calls of the OK API: signed, repeated where that helps, kept as evidence.

Reading: https://apiok.ru/dev/methods — group.getInfo, group.getCounters and url.getInfo are
documented; stream.get and mediatopic.getTopics list a group's topics only for some keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from collectors.http.answers import Answer
from collectors.http.client import Client
from collectors.http.errors import ReadError
from collectors.model import Evidence, Failure, FailureCode
from collectors.numbers import parsed, whole
from collectors.ok import beans
from collectors.ok.errors import ApiError, ErrorKind
from collectors.ok.settings import OkSettings
from collectors.ok.signature import session_secret, sign
from collectors.text import normalised_all

MOST_GROUPS = 100  # a call; documented for users.getInfo, not for group.getInfo
_ATTEMPTS = 3
_TOPICS = 50  # a call


@dataclass(frozen=True, slots=True)
class ApiResult:
    """What OK answered, and where the bytes are kept."""

    value: Any
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Api:
    client: Client
    settings: OkSettings

    async def groups(self, uids: Sequence[str]) -> ApiResult:
        """Beans of the groups that OK knows, in any order; at most `MOST_GROUPS` at once."""
        told = await self.call("group.getInfo", uids=",".join(uids), fields=beans.FIELDS)
        return _read_shape(told, beans.groups)

    async def topics_count(self, uid: str) -> ApiResult:
        told = await self.call("group.getCounters", group_id=uid, counterTypes="THEMES")
        return ApiResult(beans.counted_topics(told.value), told.evidence)

    async def thing_at(self, address: str) -> ApiResult:
        """Type and number of what stands at a short name."""
        return _read_shape(await self.call("url.getInfo", url=address), beans.group_of_url)

    async def topics(self, way: str, uid: str, anchor: str) -> ApiResult:
        """Entries and the next anchor. `way`: stream.get or mediatopic.getTopics."""
        told = await self.call(way, **_topic_parameters(way, uid, anchor))
        entries = _read_shape(told, lambda value: beans.entries(value, uid))
        return ApiResult((entries.value, beans.anchor(told.value)), told.evidence)

    async def call(self, method: str, **parameters: str) -> ApiResult:
        """The answer's JSON. Raises ReadError; ApiError where OK itself refused."""
        patience = AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS),
            retry=retry_if_exception(_may_pass),
            wait=self._wait,
            reraise=True,
        )
        return await patience(self._once, method, parameters)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ApiError) and error.kind is ErrorKind.PAUSE:
            return self.settings.pause
        return self.settings.first_wait * float(2 ** (state.attempt_number - 1))

    async def _once(self, method: str, parameters: dict[str, str]) -> ApiResult:
        url = f"{self.settings.api_url.rstrip('/')}/fb.do"
        try:
            answer = await self.client.get(url, params=self._sign_parameters(method, parameters))
        except ReadError as error:
            # The detail may quote an address, and the address holds the token.
            failure = Failure(error.failure.code, f"{method}: not answered")
            raise ReadError(failure, error.evidence, error.answer) from None
        value = _json(answer, method)
        if isinstance(value, dict) and "error_code" in value:
            raise ApiError(_code(value), method, answer.evidence)
        return ApiResult(value, answer.evidence)

    def _sign_parameters(self, method: str, parameters: dict[str, str]) -> dict[str, str]:
        token = self.settings.access_token
        sent = {
            "application_key": self.settings.application_key,
            "format": "json",
            "method": method,
            **parameters,
        }
        secret = session_secret(token, self.settings.application_secret_key)
        return {**sent, "access_token": token, "sig": sign(sent, secret)}


def _topic_parameters(way: str, uid: str, anchor: str) -> dict[str, str]:
    parameters = {"gid": uid, "count": str(_TOPICS)}
    if way == "stream.get":
        parameters |= {"patterns": "POST", "fields": beans.TOPIC_FIELDS}
    return parameters | ({"anchor": anchor} if anchor else {})


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ApiError) and error.kind in (ErrorKind.RETRY, ErrorKind.PAUSE)


def _json(answer: Answer, method: str) -> Any:
    try:
        return normalised_all(parsed(answer.body))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        failure = Failure(FailureCode.MALFORMED, f"{method}: not JSON")
        raise ReadError(failure, answer.evidence, answer) from error


def _code(value: dict[str, Any]) -> int:
    code = whole(value["error_code"])
    return 1 if code is None else code


def _read_shape(told: ApiResult, read: Any) -> ApiResult:
    try:
        return ApiResult(read(told.value), told.evidence)
    except beans.ShapeError as error:
        failure = Failure(FailureCode.MALFORMED, f"{error}: another shape")
        raise ReadError(failure, told.evidence) from error

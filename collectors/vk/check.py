"""Whether the tokens work, for the operator who has just set them; spends no `wall.get`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenacity import Retrying, retry_if_result, stop_after_attempt, wait_fixed

from collectors.keys import NO_WAY, Tried, sign_of
from collectors.model import CallsLeft, Failure, FailureCode, Health, Sign
from collectors.vk.errors import MAY_NOT_EXECUTE, VkError
from collectors.vk.settings import WALL_GET, VkSettings, fingerprint
from collectors.vk.transport import Line

NO_TOKEN = "ключ ВКонтакте не задан: страницы ВКонтакте не прочитать"
GUIDE = "docs/ru/first-audit.md, «1. Ключ ВКонтакте»"
HOW_TO_GET_ONE = f"получите сервисный ключ ({GUIDE}) и задайте VK_TOKENS или VK_TOKENS_FILE"
NEW_KEY = f"получите новый сервисный ключ ({GUIDE}) и задайте его вместо этого"
USER, SERVICE, COMMUNITY = "ключ пользователя", "сервисный ключ", "ключ сообщества"
REFUSED_KINDS = {27: COMMUNITY, 28: SERVICE}  # "unavailable with group auth", "with service token"
SECOND, TRIES = 1.0, 4  # VK counts a token's calls by the second, and a night may read with it now
NOT_A_MANAGER = frozenset({15, 104, 203})  # 15 with a subcode for kinds of tokens is no such answer


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """`message` is Russian, for the terminal; `reader` is the token's fingerprint.

    `failure`: what kept the token from being tried, or VK's refusal of it.
    """

    reader: str
    message: str
    failure: Failure | None = None
    is_of_use: bool = True


def signs(settings: VkSettings, left: CallsLeft) -> Iterator[Sign]:
    """What the doctor says of the tokens, and how many walls each may still read today.

    Where nobody answers the first, the others are not tried: each would wait as long.
    """
    if not settings.token_list:
        yield Sign(Health.WARNING, NO_TOKEN, HOW_TO_GET_ONE)
    for token in settings.token_list:
        check = check_token(settings, token)
        if check.failure and check.failure.code in NO_WAY:
            yield sign_of(_tried(settings, "ключи ВКонтакте", several=True), check.failure)
            return
        yield _sign(settings, check, left(check.reader, WALL_GET))


def _tried(settings: VkSettings, name: str, *, several: bool = False) -> Tried:
    return Tried(name, settings.api_url, "[vk] api_url", NEW_KEY, several)


def _sign(settings: VkSettings, check: TokenCheck, left: int | None) -> Sign:
    what = f"ключ ВКонтакте {check.reader}"
    if check.failure:
        return sign_of(_tried(settings, what), check.failure)
    rest = "" if left is None else f"; осталось чтений стен на сутки: {left}"
    state, advice = (Health.GOOD, "") if check.is_of_use else (Health.FAULT, NEW_KEY)
    return Sign(state, f"{what}: {check.message}{rest}", advice)


def check_token(settings: VkSettings, token: str) -> TokenCheck:
    """Two or three calls."""
    line = Line(settings, token, "Dozor/0.1 (check of a token)")
    reader = fingerprint(token)
    try:
        seen = _asked(line, "groups.getById", {"group_ids": "1"})
        if isinstance(seen, VkError) and not seen.is_absence:
            detail = seen.failure.detail.replace(token, "***")
            return TokenCheck(reader, "", Failure(seen.failure.code, detail))
        kind = _kind(line)
        may = _asked(line, "execute", {"code": "return 1;"})
    finally:
        line.close()
    if kind == COMMUNITY:
        return TokenCheck(reader, f"{kind}: стен с ним не прочитать", is_of_use=False)
    works = f"ключ работает ({kind})" if kind else "ключ работает"
    if isinstance(may, VkError) and may.number not in MAY_NOT_EXECUTE:
        return TokenCheck(reader, works)  # trouble that says nothing of the token
    if isinstance(may, VkError):
        slow = f"{works}, но без execute: каждая стена читается отдельным запросом"
        return TokenCheck(reader, slow)
    return TokenCheck(reader, f"{works}, стены читаются по 25 за запрос")


def _asked(line: Line, method: str, parameters: Mapping[str, Any]) -> Any:
    """What was answered; "too many requests per second" only where it does not pass."""
    patient = Retrying(
        retry=retry_if_result(_came_too_soon),
        wait=wait_fixed(SECOND),
        stop=stop_after_attempt(TRIES),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    return patient(lambda: line.ask(method, parameters)[0])


def _came_too_soon(answer: object) -> bool:
    return isinstance(answer, VkError) and answer.failure.code is FailureCode.RATE_LIMITED


def _kind(line: Line) -> str:
    """By how a method answers that only users may call; "" where the answer does not tell."""
    answer = _asked(line, "groups.getSettings", {"group_id": 1})
    if not isinstance(answer, VkError):
        return USER
    if answer.number in REFUSED_KINDS:
        return REFUSED_KINDS[answer.number]
    if answer.number in NOT_A_MANAGER:
        return SERVICE if answer.ends_work else USER
    return ""

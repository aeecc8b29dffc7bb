"""Whether the tokens work, for the operator who has just set them; spends no `wall.get`."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.model import CallsLeft, Health, Sign
from collectors.vk.errors import VkError
from collectors.vk.settings import WALL_GET, VkSettings, fingerprint
from collectors.vk.transport import Line

NO_TOKEN = "ключ ВКонтакте не задан: страницы ВКонтакте не прочитать"
HOW_TO_GET_ONE = "получите сервисный ключ (README, «Первая проверка») и задайте VK_TOKENS"
USER, SERVICE, COMMUNITY = "ключ пользователя", "сервисный ключ", "ключ сообщества"
REFUSED_KINDS = {27: COMMUNITY, 28: SERVICE}  # "unavailable with group auth", "with service token"
NOT_A_MANAGER = frozenset({15, 104, 203})  # 15 with a subcode for kinds of tokens is no such answer


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """`message` is Russian, for the terminal; `reader` is the token's fingerprint."""

    reader: str
    ok: bool
    message: str


def signs(settings: VkSettings, left: CallsLeft) -> list[Sign]:
    """What the doctor says of the tokens, and how many walls each may still read today."""
    if not settings.token_list:
        return [Sign(Health.WARNING, NO_TOKEN, HOW_TO_GET_ONE)]
    return [_sign(check, left(check.reader, WALL_GET)) for check in check_tokens(settings)]


def _sign(check: TokenCheck, left: int | None) -> Sign:
    rest = "" if left is None else f"; осталось чтений стен на сутки: {left}"
    advice = "" if check.ok else "выпустите ключ заново и задайте VK_TOKENS (docs/ru)"
    state = Health.GOOD if check.ok else Health.FAULT
    return Sign(state, f"ключ ВКонтакте {check.reader}: {check.message}{rest}", advice)


def check_tokens(settings: VkSettings) -> list[TokenCheck]:
    """Two or three calls a token, one after another."""
    return [_check(settings, token) for token in settings.token_list]


def _check(settings: VkSettings, token: str) -> TokenCheck:
    line = Line(settings, token, "Dozor/0.1 (check of a token)")
    try:
        seen, _ = line.ask("groups.getById", {"group_ids": "1"})
        if isinstance(seen, VkError) and not seen.is_absence:
            detail = seen.failure.detail.replace(token, "***")
            return TokenCheck(fingerprint(token), False, f"ключ не работает: {detail}")
        kind = _kind(line)
        may, _ = line.ask("execute", {"code": "return 1;"})
    finally:
        line.close()
    if kind == COMMUNITY:
        return TokenCheck(fingerprint(token), False, f"{kind}: стен с ним не прочитать")
    works = f"ключ работает ({kind})" if kind else "ключ работает"
    if isinstance(may, VkError):
        slow = f"{works}, но без execute: каждая стена читается отдельным запросом"
        return TokenCheck(fingerprint(token), True, slow)
    return TokenCheck(fingerprint(token), True, f"{works}, стены читаются по 25 за запрос")


def _kind(line: Line) -> str:
    """By how a method answers that only users may call; "" where the answer does not tell."""
    answer, _ = line.ask("groups.getSettings", {"group_id": 1})
    if not isinstance(answer, VkError):
        return USER
    if answer.number in REFUSED_KINDS:
        return REFUSED_KINDS[answer.number]
    if answer.number in NOT_A_MANAGER:
        return SERVICE if answer.ends_work else USER
    return ""

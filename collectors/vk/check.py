"""Whether the tokens work, for the operator who has just set them; spends no `wall.get`."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.vk.errors import VkError
from collectors.vk.settings import VkSettings, fingerprint
from collectors.vk.transport import Line


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """`message` is Russian, for the terminal; `reader` is the token's fingerprint."""

    reader: str
    ok: bool
    message: str


def check_tokens(settings: VkSettings) -> list[TokenCheck]:
    """One or two calls a token, one after another."""
    return [_check(settings, token) for token in settings.token_list]


def _check(settings: VkSettings, token: str) -> TokenCheck:
    line = Line(settings, token, "Dozor/0.1 (check of a token)")
    try:
        seen, _ = line.ask("groups.getById", {"group_ids": "1"})
        if isinstance(seen, VkError) and not seen.is_absence:
            detail = seen.failure.detail.replace(token, "***")
            return TokenCheck(fingerprint(token), False, f"ключ не работает: {detail}")
        may, _ = line.ask("execute", {"code": "return 1;"})
    finally:
        line.close()
    if isinstance(may, VkError):
        slow = "ключ работает, но без execute: каждая стена читается отдельным запросом"
        return TokenCheck(fingerprint(token), True, slow)
    return TokenCheck(fingerprint(token), True, "ключ работает, стены читаются по 25 за запрос")

"""What the doctor says of a key, by what came back when it was tried.

A new key is advised only where the platform itself refused this one: without a connection, or
behind a proxy that answers in its place, a sound key would be thrown away for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectors.model import Failure, FailureCode, Health, Sign

NO_WAY: Mapping[FailureCode, str] = {
    FailureCode.TIMEOUT: "ответа не дождались",
    FailureCode.DNS: "имя сервера не найдено",
    FailureCode.CONNECTION: "соединение не установлено",
    FailureCode.TLS: "сертификат сервера не принят",
    FailureCode.REDIRECTS: "сервер пересылает на другой адрес",
    FailureCode.ADDRESS_REFUSED: "адрес записан не так или ведёт во внутреннюю сеть",
}
PASSING: Mapping[FailureCode, str] = {
    FailureCode.SERVER_ERROR: "сервер ответил ошибкой",
    FailureCode.RATE_LIMITED: "сервер просит спрашивать реже",
    FailureCode.QUOTA: "суточный запас обращений исчерпан",
}
NOT_ITS_OWN = frozenset({FailureCode.FORBIDDEN, FailureCode.MALFORMED, FailureCode.CUT})
CAPTCHA_ADVICE = (
    "повторите позже; если не проходит, войдите в сеть под владельцем ключа и пройдите проверку"
)
ROBOT = "сеть просит подтвердить, что спрашивает не робот"
PROXY = (
    "проверьте {setting}; возможно, отвечает посредник (прокси, межсетевой экран): спросите того, "
    "кто ведает связью; ключ менять не нужно"
)
UNFORESEEN = "сообщите разработчикам; ключ менять не нужно"
LATER = "обычно проходит само: повторите dozor doctor позже; ключ менять не нужно"


@dataclass(frozen=True, slots=True)
class Tried:
    """A key, or several that go together, and where it was tried, as the settings call it."""

    name: str  # «ключ ВКонтакте 1a2b3c4d»
    url: str
    setting: str  # «[vk] api_url»
    new_key: str  # how to get another one
    several: bool = False

    @property
    def untried(self) -> str:
        return f"{self.name}: не {'проверены' if self.several else 'проверен'}"

    @property
    def refused(self) -> str:
        return f"{self.name}: не {'приняты' if self.several else 'принят'}"


def sign_of(key: Tried, failure: Failure) -> Sign:
    code, told = failure.code, f" ({failure.detail})" if failure.detail else ""
    if code is FailureCode.TOKEN_REFUSED:
        return Sign(Health.FAULT, f"{key.refused}{told}", key.new_key)
    if code in NO_WAY:
        advice = f"проверьте связь и {key.setting}; ключ менять не нужно"
        return Sign(Health.FAULT, f"{key.untried}: {no_way(key.url, code)}", advice)
    if code in PASSING:
        return Sign(Health.WARNING, f"{key.untried}: {PASSING[code]}", LATER)
    if code is FailureCode.CAPTCHA:
        return Sign(Health.FAULT, f"{key.untried}: {ROBOT}", CAPTCHA_ADVICE)
    if code in NOT_ITS_OWN:
        stranger = f"{key.untried}: {key.url} отвечает не так, как отвечает сеть{told}"
        return Sign(Health.FAULT, stranger, PROXY.format(setting=key.setting))
    return Sign(Health.FAULT, f"{key.untried}: ответ не понят{told}", UNFORESEEN)


def no_way(url: str, code: FailureCode) -> str:
    """Nobody answered: nothing can be said of any key."""
    return f"нет связи с {url}: {NO_WAY[code]}"

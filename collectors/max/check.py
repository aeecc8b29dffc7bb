"""Whether MAX takes the tokens, for the operator who has just set them; one call a token."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

from collectors.http.errors import ReadError
from collectors.keys import NO_WAY, Tried, sign_of
from collectors.max.api import open_api
from collectors.max.schema import VERSION
from collectors.max.settings import MaxSettings, fingerprint
from collectors.model import CallsLeft, Failure, FailureCode, Health, Sign
from collectors.trial import trial_run

GUIDE = "docs/ru/max.md"
NO_TOKEN = "бот MAX не задан: каналы в MAX не прочитать, и это никому не в вину"
HOW_TO_GET_ONE = f"если каналы в MAX нужны, заведите бота и задайте MAX_TOKENS ({GUIDE})"
NEW_TOKEN = f"возьмите новый ключ бота на business.max.ru и задайте его вместо этого ({GUIDE})"
NO_ROOTS = "корневой сертификат Минцифры для MAX не задан (extra_roots)"
ROOTS = (
    "сервер MAX подписан им: скачайте его с gosuslugi.ru/crypto и укажите файл в [max] extra_roots "
    "или [site] extra_roots; без проверки сертификата Дозор не читает"
)
NO_CONTROLS = "контрольных каналов MAX нет: пустое описание не отличить от непоказанного"
CONTROLS = (
    "впишите в [max] control_pages канал с описанием и закреплённой записью, куда впущен каждый "
    "бот: https://max.ru/c/-…"
)
NO_IDS = "бот для сообщений в MAX задан, а писать некуда: [max] tell_chat_ids пуст"
NO_TELLER = "[max] tell_chat_ids заданы, а бота для сообщений нет"


def signs(settings: MaxSettings, _: CallsLeft) -> Iterator[Sign]:
    yield from _of_reading(settings)
    yield from _of_telling(settings)


def _of_reading(settings: MaxSettings) -> Iterator[Sign]:
    if not settings.token_list:
        yield Sign(Health.GOOD, f"{NO_TOKEN}; {HOW_TO_GET_ONE}")
        return
    if settings.extra_roots is None and settings.api_url.startswith("https://"):
        yield Sign(Health.WARNING, NO_ROOTS, ROOTS)
    if not settings.control_pages:
        yield Sign(Health.WARNING, NO_CONTROLS, CONTROLS)
    for token, failure in asyncio.run(_tried(settings)).items():
        yield _sign(settings, token, failure)
        if failure and failure.code in NO_WAY:
            return


def _of_telling(settings: MaxSettings) -> Iterator[Sign]:
    if settings.tell_token and not settings.tell_chat_ids:
        yield Sign(Health.WARNING, NO_IDS, f"впишите номера чатов ({GUIDE})")
    if settings.tell_chat_ids and not settings.tell_token:
        yield Sign(Health.WARNING, NO_TELLER, f"задайте MAX_TELL_TOKEN ({GUIDE})")


def _sign(settings: MaxSettings, token: str, failure: Failure | None) -> Sign:
    name = f"бот MAX {fingerprint(token)}"
    if failure is None:
        return Sign(Health.GOOD, f"{name}: ключ принят; ответы читаются по схеме {VERSION}")
    if failure.code is FailureCode.TLS:
        return Sign(Health.FAULT, f"{name}: не проверен: сертификат сервера не принят", ROOTS)
    return sign_of(Tried(name, settings.api_url, "[max] api_url", NEW_TOKEN), failure)


async def _tried(settings: MaxSettings) -> Mapping[str, Failure | None]:
    """Asked once: somebody waits at the terminal."""
    found: dict[str, Failure | None] = {}
    async with open_api(replace(settings, first_wait=0), trial_run(), attempts=1) as bots:
        for token, api in bots.items():
            found[token] = None
            try:
                await api.me()
            except ReadError as error:
                found[token] = error.failure
                if error.failure.code in NO_WAY:
                    break
    return found

"""Whether OK answers, and takes the keys where they are set; one call or page, for the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from collectors.http.client import Client, open_client
from collectors.http.errors import ReadError
from collectors.keys import NO_WAY, Tried, no_way, sign_of
from collectors.model import OK, CallsLeft, Failure, Health, Sign
from collectors.ok.api import Api
from collectors.ok.collect import guard_of, limits_of
from collectors.ok.errors import ApiError, ErrorKind
from collectors.ok.settings import SECRETS, OkSettings
from collectors.trial import trial_run

NO_KEYS = "ключей Одноклассников нет: читаются открытые страницы"
NO_PAGES = "открытых страниц Одноклассников не прочитать"
KEYS = "ключи Одноклассников"
NEW_KEYS = (
    "сверьте все три ключа с теми, что показывает https://ok.ru/devaccess, и замените неверный "
    "(docs/ru/first-audit.md, «2. Ключи Одноклассников (не обязательны)»)"
)
TAKEN = frozenset({ErrorKind.METHOD, ErrorKind.ABSENT, ErrorKind.HIDDEN})


def signs(settings: OkSettings, _: CallsLeft) -> Sequence[Sign]:
    missing = [variable for name, variable in SECRETS.items() if not getattr(settings, name)]
    if not missing:
        return (_of_keys(settings),)
    trouble = _of_pages(settings)
    if len(missing) == len(SECRETS):
        return trouble or (Sign(Health.GOOD, NO_KEYS),)
    told = ", ".join(missing)
    what = f"{KEYS} заданы не все: нет {told}; читаются открытые страницы"
    return Sign(Health.WARNING, what, "задайте все ключи или ни одного"), *trouble


def _of_keys(settings: OkSettings) -> Sign:
    failure = asyncio.run(_refusal_of_keys(settings))
    if failure is None:
        return Sign(Health.GOOD, f"{KEYS}: приняты")
    return sign_of(Tried(KEYS, settings.api_url, "[ok] api_url", NEW_KEYS, several=True), failure)


def _of_pages(settings: OkSettings) -> tuple[Sign, ...]:
    """Whatever answers there will do: what a page shows is found out when it is read."""
    failure = asyncio.run(_trouble_of_pages(settings))
    if failure is None or failure.code not in NO_WAY:
        return ()
    told = f"{NO_PAGES}: {no_way(settings.site_url, failure.code)}"
    return (Sign(Health.WARNING, told, "проверьте связь и [ok] site_url"),)


async def _refusal_of_keys(settings: OkSettings) -> Failure | None:
    """A key that may not call this one method, or sees no such group, was taken."""
    hasty = replace(settings, first_wait=0, pause=0)
    async with _client(hasty) as client:
        try:
            await Api(client, hasty).call("group.getInfo", uids="1", fields="uid")
        except ApiError as error:
            return None if error.kind in TAKEN else error.failure
        except ReadError as error:
            return error.failure
    return None


async def _trouble_of_pages(settings: OkSettings) -> Failure | None:
    async with _client(settings) as client:
        try:
            await client.get(f"{settings.site_url.rstrip('/')}/")
        except ReadError as error:
            return error.failure
    return None


def _client(settings: OkSettings) -> AbstractAsyncContextManager[Client]:
    """Asked once: somebody waits at the terminal."""
    limits = replace(limits_of(settings), attempts=1)
    return open_client(OK, trial_run(), limits, guard_of(settings))

"""`dozor storage move`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from monitor.application import real_time
from monitor.config import load_settings
from monitor.logs import hide
from monitor.storage.addresses import passwords_of, shown, usable_address, with_password
from monitor.storage.database import connect
from monitor.storage.locks import AT_WORK, lock
from monitor.storage.moving import MoveError
from monitor.storage.moving import move as carry


def move(config: Path, to: str, password: str) -> int:
    """Copy the configured database; the settings are the operator's to change."""
    settings = load_settings(config)
    written = _address(to)
    hide((password, *passwords_of(written)))
    address = with_password(written, password)
    with ExitStack() as stack:
        source = stack.enter_context(_connected(settings.storage.database))
        target = stack.enter_context(_connected(address))
        for name in AT_WORK:
            stack.enter_context(lock(source, name, real_time))
        carry(source, target, lambda table, rows: print(f"  {table}: {rows}"))
    print(
        "Перенесено и сверено. Теперь впишите в настройки:\n"
        f'[storage]\ndatabase = "{_without_password(address)}"\n'
        "(пароль — в DATABASE_PASSWORD) и проверьте: dozor doctor; dozor verify. "
        "Прежняя база не изменена."
    )
    return 0


def _address(to: str) -> str:
    try:
        return usable_address(to)
    except ValueError as error:
        raise MoveError(f"--to: {error}") from None


def _without_password(address: str) -> str:
    return shown(address).replace(":***@", "@")


@contextmanager
def _connected(address: str) -> Iterator[Engine]:
    engine = connect(address)
    try:
        yield engine
    finally:
        engine.dispose()

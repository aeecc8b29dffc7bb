"""`dozor storage move`, `tidy` and `compact`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer
from sqlalchemy import Engine

from monitor.application import opened, real_time, with_database
from monitor.audit.witnesses import tidy as remove_what_is_old
from monitor.clocks.believed import words
from monitor.commands.parameters import Config
from monitor.config import load_settings
from monitor.logs import hide
from monitor.storage.addresses import passwords_of, shown, usable_address, with_password
from monitor.storage.database import compact as give_room_back
from monitor.storage.database import connect, open_database
from monitor.storage.locks import AT_WORK, lock
from monitor.storage.moving import MoveError
from monitor.storage.moving import move as carry


def move(
    config: Config,
    to: Annotated[
        str,
        typer.Option("--to", metavar="АДРЕС", help="postgresql+psycopg://имя@сервер/база, пустая."),
    ],
    password: Annotated[
        str,
        typer.Option("--password", help="Пароль базы.", envvar="DATABASE_PASSWORD", hidden=True),
    ] = "",
) -> int:
    """Copy the configured database; the settings are the operator's to change."""
    settings = load_settings(config)
    written = _address(to)
    hide((password, *passwords_of(written)))
    address = with_password(written, password)
    with ExitStack() as stack:
        source = stack.enter_context(_closing(connect(settings.storage.database)))
        target = stack.enter_context(_closing(connect(address)))
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


def tidy(config: Config) -> int:
    """What a night does at its end; also what the settings keep for longer now comes back."""
    with opened(with_database(load_settings(config))) as application:
        done = remove_what_is_old(application)
    if done.doubt:
        print(done.doubt.what, done.doubt.advice, sep="\n")
    moved = done.evidence
    counts = {"binned": len(moved.binned), "back": len(moved.back), "gone": len(moved.gone)}
    print(words("tidied", **counts, letters=done.letters, reports=done.reports))
    return 1 if done.doubt else 0


def compact(config: Config) -> int:
    """While nobody audits or sends."""
    settings = with_database(load_settings(config))
    with ExitStack() as stack:
        engine = stack.enter_context(_closing(open_database(settings.storage.database)))
        for name in AT_WORK:
            stack.enter_context(lock(engine, name, real_time))
        give_room_back(engine)
    print("Место возвращено диску.")
    return 0


def _address(to: str) -> str:
    try:
        return usable_address(to)
    except ValueError as error:
        raise MoveError(f"--to: {error}") from None


def _without_password(address: str) -> str:
    return shown(address).replace(":***@", "@")


@contextmanager
def _closing(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()

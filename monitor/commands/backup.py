"""`dozor backup` and `restore`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from monitor.application import real_time
from monitor.commands.copies import CopyError, Mark, back_up, database_file
from monitor.commands.copies import restore as put_back
from monitor.commands.parameters import Config, File
from monitor.config import load_settings
from monitor.storage.database import StorageError, open_database
from monitor.storage.locks import forget_all, hold_all, release_all, this_process


def backup(config: Config, file: File) -> int:
    _end_tidily()
    count = back_up(load_settings(config).storage, file)
    print(f"Сохранено: {file} (база и файлов материалов: {count}).")
    return 0


def restore(
    config: Config,
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Заменить то, что уже есть.")] = False,
) -> int:
    _end_tidily()
    storage = load_settings(config).storage
    database = database_file(storage)
    if not file.is_file():
        raise CopyError(f"{file}: такого файла нет")
    with _quiet(database, asked=force) as mark:
        count = put_back(storage, file, force=force, mark=mark)
    print(f"Восстановлено: база и файлов материалов: {count}. Проверьте: dozor verify.")
    return 0


def _end_tidily() -> None:
    """As Ctrl-C does: what is half written goes."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


@contextmanager
def _quiet(database: Path, *, asked: bool) -> Iterator[Mark]:
    """Nobody audits or sends until the end, neither by the old database nor by the new one.

    LockTakenError while somebody does; a broken database keeps nobody out.
    """
    us = this_process()
    if asked and database.exists():
        with suppress(StorageError):
            _hold(database, us)
    try:
        yield lambda copy: _hold(copy, us, fresh=True)
    finally:
        with suppress(StorageError):
            _release(database, us)


def _hold(database: Path, us: str, *, fresh: bool = False) -> None:
    engine = open_database(f"sqlite:///{database}")
    try:
        if fresh:
            forget_all(engine)
        hold_all(engine, us, real_time())
    finally:
        engine.dispose()


def _release(database: Path, us: str) -> None:
    if database.exists():
        engine = open_database(f"sqlite:///{database}")
        release_all(engine, us)
        engine.dispose()

"""What the doctor says of the database: not there yet, out of reach, shut to us, or in order."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url

from collectors.model import Health, Sign
from monitor.application import missing_database
from monitor.config import Settings
from monitor.errors.system import in_russian
from monitor.service.stored import look_at_stored
from monitor.storage.addresses import SQLITE
from monitor.storage.database import StorageError, connect, product_of, schema_is_current
from monitor.storage.heartbeats import alive, queue_fault

PORT = 5432
DIAL_SECONDS = 5
NOT_ADMITTED = (
    "сервер на связи, но не пустил: проверьте в [storage] database имя и базу, пароль "
    "(DATABASE_PASSWORD) и права"
)
NO_WAY = "проверьте связь, запущен ли сервер, и адрес в [storage] database; пароль менять не нужно"


def database_signs(settings: Settings) -> Iterator[Sign]:
    if file := missing_database(settings):
        yield _not_yet(file)
        return
    try:
        engine = connect(settings.storage.database)
        try:
            what = f"база данных {product_of(engine)}"
            current = schema_is_current(engine)
        finally:
            engine.dispose()
    except (StorageError, OSError) as error:
        yield _trouble(make_url(settings.storage.database), error)
        return
    if current:
        yield Sign(Health.GOOD, f"{what}: отвечает, схема новейшая{_workers(settings)}")
    else:
        told = f"{what}: отвечает, пуста или прежней версии"
        yield Sign(Health.WARNING, told, "обновится при проверке")


def _not_yet(file: Path) -> Sign:
    folder = file.parent
    while not folder.exists():
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Sign(Health.GOOD, f"база данных: {file} ещё нет, её заведёт первая проверка")
    told = f"база данных: {file} ещё нет, а в папку {folder} писать нельзя"
    return Sign(Health.FAULT, told, "проверьте владельца и права папки или [storage] database")


def _trouble(url: URL, error: Exception) -> Sign:
    """libpq tells "nobody is there" and "wrong password" by its text alone, so the way is tried."""
    if url.get_backend_name() == SQLITE:
        return Sign(Health.FAULT, f"база данных: {error}")
    if told := _way_to(url):
        return Sign(Health.FAULT, f"база данных: Сервер PostgreSQL не отвечает: {told}", NO_WAY)
    return Sign(Health.FAULT, f"база данных: {error}", NOT_ADMITTED)


def _way_to(url: URL) -> str:
    """Why none of its hosts can be dialled; "" where one can."""
    troubles = []
    for host, port in _hosts(url):
        try:
            _dial(host, port)
        except OSError as error:
            troubles.append(f"{host}:{port} ({in_russian(error)})")
        else:
            return ""
    return ", ".join(troubles)


def _hosts(url: URL) -> Iterator[tuple[str, int]]:
    """As SQLAlchemy takes them: in the address, or `host=NAME[:PORT]` after it, many times."""
    written = url.query.get("host", ())
    named: Sequence[str] = (written,) if isinstance(written, str) else written
    default = url.port or PORT
    for one in named or (url.host or "localhost",):
        host, _, port = one.partition(":") if one.count(":") == 1 else (one, "", "")
        yield host, int(port) if port.isdigit() else default


def _dial(host: str, port: int) -> None:
    """OSError where nobody listens. A host that begins with «/» is a socket's folder."""
    if not host.startswith("/"):
        socket.create_connection((host, port), DIAL_SECONDS).close()
        return
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(DIAL_SECONDS)
        line.connect(f"{host}/.s.PGSQL.{port}")


def _workers(settings: Settings) -> str:
    """How many processes share the work; nothing where there are none, as in an office."""
    count = 0
    with look_at_stored(settings) as engine:
        count = alive(engine, settings.workers.heartbeat_seconds) if engine else 0
    return f"; рабочих процессов: {count}" if count else ""


def queue_signs(settings: Settings) -> Iterator[Sign]:
    """Workers have a way of their own to the database, through another library."""
    address = settings.storage.database
    if make_url(address).get_backend_name() == SQLITE or find_spec("procrastinate") is None:
        return
    with suppress(StorageError):  # told by `database_signs`
        if fault := queue_fault(address):
            advice = "dozor worker и dozor serve --workers без неё не работают; проверьте [storage]"
            yield Sign(Health.FAULT, f"очередь рабочих процессов: {fault}", advice)
        else:
            yield Sign(Health.GOOD, "очередь рабочих процессов: отвечает")

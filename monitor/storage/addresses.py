"""The address of the database as it is written in the settings: which are known, and how shown."""

from __future__ import annotations

import re
from importlib.util import find_spec

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DRIVER = "psycopg"
INSTALL = (
    "для PostgreSQL нужен драйвер psycopg: pip install 'dozor[postgresql]' "
    "(из папки программы: pip install -e '.[postgresql]')"
)
_PASSWORD = re.compile(r"(//[^/@:\s]*:)[^@\s]*@|(password=)[^&\s]*", re.IGNORECASE)


def usable_address(written: str) -> str:
    """As it was written. ValueError with a Russian hint: no address, or no driver for it."""
    try:
        url = make_url(written)
    except ArgumentError:
        raise ValueError(f"«{shown(written)}» — не адрес базы: {_EXAMPLES}") from None
    backend, _, driver = url.drivername.partition("+")
    if backend == SQLITE:
        if url.database in (None, "", ":memory:") or url.query.get("mode") == "memory":
            raise ValueError(f"«{written}» — не файл: база должна пережить программу; {_EXAMPLES}")
        return written
    if backend != POSTGRESQL or driver not in ("", DRIVER):
        raise ValueError(f"базы «{url.drivername}» Дозор не знает: {_EXAMPLES}")
    if find_spec(DRIVER) is None:
        raise ValueError(INSTALL)
    return written if driver else written.replace(backend, f"{backend}+{DRIVER}", 1)


_EXAMPLES = "пишите sqlite:///var/dozor.db или postgresql+psycopg://имя@сервер/база"


def shown(address: str) -> str:
    """The address, or a text that quotes it, without its password."""
    return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}***" + "@" * bool(found[1]), address)


def with_password(address: str, password: str) -> str:
    """The password put into the address of a server."""
    url = make_url(address)
    if not password or url.get_backend_name() == SQLITE:
        return address
    return url.set(password=password).render_as_string(hide_password=False)


def passwords_of(address: str) -> tuple[str, ...]:
    """In both places where the address of a server may hold one."""
    url = make_url(address)
    named = url.query.get("password", ())
    return tuple(filter(None, (url.password, *((named,) if isinstance(named, str) else named))))

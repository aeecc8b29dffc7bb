"""The desk of the invented town: two people who may come in at once, with their codes printed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pyotp

from monitor.application import Application
from monitor.config import Settings
from monitor.desk.gate import codes, granting, passwords
from monitor.desk.serving import DeskAddressError, bound, run
from monitor.storage import accounts

PEOPLE = (("operator", "оператор"), ("deputy", "заместитель главы"))
CODES = 10  # of half a minute each; later ones come from the secret


def keep_open(application: Application) -> None:
    """Until Ctrl-C."""
    with _bound(application.settings) as at:
        run(application, at, partial(_tell, application, at))
    print("Стол закрыт.")


def _tell(application: Application, at: socket.socket) -> None:
    host, port = at.getsockname()[:2]
    print(f"\nСтол вымышленного города: http://{host}:{port}. Закрыть: Ctrl-C.")
    for role, title in PEOPLE:
        print(*_seated(application, role, title), sep="\n", flush=True)


def _bound(settings: Settings) -> socket.socket:
    """Where the settings say; where that is taken, wherever there is room on this computer."""
    try:
        return bound(settings)
    except DeskAddressError:
        return socket.create_server(("127.0.0.1", 0))


def _seated(application: Application, role: str, title: str) -> Iterator[str]:
    """A new account that owes nothing any more, in the words by which somebody comes in."""
    now, password, secret = application.clock(), passwords.make_password(), codes.new_secret()
    towns = [town.id for town in application.municipalities]
    granted = granting.add(application.engine, role, role=role, towns=towns, at=now, own=password)
    accounts.enrol(application.engine, granted.account.number, secret=secret)
    yield f"\n  {title}: имя {role}, пароль {password}"
    yield f"  секрет для приложения с кодами: {codes.in_groups(secret)}"
    yield "  коды на ближайшие минуты, каждый один раз: " + ", ".join(_coming(secret, now))


def _coming(secret: str, now: datetime) -> Iterator[str]:
    """Each with the moment from which it is good."""
    made = pyotp.TOTP(secret)
    for step in range(CODES):
        at = now + timedelta(seconds=made.interval * step)
        begins = at - timedelta(seconds=at.timestamp() % made.interval)
        yield f"с {begins.astimezone():%H:%M:%S} {made.at(at)}"

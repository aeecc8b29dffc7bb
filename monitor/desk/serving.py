"""The desk as a server: uvicorn, on an address that was bound before anything is promised."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from collectors.errors import UsageError
from monitor.application import Application, opened, real_time
from monitor.cases.board import follow
from monitor.config import Settings
from monitor.desk.dispatch import desk_app
from monitor.desk.ground import Desk
from monitor.desk.lines import Lines
from monitor.desk.orders.worker import orders_carried_out
from monitor.errors.system import in_russian

log = logging.getLogger(__name__)

LAST_ANSWERS = 10  # seconds that answers which have begun are given at the end
WAITING = 256  # connections that the system holds for us


class DeskAddressError(UsageError):
    """The address cannot be listened on."""


def bound(settings: Settings) -> socket.socket:
    """Raises DeskAddressError."""
    where = settings.desk.host, settings.desk.port
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    try:
        return socket.create_server(where, family=family, backlog=WAITING)
    except OSError as error:
        told = f"[desk] address = «{settings.desk.address}»: {in_russian(error)}"
        raise DeskAddressError([f"{told}. Занят другой программой? Укажите другой порт"]) from None


def run(
    application: Application, at: socket.socket, ready: Callable[[], object] = lambda: None
) -> None:
    """Until SIGTERM or SIGINT; answers that have begun are finished.

    `ready` is called once these are heeded: a signal before then kills.
    """
    desk = Desk(application)
    server = _server(desk)

    def end(_: int, __: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    ready()
    with orders_carried_out(application), followed(desk):
        server.run(sockets=[at])


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[None]:
    """Answer while the block runs, in a thread beside it."""
    with (
        bound(settings) as at,
        opened(settings, real_time) as application,
        orders_carried_out(application),
        followed(desk := Desk(application)),
    ):
        server = _server(desk)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, name="desk")
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def followed(desk: Desk) -> Iterator[None]:
    """Keep the board true meanwhile, in a thread beside it."""
    ended = threading.Event()
    arguments = (lambda: desk.application, ended)
    keeper = threading.Thread(target=follow, args=arguments, name="board")
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _server(desk: Desk) -> _Server:
    settings = desk.settings.desk
    app = desk_app(desk)
    lines = Lines(desk.limits, settings.trusted_proxies, app.unread)
    logging.getLogger("uvicorn.access").disabled = True  # whoever hands it a handler later
    return _Server(
        uvicorn.Config(
            app,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.trusted_proxies),
            access_log=False,  # it would hold the addresses of links
            log_config=None,
            server_header=False,
            lifespan="off",
            ws="none",
            http=lines.protocol(),  # type: ignore[arg-type]  # what makes one, not a class
            timeout_keep_alive=int(desk.limits.silent) + 1,  # ours comes first
            timeout_graceful_shutdown=LAST_ANSWERS,
        )
    )


class _Server(uvicorn.Server):
    """Signals are the process's own affair: uvicorn's would end it as if it were killed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

"""A thread beside the server: looks for orders and carries them out until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.application import Application, opened
from monitor.audit.begin import StoppedError
from monitor.desk.orders.carrying import carry_out
from monitor.storage import orders

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # how often the database is asked; an order waits no longer
REST_SECONDS = 15.0  # after something went wrong, or another was in the way


@contextmanager
def orders_carried_out(application: Application) -> Iterator[None]:
    """While the block runs. What is under way at its end is taken up at the next start."""
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(application, stop), name="desk orders")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _work(application: Application, stop: threading.Event) -> None:
    pause = LOOK_SECONDS
    while not stop.wait(pause):
        try:
            pause = _look(application, stop)
        except StoppedError:
            log.warning("stopped in the middle of an order; the next start goes on")
        except Exception:
            log.exception("orders could not be looked at")
            pause = REST_SECONDS


def _look(application: Application, stop: threading.Event) -> float:
    """With registries as they are now. Gives the seconds until the next look."""
    if not orders.open_numbers(application.engine):
        return LOOK_SECONDS
    with opened(application.settings, application.clock, stop.is_set) as now:
        return LOOK_SECONDS if carry_out(now) else REST_SECONDS

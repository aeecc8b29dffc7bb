"""Carrying orders out: one process at a time, each order to its end, what breaks breaks alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from collectors.errors import OperatorError
from monitor.application import Application
from monitor.audit.begin import StoppedError
from monitor.desk.orders.outcome import Came, words
from monitor.desk.orders.reading import read
from monitor.desk.orders.sending import carry_out_plan, carry_out_rehearsal, carry_out_sending
from monitor.logs import without_secrets
from monitor.storage import orders
from monitor.storage.locks import LockTakenError, lock
from monitor.storage.orders import Kind, Order

log = logging.getLogger(__name__)

LOCK = "orders"
RESUME_WITHIN = timedelta(hours=6)  # a reading that broke off longer ago begins anew

WORK: Mapping[Kind, Callable[[Application, Order], Came]] = {
    Kind.READ: read,
    Kind.PLAN: carry_out_plan,
    Kind.SEND: carry_out_sending,
    Kind.REHEARSE: carry_out_rehearsal,
}


def carry_out(application: Application) -> int:
    """All that is open; the number that came to an end. StoppedError: the next start goes on."""
    try:
        with lock(application.engine, LOCK, application.clock):
            numbers = orders.open_numbers(application.engine)
            return sum(_ended(application, number) for number in numbers)
    except LockTakenError:
        log.info("another process carries out what the desk has ordered")
        return 0


def _ended(application: Application, number: int) -> bool:
    engine, now = application.engine, application.clock()
    order = orders.begin(engine, number, now, now - RESUME_WITHIN)
    if order is None:
        return False
    try:
        came = WORK[order.kind](application, order)
    except StoppedError:
        raise
    except LockTakenError:
        orders.put_back(engine, number, words("later"))
        return False
    except Exception as error:
        log.exception("order %d (%s) failed", number, order.kind)
        orders.finish(engine, number, application.clock(), told=_why(error), failed=True)
        return True
    told, audit, result = came.told, came.audit, came.result
    orders.finish(engine, number, application.clock(), told=told, audit=audit, result=result)
    return True


def _why(error: Exception) -> str:
    if isinstance(error, OperatorError) and error.lines:
        return without_secrets("; ".join(error.lines))
    return words("broke")

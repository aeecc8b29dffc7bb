"""The scheduler of the service's jobs, from its start to a signal that ends it."""

from __future__ import annotations

import logging
import signal
import threading
from contextlib import suppress
from queue import SimpleQueue

from apscheduler.events import EVENT_SCHEDULER_STARTED, JobEvent, SchedulerEvent
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler

log = logging.getLogger(__name__)

Signals = SimpleQueue[int]


def run(scheduler: BlockingScheduler, stop: threading.Event) -> None:
    """Until it is ended, from whichever thread and whatever it is at."""
    try:
        scheduler.start()
    except JobLookupError:  # it was ended while a job that runs only once was handed over
        if not stop.is_set():
            raise


def hear_signals() -> Signals:
    """From now on SIGTERM and SIGINT are written down and end nothing by themselves.

    From the first moment on: a machine may be switched off while the service still begins, and
    whoever saw a part of it answer may end it.
    """
    signals: Signals = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda told, _: signals.put(told))
    return signals


def end_on_signals(scheduler: BlockingScheduler, stop: threading.Event, signals: Signals) -> None:
    """Also by those that came before.

    A signal interrupts the main thread anywhere, also where it holds a lock that ending the
    scheduler wants. So it is only written down there, in a queue that may be interrupted by
    itself, and a thread of its own acts on it.
    """

    def end() -> None:
        log.warning("signal %d: finishing", signals.get())
        stop.set()
        end_if_running()

    def end_if_running(_: SchedulerEvent | None = None) -> None:
        if stop.is_set() and scheduler.running:
            with suppress(SchedulerNotRunningError):  # both may come to it in the same moment
                scheduler.shutdown(wait=False)

    scheduler.add_listener(end_if_running, EVENT_SCHEDULER_STARTED)
    threading.Thread(target=end, name="signals", daemon=True).start()


def log_missed(event: JobEvent) -> None:
    log.warning("missed: %s was due at %s", event.job_id, event.scheduled_run_time)

"""The service: an audit and its letter every night, until somebody ends it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from datetime import datetime
from types import FrameType

from apscheduler.events import EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.blocking import BlockingScheduler

from monitor import audit as pipeline
from monitor.application import Application, opened
from monitor.beginning import Order
from monitor.config import Settings
from monitor.delivery import Delivered, deliver, queue_alert, queue_report
from monitor.reporting import default_path, report_of, write
from reports.model import Audit

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LATE_SECONDS = 3600  # a night that begins up to an hour late still begins
RETRY_MINUTES = 1  # how often the outbox is looked at


def serve(settings: Settings, clock: Clock) -> None:
    """Run until SIGTERM or SIGINT; a night that has begun is finished first."""
    scheduler = BlockingScheduler(timezone=settings.schedule.timezone)
    scheduler.add_job(
        night,
        settings.schedule.trigger(),
        args=(settings, clock),
        id="night",
        max_instances=1,
        coalesce=True,
        misfire_grace_time=LATE_SECONDS,
    )
    scheduler.add_job(
        post, "interval", minutes=RETRY_MINUTES, args=(settings, clock), id="post", coalesce=True
    )
    scheduler.add_listener(_missed, EVENT_JOB_MISSED)
    _end_on_signals(scheduler)
    log.info("serving; next night: %s", settings.schedule.nightly)
    scheduler.start()


def night(settings: Settings, clock: Clock) -> Audit | None:
    """One night: audit, reports, letters. What goes wrong is told to the operator."""
    try:
        with opened(settings, clock) as application:
            return _night(application)
    except Exception as error:
        log.exception("the night failed")
        _alert(settings, clock, error)
        return None


def _night(application: Application) -> Audit:
    done = pipeline.audit(application, Order(as_of=application.clock()))
    report = report_of(application, done)
    for slug in ("html", "json"):
        write(report, slug, default_path(application, done, slug))
    queue_report(application, done, report)
    if done.issues:
        queue_alert(application, "Дозор: не всё удалось прочитать", _told(done))
    _log(deliver(application.engine, application.settings, application.clock))
    return done


def post(settings: Settings, clock: Clock) -> None:
    """Try again what a mail server had refused for now."""
    with opened(settings, clock) as application:
        _log(deliver(application.engine, settings, clock))


def _told(done: Audit) -> str:
    read = done.collection
    lines = [f"Проверка № {done.id}: прочитано {read.read} из {read.pages}.", ""]
    return "\n".join([*lines, *(issue.text for issue in done.issues)])


def _alert(settings: Settings, clock: Clock, error: Exception) -> None:
    """Nothing is sent to the deputy head: a failed night says nothing of the schools."""
    try:
        with opened(settings, clock) as application:
            queue_alert(application, "Дозор: ночная проверка не удалась", str(error))
            _log(deliver(application.engine, settings, clock))
    except Exception:
        log.exception("the operator could not be told either")


def _log(done: Delivered) -> None:
    for recipient in done.sent:
        log.info("mail sent to %s", recipient)
    for recipient, why in (*done.postponed, *done.parked):
        log.warning("mail to %s not sent: %s", recipient, why)


def _missed(event: JobEvent) -> None:
    log.warning("missed: %s was due at %s", event.job_id, event.scheduled_run_time)


def _end_on_signals(scheduler: BlockingScheduler) -> None:
    def end(number: int, _: FrameType | None) -> None:
        log.info("signal %d: finishing", number)
        scheduler.shutdown(wait=False)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)

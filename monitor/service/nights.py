"""The service: an audit and its letter every night, until somebody ends it.

    due moment ──> night written down ──> audit ──> reports ──> letters queued ──> night finished
    due moment of the week ──> the night that is under way ends ──> the week in one letter

Every step can be killed and is resumed at the next start: the night keeps its moment, the
audit its pages and findings, the outbox its letters. A night that the machine slept through is
made up once. What goes wrong is told to the operator, never to the deputy head.

Of several services on one database one has the night in hand; the others wait, resume it where
that one dies, and find it finished where it does not.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_MISSED
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine

from collectors.barrier import Fault, barrier, watched
from monitor.application import Application, Context, open_context, opened
from monitor.audit import run as pipeline
from monitor.audit.begin import AuditRequest, StoppedError
from monitor.audit.breaks import afterwards, format_barrier, lines_of, subject_of, text_of
from monitor.audit.executor import ExecutorFactory, local_executor
from monitor.audit.mass_change import is_held, words
from monitor.audit.stamping import stamp_the_chain
from monitor.clocks.believed import ProcessTime
from monitor.config import Settings
from monitor.errors.system import in_russian
from monitor.logs import without_secrets
from monitor.mail.asking import alert_the_operator
from monitor.mail.delivery import Delivered, deliver
from monitor.mail.queueing import queue_alert, queue_report
from monitor.mail.recipients import for_log
from monitor.mail.reminders import record_reminders
from monitor.mail.stuck import stuck_letters, stuck_text
from monitor.mail.stuck import words as stuck_words
from monitor.mail.week import is_queued, queue_the_week
from monitor.reporting.stored import default_path, report_of, write, write_all
from monitor.service.due import LATE, is_missed, last_due
from monitor.service.health import FAULT, examined
from monitor.service.inbox_round import MINUTES, Rounds
from monitor.service.listening import HOURS, listen, listens
from monitor.service.rereads import reread
from monitor.service.scheduler import Signals, end_on_signals, log_missed, run
from monitor.storage import alerts, nights
from monitor.storage.database import connect
from monitor.storage.locks import NIGHT, LockTakenError, lock
from monitor.storage.nights import Night
from reports.model import Audit

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
RESUME_WITHIN = timedelta(hours=12)  # a night that broke off longer ago begins anew
WAITS_FOR_ANOTHER = timedelta(hours=2)  # for an audit of everything that a person has begun
WAITS_FOR_THE_NIGHT = timedelta(hours=12)  # that another service has in hand
TELL_AGAIN = timedelta(hours=20)  # the same trouble is told once a night
NOTHING = nullcontext()
RETRY_MINUTES = 1  # how often the outbox is looked at
REREAD_MINUTES = 5  # and answers that order a reading


@dataclass(frozen=True, slots=True)
class Service:
    """What all jobs share. `stop` is set by a signal; a run looks at it between batches."""

    settings: Settings
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)
    executors: ExecutorFactory = local_executor
    running: ProcessTime | None = None  # the time of the whole process, not of one job
    engine: Engine | None = None  # likewise
    rounds: Rounds = field(default_factory=Rounds)  # of the inbox

    @contextmanager
    def opened(self) -> Iterator[Application]:
        told = (self.settings, self.clock, self.stop.is_set, self.running, self.engine)
        with opened(*told) as application:
            yield application

    def open_context(self) -> AbstractContextManager[Context]:
        """Without registries and packs: a fault in them must not keep letters from going."""
        return open_context(self.settings, self.clock, engine=self.engine)


def serve(
    settings: Settings,
    clock: Clock,
    signals: Signals,
    beside: AbstractContextManager[None] = NOTHING,
    nightly: Callable[[Service], object] | None = None,
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Run until one of `signals`; what is being read then is resumed at the next start.

    `beside` is what answers questions as long as the service runs; `ready` is called once it does.
    `nightly`: how a night is begun, if not in this process.
    """
    begin = nightly or night
    engine = connect(settings.storage.database)
    service = Service(settings, clock, running=ProcessTime(clock()), engine=engine)
    scheduler = BlockingScheduler(timezone=settings.schedule.timezone)
    end_on_signals(scheduler, service.stop, signals)
    once: dict[str, object] = {"args": [service], "max_instances": 1, "coalesce": True}
    late = {"misfire_grace_time": int(LATE.total_seconds())}
    scheduler.add_job(begin, settings.schedule.trigger(), id="night", **once, **late)
    scheduler.add_job(
        post, "interval", minutes=RETRY_MINUTES, id="post", next_run_time=clock(), **once
    )
    scheduler.add_job(reread, "interval", minutes=REREAD_MINUTES, id="reread", **once)
    scheduler.add_job(watch, "interval", hours=24, id="watch", **once)
    if listens(settings):
        often = {"hours": HOURS, "id": "hear", "next_run_time": clock()}
        scheduler.add_job(hear, "interval", **often, **once)
    if settings.mail.inbox_at is not None:
        told = {"minutes": MINUTES, "id": "inbox", "next_run_time": clock()}
        scheduler.add_job(look_for_answers, "interval", **told, **once)
    if weekly := settings.schedule.weekly_trigger():
        scheduler.add_job(week, weekly, id="week", **once, **late)
    made_up = begin if make_up(service) else week
    scheduler.add_job(made_up, id="made up", **once, **late)
    scheduler.add_listener(log_missed, EVENT_JOB_MISSED)
    log.warning("serving; nights: %s", settings.schedule.nightly)
    with beside:
        ready()
        run(scheduler, service.stop)


# --- which night ------------------------------------------------------------------------------


def make_up(service: Service) -> bool:
    """Whether the last due moment has no finished night; a first start only notes where we are."""
    trigger, now = service.settings.schedule.trigger(), service.clock()
    with service.open_context() as context:
        last = nights.last(context.engine, now)
        if is_missed(trigger, last, now):
            return True
        if last is None:
            due = last_due(trigger, now)
            noted = nights.begin(context.engine, due, due, due)
            nights.finish(context.engine, noted, now)
    return False


# --- a night ----------------------------------------------------------------------------------


class ElsewhereError(Exception):
    """Another process had the night in hand all the time that this one waited."""


def night(service: Service) -> Audit | None:
    """One night: audit, reports, letters. What goes wrong is told to the operator."""
    done = None
    try:
        with _night_in_hand(service), service.opened() as application, watched() as faults:
            done = _tonight(application, service.executors, faults)
    except StoppedError:
        log.warning("stopped in the middle of the night; the next start goes on")
        return None
    except ElsewhereError:
        log.warning("another process has the night in hand")
    except Exception as error:
        if service.stop.is_set() and isinstance(error, LockTakenError):
            log.warning("stopped while another audit was under way; the next start goes on")
            return None
        log.exception("the night failed")
        _note(service, _words(error))
        _alert(service, "Дозор: ночная проверка не удалась", _words(error))
    week(service)  # its letter waits for a night that is under way
    return done


@contextmanager
def _night_in_hand(service: Service) -> Iterator[None]:
    """From the question whether it is finished to its end; raises StoppedError, ElsewhereError."""
    patience, stopping = WAITS_FOR_THE_NIGHT, service.stop.is_set
    with service.open_context() as context, ExitStack() as held:
        try:
            held.enter_context(lock(context.engine, NIGHT, service.clock, patience, stopping))
        except LockTakenError:
            raise (StoppedError if stopping() else ElsewhereError) from None
        yield


def _words(error: Exception) -> str:
    """For the operator's eyes and the database: an error may quote what it choked on."""
    told = in_russian(error) if isinstance(error, OSError) else str(error)
    return without_secrets(told or repr(error))


def _note(service: Service, failure: str) -> None:
    """Also a night that could not begin, for a broken registry, is one that failed."""
    try:
        with service.open_context() as context:
            now = service.clock()
            due = last_due(service.settings.schedule.trigger(), now)
            begun = nights.begin(context.engine, due, now, keep_since=now - RESUME_WITHIN)
            if begun.finished_at is None:
                nights.fail(context.engine, begun, failure)
    except Exception:
        log.exception("the failure could not be written down")


def _tonight(
    application: Application, executors: ExecutorFactory, faults: Sequence[Fault]
) -> Audit | None:
    """`faults`: what breaks on the way, one thing each; the operator is told."""
    now = application.clock()
    due = last_due(application.settings.schedule.trigger(), now)
    before = nights.last(application.engine, now)
    tonight = nights.begin(application.engine, due, now, keep_since=now - RESUME_WITHIN)
    if tonight.finished_at:
        return None
    done = _audit(application, tonight, executors)
    _tell(application, done)
    _tell_of(application, done, faults)
    nights.finish(application.engine, tonight, application.clock(), done.id)
    if before and before.failure:
        _alert_once(application, "Дозор: ночные проверки снова идут", _summary(done))
    _deliver(application)
    record_reminders(application)
    with barrier("part", "stamp"):
        stamp_the_chain(application)
    return done


def _audit(application: Application, tonight: Night, executors: ExecutorFactory) -> Audit:
    """The audit of this night's moment: the one that a crash left finished, or the rest of it."""
    request = AuditRequest(as_of=tonight.as_of, patience=WAITS_FOR_ANOTHER)
    return pipeline.audit(application, request, executors=executors)


def _tell(application: Application, done: Audit) -> None:
    """Reports and letters; all of it may be done twice and shows once."""
    report = report_of(application, done)
    files: tuple[Path, ...] = ()
    with format_barrier("html"):
        files = write_all(report, "html", default_path(application, report, "html"))
    with format_barrier("json"):
        write(report, "json", default_path(application, report, "json"))
    if is_held(done):
        advice = words("advice", audit=done.id)
        _alert_once(application, words("subject", audit=done.id), f"{_summary(done)}\n\n{advice}")
        return
    told = queue_report(application, done, report, files, scheduled=True)
    alert_the_operator(application, report)
    if done.issues and not _operator_has_letter(application, told):
        _alert_once(application, f"Дозор: проверка № {done.id} прочитала не всё", _summary(done))


def _operator_has_letter(application: Application, told: Sequence[str]) -> bool:
    """Whether the operator has a deputy head's letter, in which these issues stand as well."""
    operator = (application.settings.mail.operator or "").casefold()
    deputies = {one.casefold() for one in application.settings.mail.deputies}
    return operator in deputies & {one.casefold() for one in told}


def _tell_of(application: Application, done: Audit, faults: Sequence[Fault]) -> None:
    """What is in no issue of the audit: the operator's letter has these already."""
    if broken := afterwards(faults):
        _alert_once(application, subject_of(done), text_of(done, broken))


def _summary(done: Audit) -> str:
    read = done.collection
    lines = [f"Проверка № {done.id}: прочитано {read.read} из {read.pages}.", ""]
    for issue in done.issues:
        lines += [issue.text, *(f"    {address}" for address in issue.addresses)]
    return "\n".join(lines)


# --- a week -----------------------------------------------------------------------------------


def week(service: Service) -> None:
    """The week in one letter, once for every due moment; one that was missed is made up.

    What waits in the outbox, or was sent, is the memory of it: there is no other.
    """
    try:
        if due := _week_due(service):
            with service.opened() as application, watched() as faults:
                _this_week(application, due)
            if faults:
                _alert(
                    service, "Дозор: письмо за неделю не составлено", "\n".join(lines_of(faults))
                )
    except LockTakenError:
        log.info("another process is at the weekly letter")
    except Exception as error:
        log.exception("the weekly letter failed")
        _alert(service, "Дозор: письмо за неделю не составлено", _words(error))


def _week_due(service: Service) -> datetime | None:
    """The moment whose letter is to be queued now: not while a night is still to come to an end."""
    trigger, now = service.settings.schedule.weekly_trigger(), service.clock()
    if trigger is None:
        return None
    with service.open_context() as context:
        last, due = nights.last(context.engine, now), last_due(trigger, now)
        nightly = service.settings.schedule.trigger()
        if not (last and last.failure) and is_missed(nightly, last, now):
            return None
        return None if is_queued(context, due) else due


def _this_week(application: Application, due: datetime) -> None:
    trigger = application.settings.schedule.weekly_trigger()
    assert trigger is not None
    with lock(application.engine, "week", application.clock):
        begin = last_due(trigger, due - timedelta(seconds=1))
        if not is_queued(application, due) and not queue_the_week(application, begin, due):
            log.warning("no audit since %s: there is no weekly letter", begin)
    _deliver(application)


# --- the other jobs ---------------------------------------------------------------------------


def post(service: Service) -> None:
    """Try again what a mail server had refused for now; tell of what does not go, once a day."""
    with service.open_context() as context:
        _deliver(context)
        stuck = stuck_letters(context.engine, context.clock())
        if stuck and not alerts.is_waiting(context.engine, stuck_words("subject")):
            _alert_once(context, stuck_words("subject"), stuck_text(stuck))


def look_for_answers(service: Service) -> None:
    """Whatever goes wrong with the inbox, stays there."""
    try:
        with service.opened() as application:
            service.rounds.look(application)
    except Exception:
        log.exception("the inbox was not read")


def hear(service: Service) -> None:
    """Where our readers were let in; a network that does not answer keeps no night."""
    with barrier("part", "listening"), service.open_context() as context:
        listen(context)


def watch(service: Service) -> None:
    """Look after tokens, control pages, disk and the rest before the night needs them."""
    faults = [sign for sign in examined(service.settings) if sign.state == FAULT]
    if faults:
        lines = [f"{sign.what}\n  {sign.advice}".rstrip() for sign in faults]
        _alert(service, "Дозор: нужна помощь до следующей проверки", "\n".join(lines))


def _deliver(context: Context) -> None:
    try:
        done = deliver(context.engine, context.settings, context.clock)
    except LockTakenError:
        log.info("another process is delivering")
    else:
        _log(done)


def _alert(service: Service, subject: str, text: str) -> None:
    """Nothing is sent to the deputy head: a failed night says nothing of the schools."""
    try:
        with service.open_context() as context:
            _alert_once(context, subject, text)
            _deliver(context)
    except Exception:
        log.exception("the operator could not be told either")


def _alert_once(context: Context, subject: str, text: str) -> None:
    queue_alert(context, subject, text, told_since=context.clock() - TELL_AGAIN)


def _log(done: Delivered) -> None:
    for fate in done.fates:
        whom = for_log(fate.role, fate.recipient)
        if fate.state != "sent":
            log.warning("%s not sent: %s", whom, fate.why)
        elif fate.why:
            log.warning("%s went without attachments: %s", whom, fate.why)
        else:
            log.info("%s sent", whom)

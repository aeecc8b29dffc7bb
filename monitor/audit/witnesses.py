"""All witnesses of the time together, and what is removed when they agree."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError

from collectors.barrier import barrier
from collectors.errors import RunError
from monitor.application import Context
from monitor.clocks.believed import ClockDoubt, DoubtReason
from monitor.clocks.ntp import NoTimeError, offset
from monitor.storage import history
from monitor.storage.old_attachments import remove_attachments
from monitor.storage.old_letters import remove_letters
from monitor.storage.old_reports import remove_reports
from monitor.storage.received import remove_old_mail
from monitor.storage.retention import Moved, remove_old
from monitor.storage.site_memory import forget_old

log = logging.getLogger(__name__)

AGREES = timedelta(hours=1)
DATABASE_AWAY = (RunError, MemoryError, OperationalError, InterfaceError)


def hear(context: Context) -> ClockDoubt | None:
    """A server that confirms the clock is witness enough, one that is silent is none."""
    now, running = context.clock(), context.running
    own = running.doubt(now) if running else None
    if (off := _off_by_server(context)) is not None:
        return None if abs(off) <= AGREES else ClockDoubt(DoubtReason.SERVER, off)
    return own or history.doubt(context.engine, now)


def _off_by_server(context: Context) -> timedelta | None:
    """How far the clock is from that of the time server; None where none is asked or answers."""
    server = context.settings.clock.ntp_server
    if not server:
        return None
    try:
        return offset(server, context.clock)
    except NoTimeError as error:
        log.warning("time server %s: %s", server, error)
        return None


@dataclass(frozen=True, slots=True)
class Tidied:
    evidence: Moved = field(default_factory=Moved)
    letters: int = 0
    reports: int = 0
    doubt: ClockDoubt | None = None


def tidy_after_reading(context: Context) -> None:
    """What cannot be removed costs nobody his night; the operator is told."""
    with barrier("removal", str(context.settings.storage.evidence), passing=DATABASE_AWAY):
        tidy(context)


def tidy(context: Context) -> Tidied:
    """Remove the evidence, letters and reports that are older than the settings say. OSError."""
    doubt, engine, now = hear(context), context.engine, context.clock()
    if doubt:
        is_news = doubt.why is not DoubtReason.BEGINNING
        level = logging.WARNING if is_news else logging.INFO
        log.log(level, "nothing is removed, the clock is not believed: %s", doubt.why)
    settings = context.settings
    kept = settings.storage
    believed = doubt is None
    moved = remove_old(engine, kept.evidence, kept.evidence_days, now, believed=believed)
    gone = remove_letters(engine, settings.mail.keep_days, now, believed=believed)
    remove_old_mail(engine, settings.mail.keep_days, kept.evidence_days, now, believed=believed)
    remove_attachments(engine, kept.evidence_days, now, believed=believed)
    forget_old(engine, now, believed=believed)
    told = settings.reports
    shown = remove_reports(engine, told.directory, told.keep_days, now, believed=believed)
    return Tidied(moved, gone, len(shown), doubt)

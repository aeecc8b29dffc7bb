"""All witnesses of the time together, and what is removed when they agree."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.application import Application
from monitor.clocks import Doubt, Why
from monitor.ntp import NoTimeError, offset
from monitor.storage import history
from monitor.storage.old_letters import remove_letters
from monitor.storage.retention import Moved, remove_old

log = logging.getLogger(__name__)

AGREES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """`doubt`: why nothing is removed; `is_proved`: a time server confirms the clock."""

    doubt: Doubt | None = None
    is_proved: bool = False


def hear(application: Application) -> Heard:
    """A server that confirms the clock is witness enough, one that is silent is none."""
    running = application.running.doubt(application.clock())
    if (off := _off(application)) is not None:
        is_near = abs(off) <= AGREES
        return Heard(None, True) if is_near else Heard(Doubt(Why.SERVER, off))
    return Heard(running or history.doubt(application.engine, application.clock()))


def _off(application: Application) -> timedelta | None:
    server = application.settings.clock.ntp_server
    if not server:
        return None
    try:
        return offset(server, application.clock)
    except NoTimeError as error:
        log.warning("time server %s: %s", server, error)
        return None


@dataclass(frozen=True, slots=True)
class Tidied:
    evidence: Moved = field(default_factory=Moved)
    letters: int = 0
    doubt: Doubt | None = None


def tidy(application: Application) -> Tidied:
    """Remove the evidence and the letters that are older than the settings say. Raises OSError."""
    heard, engine, now = hear(application), application.engine, application.clock()
    if heard.doubt:
        is_news = heard.doubt.why is not Why.BEGINNING
        level = logging.WARNING if is_news else logging.INFO
        log.log(level, "nothing is removed, the clock is not believed: %s", heard.doubt.why)
        return Tidied(doubt=heard.doubt)
    settings = application.settings
    kept = settings.storage
    proved = heard.is_proved
    moved = remove_old(engine, kept.evidence, kept.evidence_days, now, is_proved=proved)
    gone = remove_letters(engine, settings.mail.keep_days, now, is_proved=proved)
    return Tidied(moved, gone, heard.doubt)

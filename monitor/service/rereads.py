"""Readings that an answer «исправили» has ordered: soon after it, from the reserve of the day.

They go beside the nightly audit, as any on demand. What one could not read is read by the night.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from typing import Protocol

from monitor.application import Application, Context
from monitor.audit.begin import AuditRequest, StoppedError
from monitor.audit.run import audit
from monitor.cases.rereading import awaiting_reread
from monitor.storage.locks import LockTakenError
from monitor.storage.statements import has_answers
from reports.model import Audit

log = logging.getLogger(__name__)


class Opening(Protocol):
    """A service, as far as a reading needs it."""

    def opened(self) -> AbstractContextManager[Application]: ...

    def open_context(self) -> AbstractContextManager[Context]: ...


def reread(service: Opening) -> Audit | None:
    """One audit for all that is ordered; None: nothing is, or it has to wait."""
    with service.open_context() as context:
        if not has_answers(context.engine):
            return None
    try:
        with service.opened() as application:
            return read_ordered(application)
    except StoppedError:
        log.warning("stopped in the middle of a reading that an answer has ordered")
    except LockTakenError:
        log.info("another audit on demand is under way")
    except Exception:
        log.exception("what an answer has ordered could not be read; the night reads it")
    return None


def read_ordered(application: Application) -> Audit | None:
    asked = tuple(institution.key for institution in awaiting_reread(application))
    if not asked:
        return None
    log.warning("reading what answers have ordered: %s", ", ".join(asked))
    return audit(application, AuditRequest(as_of=application.clock(), names=asked))

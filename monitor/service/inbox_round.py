"""Looking at the inbox every few minutes, in a barrier of its own: no night feels it.

The operator is told of trouble that stays: a server that is away for an hour is no news.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from collectors.barrier import watched
from monitor.application import Application
from monitor.audit.breaks import lines_of
from monitor.mail.inbox.fetching import fetch
from monitor.mail.inbox.line import InboxError, Trouble
from monitor.mail.inbox.said import words
from monitor.mail.queueing import queue_alert
from monitor.storage.locks import LockTakenError

log = logging.getLogger(__name__)

MINUTES = 5
TELL_AGAIN = timedelta(hours=20)
STAYS = 12  # looks in vain, one after another: an hour


class Rounds:
    """Remembers how often it was in vain; nothing else is kept between two looks."""

    def __init__(self) -> None:
        self._in_vain = 0

    def look(self, application: Application) -> None:
        try:
            with watched() as faults:
                done = fetch(application)
        except LockTakenError:
            log.info("another process reads the inbox")
        except InboxError as error:
            log.warning("the inbox was not read: %s", error)
            self._tell_of(application, error)
        else:
            self._in_vain = 0
            log.info("inbox: %s", dict(done.kinds))
            if faults:
                _tell(application, words("alert", "faults"), "\n".join(lines_of(faults)))

    def _tell_of(self, application: Application, error: InboxError) -> None:
        """A password that is refused does not mend itself."""
        self._in_vain += 1
        if error.trouble is not Trouble.AWAY or self._in_vain >= STAYS:
            _tell(application, words("alert", "subject"), str(error))


def _tell(application: Application, subject: str, text: str) -> None:
    queue_alert(application, subject, text, told_since=application.clock() - TELL_AGAIN)

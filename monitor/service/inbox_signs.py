"""What the doctor says of answers by mail: the inbox, what waits, whom letters do not reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Engine

from collectors.model import Health, Sign
from monitor.application import real_time
from monitor.config import Settings
from monitor.mail.inbox.line import InboxError, Trouble, inbox
from monitor.mail.inbox.said import words
from monitor.service.stored import look_at_stored
from monitor.storage import received

PATIENCE = 10  # seconds
OF_LATE = timedelta(days=30)
ADVICE = {
    Trouble.AWAY: "away_advice",
    Trouble.REFUSED: "refused_advice",
    Trouble.SETTINGS: "settings_advice",
}


def inbox_signs(settings: Settings) -> Iterator[Sign]:
    if settings.mail.inbox_at is not None:
        yield _line(settings)
        if settings.mail.reply_to is None:
            told = words("doctor", "no_reply_to")
            yield Sign(Health.WARNING, told, words("doctor", "no_reply_to_advice"))
        yield from _stored(settings)


def _line(settings: Settings) -> Sign:
    """No connection and a refused password are two things: only one of them wants another key."""
    at = settings.mail.inbox_at
    assert at is not None
    if not settings.imap_user:
        return Sign(Health.WARNING, words("doctor", "no_user"), words("doctor", "refused_advice"))
    try:
        with inbox(settings, min(settings.mail.timeout, PATIENCE)):
            return Sign(Health.GOOD, words("doctor", "good", where=at.where))
    except InboxError as error:
        return Sign(Health.FAULT, str(error), words("doctor", ADVICE[error.trouble]))


def _stored(settings: Settings) -> Iterator[Sign]:
    with look_at_stored(settings) as engine:
        if engine is not None:
            yield from _waiting(engine)


def _waiting(engine: Engine) -> Iterator[Sign]:
    if count := len(received.unclear(engine)):
        told = words("doctor", "unclear", count=count)
        yield Sign(Health.WARNING, told, words("doctor", "unclear_advice"))
    if back := received.bounces(engine, real_time() - OF_LATE):
        named = ", ".join(dict.fromkeys(one.kept.recipient for one in back))
        told = words("doctor", "bounced", recipients=named)
        yield Sign(Health.WARNING, told, words("doctor", "bounced_advice"))

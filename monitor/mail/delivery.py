"""Hand over what stands in line: one letter after another, none of them twice.

What one letter says over the wire is in transfer.py; the way to the server, and what its refusals
mean, in smtp.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from collectors.barrier import Fault, barrier
from monitor.audit.careful import STORES
from monitor.config import Mail, Settings
from monitor.mail.chats import tell_chat
from monitor.mail.linking import with_link
from monitor.mail.mime import without_attachments
from monitor.mail.recipients import for_log, is_chat
from monitor.mail.smtp import DeliveryError, Refusal, server
from monitor.mail.transfer import transfer
from monitor.storage import outbox
from monitor.storage.claims import ClaimLostError, give_back
from monitor.storage.held import count_held, release
from monitor.storage.locks import lock
from monitor.storage.roles import CHAT
from monitor.storage.tables import MessageRow

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

MINUTES = (1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440)  # five days: RFC 5321, 4.5.4.1
PAUSES = tuple(timedelta(minutes=minutes) for minutes in MINUTES)
BROKE = "программа ошиблась при отправке этого письма: {error}"
LIGHTER = "сервер не принял письмо вместе с приложениями: {error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one message this time."""

    role: str
    recipient: str
    state: str  # sent, queued, parked
    why: str = ""
    due_at: datetime | None = None  # of one that waits: when it is tried again
    ends_round: bool = False  # no other would have fared better


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the messages in line."""

    fates: tuple[Fate, ...] = ()
    held: int = 0  # letters to institutions that wait for the deputy head's report

    @property
    def sent(self) -> tuple[str, ...]:
        return tuple(fate.recipient for fate in self.fates if fate.state == "sent")

    @property
    def lighter(self) -> tuple[tuple[str, str], ...]:
        """Of these, without attachments: recipient, why."""
        return self._with_reasons("sent")

    @property
    def postponed(self) -> tuple[tuple[str, str], ...]:
        return self._with_reasons("queued")

    @property
    def parked(self) -> tuple[tuple[str, str], ...]:
        return self._with_reasons("parked")

    def _with_reasons(self, state: str) -> tuple[tuple[str, str], ...]:
        """By recipient: why its message came to this state, where there is a reason to tell."""
        return tuple(
            (one.recipient, one.why) for one in self.fates if one.state == state and one.why
        )


def deliver(engine: Engine, settings: Settings, clock: Clock, roles: str = "") -> Delivered:
    """Send what is due, in a role that begins so. One process at a time; LockTakenError when
    another is at it."""
    with lock(engine, "delivery", clock):
        if parked := outbox.recover(engine):
            log.warning("%d messages parked: a crash while they were handed over", parked)
        release(engine)
        fates = [] if roles else [*_deliver_due(engine, settings, clock, CHAT)]
        fates += _deliver_due(engine, settings, clock, roles)
        if release(engine):
            fates += _deliver_due(engine, settings, clock, roles)
        held = 0 if roles else count_held(engine)
    return Delivered(fates=tuple(fates), held=held)


def _deliver_due(engine: Engine, settings: Settings, clock: Clock, roles: str) -> Iterator[Fate]:
    """One after another; a server that takes none is asked once, not once a letter."""
    for number in outbox.due(engine, clock(), roles):
        fate = _deliver_one(engine, settings, clock, number)
        if fate is not None:
            yield fate
        if fate is not None and fate.ends_round:
            yield from _postpone_others(engine, clock(), fate, roles)
            return


def _postpone_others(engine: Engine, now: datetime, fate: Fate, roles: str) -> Iterator[Fate]:
    due = fate.due_at or now + PAUSES[0]
    for role, recipient in outbox.postpone(engine, now, due, fate.why, roles):
        yield replace(fate, role=role, recipient=recipient, state="queued", due_at=due)


def _deliver_one(
    engine: Engine, settings: Settings, clock: Clock, number: int, lighter: str = ""
) -> Fate | None:
    """`lighter`: why it goes without its attachments."""
    message = outbox.claim(engine, number, clock())
    if message is None:
        return None
    with barrier("letter", message.recipient, passing=STORES) as crossing:
        try:
            _hand_over(engine, settings, clock, message)
            outbox.mark(engine, number, state="sent", sent_at=clock(), answer=lighter)
        except DeliveryError as error:
            if _is_requeued_lighter(engine, settings.mail, message, error):
                why = LIGHTER.format(error=error)
                return _deliver_one(engine, settings, clock, number, why)
            return _retry_or_park(engine, message, error, clock())
        except ClaimLostError as error:
            log.warning("%s was claimed by another process: not handed over", error)
            return None
    if crossing.fault:
        return _park_broken(engine, message, crossing.fault)
    return _fate(message, "sent", lighter)


def _fate(message: MessageRow, state: str, why: str = "") -> Fate:
    return Fate(role=message.role, recipient=message.recipient, state=state, why=why)


def _hand_over(engine: Engine, settings: Settings, clock: Clock, message: MessageRow) -> None:
    """By its own way; raises DeliveryError, ClaimLostError."""
    if is_chat(message.role):
        tell_chat(engine, settings, message)
        return
    with server(settings) as opened:
        letter = with_link(engine, settings.desk, message, clock())
        transfer(engine, opened, settings.mail, message, letter)


def _park_broken(engine: Engine, message: MessageRow, fault: Fault) -> Fate:
    """A letter on which our program broke keeps no other one."""
    assert message.id is not None
    why = BROKE.format(error=fault.detail)
    outbox.mark(engine, message.id, state="parked", answer=why)
    return _fate(message, "parked", why)


def _is_requeued_lighter(
    engine: Engine, mail: Mail, message: MessageRow, error: DeliveryError
) -> bool:
    """Too big as it is: back in line without what was attached, if anything was."""
    assert message.id is not None
    if error.refusal is not Refusal.TOO_BIG:
        return False
    body = without_attachments(message.body, mail.operator)
    if body is None:
        return False
    log.warning("message %d goes without its attachments: %s", message.id, error)
    outbox.write_anew(engine, message.id, body, str(error))
    return True


def _retry_or_park(
    engine: Engine, message: MessageRow, error: DeliveryError, now: datetime
) -> Fate:
    """Queue again with a longer pause, or park; nothing is thrown away."""
    assert message.id is not None
    log.warning("%d, %s: %s", message.id, for_log(message.role, message.recipient), error)
    fate = replace(_fate(message, "parked", str(error)), ends_round=error.refusal is Refusal.SERVER)
    if error.refusal is Refusal.FOR_GOOD or message.attempts > len(PAUSES):
        give_back(engine, message, state="parked", answer=fate.why)
        return fate
    due = now + PAUSES[message.attempts - 1]
    give_back(engine, message, state="queued", due_at=due, answer=fate.why)
    return replace(fate, state="queued", due_at=due)

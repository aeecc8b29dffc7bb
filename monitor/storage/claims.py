"""What the holder of a claimed message may do with it: nothing, once another has claimed it.

A process that slept may be thought dead, and its message go to another. A claim is known by its
number and its moment, so that the sleeper finds out before it hands the message over as well.
"""

from __future__ import annotations

import logging

from sqlalchemy import Engine, update
from sqlmodel import col

from monitor.storage.database import session
from monitor.storage.tables import MessageRow

log = logging.getLogger(__name__)


class ClaimLostError(Exception):
    """The message was taken from this process: it may not be handed over by it."""


def hand(engine: Engine, message: MessageRow) -> None:
    """Written down before the last byte goes. Raises ClaimLostError."""
    if not _is_changed(engine, message, {"claimed"}, state="handing"):
        raise ClaimLostError(f"message {message.id}")


def give_back(engine: Engine, message: MessageRow, **changes: object) -> None:
    """In line again, or aside; not where another has it in hand."""
    if not _is_changed(engine, message, {"claimed", "handing"}, **changes):
        log.warning("message %s was taken from this process", message.id)


def _is_changed(engine: Engine, message: MessageRow, states: set[str], **changes: object) -> bool:
    with session(engine) as opened:
        ours = opened.exec(
            update(MessageRow)
            .where(
                col(MessageRow.id) == message.id,
                col(MessageRow.attempts) == message.attempts,
                col(MessageRow.claimed_at) == message.claimed_at,
                col(MessageRow.state).in_(states),
            )
            .values(**changes)
        )
    return bool(ours.rowcount)

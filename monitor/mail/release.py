"""A report that a night has held: whose deputy head was let know of it since.

A release is of a municipality and an audit: whoever lets his own report go has looked at no other.
"""

from __future__ import annotations

from collections.abc import Collection

from monitor.application import Context
from monitor.audit.mass_change import is_held
from monitor.config import Mail
from monitor.mail.readers import informed, readers_of
from monitor.storage import outbox
from reports.model import Audit


def unreleased(context: Context, audit: Audit, towns: Collection[str]) -> frozenset[str]:
    """Of these municipalities those whose report of this audit waits for somebody to look at it.

    None of an audit that was not held. Where nobody reads of a municipality, there is nothing of it
    to let go; where nobody reads of any, all of them wait.
    """
    if not is_held(audit):
        return frozenset()
    mail = context.settings.mail
    of = frozenset(towns)
    waiting = _read_of(mail, of) or of
    return waiting - informed(mail, waiting, outbox.reported_roles(context.engine, audit))


def _read_of(mail: Mail, towns: frozenset[str]) -> frozenset[str]:
    groups = tuple(readers_of(mail))
    if any(not one.towns for one in groups):
        return towns
    return towns & {town for one in groups for town in one.towns}

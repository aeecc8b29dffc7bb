"""Letters that somebody has ordered on the desk: the same plan, queue and delivery as `dozor send`.

The plan is a snapshot with its moment: to work it out takes a report, which no page waits for. What
is sent is decided anew when it is sent, by the same rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.errors import UsageError
from monitor.application import Application
from monitor.desk.orders.outcome import Came, words
from monitor.mail.consent import awaits_consent, why_unreachable
from monitor.mail.delivery import Delivered, deliver
from monitor.mail.drafts import Draft
from monitor.mail.plan import Planned, plan
from monitor.mail.planned import news_in_words, role_in_words, table
from monitor.mail.queueing import Chosen, queue_report
from monitor.mail.rehearsal import queue_rehearsal
from monitor.mail.reminders import record_reminders
from monitor.reporting.stored import NoAuditError, chosen_audit, report_of
from monitor.storage.orders import Order
from monitor.storage.roles import INSTITUTION, REHEARSAL
from reports.model import Audit


def key_of(role: str, recipient: str) -> str:
    """What a form knows a letter by."""
    return hashlib.sha256(f"{role}\n{recipient}".encode()).hexdigest()[:16]


def newest_whole(application: Application) -> Audit | None:
    try:
        return chosen_audit(application, None)
    except NoAuditError:
        return None


def carry_out_plan(application: Application, order: Order) -> Came:
    audit = _audit(application, order)
    found = plan(application, audit, report_of(application, audit))
    result = {
        "letters": [_as_plain(application, one) for one in found.letters],
        "unreachable": [
            {"town": one.municipality, "why": why_unreachable(one)} for one in found.unreachable
        ],
    }
    return Came(words("planned", letters=len(found.letters)), audit.id, result)


def _as_plain(application: Application, planned: Planned) -> Mapping[str, Any]:
    return {
        "key": key_of(planned.role, planned.recipient),
        "role": planned.role,
        "who": role_in_words(application, planned.role, planned.name),
        "recipient": planned.recipient,
        "goes": planned.goes,
        "why": planned.why,
        "why_in_words": table("why", planned.why),
        "subject": planned.subject,
        "last_at": planned.told.as_of.isoformat() if planned.told else None,
        "last_subject": planned.told.subject if planned.told else "",
        "news": news_in_words(planned.news) if planned.news else "",
    }


def carry_out_sending(application: Application, order: Order) -> Came:
    """Taken up again after a crash, it queues nothing twice."""
    audit = _audit(application, order)
    confirmed = bool(order.body["confirmed"])
    chosen = _choice_of(order)
    if not confirmed and awaits_consent(application) and _writes_to_institutions(order):
        raise UsageError([words("no_consent")])
    report = report_of(application, audit)
    queue_report(application, audit, report, confirmed=confirmed, chosen=chosen)
    done = deliver(application.engine, application.settings, application.clock)
    record_reminders(application)
    return Came("; ".join(_delivery_in_words(done)), audit.id)


def carry_out_rehearsal(application: Application, order: Order) -> Came:
    """To one address; of what waits for others nothing goes."""
    audit, to = _audit(application, order), str(order.body["to"])
    report = report_of(application, audit)
    letters = queue_rehearsal(application, audit, report, to, _choice_of(order))
    done = deliver(application.engine, application.settings, application.clock, REHEARSAL)
    told = words("rehearsed", to=to, letters=letters)
    return Came("; ".join((told, *_delivery_in_words(done))), audit.id)


def _audit(application: Application, order: Order) -> Audit:
    """Nobody sends by a plan that he has not seen."""
    audit = newest_whole(application)
    if audit is None or audit.id != order.body["audit"]:
        raise UsageError([words("changed")])
    return audit


def _choice_of(order: Order) -> Chosen:
    picked = {(str(role), str(recipient)) for role, recipient in order.body["chosen"]}

    def is_picked(draft: Draft) -> bool:
        return (draft.role, draft.recipient) in picked

    return is_picked


def _writes_to_institutions(order: Order) -> bool:
    return any(str(role).startswith(INSTITUTION) for role, _ in order.body["chosen"])


def _delivery_in_words(done: Delivered) -> Iterator[str]:
    counts = {"postponed": len(done.postponed), "parked": len(done.parked), "held": done.held}
    if not (done.sent or any(counts.values())):
        yield words("nothing")
        return
    yield words("sent", sent=len(done.sent))
    yield from (words(name, count=count) for name, count in counts.items() if count)

"""Letters to one institution: the one that it would be written now, and those that it was written.

Shown as they are laid out, without their own styles, which are none of the desk; and as plain text.
"""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from typing import Literal

from collectors.errors import UsageError
from monitor.audit.scope import in_scope
from monitor.desk.ground import Desk
from monitor.desk.institution.laid_out import look_of
from monitor.desk.institution.view import LOOKS, addresses_of
from monitor.desk.model import Answer, Ask, NotFoundError, Page
from monitor.desk.orders.sending import newest_whole
from monitor.desk.rendering import desk_word
from monitor.desk.screens.institution import path_of
from monitor.reporting.settling import Settlings, sender_of
from monitor.storage.addressed import sent_text
from monitor.storage.joining import join_statements
from monitor.storage.judgements import KeptFindings
from monitor.storage.observations import last_looks
from monitor.storage.roles import institution_of
from reports.formats.letters import letter
from reports.ground import name_of
from reports.model import Audit, Report
from rules.model import Institution, Municipality


def preview(desk: Desk, ask: Ask) -> Answer:
    """Nothing is stored or sent; the link to answer by is made when a letter goes."""
    one = desk.institution(ask, ask.parts["town"], ask.parts["institution"])
    application, audit = desk.application, newest_whole(desk.application)
    if audit is None:
        raise UsageError([desk_word("send", "no_audit")])
    report = _report(desk, audit, desk.town(ask, one.municipality))
    found = tuple(each for each in report.institutions if each.key == one.key)
    if not found:
        raise UsageError([desk_word("send", "not_audited")])
    settling = Settlings(application, audit, found, application.clock())
    looks = last_looks(application.engine, addresses_of(found[0]), audit.as_of, most=LOOKS)
    report = replace(report, institutions=found, settling=settling, looks=looks)
    made = letter(report, found[0], application.settings.mail.answers_to, whole=False)
    return _letter_page(one, made.subject, made.text, made.html, is_preview=True)


def _report(desk: Desk, audit: Audit, town: Municipality) -> Report:
    """As much of it as a letter is made of: no trend, no moves, nobody's walls but its own."""
    application = desk.application
    on = town.day_of(audit.as_of)
    stated = join_statements(application.engine, town, on)
    return Report(
        audit=audit,
        municipalities=(stated,),
        institutions=in_scope((stated,), audit.scope or (), audit.as_of),
        acts=stated.acts_in(application.acts),
        findings=KeptFindings(application.engine, audit),
        sender=sender_of(application),
    )


def sent_letter(desk: Desk, ask: Ask) -> Answer:
    one = desk.institution(ask, ask.parts["town"], ask.parts["institution"])
    number = ask.numbered("number")
    found = sent_text(desk.application.engine, number, institution_of(one.key))
    if found is None:
        raise NotFoundError
    message, body = found
    text, html = _form(body, "plain"), _form(body, "html")
    return _letter_page(one, message.subject, text, html, is_preview=False)


def _form(body: bytes, kind: Literal["plain", "html"]) -> str:
    part = message_from_bytes(body, policy=policy.default).get_body((kind,)) if body else None
    return str(part.get_content()) if part else ""


def _letter_page(
    institution: Institution, subject: str, text: str, html: str, *, is_preview: bool
) -> Page:
    values = {
        "name": name_of(institution),
        "path": path_of(institution),
        "subject": subject,
        "text": text,
        "look": look_of(html),
    }
    return Page("one-letter.html.j2", {**values, "is_preview": is_preview})

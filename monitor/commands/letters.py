"""Sending the letters about an audit, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.application import Application
from monitor.mail.consent import awaits_consent, waiting_letters, words
from monitor.mail.delivery import Delivered, deliver
from monitor.mail.queueing import queue_report
from monitor.mail.recipients import told_of
from monitor.mail.reminders import record_reminders
from reports.model import Audit, Report

TOLD_OF = ("sent", "queued", "parked")  # in this order


def mail(application: Application, done: Audit, report: Report, files: Sequence[Path]) -> None:
    queue_report(application, done, report, files)
    if awaits_consent(application) and (letters := waiting_letters(report)):
        print(words("waits", letters=letters))
    say_delivered(deliver(application.engine, application.settings, application.clock))
    record_reminders(application)


def status_of(done: Delivered) -> int:
    """1 where a letter has not gone that should have."""
    return 1 if done.parked or done.postponed else 0


def say_delivered(done: Delivered) -> None:
    for state in TOLD_OF:
        for fate in done.fates:
            if fate.state == state:
                print(told_of(fate.role, fate.recipient, state, fate.why))
            if fate.state == state == "sent" and fate.why:
                print(told_of(fate.role, fate.recipient, "lighter", fate.why))
    if done.held:
        print(f"Ждут, пока уйдёт отчёт руководителю, писем учреждениям: {done.held}")

"""Sending the letters about an audit, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.application import Application
from monitor.mail.consent import awaits_consent, waiting_letters, words
from monitor.mail.delivery import Delivered, deliver
from monitor.mail.queueing import queue_report
from monitor.mail.reminders import record_reminders
from reports.model import Audit, Report


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
    for recipient in done.sent:
        print(f"Письмо отправлено: {recipient}")
    for recipient, why in done.lighter:
        print(f"Без приложений: {recipient} ({why})")
    for recipient, why in done.postponed:
        print(f"Письмо ждёт повтора: {recipient} ({why})")
    for recipient, why in done.parked:
        print(f"Письмо отложено: {recipient} ({why}); см. dozor outbox")
    if done.held:
        print(f"Ждут, пока уйдёт отчёт руководителю, писем учреждениям: {done.held}")

"""What `send` would do: who gets what and why, and how it differs from the last one.

Nothing is written, stored or connected to: the same drafts and decisions as in queueing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from monitor.application import Application
from monitor.mail.chats import for_chats
from monitor.mail.consent import may_write_to_institutions, unreachable
from monitor.mail.deputies import by_hand, for_deputies
from monitor.mail.drafts import Draft, for_cur, for_institutions
from monitor.mail.due import GOING, Decision, decide
from monitor.mail.terms import Terms
from monitor.reporting.beside import Beside
from monitor.reporting.stored import report_of
from monitor.storage import audits, outbox
from monitor.storage.outbox import LastReport
from monitor.storage.roles import INSTITUTION
from reports.model import Audit, Report
from reports.news import News, news_of
from rules.model import Institution

QUEUED = "queued"  # this audit's letter was put in line before
UNCONFIRMED = "unconfirmed"  # the first letters to institutions wait for a yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One letter that goes, or does not, with a slug that says why."""

    role: str
    name: str  # of the institution
    recipient: str
    goes: bool
    why: str
    subject: str
    told: LastReport | None  # what the recipient had last
    news: News | None  # since then


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    letters: tuple[Planned, ...]
    unreachable: tuple[Institution, ...]  # they would be written to, and have no address


def plan(application: Application, audit: Audit, report: Report, *, again: bool = False) -> Plan:
    """As if somebody had typed `send` now."""
    planner = _Planner(application, audit, report, again)
    writes_to_institutions = application.settings.mail.institutions
    return Plan(
        letters=tuple(planner.letters()),
        unreachable=unreachable(report) if writes_to_institutions else (),
    )


class _Planner:
    def __init__(self, application: Application, audit: Audit, report: Report, again: bool) -> None:
        self.application, self.audit, self.report = application, audit, report
        self.again = again
        self._then = cache(lambda number: _stored(application, number))

    def letters(self) -> Iterator[Planned]:
        application, report = self.application, self.report
        terms = Terms(application, self.audit.as_of)
        yield from self._planned(by_hand(for_deputies(application, report, (), terms)))
        yield from self._planned(by_hand(for_chats(application, report, (), terms)))
        yield from self._planned(for_cur(application, report))
        towns = {one.id for one in report.municipalities}
        may_write = may_write_to_institutions(application)
        for one in self._planned(for_institutions(application, report, towns, terms)):
            is_first = one.goes and not may_write
            yield replace(one, goes=False, why=UNCONFIRMED) if is_first else one

    def _planned(self, drafts: Iterable[Draft]) -> Iterator[Planned]:
        return (self._one(draft, decide(self.application, self.audit, draft)) for draft in drafts)

    def _one(self, draft: Draft, decision: Decision) -> Planned:
        why = self._why(draft, decision)
        subject = draft.subject(decision.told) if draft.subject else draft.letter().subject
        return Planned(
            role=draft.role,
            name=draft.name,
            recipient=draft.recipient,
            goes=why in GOING,
            why=why,
            subject=subject,
            told=decision.told,
            news=self._news(draft, decision),
        )

    def _why(self, draft: Draft, decision: Decision) -> str:
        engine = self.application.engine
        place = outbox.place(engine, self.audit, draft.role, draft.recipient, again=self.again)
        if place is None:
            return QUEUED
        return "asked" if self.again else decision.why

    def _news(self, draft: Draft, decision: Decision) -> News | None:
        if decision.news is not None:
            return decision.news()
        if decision.told is None or not draft.role.startswith(INSTITUTION):
            return None
        key = draft.role.removeprefix(INSTITUTION)
        return _news_to_one(self._then(decision.told.audit), self.report, key)


def _stored(application: Application, number: int) -> Report | None:
    audit = audits.by_id(application.engine, number)
    return report_of(application, audit) if audit else None


def _news_to_one(then: Report | None, now: Report, key: str) -> News | None:
    """What changed for one institution."""
    those = [one for one in now.institutions if one.key == key]
    if then is None or not those:
        return None
    found = Beside(now, then).of(those[0])
    return news_of(replace(now, institutions=tuple(those), findings=found, entered=(), left=()))

"""An audit: read the pages, hold what was seen against the law, write down what was found.

    due pages ──> read ──> observations + evidence ──> judge ──> findings ──> finish
                    └── what got worse is read once more ──┘

`audit` does all of it; `collect` and `evaluate` do one half each. What a killed run has read and
judged stays: the next request for the same resumes it (monitor/audit/begin.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from collectors.model import Page
from monitor.application import Application, Context
from monitor.audit.begin import (
    AuditRequest,
    audit_lock,
    begin,
    begin_or_resume,
    scope_of,
)
from monitor.audit.breaks import issue_of
from monitor.audit.due import coverage_of, due_pages, pages_to_read
from monitor.audit.executor import Executor, ExecutorFactory, local_executor, renew_with_progress
from monitor.audit.judging import Doubt, Judge
from monitor.audit.mass_change import mass_changes
from monitor.audit.reading import RunContext, Tell
from monitor.audit.recheck import left_and_accusing, worsened_pages
from monitor.audit.scope import Scope
from monitor.audit.standings import standings_of
from monitor.storage import audits, findings, observations
from monitor.storage.evidence import seal_abandoned
from reports.model import Audit, Collection, Issue

Known = Callable[[Audit], object]  # told of what was asked for before and is done


def silent(network: str, done: int, total: int) -> None:
    """For runs that nobody watches."""


def unnoticed(_: Audit) -> None:
    """For those to whom it is all one who has read it, and when."""


def audit(
    application: Application,
    request: AuditRequest,
    tell: Tell = silent,
    executors: ExecutorFactory = local_executor,
    known: Known = unnoticed,
) -> Audit:
    """Read, judge, store; once for each moment and scope.

    Raises LockTakenError, UnknownInstitutionError, ClockError, StorageError, StoppedError, OSError;
    ExecutorError.
    """
    return _once(application, request, "audit", _read_and_judge, tell, executors, known)


def _read_and_judge(run: AuditRun, executor: Executor) -> None:
    run.read(executor)
    doubts = run.judge(executor)
    run.look_again(executor, doubts)


def collect(
    application: Application, request: AuditRequest, tell: Tell = silent, known: Known = unnoticed
) -> Audit:
    """Only read and keep what was seen; once for each moment and scope."""
    return _once(application, request, "collect", AuditRun.read, tell, local_executor, known)


def _once(
    application: Application,
    request: AuditRequest,
    kind: str,
    work: Callable[[AuditRun, Executor], None],
    tell: Tell,
    executors: ExecutorFactory,
    known: Known,
) -> Audit:
    application = application.as_stated(request.as_of)
    with audit_lock(application, request) as renew:
        run = AuditRun.begin(application, request, kind)
        if run.was_done:
            known(run.audit)
            return run.audit
        with executors(run.context_with(renew_with_progress(tell, renew))) as executor:
            work(run, executor)
        return run.finish(executor.requests)


def evaluate(application: Application, request: AuditRequest) -> Audit:
    """Judge again what is stored as of the moment, without a network.

    What would accuse by a page that the last night had left is unknown: nobody reads it now.
    """
    application = application.as_stated(request.as_of)
    scope = scope_of(application, request)
    run = AuditRun(application, request, begin(application, request, scope, "evaluate"), scope)
    left = run.judging.judge(left_and_accusing)
    run.judging.judge_doubts(left, unread=True)
    return run.finish({})


@dataclass(frozen=True, slots=True)
class AuditRun:
    """One audit under way: the machine it runs on, what was asked for, its row, its institutions.

    `request` counts as of the audit's own moment, also where an interrupted one is resumed.
    """

    context: Context
    request: AuditRequest
    audit: Audit
    scope: Scope

    @classmethod
    def begin(cls, application: Application, request: AuditRequest, kind: str) -> AuditRun:
        """Begin it or resume an interrupted one; seal the files of runs that nobody resumes.

        Where the same was done before, there is nothing to do (`was_done`). Call it with the lock
        held.
        """
        run = cls(application, *begin_or_resume(application, request, kind))
        if not run.was_done:
            engine, folder = application.engine, application.settings.storage.evidence
            seal_abandoned(engine, folder, audits.abandoned(engine, run.audit))
        return run

    @property
    def was_done(self) -> bool:
        return self.audit.finished_at is not None

    def context_with(self, tell: Tell) -> RunContext:
        """What an executor is given."""
        return RunContext(
            context=self.context,
            request=self.request,
            audit=self.audit,
            tell=tell,
            zones=self.scope.zones,
        )

    def due(self) -> tuple[Page, ...]:
        """All pages that this audit has to read, the ones that it has read among them."""
        return due_pages(self.scope, self.request.as_of)

    def read(self, executor: Executor) -> None:
        """What is due and was not read before this audit broke off."""
        before = observations.of_audit(self.context.engine, self.audit)
        pages = pages_to_read(self.context.engine, self.scope, self.request.as_of)
        executor.read([page for page in pages if page.key not in before])

    @property
    def judging(self) -> Judge:
        return Judge(self.context, self.audit, self.request.as_of, self.scope)

    def judge(self, executor: Executor) -> tuple[Doubt, ...]:
        """Store findings; of institutions that would be told to have got worse, give the doubts."""
        executor.judge(self.scope.institutions)
        return self.judging.judge(worsened_pages)

    def look_again(self, executor: Executor, doubts: Sequence[Doubt]) -> None:
        """Read the doubtful pages a second time, and judge by that.

        Of a page that was left for another night that look is the first: where it shows something
        worse itself, that is doubtful as well.
        """
        if again := self._unconfirmed(doubts):
            executor.read(again, again=True)
        if self._unconfirmed(doubts):
            doubts = self.judging.judge(worsened_pages)
            if again := self._unconfirmed(doubts):
                executor.read(again, again=True)
        self.judging.judge_doubts(doubts)

    def _unconfirmed(self, doubts: Sequence[Doubt]) -> tuple[Page, ...]:
        """Each address once, as it was read before; none that was read again before a break."""
        pages = {page.key: page for doubt in doubts for page in doubt.pages}
        again = observations.read_again(self.context.engine, self.audit)
        return tuple(page for address, page in pages.items() if address not in again)

    def finish(self, requests: Mapping[str, int]) -> Audit:
        """Count what was read, and close the audit. `requests`: asked of each network."""
        engine, audit = self.context.engine, self.audit
        read, issues = coverage_of(
            self.context, self.scope, self.due(), self.request.as_of, requests
        )
        held = () if audit.scope is not None else self._mass_changes(read)
        return audits.finish(
            engine,
            audit,
            finished_at=self.context.clock(),
            complete=read.unread == 0,
            collection=read,
            issues=(*held, *issue_of(findings.broken(engine, audit)), *issues),
            standings=(
                None if audit.kind == "collect" else standings_of(engine, audit, self.scope)
            ),
        )

    def _mass_changes(self, read: Collection) -> tuple[Issue, ...]:
        engine, share = self.context.engine, self.context.settings.rules.mass_change_share
        before = audits.before(engine, self.audit)
        last = before.collection if before else None
        return mass_changes(findings.each_of_audit(engine, self.audit), read, last, share)

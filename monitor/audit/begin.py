"""How an audit begins: whose turn it is, and whether an interrupted one is resumed.

ClockError    the machine's clock stands before the last audit
StoppedError  asked to stop (`Context.stopping`): what was read is kept
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.errors import RunError, TroubleError
from monitor.application import Application, Context, pack_files
from monitor.audit.scope import Scope, in_scope
from monitor.clocks.believed import SLIP, is_back_from_ahead
from monitor.storage import audits, history, readings
from monitor.storage.locks import lock
from reports.model import Audit

log = logging.getLogger(__name__)

ON_DEMAND_WAITS = timedelta(minutes=15)
AT_ONCE = timedelta(0)


class ClockError(TroubleError):
    """The clock went back; the text is Russian."""


class StoppedError(RunError):
    """The run was asked to stop; the next one resumes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What somebody asked for: the moment it counts as of, and the institutions (none: all).

    `resume_since`: an audit that was interrupted is resumed if it is as of this moment or later;
    None: only one of exactly `as_of`. `patience`: how long to wait for another. `letters`: whoever
    asked for it queues letters once it is done.
    """

    as_of: datetime
    names: tuple[str, ...] = ()
    resume_since: datetime | None = None
    patience: timedelta = AT_ONCE
    letters: bool = False

    @property
    def on_demand(self) -> bool:
        return bool(self.names)


def audit_lock(
    context: Context, request: AuditRequest
) -> AbstractContextManager[Callable[[], None]]:
    """An audit on demand goes beside the nightly one, from the reserve; two on demand queue."""
    name = "on_demand" if request.on_demand else "audit"
    patience = ON_DEMAND_WAITS if request.on_demand else request.patience
    return lock(context.engine, name, context.clock, patience, context.stopping)


def scope_of(application: Application, request: AuditRequest) -> Scope:
    """Raises UnknownInstitutionError."""
    municipalities = application.municipalities
    chosen = in_scope(municipalities, request.names, request.as_of)
    return Scope(municipalities, application.acts, chosen)


def begin_or_resume(
    application: Application, request: AuditRequest, kind: str
) -> tuple[AuditRequest, Audit, Scope]:
    """The audit is a finished one where the same was done before.

    Call it with the lock held: whatever is unfinished then has been interrupted, and who waited
    finds it done.
    """
    scope = scope_of(application, request)
    if done := _find_finished(application, request, scope, kind):
        return request, done, scope
    begun = _find_interrupted(application, request, scope, kind)
    if begun is None:
        check_clock(application)
        begun = begin(application, request, scope, kind)
    else:
        log.warning("resuming audit %d as of %s", begun.id, begun.as_of)
        request = replace(request, as_of=begun.as_of)
        scope = scope_of(application, request)
    if request.letters:
        readings.owe_letters(application.engine, begun.id)
    return request, begun, scope


def _find_finished(
    context: Context, request: AuditRequest, scope: Scope, kind: str
) -> Audit | None:
    return audits.finished(
        context.engine,
        kind=kind,
        as_of=request.as_of,
        scope=_keys(request, scope),
        towns=scope.registries,
    )


def _find_interrupted(
    context: Context, request: AuditRequest, scope: Scope, kind: str
) -> Audit | None:
    return audits.unfinished(
        context.engine,
        kind=kind,
        scope=_keys(request, scope),
        since=request.resume_since or request.as_of,
        until=request.as_of,
        registries=scope.registries,
        packs=scope.packs,
    )


def check_clock(context: Context) -> None:
    """By a wrong clock posts vanish into the future and deadlines pass: nobody is judged by it.

    One that was ahead for some nights, and is put right, does not stop the nights until then.
    """
    last, now = audits.last_started(context.engine), context.clock()
    if last and now < last - SLIP and not is_back_from_ahead(history.begun(context.engine), now):
        raise ClockError(
            f"часы показывают {now:%d.%m.%Y %H:%M} UTC, а прошлая проверка шла "
            f"{last:%d.%m.%Y %H:%M} UTC: поправьте время и запустите проверку снова. "
            "Если спешили они тогда: dozor evaluate запишет верное время"
        )


def begin(context: Context, request: AuditRequest, scope: Scope, kind: str) -> Audit:
    files = [*context.settings.registry, *pack_files(context.settings.rules.packs).values()]
    return audits.begin(
        context.engine,
        kind=kind,
        as_of=request.as_of,
        started_at=context.clock(),
        scope=_keys(request, scope),
        registries=scope.registries,
        packs=scope.packs,
        documents=[audits.read_document(path) for path in files],
    )


def _keys(request: AuditRequest, scope: Scope) -> tuple[str, ...] | None:
    return tuple(one.key for one in scope.institutions) if request.on_demand else None

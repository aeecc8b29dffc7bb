"""How an audit begins: whose turn it is, and whether an interrupted one is gone on with.

ClockError    the machine's clock stands before the last audit
StoppedError  asked to stop (`Application.stopping`): what was read is kept
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.barrier import RunError
from monitor.application import Application, pack_files
from monitor.clocks import SLIP, is_back_from_ahead
from monitor.scope import in_scope
from monitor.storage import audits, history, readings
from monitor.storage.locks import lock
from reports.model import Audit
from rules.model import Act, Institution

log = logging.getLogger(__name__)

ON_DEMAND_WAITS = timedelta(minutes=15)
AT_ONCE = timedelta(0)


class ClockError(RunError):
    """The clock went back; the text is Russian."""


class StoppedError(RunError):
    """The run was asked to stop; the next one goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asked for: the moment it counts as of, and the institutions (none: all).

    `resume_since`: an audit that was interrupted is gone on with if it is as of this moment or
    later; None: only one of exactly `as_of`. `patience`: how long to wait for another. `letters`:
    whoever ordered it queues letters once it is done.
    """

    as_of: datetime
    names: tuple[str, ...] = ()
    resume_since: datetime | None = None
    patience: timedelta = AT_ONCE
    letters: bool = False

    @property
    def on_demand(self) -> bool:
        return bool(self.names)


def turn(application: Application, order: Order) -> AbstractContextManager[Callable[[], None]]:
    """An audit on demand goes beside the nightly one, from the reserve; two on demand queue."""
    name = "on_demand" if order.on_demand else "audit"
    patience = ON_DEMAND_WAITS if order.on_demand else order.patience
    return lock(application.engine, name, application.clock, patience, application.stopping)


def begin_or_resume(
    application: Application, order: Order, kind: str
) -> tuple[Audit, Order, Sequence[Institution]]:
    """Call it in one's turn: whatever is unfinished then has been interrupted."""
    scope = in_scope(application.municipalities, order.names, order.as_of)
    begun = _interrupted(application, order, scope, kind)
    if begun is None:
        demand_a_clock_that_runs_forward(application)
        begun = begin(application, order, scope, kind)
    else:
        log.warning("going on with audit %d as of %s", begun.id, begun.as_of)
        order = replace(order, as_of=begun.as_of)
        scope = in_scope(application.municipalities, order.names, order.as_of)
    if order.letters:
        readings.owe_letters(application.engine, begun.id)
    return begun, order, scope


def finished(application: Application, order: Order, kind: str) -> Audit | None:
    """What was ordered before and is done. Call it in one's turn: who waited finds it done."""
    scope = in_scope(application.municipalities, order.names, order.as_of)
    return audits.finished(
        application.engine,
        kind=kind,
        as_of=order.as_of,
        scope=_keys(order, scope),
        towns=registries(application),
    )


def _interrupted(
    application: Application, order: Order, scope: Sequence[Institution], kind: str
) -> Audit | None:
    return audits.unfinished(
        application.engine,
        kind=kind,
        scope=_keys(order, scope),
        since=order.resume_since or order.as_of,
        until=order.as_of,
        registries=registries(application),
        packs=_packs(application),
    )


def demand_a_clock_that_runs_forward(application: Application) -> None:
    """By a wrong clock posts vanish into the future and deadlines pass: nobody is judged by it.

    One that was ahead for some nights, and is put right, does not stop the nights until then.
    """
    last, now = audits.last_started(application.engine), application.clock()
    if (
        last
        and now < last - SLIP
        and not is_back_from_ahead(history.begun(application.engine), now)
    ):
        raise ClockError(
            f"часы показывают {now:%d.%m.%Y %H:%M} UTC, а прошлая проверка шла "
            f"{last:%d.%m.%Y %H:%M} UTC: поправьте время и запустите проверку снова. "
            "Если спешили они тогда: dozor evaluate запишет верное время"
        )


def begin(application: Application, order: Order, scope: Sequence[Institution], kind: str) -> Audit:
    files = [*application.settings.registry, *pack_files().values()]
    return audits.begin(
        application.engine,
        kind=kind,
        as_of=order.as_of,
        started_at=application.clock(),
        scope=_keys(order, scope),
        registries=registries(application),
        packs=_packs(application),
        documents=[audits.read_document(path) for path in files],
    )


def _keys(order: Order, scope: Sequence[Institution]) -> tuple[str, ...] | None:
    return tuple(one.key for one in scope) if order.on_demand else None


def registries(application: Application) -> Mapping[str, str]:
    return {one.id: one.digest for one in application.municipalities}


def _packs(application: Application) -> Mapping[str, str]:
    return {act.id: act.digest for act in _acts_in_use(application)}


def _acts_in_use(application: Application) -> list[Act]:
    used = {name for one in application.municipalities for name in one.packs}
    return [act for name, act in application.acts.items() if name in used]

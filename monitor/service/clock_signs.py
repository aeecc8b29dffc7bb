"""What the doctor says of the clock, and of what waits in the bin."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from collectors.model import Health, Sign
from monitor.application import real_time
from monitor.audit.witnesses import AGREES
from monitor.clocks.believed import ClockDoubt, DoubtReason, words
from monitor.clocks.ntp import NoTimeError, offset
from monitor.config import Settings
from monitor.service.stored import look_at_stored
from monitor.storage import audits, history
from monitor.storage.retention import in_bin


def clock_signs(settings: Settings) -> Iterator[Sign]:
    server = [*_server(settings)]
    yield from server
    with look_at_stored(settings) as engine:
        if engine:
            proved = any(sign.state is Health.GOOD for sign in server)
            yield from _stored(engine, proved)
    yield from _bin(settings)


def _server(settings: Settings) -> Iterator[Sign]:
    server = settings.clock.ntp_server
    if not server:
        return
    try:
        off = offset(server, real_time)
    except NoTimeError as error:
        told = words("silent", server=server, error=error)
        yield Sign(Health.WARNING, told, words("silent_advice"))
        return
    if abs(off) > AGREES:
        doubt = ClockDoubt(DoubtReason.SERVER, off)
        yield Sign(Health.FAULT, doubt.what, doubt.advice)
    else:
        yield Sign(Health.GOOD, words("agree_server", seconds=f"{off.total_seconds():+.1f}"))


def _stored(engine: Engine, proved: bool) -> Iterator[Sign]:
    now = real_time()
    doubt = history.doubt(engine, now)
    if doubt is None:
        yield Sign(Health.GOOD, words("agree"))
    elif not proved:
        yield Sign(_state(doubt), doubt.what, doubt.advice)
    if later := audits.later_than(engine, now):
        told = words("later", numbers=", ".join(map(str, later)))
        yield Sign(Health.WARNING, told, words("later_advice", first=later[0]))


def _state(doubt: ClockDoubt) -> Health:
    if doubt.why is DoubtReason.BEGINNING:
        return Health.GOOD
    return Health.FAULT if doubt.is_grave else Health.WARNING


def _bin(settings: Settings) -> Iterator[Sign]:
    files, size = in_bin(settings.storage.evidence)
    if files:
        told = words("bin", files=files, size=f"{size / 1e6:.1f}")
        yield Sign(Health.GOOD, told, words("bin_advice"))

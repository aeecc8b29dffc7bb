"""What the doctor says of stamps over the chain of evidence (RFC 3161)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from collectors.model import Health, Sign
from monitor.application import real_time
from monitor.clocks.tsa import StampError, moment_of
from monitor.config import Settings
from monitor.service.stored import look_at_stored
from monitor.storage import stamps
from monitor.storage.tables import EvidenceStampRow

LATE = timedelta(days=3)  # a night without a stamp is nothing: the next one covers it
ADVICE = "проверьте [evidence] tsa_url; следующая проверка попросит снова и охватит прежние"


def stamp_signs(settings: Settings) -> Iterator[Sign]:
    if not settings.evidence.tsa_url:
        return
    with look_at_stored(settings) as engine:
        if engine:
            yield _sign(engine, settings.schedule.timezone, real_time())


def _sign(engine: Engine, zone: ZoneInfo, now: datetime) -> Sign:
    link, newest = stamps.last_link(engine), stamps.newest(engine)
    if newest is None:
        told = "штампов времени ещё нет"
        return Sign(Health.WARNING, told, ADVICE) if link else Sign(Health.GOOD, told)
    told = f"последний штамп времени: {_moment(newest, zone)}"
    is_late = link and link.place > newest.place and now - newest.received_at > LATE
    if is_late:
        return Sign(Health.WARNING, f"{told}; после него материалы не отмечены", ADVICE)
    return Sign(Health.GOOD, told)


def _moment(row: EvidenceStampRow, zone: ZoneInfo) -> str:
    """As the authority says it, and not as our clock does."""
    try:
        at = moment_of(row.response)
    except StampError:
        at = row.received_at
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M}"

"""Which night is due, and whether it was missed."""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from monitor.storage.nights import Night

LATE = timedelta(hours=1)  # a first night that begins up to an hour late still begins


def is_missed(trigger: CronTrigger, last: Night | None, now: datetime) -> bool:
    """A night that broke off, or that never began because the machine was off.

    A schedule that was moved is no missed night: half a period must have gone by since the last.
    """
    due = last_due(trigger, now)
    if last is None:
        return now - due <= LATE
    if last.due_at >= due:
        return last.finished_at is None
    following = trigger.get_next_fire_time(None, now)
    return last.finished_at is None or now - last.as_of > (following - due) / 2


def last_due(trigger: CronTrigger, now: datetime) -> datetime:
    """The newest moment of the schedule up to now; the beginning of the year where there is none.

    The schedule only tells the next moment, so we walk towards now from ever longer ago.
    """
    for days in (0.05, 1, 8, 32, 366):
        found: datetime | None = None
        start = now - timedelta(days=days)
        while (step := trigger.get_next_fire_time(found, start)) and step <= now:
            found, start = step, step + timedelta(microseconds=1)
        if found:
            return found
    return now.replace(month=1, day=1)

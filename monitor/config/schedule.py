"""When nights and weeks are due: cron as every program understands it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pydantic import ValidationInfo, field_validator

from monitor.config.sections import Section

WEEKDAY_DIGITS = (
    "дни недели пишутся словами (mon, tue, wed, thu, fri, sat, sun): "
    "цифры разные программы считают по-разному"
)
WEEKDAY_STEP = (
    "шаг в днях недели разные программы отсчитывают по-разному: перечислите дни, "
    "например mon,wed,fri"
)
DAY_AND_WEEKDAY = (
    "день месяца и день недели вместе разные программы понимают по-разному (одни «и», другие "
    "«или»): оставьте одно из двух, на месте другого поставьте *"
)
AFTER_NAME = (
    "«{written}»: имя — это три буквы, после него ничего не пишется, шаг тоже; перечислите через "
    "запятую, например mon,wed,fri или jan,apr,jul,oct"
)
CRON_FIELDS = {
    "second": "секунды",
    "minute": "минуты",
    "hour": "часы",
    "day": "день месяца",
    "month": "месяц",
    "day_of_week": "день недели",
}
NAME_WITH_MORE = re.compile(r"(?!(?:[a-z]{3}(?:-[a-z]{3})?|last)$).*[a-z].*")
CRON_EXAMPLES = "пишите, например, «0 3 * * *» (ночью в три) или «0 8 * * mon» (понедельник, 8:00)"


class Schedule(Section):
    nightly: str = "0 3 * * *"
    weekly: str = ""  # when the deputy head gets the week in one letter; "": never
    timezone: ZoneInfo = ZoneInfo("Europe/Moscow")

    @field_validator("nightly", "weekly")
    @classmethod
    def _is_cron(cls, written: str, given: ValidationInfo) -> str:
        if written or given.field_name == "nightly":
            cron_trigger(written, ZoneInfo("UTC"))
        return written

    def trigger(self) -> CronTrigger:
        return cron_trigger(self.nightly, self.timezone)

    def weekly_trigger(self) -> CronTrigger | None:
        return cron_trigger(self.weekly, self.timezone) if self.weekly else None


def cron_trigger(written: str, timezone: ZoneInfo) -> CronTrigger:
    """Five fields, or six with seconds first. ValueError with a Russian hint.

    What APScheduler reads otherwise than cron, or reads in part only, is refused: it counts
    weekday digits, and steps over weekdays, from Monday = 0, it asks for the day of the month AND
    the weekday where cron takes either, and it leaves out in silence whatever follows a name.
    """
    parts = written.lower().split()
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != 6:
        raise ValueError("нужно пять полей, как в cron, или шесть с секундами впереди")
    _check_one_reading(*parts[3:])
    fields = dict(zip(CRON_FIELDS, parts, strict=True))
    for name, part in fields.items():
        _check_readable(name, part)
    trigger = CronTrigger(timezone=timezone, **fields)
    if trigger.get_next_fire_time(None, datetime.now(timezone)) is None:
        raise ValueError(f"расписание «{written}»: такого дня не бывает; {CRON_EXAMPLES}")
    return trigger


def _check_readable(name: str, written: str) -> None:
    try:
        CronTrigger(timezone=UTC, **{name: written})
    except ValueError:
        told = f"{CRON_FIELDS[name]}: «{written}» не бывает"
        raise ValueError(f"{told}; {CRON_EXAMPLES}") from None


def _check_one_reading(day: str, month: str, weekday: str) -> None:
    if any(sign.isdigit() for sign in weekday.partition("/")[0]):
        raise ValueError(WEEKDAY_DIGITS)
    if "/" in weekday:
        raise ValueError(WEEKDAY_STEP)
    if day != "*" and weekday != "*":
        raise ValueError(DAY_AND_WEEKDAY)
    for one in ",".join((day, month, weekday)).split(","):
        if NAME_WITH_MORE.fullmatch(one):
            raise ValueError(AFTER_NAME.format(written=one))

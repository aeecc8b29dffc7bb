"""What Dozor needs, thing by thing: in order or not, and what to do about it.

`dozor doctor` prints the signs, `dozor serve` looks at them once a day and tells the faults.
"""

from __future__ import annotations

import glob
import shlex
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import make_url

from collectors.model import CallsLeft, Health, Quota, Sign
from collectors.networks import networks
from monitor.application import load_acts, real_time
from monitor.config import ConfigError, Settings
from monitor.logs import without_secrets
from monitor.service.clock_signs import clock_signs
from monitor.service.consent_signs import consent_signs
from monitor.service.database_signs import database_signs, queue_signs
from monitor.service.dated_signs import dated_signs
from monitor.service.inbox_signs import inbox_signs
from monitor.service.listening import admission_signs
from monitor.service.mail_signs import letter_signs, mail_signs
from monitor.service.registry_signs import registry_signs
from monitor.service.secret_signs import secret_signs
from monitor.service.stamp_signs import stamp_signs
from monitor.service.stored import look_at_stored
from monitor.storage.addresses import SQLITE
from monitor.storage.ledger import Ledger
from monitor.storage.private import ASIDE
from monitor.storage.room import LEAST_FREE, NOTHING_FITS, free_bytes, nearest_folder
from rules.packs import PackError

OK, WARNING, FAULT = Health.GOOD, Health.WARNING, Health.FAULT
INSTANT = timedelta(microseconds=1)

Check = Callable[[Settings], Iterator[Sign]]


def examined(settings: Settings) -> Iterator[Sign]:
    """Every sign; asks networks about the tokens and greets the mail server."""
    for check in CHECKS:
        for sign in check(settings):
            yield replace(
                sign, what=without_secrets(sign.what), advice=without_secrets(sign.advice)
            )


def _packs(settings: Settings) -> Iterator[Sign]:
    try:
        acts = load_acts(settings.rules.packs)
    except (PackError, ConfigError) as error:
        yield Sign(FAULT, "акты", str(error))
    else:
        count = sum(len(act.requirements) for act in acts.values())
        yield Sign(OK, f"акты: {', '.join(acts)}; требований {count}")


def _disk(settings: Settings) -> Iterator[Sign]:
    folder = nearest_folder(settings.storage.evidence)
    free = free_bytes(folder)
    state = OK if free > LEAST_FREE else WARNING if free > NOTHING_FITS else FAULT
    advice = "" if state == OK else "освободите место: материалы хранятся здесь"
    yield Sign(state, f"диск: свободно {free / 1e9:.1f} ГБ ({folder})", advice)


def _networks(settings: Settings) -> Iterator[Sign]:
    """What each network says of its keys."""
    for slug, network in networks().items():
        theirs = settings.networks[slug]
        yield from network.check(theirs, _calls_left(settings, network.quotas(theirs)))


def _calls_left(settings: Settings, quotas: Mapping[str, Quota]) -> CallsLeft:
    """None while there is no database."""

    def left(reader: str, method: str) -> int | None:
        with look_at_stored(settings) as engine:
            return Ledger(engine, quotas, real_time).left(reader, method) if engine else None
        return None

    return left


def _open_files(settings: Settings) -> Iterator[Sign]:
    """What was written before files were for their owner alone, or was opened to all since."""
    open_to_all = [path for path in _kept_files(settings) if _is_open_to_all(path)]
    if open_to_all:
        first, count = open_to_all[0], len(open_to_all)
        roots = {path for path in _kept_roots(settings) if path.exists()}
        advice = f"chmod -R o-rwx {' '.join(shlex.quote(str(path)) for path in sorted(roots))}"
        yield Sign(WARNING, f"открыто всем на этом компьютере: {first}; всего: {count}", advice)


def _is_open_to_all(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:  # gone since, or another's
        return False


def _kept_files(settings: Settings) -> Iterator[Path]:
    for root in _kept_roots(settings):
        if root.exists():
            yield root
            yield from (path for path in root.rglob("*") if not path.is_symlink())


def _kept_roots(settings: Settings) -> Iterator[Path]:
    """Database, evidence and reports, and what a restore has set aside."""
    yield settings.storage.evidence
    yield settings.storage.evidence.with_name(f"{settings.storage.evidence.name}{ASIDE}")
    yield settings.reports.directory
    url = make_url(settings.storage.database)
    if url.get_backend_name() == SQLITE and url.database:
        database = Path(url.database)
        yield from database.parent.glob(f"{glob.escape(database.name)}*")


def _control_pages(settings: Settings) -> Iterator[Sign]:
    for slug, network in networks().items():
        pages = getattr(settings.networks[slug], "control_pages", None)
        if pages:
            yield Sign(OK, f"контрольные страницы, {network.title}: заданы")
        elif pages is not None and network.control:
            yield Sign(
                WARNING,
                f"контрольных страниц нет, {network.title}: отсутствие отметки не доказать",
                f"впишите в [{slug}] control_pages {network.control}",
            )


def _time(settings: Settings) -> Iterator[Sign]:
    zone: ZoneInfo = settings.schedule.timezone
    now = datetime.now(zone)
    nights = _moments(settings.schedule.trigger(), now, 3)
    yield Sign(OK, f"время: {now:%d.%m.%Y %H:%M} ({zone}); ближайшие ночи: {nights}")
    if weekly := settings.schedule.weekly_trigger():
        yield Sign(OK, f"письмо за неделю: {_moments(weekly, now, 1)}")
    count = len(available_timezones())
    if count < 100:
        yield Sign(FAULT, "нет данных о часовых поясах", "apt install tzdata")
    else:
        yield Sign(OK, f"часовые пояса: {count}; Дозор {version('dozor')}")


def _moments(trigger: CronTrigger, now: datetime, count: int) -> str:
    """The next ones, with their years: a slip in a schedule may move it far away."""
    found: list[datetime] = []
    while len(found) < count:
        last = found[-1] if found else None
        upcoming = trigger.get_next_fire_time(last, last + INSTANT if last else now)
        if upcoming is None:
            break
        found.append(upcoming)
    return ", ".join(f"{one:%d.%m.%Y %H:%M}" for one in found)


CHECKS: tuple[Check, ...] = (
    _packs,
    registry_signs,
    database_signs,
    queue_signs,
    _disk,
    secret_signs,
    _open_files,
    _networks,
    _control_pages,
    mail_signs,
    letter_signs,
    inbox_signs,
    _time,
    consent_signs,
    clock_signs,
    stamp_signs,
    admission_signs,
    dated_signs,
)

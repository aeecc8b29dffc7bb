"""What Dozor needs, thing by thing: in order or not, and what to do about it.

`dozor doctor` prints the signs, `dozor serve` looks at them once a day and tells the faults.
"""

from __future__ import annotations

import glob
import os
import shlex
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import make_url

from collectors.model import CallsLeft, Health, Quota, Sign
from collectors.networks import networks
from collectors.roots import doubts
from monitor.application import load_acts, real_time
from monitor.config import Mail, Settings
from monitor.logs import without_secrets
from monitor.mail.smtp import DeliveryError, server, trusting
from monitor.mail.stuck import stuck_letters, words
from monitor.registry import check as checked
from monitor.service.clock_signs import clock_signs
from monitor.service.stamp_signs import stamp_signs
from monitor.storage.addresses import SQLITE
from monitor.storage.database import StorageError, connect, product_of, schema_is_current
from monitor.storage.heartbeats import alive, queue_fault
from monitor.storage.ledger import Ledger
from monitor.storage.private import ASIDE
from rules.packs import PackError

OK, WARNING, FAULT = Health.GOOD, Health.WARNING, Health.FAULT
LEAST_FREE = 1_000_000_000  # bytes; a year of a town takes less
INSTANT = timedelta(microseconds=1)
NOTHING_FITS = 50_000_000  # bytes; not one night


Check = Callable[[Settings], Iterator[Sign]]


def examined(settings: Settings) -> Iterator[Sign]:
    """Every sign; asks networks about the tokens and greets the mail server."""
    for check in CHECKS:
        for sign in check(settings):
            yield replace(
                sign, what=without_secrets(sign.what), advice=without_secrets(sign.advice)
            )


def _packs(_: Settings) -> Iterator[Sign]:
    try:
        acts = load_acts()
    except PackError as error:
        yield Sign(FAULT, "акты", str(error))
    else:
        count = sum(len(act.requirements) for act in acts.values())
        yield Sign(OK, f"акты: {', '.join(acts)}; требований {count}")


def _registry(settings: Settings) -> Iterator[Sign]:
    try:
        faults = checked(settings.registry, packs=tuple(load_acts()))
    except PackError:
        return
    errors = [one for one in faults if one.severity == "error"]
    if errors:
        yield Sign(FAULT, f"реестр: ошибок {len(errors)}", "dozor registry check назовёт все")
    elif faults:
        yield Sign(WARNING, f"реестр: предупреждений {len(faults)}", "dozor registry check")
    else:
        yield Sign(OK, f"реестр: файлов {len(settings.registry)}")


def _database(settings: Settings) -> Iterator[Sign]:
    try:
        engine = connect(settings.storage.database)
        try:
            what = f"база данных {product_of(engine)}"
            current = schema_is_current(engine)
        finally:
            engine.dispose()
    except (StorageError, OSError) as error:
        yield Sign(FAULT, f"база данных: {error}")
        return
    if current:
        yield Sign(OK, f"{what}: отвечает, схема новейшая{_workers(settings)}")
    else:
        yield Sign(WARNING, f"{what}: отвечает, пуста или прежней версии", "обновится при проверке")


def _workers(settings: Settings) -> str:
    """How many processes share the work; nothing where there are none, as in an office."""
    engine = connect(settings.storage.database)
    try:
        count = alive(engine, settings.workers.heartbeat_seconds)
    finally:
        engine.dispose()
    return f"; рабочих процессов: {count}" if count else ""


def _disk(settings: Settings) -> Iterator[Sign]:
    folder, free = _standing(settings.storage.evidence), free_bytes(settings)
    state = OK if free > LEAST_FREE else WARNING if free > NOTHING_FITS else FAULT
    advice = "" if state == OK else "освободите место: материалы хранятся здесь"
    yield Sign(state, f"диск: свободно {free / 1e9:.1f} ГБ ({folder})", advice)


def free_bytes(settings: Settings) -> int:
    """Where evidence is kept, or will be."""
    return shutil.disk_usage(_standing(settings.storage.evidence)).free


def _standing(folder: Path) -> Path:
    return folder if folder.exists() else _standing(folder.parent)


def _networks(settings: Settings) -> Iterator[Sign]:
    """What each network says of its keys."""
    for slug, network in networks().items():
        theirs = settings.networks[slug]
        yield from network.check(theirs, _calls_left(settings, network.quotas(theirs)))


def _calls_left(settings: Settings, quotas: Mapping[str, Quota]) -> CallsLeft:
    """None while there is no database."""

    def left(reader: str, method: str) -> int | None:
        try:
            engine = connect(settings.storage.database)
            try:
                current = schema_is_current(engine)
                return Ledger(engine, quotas, real_time).left(reader, method) if current else None
            finally:
                engine.dispose()
        except StorageError:
            return None

    return left


def _secret_files(settings: Settings) -> Iterator[Sign]:
    """A file with settings that others may write, or one with secrets that others may read."""
    mode = settings.file.stat().st_mode
    if mode & stat.S_IWOTH:
        yield Sign(WARNING, f"{settings.file}: может изменить любой", f"chmod o-w {settings.file}")
    password = make_url(settings.storage.database).password
    if password and str(password) in settings.file.read_text("utf-8"):
        advice = "уберите его оттуда и задайте DATABASE_PASSWORD"
        yield Sign(WARNING, f"{settings.file}: в нём стоит пароль базы", advice)
    for variable in secret_variables():
        named = os.environ.get(f"{variable}_FILE")
        if named and Path(named).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield Sign(
                WARNING, f"{variable}_FILE: {named} могут прочесть другие", f"chmod 600 {named}"
            )


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


def secret_variables() -> tuple[str, ...]:
    theirs = (name for one in networks().values() for name in one.secrets.values())
    return (*theirs, "SMTP_USER", "SMTP_PASSWORD", "DATABASE_PASSWORD")


def _control_pages(settings: Settings) -> Iterator[Sign]:
    for slug, network in networks().items():
        pages = getattr(settings.networks[slug], "control_pages", None)
        if pages:
            yield Sign(OK, f"контрольные страницы, {network.title}: заданы")
        elif pages is not None:
            yield Sign(
                WARNING,
                f"контрольных страниц нет, {network.title}: отсутствие отметки не доказать",
                f"впишите в [{slug}] control_pages страницу, на которой отметка точно есть",
            )


def _mail(settings: Settings) -> Iterator[Sign]:
    mail = settings.mail
    if not mail.deputies:
        yield Sign(WARNING, "почта: адресатов нет", "впишите [mail] recipients")
        return
    if not mail.operator:
        advice = "впишите [mail] operator: кому писать, если ночь не удалась"
        yield Sign(WARNING, "почта: оператор не назван", advice)
    if settings.smtp_user and mail.encryption == "none" and not _is_local(mail.host):
        advice = 'включите [mail] starttls или tls = "implicit"'
        yield Sign(WARNING, "почта: пароль уходит на сервер открытым текстом", advice)
    yield from _authority(mail)
    where = f"{mail.host}:{mail.port}"
    try:
        with server(settings, min(mail.timeout, 10)) as opened:
            opened.noop()
    except DeliveryError as error:
        yield Sign(
            FAULT, f"почта: сервер {where} не отвечает как должен ({error})", "проверьте [mail]"
        )
    else:
        yield Sign(OK, f"почта: сервер {where} отвечает")


def _authority(mail: Mail) -> Iterator[Sign]:
    if mail.ca_file is not None:
        for doubt in doubts(mail.ca_file, trusting(None), real_time()):
            yield Sign(WARNING, f"[mail] ca_file: {doubt}")


def _letters(settings: Settings) -> Iterator[Sign]:
    """What does not go, though the server may answer."""
    try:
        engine = connect(settings.storage.database)
        try:
            found = stuck_letters(engine, real_time()) if schema_is_current(engine) else ()
        finally:
            engine.dispose()
    except StorageError:
        return  # told by `_database`
    if found:
        named = ", ".join(dict.fromkeys(one.recipient for one in found))
        told = words("doctor", count=len(found), recipients=named)
        yield Sign(WARNING, told, words("doctor_advice"))


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


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


def _queue(settings: Settings) -> Iterator[Sign]:
    """Workers have a way of their own to the database, through another library."""
    address = settings.storage.database
    if make_url(address).get_backend_name() == SQLITE or find_spec("procrastinate") is None:
        return
    try:
        fault = queue_fault(address)
    except StorageError:
        return  # told by `_database`
    if fault:
        advice = "dozor worker и dozor serve --workers без неё не работают; проверьте [storage]"
        yield Sign(FAULT, f"очередь рабочих процессов: {fault}", advice)
    else:
        yield Sign(OK, "очередь рабочих процессов: отвечает")


def _set_twice(_: Settings) -> Iterator[Sign]:
    for variable in secret_variables():
        if os.environ.get(variable) and os.environ.get(f"{variable}_FILE"):
            what = f"заданы и {variable}, и {variable}_FILE: действует только {variable}_FILE"
            yield Sign(WARNING, what, f"уберите одно из двух, скорее {variable}")


CHECKS: tuple[Check, ...] = (
    _packs,
    _registry,
    _database,
    _queue,
    _disk,
    _secret_files,
    _open_files,
    _set_twice,
    _networks,
    _control_pages,
    _mail,
    _letters,
    _time,
    clock_signs,
    stamp_signs,
)

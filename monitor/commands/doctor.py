"""`dozor doctor`: each thing that Dozor needs, in order or not, and what to do about it."""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from monitor.application import load_acts
from monitor.config import Settings, load_settings
from monitor.networks import networks
from monitor.registry import check as checked
from monitor.storage.database import StorageError, connect, schema_is_current
from rules.packs import PackError

OK, WARNING, FAULT = "в порядке", "внимание", "ошибка"
STYLES = {OK: "green", WARNING: "yellow", FAULT: "bold red"}
LEAST_FREE = 1_000_000_000  # bytes; a year of a town takes less


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of the doctor."""

    state: str
    what: str
    advice: str = ""


Check = Callable[[Settings], Iterator[Sign]]


def doctor(config: Path) -> int:
    """Status 0 when there is no fault, 2 otherwise; warnings do not count."""
    settings = load_settings(config)
    signs = [Sign(OK, f"настройки: {config}")]
    for check in CHECKS:
        signs.extend(check(settings))
    for sign in signs:
        _print(sign)
    return 2 if any(sign.state == FAULT for sign in signs) else 0


def _print(sign: Sign) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[{STYLES[sign.state]}]{sign.state:>9}[/]  {sign.what}")
    if sign.advice:
        console.print(f"           → {sign.advice}")


def _packs(_: Settings) -> Iterator[Sign]:
    try:
        acts = load_acts()
    except PackError as error:
        yield Sign(FAULT, "акты", str(error))
    else:
        count = sum(len(act.requirements) for act in acts.values())
        yield Sign(OK, f"акты: {', '.join(acts)}; требований {count}")


def _registry(settings: Settings) -> Iterator[Sign]:
    faults = checked(settings.registry, packs=tuple(load_acts()))
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
        current = schema_is_current(engine)
        engine.dispose()
    except (StorageError, OSError) as error:
        yield Sign(FAULT, f"база данных: {error}")
        return
    if current:
        yield Sign(OK, "база данных: схема новейшая")
    else:
        yield Sign(WARNING, "база данных: пуста или прежней версии", "обновится при проверке")


def _disk(settings: Settings) -> Iterator[Sign]:
    folder = settings.storage.evidence
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = OK if free > LEAST_FREE else WARNING
    advice = "" if state == OK else "освободите место: материалы хранятся здесь"
    yield Sign(state, f"диск: свободно {free / 1e9:.0f} ГБ", advice)


def _keys(settings: Settings) -> Iterator[Sign]:
    vk, ok = settings.networks["vk"], settings.networks["ok"]
    if vk.tokens:
        count = len([one for one in vk.tokens.split(",") if one.strip()])
        yield Sign(OK, f"ключи ВКонтакте: {count}")
    else:
        yield Sign(
            WARNING,
            "ключ ВКонтакте не задан: страницы ВКонтакте не прочитать",
            "получите сервисный ключ (README, «Первая проверка») и задайте VK_TOKENS",
        )
    if ok.application_key and ok.access_token:
        yield Sign(OK, "ключи Одноклассников заданы")
    else:
        yield Sign(OK, "ключей Одноклассников нет: читаются открытые страницы")


def _control_pages(settings: Settings) -> Iterator[Sign]:
    for slug in ("vk", "ok"):
        title = networks()[slug].title
        if settings.networks[slug].control_pages:
            yield Sign(OK, f"контрольные страницы, {title}: заданы")
        else:
            yield Sign(
                WARNING,
                f"контрольных страниц нет, {title}: отсутствие отметки не доказать",
                f"впишите в [{slug}] control_pages страницу, на которой отметка точно есть",
            )


def _mail(settings: Settings) -> Iterator[Sign]:
    mail = settings.mail
    if not mail.recipients:
        yield Sign(WARNING, "почта: адресатов нет", "впишите [mail] recipients")
        return
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=min(mail.timeout, 10)) as server:
            server.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        where = f"{mail.host}:{mail.port}"
        yield Sign(FAULT, f"почта: сервер {where} не отвечает ({error})", "проверьте [mail]")
    else:
        yield Sign(OK, f"почта: сервер {mail.host}:{mail.port} отвечает")


def _time(settings: Settings) -> Iterator[Sign]:
    zone: ZoneInfo = settings.schedule.timezone
    now = datetime.now(zone)
    upcoming = settings.schedule.trigger().get_next_fire_time(None, now)
    yield Sign(OK, f"время: {now:%d.%m.%Y %H:%M} ({zone}); следующая ночь {upcoming:%d.%m %H:%M}")


CHECKS: tuple[Check, ...] = (
    _packs,
    _registry,
    _database,
    _disk,
    _keys,
    _control_pages,
    _mail,
    _time,
)

"""`dozor demo`: the whole path on a town that does not exist, and what its people say of it."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import tomli_w
import typer

from monitor.application import Application, opened, real_time
from monitor.audit import run as pipeline
from monitor.audit.begin import AuditRequest
from monitor.commands.month import Player
from monitor.commands.progress import progress
from monitor.commands.report import narrowed
from monitor.config import Settings, load_settings
from monitor.reporting.facts import with_facts
from monitor.reporting.stored import report_of, write
from monitor.sandbox import Running, demo_nights, demo_world, serve, write_demo_registry
from reports.formats.text import summary
from reports.model import Audit

LETTER_TO = "art-school"  # something of everything: to mend, to look at, not yet due, unseen
OTHERS = (
    ("xlsx", "report.xlsx", "Книга Excel"),
    ("cur", "cur.xlsx", "Таблица ЦУР"),
    ("pages", "pages.html", "Перечень страниц для сайта администрации"),
    ("notices", "notices.txt", "Уведомления о страницах"),
)


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="ПАПКА", help="Куда записать отчёт и базу.")
    ] = Path("var/demo"),
    desk: Annotated[
        bool, typer.Option("--desk", help="Открыть после показа стол этого города, до Ctrl-C.")
    ] = False,
) -> int:
    """Five weekly audits and a month of cases between them; the last report is shown."""
    shutil.rmtree(folder, ignore_errors=True)
    now = real_time()
    with serve(demo_world(now)) as running:
        settings = demo_settings(running, folder)
        with opened(settings) as application:
            print("Вымышленный город проверяется пять раз: четыре прошлые недели и сегодня.")
            _show(application, play_month(application, running, now), folder)
            if desk:
                _keep_open(application)
            else:
                print("То же в браузере, с ответами и решениями: make desk (dozor demo --desk)")
    return 0


def _keep_open(application: Application) -> None:
    from monitor.commands.demo_desk import keep_open

    keep_open(application)


def demo_settings(running: Running, folder: Path) -> Settings:
    """Settings that point at the running sandbox, written beside the town's registry.

    Of the operator's own variables none is heeded: they may name a real database, network, token.
    """
    registry = write_demo_registry(running, folder)
    given = running.settings()
    file = folder / "config.toml"
    file.write_text(tomli_w.dumps(_sections(given) | {"registry": [registry.name]}), "utf-8")
    return load_settings(file, given)


def _sections(variables: dict[str, str]) -> dict[str, object]:
    """`DOZOR_VK__API_URL=…` as `[vk] api_url`, so that the folder can be used later by itself."""
    sections: dict[str, object] = {
        "storage": {"database": "sqlite:///dozor.db", "evidence": "evidence"},
        "reports": {"directory": "."},
        "schedule": {"timezone": "Asia/Tomsk"},
    }
    for name, value in variables.items():
        section, _, key = name.removeprefix("DOZOR_").lower().partition("__")
        if name.startswith("DOZOR_"):
            table = sections.setdefault(section, {})
            assert isinstance(table, dict)
            table[key] = _as_value(value)
    return sections


def _as_value(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value


def play_month(application: Application, running: Running, now: datetime) -> Audit:
    """The audits, and between them what was told, answered and decided; the last audit."""
    nights, player = demo_nights(now), Player(application, now)
    for night, following in zip(nights, (*nights[1:], None), strict=True):
        audit = _night(application, running, night)
        player.play(until=following)
    return audit


def _night(application: Application, running: Running, night: datetime) -> Audit:
    running.set_clock(night)
    print(f"Проверка на {night.astimezone(application.settings.schedule.timezone):%d.%m.%Y}")
    with progress() as tell:
        return pipeline.audit(application, AuditRequest(as_of=night), tell)


def _show(application: Application, audit: Audit, folder: Path) -> None:
    report = report_of(application, audit)
    print(summary(report))
    print(f"JSON:  {write(report, 'json', folder / 'report.json').resolve()}")
    print(f"Отчёт: {write(report, 'html', folder / 'report.html').resolve()}")
    for slug, name, title in OTHERS:
        print(f"{title}: {write(with_facts(application, report), slug, folder / name).resolve()}")
    school = narrowed(report, LETTER_TO)
    for slug, name in (("letter", "letter.html"), ("letter-text", "letter.txt")):
        print(f"Письмо одной школе: {write(school, slug, folder / name).resolve()}")
    print(f"Что кому сказано и что ответили: dozor --config {folder / 'config.toml'} cases")

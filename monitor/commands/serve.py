"""`dozor serve`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Annotated

import typer

from collectors.barrier import barrier
from monitor.application import opened, real_time
from monitor.commands import audit
from monitor.commands.parameters import Config, Workers
from monitor.config import Settings, check_workers, load_settings
from monitor.service.metrics import metrics_served
from monitor.service.nights import Service
from monitor.service.nights import serve as run
from monitor.service.scheduler import hear_signals
from monitor.service.warm.answering import kept_warm
from monitor.service.warm.first_times import done_once

ASKED_OF_OTHERS = (audit,)  # commands that the process kept warm has loaded


def serve(
    context: typer.Context,
    config: Config,
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics", metavar="АДРЕС:ПОРТ", help="Отвечать на /health и /metrics (Prometheus)."
        ),
    ] = None,
    workers: Workers = False,
    desk: Annotated[
        bool, typer.Option("--desk", help="И держать открытым стол: [desk] address.")
    ] = False,
) -> int:
    signals = hear_signals()
    settings = load_settings(config)
    nightly = _shared_night(settings) if workers else None
    with opened(settings):
        """What is wrong with the registry, packs or database is told now, not at night."""
    answering = metrics_served(settings, real_time, metrics)
    with _warm(settings, context), _desk(settings) if desk else nullcontext():
        run(settings, real_time, signals, answering, nightly, partial(_tell, settings))
    print("Служба остановлена.")
    return 0


def _tell(settings: Settings) -> None:
    zone = settings.schedule.timezone
    upcoming = settings.schedule.trigger().get_next_fire_time(None, real_time())
    print(
        f"Служба работает. Следующая проверка: {upcoming:%d.%m.%Y %H:%M:%S} ({zone}).", flush=True
    )


def _warm(settings: Settings, context: typer.Context) -> AbstractContextManager[None]:
    """An audit by name is done by a process that has loaded what an audit takes."""
    with barrier("part", "warm"):  # a network that breaks here is told of at night
        done_once(settings.networks, real_time().date())
    return kept_warm(settings.storage.evidence.parent, context.find_root().obj)


def _desk(settings: Settings) -> AbstractContextManager[None]:
    from monitor.desk.serving import served

    return served(settings)


def _shared_night(settings: Settings) -> Callable[[Service], object]:
    """The night is put in line for the workers. ConfigError without PostgreSQL."""
    check_workers(settings)
    from monitor.service.worker import order_night

    return order_night

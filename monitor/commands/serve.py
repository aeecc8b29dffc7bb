"""`dozor serve`."""

from __future__ import annotations

from pathlib import Path

from monitor.application import opened, real_time
from monitor.config import load_settings
from monitor.metrics import metrics_served
from monitor.service import serve as run


def serve(config: Path, metrics: str | None = None) -> int:
    settings = load_settings(config)
    with opened(settings):
        """What is wrong with the registry, packs or database is told now, not at night."""
    zone = settings.schedule.timezone
    upcoming = settings.schedule.trigger().get_next_fire_time(None, real_time())
    print(
        f"Служба работает. Следующая проверка: {upcoming:%d.%m.%Y %H:%M:%S} ({zone}).", flush=True
    )
    run(settings, real_time, metrics_served(settings, real_time, metrics))
    print("Служба остановлена.")
    return 0

"""`dozor worker`."""

from __future__ import annotations

from monitor.application import opened, real_time
from monitor.commands.parameters import Config
from monitor.config import check_workers, load_settings


def worker(config: Config) -> int:
    settings = load_settings(config)
    check_workers(settings)
    with opened(settings):
        """What is wrong with the registry, packs or database is told now."""
    from monitor.service.worker import work

    work(settings, real_time, lambda: print("Рабочий процесс ждёт заданий.", flush=True))
    print("Рабочий процесс остановлен.")
    return 0

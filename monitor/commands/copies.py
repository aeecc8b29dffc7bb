"""`dozor backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

from monitor.application import real_time
from monitor.config import Settings, load_settings
from monitor.storage.copies import CopyError, back_up
from monitor.storage.copies import restore as put_back
from monitor.storage.database import StorageError, open_database
from monitor.storage.locks import lock


def backup(config: Path, file: Path) -> int:
    count = back_up(load_settings(config).storage, file)
    print(f"Сохранено: {file} (база и файлов материалов: {count}).")
    return 0


def restore(config: Path, file: Path, *, force: bool) -> int:
    settings = load_settings(config)
    if not file.is_file():
        raise CopyError(f"{file}: такого файла нет")
    if force:
        _demand_quiet(settings)
    count = put_back(settings.storage, file, force=force)
    open_database(settings.storage.database).dispose()
    print(f"Восстановлено: база и файлов материалов: {count}. Проверьте: dozor verify.")
    return 0


def _demand_quiet(settings: Settings) -> None:
    """LockTakenError while somebody audits or sends; a broken database keeps nobody out."""
    try:
        engine = open_database(settings.storage.database)
    except StorageError:
        return
    try:
        for name in ("audit", "on_demand", "delivery"):
            with lock(engine, name, real_time):
                """Taken and given back at once."""
    finally:
        engine.dispose()

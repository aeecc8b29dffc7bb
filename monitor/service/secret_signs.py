"""What the doctor says of secrets: from where each is taken, and who else may read it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from collectors.model import Health, Sign
from collectors.networks import networks
from monitor.config import Settings


def secret_signs(settings: Settings) -> Iterator[Sign]:
    yield from _places()
    yield from _open_to_others(settings)


def _places() -> Iterator[Sign]:
    """Which of NAME and NAME_FILE counts; of a file its name is told, never what is in it."""
    taken = []
    for variable in secret_variables():
        file, value = os.environ.get(f"{variable}_FILE"), os.environ.get(variable)
        if file:
            taken.append(f"{variable} — из файла {file}")
        elif value:
            taken.append(f"{variable} — из переменной")
        if file and value:
            what = f"заданы и {variable}, и {variable}_FILE: действует только {variable}_FILE"
            yield Sign(Health.WARNING, what, f"уберите одно из двух, скорее {variable}")
    if taken:
        yield Sign(Health.GOOD, f"секреты: {'; '.join(taken)}")


def _open_to_others(settings: Settings) -> Iterator[Sign]:
    """A file with settings that others may write, or one with secrets that others may read."""
    mode = settings.file.stat().st_mode
    if mode & stat.S_IWOTH:
        advice = f"chmod o-w {settings.file}"
        yield Sign(Health.WARNING, f"{settings.file}: может изменить любой", advice)
    password = make_url(settings.storage.database).password
    if password and str(password) in settings.file.read_text("utf-8"):
        advice = "уберите его оттуда и задайте DATABASE_PASSWORD"
        yield Sign(Health.WARNING, f"{settings.file}: в нём стоит пароль базы", advice)
    for variable in secret_variables():
        named = os.environ.get(f"{variable}_FILE")
        if named and Path(named).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            told = f"{variable}_FILE: {named} могут прочесть другие"
            yield Sign(Health.WARNING, told, f"chmod 600 {named}")


def secret_variables() -> tuple[str, ...]:
    theirs = (name for one in networks().values() for name in one.secrets.values())
    mail = ("SMTP_USER", "SMTP_PASSWORD", "IMAP_USER", "IMAP_PASSWORD")
    return (*theirs, *mail, "DATABASE_PASSWORD")

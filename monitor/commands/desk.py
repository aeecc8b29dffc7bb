"""`dozor desk`: the same in a browser."""

from __future__ import annotations

from functools import partial

from monitor.application import Application, opened
from monitor.commands.parameters import Config
from monitor.config import load_settings
from monitor.desk.gate.words import words
from monitor.desk.serving import bound, run
from monitor.storage import accounts


def serve_desk(config: Config) -> int:
    settings = load_settings(config)
    with bound(settings) as at, opened(settings) as application:
        run(application, at, partial(_tell, application))
    print("Стол закрыт.")
    return 0


def _tell(application: Application) -> None:
    print(f"Стол открыт: {application.settings.desk.url}. Остановить: Ctrl-C.", flush=True)
    if not accounts.has_any(application.engine):
        print(words("granting", "none"), flush=True)

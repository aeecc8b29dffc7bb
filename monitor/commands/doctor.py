"""`dozor doctor`: each thing that Dozor needs, in order or not, and what to do about it."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from collectors.model import Sign
from monitor.commands.parameters import Config
from monitor.config import load_settings
from monitor.service.health import FAULT, OK, WARNING, examined

STYLES = {OK: "green", WARNING: "yellow", FAULT: "bold red"}


def doctor(config: Config) -> int:
    """Status 0 when there is no fault, 2 otherwise; warnings do not count."""
    signs = [Sign(OK, f"настройки: {config}"), *examined(load_settings(config))]
    for sign in signs:
        _print(sign)
    return 2 if any(sign.state == FAULT for sign in signs) else 0


def _print(sign: Sign) -> None:
    """As text, not markup: in advice `[mail]` is a section of the settings."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(f"{sign.state:>9}", STYLES[sign.state]), Text(f" {sign.what}"))
    if sign.advice:
        console.print(Text(f"           → {sign.advice}"))

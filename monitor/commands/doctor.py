"""`dozor doctor`: each thing that Dozor needs, in order or not, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from collectors.model import Sign
from monitor.commands.parameters import AsJson, Config
from monitor.config import load_settings
from monitor.service.health import FAULT, OK, WARNING, examined

STYLES = {OK: "green", WARNING: "yellow", FAULT: "bold red"}
NAMES = {OK: "good", WARNING: "warning", FAULT: "fault"}  # for programs, which read no Russian


def doctor(config: Config, as_json: AsJson = False) -> int:
    """Status 0 when there is no fault, 2 otherwise; warnings do not count."""
    settings = load_settings(config)
    signs = []
    for sign in _signs(config, examined(settings)):
        signs.append(sign)
        if not as_json:
            _print(sign)
    if as_json:
        print(json.dumps(_as_json(signs), ensure_ascii=False, indent=2))
    return 2 if any(sign.state == FAULT for sign in signs) else 0


def _signs(config: object, found: Iterator[Sign]) -> Iterator[Sign]:
    yield Sign(OK, f"настройки: {config}")
    yield from found


def _as_json(signs: Sequence[Sign]) -> dict[str, object]:
    return {
        "ok": all(sign.state != FAULT for sign in signs),
        "signs": [
            {"state": NAMES[sign.state], "what": sign.what, "advice": sign.advice} for sign in signs
        ],
    }


def _print(sign: Sign) -> None:
    """As text, not markup: in advice `[mail]` is a section of the settings."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(f"{sign.state:>9}", STYLES[sign.state]), Text(f" {sign.what}"))
    if sign.advice:
        console.print(Text(f"           → {sign.advice}"))

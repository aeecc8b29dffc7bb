"""Letters that do not go: the operator is told of them, each by its address, once a day.

What waits for a short while is no news: a server asks for patience, a deputy head's report goes
before the letters to schools.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from monitor.mail.recipients import to_whom
from monitor.storage.kept_back import STOPPED
from monitor.storage.unsent import Unsent, unsent_since
from reports.templating import one_line

PATIENCE = timedelta(hours=2)
OF_LATE = timedelta(days=30)  # what lies for longer has been told of thirty times
OPERATOR = "operator"  # an alert about alerts would not arrive either
MOST_NAMED = 300


def stuck_letters(engine: Engine, now: datetime) -> tuple[Unsent, ...]:
    found = unsent_since(engine, now - OF_LATE)
    return tuple(one for one in found if one.role != OPERATOR and _is_stuck(one, now))


def _is_stuck(letter: Unsent, now: datetime) -> bool:
    if letter.state == STOPPED:  # by his own word
        return False
    waits_long = abs(now - letter.queued_at) > PATIENCE
    if letter.queued_at - now > PATIENCE:  # by a clock that was ahead: it waits until that day
        return True
    if letter.state == "held":
        return waits_long or not letter.waits_for_deputy
    return letter.state == "parked" or (waits_long and bool(letter.answer))


def stuck_text(letters: Sequence[Unsent]) -> str:
    """Those that were refused with the server's words, then those that wait for them."""
    held = [one for one in letters if one.state == "held"]
    refused = [one for one in letters if one.state != "held"]
    lines = [words("head"), "", *_lines(refused)]
    if held:
        lines += ["", words("held", count=len(held)), *_lines(held)]
    return "\n".join([*lines, "", words("advice")])


def _lines(letters: Sequence[Unsent]) -> Iterator[str]:
    for one in letters[:MOST_NAMED]:
        name = "waits" if one.state == "held" else one.state
        yield words(name, recipient=to_whom(one.role, one.recipient), answer=one_line(one.answer))
    if len(letters) > MOST_NAMED:
        yield words("more", count=len(letters) - MOST_NAMED)


def words(name: str, **values: object) -> str:
    return _sentences()[name].format(**values)


@cache
def _sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

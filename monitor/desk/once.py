"""A form is heeded once, however often it is clicked.

Each form carries a number that is drawn with it. Who sends the same form again, in the same words,
is led where the first click led him, with the same sentence; what he changed after «back» is
another thing. Statements carry that number in the database (`slot`, unique), so that neither
another process nor a restart records them twice; what is remembered here is where they led.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.desk.model import Answer, Goto, Upload

FIELD = "once"
MOST = 2000  # forms that are remembered
FORGOTTEN_AFTER = timedelta(minutes=15)  # somebody who has kept the page and means it anew


def number_of(
    secret: str, path: str, fields: Mapping[str, Sequence[str]], files: Sequence[Upload]
) -> str:
    """Of what was sent by whom: "" where the form has no number."""
    if not any(fields.get(FIELD, ())):
        return ""
    told = hashlib.sha256(f"{secret}\n{path}\n{sorted(fields.items())}".encode())
    for file in files:
        told.update(hashlib.sha256(file.content).digest())
    return told.hexdigest()[:32]


@dataclass(slots=True)
class _Turn:
    at: datetime
    lock: threading.Lock = field(default_factory=threading.Lock)
    led: Goto | None = None


class Forms:
    """One for a desk; screens use it from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: OrderedDict[str, _Turn] = OrderedDict()

    def answer_once(self, number: str, now: datetime, answer: Callable[[], Answer]) -> Answer:
        """Of several at once the others wait for the first. What was refused may be tried again."""
        if not number:
            return answer()
        turn = self._turn(number, now)
        with turn.lock:
            if turn.led is not None:
                return turn.led
            found = answer()
            if isinstance(found, Goto) and not found.cookies:
                turn.led = found
            return found

    def _turn(self, number: str, now: datetime) -> _Turn:
        with self._lock:
            known = self._turns.get(number)
            if known is None or now - known.at > FORGOTTEN_AFTER:
                known = self._turns[number] = _Turn(now)
            while len(self._turns) > MOST:
                self._turns.popitem(last=False)
            return known

"""`dozor …` at a real terminal: what it asks, what is typed, what it says then."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.waiting import PATIENCE

DOZOR = Path(sys.executable).with_name("dozor")


class Said(NamedTuple):
    status: int
    text: str


def at_a_terminal(config: Path, *command: str, question: str, reply: str) -> Said:
    """`reply` is typed once the `question` stands there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(DOZOR), "--config", str(config), *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        asked = _read(ours, question)
        os.write(ours, f"{reply}\n".encode())
        answered = _read(ours)
    os.close(ours)
    return Said(running.returncode, asked + answered)


def _read(terminal: int, until: str | None = None) -> str:
    """What is shown, up to these words or to the end; a terminal that is left gives an error."""
    shown = b""
    while until is None or until.encode() not in shown:
        assert select.select([terminal], [], [], PATIENCE)[0], shown.decode(errors="replace")
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    return shown.decode(errors="replace")

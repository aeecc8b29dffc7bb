"""The command line.

Exit status: 0 complete · 1 unexpected error · 2 wrong usage, configuration or registry ·
3 finished, but part could not be read · 4 with --fail-on-findings, when a `fail` is found ·
130 Ctrl-C.
"""

from __future__ import annotations

import atexit
import gc
import sys

from monitor.cli.table import COMMANDS
from monitor.service.warm.asking import COMMAND, BrokenOffError, done_by_another


def main() -> None:
    """The entry point."""
    gc.disable()  # until the command is loaded: `lazy` turns it on
    atexit.register(gc.freeze)  # nobody looks through a million objects once more at the exit
    if (status := _done_by_another()) is not None:
        sys.exit(status)
    from monitor.cli.app import run

    run()


def _done_by_another() -> int | None:
    try:
        return done_by_another(sys.argv)
    except BrokenOffError:
        print(f"Прервано. {COMMANDS['dozor'][COMMAND].kept}", file=sys.stderr)
        return 1

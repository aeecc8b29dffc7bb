"""How far a run has come: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from collectors.networks import networks
from monitor.audit.reading import Tell

if TYPE_CHECKING:
    from rich.progress import Progress

SHARED = {"read": "Чтение, частей", "judge": "Оценка, частей"}  # of a run that workers share
MANY = 100  # pages; of fewer, only the end is worth a line


@contextmanager
def progress() -> Iterator[Tell]:
    if not sys.stderr.isatty():
        yield _plain
        return
    import rich.console
    import rich.progress as drawn

    columns = (
        drawn.TextColumn("{task.description}"),
        drawn.BarColumn(),
        drawn.MofNCompleteColumn(),
        drawn.TimeElapsedColumn(),
    )
    with drawn.Progress(*columns, console=rich.console.Console(stderr=True)) as bars:
        yield _bars(bars)


def _bars(bars: Progress) -> Tell:
    tasks = {}

    def tell(network: str, done: int, total: int) -> None:
        if network not in tasks:
            tasks[network] = bars.add_task(_title(network), total=total)
        bars.update(tasks[network], completed=done)

    return tell


def _plain(network: str, done: int, total: int) -> None:
    if done == total or (done and total > MANY and done % MANY == 0):
        # "read" would be untrue of those that did not open: they are told in the end
        print(f"{_title(network)}: готово {done} из {total}", file=sys.stderr)


def _title(network: str) -> str:
    title = networks()[network].title if network not in SHARED else SHARED[network]
    return f"{title[:1].upper()}{title[1:]}"

"""Who does the work of one audit: this process alone, or workers (monitor/service)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from collectors.errors import TroubleError
from collectors.model import Page
from monitor.audit.reading import RunContext, Tell, read_pages
from monitor.audit.witnesses import tidy_after_reading
from monitor.storage.evidence import WarcFile, next_part, seal, seal_rest
from rules.model import Institution

RENEW_SECONDS = 1.0


class ExecutorError(TroubleError):
    """Those who share the run cannot do it; the text is Russian. What was read is kept."""


class Executor(Protocol):
    """`requests` is whole once the executor's context is left."""

    @property
    def requests(self) -> Mapping[str, int]: ...

    def read(self, pages: Sequence[Page], *, again: bool = False) -> None:
        """Observe each page; `again`: these are second readings."""
        ...

    def judge(self, institutions: Sequence[Institution]) -> None:
        """Judge ahead what can be judged at once; what is left the run judges itself."""
        ...


ExecutorFactory = Callable[[RunContext], AbstractContextManager[Executor]]


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """This process by itself."""

    of: RunContext
    file: WarcFile

    @property
    def requests(self) -> Mapping[str, int]:
        return self.file.requests

    def read(self, pages: Sequence[Page], *, again: bool = False) -> None:
        read_pages(self.of, self.file, pages, again=again)

    def judge(self, institutions: Sequence[Institution]) -> None:
        """There is nobody to judge ahead."""


@contextmanager
def local_executor(of: RunContext) -> Iterator[Executor]:
    with _evidence(of) as file:
        yield LocalExecutor(of, file)


@contextmanager
def _evidence(of: RunContext) -> Iterator[WarcFile]:
    """Where this run keeps its exchanges; sealed when all has been read."""
    settings, engine, audit = of.context.settings, of.context.engine, of.audit
    folder, own = settings.storage.evidence, next_part(engine, audit)
    with WarcFile(folder, audit, settings.secrets, own) as file:
        yield file
    if own and not file.records:
        file.path.unlink()  # another process had read all before it was killed
    else:
        seal(engine, audit, file)
    file.requests.update(seal_rest(engine, folder, audit, file.path.name))
    tidy_after_reading(of.context)


def renew_with_progress(tell: Tell, renew: Callable[[], None]) -> Tell:
    """Progress is a sign of life: the lock is renewed with it, if not at every batch."""
    due = 0.0

    def tell_and_renew(network: str, done: int, total: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            renew()
            due = time.monotonic() + RENEW_SECONDS
        tell(network, done, total)

    return tell_and_renew

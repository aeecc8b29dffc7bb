"""Where an error that nobody foresaw stops: it costs the one thing that was at hand.

    with barrier("site", address) as crossing:
        return read(address)
    return unread(address, crossing.failure)

Whoever puts one up says what becomes of the thing, in words that are true: it is *unknown*, by a
fault of ours. The log gets the traceback and the place; `watched` gives the place to whoever has to
tell the operator. An error that is about the run and not about the thing (no memory, no disk, no
database, a request to stop) is not stopped: `RunError` of collectors/errors.py, and what a caller
adds.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from collectors.errors import RunError
from collectors.model import Failure, FailureCode

log = logging.getLogger(__name__)

LONGEST = 300  # signs of an error's own words: it may quote all that it choked on


@dataclass(frozen=True, slots=True)
class Fault:
    """What broke where. `kind`: page, site, institution, card, format, letter, mail, part, removal,
    left_out (an institution of a format or letter)."""

    kind: str
    place: str
    error: Exception
    detail: str  # of the error, in English

    @property
    def failure(self) -> Failure:
        return Failure(FailureCode.OUR_FAULT, self.detail)


@dataclass(slots=True)
class Crossing:
    """How it went; `fault` is there behind a block that did not come to its end."""

    fault: Fault | None = None

    @property
    def failure(self) -> Failure:
        return self.fault.failure if self.fault else Failure(FailureCode.OUR_FAULT)


_watching: ContextVar[list[Fault] | None] = ContextVar("watching", default=None)
Kinds = tuple[type[BaseException], ...]
ABOUT_THE_RUN: Kinds = (RunError, MemoryError, OSError)


@contextmanager
def barrier(kind: str, place: str, *, passing: Kinds = ABOUT_THE_RUN) -> Iterator[Crossing]:
    """Whatever is raised within stops here, but for what is `passing`."""
    crossing = Crossing()
    try:
        yield crossing
    except Exception as error:
        if passes(error, passing):
            raise
        crossing.fault = caught(kind, place, error)


def passes(error: BaseException, passing: Kinds = ABOUT_THE_RUN) -> bool:
    """Also one of several that came together."""
    if isinstance(error, BaseExceptionGroup):
        return any(passes(one, passing) for one in error.exceptions)
    return isinstance(error, passing)


def caught(kind: str, place: str, error: Exception) -> Fault:
    """Told to the log and to whoever watches."""
    log.error("%s %s: an error that nobody foresaw", kind, place, exc_info=error)
    fault = Fault(kind, place, error, detail_of(error))
    retell([fault])
    return fault


def retell(faults: Iterable[Fault]) -> None:
    """To whoever watches: what was stopped where somebody else watched."""
    told = _watching.get()
    if told is not None:
        told.extend(faults)


@contextmanager
def watched() -> Iterator[list[Fault]]:
    """Every fault that a barrier stops meanwhile, in this thread and the tasks it begins."""
    faults: list[Fault] = []
    token = _watching.set(faults)
    try:
        yield faults
    finally:
        _watching.reset(token)


def detail_of(error: BaseException) -> str:
    """«TypeError: …, posts.py:110»; words that can be stored whatever they quote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    told = f"{type(error).__name__}: {error}".encode("utf-8", "replace").decode()
    return f"{told[:LONGEST]}{where}"

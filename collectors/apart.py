"""Big pages in a process of their own, which may use so many seconds of a processor and no more.

A thread that parses cannot be ended, and one call into a library holds all others up. A process
can be ended, and the system itself counts what it used: a busy machine makes no page too heavy.
It is given no secrets (its environment is empty but for where to find Python's modules).

    python -m collectors.apart      is such a process: asked on its standard input by pickles
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from typing import BinaryIO, ParamSpec, TypeVar

P = ParamSpec("P")
Value = TypeVar("Value")

HEAVY = 100_000  # bytes: less is read in a thread, or where it came
MOST_SECONDS = 20  # of a processor, for one page
PATIENCE = 300.0  # seconds by the clock: of a machine that gives the process no processor at all
MOST_AT_ONCE = 2
LENGTH = 8  # bytes that tell how long a message is
WINDOW = 2**20


class OverrunError(Exception):
    """The process did not live to answer: the page asked too much of it."""


class Apart:
    """The processes of one run, started when they are wanted, ended with it."""

    def __init__(self, most: int = MOST_AT_ONCE, seconds: int = MOST_SECONDS) -> None:
        self._places = asyncio.Semaphore(most)
        self._seconds = seconds
        self._idle: list[Process] = []

    async def __aenter__(self) -> Apart:
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._idle:
            await _end(self._idle.pop())

    async def call(self, function: Callable[P, Value], *args: P.args, **kwargs: P.kwargs) -> Value:
        """What the function raises is raised here. Raises OverrunError besides."""
        async with self._places:
            process = self._idle.pop() if self._idle else await _start()
            try:
                asked = pickle.dumps((self._seconds, function, args, kwargs))
                async with asyncio.timeout(PATIENCE):
                    is_error, value = pickle.loads(await _ask(process, asked))
            except (EOFError, OSError, TimeoutError) as error:
                await _end(process)
                raise OverrunError(function.__name__) from error
            except BaseException:
                await asyncio.shield(_end(process))
                raise
            self._idle.append(process)
        if is_error:
            raise value
        found: Value = value
        return found


async def _start() -> Process:
    """In a session of its own: a Ctrl-C is meant for us, who end it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        stdin=PIPE,
        stdout=PIPE,
        limit=WINDOW,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
        start_new_session=True,
    )


async def _ask(process: Process, message: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(len(message).to_bytes(LENGTH, "big"))
    process.stdin.write(message)
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
    return await process.stdout.readexactly(length)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


# --- in the process -----------------------------------------------------------------------------


def main() -> None:
    """Ends with its input, so it outlives nobody by more than one page."""
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    while length := questions.read(LENGTH):
        seconds, function, args, kwargs = pickle.loads(
            questions.read(int.from_bytes(length, "big"))
        )
        _allow(seconds)
        try:
            answer = (False, function(*args, **kwargs))
        except Exception as error:
            answer = (True, error)
        _write(answers, pickle.dumps(answer))


def _allow(seconds: int) -> None:
    """From now on; the system sends SIGXCPU when they are used up."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _write(answers: BinaryIO, message: bytes) -> None:
    answers.write(len(message).to_bytes(LENGTH, "big"))
    answers.write(message)
    answers.flush()


if __name__ == "__main__":
    main()

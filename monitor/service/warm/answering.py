"""The side of `serve`: a process that waits with everything loaded, and forks for each command.

It is forked off before `serve` has threads. It reads nothing, writes nothing and keeps nothing of a
command; whatever differs between it and whoever asks (`likeness`), or has changed on the
disk since it was loaded, makes it refuse, and the command does its work itself.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from monitor.service.warm.asking import ANSWER_SECONDS, BEGUN, HANDED_ON, LENGTH, NOT_ALIKE
from monitor.service.warm.likeness import PROGRAM, SOCKET, is_ours, likeness

log = logging.getLogger(__name__)

OWN = ("collectors", "rules", "reports", "monitor")
COMPILED = "__pycache__"
MODES = ("r", "w", "w")
Asked = Mapping[str, Any]


@contextmanager
def kept_warm(folder: Path, run: Callable[[], None]) -> Iterator[None]:
    """As long as this lasts, commands in `folder` (of the state) find somebody; `run` is what the
    program does with `sys.argv`. What is under way at the end is done to its end.
    """
    listener = _listening(folder / SOCKET)
    if listener is None or threading.active_count() > 1:
        log.info("no process is kept warm in %s", folder)
        yield
        return
    alive, ours = os.pipe()
    if not os.fork():
        os.close(ours)
        _hear_signals(ignored=())  # the service writes them down
        _wait_for_commands(_Warm(listener, folder / SOCKET, alive, run))
    os.close(alive)
    listener.close()
    try:
        yield
    finally:
        os.close(ours)


def _listening(path: Path) -> socket.socket | None:
    """For our own user alone, from its first moment on. None where another service has it."""
    listener, mask = socket.socket(socket.AF_UNIX), os.umask(0o177)
    try:
        if _answers(path):
            raise FileExistsError(path)
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(ANSWER_SECONDS)
    except OSError:
        listener.close()
        return None
    finally:
        os.umask(mask)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
        line.connect(str(path))
        return True
    return False


# --- the waiting process ----------------------------------------------------------------------


@dataclass(slots=True)
class _Warm:
    listener: socket.socket
    path: Path
    alive: int  # ends when `serve` does
    run: Callable[[], None]
    alike: Mapping[str, object] = field(default_factory=likeness)
    loaded: Mapping[str, int] = field(default_factory=lambda: _changed_at(_files()))
    at_work: dict[int, tuple[ForkProcess, socket.socket]] = field(default_factory=dict)
    is_open: bool = True


def _wait_for_commands(warm: _Warm) -> None:
    """Until `serve` has ended and the last command with it. Never returns."""
    with suppress(BaseException):
        os.setsid()  # Ctrl-C at the service is not meant for commands
        _silence()
        while warm.is_open or warm.at_work:
            _look(warm)
    os._exit(0)


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)


def _look(warm: _Warm) -> None:
    lines = {line: process for process, line in warm.at_work.values()}
    ended = {process.sentinel: process for process in lines.values()}
    entrance: list[socket.socket | int] = [warm.listener, warm.alive] if warm.is_open else []
    for ready in wait([*entrance, *lines, *ended]):
        if ready is warm.listener:
            _come_in(warm)
        elif ready == warm.alive:
            _close(warm)
        elif isinstance(ready, socket.socket):
            _hand_on(ready, lines[ready])
        elif isinstance(ready, int):
            _tell(warm, ready)


def _close(warm: _Warm) -> None:
    warm.is_open = False
    warm.path.unlink(missing_ok=True)
    warm.listener.close()


def _come_in(warm: _Warm) -> None:
    with suppress(OSError):
        line, _ = warm.listener.accept()
        line.settimeout(ANSWER_SECONDS)
        try:
            asked, files = _heard(line)
        except (OSError, ValueError):
            line.close()
            return
        if asked["alike"] == warm.alike and _changed_at(warm.loaded) == warm.loaded:
            line.sendall(BEGUN)
            _begin(warm, line, asked, files)
        else:
            line.sendall(NOT_ALIKE)
            line.close()
        for opened in files:
            os.close(opened)


def _heard(line: socket.socket) -> tuple[Asked, Sequence[int]]:
    """OSError, ValueError where it is not one of our own commands."""
    if not is_ours(line):
        raise PermissionError
    head, files, _, _ = socket.recv_fds(line, LENGTH.size, 4)
    left, told = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0, bytearray()
    while len(told) < left and (piece := line.recv(left - len(told))):
        told += piece
    return json.loads(told), files


def _begin(warm: _Warm, line: socket.socket, asked: Asked, files: Sequence[int]) -> None:
    process = multiprocessing.get_context("fork").Process(
        target=_work, args=(warm, line, asked, files)
    )
    process.start()
    warm.at_work[process.sentinel] = process, line


def _hand_on(line: socket.socket, process: ForkProcess) -> None:
    """Signals, a byte each; without anybody to work for, the work ends."""
    told = b""
    with suppress(OSError):
        told = line.recv(64)
    for number in told or [signal.SIGTERM]:
        with suppress(ProcessLookupError):
            os.kill(process.pid or 0, number)
    if not told:
        process.join()


def _tell(warm: _Warm, sentinel: int) -> None:
    process, line = warm.at_work.pop(sentinel)
    process.join()
    with suppress(OSError):
        line.sendall(json.dumps({"status": process.exitcode}).encode())
    line.close()
    process.close()


# --- what it was loaded from ------------------------------------------------------------------


def _files() -> Iterator[str]:
    """Of all modules; of our own also the words, tables and templates beside them."""
    for module in tuple(sys.modules.values()):
        if file := getattr(module, "__file__", None):
            yield file
    for room in OWN:
        for folder, below, names in os.walk(PROGRAM / room):
            below[:] = [name for name in below if name != COMPILED]
            yield from (f"{folder}/{name}" for name in names)
    yield from filter(None, sys.path)  # where a library is installed, the folder changes


def _changed_at(files: Iterable[str]) -> Mapping[str, int]:
    found = {}
    for file in set(files):
        with suppress(OSError):
            found[file] = os.stat(file).st_mtime_ns
    return found


# --- one command ------------------------------------------------------------------------------


def _work(warm: _Warm, line: socket.socket, asked: Asked, files: Sequence[int]) -> None:
    """Become the process that was asked for, and do its work."""
    for held in (warm.listener, line, *(other for _, other in warm.at_work.values())):
        held.close()
    os.close(warm.alive)
    *streams, folder = files
    for standard, given in enumerate(streams):
        os.dup2(given, standard)
    os.fchdir(folder)
    os.umask(asked["umask"])
    _hear_signals(asked["ignored"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    random.seed()
    sys.argv, sys.path[:] = asked["arguments"], asked["path"]
    sys.stdin, sys.stdout, sys.stderr = (
        _stream(number, *form) for number, form in enumerate(asked["streams"])
    )
    warm.run()


def _hear_signals(ignored: Sequence[int]) -> None:
    for number in HANDED_ON:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if number in ignored else usual)


def _stream(number: int, encoding: str, errors: str) -> Any:
    """As Python opens its standard streams."""
    at_once = number == 2 or os.isatty(number)
    form: dict[str, Any] = {"encoding": encoding, "errors": errors, "closefd": False}
    return open(number, MODES[number], buffering=1 if at_once else -1, **form)

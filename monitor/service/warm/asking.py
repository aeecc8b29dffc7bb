"""The command's side. It loads nothing that is heavy: to be quick is all that it is for."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from monitor.service.warm.likeness import SOCKET, is_ours, likeness

COMMAND = "audit"
WITH_A_VALUE = {"--config", "--as-of", "--json", "--html"}
CONFIG, CONFIG_VARIABLE, USUAL_CONFIG = "--config", "DOZOR_CONFIG", "config.toml"
USUAL_EVIDENCE = "var/evidence"
LENGTH = struct.Struct("!Q")
BEGUN, NOT_ALIKE = b"+", b"-"
HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ANSWER_SECONDS = 5


class BrokenOffError(Exception):
    """The process that did the command is gone, and nobody knows how far it came."""


def done_by_another(arguments: Sequence[str]) -> int | None:
    """The exit status of the command, done by a warm process. None: do it here, nothing happened.

    Raises BrokenOffError.
    """
    if not _is_of_few(arguments[1:]):
        return None
    line = _connected(_state_folder(arguments[1:]) / SOCKET)
    if line is None:
        return None
    with closing(line), _handing_on(line) as caught:
        begun = _is_begun(line, arguments)
        told = _told(line) if begun else {}
    if not begun:
        for number in caught:
            os.kill(os.getpid(), number)
        return None
    return _ended(told)


def _is_of_few(words: Sequence[str]) -> bool:
    """An audit of everything is no hurry; by names, it is."""
    values = {at + 1 for at, word in enumerate(words) if word in WITH_A_VALUE}
    plain = [word for at, word in enumerate(words) if at not in values and not word.startswith("-")]
    return len(plain) > 1 and plain[0] == COMMAND


def _state_folder(words: Sequence[str]) -> Path:
    """As the settings have it, unless a variable moves it: then no socket is found there."""
    file = Path(_config(words))
    declared: Mapping[str, Any] = {}
    with suppress(OSError, ValueError):
        declared = tomllib.loads(file.read_text("utf-8"))
    storage = declared.get("storage", {})
    evidence = storage.get("evidence") if isinstance(storage, dict) else None
    written = evidence if isinstance(evidence, str) else USUAL_EVIDENCE
    return (file.resolve().parent / written).parent


def _config(words: Sequence[str]) -> str:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == CONFIG:
            return following
        if word.startswith(f"{CONFIG}="):
            return word.partition("=")[2]
    return os.environ.get(CONFIG_VARIABLE) or USUAL_CONFIG


def _connected(path: Path) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX)
    with suppress(OSError):
        line.settimeout(ANSWER_SECONDS)
        line.connect(str(path))
        if is_ours(line):
            return line
    line.close()
    return None


@contextmanager
def _handing_on(line: socket.socket) -> Iterator[list[int]]:
    """Ctrl-C reaches whoever does the work. What was ignored here is ignored there as well."""
    caught: list[int] = []

    def hand_on(number: int, _: FrameType | None) -> None:
        caught.append(number)
        with suppress(OSError):
            line.send(bytes([number]))

    heard = [one for one in HANDED_ON if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, hand_on) for one in heard}
    try:
        yield caught
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _is_begun(line: socket.socket, arguments: Sequence[str]) -> bool:
    with suppress(OSError):
        told = json.dumps(_asked(arguments)).encode()
        folder = os.open(".", os.O_RDONLY)
        try:
            socket.send_fds(line, [LENGTH.pack(len(told))], [0, 1, 2, folder])
        finally:
            os.close(folder)
        line.sendall(told)
        return line.recv(1) == BEGUN
    return False


def _asked(arguments: Sequence[str]) -> Mapping[str, object]:
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "alike": likeness(),
        "arguments": list(arguments),
        "path": sys.path,
        "environment": dict(os.environ),
        "umask": umask,
        "ignored": [one for one in HANDED_ON if signal.getsignal(one) is signal.SIG_IGN],
        "streams": [[one.encoding, one.errors] for one in (sys.stdin, sys.stdout, sys.stderr)],
    }


def _told(line: socket.socket) -> Mapping[str, int]:
    line.settimeout(None)
    with suppress(OSError, ValueError), line.makefile("rb") as answer:
        told: Mapping[str, int] = json.loads(answer.read())
        return told
    raise BrokenOffError


def _ended(told: Mapping[str, int]) -> int:
    """A process that a signal ended ended by that signal."""
    status = told["status"]
    if status < 0:
        with suppress(OSError):  # SIGKILL has no other action
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status

"""Dozor in processes of its own that can be killed at any moment: the service, and a command.

The processes come from a fork server that has everything imported and has drawn a report once, so
that a hundred of them take no longer than what they do.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import import_module
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import cli
from monitor.config import load_settings
from monitor.service.nights import Service, make_up, night, post
from tests.waiting import PATIENCE

_Remembering = type(cache(lambda: None))


def start(config: Path, environment: Mapping[str, str], now: datetime) -> None:
    """Make up the night that is due, if it is not done; deliver what waits."""
    service = Service(load_settings(config, environment), lambda: now)
    if make_up(service):
        night(service)
    post(service)


@dataclass(frozen=True, eq=False)
class Command:
    """A `dozor …` that is at work: a process of its own, waited for and killed as any other."""

    process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def send_signal(self, number: int) -> None:
        """As Popen's: to one that has ended it means nothing. The fork server takes its children
        in first, and tells of it a moment later."""
        if self.process.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Its exit status, or minus the signal that ended it; it does not outlive the waiting."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            self.kill()
            self.process.join()
            raise TimeoutError(f"{self.process.name} did not end in {seconds} seconds")
        return self.process.exitcode


@dataclass(frozen=True)
class Surroundings:
    """Of a command; what is not said, it has from the fork server. What it says is appended."""

    stdout: Path | None = None
    stderr: Path | None = None
    folder: Path | None = None
    largest_file: int | None = None
    umask: int | None = None


def begun(
    command: Sequence[str],
    environment: Mapping[str, str],
    surroundings: Surroundings = Surroundings(),
) -> Command:
    """`dozor …` as its operator types it, in a process that is warm already: it is at work."""
    given = (command, dict(environment), surroundings)
    process = fork_server().Process(target=_typed, args=given, name=" ".join(command[1:]))
    process.start()
    return Command(process)


def typed(
    command: Sequence[str],
    environment: Mapping[str, str],
    surroundings: Surroundings = Surroundings(),
) -> subprocess.CompletedProcess[str]:
    """The same, waited for: what it told and its status."""
    with TemporaryDirectory() as folder:
        told = Path(folder, "stdout"), Path(folder, "stderr")
        captured = replace(surroundings, stdout=told[0], stderr=told[1])
        status = begun(command, environment, captured).wait()
        output, errors = (path.read_text("utf-8") for path in told)
    return subprocess.CompletedProcess(command, status, output, errors)


def _typed(
    command: Sequence[str], environment: Mapping[str, str], surroundings: Surroundings
) -> None:
    for standard, path in ((1, surroundings.stdout), (2, surroundings.stderr)):
        if path is not None:
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), standard)
    if surroundings.folder is not None:
        os.chdir(surroundings.folder)
    if surroundings.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (surroundings.largest_file,) * 2)
    if surroundings.umask is not None:
        os.umask(surroundings.umask)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background hears none
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(command)
    _find(environment.get("PYTHONPATH", ""))
    cli.main()


def _find(places: str) -> None:
    """What this command alone has installed, as a process finds it that knows nothing yet."""
    new = [one for one in places.split(os.pathsep) if one and one not in sys.path]
    if not new:
        return
    sys.path[:0] = new
    for one in gc.get_objects():
        if isinstance(one, _Remembering):
            one.cache_clear()
    sys.modules.pop("sitecustomize", None)
    with suppress(ImportError):
        import_module("sitecustomize")


def fork_server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.monitor.warm", "lxml.html"])
    return context


def ended(process: ForkServerProcess) -> bool:
    """Whether it has come to its end by itself; SIGKILL if not."""
    if process.exitcode is None:
        process.kill()
        process.join()
        return False
    assert process.exitcode == 0
    return True

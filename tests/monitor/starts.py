"""Dozor in processes of its own that can be killed at any moment: the service, and a command.

The processes come from a fork server that has everything imported and has drawn a report once, so
that a hundred of them take no longer than what they do.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import cli
from monitor.config import load_settings
from monitor.service.nights import Service, make_up, night, post

PATIENCE = 120  # seconds


def start(config: Path, environment: Mapping[str, str], now: datetime) -> None:
    """Make up the night that is due, if it is not done; deliver what waits."""
    service = Service(load_settings(config, environment), lambda: now)
    if make_up(service):
        night(service)
    post(service)


def typed(
    command: Sequence[str],
    environment: Mapping[str, str],
    largest_file: int | None = None,
    umask: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """`dozor …` as its operator types it, in a process that is warm already."""
    with TemporaryDirectory() as folder:
        told = Path(folder, "stdout"), Path(folder, "stderr")
        given = (command, dict(environment), told, largest_file, umask)
        process = fork_server().Process(target=_typed, args=given)
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, PATIENCE)
        output, errors = (path.read_text("utf-8") for path in told)
    return subprocess.CompletedProcess(command, process.exitcode, output, errors)


def _typed(
    command: Sequence[str],
    environment: Mapping[str, str],
    told: Sequence[Path],
    largest_file: int | None,
    umask: int | None,
) -> None:
    for standard, path in zip((1, 2), told, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), standard)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(command)
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    if umask is not None:
        os.umask(umask)
    cli.main()


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

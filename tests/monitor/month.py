"""The demo's town after its month: played once for all processes of a session, and copied."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from monitor.application import opened
from monitor.commands.demo import demo_settings, play_month
from monitor.sandbox import demo_world, serve
from tests.cast import NOW


def played(temporary: pytest.TempPathFactory) -> Path:
    """Its folder, with settings, registry, evidence and database. Do not write to it."""
    root = temporary.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with (root / "month.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (found := root / "month").exists():
            found = _play(root / "month.begun").rename(found)
    return found


def _play(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)  # of a process that did not come to its end
    folder.mkdir()
    with serve(demo_world(NOW)) as running:
        settings = demo_settings(running, folder)
        with opened(settings, lambda: NOW) as application:
            play_month(application, running, NOW)
    return folder

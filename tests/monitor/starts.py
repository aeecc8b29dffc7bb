"""What `dozor serve` does at its start, in a process of its own that can be killed at any moment.

The processes come from a fork server that has everything imported and has drawn a report once, so
that a hundred of them take no longer than what they do.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from datetime import datetime
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from monitor.config import load_settings
from monitor.networks import networks
from monitor.service import Service, make_up, night, post
from reports.formats import installed
from tests.reports.town import REPORT

# What the fork server has loaded, its children need not load: fonts, templates, entry points.
WARM = networks(), [installed()[slug].render(REPORT) for slug in ("html", "xlsx")]


def start(config: Path, environment: Mapping[str, str], now: datetime) -> None:
    """Make up the night that is due, if it is not done; deliver what waits."""
    service = Service(load_settings(config, environment), lambda: now)
    if make_up(service):
        night(service)
    post(service)


def fork_server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.monitor.starts", "reports.plots", "lxml.html"])
    return context


def ended(process: ForkServerProcess) -> bool:
    """Whether it has come to its end by itself; SIGKILL if not."""
    if process.exitcode is None:
        process.kill()
        process.join()
        return False
    assert process.exitcode == 0
    return True

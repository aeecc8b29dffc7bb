"""Waiting for what happens elsewhere, on a machine of any speed: for a state, never for a time."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 300.0  # seconds; costs nothing where it is not needed
LOOK = 0.05  # seconds between two looks


def until(happened: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What `happened` says once it says something; AssertionError if it never does."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(LOOK)
    return found


def free_port() -> int:
    """A port of loopback for a server that cannot tell which one it was given.

    Below those that the system lends to clients: one of them may be lent again before it is used.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port

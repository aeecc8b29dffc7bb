"""`dozor desk` and `dozor serve --desk` as processes: they open, answer, and close when told."""

from __future__ import annotations

import os
import socket
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import tomli_w

from tests.monitor.conftest import DOZOR
from tests.monitor.starts import Surroundings, begun, typed
from tests.waiting import free_port, until


def listening(folder: Path, port: int) -> Path:
    config = folder / "config.toml"
    known = tomllib.loads(config.read_text("utf-8"))
    config.write_text(tomli_w.dumps({**known, "desk": {"address": f"127.0.0.1:{port}"}}), "utf-8")
    return config


def is_well(port: int) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz").text == "ok\n"
    return False


@pytest.mark.parametrize("command", [["desk"], ["serve", "--desk"]])
def test_it_opens_answers_and_closes_when_told(office: Path, command: Sequence[str]) -> None:
    port = free_port()
    config = listening(office, port)
    log = office / "told"
    running = begun(
        [str(DOZOR), "--config", str(config), *command], os.environ, Surroundings(stdout=log)
    )
    try:
        until(lambda: is_well(port))
        running.terminate()
        assert running.wait() == 0
    finally:
        running.kill()
    told = log.read_text("utf-8")
    assert "Стол закрыт" in told or "Служба остановлена" in told


def test_an_address_that_is_taken_is_told(office: Path) -> None:
    port = free_port()
    config = listening(office, port)
    with socket.create_server(("127.0.0.1", port)):
        done = typed([str(DOZOR), "--config", str(config), "desk"], os.environ)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr

"""`make desk`: the invented town's desk, opened by what the command printed."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from tests.monitor.conftest import DOZOR
from tests.monitor.desk.served import visit
from tests.monitor.starts import Command, Surroundings, begun
from tests.waiting import until


def test_who_reads_what_it_printed_is_in_after_a_password_and_a_code(tmp_path: Path) -> None:
    command = [str(DOZOR), "demo", "--desk", "--folder", str(tmp_path / "demo")]
    said = tmp_path / "said"
    running = begun(command, os.environ, Surroundings(stdout=said))
    try:
        told = until(lambda: _with_codes(said, running))
        address = re.findall(r"http://127\.0\.0\.1:\d+", told)[-1]
        name, password = re.findall(r"имя (\w+), пароль (\S+)", told)[0]
        code = re.findall(r"с \d\d:\d\d:\d\d (\d{6})", told)[0]
        with visit(address) as guest:
            guest.send("/login", "/login", {"name": name, "password": password})
            guest.send("/login/code", "/login/code", {"code": code})
            assert "Ждёт меня" in guest.page("/").get_text()
            assert guest.page("/").select("article")
        running.send_signal(signal.SIGINT)
        assert running.wait() == 0
    finally:
        running.kill()
    assert said.read_text("utf-8").strip().endswith("Стол закрыт.")


def _with_codes(said: Path, running: Command) -> str:
    """What was said once it ends with the codes of both people; nothing before."""
    told = said.read_text("utf-8") if said.exists() else ""
    assert running.process.exitcode is None, told
    whole = told.endswith("\n") and told.count("коды на ближайшие") == 2
    return told if whole else ""

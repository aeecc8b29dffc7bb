"""`make desk`: the invented town's desk, opened by what the command printed."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

from tests.monitor.conftest import DOZOR
from tests.monitor.desk.served import visit


def test_who_reads_what_it_printed_is_in_after_a_password_and_a_code(tmp_path: Path) -> None:
    command = [str(DOZOR), "demo", "--desk", "--folder", str(tmp_path / "demo")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            told = _until_codes(running)
            address = re.findall(r"http://127\.0\.0\.1:\d+", told)[-1]
            name, password = re.findall(r"имя (\w+), пароль (\S+)", told)[0]
            code = re.findall(r"с \d\d:\d\d:\d\d (\d{6})", told)[0]
            with visit(address) as guest:
                guest.send("/login", "/login", {"name": name, "password": password})
                guest.send("/login/code", "/login/code", {"code": code})
                assert "Ждёт меня" in guest.page("/").get_text()
                assert guest.page("/").select("article")
            running.send_signal(signal.SIGINT)
            rest, _ = running.communicate()
        finally:
            running.kill()
    assert (running.returncode, rest.strip().endswith("Стол закрыт.")) == (0, True)


def _until_codes(running: subprocess.Popen[str]) -> str:
    """Both people's."""
    assert running.stdout is not None
    told = ""
    while told.count("коды на ближайшие") < 2:
        line = running.stdout.readline()
        assert line, told
        told += line
    return told

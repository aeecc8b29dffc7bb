"""`dozor audit ONE` while `serve` runs: another process does it, and nobody notices."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.cli.table import COMMANDS
from monitor.service.warm.likeness import SOCKET
from tests.monitor.conftest import Office, office_of
from tests.monitor.sandboxes import Running
from tests.monitor.test_command_line import is_reading, opened
from tests.waiting import until

MAIN = "from monitor.cli import main; main()"
LOADED = """
import sys
from monitor.cli import main
try:
    main()
finally:
    print("loaded:", "sqlalchemy" in sys.modules, file=sys.stderr)
"""
DOZOR = ("env", "--default-signal=INT", sys.executable, "-c")


@pytest.fixture(scope="module")
def served(sandbox: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office whose service runs."""
    office = office_of(sandbox, tmp_path_factory.mktemp("served"))
    with serving(office):
        yield office


@contextmanager
def serving(office: Office) -> Iterator[subprocess.Popen[bytes]]:
    command = [*DOZOR, MAIN, "--config", str(office.config), "serve"]
    with subprocess.Popen(command, env=office.environment) as service:
        try:
            until(socket_of(office).exists)
            yield service
        finally:
            service.terminate()
    until(lambda: not socket_of(office).exists())


def socket_of(office: Office) -> Path:
    return office.folder / "var" / SOCKET


def typed(office: Office, *words: str, **variables: str) -> tuple[int, str, str, bool]:
    """Status, output, errors, and whether another process did the work."""
    command = [*DOZOR, LOADED, "--config", str(office.config), *words]
    environment = office.environment | variables
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=office.folder, check=False
    )
    errors, _, loaded = done.stderr.rpartition("loaded: ")
    return done.returncode, done.stdout, errors, loaded == "False\n"


def moment(minute: int) -> str:
    return f"2026-11-22T03:{minute:02}:00+07:00"


def test_an_audit_by_name_is_the_same_and_so_is_what_it_leaves(served: Office) -> None:
    assert typed(served, "audit", "school-1", "--as-of", moment(1), LC_ALL="C.UTF-8")[3] is False
    status, output, errors, by_another = typed(served, "audit", "school-1", "--as-of", moment(2))
    assert by_another
    cold = typed(served, "audit", "school-1", "--as-of", moment(3), LC_ALL="C.UTF-8")
    assert (status, by_another) == (cold[0], not cold[3])
    assert sorted(errors.splitlines()) == sorted(cold[2].splitlines())  # networks end in any order
    assert without_numbers(output) == without_numbers(cold[1])
    reports = served.folder.glob("var/reports/*.html")
    assert len({one.stat().st_mode for one in reports}) == 1
    assert typed(served, "audit", "school-1", "--as-of", moment(4))[3]


def without_numbers(output: str) -> str:
    """Of audits and their minutes."""
    return re.sub(r"03:0\d|№ \d+|audit-\d+", "…", output)


def test_nobody_else_may_ask(served: Office) -> None:
    assert oct(socket_of(served).stat().st_mode & 0o777) == "0o600"


def test_what_is_wrong_is_told_as_ever(served: Office) -> None:
    status, _, errors, by_another = typed(served, "audit", "nobody")
    assert by_another
    assert (status, errors) == typed(served, "audit", "nobody", LC_ALL="C.UTF-8")[::2][:2]


@pytest.mark.parametrize("words", [("registry", "check"), ("audit", "-h"), ("doctor", "-h")])
def test_other_commands_do_their_work_themselves(served: Office, words: tuple[str, ...]) -> None:
    assert not typed(served, *words)[3]


def test_what_only_its_operator_sees_reaches_the_work(served: Office) -> None:
    """The words of the environment, the folder and the umask are the command's."""
    told = {"DOZOR_REPORTS__DIRECTORY": str(served.folder / "elsewhere")}
    status, _, errors, by_another = typed(
        served, "audit", "school-1", "--as-of", moment(5), "--json", "here.json", **told
    )
    assert (by_another, status in (0, 3)) == (True, True), errors
    assert list((served.folder / "elsewhere").glob("audit-*.html"))
    assert (served.folder / "here.json").is_file()


def test_another_limit_or_a_changed_program_is_a_reason_to_refuse(
    sandbox: Running, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    module = library / "sitecustomize.py"
    module.write_text("")
    office = office_of(sandbox, tmp_path)
    office.environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(library), office.environment.get("PYTHONPATH")))
    )
    with serving(office):
        assert typed(office, "audit", "nobody")[3]
        limited = ["sh", "-c", 'ulimit -n 200; exec "$@"', "sh", *DOZOR, LOADED]
        command = [*limited, "--config", str(office.config), "audit", "nobody"]
        told = subprocess.run(command, env=office.environment, capture_output=True, check=False)
        assert told.stderr.endswith(b"loaded: True\n")
        os.utime(module, (1, 1))
        assert not typed(office, "audit", "nobody")[3]


def test_ctrl_c_reaches_the_work(served: Office) -> None:
    with waiting(served) as (command, worker):
        command.send_signal(signal.SIGINT)
        told = command.communicate()[1]
        until(lambda: not Path(f"/proc/{worker}").exists())
    kept = COMMANDS["dozor"]["audit"].kept
    assert (command.returncode, told) == (130, f"Прервано. {kept}\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_killed_is_worked_for_no_longer(
    served: Office, number: signal.Signals
) -> None:
    with waiting(served) as (command, worker):
        command.send_signal(number)
        assert command.wait() == -number
        until(lambda: not Path(f"/proc/{worker}").exists())


def test_a_command_whose_work_is_killed_ends_likewise(served: Office) -> None:
    with waiting(served) as (command, worker):
        os.kill(worker, signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL


@contextmanager
def waiting(office: Office) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A command, and the process that does it: it waits for the other end of its registry."""
    pipe, settings = office.folder / "pipe.toml", office.folder / "waits.toml"
    settings.write_text('registry = ["pipe.toml"]', "utf-8")
    os.mkfifo(pipe)
    writer: list[int] = []
    words = [*DOZOR, MAIN, "--config", str(settings), "audit", "school-1"]
    environment = office.environment
    try:
        with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as command:
            until(lambda: opened(pipe, writer))
            yield command, until(lambda: reader_of(pipe, command.pid))
    finally:
        for one in writer:
            os.close(one)
        pipe.unlink()


def reader_of(pipe: Path, other: int) -> int | None:
    """Who waits at the pipe and is not the command."""
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) not in (other, os.getpid()):
            try:
                if is_reading(int(place.name), pipe):
                    return int(place.name)
            except OSError:
                continue
    return None

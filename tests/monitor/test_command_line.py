"""The command line as it is typed, without a town: help, usage and what is refused."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import pytest
import tomli_w
from typer.testing import CliRunner, Result

from collectors.errors import UsageError
from monitor.cli.app import app
from monitor.cli.table import COMMANDS, GROUPS
from monitor.config import ConfigError
from monitor.registry.declaration import AttestationKind, EventKind
from tests.monitor.pipeline import school
from tests.waiting import until

PATHS = {name.rpartition(" ")[2]: name.split() for name in GROUPS} | {"dozor": []}
ALL = [(*PATHS[group], name) for group, commands in COMMANDS.items() for name in commands]


ENGLISH = re.compile(r"Usage|Options|Arguments|Commands|Error|Show|Try|required|default|<\w+>")


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_of_the_table_is_declared_where_it_says(command: tuple[str, ...]) -> None:
    group = ("dozor", *command)[-2]
    answer = typed(*command, "--help")
    assert answer.exit_code == 0
    told = " ".join(answer.output.split())
    assert COMMANDS[group][command[-1]].summary in told
    assert ENGLISH.findall(told) == []


def test_ctrl_c_says_of_every_command_what_is_kept() -> None:
    silent = {
        name for names in COMMANDS.values() for name, declared in names.items() if not declared.kept
    }
    assert silent == {"sandbox"}  # it says itself that the server has stopped


CHOSEN = ("--config", "chosen.toml")


@pytest.mark.parametrize("words", [(*CHOSEN, "doctor"), ("doctor", *CHOSEN)], ids=" ".join)
def test_the_settings_are_named_before_the_command_or_after_it(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"chosen\.toml: файла настроек нет"):
        typed(*words)


def test_the_help_of_dozor_is_russian() -> None:
    told = typed("-h").output
    assert "Показать эту справку" in told
    assert ENGLISH.findall(told) == []


def test_the_version_is_told() -> None:
    assert typed("--version").output == f"dozor {version('dozor')}\n"


@pytest.mark.parametrize("command", ["attest", "event"])
def test_the_kinds_of_a_statement_stand_in_its_help(command: str) -> None:
    told = " ".join(typed(command, "-h").output.split())
    kinds = get_args(AttestationKind if command == "attest" else EventKind)
    assert f"Одно из: {', '.join(kinds)}." in told


REFUSED = {
    "attest": "не указано УЧРЕЖДЕНИЕ",
    "attest school-1 --kind mark": "--kind: нужно одно из: two_factor, job_description",
    "audit --jsn": "параметра --jsn нет; похожие: --json",
    "audit --json": "после --json укажите ФАЙЛ (Записать итог в JSON",
    "audit --mail=yes": "--mail пишут без значения",
    "audi": "команды «audi» нет; похожие: audit",
    "registry impotr": "команды «impotr» нет; похожие: import",
    "report --audit last": "--audit: нужно целое число",
    "doctor now": "лишнее: now",
    "waive school-1": "не указано --requirement",
    "--verbose": "команда написана не до конца",
}


@pytest.mark.parametrize(("words", "why"), REFUSED.items(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_in_russian(words: str, why: str) -> None:
    answer = typed(*words.split())
    assert answer.exit_code == 2
    assert f"Ошибка: {why}" in answer.stderr
    assert answer.stderr.startswith("Использование: dozor")
    assert ENGLISH.findall(answer.stderr) == []


def test_a_setting_of_the_environment_that_cannot_be_meant_is_refused_in_russian() -> None:
    answer = CliRunner(env={"DOZOR_LOG_JSON": "often"}).invoke(app, ["doctor"])
    assert (answer.exit_code, "Ошибка: --log-json: нужно 1 или 0" in answer.stderr) == (2, True)


DOZOR = (
    "env",
    "--default-signal=INT",
    sys.executable,
    "-c",
    "from monitor.cli import main; main()",
)


def test_whoever_breaks_off_an_audit_is_told_what_is_kept(tmp_path: Path) -> None:
    """It waits for the other end of its registry, a pipe, when Ctrl-C comes."""
    (tmp_path / "config.toml").write_text('registry = ["town.toml"]', "utf-8")
    pipe = tmp_path / "town.toml"
    os.mkfifo(pipe)
    writer: list[int] = []
    command = [*DOZOR, "audit", "--config", str(tmp_path / "config.toml")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as audit:
        until(lambda: opened(pipe, writer))
        until(lambda: is_reading(audit.pid, pipe))
        audit.send_signal(signal.SIGINT)
        told = audit.communicate()[1]
    os.close(*writer)
    assert audit.returncode == 130
    assert told.startswith("Прервано. Что прочитано, сохранено.")


def opened(pipe: Path, writer: list[int]) -> bool:
    """Only once somebody reads it."""
    try:
        writer.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def is_reading(process: int, pipe: Path) -> bool:
    """It has the pipe, and sleeps. Between opening and reading it would never notice a signal: no
    line of Python runs there."""
    place = Path(f"/proc/{process}")
    files = [one.readlink() for one in (place / "fd").iterdir()]
    state = (place / "stat").read_text().rpartition(")")[2].split()[0]
    return pipe in files and state == "S"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A town without a database."""
    municipality = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    town = {
        "municipality": {**municipality, "packs": ["kedrovy-2022-298"]},
        "institution": [school(1), school(2)],
    }
    (tmp_path / "town.toml").write_text(tomli_w.dumps(town), "utf-8")
    (tmp_path / "config.toml").write_text('registry = ["town.toml"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "report",
        "report --audit 99 -o report.html",
        "outbox",
        "verify",
        "evaluate --json found.json",
        "storage tidy",
        "cases shcool-1",
        "statements shcool-1",
        "answers",
        "accept 99 --by зам",
        "undo 99 --by зам --reason ошибка",
        "audit shcool-1",
        "collect shcool-1",
        "event shcool-1 --kind appointed --on 2026-03-01",
    ],
)
def test_a_command_that_is_refused_leaves_no_file_behind(words: str, folder: Path) -> None:
    before = set(folder.rglob("*"))
    with pytest.raises(UsageError):
        typed(*words.split())
    assert set(folder.rglob("*")) == before


def offered(line: str) -> list[str]:
    """What bash is told at Tab after this line."""
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    completing = {"_DOZOR_COMPLETE": "complete_bash", **asked}
    return CliRunner(env=completing).invoke(app, prog_name="dozor").output.split()


OFFERED = {
    "dozor eva": ["evaluate"],
    "dozor audit sch": ["school-1", "school-2"],
    "dozor --config config.toml attest school-2": ["school-2"],
    "dozor report --format let": ["letter", "letter-text"],
    "dozor report --municipality t": ["town"],
    "dozor event school-1 --kind dispute": ["dispute_opened", "dispute_closed"],
    "dozor attest school-1 --outcome ": ["pass", "fail"],
    "dozor rules list min": ["minvody-draft"],
    "dozor waive school-1 --requirement kedrovy-2022-298/6.6": ["kedrovy-2022-298/6.6"],
    "dozor --config none.toml audit sch": [],
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("line", "words"), OFFERED.items(), ids=OFFERED)
def test_tab_offers_what_may_be_typed(line: str, words: list[str]) -> None:
    assert offered(line) == words


@pytest.mark.parametrize("told", ["registry = []", ""])
@pytest.mark.parametrize("command", ["rules list", "rules check", "registry check town.toml"])
def test_the_law_and_a_registry_can_be_looked_at_before_anybody_is_named(
    folder: Path, told: str, command: str
) -> None:
    """As in a clone, whose config.toml names nobody yet."""
    (folder / "config.toml").write_text(f"{told}\n[vk]\nrequests_per_second = 2\n", "utf-8")
    assert typed(*command.split()).exit_code == 0
    (folder / "config.toml").write_text(f"{told}\n[vk]\nrequests = 2\n", "utf-8")
    with pytest.raises(ConfigError, match=r"\[vk.requests\] такой настройки нет"):
        typed(*command.split())
    (folder / "config.toml").write_text(f"{told}\n[ristekhno]\n", "utf-8")
    with pytest.raises(ConfigError, match="сети с таким именем не установлено"):
        typed(*command.split())


def test_a_table_may_go_to_the_standard_output(folder: Path) -> None:
    answer = typed("registry", "export", "town.toml", "-o", "-")
    assert answer.stdout_bytes.startswith(b"PK")
    assert not (folder / "-").exists()

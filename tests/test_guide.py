"""The user's guide: every `dozor` command in it is run as it stands, in the sandbox's town.

Dates are moved with the calendar, so that what the guide calls last March stays in the past.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from monitor.cli.app import app
from monitor.cli.table import COMMANDS
from monitor.sandbox import demo_world, serve, write_demo_registry
from tests.monitor.conftest import Mailbox, only

GUIDE = Path(__file__).parents[1] / "docs/ru"
WRITTEN = date(2026, 11, 22)
ENDLESS = {"dozor serve"}  # tests/monitor/test_service.py lets it serve
ORDER = ("first-audit.md", "outcomes.md", "evidence.md", "cases.md", "desk.md")
NAMED = ("school-1", "school-2", "museum")  # in the commands of the guide
NUMBERED = ("accept", "reject", "undo")  # by the number that the office was told last


def commands() -> list[str]:
    """In the order of the guide."""
    texts = [(GUIDE / name).read_text("utf-8") for name in ORDER]
    blocks = [block for text in texts for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.startswith("dozor ")]


def moved(command: str) -> str:
    later = datetime.now(UTC).date() - WRITTEN
    dates = r"\b\d{4}-\d\d-\d\d\b"
    return re.sub(dates, lambda day: (date.fromisoformat(day[0]) + later).isoformat(), command)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    """All of them, one after another, in one office."""
    folder, box, here = tmp_path_factory.mktemp("guide"), Mailbox(), Path.cwd()
    os.chdir(folder)
    try:
        with serve(demo_world(datetime.now(UTC))) as sandbox, box.listening():
            Path("registry").mkdir()  # as in a clone
            town = write_demo_registry(sandbox, folder)
            only(town, *NAMED)
            mail = {"host": "127.0.0.1", "port": box.port, "recipients": ["zam@example.org"]}
            zone = {"timezone": "Asia/Tomsk"}
            settings = {"registry": ["registry/town.toml"], "mail": mail, "schedule": zone}
            Path("config.toml").write_text(tomli_w.dumps(settings), "utf-8")
            told: dict[str, Answer] = {}
            for command in commands():
                told[command] = _run(_numbered(command, told), town, sandbox.settings())
            yield told
    finally:
        os.chdir(here)


def _numbered(command: str, told: dict[str, Answer]) -> str:
    """The number that the office was told last: how many statements there are is its own matter."""
    if command.split()[1] not in NUMBERED:
        return command
    texts = "".join(answer.text for answer in told.values())
    return re.sub(r"(?<= )\d+(?= )", re.findall(r"Записано № (\d+)", texts)[-1], command, count=1)


def _run(command: str, town: Path, environment: dict[str, str]) -> Answer:
    """The office fills in the table between `template` and `import`."""
    if command in ENDLESS:
        return Answer(0, "")
    words = shlex.split(moved(command))[1:]
    done = CliRunner(env=environment).invoke(app, words)
    if "template" in words:
        CliRunner().invoke(app, ["registry", "export", str(town), "-o", words[-1], "--force"])
    return Answer(done.exit_code, f"{done.output}{done.exception or ''}")


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_guide_works_as_typed(
    answers: dict[str, Answer], command: str
) -> None:
    answer = answers[command]
    partly = {3} if re.match(r"dozor (audit|evaluate)", command) else set()
    troubled = {1} if command == "dozor doctor" else set()  # there is always something to advise
    assert answer.status in {0} | partly | troubled, answer.text


def test_the_guide_says_how_every_command_is_used() -> None:
    text = "\n".join(path.read_text("utf-8") for path in GUIDE.glob("*.md"))
    named = set(COMMANDS["dozor"])
    spared = {"collect", "contacts", "sandbox", "demo"}
    assert {name for name in named - spared if f"dozor {name}" not in text} == set()

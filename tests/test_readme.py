"""The rehearsal of README, as it is typed, in a folder as a clone is one."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli.app import app
from monitor.config import ConfigError
from tests.monitor.conftest import only
from tests.waiting import until

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
REHEARSAL = README.partition("## A rehearsal")[2].partition("\n## ")[0]
SERVING, TYPED = re.findall(r"```sh\n(.*?)```", REHEARSAL, re.DOTALL)
PREPARED, *COMMANDS = [line.partition("#")[0].strip() for line in TYPED.strip().splitlines()]
PROGRAM = ".venv/bin/dozor "
PARTLY = 3  # some pages of the town are broken on purpose


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """While the first terminal serves the town; an office's key in a file is in the way."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copy(ROOT / "config.toml", folder)
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(Path(sys.executable).parent)
    command = ["bash", "-c", f"exec {SERVING.partition('#')[0]}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    here = Path.cwd()
    os.chdir(folder)
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as terminal:
        try:
            until(Path("var/rehearsal/env.sh").is_file)
            only(Path("var/rehearsal/demo.toml"), "school-1", "school-2")
            yield folder
        finally:
            terminal.terminate()
            os.chdir(here)


@pytest.fixture(scope="module")
def variables(clone: Path) -> dict[str, str | None]:
    """Of the second terminal, once it is prepared; None for what is taken away."""
    before = os.environ | {"VK_TOKENS_FILE": "no-such-file"}
    command = ["bash", "-c", f"{PREPARED} && env -0"]
    done = subprocess.run(
        command, cwd=clone, env=before, capture_output=True, text=True, check=True
    )
    after = dict(one.split("=", 1) for one in done.stdout.split("\0") if one)
    return {name: after.get(name) for name in {*before, *after}}


@pytest.fixture(scope="module")
def said(variables: dict[str, str | None]) -> dict[str, tuple[int, str]]:
    """What each command of the second terminal prints, and its status."""
    return {command: typed(command, variables) for command in COMMANDS}


def typed(command: str, variables: dict[str, str | None]) -> tuple[int, str]:
    assert command.startswith(PROGRAM)
    words = shlex.split(command.removeprefix(PROGRAM))
    done = CliRunner(env=variables).invoke(app, words)
    return done.exit_code, f"{done.output}{done.exception or ''}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_rehearsal_works_as_typed(
    said: dict[str, tuple[int, str]], command: str
) -> None:
    status, told = said[command]
    assert status in ({0, PARTLY} if " audit" in command else {0}), told


@pytest.mark.usefixtures("said")
def test_a_rehearsal_stays_in_its_folder(clone: Path) -> None:
    beside = {path.name for path in clone.iterdir()} - {"config.toml", ".venv"}
    assert beside == {"var"}
    assert [path.name for path in (clone / "var").iterdir()] == ["rehearsal"]


@pytest.mark.usefixtures("clone")
def test_as_shipped_no_town_is_read() -> None:
    with pytest.raises(ConfigError, match="не назван ни один реестр"):
        CliRunner().invoke(app, ["audit"], catch_exceptions=False)

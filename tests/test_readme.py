"""The rehearsal of README, run as it is typed, in a folder as a clone is one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
REHEARSAL = README.partition("## A rehearsal")[2].partition("\n## ")[0]
SERVING, TYPED = re.findall(r"```sh\n(.*?)```", REHEARSAL, re.DOTALL)
PARTLY = 3  # some pages of the town are broken on purpose


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """While the first terminal serves the town."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copy(ROOT / "config.toml", folder)
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(Path(sys.executable).parent)
    command = ["bash", "-c", f"exec {SERVING.partition('#')[0]}"]
    with subprocess.Popen(command, cwd=folder, env=environment()) as terminal:
        until((folder / "var/rehearsal/env.sh").is_file)
        yield folder
        terminal.send_signal(signal.SIGTERM)


def environment() -> dict[str, str]:
    """An office's key in a file must not get in the way."""
    return os.environ | {"PYTHONPATH": str(ROOT), "VK_TOKENS_FILE": "no-such-file"}


@pytest.fixture(scope="module")
def said(clone: Path) -> dict[str, tuple[int, str]]:
    """What each command of the second terminal prints, and its status."""
    first, *lines = [line.partition("#")[0].strip() for line in TYPED.strip().splitlines()]
    return {line: run(clone, f"{first} && {line}") for line in lines}


def run(folder: Path, command: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_every_command_of_the_rehearsal_works_as_typed(said: dict[str, tuple[int, str]]) -> None:
    for command, (status, told) in said.items():
        assert status in ({0, PARTLY} if " audit" in command else {0}), (command, told)


@pytest.mark.usefixtures("said")
def test_a_rehearsal_stays_in_its_folder(clone: Path) -> None:
    beside = {path.name for path in clone.iterdir()} - {"config.toml", ".venv", "var"}
    assert (beside, [path.name for path in (clone / "var").iterdir()]) == (set(), ["rehearsal"])


def test_as_shipped_no_town_is_read(clone: Path) -> None:
    status, told = run(clone, "unset VK_TOKENS_FILE; .venv/bin/dozor audit")
    assert (status, "не назван ни один реестр" in told) == (2, True)

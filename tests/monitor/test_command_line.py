"""The command line as it is typed, without a town: help, usage and what is refused."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.cli.table import COMMANDS
from monitor.config import ConfigError

ALL = [
    (*([group] if group != "dozor" else []), name)
    for group, commands in COMMANDS.items()
    for name in commands
]


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_of_the_table_is_declared_where_it_says(command: tuple[str, ...]) -> None:
    group = command[0] if command[1:] else "dozor"
    answer = typed(*command, "--help")
    assert answer.exit_code == 0
    told = " ".join(answer.output.split())
    assert COMMANDS[group][command[-1]].summary in told


CHOSEN = ("--config", "chosen.toml")


@pytest.mark.parametrize("words", [(*CHOSEN, "doctor"), ("doctor", *CHOSEN)], ids=" ".join)
def test_the_settings_are_named_before_the_command_or_after_it(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"chosen\.toml: файла настроек нет"):
        typed(*words)

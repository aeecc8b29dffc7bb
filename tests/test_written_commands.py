"""Every `dozor …` that a page of the docs writes is a command that there is, with its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli.app import app
from monitor.cli.table import COMMANDS, GROUPS

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TYPED = re.compile(r"(?:^|bin/|&& )dozor ([^#|;&)]+)")
WITH_VALUE = {"--config"}  # of `dozor` itself
KNOWN = {*GROUPS} | {
    f"{group} {name}".strip()
    for group in ("", *GROUPS)
    for name in COMMANDS[group.rpartition(" ")[2] or "dozor"]
}
OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


def written(page: Path) -> Iterator[str]:
    """What follows `dozor`, of blocks by line and of code within a text."""
    text = page.read_text("utf-8")
    blocks = "\n".join(BLOCK.findall(text)).replace("\\\n", " ")
    for line in (*blocks.splitlines(), *INLINE.findall(BLOCK.sub("", text))):
        found = TYPED.search(line.partition("  #")[0])
        if found and re.match(r"-|[a-z]", found[1]):
            yield found[1].strip()


@cache
def told_of(command: str) -> str:
    """What `--help` says of it; "": there is no such command."""
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    return done.output if done.exit_code == 0 else ""


def parted(typed: str) -> tuple[list[str], str, str]:
    """Options of `dozor` itself, the command, and what follows it."""
    words, own = typed.split(), []
    while words and words[0].startswith("-"):
        own.append(words.pop(0))
        if own[-1] in WITH_VALUE:
            words[:1] = []
    command: list[str] = []
    while words and " ".join([*command, words[0]]) in KNOWN:
        command.append(words.pop(0))
    return own, " ".join(command), " ".join(words)


def faults(typed: str) -> Iterator[str]:
    own, command, rest = parted(typed)
    if rest and not command:
        yield f"dozor {typed}: no such command"
        return
    asked = [(option, "") for option in own]
    asked += [(option, command) for option in OPTION.findall(rest)]
    for option, place in asked:
        if not re.search(rf"(?<![\w-]){option}(?![\w-])", told_of(place)):
            yield f"dozor {typed}: no {option}"


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_what_a_page_writes_can_be_typed(page: Path) -> None:
    assert [fault for typed in written(page) for fault in faults(typed)] == []

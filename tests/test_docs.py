"""Documentation that would go stale in silence is held to the code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from collectors.model import FailureCode
from collectors.networks import networks
from monitor.audit.issues import sentences
from monitor.config import (
    Cases,
    Clock,
    EvidenceStamps,
    Mail,
    Reports,
    Rules,
    Schedule,
    Storage,
    Workers,
)

ROOT = Path(__file__).parents[1]
SETTINGS = (ROOT / "docs/configuration.md").read_text("utf-8")


def _keys() -> list[str]:
    own = [
        name
        for section in (
            Storage,
            Reports,
            Rules,
            Schedule,
            Mail,
            Workers,
            Cases,
            Clock,
            EvidenceStamps,
        )
        for name in section.model_fields
    ]
    theirs = [one.name for network in networks().values() for one in fields(network.settings)]
    hidden = [name for network in networks().values() for name in network.secrets]
    return sorted({*own, *theirs} - set(hidden))


@pytest.mark.parametrize("key", _keys())
def test_every_setting_is_documented(key: str) -> None:
    assert re.search(rf"[` ]{key}`", SETTINGS), key


def test_every_secret_is_documented() -> None:
    named = [variable for one in networks().values() for variable in one.secrets.values()]
    assert [one for one in named if f"`{one}`" not in SETTINGS] == []


def test_every_failure_has_a_sentence_for_the_operator() -> None:
    assert set(sentences()) == {code.value for code in FailureCode}


def test_every_shipped_setting_is_one_that_exists() -> None:
    shipped = tomllib.loads((ROOT / "config.toml").read_text("utf-8"))
    known = set(_keys()) | {"registry"}
    given = {name for section in shipped.values() if isinstance(section, dict) for name in section}
    assert given <= known


NAMED = re.compile(
    r"(?<![\w/.-])(?:collectors|rules|reports|monitor|tests|benchmarks|docs|deploy|findings)/"
    r"[\w./-]*\w\.(?:py|toml|md|sh|j2|json)\b"
)


def test_no_page_names_a_file_that_is_gone() -> None:
    """Docs, and the docstrings and comments of the code; the changelog tells of the past."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for folder in ("collectors", "rules", "reports", "monitor", "benchmarks", "tests"):
        pages += (ROOT / folder).rglob("*.py")
    dead = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages
        for name in NAMED.findall(page.read_text("utf-8"))
        if not (ROOT / name).exists()
    }
    assert dead == set()


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text("utf-8")
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()

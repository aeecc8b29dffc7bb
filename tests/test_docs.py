"""Documentation that would go stale in silence is held to the code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from pydantic import BaseModel

from collectors.model import FailureCode
from collectors.networks import networks
from monitor.audit.issues import sentences
from monitor.config import Settings
from monitor.registry.declaration import TABLES

ROOT = Path(__file__).parents[1]
SETTINGS = (ROOT / "docs/configuration.md").read_text("utf-8")
OF_DOZOR = {
    name: kind
    for name, kind in get_type_hints(Settings).items()
    if isinstance(kind, type) and issubclass(kind, BaseModel)
}


def _keys() -> list[tuple[str, str]]:
    """Section and key of everything that may be set, secrets apart."""
    own = [(name, key) for name, kind in OF_DOZOR.items() for key in kind.model_fields]
    theirs = [
        (slug, field.name)
        for slug, network in networks().items()
        for field in fields(network.settings)
        if field.name not in network.secrets
    ]
    return sorted([*own, *theirs])


def _documented() -> set[tuple[str, str]]:
    """What the first cells name: `[ok] api_url`, `site_url` are two keys of one section."""
    cells = re.findall(r"^\| (`\[(\w+)\] \w+`(?:, `\w+`)*) \|", SETTINGS, re.MULTILINE)
    return {(section, key) for cell, section in cells for key in re.findall(r"(\w+)`", cell)}


@pytest.mark.parametrize(("section", "key"), _keys())
def test_every_setting_is_documented_in_its_section(section: str, key: str) -> None:
    assert (section, key) in _documented()


def test_every_secret_is_documented() -> None:
    named = [variable for one in networks().values() for variable in one.secrets.values()]
    assert [one for one in named if f"`{one}`" not in SETTINGS] == []


def test_every_failure_has_a_sentence_for_the_operator() -> None:
    assert set(sentences()) == {code.value for code in FailureCode}


def test_every_shipped_setting_is_one_that_exists() -> None:
    shipped = tomllib.loads((ROOT / "config.toml").read_text("utf-8"))
    given = {
        (name, key)
        for name, section in shipped.items()
        if isinstance(section, dict)
        for key in section
    }
    assert given <= set(_keys())


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


# --- lists that would miss what is new ----------------------------------------------------------


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_key_of_the_registry_is_told(table: type[BaseModel]) -> None:
    page = (ROOT / "docs/registry.md").read_text("utf-8")
    quoted = re.findall(r"```\w*\n(.*?)```|`([^`\n]*)`", page, re.DOTALL)
    known = set(re.findall(r"\w+", " ".join(map("".join, quoted))))
    keys = {field.alias or name for name, field in table.model_fields.items()}
    assert keys - known == set()


def test_every_chapter_of_the_guide_stands_in_its_contents() -> None:
    folder = ROOT / "docs/ru"
    contents = (folder / "README.md").read_text("utf-8")
    chapters = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert {name for name in chapters if f"({name})" not in contents} == set()


LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def test_no_page_links_to_a_file_that_is_gone() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    dead = {
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    }
    assert dead == set()

"""Compiled templates that are kept: good as long as nothing they came from has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from reports.compiled import BesideTemplates


def rendered(folder: Path, source: str) -> str:
    loader = DictLoader({"x": source})
    return Environment(loader=loader, bytecode_cache=BesideTemplates(folder)).from_string(
        '{% include "x" %}'
    ).render()  # fmt: skip


@pytest.fixture(autouse=True)
def _python_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)


def test_a_template_is_kept_and_a_changed_one_compiled_anew(tmp_path: Path) -> None:
    assert rendered(tmp_path / "kept", "one") == "one"
    assert len(list((tmp_path / "kept").iterdir())) == 1
    assert rendered(tmp_path / "kept", "one") == "one"
    assert rendered(tmp_path / "kept", "two") == "two"


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert rendered(tmp_path / "file/kept", "one") == "one"


def test_what_is_cut_is_compiled_anew(tmp_path: Path) -> None:
    rendered(tmp_path, "one")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:70])
    assert rendered(tmp_path, "one") == "one"

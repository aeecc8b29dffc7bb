"""What is taken for so of a network: `dated.toml` beside its module, read when somebody asks."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collectors.model import Dated


def dated_beside(module: str) -> Callable[[], tuple[Dated, ...]]:
    """`module`: the `__file__` of the network's own."""
    path = Path(module).with_name("dated.toml")
    return lambda: tuple(Dated(**fact) for fact in _facts(path))


def _facts(path: Path) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["fact"]
    return facts

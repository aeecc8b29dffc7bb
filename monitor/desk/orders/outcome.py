"""What came of an order, and its Russian sentences (outcome.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Came:
    told: str
    audit: int | None = None
    result: Mapping[str, Any] | None = None


def words(name: str, /, **values: object) -> str:
    return _sentences()[name].format(**values)


@cache
def _sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

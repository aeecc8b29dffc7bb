"""Words of the tables (tables.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def told() -> Mapping[str, Any]:
    return tomllib.loads(files("reports").joinpath("tables.toml").read_text("utf-8"))


def table_word(kind: str, key: str) -> str:
    """The word for `key`, or `key` itself."""
    return str(told()[kind].get(key, key))


def say(name: str, *given: str) -> str:
    return str(told()["words"][name]).format(*given)

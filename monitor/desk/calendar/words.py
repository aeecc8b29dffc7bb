"""Sentences of the calendar and of the deputy head, as they stand in words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def words(section: str, name: str, /, **values: object) -> str:
    return sentences()[section][name].format(**values)


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

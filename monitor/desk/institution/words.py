"""Words of an institution's page, as they stand in words.toml beside."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


def words(section: str, name: str, /, **values: object) -> str:
    return str(sentences()[section][name]).format(**values)


@cache
def sentences() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

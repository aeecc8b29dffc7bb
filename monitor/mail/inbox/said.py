"""Words for operators, and what a message's sender is called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from monitor.storage.received import KeptMessage


def words(group: str, name: str, **values: object) -> str:
    return _sentences()[group][name].format(**values)


def reason_of(kept: KeptMessage) -> str:
    return words("reason", kept.reason, about=kept.about) if kept.reason else ""


def speaker(is_registered: bool | None, post: str = "") -> str:
    """Nobody is believed for his address alone, so it is told whose it is."""
    sender = words("sender", "registered" if is_registered else "other")
    return words("sender", "with_post", post=post, sender=sender) if post else sender


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))

"""How a recipient is told of: a mailbox gets letters, a network's chat messages.

A row of the outbox has both in the same columns; its role says which it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from collectors import networks
from monitor.storage.roles import CHAT, network_of_chat


def to_whom(role: str, recipient: str) -> str:
    """«school@example.org», «чат -555 в MAX»."""
    return _filled(role, "to", recipient)


def told_of(role: str, recipient: str, state: str, why: str = "") -> str:
    """A line of what became of it: «Сообщение в MAX отправлено: чат -555»."""
    return _filled(role, state, recipient, why)


def for_log(role: str, recipient: str) -> str:
    """In English: "letter to school@example.org", "message to max chat -555"."""
    if is_chat(role):
        return f"message to {network_of_chat(role)} chat {recipient}"
    return f"letter to {recipient}"


def is_chat(role: str) -> bool:
    return role.startswith(CHAT)


def _filled(role: str, name: str, recipient: str, why: str = "") -> str:
    kind = "chat" if is_chat(role) else "letter"
    where = networks.where(network_of_chat(role)) if kind == "chat" else ""
    return str(_sentences()[kind][name]).format(recipient=recipient, where=where, why=why)


@cache
def _sentences() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

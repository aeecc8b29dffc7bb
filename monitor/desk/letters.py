"""Whose letters whoever asks may see: those to his municipalities, by their role in the outbox."""

from __future__ import annotations

from collections.abc import Collection

from monitor.desk.model import Visitor
from monitor.mail.drafts import WEEK
from monitor.storage.roles import DEPUTY, INSTITUTION, towns_of


def sees_letter(visitor: Visitor, role: str, known: Collection[str]) -> bool:
    """`known`: all municipalities. A letter of everything is for who sees everything."""
    if role.startswith(INSTITUTION):
        return visitor.sees(role.removeprefix(INSTITUTION).partition("/")[0])
    if towns := _towns(role):
        return all(visitor.sees(town) for town in towns)
    return all(visitor.sees(town) for town in known)


def _towns(role: str) -> Collection[str]:
    if role.startswith(f"{DEPUTY}:"):
        return towns_of(role)
    if role.startswith(f"{WEEK}:"):
        return role.removeprefix(f"{WEEK}:").split("+")
    return ()

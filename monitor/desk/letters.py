"""Whose letters whoever asks may see: those to his municipalities, by their role in the outbox."""

from __future__ import annotations

from collections.abc import Collection

from monitor.desk.model import Visitor
from monitor.mail.drafts import WEEK
from monitor.storage.orders import Order
from monitor.storage.roles import DEPUTY, linked, towns_of


def sees_letter(visitor: Visitor, role: str, known: Collection[str]) -> bool:
    """`known`: all municipalities. A letter of everything is for who sees everything."""
    return all(visitor.sees(town) for town in towns_told(role, known))


def sees_order(visitor: Visitor, order: Order, known: Collection[str]) -> bool:
    """Whether all letters that it is about are his to see; a plan is of everybody's."""
    roles = [str(role) for role, _ in order.body.get("chosen", ())]
    towns = {town for role in roles for town in towns_told(role, known)}
    return all(visitor.sees(town) for town in towns or known)


def towns_told(role: str, known: Collection[str]) -> Collection[str]:
    """Of which municipalities a letter in this role tells."""
    if key := linked(role):
        return (key.partition("/")[0],)
    if role.startswith(f"{DEPUTY}:"):
        return towns_of(role)
    if role.startswith(f"{WEEK}:"):
        return role.removeprefix(f"{WEEK}:").split("+")
    return known

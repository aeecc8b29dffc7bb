"""The places that a role goes to, as they stand at the head of every page."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.desk.model import DECIDERS, OPERATORS, PEOPLE, Ask, Role
from monitor.desk.rendering import desk_word


@dataclass(frozen=True, slots=True)
class Item:
    path: str
    title: str
    is_here: bool


MENU: tuple[tuple[str, frozenset[Role]], ...] = (
    ("/", DECIDERS),
    ("/send", OPERATORS),
    ("/deputy", DECIDERS),
    ("/summary", PEOPLE),
    ("/terms", PEOPLE),
    ("/night", PEOPLE),
    ("/registry", OPERATORS),
    ("/journal", DECIDERS),
)
"""In the order of worth; the titles stand in words.toml."""


def menu(ask: Ask) -> tuple[Item, ...]:
    return tuple(
        Item(path, desk_word("menu", path), is_here=ask.path == path)
        for path, who in MENU
        if ask.visitor.role in who
    )

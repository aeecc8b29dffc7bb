"""The one memory of the rules: it lives as long as its holder (see `bench`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Answers:
    """What several clauses ask is answered once."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[object, Any] = {}

    def once(self, key: object, compute: Callable[[], T]) -> T:
        try:
            found: T = self._kept[key]
        except KeyError:
            found = self._kept[key] = compute()
        return found

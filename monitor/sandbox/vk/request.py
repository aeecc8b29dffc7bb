"""One call as a method sees it, and which version of VK it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.sandbox.state import State
from monitor.sandbox.vk.errors import VkError
from monitor.sandbox.world import Token

Params = Mapping[str, str]

OBJECTS_SINCE = (5, 139)  # the exact version is not established; 5.131 lists, 5.199 wraps
OLDEST_VERSION = (5, 81)


@dataclass(frozen=True, slots=True)
class Request:
    """One call as a method sees it."""

    state: State
    token: Token
    params: Params
    version: tuple[int, ...]
    execute_errors: list[dict[str, Any]]

    @property
    def in_objects(self) -> bool:
        return self.version >= OBJECTS_SINCE

    def integer(self, name: str, default: int) -> int:
        try:
            return int(self.params.get(name) or default)
        except ValueError:
            raise VkError(100, f"{name} not integer") from None

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.params.get(name, "").split(",") if part.strip()]


def version_of(params: Params) -> tuple[int, ...]:
    text = params.get("v", "")
    try:
        version = tuple(int(part) for part in text.split("."))
    except ValueError:
        raise VkError(100, "v (version) is required") from None
    if version < OLDEST_VERSION:
        raise VkError(8, "v (version) should be 5.81 and higher")
    return version

"""Which token may call which method, and the call itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from monitor.sandbox.vk.communities import get_addresses, get_by_id, get_settings, resolve
from monitor.sandbox.vk.errors import VkError
from monitor.sandbox.vk.execute import execute
from monitor.sandbox.vk.request import Request
from monitor.sandbox.vk.walls import wall_get, wall_get_by_id
from monitor.sandbox.world import Token


def call_method(request: Request, method: str) -> Any:
    if method not in METHODS:
        raise VkError(3)
    kinds, function = METHODS[method]
    _refuse_kind(request.token, kinds, method)
    return function(request)


def _refuse_kind(token: Token, kinds: str, method: str) -> None:
    allowed = token.may_execute if method == "execute" else token.kind in kinds
    if allowed:
        return
    if token.kind == "group":
        raise VkError(27, "method is unavailable with group auth.")
    if token.kind == "service":
        raise VkError(28, "method is unavailable with service token.")
    raise VkError(15, "method is unavailable.", subcode=1133)


METHODS: dict[str, tuple[str, Callable[[Request], Any]]] = {
    "groups.getById": ("user group service", get_by_id),
    "groups.getAddresses": ("user service", get_addresses),
    "groups.getSettings": ("user", get_settings),
    "wall.get": ("user service", wall_get),
    "wall.getById": ("user service", wall_get_by_id),
    "utils.resolveScreenName": ("user group service", resolve),
    "execute": ("user group service", partial(execute, call_method)),
}

"""`execute`: a script, and the calls inside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from monitor.sandbox.state import Call
from monitor.sandbox.vk.errors import VkError
from monitor.sandbox.vk.request import Params, Request
from monitor.sandbox.vkscript import CompileError, RunError, Scope, run
from monitor.sandbox.world import Fault

CallMethod = Callable[[Request, str], Any]


def execute(call_method: CallMethod, request: Request) -> Any:
    code = request.params.get("code")
    if not code:
        raise VkError(100, "code is undefined")
    limits, world = request.state.world.limits, request.state.world
    scope = Scope(
        call=lambda method, params: call_inside(call_method, request, method, params),
        max_operations=limits.execute_operations,
        max_calls=limits.execute_calls,
        keeps_gaps=world.projection_keeps_gaps,
    )
    try:
        return run(code, scope)
    except CompileError as error:
        raise VkError(12, error.reason) from None
    except RunError as error:
        raise VkError(13, error.reason) from None
    except RecursionError:
        raise VkError(12, "too deep") from None


def call_inside(
    call_method: CallMethod, request: Request, method: str, given: Mapping[str, Any]
) -> Any:
    """One call inside `execute`: a failure is `false` and a line in `execute_errors`."""
    params = {key: as_param(value) for key, value in given.items() if value is not None}
    try:
        fault = request.state.strike(method, request.token.value, params)
        value = _answered(call_method, request, method, params, fault)
        outcome = "ok"
    except VkError as error:
        line = {"method": method, "error_code": error.code, "error_msg": str(error)}
        request.execute_errors.append(line)
        value, outcome = False, f"error {error.code}"
    call = Call(
        at=time.time(),
        surface="vk",
        method=method,
        token=request.token.value,
        inner=True,
        outcome=outcome,
    )
    request.state.note(call)
    return value


def _answered(
    call_method: CallMethod, request: Request, method: str, params: Params, fault: Fault | None
) -> Any:
    if fault is not None and fault.kind == "error":
        raise VkError(fault.code, fault.text)
    if method == "execute":
        raise VkError(3)
    return call_method(replace(request, params=params), method)


def as_param(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(as_param(part) for part in value)
    return str(value)

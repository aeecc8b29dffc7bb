"""VK: methods, the answers' forms by version, errors, `execute`.

Sources: dev.vk.com and VKCOM/vk-api-schema (methods, objects, errors.json), commit 0efe478.
"""

from __future__ import annotations

import time
from typing import Any

from monitor.sandbox.replies import Reply, broken, dumped, in_json, with_null
from monitor.sandbox.state import Call, State
from monitor.sandbox.vk.communities import FIELDS
from monitor.sandbox.vk.errors import MESSAGES, VkError, envelope
from monitor.sandbox.vk.methods import call_method
from monitor.sandbox.vk.request import Params, Request, version_of
from monitor.sandbox.world import Token

__all__ = ["FIELDS", "MESSAGES", "answer"]


def answer(state: State, method: str, params: Params, in_header: str = "") -> Reply:
    """Answer one HTTP request. `in_header` is the token of an Authorization header."""
    token = in_header or params.get("access_token", "")
    reply = _answer(state, method, params, token)
    state.note(
        Call(at=time.time(), surface="vk", method=method, token=token, outcome=reply.outcome)
    )
    return reply


def _answer(state: State, method: str, params: Params, token: str) -> Reply:
    fault = state.strike(method, token, params)
    if fault is not None and (reply := broken(fault)) is not None:
        return reply
    try:
        if fault is not None and fault.kind == "error":
            raise VkError(fault.code, fault.text)
        reply = _obeyed(state, method, params, token)
        return reply if fault is None else with_null(reply, fault.about or "")
    except VkError as error:
        return in_json(envelope(error, method, params), f"error {error.code}")


def _obeyed(state: State, method: str, params: Params, token: str) -> Reply:
    known = admitted(state, token)
    version = version_of(params)
    if state.too_fast(token):
        raise VkError(6)
    request = Request(state, known, params, version, [])
    body = dumped(with_errors(call_method(request, method), request))
    limit = state.world.limits.answer_bytes
    if method == "execute" and limit is not None and len(body) > limit:
        raise VkError(13, "response size is too big")
    return Reply(body=body)


def with_errors(value: Any, request: Request) -> dict[str, Any]:
    whole = {"response": value}
    if request.execute_errors:
        whole["execute_errors"] = request.execute_errors
    return whole


def admitted(state: State, token: str) -> Token:
    if not token:
        raise VkError(5, "no access_token passed.")
    known = state.tokens.get(token)
    if known is None or not known.valid:
        raise VkError(5, "invalid access_token (4).")
    if token in state.revoked:
        raise VkError(5, "invalid session.")
    return known

"""What a surface of the sandbox hands to the server: an answer, or a way to misbehave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from monitor.sandbox.world import Fault, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    body: bytes = b""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble | None = None
    outcome: str = "ok"


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def in_json(value: Any, outcome: str = "ok", headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(body=dumped(value), outcome=outcome, headers=headers or {})


def page(html: str, status: int = 200) -> Reply:
    return Reply(
        body=html.encode(),
        status=status,
        content_type="text/html; charset=utf-8",
        outcome="ok" if status == 200 else f"status {status}",
    )


def broken(fault: Fault) -> Reply | None:
    """The answer that a fault of the transport gives; None for a fault of the protocol."""
    match fault.kind:
        case "status":
            html = f"<html><body><h1>{fault.code} Bad Gateway</h1></body></html>"
            return page(html, fault.code)
        case "hang":
            return Reply(trouble="hang", outcome="hang")
        case "cut":
            return Reply(body=b'{"response":[{"id":1,"name":"', trouble="cut", outcome="cut")
        case "not_json":
            return Reply(body=b"<html>Technical works</html>", outcome="not_json")
        case "null":
            return in_json({"response": None}, "null")
        case "body":
            return Reply(body=fault.text.encode(), outcome="body")
    return None


def with_null(reply: Reply, key: str) -> Reply:
    """Null in place of what has this `id` or `uid`, in whatever list it stands."""
    return replace(reply, body=dumped(_with_null(json.loads(reply.body), key)))


def _with_null(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_null(inner, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [None if _is(one, key) else _with_null(one, key) for one in value]
    return value


def _is(value: Any, key: str) -> bool:
    return isinstance(value, dict) and key in (str(value.get("id")), str(value.get("uid")))

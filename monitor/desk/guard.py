"""The outermost layer: heads on every answer, limits on every request, one line in the log.

What nobody foresaw becomes a page that names no path and no error; the log, which holds no address
of a link and no field of a form, says where it happened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

BODY_SECONDS = 120  # for a whole body: ten megabytes over a slow telephone
HEADS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # an address may be the key to an institution's page
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR = "max-age=31536000"

Failure = Callable[[int], Response]  # the page for a status


class BodyRefusedError(Exception):
    """What is sent is bigger, or comes more slowly, than is taken. `http`: 413 or 408."""

    def __init__(self, http: int) -> None:
        super().__init__(http)
        self.http = http


class Guard:
    def __init__(self, inner: ASGIApp, failure: Failure, most_bytes: int, *, secure: bool) -> None:
        self._inner, self._failure, self._most = inner, failure, most_bytes
        self._heads = {**HEADS, **({"Strict-Transport-Security": YEAR} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        answer = _Answer(send, self._heads)
        began = time.monotonic()
        try:
            bounded = _bounded(scope, receive, self._most, began + BODY_SECONDS)
            await self._inner(scope, bounded, answer)
        except BodyRefusedError as refused:
            answer.heads = {**answer.heads, "Connection": "close"}
            await answer.instead(self._failure(refused.http), scope, receive)
        except Exception:
            log.exception("a page of the desk failed: %s", _place(scope))
            await answer.instead(self._failure(500), scope, receive)
        finally:
            took = time.monotonic() - began
            log.info("%s %s %s %.3f s", scope["method"], _place(scope), answer.status, took)


class _Answer:
    """Passes an answer on with our heads, and knows whether it has begun."""

    def __init__(self, send: Send, heads: Mapping[str, str]) -> None:
        self._send, self.heads, self.status = send, heads, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            told = MutableHeaders(scope=message)
            for name, value in self.heads.items():
                told[name] = value
            told.setdefault("Cache-Control", "no-store")
        await self._send(message)

    async def instead(self, response: Response, scope: Scope, receive: Receive) -> None:
        if not self.status:
            await response(scope, receive, self)


def _bounded(scope: Scope, receive: Receive, most: int, until: float) -> Receive:
    """Its body, as long as it is no bigger than `most` and there before `until`."""
    stated = Headers(scope=scope).get("content-length", "0")
    came = 0

    async def received() -> Message:
        nonlocal came
        if not stated.isascii() or not stated.isdigit() or int(stated[:18]) > most:
            raise BodyRefusedError(413)
        with anyio.move_on_after(max(0.0, until - time.monotonic())) as patience:
            message = await receive()
        if patience.cancelled_caught:
            raise BodyRefusedError(408)
        came += len(message.get("body", b""))
        if came > most:
            raise BodyRefusedError(413)
        return message

    return received


def _place(scope: Scope) -> str:
    """The route's own pattern: an address itself may hold the key of a link."""
    return str(scope.get("pattern", "?"))

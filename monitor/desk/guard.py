"""The outermost layer: heads on every answer, limits on every request, one line in the log.

What nobody foresaw becomes a page that names no path and no error; the log, which holds no address
of a link and no field of a form, says where it happened. Nothing stands between this and the routes
that would answer an error by itself.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Set
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.desk.bodies import BODY, Body, BodyRefusedError
from monitor.desk.limits import Limits

log = logging.getLogger(__name__)

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
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:/@\\\s]+)(?::\d{1,5})?", re.IGNORECASE)

Failure = Callable[[int], Response]  # the page for a status


class Guard:
    """`hosts`: by what names we may be asked for."""

    def __init__(
        self, inner: ASGIApp, failure: Failure, limits: Limits, hosts: Set[str], *, secure: bool
    ) -> None:
        self._inner, self._failure, self._limits, self._hosts = inner, failure, limits, hosts
        self._heads = {**HEADS, **({"Strict-Transport-Security": YEAR} if secure else {})}
        self._at_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        body = Body(scope, receive, self._limits.body, self._wait)
        scope[BODY], answer = body, _Answer(send, body, self._heads)
        began = time.monotonic()
        self._at_work += 1
        try:
            await self._guarded(scope, body, answer)
        finally:
            self._at_work -= 1
            took = time.monotonic() - began
            log.info("%s %s %s %.3f s", scope["method"], _place(scope), answer.status, took)

    def _wait(self, begins: bool) -> None:
        """Whoever still sends takes no place of those whom we work for: lines are bounded apart."""
        self._at_work += -1 if begins else 1

    async def _guarded(self, scope: Scope, body: Body, answer: _Answer) -> None:
        try:
            if refused := self._refused(scope):
                await answer.instead(self._failure(refused), scope)
            else:
                await self._inner(scope, body, answer)
        except BodyRefusedError as refusal:
            await answer.instead(self._failure(refusal.http), scope)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except Exception:
            log.exception("a page of the desk failed: %s", _place(scope))
            await answer.instead(self._failure(500), scope)

    def unread(self) -> Response:
        """The page for what came and is no HTTP: no request of it ever reaches us."""
        page = self._failure(400)
        page.headers.update({"Cache-Control": "no-store", **self._heads})
        return page

    def _refused(self, scope: Scope) -> int | None:
        """The status for what is no request of ours, whatever it asks for."""
        host = HOST.fullmatch(Headers(scope=scope).get("host", ""))
        if host is None or host[1].lower() not in self._hosts:
            return 400
        if not _is_text(scope.get("raw_path", b"")):
            return 404
        if not _is_text(scope["query_string"]):
            return 400
        return 503 if self._at_work > self._limits.requests else None


class _Answer:
    """Passes an answer on with our heads, and knows whether it has begun.

    A line on which more is still to come, and to no end, is closed with the answer.
    """

    def __init__(self, send: Send, body: Body, heads: Mapping[str, str]) -> None:
        self._send, self._body, self._heads, self.status = send, body, heads, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            told = MutableHeaders(scope=message)
            for name, value in self._heads.items():
                told[name] = value
            told.setdefault("Cache-Control", "no-store")
            await self._body.spill()
            if not self._body.is_whole:
                told["Connection"] = "close"
        await self._send(message)

    async def instead(self, response: Response, scope: Scope) -> None:
        if not self.status:
            await response(scope, self._body, self)


def _is_text(escaped: bytes) -> bool:
    """Whether a database and a log can hold it: UTF-8, without NUL."""
    try:
        return "\0" not in unquote_to_bytes(escaped).decode()
    except UnicodeDecodeError:
        return False


def _place(scope: Scope) -> str:
    """The route's own pattern: an address itself may hold the key of a link."""
    return str(scope.get("pattern", "?"))

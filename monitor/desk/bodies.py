"""What follows the head of a request: how much of it is taken, and until when."""

from __future__ import annotations

import time
from collections.abc import Callable

import anyio
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

ROOM = 1_000_000  # bytes of a form beside its files
BODY = "dozor.body"  # where a scope has it


class BodyRefusedError(Exception):
    """What is sent is bigger, or comes more slowly, than is taken. `http`: 413 or 408."""

    def __init__(self, http: int) -> None:
        super().__init__(http)
        self.http = http


class Body:
    """Reads like ASGI's `receive`. Nothing is read before somebody asks for it.

    `stated` bytes are announced, None where that is not told; `came` is what did come. Raises
    BodyRefusedError beyond `most` bytes and after `seconds`. `waits` is told that nothing is done
    until more of it comes, and that it came.
    """

    def __init__(
        self, scope: Scope, receive: Receive, seconds: float, waits: Callable[[bool], None]
    ) -> None:
        self.stated, self.came, self.most = _stated(Headers(scope=scope)), 0, ROOM
        self.is_whole = self.stated == 0
        self._receive, self._until, self._waits = receive, time.monotonic() + seconds, waits

    def allow(self, most: int) -> None:
        """Raises BodyRefusedError where more is announced."""
        self.most = most
        if self.stated is not None and self.stated > most:
            raise BodyRefusedError(413)

    async def __call__(self) -> Message:
        self._waits(True)
        try:
            with anyio.move_on_after(max(0.0, self._until - time.monotonic())) as patience:
                message = await self._receive()
        finally:
            self._waits(False)
        if patience.cancelled_caught:
            raise BodyRefusedError(408)
        self.came += len(message.get("body", b""))
        if self.came > self.most:
            raise BodyRefusedError(413)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.is_whole = True
        return message

    async def spill(self) -> None:
        """Read what nobody wants, if it is little: a line that is closed before that may lose the
        answer on its way. `is_whole` tells whether all of it came."""
        if self.stated is not None and self.stated > ROOM:
            return
        try:
            while not self.is_whole and self.came <= ROOM:
                await self()
        except BodyRefusedError:
            return


def _stated(heads: Headers) -> int | None:
    """Of a length that is no number the server makes a 400 before we see it."""
    if "transfer-encoding" in heads:
        return None
    told = heads.get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else None

"""Connections, before and between requests: who says nothing holds none of them for long.

uvicorn bounds none of this: its own time for an idle line ends with the first byte of the next
head, and a line on which nothing was said yet has no time at all. Each line here has until `silent`
seconds are over to bring a whole head, and likewise after each answer. Whoever does not read what
he asked for is left after `unread` seconds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any

import h11
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.desk.limits import Limits
from monitor.storage.attempts import place_of


class Lines:
    """All that are open. `trusted`: proxies, behind which is everybody; theirs are not counted.
    `unread`: the answer to what is no HTTP, with all its heads."""

    def __init__(
        self, limits: Limits, trusted: Sequence[str], unread: Callable[[], Response]
    ) -> None:
        self.unread = unread
        self.limits, self._trusted = limits, tuple(ip_network(one) for one in trusted)
        self._open: dict[Line, str] = {}  # the oldest first
        self._by_place: Counter[str] = Counter()

    def protocol(self) -> Callable[..., Line]:
        return partial(Line, self)

    def let_in(self, line: Line, address: str) -> bool:
        """Where all are taken, the oldest on which we do nothing makes room: one that asks nothing,
        else one that still sends."""
        place = "" if self._is_trusted(address) else place_of(address)
        if place and self._by_place[place] >= self.limits.by_address:
            return False
        if len(self._open) >= self.limits.lines and not self._make_room():
            return False
        self._open[line] = place
        self._by_place[place] += 1
        return True

    def leave(self, line: Line) -> None:
        place = self._open.pop(line, None)
        if place is not None:
            self._by_place[place] -= 1
            self._by_place += Counter()  # those that are nought go

    def _make_room(self) -> bool:
        silent = (line for line in self._open if not line.is_asked)
        sending = (line for line in self._open if line.is_sending)
        idle = next(silent, None) or next(sending, None)
        if idle:
            self.leave(idle)
            idle.transport.abort()
        return idle is not None

    def _is_trusted(self, address: str) -> bool:
        try:
            known = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(known in network for network in self._trusted)


class Line(H11Protocol):
    """One connection."""

    def __init__(self, lines: Lines, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._lines = lines
        self._head: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    @property
    def is_asked(self) -> bool:
        """Whether a request is at work."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def is_sending(self) -> bool:
        """Whether of its request more is to come before we can do anything."""
        return self.is_asked and self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._lines.let_in(self, self.client[0] if self.client else ""):
            self._wait_for_head()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.leave(self)
        _end(self._head)
        _end(self._reading)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_asked:
            _end(self._head)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.is_asked:  # the next request may have come already
            self._wait_for_head()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets our page, unless another answer has begun; then the line ends."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = self._lines.unread()
            told = [*answer.raw_headers, (b"connection", b"close")]
            for part in (
                h11.Response(status_code=answer.status_code, headers=told, reason=b"Bad Request"),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self.loop.call_later(self._lines.limits.unread, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _end(self._reading)

    def _wait_for_head(self) -> None:
        _end(self._head)
        self._head = self.loop.call_later(self._lines.limits.silent, self._is_over)

    def _is_over(self) -> None:
        if self.transport.get_write_buffer_size():  # it would wait for ever to be read
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.close()


def _end(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()

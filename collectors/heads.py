"""The head of an answer as browsers forgive it, made into one that the HTTP library reads.

h11 holds servers to the letter: for a blank before a colon, a line without one or a Russian name
of a header it refuses the whole answer, and a page that everybody sees stays unread. What a browser
leaves out or reads as meant is put right here, a line a line, before h11 sees it; what is not put
right (a status that is none, two lengths that differ) it refuses as before.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore

MOST = 100 * 1024  # bytes of a head: h11's own limit
MOST_LINES = 500  # of a head; a hundred is much, and each is looked at again by every reader
MOST_INTERIM = 20  # heads before the answer's own
END_LENGTH = 4
END = re.compile(rb"\r?\n\r?\n")
STATUS = re.compile(  # version, code and reason; some say only `ICY 200`
    rb".{0,4}?(?:HTTP|ICY)(?:/(\d+)(?:\.(\d+))?)?[ \t]+(\d{3})(?!\d)[ \t]*(.*)", re.IGNORECASE
)
NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-z]+", re.IGNORECASE)
LENGTH = re.compile(rb"\d+(?:[ \t]*,[ \t]*\d+)*")
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
LASTING = ("server_addr", "ssl_object")
INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)")

Header = tuple[bytes, bytes]


class ForgivingStream(httpcore.AsyncNetworkStream):
    """A connection. What is read after something was written begins with a head."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._awaits_head = False
        self._told: dict[str, Any] = {}

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._awaits_head:
            return await self._stream.read(max_bytes, timeout)
        return await self._read_head(max_bytes, timeout)

    async def _read_head(self, max_bytes: int, timeout: float | None) -> bytes:
        """With what came behind it; without a head where the server closes before its end."""
        came, done, heads = bytearray(), bytearray(), 0
        while len(came) + len(done) < MOST:
            part = await self._stream.read(max_bytes, timeout)
            if not part:
                break
            unsearched = max(0, len(came) - END_LENGTH)  # what drips in is not searched over again
            came += part if came else part.lstrip(b"\r\n")
            while end := END.search(came, unsearched):
                head = put_right(bytes(came[: end.start()]))
                done += head
                came, unsearched = came[end.end() :], 0
                if not INTERIM.match(head):  # of which another one follows
                    self._awaits_head = False
                    return bytes(done + came)
                came, heads = came.lstrip(b"\r\n"), heads + 1
                if heads > MOST_INTERIM:
                    raise httpcore.RemoteProtocolError(f"more than {MOST_INTERIM} interim heads")
        return bytes(done + came)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._awaits_head = True
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return ForgivingStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What stays while the connection does is asked for once: anyio asks the socket for all
        that it knows, each time."""
        if info not in LASTING:
            return self._stream.get_extra_info(info)
        if info not in self._told:
            self._told[info] = self._stream.get_extra_info(info)
        return self._told[info]


def put_right(head: bytes) -> bytes:
    """Status line and headers; the empty line that ends them is added."""
    status, *lines = re.split(rb"\r?\n", head)
    if len(lines) > MOST_LINES:
        raise httpcore.RemoteProtocolError(f"a head of more than {MOST_LINES} lines")
    told = (b"%s: %s\r\n" % header for header in _once(_headers(lines)))
    return b"%s\r\n%s\r\n" % (_status(status), b"".join(told))


def _status(line: bytes) -> bytes:
    found = STATUS.fullmatch(line)
    if not found:
        return line
    major, minor, code, reason = found.groups(b"")
    version = b"1.1" if major > b"1" or (major, minor) == (b"1", b"1") else b"1.0"
    return b"HTTP/%s %s %s" % (version, code, CONTROL.sub(b" ", reason))


def _headers(lines: list[bytes]) -> Iterator[Header]:
    for line in _unfold(lines):
        name, colon, value = line.partition(b":")
        name = name.strip()
        if colon and NAME.fullmatch(name):
            meant = _intended_value(name.lower(), value.strip())
            if meant is not None:
                yield name, meant


def _once(headers: Iterable[Header]) -> Iterator[Header]:
    """A framing that is told twice is one."""
    framings: set[bytes] = set()
    for name, value in headers:
        if name.lower() == b"transfer-encoding":
            if value in framings:
                continue
            framings.add(value)
        yield name, value


def _unfold(lines: list[bytes]) -> list[bytes]:
    """A line that begins with a blank goes on with the one above."""
    whole: list[list[bytes]] = []
    for line in lines:
        if whole and line[:1] in (b" ", b"\t"):
            whole[-1].append(line.strip())
        else:
            whole.append([line])
    return [b" ".join(parts) for parts in whole]


def _intended_value(name: bytes, value: bytes) -> bytes | None:
    """None for a length that is no number, and for a framing that is none: the end is the end.

    An address is not guessed at: with a control character in it, it is refused later.
    """
    match name:
        case b"content-length":
            return value if LENGTH.fullmatch(value) else None
        case b"transfer-encoding":
            named = {one.strip() for one in value.lower().split(b",")} - {b"", b"identity"}
            return b"chunked" if named == {b"chunked"} else value if named else None
        case b"location":
            return value
        case _:
            return CONTROL.sub(b" ", value).strip()

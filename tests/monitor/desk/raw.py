"""The desk as a socket sees it: what no client of HTTP would send."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import urlsplit


@contextmanager
def line(address: str) -> Iterator[socket.socket]:
    """A connection on which nothing was said yet."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=60) as opened:
        yield opened


def say(opened: socket.socket, *parts: bytes) -> None:
    """As long as the other side listens: it may have ended it already."""
    with suppress(ConnectionError):
        for part in parts:
            opened.sendall(part)


def until_closed(opened: socket.socket) -> bytes:
    """All that comes until the other side ends it, however it does."""
    came = b""
    with suppress(ConnectionError):
        while part := opened.recv(65_536):
            came += part
    return came


def head(method: str, path: str, *heads: str, host: str = "Host: localhost") -> bytes:
    told = (f"{method} {path} HTTP/1.1", *filter(None, (host,)), *heads)
    return "".join(f"{one}\r\n" for one in (*told, "")).encode("latin-1")


def answered(address: str, *sent: bytes) -> tuple[int, Message, str]:
    """Status, heads and text of the answer after which the connection was closed."""
    with line(address) as opened:
        say(opened, *sent)
        came = until_closed(opened)
    first, _, rest = came.partition(b"\r\n")
    heads, _, text = rest.partition(b"\r\n\r\n")
    return int(first.split()[1]), BytesHeaderParser().parsebytes(heads), text.decode()

"""What a time server says: one question by SNTP (RFC 4330), believed only as a witness.

48 bytes there and back; a library for it would be larger than the protocol. The answer is not
signed: it may confirm or doubt this machine's clock, and never sets it.
"""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

PORT = 123
PATIENCE_SECONDS = 3.0
_ASKED = 0b00_100_011  # no warning, version 4, a client
_SIZE = 48
_ERA = datetime(1900, 1, 1, tzinfo=UTC), datetime(2036, 2, 7, 6, 28, 16, tzinfo=UTC)


class NoTimeError(Exception):
    """No answer, or none that tells the time; the text is Russian."""


def offset(server: str, clock: Callable[[], datetime]) -> timedelta:
    """By how much the server is ahead of the clock. Raises NoTimeError."""
    host, port = address(server)
    mark = secrets.token_bytes(8)  # comes back, so that nobody else's answer is taken
    try:
        kind = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(kind[0], socket.SOCK_DGRAM) as line:
            line.settimeout(PATIENCE_SECONDS)
            line.connect(kind[4])
            asked = clock()
            line.send(bytes([_ASKED]) + bytes(39) + mark)
            answer = line.recv(512)
            answered = clock()
    except OSError as error:
        raise NoTimeError("нет ответа" if isinstance(error, TimeoutError) else str(error)) from None
    return _time_in(answer, mark) - (asked + (answered - asked) / 2)


def address(written: str) -> tuple[str, int]:
    """HOST, HOST:PORT, [IPv6]:PORT. Raises ValueError."""
    host, colon, port = written.rpartition(":")
    if not colon or (":" in host and not written.startswith("[")):
        host, port = written, str(PORT)
    if not host.strip("[]") or not port.isascii() or not port.isdigit():
        raise ValueError(written)
    if not 0 < int(port) < 1 << 16:
        raise ValueError(written)
    return host.strip("[]"), int(port)


def _time_in(answer: bytes, mark: bytes) -> datetime:
    if len(answer) < _SIZE:
        raise NoTimeError("ответ короче, чем должен быть")
    warning, mode, stratum = answer[0] >> 6, answer[0] & 7, answer[1]
    seconds, fraction = struct.unpack("!II", answer[40:48])
    if mode != 4 or answer[24:32] != mark:
        raise NoTimeError("ответ не на наш вопрос")
    if warning == 3 or not 0 < stratum < 16 or not (seconds or fraction):
        raise NoTimeError("сервер сам не знает времени")
    era = _ERA[0] if seconds >> 31 else _ERA[1]
    return era + timedelta(seconds=seconds + fraction / (1 << 32))

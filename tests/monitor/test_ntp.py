"""A time server on this machine that answers as it is told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitor.ntp import NoTimeError, address, offset
from tests.cast import NOW

EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


def answer(asked: bytes, at: datetime = NOW, head: int = 0b00_100_100, stratum: int = 2) -> bytes:
    seconds = (at - EPOCH).total_seconds()
    moment = struct.pack("!II", int(seconds) & 0xFFFFFFFF, int(seconds % 1 * (1 << 32)))
    return bytes([head, stratum, 0, 0]) + bytes(20) + asked[40:48] + bytes(8) + moment


@contextmanager
def server(reply: Callable[[bytes], bytes]) -> Iterator[str]:
    """One question, one answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def serve() -> None:
            asked, whom = line.recvfrom(512)
            line.sendto(reply(asked), whom)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{line.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("off", [timedelta(0), timedelta(days=-400), timedelta(seconds=90.5)])
def test_the_server_tells_how_far_it_is_ahead(off: timedelta) -> None:
    with server(lambda asked: answer(asked, NOW + off)) as where:
        found = offset(where, lambda: NOW)
    assert abs(found - off) < timedelta(milliseconds=1)


def test_time_goes_on_after_the_protocol_has_counted_to_its_end() -> None:
    late = datetime(2037, 3, 1, tzinfo=UTC)
    with server(lambda asked: answer(asked, late)) as where:
        assert offset(where, lambda: late) == timedelta(0)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (lambda _: answer(bytes(48)), "не на наш вопрос"),
        (lambda asked: asked, "не на наш вопрос"),
        (lambda asked: answer(asked)[:47], "короче"),
        (lambda asked: answer(asked, head=0b11_100_100), "не знает времени"),
        (lambda asked: answer(asked, stratum=0), "не знает времени"),
        (lambda asked: answer(asked, stratum=16), "не знает времени"),
        (lambda asked: answer(asked, EPOCH), "не знает времени"),
    ],
)
def test_what_is_no_time_is_not_taken_for_one(reply: Callable[[bytes], bytes], told: str) -> None:
    with server(reply) as where, pytest.raises(NoTimeError, match=told):
        offset(where, lambda: NOW)


def test_a_server_that_is_not_there_is_no_witness() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        free = line.getsockname()[1]
    with pytest.raises(NoTimeError):
        offset(f"127.0.0.1:{free}", lambda: NOW)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ntp.town.ru", ("ntp.town.ru", 123)),
        ("ntp.town.ru:1123", ("ntp.town.ru", 1123)),
        ("10.0.0.1", ("10.0.0.1", 123)),
        ("::1", ("::1", 123)),
        ("[::1]:1123", ("::1", 1123)),
    ],
)
def test_a_server_is_a_name_and_perhaps_a_port(written: str, read: tuple[str, int]) -> None:
    assert address(written) == read

"""Connections on which nothing is said, or nothing is read, keep nobody out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from monitor.application import Application
from monitor.desk.limits import Limits
from monitor.desk.rendering import static_path
from tests.monitor.desk.raw import head, line, say, until_closed
from tests.monitor.desk.served import served
from tests.waiting import until

WELL = head("GET", "/healthz")
SHORT = Limits(silent=0.2)


def is_let_in(address: str) -> bool:
    with line(address) as opened:
        say(opened, head("GET", "/healthz", "Connection: close"))
        return until_closed(opened).endswith(b"ok\n")


@contextmanager
def silent(address: str, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(line(address)) for _ in range(count)]


def read_answer(opened: socket.socket) -> None:
    came = b""
    while not came.endswith(b"ok\n"):
        came += opened.recv(65_536)


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
def test_a_line_without_a_whole_head_is_closed(application: Application, said: bytes) -> None:
    with served(application, SHORT) as address, line(address) as opened:
        opened.sendall(said)
        assert until_closed(opened) == b""


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n"])
def test_so_is_one_that_falls_silent_after_an_answer(application: Application, said: bytes) -> None:
    """The server's own time for idle lines would end with the first byte of the next head."""
    with served(application, SHORT) as address, line(address) as opened:
        opened.sendall(WELL)
        read_answer(opened)
        say(opened, said)
        assert until_closed(opened) == b""


def test_one_address_leaves_room_for_others(application: Application) -> None:
    desk = application.settings.desk.model_copy(update={"trusted_proxies": ()})
    alone = replace(application, settings=replace(application.settings, desk=desk))
    with served(alone, Limits(by_address=2)) as address, silent(address, 2) as known:
        assert not is_let_in(address)
        known[0].close()
        until(lambda: is_let_in(address))


def test_a_proxy_has_as_many_lines_as_there_are(application: Application) -> None:
    with served(application, Limits(by_address=2)) as address, silent(address, 2):
        assert is_let_in(address)


def test_a_silent_line_makes_room_for_whoever_asks(application: Application) -> None:
    with served(application, Limits(lines=3)) as address, silent(address, 3) as known:
        assert is_let_in(address)
        assert until_closed(known[0]) == b""
        known[1].sendall(WELL)
        read_answer(known[1])


SLOW = head("POST", "/login", "Expect: 100-continue", "Content-Length: 9")


@contextmanager
def sending(address: str, count: int) -> Iterator[list[socket.socket]]:
    """Lines on which a body is waited for."""
    with silent(address, count) as known:
        for opened in known:
            opened.sendall(SLOW)
            assert opened.recv(65_536).startswith(b"HTTP/1.1 100 ")
        yield known


def test_who_still_sends_takes_no_place_of_those_whom_we_work_for(application: Application) -> None:
    with served(application, Limits(requests=1)) as address, sending(address, 3) as known:
        assert is_let_in(address)
        known[0].sendall(b"name=a&b=")
        assert b"HTTP/1.1 403 " in known[0].recv(65_536)


def test_a_line_that_still_sends_makes_room_for_whoever_asks(application: Application) -> None:
    with served(application, Limits(lines=3)) as address, sending(address, 3) as known:
        assert is_let_in(address)
        assert until_closed(known[0]) == b""


def test_whoever_does_not_read_is_left(application: Application) -> None:
    style = head("GET", static_path("desk.css"))
    with served(application, Limits(lines=1, unread=0.2)) as address, line(address) as opened:
        opened.sendall(style * 1000)  # more than the system's buffers hold of answers
        assert opened.recv(1)
        until(lambda: is_let_in(address))

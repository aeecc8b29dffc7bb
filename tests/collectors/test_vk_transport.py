"""One line to VK against a server that misbehaves on the wire."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread

import pytest

from collectors.model import FailureCode
from collectors.vk.errors import VkError
from collectors.vk.settings import VkSettings
from collectors.vk.transport import Line, Pace

TOKEN = "vk1.a.SchoolSecret"
ApiAnswer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: ApiAnswer) -> Iterator[str]:
    class Speaker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
    listening.daemon_threads = True
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}/base"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def said(status: int, body: bytes, **headers: str) -> ApiAnswer:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(body)

    return answer


@contextmanager
def line(url: str, timeout: float = 60) -> Iterator[Line]:
    opened = Line(VkSettings(api_url=url, timeout=timeout), TOKEN, "Dozor/test")
    try:
        yield opened
    finally:
        opened.close()


def trouble(answer: ApiAnswer, timeout: float = 60) -> FailureCode:
    with server(answer) as url, line(url, timeout) as one:
        told, _ = one.ask("groups.getById", {"group_ids": "1"})
    assert isinstance(told, VkError)
    assert TOKEN not in str(told)
    return told.failure.code


def test_the_path_of_the_base_address_is_kept() -> None:
    seen: list[str] = []

    def answer(to: BaseHTTPRequestHandler) -> None:
        seen.append(to.path)
        said(200, b'{"response": []}')(to)

    with server(answer) as url, line(url) as one:
        told, exchange = one.ask("groups.getById", {})
    assert seen == ["/base/method/groups.getById"]
    assert told == {"response": []}
    assert exchange is not None
    assert exchange.url == f"{url}/method/groups.getById"


def test_a_compressed_answer_is_kept_unpacked() -> None:
    packed = gzip.compress(b'{"response": 1}')
    with server(said(200, packed, Content_Encoding="gzip")) as url, line(url) as one:
        told, exchange = one.ask("x", {})
    assert told == {"response": 1}
    assert exchange is not None
    assert exchange.body == b'{"response": 1}'


def test_a_slow_drip_ends_with_the_time_out() -> None:
    def drip(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", "1000")
        to.end_headers()
        for _ in range(40):
            to.wfile.write(b" ")
            to.wfile.flush()
            time.sleep(0.05)

    with server(drip) as url, line(url, timeout=0.3) as one:
        told, exchange = one.ask("x", {})
    assert isinstance(told, VkError)
    assert told.failure.code is FailureCode.TIMEOUT
    assert exchange is not None
    assert exchange.body.startswith(b" ")


def test_a_redirect_is_not_followed() -> None:
    hits: list[str] = []

    def elsewhere(to: BaseHTTPRequestHandler) -> None:
        hits.append(to.path)
        said(200, b"{}")(to)

    with server(elsewhere) as other:
        assert trouble(said(307, b"", Location=other)) is FailureCode.REDIRECTS
    assert hits == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (said(200, b'{"response": [', Content_Length="500"), FailureCode.MALFORMED),
        (said(200, b"<html>"), FailureCode.MALFORMED),
        (said(200, b"not gzip", Content_Encoding="gzip"), FailureCode.MALFORMED),
        (said(200, b"null"), FailureCode.MALFORMED),
        (said(200, b'{"error": "x"}'), FailureCode.MALFORMED),
        (said(200, b'{"error": {"error_msg": "x"}}'), FailureCode.MALFORMED),
        (said(429, b""), FailureCode.RATE_LIMITED),
        (said(404, b""), FailureCode.OUR_FAULT),
        (said(200, b'{"error": {"error_code": 14}}'), FailureCode.CAPTCHA),
        (said(200, b" " * 17_000_000), FailureCode.MALFORMED),
    ],
)
def test_a_broken_answer_has_a_name(answer: ApiAnswer, code: FailureCode) -> None:
    assert trouble(answer) is code


def test_a_name_that_does_not_resolve_has_a_name() -> None:
    with line("http://dozor.invalid", timeout=1) as one:
        told, exchange = one.ask("x", {})
    assert isinstance(told, VkError)
    assert told.failure.code is FailureCode.DNS
    assert exchange is None


def test_a_pace_that_was_too_fast_widens() -> None:
    async def took() -> float:
        pace, begun = Pace(20), time.monotonic()
        for _ in range(3):
            pace.widen()
        for _ in range(5):
            await pace.turn()
        return time.monotonic() - begun

    assert asyncio.run(took()) > 4 * 1.09 / 20


def test_the_pace_is_kept_over_all_who_wait() -> None:
    async def turns() -> list[float]:
        pace, moments = Pace(50), []

        async def one() -> None:
            await pace.turn()
            moments.append(time.monotonic())

        await asyncio.gather(*(one() for _ in range(6)))
        return moments

    moments = asyncio.run(turns())
    gaps = [later - sooner for sooner, later in pairwise(moments)]
    assert all(gap >= 0.0199 for gap in gaps)


class AtOnce:
    """Turns that are all there already: what keeps calls apart is the pace itself."""

    def next(self, reader: str, seconds: float) -> float:
        return 0.0

    def put_off(self, reader: str, late: float) -> bool:
        return True


def test_a_call_that_was_held_up_on_its_way_delays_the_next() -> None:
    """A new connection took 45 ms: the second of this call begins when it arrives.

    Where this machine is so busy that it took longer than half an interval, it counts as answered
    slowly from there on.
    """

    async def arrivals() -> list[float]:
        pace, arrived = Pace(10, turns=AtOnce()), [time.monotonic()]
        for number in range(11):
            call = await pace.turn()
            await asyncio.sleep(0 if number else 0.045)
            arrived.append(time.monotonic())
            pace.answered(call)
        return arrived

    begun, *arrived = asyncio.run(arrivals())
    assert arrived[10] - min(arrived[0], begun + 0.05) >= 1.0

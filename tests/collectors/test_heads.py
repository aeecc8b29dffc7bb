"""Heads of answers that no standard allows and every browser reads."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from collectors.guard import guard
from collectors.heads import put_right
from collectors.http.answers import Answer
from collectors.http.client import open_client
from collectors.model import FailureCode
from tests.collectors.test_http import LIMITS, failure, read
from tests.collectors.tiny_web import a_run

HTML = "Content-Type: text/html\r\n"


def answer(head: str, body: bytes = b"abc") -> Answer:
    """Many of them end where the server closes: that is another test's question."""
    return read({"/": head.encode("latin-1") + b"\r\n\r\n" + body}, partly=True)


@pytest.mark.parametrize(
    "status",
    [
        "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200OK", "HTTP/1.1  200  OK", "http/1.1 200 ok",
        "HTTP/1.0 200 OK", "HTTP/2 200", "HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "ICY 200 OK",
        "HTTP 200 OK", "HTTP/1.1 200 \xcd\xe0\xe9\xe4\xe5\xed\xee", "\r\nHTTP/1.1 200 OK",
        "HTTP/1.1\t200 OK\x01", "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK",
    ],
)  # fmt: skip
def test_an_odd_status_line_is_read(status: str) -> None:
    found = answer(f"{status}\r\nContent-Length: 3\r\nX-A: 1")
    assert (found.status, found.body, found.headers["x-a"]) == (200, b"abc", "1")


@pytest.mark.parametrize(
    "line",
    [
        "X-Powered-By : PHP", "X-Powered-By\t: PHP", " X-Lead: 1", "no colon here", ": no name",
        "Имя: значение".encode().decode("latin-1"), "\xc8\xec\xff: \xd8", "X Y: 1", "X(a): 1",
        "X-Fold: one\r\n two\r\n\tthree", "X: \x01\x02\x0b\x0c\x00\x7f", "X:", "X: \xff\xfe",
        "Content-Length: 3", "Content-Length: 3, 3", "Content-Length: three", "Content-Length:",
        "Content-Length: 3\r\nContent-length : 3", "Content-Length: -1", "Content-Length: 3 bytes",
        "Content-Length: +3", "Content-Length: 3.0", "Transfer-Encoding: identity",
        "Transfer-Encoding:", "X: 1\r\r", "<b>Notice</b>: headers already sent",
    ],
)  # fmt: skip
def test_an_odd_header_costs_no_more_than_itself(line: str) -> None:
    found = answer(f"HTTP/1.1 200 OK\r\n{line}\r\nX-Last: 1\r\nConnection: close")
    assert (found.status, found.body, found.headers["x-last"]) == (200, b"abc", "1")


@pytest.mark.parametrize("line", ["chunked", "Chunked", "chunked, chunked", "identity, chunked"])
def test_an_oddly_named_chunked_body_is_read(line: str) -> None:
    chunks = b"3\r\nabc\r\n0\r\n\r\n"
    assert answer(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {line}", chunks).body == b"abc"


def test_a_framing_that_is_told_twice_is_one() -> None:
    twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
    assert answer(f"HTTP/1.1 200 OK\r\n{twice}", b"3\r\nabc\r\n0\r\n\r\n").body == b"abc"


def test_a_packing_behind_a_blank_is_seen() -> None:
    packed = gzip.compress(b"abc", mtime=0)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding : gzip\r\nContent-Length : {len(packed)}"
    assert answer(head, packed).body == b"abc"


def test_lines_may_end_without_a_carriage_return() -> None:
    plain = b"HTTP/1.1 200 OK\nContent-Length: 3\nX-A: 1\n\nabc"
    assert read({"/": plain}).headers["x-a"] == "1"


def test_an_interim_answer_is_followed_by_the_real_one() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink : </x>\r\n\r\n"
    real = b"HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 3\r\n\r\nabc"
    assert read({"/": early + real}).headers["x-a"] == "1"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n\r\n", b"abc", b"<html>abc</html>\n\n", b"HTTP/1.1\r\n\r\nabc",
        b"HTTP/1.1 OK\r\n\r\nabc", b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 000 x\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: 1", b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
)  # fmt: skip
def test_what_no_browser_reads_fails_by_name(raw: bytes) -> None:
    assert failure({"/": raw}).failure.code is FailureCode.MALFORMED


def test_a_connection_that_is_kept_reads_one_head_after_another() -> None:
    heads = iter(
        b"HTTP/1.1 200 OK\r\nContent-Length : 3\r\nX-A : %d\r\n\r\nabc" % n for n in (1, 2)
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for head in heads:
            await reader.readuntil(b"\r\n\r\n")
            for byte in head:  # as slow lines bring them
                writer.write(bytes([byte]))
                await writer.drain()
        writer.close()

    async def go() -> list[str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        permit = guard(["127.0.0.0/8"])
        async with server, open_client("site", a_run(), LIMITS, permit) as client:
            return [(await client.get(url)).headers["x-a"] for _ in range(2)]

    assert asyncio.run(go()) == ["1", "2"]


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\t", "\x0b", "\x7f", "\\"])
def test_an_address_with_a_control_character_is_not_guessed_at(sign: str) -> None:
    moved = f"HTTP/1.1 302 Found\r\nLocation: /a{sign}b\r\nContent-Length: 0\r\n\r\n"
    refused = failure({"/": moved.encode()}).failure.code
    assert refused in (FailureCode.ADDRESS_REFUSED, FailureCode.MALFORMED)


@pytest.mark.parametrize("head", [b"", b"\n\n", b"x", b"HTTP/1.1 200 OK\r\n:", b"\x00" * 99])
def test_any_bytes_are_put_right_without_a_word(head: bytes) -> None:
    assert put_right(head).endswith(b"\r\n\r\n")

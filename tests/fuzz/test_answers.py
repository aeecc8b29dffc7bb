"""Whatever heads a server sends, a reading is an answer or a failure that has a name."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from collectors.http.errors import ReadError
from tests.collectors.test_http import read
from tests.fuzz.test_parsers import fuzz

PIECES = st.sampled_from(
    [
        b"\x00", b"\x0b", b"\x85", b"\xa0", b"\xb2", b"\xc8\xec\xff", b"\xd0\x98", b"\xed\xa0\x80",
        b"%", b"%zz", b"\\", b"/", b"//", b"?", b"#", b"@", b":", b"[", b"]", b";", b",", b"=",
        b'"', b" ", b"\t", b"..", b"-1", b"0", b"99999999999", b"9" * 400, b"a" * 300, b"xn--",
        b"http://", b"https:", b"127.0.0.1", b":0", b":99999", b"a..b", b".ru", b"Expires=",
        b"Wed, 21 Oct 2015 07:28:00 GMT", b"Wed, 32 Foo 99999 99:99:99 +9999999", b"Max-Age=",
        b"Domain=", b"Path=/", b"Version=1", b"gzip", b"chunked", b"text/html", b"charset=",
    ]
)  # fmt: skip
VALUE = st.lists(PIECES | st.binary(max_size=4), max_size=5).map(b"".join)
NAME = st.sampled_from(
    [b"Location", b"Set-Cookie", b"Retry-After", b"Content-Type", b"Content-Encoding", b"X"]
)
STATUS = st.sampled_from([b"200 OK", b"302 Found", b"429 x", b"404 x", b"101 x", b"204", b"999 x"])
HEADER = st.tuples(NAME, st.sampled_from([b": ", b":", b" : "]), VALUE).map(b"".join)


async def here(host: str, port: int) -> tuple[str, ...]:
    """Nobody else's server is asked."""
    return ("127.0.0.1",) if host and port else ()


@fuzz
@given(STATUS, st.lists(HEADER, max_size=4))
def test_an_answer_of_a_server(status: bytes, headers: list[bytes]) -> None:
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: 3", b"Connection: close"]
    with suppress(ReadError):
        read({"/": b"\r\n".join(lines) + b"\r\n\r\nabc"}, times=2, resolver=here)

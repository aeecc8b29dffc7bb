"""Reading over HTTP, against a real server that misbehaves in every way."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import httpcore
import httpx
import pytest
import trustme

from collectors.guard import Resolver, guard, resolve
from collectors.http.answers import Answer, Extent, content_type
from collectors.http.client import open_client
from collectors.http.errors import (
    FAILURES,
    CertificateError,
    CertificateTrouble,
    NoSuchNameError,
    ReadError,
    read_error,
)
from collectors.http.limits import Limits
from collectors.http.transport import MOST_HOSTS
from collectors.model import FailureCode
from tests.collectors.tiny_web import (
    IMPATIENT,
    Routes,
    Shelf,
    a_run,
    drip,
    endless,
    hang,
    names,
    reply,
    serve,
)

LIMITS = Limits(
    requests_per_second=1000,
    max_bytes=100_000,
    connect_timeout=60,
    read_timeout=60,
    total_timeout=120,
    attempts=1,
    first_wait=0.01,
    longest_wait=0.2,
)
SHORT = replace(LIMITS, **IMPATIENT)


def read(
    routes: Routes,
    url: str = "http://127.0.0.1:PORT/",
    *,
    limits: Limits = LIMITS,
    shelf: Shelf | None = None,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext | None = None,
    times: int = 1,
    partly: bool = False,
) -> Answer:
    async def go() -> Answer:
        permit = guard(["127.0.0.0/8"])
        run = a_run(shelf)
        async with (
            serve(routes, tls) as port,
            open_client("site", run, limits, permit, resolver=resolver, trust=trust) as client,
        ):
            asked = url.replace("PORT", str(port))
            answers = [await client.get(asked, partly=partly) for _ in range(times)]
            return answers[-1]

    return asyncio.run(go())


def failure(routes: Routes, url: str = "http://127.0.0.1:PORT/", **more: object) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(routes, url, **more)  # type: ignore[arg-type]
    return caught.value


def test_an_answer_comes_with_its_evidence() -> None:
    shelf = Shelf()
    answer = read({"/": reply("да")}, shelf=shelf)
    assert (answer.status, answer.body.decode(), len(answer.evidence)) == (200, "да", 1)
    (exchange,) = shelf.exchanges
    assert exchange.request_headers["user-agent"].startswith("Dozor/")
    assert exchange.body.decode() == "да"


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_an_answer(status: int) -> None:
    assert read({"/": reply("нет", status)}).status == status


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, FailureCode.OUR_FAULT),
        (401, FailureCode.FORBIDDEN),
        (403, FailureCode.FORBIDDEN),
        (451, FailureCode.FORBIDDEN),
        (429, FailureCode.RATE_LIMITED),
        (500, FailureCode.SERVER_ERROR),
        (502, FailureCode.SERVER_ERROR),
        (302, FailureCode.MALFORMED),  # to nowhere
    ],
)
def test_another_status_is_a_named_failure_with_its_answer(status: int, code: FailureCode) -> None:
    error = failure({"/": reply("тело", status)})
    assert error.failure.code is code
    assert error.answer is not None
    assert error.answer.body.decode() == "тело"
    assert len(error.evidence) == 1


def test_redirects_are_followed_and_every_hop_is_kept() -> None:
    shelf = Shelf()
    routes = {"/": reply(status=301, location="/a"), "/a": reply(status=302, location="/b")}
    answer = read({**routes, "/b": reply("пришли")}, shelf=shelf)
    assert answer.url.endswith("/b")
    assert len(answer.evidence) == len(shelf.exchanges) == 3


def test_a_redirect_loop_ends_after_ten() -> None:
    shelf = Shelf()
    error = failure({"/": reply(status=302, location="/")}, shelf=shelf)
    assert error.failure.code is FailureCode.REDIRECTS
    assert len(shelf.exchanges) == 11


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://2130706433/",
        "http://user@127.0.0.1:PORT/b",
        "http:\\\\127.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_a_later_hop_to_a_refused_address_is_refused(target: str) -> None:
    routes = {"/": reply(status=302, location="/a"), "/a": reply(status=302, location=target)}
    error = failure(routes)
    assert error.failure.code is FailureCode.ADDRESS_REFUSED
    assert len(error.evidence) == 2


def test_a_redirect_to_a_name_that_leads_inside_is_refused() -> None:
    routes = {"/": reply(status=302, location="http://inner.example/")}
    error = failure(routes, resolver=names(inner_example="192.168.0.1"))
    assert error.failure.code is FailureCode.ADDRESS_REFUSED


def test_an_endless_page_stops_at_the_limit_and_what_came_is_kept() -> None:
    shelf = Shelf()
    error = failure({"/": endless}, shelf=shelf)
    assert error.failure.code is FailureCode.TOO_LARGE
    assert len(shelf.exchanges[0].body) == LIMITS.max_bytes


def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    shelf = Shelf()
    packed = gzip.compress(b"0" * 50_000_000)
    error = failure({"/": reply(packed, content_encoding="gzip")}, shelf=shelf)
    assert error.failure.code is FailureCode.TOO_LARGE
    assert len(shelf.exchanges[0].body) == LIMITS.max_bytes


@pytest.mark.parametrize(
    "packed",
    [gzip.compress("да".encode(), mtime=0), zlib.compress("да".encode())],
    ids=["gzip", "zlib"],
)
def test_packed_bodies_are_unpacked(packed: bytes) -> None:
    assert read({"/": reply(packed, content_encoding="gzip")}).body.decode() == "да"


def test_a_body_of_several_packed_members_is_unpacked() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    assert read({"/": reply(packed, content_encoding="gzip")}).body == b"one two"


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_an_encoding_that_was_not_offered_is_malformed(encoding: str) -> None:
    error = failure({"/": reply(b"xx", content_encoding=encoding)})
    assert error.failure.code is FailureCode.MALFORMED


def test_a_body_that_is_not_packed_as_it_says_is_malformed() -> None:
    error = failure({"/": reply(b"plain", content_encoding="gzip")})
    assert error.failure.code is FailureCode.MALFORMED


@pytest.mark.parametrize("slow", [hang, drip])
def test_a_slow_answer_ends_at_the_time_limit(slow: object) -> None:
    error = failure({"/": slow}, limits=SHORT)
    assert error.failure.code is FailureCode.TIMEOUT


CLOSED = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
GZIPPED = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n"
PACKED = gzip.compress("да".encode() * 50, mtime=0)


@pytest.mark.parametrize(
    ("said", "extent"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", Extent.CUT),
        (CHUNKED + b"3\r\nabc\r\n", Extent.CUT),
        (CHUNKED + b"3\r\nab", Extent.CUT),
        (GZIPPED + PACKED[:-9], Extent.CUT),
        (GZIPPED + PACKED[:-1], Extent.CUT),
        (GZIPPED + PACKED + PACKED[:12], Extent.CUT),
        (GZIPPED + PACKED + PACKED[:1], Extent.CUT),
        (reply(PACKED[:-9], content_encoding="gzip"), Extent.CUT),
        (reply(zlib.compress("да".encode())[:-2], content_encoding="deflate"), Extent.CUT),
        (CLOSED + b"User-agent: *", Extent.UNTOLD),
        (CLOSED + b"<html><p>abc", Extent.UNTOLD),
        (reply("<html><p>abc", 206), Extent.UNTOLD),
    ],
)
def test_an_answer_whose_end_did_not_come_is_a_failure(said: bytes, extent: Extent) -> None:
    error = failure({"/": said})
    assert error.failure.code is FailureCode.CUT
    assert error.answer is not None
    assert error.answer.extent is extent


@pytest.mark.parametrize(
    "said",
    [
        CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
        GZIPPED + PACKED,
        GZIPPED + PACKED + PACKED,
        GZIPPED + PACKED + b"\n\0\0 junk",
        CLOSED + b"<html><p>abc</html>\n",
        CLOSED + b'{"a": 1}',
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<html></html>",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 404 x\r\n\r\nno such page",
    ],
)
def test_an_answer_is_whole_by_any_proof(said: bytes) -> None:
    assert read({"/": said}).status in (200, 404)


def test_junk_behind_a_packed_body_is_left_out() -> None:
    assert read({"/": GZIPPED + PACKED + b"\0\0 junk"}).body.decode() == "да" * 50


def test_an_answer_that_was_cut_once_is_asked_for_again() -> None:
    replies = [CLOSED + b"<html>", reply("<html></html>")]

    async def next_one(writer: asyncio.StreamWriter) -> None:
        writer.write(replies.pop(0))
        await writer.drain()

    assert read({"/": next_one}, limits=replace(LIMITS, attempts=2)).is_whole


def test_a_redirect_needs_no_end() -> None:
    moved = b"HTTP/1.1 302 x\r\nlocation: /new\r\ncontent-length: 90\r\n\r\nmo"
    assert read({"/": moved, "/new": reply("да")}).body.decode() == "да"


def test_nobody_listening_is_a_connection_failure() -> None:
    assert failure({}, "http://127.0.0.1:1/").failure.code is FailureCode.CONNECTION


def test_an_unknown_name_is_told_from_a_dumb_resolver() -> None:
    error = failure({}, "http://nowhere.example/", resolver=names())
    assert isinstance(error, NoSuchNameError)
    assert error.failure.code is FailureCode.DNS


def test_a_transient_failure_is_tried_again() -> None:
    seen: list[int] = []

    async def late(writer: asyncio.StreamWriter) -> None:
        seen.append(1)
        writer.write(reply("", 502) if len(seen) < 3 else reply("да"))

    limits = Limits(requests_per_second=1000, attempts=3, first_wait=0.01)
    assert read({"/": late}, limits=limits).body.decode() == "да"
    assert len(seen) == 3


def test_a_server_that_asks_for_too_much_patience_is_left_alone() -> None:
    shelf = Shelf()
    limits = Limits(requests_per_second=1000, attempts=3, first_wait=0.01, longest_wait=1)
    error = failure({"/": reply("", 429, retry_after="3600")}, limits=limits, shelf=shelf)
    assert error.failure.code is FailureCode.RATE_LIMITED
    assert len(shelf.exchanges) == 1


def test_a_wait_may_be_asked_for_as_a_date() -> None:
    shelf = Shelf()
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    limits = Limits(requests_per_second=1000, attempts=3, first_wait=0.01, longest_wait=1)
    failure({"/": reply("", 503, retry_after=later)}, limits=limits, shelf=shelf)
    assert len(shelf.exchanges) == 1


def test_a_refusal_is_not_tried_again() -> None:
    shelf = Shelf()
    limits = Limits(requests_per_second=1000, attempts=3, first_wait=0.01)
    failure({"/": reply("", 403)}, limits=limits, shelf=shelf)
    assert len(shelf.exchanges) == 1


def test_one_host_is_asked_at_its_pace() -> None:
    limits = Limits(requests_per_second=10)
    started = time.monotonic()
    read({"/": reply("да")}, limits=limits, times=4)
    assert time.monotonic() - started >= 0.28


def test_a_body_that_is_not_wanted_is_not_read() -> None:
    async def go() -> Answer:
        async with (
            serve({"/": endless}) as port,
            open_client("site", a_run(), LIMITS, guard(["127.0.0.0/8"])) as client,
        ):
            return await client.get(f"http://127.0.0.1:{port}/", only={"application/json"})

    assert asyncio.run(go()).body == b""


# --- certificates -------------------------------------------------------------------------------


def served_by(authority: trustme.CA, *hosts: str, **more: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts, **more).configure_cert(context)  # type: ignore[arg-type]
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


SCHOOL = names(school_example="127.0.0.1")
HTTPS = "https://school.example:PORT/"


def test_a_certificate_of_a_trusted_root_is_read() -> None:
    ca = trustme.CA()
    tls = served_by(ca, "school.example")
    answer = read({"/": "да"}, HTTPS, tls=tls, trust=trusting(ca), resolver=SCHOOL)
    assert answer.body.decode() == "да"


def test_an_unknown_root_is_its_own_failure() -> None:
    error = failure({}, HTTPS, tls=served_by(trustme.CA(), "school.example"), resolver=SCHOOL)
    assert isinstance(error, CertificateError)
    assert (error.failure.code, error.kind) == (FailureCode.TLS, CertificateTrouble.UNKNOWN_ROOT)


def test_a_wrong_name_is_its_own_failure() -> None:
    ca = trustme.CA()
    tls = served_by(ca, "other.example")
    error = failure({}, HTTPS, tls=tls, trust=trusting(ca), resolver=SCHOOL)
    assert isinstance(error, CertificateError)
    assert error.kind is CertificateTrouble.WRONG_NAME


def test_an_expired_certificate_is_its_own_failure() -> None:
    ca = trustme.CA()
    tls = served_by(ca, "school.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    error = failure({}, HTTPS, tls=tls, trust=trusting(ca), resolver=SCHOOL)
    assert isinstance(error, CertificateError)
    assert error.kind is CertificateTrouble.EXPIRED


def test_a_server_that_never_shakes_hands_is_a_timeout() -> None:
    error = failure({"/": "да"}, "https://127.0.0.1:PORT/", limits=SHORT)
    assert error.failure.code is FailureCode.TIMEOUT


def test_a_location_that_nobody_can_read_is_refused() -> None:
    error = failure({"/": reply(status=302, location="http://[/")})
    assert error.failure.code is FailureCode.ADDRESS_REFUSED
    assert len(error.evidence) == 1


def test_cookies_are_carried_to_the_next_hop() -> None:
    async def gate(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(status=302, location="/", set_cookie="seen=1"))

    shelf = Shelf()
    failure({"/": gate}, shelf=shelf)
    assert shelf.exchanges[1].request_headers["cookie"] == "seen=1"


# --- what outside data makes libraries raise -----------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
@pytest.mark.parametrize("cookie", ["город=1", "city=Кедровый", "город=Кедровый; path=/"])
def test_a_cookie_that_is_not_ascii_goes_back_in_its_own_bytes(encoding: str, cookie: str) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply("да", set_cookie="CITY").replace(b"CITY", cookie.encode(encoding)))
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        permit = guard(["127.0.0.0/8"])
        async with server, open_client("site", a_run(), LIMITS, permit) as client:
            await client.get(url)
            await client.get(url)

    asyncio.run(go())
    assert b"cookie: " + cookie.partition(";")[0].encode(encoding) + b"\r\n" in asked[1].replace(
        b"Cookie", b"cookie"
    )


@pytest.mark.parametrize(
    "cookie",
    [
        "=; =", ";", "a=1; expires=Wed, 99 Foo 99999 99:99:99 GMT", "a=1; max-age=²",
        "a=1; max-age=99999999999999999999", "a=1; domain=a..b",
        "a=1; domain=.; port=x; version=²", "a=\x01\x7f",
    ],
)  # fmt: skip
def test_an_odd_cookie_stops_no_reading(cookie: str) -> None:
    assert read({"/": reply("да", set_cookie=cookie)}, times=2).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "http://a..b/", f"http://{'a' * 300}.ru/", f"http://{'a.' * 200}ru/", "http://.ru/", "http://ru../",
        "http://xn--a/", "http://xn--0000000000/", "http://школа .рф/", "http://\x85.ru/",
        "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/",
        "http://127.0.0.1:port/", "http://", "//", "///", "http:///a..b/", "http://[::1",
        "http://user:pass@127.0.0.1:PORT/", "http://[x]/", "http://[]/", "mailto:a@b.ru",
        "javascript:1", "data:text/html,x", "https:\\x", f"/{'a' * 70_000}",
    ],
)  # fmt: skip
def test_a_redirect_to_no_address_fails_by_name(target: str) -> None:
    error = failure({"/": reply(status=302, location=target)})
    assert error.failure.code is FailureCode.ADDRESS_REFUSED


def test_of_two_redirects_that_differ_none_is_followed() -> None:
    twice = reply(status=302, location="/a", LOCATION="/b")
    assert failure({"/": twice}).failure.code is FailureCode.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "asked",
    ["²", "-1", "1e9", "5, 5", "soon", "Wed, 32 Foo 99999 25:61:61 GMT",
     "Mon, 01 Jan 0001 00:00:00 +2359", "Wed, 21 Oct 2015 07:28:00 +99999999999999999999",
     "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"],
)  # fmt: skip
def test_a_wait_that_nobody_can_read_is_none(asked: str) -> None:
    shelf = Shelf()
    limits = Limits(requests_per_second=1000, attempts=2, first_wait=0.01)
    error = failure({"/": reply("", 429, retry_after=asked)}, limits=limits, shelf=shelf)
    assert (error.failure.code, len(shelf.exchanges)) == (FailureCode.RATE_LIMITED, 2)


@pytest.mark.parametrize("asked", ["99999999999", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_without_end_is_not_waited_for(asked: str) -> None:
    shelf = Shelf()
    limits = Limits(requests_per_second=1000, attempts=2, first_wait=0.01)
    failure({"/": reply("", 503, retry_after=asked)}, limits=limits, shelf=shelf)
    assert len(shelf.exchanges) == 1


# --- header bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("neighbour", [b"", b"\xff", "Я".encode(), "Я".encode("cp1251")])
@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "koi8-r"])
def test_a_redirect_keeps_its_bytes_whatever_stands_beside_it(
    encoding: str, neighbour: bytes
) -> None:
    location = "/главная страница/?q=Имя".encode(encoding)
    moved = reply(status=302, location="HERE", x_by="NEXT")
    moved = moved.replace(b"HERE", location).replace(b"NEXT", neighbour)
    asked = quote(location, safe="/?=")
    assert read({"/": moved, asked: reply("да")}).url.endswith(asked)


def test_a_redirect_to_a_russian_host_is_in_utf_8() -> None:
    moved = reply(status=302, location="http://школа.рф:PORT/о нас?я#ы")
    found = read(
        {"/": moved, "/%D0%BE%20%D0%BD%D0%B0%D1%81?%D1%8F": reply("да")},
        resolver=names(xn__80atdl2c_xn__p1ai="127.0.0.1"),
    )
    assert found.status == 200


def test_a_query_in_windows_1251_stays_as_it_is() -> None:
    routes = {"/": reply(status=302, location="/?q=%C8%ec%FF&b"), "/?q=%C8%ec%FF&b": reply("да")}
    assert read(routes).body.decode() == "да"


@pytest.mark.parametrize(
    "encoding", ["none", "identity", "utf-8", "UTF8", "cp1251", "8bit", '"none"', ",", "text/html"]
)
def test_a_content_encoding_that_names_no_packing_says_nothing(encoding: str) -> None:
    assert read({"/": reply("да", content_encoding=encoding)}).body.decode() == "да"


@pytest.mark.parametrize(
    "encoding", ["x-gzip", "GZIP", "gzip, gzip", "gzip,identity", "utf-8, gzip"]
)
def test_an_oddly_named_packing_is_unpacked(encoding: str) -> None:
    packed = gzip.compress("да".encode(), mtime=0)
    assert read({"/": reply(packed, content_encoding=encoding)}).body.decode() == "да"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("text/html", "text/html"),
        ('TEXT/HTML;charset="windows-1251', "text/html"),
        ("text/html charset=utf-8", "text/html"),
        ("text/html, text/html; charset=utf-8", "text/html"),
        ("application/json, text/html", "text/html"),
        (" 'text/html'", "text/html"),
        ("html", ""),
        ("*/*", ""),
        ("", ""),
        ("unknown/unknown", ""),
    ],
)
def test_the_kind_of_an_answer_is_read_as_browsers_read_it(told: str, kind: str) -> None:
    assert content_type(httpx.Headers({"content-type": told})) == kind


# --- the table ----------------------------------------------------------------------------------


def test_every_error_of_the_transport_has_a_meaning() -> None:
    kinds = [kind for kind in vars(httpcore).values() if isinstance(kind, type)]
    for kind in kinds:
        if issubclass(kind, Exception) and kind is not httpcore.ConnectionNotAvailable:
            known = issubclass(kind, tuple(one for one, _ in FAILURES))
            assert known or issubclass(kind, (httpcore.ProxyError, httpcore.ProtocolError)), kind


def test_an_error_is_recognised_by_what_caused_it() -> None:
    error = httpcore.ConnectError("no")
    error.__context__ = ssl.SSLError("handshake")
    assert read_error(error).failure.code is FailureCode.TLS


def test_connections_to_hosts_asked_long_ago_are_given_up() -> None:
    async def kept(hosts: int) -> int:
        run, permit = a_run(), guard(["127.0.0.0/8"])
        known = names(**{f"h{at}_example": "127.0.0.1" for at in range(hosts)})
        async with (
            serve({"/": "<html>да"}) as port,
            open_client("site", run, LIMITS, permit, resolver=known) as client,
        ):
            urls = [f"http://h{at}.example:{port}/" for at in range(hosts)]
            await asyncio.gather(*(client.get(url, attempts=3) for url in urls))
            for url in urls:
                await client.get(url)
            transport: Any = client.transport
            return sum(len(pool.connections) for pool in transport._pools.values())

    assert asyncio.run(kept(MOST_HOSTS + 60)) <= MOST_HOSTS

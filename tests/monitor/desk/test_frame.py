"""What is the same for every page of the desk: heads, limits, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from monitor.application import Application
from monitor.desk.guard import HEADS
from monitor.desk.limits import Limits
from monitor.desk.routes import ROUTES
from tests.cast import NOW
from tests.monitor.desk.raw import answered, head, line, say, until_closed
from tests.monitor.desk.served import Visit, served

PLACES = ("/healthz", "/", "/no-such-page", "/static/x/desk.css", "/static/x/other.css")
CLOSE = "Connection: close"
MULTIPART = "Content-Type: multipart/form-data; boundary=x"
ENCODED = "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_has_the_heads(guest: Visit, path: str) -> None:
    answer = guest.get(path)
    for name, value in HEADS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def refusal(address: str, *sent: bytes) -> int:
    """The status of an answer that is our page, with all heads, and names nothing of ours."""
    status, heads, text = answered(address, *sent)
    assert {name: heads[name] for name in HEADS} == dict(HEADS)
    assert heads["Cache-Control"] == "no-store"
    assert heads["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Не вышло</h1>" in text
    assert "Error" not in text
    return status


def posted(body: bytes, *heads: str, path: str = "/login") -> bytes:
    return head("POST", path, CLOSE, f"Content-Length: {len(body)}", *heads) + body


PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, head("GET", "/", CLOSE, host="Host: evil.example.org")),
        (400, head("GET", "/", CLOSE, host="Host: localhost@evil.example.org")),
        (400, head("GET", "/", CLOSE, host="Host: [::1")),
        (400, b"GET / HTTP/1.0\r\n\r\n"),
        (404, head("GET", "/no-such-page", CLOSE)),
        (404, head("GET", "http://evil.example.org/", CLOSE)),
        (404, head("OPTIONS", "*", CLOSE)),
        (404, head("GET", "/static/x/other.css", CLOSE)),
        (404, head("DELETE", "/static/x/desk.css", CLOSE)),
        (405, head("DELETE", "/login", CLOSE)),
        (404, head("GET", "/%00", CLOSE)),
        (404, head("GET", "/institutions/town/school-1%00", CLOSE)),
        (404, head("GET", "/institutions/town/%ED%A0%80", CLOSE)),
        (404, head("POST", "/registry/%ff/table", CLOSE)),
        (400, head("GET", "/login?next=%00", CLOSE)),
        (400, head("GET", "/summary?%ED%A0%80=1", CLOSE)),
        (400, head("POST", "/login?a=%ff", CLOSE)),
        (400, posted(b"no parts", MULTIPART)),
        (400, posted(PART, "Content-Type: multipart/form-data")),
        (400, posted(PART.replace(b"name=", b"nome="), MULTIPART)),
        (400, posted(PART, f"{MULTIPART}; charset=undefined")),
        (400, posted(PART, f"{MULTIPART}; charset=punycode")),
        (400, posted(PART, f"{MULTIPART}; charset=")),
        (400, posted(b"a=b", f"{ENCODED}; charset=utf-7")),
        (400, posted(b"a=b&" * 1001, ENCODED)),
        (403, posted(PART, f"{MULTIPART}; charset=UTF-8")),
        (403, posted(b"a=b", "Content-Type: \xff/\xff; charset*=utf-8''x")),
        (403, posted(b"a=b", ENCODED, "Origin: http://[")),
        (403, posted(b"a=b", ENCODED, "Origin: http://localhost@evil.example.org")),
        (403, posted(b"a=b", ENCODED, "Origin: \xff")),
        (403, posted(b"a=b", ENCODED, "Sec-Fetch-Site: \xff")),
        (403, posted(b"a=b", ENCODED, "Sec-Fetch-Site: same-origin, cross-site")),
        (413, head("POST", "/login", ENCODED, "Content-Length: 51000000")),
        (413, head("POST", "/login", ENCODED, "Content-Length: 9999999999999999999")),
    ],
)
def test_a_refusal_is_our_page_with_all_heads(address: str, status: int, sent: bytes) -> None:
    assert refusal(address, sent) == status


CHUNKED = head("POST", "/login", ENCODED, "Transfer-Encoding: chunked")


@pytest.mark.parametrize(
    "sent",
    [
        b"nothing of the kind\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS
        head("GET", "/", host=""),
        head("GET", "/", "Host: evil.example.org"),
        head("GET", "/<script>\u00a0"),
        head("GET", "/", "X: a\0b"),
        head("<script>", "/"),
        head("POST", "/login", "Content-Length: -1"),
        head("POST", "/login", "Content-Length: 1", "Content-Length: 2"),
        head("POST", "/login", "Transfer-Encoding: gzip"),
        head("GET", "/", "X: " + "a" * 70_000).removesuffix(b"\r\n"),
        CHUNKED + b"no number\r\n",
    ],
)
def test_what_is_no_http_is_refused_by_our_page_too(address: str, sent: bytes) -> None:
    assert refusal(address, sent) == 400


def test_what_is_no_http_is_answered_behind_what_was_asked_before(address: str) -> None:
    with line(address) as opened:
        say(opened, head("GET", "/healthz"), b"nothing of the kind\r\n\r\n")
        first, _, second = until_closed(opened).partition(b"ok\n")
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert second.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_body_that_does_not_say_its_length_is_cut_off(address: str) -> None:
    """By the first byte that is too many, so that nothing is left unread on the line."""
    begun = head("POST", "/login", MULTIPART, "Transfer-Encoding: chunked")
    file = PART.replace(b'"a"', b'"a"; filename="a"').partition(b"b")[0].ljust(1_000_000, b"0")
    assert refusal(address, begun, b"f4240\r\n" + file + b"\r\n", b"1\r\n0\r\n") == 413


def test_a_body_that_comes_slowly_is_cut_off(application: Application) -> None:
    with served(application, Limits(body=0.2)) as address:
        assert (
            refusal(address, head("POST", "/login", ENCODED, "Content-Length: 9"), b"form") == 408
        )


def test_only_what_takes_files_takes_a_big_body(address: str) -> None:
    for route in ROUTES:
        if route.method == "POST":
            path = re.sub(r"{\w+}", "1", route.path)
            sent = head("POST", path, CLOSE, ENCODED, "Content-Length: 2000000")
            status = answered(address, sent)[0]
            assert (status == 413) is not bool(route.uploads), route.path


def test_a_body_of_what_takes_none_is_not_waited_for(address: str) -> None:
    sent = head("GET", "/healthz", "Content-Length: 51000000")
    status, heads, text = answered(address, sent)
    assert (status, text, heads["Connection"]) == (200, "ok\n", "close")


def fails_once() -> Callable[[], datetime]:
    faults = iter([ZeroDivisionError("/home/dozor")])

    def clock() -> datetime:
        for fault in faults:
            raise fault
        return NOW

    return clock


def test_what_nobody_foresaw_is_our_page_too(application: Application) -> None:
    with served(replace(application, clock=fails_once())) as address:
        sent = head("GET", "/login", CLOSE)
        assert refusal(address, sent) == 500
        assert answered(address, sent)[0] == 200


def test_whoever_comes_beyond_the_limit_is_told_to_come_again(application: Application) -> None:
    with served(application, Limits(requests=0)) as address:
        assert refusal(address, head("GET", "/login", CLOSE)) == 503


def test_it_says_that_it_is_well(guest: Visit) -> None:
    assert guest.get("/healthz").text == "ok\n"


def test_it_has_an_icon_that_browsers_find(guest: Visit) -> None:
    link = guest.page("/login").select_one("link[rel=icon]")
    assert link
    answer = guest.get(str(link["href"]))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


def test_a_guest_is_sent_to_the_log_in(guest: Visit) -> None:
    answer = guest.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_what_does_not_exist_is_told_in_russian_and_names_no_path(guest: Visit) -> None:
    answer = guest.get("/a/b/c")
    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.text
    assert "/a/b/c" not in answer.text


def test_another_method_is_no_page(guest: Visit) -> None:
    assert guest.client.delete("/healthz").status_code == 405
    assert guest.client.post("/healthz", data={}).status_code == 405

"""What an open connection tells of the way: the address that was dialled, the certificate shown."""

from __future__ import annotations

import hashlib
import ssl
from http.server import BaseHTTPRequestHandler

import pytest
import trustme

from collectors.model import Route
from tests.collectors.test_http import HTTPS, SCHOOL, read, served_by, trusting
from tests.collectors.test_vk_transport import line, said, server
from tests.collectors.tiny_web import Shelf, reply


def shelved(url: str = "http://127.0.0.1:PORT/", **more: object) -> list[Route | None]:
    shelf = Shelf()
    routes = {"/": "да", "/old": reply(status=301, location="/")}
    read(routes, url, shelf=shelf, **more)  # type: ignore[arg-type]
    return [one.route for one in shelf.exchanges]


def test_a_plain_exchange_tells_the_address_that_was_dialled() -> None:
    assert shelved() == [Route("127.0.0.1")]


def test_every_hop_of_a_redirect_tells_its_own() -> None:
    assert shelved("http://127.0.0.1:PORT/old") == [Route("127.0.0.1"), Route("127.0.0.1")]


def test_a_secured_exchange_tells_the_certificate_that_was_shown() -> None:
    ca = trustme.CA()
    issued = ca.issue_cert("school.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    shown = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    (route,) = shelved(HTTPS, tls=context, trust=trusting(ca), resolver=SCHOOL)
    assert route is not None
    assert (route.ip, fingerprint(route.certificate)) == ("127.0.0.1", fingerprint(shown))


def fingerprint(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()


def test_a_connection_that_is_used_again_tells_the_same() -> None:
    ca = trustme.CA()
    more = {"trust": trusting(ca), "resolver": SCHOOL, "times": 2}
    first, second = shelved(HTTPS, tls=served_by(ca, "school.example"), **more)
    assert first == second is not None


@pytest.mark.parametrize(
    ("version", "told"), [("HTTP/1.1", Route("127.0.0.1")), ("HTTP/1.0", None)]
)
def test_vk_is_told_of_while_the_connection_stands(version: str, told: Route | None) -> None:
    """One that the server closes at once tells nothing any more: that is not known, not wrong."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        to.protocol_version = version
        said(200, b'{"response": 1}')(to)

    with server(answer) as url, line(url) as opened:
        _, exchange = opened.ask("users.get", {})
    assert exchange is not None
    assert exchange.route == told

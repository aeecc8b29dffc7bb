"""Answers of all kinds, for programs of others to read as evidence. All data is invented."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from collectors.model import Copy, Exchange
from monitor.storage.evidence import WarcFile
from monitor.storage.originals import StoredOriginals
from reports.model import Audit
from tests.cast import NOW

PAGE = "<html><title>Школа</title>Приёмная</html>".encode()
ROBOTS = b"User-agent: *\r\nDisallow:\r\n"
SCHOOL, VK = "http://school1.example.org", "https://api.vk.ru/method"
ANSWER = Exchange(
    network="site",
    method="GET",
    url=f"{SCHOOL}/",
    request_headers={"User-Agent": "Dozor", "Cookie": "a=b"},
    request_body=b"",
    status=200,
    reason="OK",
    headers=[
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "br"),  # of what went over the wire: the body is kept unpacked
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "17"),
        ("Set-Cookie", "город=1"),
    ],
    body=PAGE,
    fetched_at=NOW,
)


def of_type(kind: str, url: str, body: bytes) -> Exchange:
    return replace(ANSWER, url=url, body=body, headers=[("Content-Type", kind)])


def moved(status: int, url: str, to: bytes, body: bytes) -> Exchange:
    headers = [("Location", to.decode("utf-8", "surrogateescape"))]
    return replace(ANSWER, url=url, status=status, reason="Найдено", headers=headers, body=body)


def posted(method: str, what: bytes, body: bytes) -> Exchange:
    return replace(
        ANSWER,
        network="vk",
        method="POST",
        url=f"{VK}/{method}",
        request_headers={"Content-Type": "application/x-www-form-urlencoded"},
        request_body=what,
        headers=[("Content-Type", "application/json")],
        body=body,
    )


KINDS = (
    ANSWER,
    replace(ANSWER, url=f"{SCHOOL}/index.html"),
    ANSWER,
    replace(ANSWER, url="http://xn--80atdl2c.xn--p1ai/%D1%8F?q=%D1%8F", body=b"<p>1</p>"),
    replace(ANSWER, url="http://школа.рф/контакты?q=я", body=b"<p>2</p>"),
    replace(ANSWER, url=f"{SCHOOL}/?q=%CF%F0%E8%E2%E5%F2", body=b"<p>3</p>"),
    moved(301, f"{SCHOOL}/old", "/контакты".encode(), b""),
    moved(302, f"{SCHOOL}/older", b"/\xe3\xeb", b"moved"),
    replace(ANSWER, url=f"{SCHOOL}/404", status=404, reason="Не найдено", body=b"none"),
    replace(ANSWER, url=f"{SCHOOL}/soft404", body=b"none"),
    replace(ANSWER, url=f"{SCHOOL}/gone", status=410, reason="", body=b"none"),
    replace(ANSWER, url=f"{SCHOOL}/empty", body=b""),
    replace(ANSWER, url=f"{SCHOOL}/nothing", status=204, body=b""),
    replace(ANSWER, url=f"{SCHOOL}/cut", body=PAGE[:21]),
    replace(ANSWER, url=f"{SCHOOL}/big", body=b"0123456789abcdef" * 60_000),
    replace(ANSWER, url=f"{SCHOOL}/ill", status=503, body=b"ill"),
    replace(ANSWER, url=f"{SCHOOL}/ill", body=b"well"),
    replace(ANSWER, url=f"{SCHOOL}/odd", status=599, headers=[("X" * 300, "y" * 9000)]),
    replace(ANSWER, url=f"{SCHOOL}:8080/a;b=1?c=[d]&e=f|g", body=b"<p>4</p>"),
    replace(ANSWER, url="http://[2001:db8::1]:8080/", body=b"<p>5</p>"),
    replace(ANSWER, url=f"{SCHOOL}/{'a' * 3000}", body=b"<p>6</p>"),
    of_type("application/pdf", f"{SCHOOL}/a.pdf", b"%PDF-1.4\r\n\x00\xff"),
    of_type("application/gzip", f"{SCHOOL}/sitemap.xml.gz", gzip.compress(b"<urlset/>", mtime=0)),
    of_type("text/plain", f"{SCHOOL}/robots.txt", ROBOTS),
    of_type("text/plain", "http://museum.example.org/robots.txt", ROBOTS),
    posted("wall.get", b"owner_id=-1", b'{"response":[]}'),
    posted("wall.get", b"owner_id=-2", b'{"response":[1]}'),
    posted("wall.get", b"owner_id=-3", b'{"response":[]}'),
    posted("wall.get", b"owner_id=-1", b'{"response":[]}'),
    posted("execute", b"code=return+1", b'{"response":[]}'),
    of_type("application/json", f"{SCHOOL}/api", b'{"response":[]}'),
)


def exchanges() -> Iterator[Exchange]:
    """One a second: by the second a replay finds them."""
    for second, one in enumerate(KINDS):
        yield replace(one, fetched_at=NOW + timedelta(seconds=second))


def two_nights(folder: Path, night: Audit) -> tuple[Path, Path]:
    """The files of a night, and of the next one: all comes again, and then is said to be unchanged.

    What is held whole by the first file is only referred to by the second.
    """
    later = replace(night, id=night.id + 1)
    with WarcFile(folder, night, []) as file, WarcFile(folder, later, []) as again:
        originals = StoredOriginals(file, folder, frozenset(), NOW)
        for first in exchanges():
            last = originals.of(file.keep(first))
            second = replace(first, fetched_at=first.fetched_at + timedelta(days=1), last=last)
            again.keep(second)
            if last and first.method == "GET" and first.status == 200:
                again.keep(_unchanged(second, originals.copy(last)))
    return file.path, again.path


def _unchanged(asked: Exchange, copy: Copy | None) -> Exchange:
    return replace(
        asked,
        fetched_at=asked.fetched_at + timedelta(days=1),
        status=304,
        reason="Not Modified",
        headers=[("ETag", '"1"')],
        body=b"",
        unchanged=copy,
    )

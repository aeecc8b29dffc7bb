"""Asking one site for its pages: within its robots.txt, with all evidence kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from collectors.ends import breaks_off, lacks_end
from collectors.guard import AddressError, check_url
from collectors.http import (
    Answer,
    CertificateError,
    CertificateTrouble,
    Client,
    Extent,
    ReadError,
    content_type,
    read_error,
)
from collectors.model import Evidence, Failure, FailureCode
from collectors.site.page import Reading, Source, read_page
from collectors.site.robots import Robots, robots
from collectors.site.territory import Territory, target

BIG = 30_000  # bytes: usual ones take some milliseconds, the worst half a second
UNSURE = frozenset({"", "text/plain"})  # said of everything that a server does not know
ODD = {"text/htm", "text/x-html", "text/xhtml", "application/html", "application/x-httpd-php"}
PAGES = UNSURE | ODD | {"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"}
GZIP = b"\x1f\x8b"
FILES = (  # how documents, pictures and archives begin
    *(b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"AT&TFORM"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"Rar!", b"7z\xbc\xaf", b"ID3"),
)


class NotAPageError(Exception):
    """The address gives a document, a picture…: it is noted, not read."""


@dataclass(slots=True)
class Reader:
    """Of one site in one run; what was asked is kept in `evidence`, whatever came of it.

    Answers may have come in part: who takes one looks whether it `is_whole`.
    """

    client: Client
    as_of: date
    with_blocks: bool
    evidence: list[Evidence] = field(default_factory=list)
    certificate: CertificateTrouble | None = None
    robots_by_host: dict[str, Robots] = field(default_factory=dict)

    async def page(self, url: str, attempts: int | None = None) -> Answer:
        """An answer that holds a web page, or says that there is none (404, 410).

        Raises ReadError, and NotAPageError.
        """
        answer = await self.file(url, attempts, only=PAGES)
        if answer.status in (404, 410):
            return answer
        if not _is_page(answer):
            raise NotAPageError(answer.url)
        if not answer.body.strip():
            raise ReadError(Failure(FailureCode.EMPTY, answer.url))
        if answer.body.startswith(GZIP):
            raise ReadError(Failure(FailureCode.MALFORMED, f"{answer.url} is packed untold"))
        return answer

    async def file(
        self, url: str, attempts: int | None = None, only: frozenset[str] | None = None
    ) -> Answer:
        await self._check_robots(url)
        answer = await self._ask(url, attempts, only)
        if answer.url != url:
            await self._check_robots(answer.url)
        return answer

    async def parse(self, answer: Answer, site: Territory) -> Reading:
        """Raises ReadError. Half a page that looks like no page at all is half a page."""
        source = Source(
            url=answer.url,
            status=answer.status,
            content_type=answer.headers.get("content-type", ""),
            body=answer.body,
            is_part=not answer.is_whole or breaks_off(answer.body),
            is_endless=lacks_end(answer.body),
            refresh=answer.headers.get("refresh", ""),
        )
        reading = await self._read(source, site)
        if code := _instead_of_page(reading):
            raise ReadError(Failure(FailureCode.CUT if reading.is_part else code, answer.url))
        return reading

    async def _read(self, source: Source, site: Territory) -> Reading:
        """A big page in a thread: it must not hold up the other sites. A usual one takes some
        milliseconds, and handing it over to a thread and back would make that a fifth more.
        """
        read = partial(read_page, source, site, self.as_of, with_blocks=self.with_blocks)
        return await asyncio.to_thread(read) if len(source.body) > BIG else read()

    async def rules(self, url: str) -> Robots:
        """Of the host of `url`. A 4xx permits everything; one that cannot be read raises."""
        host = _origin(url)
        if host not in self.robots_by_host:
            self.robots_by_host[host] = await self._read_rules(f"{host}/robots.txt")
        return self.robots_by_host[host]

    async def _check_robots(self, url: str) -> None:
        rules = await self.rules(url)
        if not rules.permits(url):
            raise ReadError(Failure(FailureCode.ROBOTS, f"robots.txt refuses {url}"))
        await asyncio.sleep(rules.delay)

    async def _read_rules(self, url: str) -> Robots:
        agent = self.client.run.user_agent
        try:
            answer = await self._ask(url, None, None)
        except ReadError as error:
            if is_refusal(error) and error.failure.code is not FailureCode.RATE_LIMITED:
                return robots(b"", agent)
            raise
        if answer.extent is Extent.CUT:  # what it still forbids is not known
            raise ReadError(Failure(FailureCode.CUT, url), answer.evidence)
        kind = answer.headers.get("content-type", "")
        found = robots(answer.body if answer.status == 200 else b"", agent, kind)
        return replace(found, is_whole=answer.is_whole)

    async def _ask(self, url: str, attempts: int | None, only: frozenset[str] | None) -> Answer:
        try:
            answer = await self.client.get(url, attempts=attempts, only=only, partly=True)
        except ReadError as error:
            self.evidence += error.evidence
            if isinstance(error, CertificateError):
                self.certificate = error.kind
            raise
        self.evidence += answer.evidence
        return answer


def _is_page(answer: Answer) -> bool:
    """By what the server says, and by the bytes where it does not know."""
    kind = content_type(answer.headers)
    return kind in PAGES and not (kind in UNSURE and answer.body.startswith(FILES))


def _origin(url: str) -> str:
    try:
        check_url(url)
        return target(url).origin
    except AddressError as error:
        raise read_error(error) from error


def _instead_of_page(reading: Reading) -> FailureCode | None:
    if reading.gate:
        return reading.gate
    if reading.needs_javascript:
        return FailureCode.NEEDS_JAVASCRIPT
    return FailureCode.EMPTY if reading.is_empty and not reading.refresh else None


def is_refusal(error: ReadError) -> bool:
    """The server answered, with a 4xx."""
    return error.answer is not None and 400 <= error.answer.status < 500

"""Asking one site for its pages: within its robots.txt, with all evidence kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from collectors.ends import breaks_off, lacks_end
from collectors.garbage import set_aside
from collectors.guard import RefusedAddressError, check_url
from collectors.http.answers import Answer, Extent, content_type
from collectors.http.client import Client
from collectors.http.errors import CertificateError, CertificateTrouble, ReadError, read_error
from collectors.model import ROBOTS, Evidence, Failure, FailureCode, SiteMemory
from collectors.site.earlier import LastAnswers
from collectors.site.markup import Source
from collectors.site.memory import Remembered, recall_slot
from collectors.site.page import PageReading, parse_page
from collectors.site.robots import Robots, robots
from collectors.site.territory import Territory, target
from collectors.site.weighing import Scales

Value = TypeVar("Value")

FEW_RULES = 5_000  # bytes of a robots.txt
LITTLE_WORK = 5_000_000  # its bytes × signs of an address that is held against it
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
class SiteReader:
    """Of one site in one run; what was asked is kept in `evidence`, whatever came of it.

    Answers may have come in part: who takes one looks whether it `is_whole`.
    """

    client: Client
    as_of: date
    with_blocks: bool
    scales: Scales
    evidence: list[Evidence] = field(default_factory=list)
    memory: SiteMemory | None = None  # of what was made of the same bytes before
    earlier: LastAnswers | None = None
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

    async def parse(self, answer: Answer, site: Territory) -> PageReading:
        """Raises ReadError. Half a page that looks like no page at all is half a page."""
        source = Source(
            url=answer.url,
            status=answer.status,
            content_type=answer.headers.get("content-type", ""),
            body=answer.body,
            is_part=not answer.is_whole,
            refresh=answer.headers.get("refresh", ""),
        )
        last = self.remembered(PageReading, answer.url, source, site, self.with_blocks)
        reading = last.recall()
        if reading is None:
            reading = await self.scales.weigh(
                answer, _parse_page, source, site, with_blocks=self.with_blocks
            )
            last.keep(reading)
        if code := _failure_instead(reading):
            raise ReadError(Failure(FailureCode.CUT if reading.is_part else code, answer.url))
        return reading.as_of(self.as_of)

    def remembered(self, kind: type[Value], url: str, *made_from: object) -> Remembered[Value]:
        """What was made of just this before, if it is remembered."""
        return recall_slot(self.memory, kind, url, *made_from)

    async def rules(self, url: str) -> Robots:
        """Of the host of `url`. A 4xx permits everything; one that cannot be read raises."""
        host = _origin(url)
        if host not in self.robots_by_host:
            self.robots_by_host[host] = await self._read_rules(f"{host}{ROBOTS}")
        return self.robots_by_host[host]

    async def _check_robots(self, url: str) -> None:
        rules = await self.rules(url)
        is_little = rules.length * len(url) <= LITTLE_WORK
        if not (rules.permits(url) if is_little else await asyncio.to_thread(rules.permits, url)):
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
        body = answer.body if answer.status == 200 else b""
        found = await self._parse_robots(body, agent, kind)
        if found.is_too_many:  # what is beyond those that are looked at may forbid
            raise ReadError(Failure(FailureCode.TOO_LARGE, url), answer.evidence)
        return replace(found, is_whole=found.is_whole and answer.is_whole)

    async def _parse_robots(self, body: bytes, agent: str, kind: str) -> Robots:
        """In this process: what comes of it stays with the reader."""
        if len(body) <= FEW_RULES:
            return robots(body, agent, kind)
        found = await asyncio.to_thread(robots, body, agent, kind)
        set_aside()  # thousands of rules, that stay while the site is read
        return found

    def close(self) -> None:
        for rules in self.robots_by_host.values():
            rules.forget()
        self.robots_by_host.clear()

    async def _ask(self, url: str, attempts: int | None, only: frozenset[str] | None) -> Answer:
        try:
            answer = await self.client.get(
                url, attempts=attempts, only=only, partly=True, earlier=self.earlier
            )
        except ReadError as error:
            self.evidence += error.evidence
            if isinstance(error, CertificateError):
                self.certificate = error.kind
            raise
        self.evidence += answer.evidence
        if self.earlier:
            self.earlier.note(answer)
        return answer


def _parse_page(source: Source, site: Territory, *, with_blocks: bool) -> PageReading:
    """Whether its end came is looked for here, too: it takes a while for megabytes."""
    ends = replace(
        source,
        is_part=source.is_part or breaks_off(source.body),
        is_endless=lacks_end(source.body),
    )
    return parse_page(ends, site, with_blocks=with_blocks)


def _is_page(answer: Answer) -> bool:
    """By what the server says, and by the bytes where it does not know."""
    kind = content_type(answer.headers)
    return kind in PAGES and not (kind in UNSURE and answer.body.startswith(FILES))


def _origin(url: str) -> str:
    try:
        check_url(url)
        return target(url).origin
    except RefusedAddressError as error:
        raise read_error(error) from error


def _failure_instead(reading: PageReading) -> FailureCode | None:
    if reading.gate:
        return reading.gate
    if reading.needs_javascript:
        return FailureCode.NEEDS_JAVASCRIPT
    return FailureCode.EMPTY if reading.is_empty and not reading.refresh else None


def is_refusal(error: ReadError) -> bool:
    """The server answered, with a 4xx."""
    return error.answer is not None and 400 <= error.answer.status < 500

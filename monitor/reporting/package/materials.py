"""A record of a package as a reader is told of it, and as an index lists it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificate
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from collectors import networks
from collectors.model import Evidence
from collectors.site.encodings import decoded
from monitor.reporting.package.cdxj import line, url_key, with_posted
from monitor.reporting.package.records import Cut, Night
from monitor.storage.spelling import CAME, CERTIFICATE, NOT_MODIFIED, certificate_uri
from reports.protocol import Material
from reports.templating import one_line, short
from reports.words import phrase

TITLE = re.compile(r"<title\b[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
MARKUP = ("text/html", "application/xhtml+xml")
MOST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An answer with what was asked for it."""

    cut: Cut
    answer: ArcWarcRecord
    body: bytes
    method: str
    posted: bytes

    def warc_header(self, name: str) -> str:
        return str(self.answer.rec_headers.get_header(name) or "")

    def http_header(self, name: str) -> str:
        head = self.answer.http_headers
        return str(head.get_header(name) or "") if head else ""

    @property
    def id(self) -> str:
        return self.warc_header("WARC-Record-ID").strip("<>")

    @property
    def url(self) -> str:
        return self.warc_header("WARC-Target-URI")

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.warc_header("WARC-Date"), "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=UTC
        )

    @property
    def status(self) -> str:
        head = self.answer.http_headers
        return str(head.get_statuscode()) if head else "-"

    @property
    def is_word(self) -> bool:
        """The server only said that nothing changed; status and headers are the original's."""
        return self.warc_header("WARC-Profile") == NOT_MODIFIED

    @property
    def media_type(self) -> str:
        return self.http_header("Content-Type").partition(";")[0].strip().lower()

    @property
    def shown_at(self) -> str:
        """Where a replay shows it: what was posted is a part of the address."""
        slash = "" if "/" in self.url.partition("://")[2] else "/"
        return with_posted(f"{self.url}{slash}", self.method, self.posted)

    @property
    def title(self) -> str:
        """Of a page, in whichever encoding it is written; else the end of its address."""
        if self.media_type in MARKUP:
            found = TITLE.search(decoded(self.body, self.http_header("Content-Type")))
            if found and (text := one_line(html.unescape(found[1]))):
                return short(text, MOST_TITLE)
        end = urlsplit(self.url).path.rpartition("/")[2]
        if self.media_type == "application/json":
            return phrase("answer_of", networks.title(self.warc_header("Dozor-Network")), end)
        return short(end or self.url, MOST_TITLE)


def exchanged(night: Night) -> Iterator[Exchanged]:
    """One at a time: a body may be large."""
    waiting: tuple[Cut, ArcWarcRecord, bytes] | None = None
    for cut in night.cuts:
        if cut.member.kind not in ("response", "revisit", "request"):
            continue
        record, body = parsed(cut.read())
        if cut.member.kind == "request" and waiting:
            yield Exchanged(*waiting, record.http_headers.protocol or "GET", body)
            waiting = None
            continue
        if waiting:
            yield Exchanged(*waiting, "GET", b"")
        waiting = (cut, record, body) if cut.member.kind != "request" else None
    if waiting:
        yield Exchanged(*waiting, "GET", b"")


def parsed(raw: bytes) -> tuple[ArcWarcRecord, bytes]:
    record = next(iter(ArchiveIterator(BytesIO(raw))))
    return record, record.content_stream().read()


def issuers(night: Night) -> Mapping[str, str]:
    """By the fingerprint of the certificate; as it is written there, in the usual order."""
    found = {}
    for cut in night.cuts:
        if cut.member.kind == "metadata":
            record, body = parsed(cut.read())
            try:
                issuer = load_pem_x509_certificate(body).issuer.rfc4514_string()
            except ValueError:
                continue
            found[record.rec_headers.get_header("WARC-Target-URI")] = issuer
    return found


def material(
    exchanged: Exchanged, night: Night, wanted: Mapping[str, Evidence], known: Mapping[str, str]
) -> Material:
    """`known`: issuers of the night."""
    shown = exchanged.warc_header(CERTIFICATE) or None
    again = exchanged.warc_header("WARC-Refers-To-Target-URI")
    evidence = wanted.get(exchanged.id)
    return Material(
        record=exchanged.id,
        url=evidence.url if evidence else exchanged.url,
        method=exchanged.method,
        network=exchanged.warc_header("Dozor-Network"),
        fetched_at=exchanged.at,
        status=exchanged.warc_header(CAME).partition(" ")[0]
        if exchanged.is_word
        else exchanged.status,
        sha256=exchanged.warc_header("Dozor-Body-Sha256"),
        ip=exchanged.warc_header("WARC-IP-Address") or None,
        certificate=shown,
        issuer=known.get(certificate_uri(shown)) if shown else None,
        moved_to=exchanged.http_header("Location") or None,
        file=night.row.name,
        begin=exchanged.cut.member.begin,
        end=exchanged.cut.member.end,
        repeats=f"{again}, {exchanged.warc_header('WARC-Refers-To-Date')}" if again else None,
        is_repeated=evidence is None,
        is_word=exchanged.is_word,
        is_secure=exchanged.url.startswith("https:"),
    )


def index_line(exchanged: Exchanged, offset: int, length: int, file: str) -> str:
    posted = {
        "method": exchanged.method,
        "requestBody": exchanged.posted.decode("utf-8", "replace"),
    }
    fields = {
        "url": exchanged.url,
        "mime": "warc/revisit"
        if exchanged.cut.member.kind == "revisit"
        else exchanged.media_type or "unk",
        "status": exchanged.status,
        "digest": exchanged.warc_header("WARC-Payload-Digest"),
        "length": str(length),
        "offset": str(offset),
        "filename": file,
        **(posted if exchanged.method != "GET" else {}),
    }
    moment = "".join(filter(str.isdigit, exchanged.warc_header("WARC-Date")))
    return line(url_key(exchanged.shown_at), moment, fields)


def is_shown(exchanged: Exchanged) -> bool:
    """A page of the list: what a reader can look at."""
    is_data = exchanged.media_type == "application/json"
    return exchanged.status == "200" and (exchanged.media_type in MARKUP or is_data)


def numbered(materials: Iterable[Material], order: Iterable[str]) -> list[Material]:
    """Those that findings rest on first, in the findings' order."""
    at = {record: place for place, record in enumerate(order)}
    return sorted(
        materials, key=lambda material: (at.get(material.record, len(at)), material.fetched_at)
    )

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

    def told(self, name: str) -> str:
        return str(self.answer.rec_headers.get_header(name) or "")

    def header(self, name: str) -> str:
        head = self.answer.http_headers
        return str(head.get_header(name) or "") if head else ""

    @property
    def id(self) -> str:
        return self.told("WARC-Record-ID").strip("<>")

    @property
    def url(self) -> str:
        return self.told("WARC-Target-URI")

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.told("WARC-Date"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

    @property
    def status(self) -> str:
        head = self.answer.http_headers
        return str(head.get_statuscode()) if head else "-"

    @property
    def is_word(self) -> bool:
        """The server only said that nothing changed; status and headers are the original's."""
        return self.told("WARC-Profile") == NOT_MODIFIED

    @property
    def media_type(self) -> str:
        return self.header("Content-Type").partition(";")[0].strip().lower()

    @property
    def shown_at(self) -> str:
        """Where a replay shows it: what was posted is a part of the address."""
        slash = "" if "/" in self.url.partition("://")[2] else "/"
        return with_posted(f"{self.url}{slash}", self.method, self.posted)

    @property
    def title(self) -> str:
        """Of a page, in whichever encoding it is written; else the end of its address."""
        if self.media_type in MARKUP:
            found = TITLE.search(decoded(self.body, self.header("Content-Type")))
            if found and (text := one_line(html.unescape(found[1]))):
                return short(text, MOST_TITLE)
        end = urlsplit(self.url).path.rpartition("/")[2]
        if self.media_type == "application/json":
            return phrase("answer_of", networks.title(self.told("Dozor-Network")), end)
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
    one: Exchanged, night: Night, wanted: Mapping[str, Evidence], known: Mapping[str, str]
) -> Material:
    """`known`: issuers of the night."""
    shown = one.told(CERTIFICATE) or None
    again = one.told("WARC-Refers-To-Target-URI")
    evidence = wanted.get(one.id)
    return Material(
        record=one.id,
        url=evidence.url if evidence else one.url,
        method=one.method,
        network=one.told("Dozor-Network"),
        fetched_at=one.at,
        status=one.told(CAME).partition(" ")[0] if one.is_word else one.status,
        sha256=one.told("Dozor-Body-Sha256"),
        ip=one.told("WARC-IP-Address") or None,
        certificate=shown,
        issuer=known.get(certificate_uri(shown)) if shown else None,
        moved_to=one.header("Location") or None,
        file=night.row.name,
        begin=one.cut.member.begin,
        end=one.cut.member.end,
        repeats=f"{again}, {one.told('WARC-Refers-To-Date')}" if again else None,
        is_repeated=evidence is None,
        is_word=one.is_word,
        is_secure=one.url.startswith("https:"),
    )


def index_line(one: Exchanged, offset: int, length: int, file: str) -> str:
    posted = {"method": one.method, "requestBody": one.posted.decode("utf-8", "replace")}
    fields = {
        "url": one.url,
        "mime": "warc/revisit" if one.cut.member.kind == "revisit" else one.media_type or "unk",
        "status": one.status,
        "digest": one.told("WARC-Payload-Digest"),
        "length": str(length),
        "offset": str(offset),
        "filename": file,
        **(posted if one.method != "GET" else {}),
    }
    moment = "".join(filter(str.isdigit, one.told("WARC-Date")))
    return line(url_key(one.shown_at), moment, fields)


def is_shown(one: Exchanged) -> bool:
    """A page of the list: what a reader can look at."""
    is_data = one.media_type == "application/json"
    return one.status == "200" and (one.media_type in MARKUP or is_data)


def numbered(materials: Iterable[Material], order: Iterable[str]) -> list[Material]:
    """Those that findings rest on first, in the findings' order."""
    at = {record: place for place, record in enumerate(order)}
    return sorted(materials, key=lambda one: (at.get(one.record, len(at)), one.fetched_at))

"""Evidence: every exchange as a WARC record, one file a run, secrets removed before writing.

Of a run that several workers share, each has a file of its own.

The file's digest goes into a chain over all runs, so that a file that was changed, cut or taken
away later can be named (verifying.py). Every record is flushed as it is written and is a gzip
member of its own: what a killed run had written stays readable. A body that an earlier run holds
is referred to (docs/decisions/revisits.md).
"""

from __future__ import annotations

import hashlib
import logging
import os
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, select
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from collectors.model import Evidence, Exchange, Original, Route
from monitor.redaction import MASK, Redactor
from monitor.storage.chain import digest_and_size, link
from monitor.storage.database import exclusive, session
from monitor.storage.heartbeats import is_in_work
from monitor.storage.members import ELSEWHERE, FileCount, Members, counted, mend
from monitor.storage.private import appending, make_folder
from monitor.storage.spelling import (
    CAME,
    NOT_MODIFIED,
    PEM,
    certificate_uri,
    fingerprint,
    head_of,
    in_ascii,
    length_of,
    moment_of,
    on_one_line,
    uri_of,
    way_of,
)
from monitor.storage.tables import EvidenceFileRow
from reports.model import Audit

log = logging.getLogger(__name__)

REMEMBERED = 20_000  # bodies, by which a repeated one is told
LATEST = 2_000  # records of which it is told where their bodies are
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})
# The body is stored as decoded: these would no longer be true of it.
BODY_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})

# By what a body is known again: its digest, and what was posted for it. What was posted is found by
# what was posted, and not otherwise.
BodyKey = tuple[str, str]


class WarcFile:
    """Where one run keeps its exchanges: fulfils `collectors.model.EvidenceSink`.

    `requests` counts exchanges by network. A failure to write raises OSError: a run that cannot
    keep its evidence stops, since a finding without bytes could not be shown.
    """

    def __init__(self, folder: Path, audit: Audit, secrets: Sequence[str], part: str = "") -> None:
        make_folder(folder)
        self.path = folder / _name_of(_stem(audit), part)
        found = mend(self.path)
        self.requests, self.records, self.refers_to = (
            found.requests,
            found.records,
            set(found.refers_to),
        )
        self._redactor = Redactor(secrets)
        self._lock = threading.Lock()
        self._bodies: dict[BodyKey, Original] = {}
        self._latest: dict[str, Original] = {}  # by record
        self._certificates: set[str] = set()  # fingerprints of those that have a record
        self._file = appending(self.path)
        self._members = Members(self._file, found.end)
        self._writer = WARCWriter(self._members, gzip=False, warc_version="WARC/1.1")

    def __enter__(self) -> WarcFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:  # a thread that still writes ends its record first
            self._file.close()

    def is_of(self, audit: Audit) -> bool:
        return self.path.name.startswith(_stem(audit))

    def keep(self, exchange: Exchange) -> Evidence:
        """Written at once, without secrets; on the disk for sure only after `sync`."""
        body = self._redactor.body(exchange.body)
        unchanged = exchange.unchanged and exchange.unchanged.original
        digest = unchanged.sha256 if unchanged else hashlib.sha256(body).hexdigest()
        url = self._redactor.text(exchange.url)
        with self._lock:
            self._members.begin()
            record = self._write(exchange, url, body, digest)
            self.requests[exchange.network] += 1
        return Evidence(
            record=record,
            sha256=digest,
            url=url,
            fetched_at=exchange.fetched_at,
            status=exchange.status,
            bytes_at=unchanged.at if unchanged else None,
        )

    def original_of(self, record: str) -> Original | None:
        """Where the body of a record that was just written is held whole."""
        with self._lock:
            return self._latest.get(record)

    def sync(self) -> None:
        """Down to the disk: called before an observation that rests on it is committed."""
        with self._lock:
            self._file.flush()
            if self.path.is_file():
                os.fsync(self._file.fileno())

    def _write(self, exchange: Exchange, url: str, body: bytes, digest: str) -> str:
        moment = moment_of(exchange.fetched_at)
        uri, same = uri_of(url), (digest, self._posted(exchange, url))
        stamp = {
            "WARC-Date": moment,
            "Dozor-Body-Sha256": digest,
            "Dozor-Network": exchange.network,
            **way_of(exchange.route),
        }
        original = self._original(exchange, body, same)
        response = self._response(exchange, uri, body, stamp, original)
        self._writer.write_request_response_pair(self._request(exchange, uri), response)
        self.records += 2
        record = str(response.rec_headers.get_header("WARC-Record-ID")).strip("<>")
        if body:
            self._remember(same, original or self._written(response, digest), record)
        self._keep_certificate(exchange.route, moment)
        return record

    def _original(self, exchange: Exchange, body: bytes, same: BodyKey) -> Original | None:
        """The record that holds this very body already."""
        if exchange.unchanged:
            return exchange.unchanged.original
        if body and (first := self._bodies.get(same)):
            return first
        last = exchange.last if exchange.method == "GET" else None
        return last if body and last and last.sha256 == same[0] else None

    def _written(self, response: Any, digest: str) -> Original:
        """The response that was written just now, the first member of its pair."""
        told = response.rec_headers.get_header
        begin, length = self._members.spans[0]
        return Original(
            file=self.path.name,
            begin=begin,
            length=length,
            record=str(told("WARC-Record-ID")).strip("<>"),
            uri=str(told("WARC-Target-URI")),
            at=datetime.fromisoformat(told("WARC-Date")),
            digest=str(told("WARC-Payload-Digest")),
            sha256=digest,
        )

    def _keep_certificate(self, route: Route | None, moment: str) -> None:
        """Once a file, in the form that everybody's tools read."""
        if route is None or not route.certificate:
            return
        uri = certificate_uri(fingerprint(route.certificate))
        if uri in self._certificates:
            return
        self._certificates.add(uri)
        shown = ssl.DER_cert_to_PEM_cert(route.certificate).encode()
        record = self._writer.create_warc_record(
            uri,
            "metadata",
            payload=BytesIO(shown),
            length=len(shown),
            warc_content_type=PEM,
            warc_headers_dict={"WARC-Date": moment},
        )
        self._writer.write_record(record)
        self.records += 1

    def _response(
        self,
        exchange: Exchange,
        uri: str,
        body: bytes,
        stamp: dict[str, str],
        original: Original | None,
    ) -> Any:
        """Whole, or what refers to the record that has the same body.

        It names that body by the digest that the first record has: other programs bring the two
        together by it.
        """
        head = self._head(exchange, [("Content-Length", str(len(body)))])
        if original is None:
            return self._writer.create_warc_record(
                uri,
                "response",
                payload=BytesIO(body),
                length=len(body),
                http_headers=head,
                warc_headers_dict=stamp,
            )
        if original.file != self.path.name:
            stamp = {**stamp, ELSEWHERE: original.file}
            self.refers_to.add(original.file)
        if exchange.unchanged:
            return self._word(uri, original, exchange, stamp)
        return self._revisit(uri, original, head, stamp)

    def _word(self, uri: str, original: Original, exchange: Exchange, stamp: dict[str, str]) -> Any:
        """The server says that it is unchanged. A replay shows the original with its own head, for
        a record with that of a 304 it would show as an empty page; what came stands beside it.
        """
        assert exchange.unchanged
        record = self._revisit(uri, original, head_of(exchange.unchanged.head), stamp)
        record.rec_headers.replace_header("WARC-Profile", NOT_MODIFIED)
        record.rec_headers.add_header(CAME, on_one_line(self._head(exchange)))
        return record

    def _revisit(
        self, uri: str, original: Original, head: StatusAndHeaders, stamp: dict[str, str]
    ) -> Any:
        return self._writer.create_revisit_record(
            uri,
            original.digest,
            original.uri,
            moment_of(original.at),
            http_headers=head,
            warc_headers_dict=stamp,
        )

    def _head(self, exchange: Exchange, more: Sequence[tuple[str, str]] = ()) -> StatusAndHeaders:
        status = self._redactor.text(f"{exchange.status} {exchange.reason}".strip())
        headers = [*self._headers(exchange.headers), *more]
        return StatusAndHeaders(in_ascii(status), headers, protocol="HTTP/1.1")

    def _posted(self, exchange: Exchange, url: str) -> str:
        """Of a page that was fetched, nothing: it may have the same body as any other."""
        if exchange.method == "GET":
            return ""
        body = self._redactor.body(exchange.request_body)
        return hashlib.sha256(url.encode("utf-8", "replace") + body).hexdigest()

    def _remember(self, same: BodyKey, original: Original, record: str) -> None:
        """A country's pages are too many to remember; what repeats does so soon (one site)."""
        for held, most in ((self._bodies, REMEMBERED), (self._latest, LATEST)):
            if len(held) > most:
                del held[next(iter(held))]  # type: ignore[arg-type]
        self._bodies[same] = original
        self._latest[record] = original

    def _request(self, exchange: Exchange, uri: str) -> object:
        body = self._redactor.body(exchange.request_body)
        path = "/" + uri.split("://", 1)[-1].partition("/")[2]
        head = StatusAndHeaders(
            f"{exchange.method} {path} HTTP/1.1",
            self._headers(tuple(exchange.request_headers.items())) + length_of(body),
            is_http_request=True,
        )
        return self._writer.create_warc_record(
            uri, "request", payload=BytesIO(body), length=len(body), http_headers=head
        )

    def _headers(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in headers if name.lower() not in BODY_HEADERS]
        told = "\n".join(value for _, value in kept)
        if self._redactor.text(told) != told:  # seldom: so all are looked through at once
            kept = [(name, self._redactor.text(value)) for name, value in kept]
        return [
            (in_ascii(name), MASK if name.lower() in SECRET_HEADERS else in_ascii(value))
            for name, value in kept
        ]


def seal(engine: Engine, audit: Audit, file: WarcFile) -> None:
    """Add the finished file to the chain of run digests."""
    _seal(
        engine,
        audit,
        file.path,
        FileCount(file.requests, file.records, 0, frozenset(file.refers_to)),
    )


def seal_rest(engine: Engine, folder: Path, audit: Audit, own: str = "") -> Counter[str]:
    """Seal what others have written for this run; the requests in it, by network.

    Others: workers, and processes that had the run before. `own` is the name of the caller's file.
    Call it when nobody writes any more. What a killed one had half written is cut off.
    """
    requests: Counter[str] = Counter()
    done = sealed(engine, audit)
    for path in sorted(folder.glob(f"{_stem(audit)}*.warc.gz")):
        if path.name in done - {own}:
            requests.update(counted(path).requests)
        elif path.name != own:
            found = mend(path)
            _seal(engine, audit, path, found)
            requests.update(found.requests)
    return requests


def seal_abandoned(engine: Engine, folder: Path, audits: Iterable[Audit]) -> None:
    """Runs that nobody resumes: their bytes join the chain, and go when they are old.

    One that workers still read for waits for the next start.
    """
    for audit in audits:
        if not is_in_work(engine, audit.id):
            seal_rest(engine, folder, audit)


def next_part(engine: Engine, audit: Audit) -> str:
    """What the next file of this run is called after: nothing is added to one that is sealed."""
    done, stem = sealed(engine, audit), _stem(audit)
    parts = ("", *(str(number) for number in range(2, len(done) + 3)))
    return next(part for part in parts if _name_of(stem, part) not in done)


def _name_of(stem: str, part: str) -> str:
    return f"{stem}-{part}.warc.gz" if part else f"{stem}.warc.gz"


def _stem(audit: Audit) -> str:
    return f"audit-{audit.id:06}"


def _seal(engine: Engine, audit: Audit, path: Path, found: FileCount) -> None:
    digest, size = digest_and_size(path)
    with exclusive(engine) as opened:
        last = opened.exec(
            select(EvidenceFileRow).order_by(col(EvidenceFileRow.place).desc()).limit(1)
        ).first()
        opened.add(
            EvidenceFileRow(
                audit_id=audit.id,
                name=path.name,
                records=found.records,
                refers_to=sorted(found.refers_to) or None,
                size=size,
                sha256=digest,
                chain=link(digest, last.chain if last else ""),
                place=last.place + 1 if last else 1,
            )
        )


def sealed(engine: Engine, audit: Audit) -> set[str]:
    """Names of the audit's files that stand in the chain."""
    with session(engine) as opened:
        names = select(EvidenceFileRow.name).where(EvidenceFileRow.audit_id == audit.id)
        return set(opened.exec(names))

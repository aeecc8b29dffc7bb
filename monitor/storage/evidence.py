"""Evidence: every exchange as a WARC record, one file a run, secrets removed before writing.

Of a run that several workers share, each has a file of its own.

The file's digest goes into a chain over all runs, so that a file that was changed, cut or taken
away later can be named (`verify`). Every record is flushed as it is written and is a gzip member
of its own: what a killed run had written stays readable.
"""

from __future__ import annotations

import hashlib
import logging
import os
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import idna
from sqlalchemy import Engine
from sqlmodel import col, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from collectors.model import Evidence, Exchange, Route
from monitor.redaction import MASK, Redactor
from monitor.storage.chain import link
from monitor.storage.database import exclusive, session
from monitor.storage.heartbeats import is_in_work
from monitor.storage.members import Members, counted, mend, whole_until
from monitor.storage.private import appending, make_folder
from monitor.storage.retention import place_of
from monitor.storage.tables import EvidenceFileRow
from reports.model import Audit

log = logging.getLogger(__name__)

REMEMBERED = 20_000  # bodies, by which a repeated one is told
CERTIFICATE = "Dozor-Certificate-Sha256"
PEM = "application/x-pem-file"
ASCII = "".join(map(chr, range(128)))
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})
# The body is stored as decoded: these would no longer be true of it.
BODY_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})

# By what a body is known again (its digest, and what was posted for it), and where its first record
# is (digest, address, moment): what was posted is found by what was posted, and not otherwise.
Same = tuple[str, str]
First = tuple[str, str, str]


class WarcFile:
    """Where one run keeps its exchanges: fulfils `collectors.model.EvidenceSink`.

    `requests` counts exchanges by network. A failure to write raises OSError: a run that cannot
    keep its evidence stops, since a finding without bytes could not be shown.
    """

    def __init__(self, folder: Path, audit: Audit, secrets: Sequence[str], part: str = "") -> None:
        make_folder(folder)
        self.path = folder / _name_of(_stem(audit), part)
        self.requests, self.records = mend(self.path)
        self._redactor = Redactor(secrets)
        self._lock = threading.Lock()
        self._bodies: dict[Same, First] = {}
        self._certificates: set[str] = set()  # fingerprints of those that have a record
        self._file = appending(self.path)
        self._members = Members(self._file)
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
        digest = hashlib.sha256(body).hexdigest()
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
        )

    def sync(self) -> None:
        """Down to the disk: called before an observation that rests on it is committed."""
        with self._lock:
            self._file.flush()
            if self.path.is_file():
                os.fsync(self._file.fileno())

    def _write(self, exchange: Exchange, url: str, body: bytes, digest: str) -> str:
        moment = exchange.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        uri, same = _uri(url), (digest, self._posted(exchange, url))
        stamp = {
            "WARC-Date": moment,
            "Dozor-Body-Sha256": digest,
            "Dozor-Network": exchange.network,
            **_way_of(exchange.route),
        }
        head = StatusAndHeaders(
            _in_ascii(self._redactor.text(f"{exchange.status} {exchange.reason}".strip())),
            [*self._headers(exchange.headers), ("Content-Length", str(len(body)))],
            protocol="HTTP/1.1",
        )
        response = self._response(uri, same, body, head, stamp)
        self._writer.write_request_response_pair(self._request(exchange, uri), response)
        self.records += 2
        self._keep_certificate(exchange.route, moment)
        return str(response.rec_headers.get_header("WARC-Record-ID")).strip("<>")

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
        self, uri: str, same: Same, body: bytes, head: StatusAndHeaders, stamp: dict[str, str]
    ) -> Any:
        """Whole, or what refers to the record that has the same body.

        It names that body by the digest that the first record has: other programs bring the two
        together by it.
        """
        more = {"http_headers": head, "warc_headers_dict": stamp}
        if body and (first := self._bodies.get(same)):
            return self._writer.create_revisit_record(uri, *first, **more)
        whole = self._writer.create_warc_record(
            uri, "response", payload=BytesIO(body), length=len(body), **more
        )
        digest = str(whole.rec_headers.get_header("WARC-Payload-Digest"))
        self._remember(same, (digest, uri, stamp["WARC-Date"]))
        return whole

    def _posted(self, exchange: Exchange, url: str) -> str:
        """Of a page that was fetched, nothing: it may have the same body as any other."""
        if exchange.method == "GET":
            return ""
        body = self._redactor.body(exchange.request_body)
        return hashlib.sha256(url.encode("utf-8", "replace") + body).hexdigest()

    def _remember(self, same: Same, first: First) -> None:
        """A country's pages are too many to remember; what repeats does so soon (one site)."""
        self._bodies[same] = first
        if len(self._bodies) > REMEMBERED:
            del self._bodies[next(iter(self._bodies))]

    def _request(self, exchange: Exchange, uri: str) -> object:
        body = self._redactor.body(exchange.request_body)
        path = "/" + uri.split("://", 1)[-1].partition("/")[2]
        head = StatusAndHeaders(
            f"{exchange.method} {path} HTTP/1.1",
            self._headers(tuple(exchange.request_headers.items())) + _length_of(body),
            is_http_request=True,
        )
        return self._writer.create_warc_record(
            uri, "request", payload=BytesIO(body), length=len(body), http_headers=head
        )

    def _headers(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (_in_ascii(name), self._header(name, value))
            for name, value in headers
            if name.lower() not in BODY_HEADERS
        ]

    def _header(self, name: str, value: str) -> str:
        return MASK if name.lower() in SECRET_HEADERS else _in_ascii(self._redactor.text(value))


def _way_of(route: Route | None) -> dict[str, str]:
    """Headers of a record: where it came from, and which certificate was shown there."""
    if route is None:
        return {}
    shown = {CERTIFICATE: fingerprint(route.certificate)} if route.certificate else {}
    return {"WARC-IP-Address": route.ip, **shown}


def fingerprint(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()


def certificate_uri(digest: str) -> str:
    """Of the record that holds the certificate: nobody takes it for a page."""
    return f"urn:sha256:{digest}"


def _in_ascii(text: str) -> str:
    """Other bytes by number, as they came: warcio raises on a header that is Russian in parts."""
    return quote(text, safe=ASCII, errors="surrogateescape")


def _length_of(body: bytes) -> list[tuple[str, str]]:
    """Without it a replay does not know what was posted, and takes one call of VK for another."""
    return [("Content-Length", str(len(body)))] if body else []


def _uri(url: str) -> str:
    """As it goes over the wire, whoever wrote it in Russian."""
    if url.isascii():
        return url
    try:
        parts = urlsplit(url)
        host = idna.encode(parts.hostname or "", uts46=True).decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return _in_ascii(url)
    return _in_ascii(urlunsplit(parts._replace(netloc=host + port)))


def seal(engine: Engine, audit: Audit, file: WarcFile) -> None:
    """Add the finished file to the chain of run digests."""
    _seal(engine, audit, file.path, file.records)


def seal_rest(engine: Engine, folder: Path, audit: Audit, own: str = "") -> Counter[str]:
    """Seal what others have written for this run; the requests in it, by network.

    Others: workers, and processes that had the run before. `own` is the name of the caller's file.
    Call it when nobody writes any more. What a killed one had half written is cut off.
    """
    requests: Counter[str] = Counter()
    done = sealed(engine, audit)
    for path in sorted(folder.glob(f"{_stem(audit)}*.warc.gz")):
        if path.name in done - {own}:
            requests.update(counted(path)[0])
        elif path.name != own:
            asked, records = mend(path)
            _seal(engine, audit, path, records)
            requests.update(asked)
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


def _seal(engine: Engine, audit: Audit, path: Path, records: int) -> None:
    digest, size = _digest_and_size(path)
    with exclusive(engine) as opened:
        last = opened.exec(
            select(EvidenceFileRow).order_by(col(EvidenceFileRow.place).desc()).limit(1)
        ).first()
        opened.add(
            EvidenceFileRow(
                audit_id=audit.id,
                name=path.name,
                records=records,
                size=size,
                sha256=digest,
                chain=link(digest, last.chain if last else ""),
                place=last.place + 1 if last else 1,
            )
        )


def verify(engine: Engine, folder: Path) -> Iterator[str]:
    """A Russian sentence for every file or record that is not as it was written."""
    chain = ""
    with session(engine) as opened:
        rows = opened.exec(select(EvidenceFileRow).order_by(col(EvidenceFileRow.place))).all()
    for row in rows:
        if row.chain != link(row.sha256, chain):
            yield f"проверка № {row.audit_id}: цепочка отпечатков прервана, запись в базе изменена"
        chain = row.chain
        if row.removed_on is None:
            yield from _faults_of_file(place_of(folder, row.name), row)


def _faults_of_file(path: Path, row: EvidenceFileRow) -> Iterator[str]:
    if not path.is_file():
        yield f"{path}: файла нет, а проверка № {row.audit_id} его записала"
        return
    digest, size = _digest_and_size(path)
    if digest == row.sha256:
        return
    yield f"{path}: файл изменён (было {row.size} байт, стало {size})"
    yield from _faults_of_records(path, row.records)


def _faults_of_records(path: Path, expected: int) -> Iterator[str]:
    count = 0
    with path.open("rb") as opened:
        try:
            for record in ArchiveIterator(opened):
                count += 1
                body = record.content_stream().read()
                stated = record.rec_headers.get_header("Dozor-Body-Sha256")
                if record.rec_type == "response" and stated != hashlib.sha256(body).hexdigest():
                    yield f"{path}: запись {_record_id(record.rec_headers)} изменена"
        except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
            log.warning("%s is not read beyond record %d: %r", path.name, count, error)
    if (end := whole_until(path)) < path.stat().st_size:
        yield (
            f"{path}: с байта {end} (после записи {count}) файл обрезан или повреждён; "
            "верните его из копии (dozor restore)"
        )
    if count != expected:
        yield f"{path}: записей {count}, а было {expected}"


def _record_id(headers: StatusAndHeaders) -> str:
    """As evidence names it, without angle brackets."""
    return str(headers.get_header("WARC-Record-ID")).strip("<>")


def _digest_and_size(path: Path) -> tuple[str, int]:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest(), path.stat().st_size


def sealed(engine: Engine, audit: Audit) -> set[str]:
    """Names of the audit's files that stand in the chain."""
    with session(engine) as opened:
        names = select(EvidenceFileRow.name).where(EvidenceFileRow.audit_id == audit.id)
        return set(opened.exec(names))

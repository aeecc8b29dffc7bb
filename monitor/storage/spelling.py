"""How what was exchanged is spelled in a WARC file."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit, urlunsplit

import idna
from warcio.statusandheaders import StatusAndHeaders

from collectors.model import Route

CERTIFICATE = "Dozor-Certificate-Sha256"
PEM = "application/x-pem-file"
CAME = "Dozor-Came"  # status line and headers of an answer without a body
MOST_CAME = 2000  # signs
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
ASCII = "".join(map(chr, range(128)))


def moment_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def head_of(stored: bytes) -> StatusAndHeaders:
    """As a record holds it: in ASCII, a header a line."""
    first, *lines = stored.decode("ascii", "replace").strip().split("\r\n")
    protocol, _, status = first.partition(" ")
    parted = (line.partition(":") for line in lines)
    headers = [(name, value.strip()) for name, _, value in parted]
    return StatusAndHeaders(status, headers, protocol=protocol)


def on_one_line(head: StatusAndHeaders) -> str:
    """«304 Not Modified | etag: "x" | …», as far as there is room."""
    parts = (head.statusline, *(f"{name}: {value}" for name, value in head.headers))
    return " | ".join(parts)[:MOST_CAME]


def way_of(route: Route | None) -> dict[str, str]:
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


def in_ascii(text: str) -> str:
    """Other bytes by number, as they came: warcio raises on a header that is Russian in parts."""
    return text if text.isascii() else quote(text, safe=ASCII, errors="surrogateescape")


def length_of(body: bytes) -> list[tuple[str, str]]:
    """Without it a replay does not know what was posted, and takes one call of VK for another."""
    return [("Content-Length", str(len(body)))] if body else []


def uri_of(url: str) -> str:
    """As it goes over the wire, whoever wrote it in Russian."""
    if url.isascii():
        return url
    try:
        parts = urlsplit(url)
        host = idna.encode(parts.hostname or "", uts46=True).decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return in_ascii(url)
    return in_ascii(urlunsplit(parts._replace(netloc=host + port)))

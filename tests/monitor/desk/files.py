"""Files as they are sent with answers: those that are taken, and tricks."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
POLYGLOT = b"%PDF-1.4\n<html><body><script>alert(1)</script></body></html>\n%%EOF\n"
PAGE_AS_PDF = b"<html><body><script>alert(1)</script>\n%PDF-1.4\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        told = name + body
        return struct.pack(">I", len(body)) + told + struct.pack(">I", zlib.crc32(told))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def packed(**parts: str | bytes) -> bytes:
    """A ZIP; `__` in a name stands for a stroke."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return kept.getvalue()


def office(kind: str = WORD, *, first: str = "[Content_Types].xml", **more: bytes) -> bytes:
    """A document as an office suite writes it; `first`: the part that stands first."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES.format(kind=kind),
        "_rels/.rels": "<Relationships/>",
        "word/document.xml": "<document/>",
    }
    return packed(**{first: parts.pop(first), **parts, **more})


def bomb() -> bytes:
    """A kilobyte or so that says that it is 300 megabytes: harmless, as nobody unpacks it."""
    content = bytearray(office(**{"word/media/image1.bin": b"0" * 1000}))
    size = struct.pack("<I", 300_000_000)
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"word/media/image1.bin"))
    content[at + 24 : at + 28] = size
    return bytes(content)


def relation(kind: str, mode: str = "Internal") -> bytes:
    """What a part refers to."""
    of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        f'<Relationships><Relationship Type="{of}/{kind}" Target="a" TargetMode="{mode}"/>'
        "</Relationships>"
    ).encode()

"""Certificates that an operator names in a file, in the forms in which authorities hand them out:
PEM, also with a byte order mark or in UTF-16, and DER, as most `.cer` files are.

    RootsError   the file holds none that can be used; the text is Russian
"""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

BLOCK = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.+?)-----END (?:X509 |TRUSTED )?CERT", re.S
)
SEQUENCE = 0x30
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # PKCS #7, within the first bytes of a .p7b
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
NONE_HERE = "в нём нет сертификатов PEM или DER (.pem, .crt, .cer)"
PACKED = "это набор PKCS #7 (.p7b): сохраните сертификаты из него в файл PEM или .cer"
BROKEN = "сертификат в нём испорчен: скачайте файл заново"


class RootsError(ValueError):
    pass


def certificates_in(path: Path) -> tuple[bytes, ...]:
    """Each in DER. Raises RootsError and OSError."""
    content = path.read_bytes()
    if content.startswith(UTF_16):
        content = content.decode("utf-16", "replace").encode("ascii", "replace")
    try:
        # What trails the certificate itself, in a "trusted" one, are OpenSSL's own remarks.
        found = [next(_sequences(base64.b64decode(block))) for block in BLOCK.findall(content)]
        found = found or list(_sequences(content))
    except (binascii.Error, StopIteration):
        raise RootsError(BROKEN) from None
    if b"BEGIN PKCS7" in content or any(SIGNED_DATA in one[:32] for one in found):
        raise RootsError(PACKED)
    if not found:
        raise RootsError(NONE_HERE)
    return _check(found)


def _sequences(content: bytes) -> Iterator[bytes]:
    """The values of DER that stand one after another."""
    at = 0
    while at + 2 < len(content) and content[at] == SEQUENCE:
        told = content[at + 1]
        more = told & 0x7F if told & 0x80 else 0
        length = int.from_bytes(content[at + 2 : at + 2 + more], "big") if more else told
        end = at + 2 + more + length
        yield content[at:end]
        at = end


def _check(found: list[bytes]) -> tuple[bytes, ...]:
    try:
        _context_of(found)
    except (ssl.SSLError, ValueError):
        raise RootsError(BROKEN) from None
    return tuple(found)


def _context_of(found: Iterable[bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=b"".join(found))
    return context


def trust(context: ssl.SSLContext, path: Path) -> None:
    """Let the context trust what the file holds. Raises RootsError and OSError."""
    context.load_verify_locations(cadata=b"".join(certificates_in(path)))


def doubts(path: Path, known: ssl.SSLContext, now: datetime) -> Iterator[str]:
    """Why these certificates may not do what they are named for; `known`: what is trusted beside.

    Raises RootsError and OSError.
    """
    found = certificates_in(path)
    authorities = _context_of(found).get_ca_certs()
    subjects = {one["subject"] for one in (*authorities, *known.get_ca_certs())}
    if len(authorities) < len(set(found)):
        yield "есть сертификат не центра, а самого сервера: нужен тот, кто его выдал"
    for one in authorities:
        name, issuer = _name(one["subject"]), _name(one["issuer"])
        if one["issuer"] not in subjects:
            yield (
                f"есть сертификат подчинённого центра «{name}», а корневого «{issuer}», который "
                "его выдал, нет: добавьте его в тот же файл"
            )
        if ssl.cert_time_to_seconds(str(one["notAfter"])) < now.timestamp():
            yield f"сертификат центра «{name}» истёк: скачайте новый"


def _name(parts: Any) -> str:
    """The common name, or whatever stands last."""
    known = dict(pair for part in parts for pair in part)
    return str(known.get("commonName") or [*known.values(), ""][-1])

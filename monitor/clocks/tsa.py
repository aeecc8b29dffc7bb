"""A stamp of a time-stamping authority (RFC 3161): somebody else says that bytes existed by then.

    StampError                  there is no stamp; the text is Russian
    └── UnknownSignatureError   there is one, and nobody here can tell whether its signature holds

The whole response is kept, as it came: the library reads no bare token. Its time has whole seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography.x509 import load_der_x509_certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

SECONDS = 30  # for all of it, however slowly it drips
MOST = 200_000  # bytes: a stamp with its certificates has some six thousand
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
GRANTED = 0
GOST = bytes.fromhex("2a8503")  # how the numbers of Russian algorithms begin (1.2.643)
CERTIFICATES = 0xA0  # the tag of their set


class StampError(Exception):
    pass


class UnknownSignatureError(StampError):
    pass


@dataclass(frozen=True, slots=True)
class Stamp:
    at: datetime  # UTC
    signer: str  # as its certificate calls it
    is_trusted: bool  # by a root that somebody has named; else by its own certificates alone


def ask(url: str, text: bytes, seconds: float = SECONDS) -> bytes:
    """The response of the authority, seen to be of these bytes. Raises StampError."""
    query = (
        TimestampRequestBuilder()
        .data(text)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    response = _posted(url, query.as_bytes(), seconds)
    found = _decoded(response)
    _check_granted(found)
    _check_of(found, text)
    if found.tst_info.nonce != query.nonce:
        raise StampError("служба ответила на другой запрос")
    return response


def _posted(url: str, query: bytes, seconds: float) -> bytes:
    request = Request(url, query, {"Content-Type": QUERY, "Accept": REPLY})
    deadline, came = time.monotonic() + seconds, b""
    try:
        with urlopen(request, timeout=seconds) as answer:
            while part := answer.read1(65536):
                came += part
                if len(came) > MOST or time.monotonic() > deadline:
                    raise StampError("ответ службы слишком велик или слишком долог")
    except (URLError, OSError, ValueError) as error:
        raise StampError(f"служба не ответила ({error})") from error
    return came


def checked(response: bytes, text: bytes, roots: Sequence[bytes] = ()) -> Stamp:
    """What a kept response says, now that it is seen to be of `text` and signed. `roots`: DER.

    Raises StampError, and UnknownSignatureError where only the signature could not be looked at.
    """
    found = _decoded(response)
    _check_granted(found)
    _check_of(found, text)
    known = roots or tuple(found.signed_data.certificates)
    try:
        certificates = [load_der_x509_certificate(one) for one in known]
        VerifierBuilder(roots=certificates).build().verify_message(found, text)
    except (VerificationError, ValueError) as error:
        if not roots or GOST in response:
            raise UnknownSignatureError("подпись службы здесь не проверить") from error
        raise StampError("подпись службы не сходится с её сертификатом") from error
    return Stamp(found.tst_info.gen_time.astimezone(UTC), _signer(found), bool(roots))


def moment_of(response: bytes) -> datetime:
    """What it says, unchecked. Raises StampError."""
    return _decoded(response).tst_info.gen_time.astimezone(UTC)


def _signer(found: TimeStampResponse) -> str:
    (info,) = found.signed_data.signer_infos
    for one in map(load_der_x509_certificate, found.signed_data.certificates):
        if (one.issuer, one.serial_number) == (info.issuer, info.serial_number):
            return one.subject.rfc4514_string()
    return info.issuer.rfc4514_string()


def _check_granted(found: TimeStampResponse) -> None:
    if found.status != GRANTED:
        told = "; ".join(found.status_string) or f"код {found.status}"
        raise StampError(f"служба отказала ({told})")


def _check_of(found: TimeStampResponse, text: bytes) -> None:
    if found.tst_info.message_imprint.message != sha256(text).digest():
        raise StampError("штамп стоит на других данных")


def _decoded(response: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(response)
    except ValueError:
        pass
    try:
        return decode_timestamp_response(in_order(response))
    except (ValueError, IndexError, StopIteration) as error:
        raise StampError("это не ответ службы штампов времени") from error


def in_order(response: bytes) -> bytes:
    """The certificates within it sorted, as the library wants them and OpenSSL does not write them.

    No signature covers their order.
    """
    (whole,) = _parts(response, 0, len(response))
    _, token = list(_parts(response, whole.begin, whole.end))[:2]
    _, content = list(_parts(response, token.begin, token.end))[:2]
    signed = next(_parts(response, content.begin, content.end))
    for one in _parts(response, signed.begin, signed.end):
        if one.tag == CERTIFICATES:
            held = _parts(response, one.begin, one.end)
            ordered = sorted(response[part.head : part.end] for part in held)
            return response[: one.begin] + b"".join(ordered) + response[one.end :]
    return response


@dataclass(frozen=True, slots=True)
class _Part:
    """A value of DER: where its head, its content and what follows begin."""

    tag: int
    head: int
    begin: int
    end: int


def _parts(data: bytes, at: int, end: int) -> Iterator[_Part]:
    while at < end:
        told = data[at + 1]
        more = told & 0x7F if told & 0x80 else 0
        begin = at + 2 + more
        length = int.from_bytes(data[at + 2 : begin], "big") if more else told
        yield _Part(data[at], at, begin, begin + length)
        at = begin + length

"""A body, unpacked within bounds, and the proof that it came whole.

A proof is the length that the server named, the last chunk, the end of the packed stream, or the
document's own end.
"""

from __future__ import annotations

import asyncio
import zlib

import httpcore
import httpx

from collectors.ends import has_end
from collectors.http.answers import PARTIAL_CONTENT, Extent
from collectors.http.errors import NotOfferedError, TooLargeError

PARTS_AT_ONCE = 100  # of a body, before others get their turn
PACKED = ("gzip", "x-gzip", "deflate")
NOT_OFFERED = ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma")
GZIP = b"\x1f\x8b"
BROKEN_OFF = (httpcore.RemoteProtocolError, httpcore.ReadError)  # of a body that had begun


async def read_body(response: httpx.Response, body: bytearray, most: int) -> Extent:
    """Fill `body`, unpacked, with at most `most` bytes; a bomb is never unpacked beyond that."""
    try:
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        is_broken = await _fill(response, body, unpack, most)
    finally:
        if not response.is_closed:  # by its end
            await response.aclose()
    is_cut = is_broken or unpack.is_open
    if (not is_cut and (unpack.has_ended or _is_framed(response))) or has_end(bytes(body)):
        return Extent.WHOLE
    return Extent.CUT if is_cut else Extent.UNTOLD


async def read_nothing(response: httpx.Response) -> None:
    """To the end of an answer that has no body, so that its connection serves the next one."""
    async for _ in response.aiter_raw():
        pass


async def _fill(
    response: httpx.Response, body: bytearray, unpack: _Unpacker | _Plain, most: int
) -> bool:
    """Whether the connection broke before the end that was announced.

    A body of tiny chunks comes out of one read by thousands: others get their turn in between.
    """
    parts = 0
    try:
        async for packed in response.aiter_raw():
            body += unpack(packed, most + 1 - len(body))
            parts += 1
            if not parts % PARTS_AT_ONCE:
                await asyncio.sleep(0)
            if len(body) > most:
                del body[most:]
                raise TooLargeError(f"more than {most} bytes")
    except BROKEN_OFF:
        return True
    return False


def _is_framed(response: httpx.Response) -> bool:
    """Then the transport itself complains of a body without its end; a 206 is a part by name."""
    has_length = "content-length" in response.headers or "transfer-encoding" in response.headers
    return has_length and response.status_code != PARTIAL_CONTENT


class _Unpacker:
    """gzip and zlib, one member after another, never more than asked for; no junk behind them."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=47)
        self._held = b""  # the first byte of a member, perhaps
        self._is_junk = False
        self._has_begun = False

    @property
    def has_ended(self) -> bool:
        return self._inflate.eof and not self._held

    @property
    def is_open(self) -> bool:
        return self._has_begun and not self.has_ended

    def __call__(self, packed: bytes, most: int) -> bytes:
        out, waiting = b"", self._held + packed
        self._held = b""
        while waiting and len(out) < most and self._is_more(waiting):
            self._has_begun = True
            out += self._inflate.decompress(waiting, most - len(out))
            waiting = self._inflate.unused_data
        return out

    def _is_more(self, waiting: bytes) -> bool:
        """Of the stream; behind its end a new member may begin, and anything else is junk."""
        if self._is_junk or not self._inflate.eof:
            return not self._is_junk
        if waiting == GZIP[:1]:
            self._held = waiting
            return False
        self._is_junk = not waiting.startswith(GZIP)
        if not self._is_junk:
            self._inflate = zlib.decompressobj(wbits=47)
        return not self._is_junk


class _Plain:
    has_ended = is_open = False  # plain bytes tell nothing of their end

    def __call__(self, packed: bytes, most: int) -> bytes:
        return packed[:most]


def _unpacker(encoding: str) -> _Unpacker | _Plain:
    """As browsers take it: what names no packing (`none`, `utf-8`) says nothing of the bytes."""
    named = [name.strip(" \t\"'").lower() for name in encoding.split(",")]
    if any(name in NOT_OFFERED for name in named):
        raise NotOfferedError(f"content encoding {encoding!r}")
    return _Unpacker() if any(name in PACKED for name in named) else _Plain()

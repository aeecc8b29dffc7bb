"""A WARC file as its gzip members: each holds one record, so each can be found, cut and copied
without the others."""

from __future__ import annotations

import logging
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.storage.packing import packer

log = logging.getLogger(__name__)

HEAD = 4096  # bytes of a record that surely hold its own headers
_NETWORK = re.compile(rb"\r\nDozor-Network: ([\w-]+)\r\n")


@dataclass(frozen=True, slots=True)
class Member:
    """Where a record lies in its file, and its own headers."""

    begin: int
    end: int
    headers: Mapping[str, str]  # names in lower case

    @property
    def id(self) -> str:
        """Without angle brackets, as evidence names it."""
        return self.headers.get("warc-record-id", "").strip("<>")

    @property
    def kind(self) -> str:
        return self.headers.get("warc-type", "")


class Members:
    """Writes a file of gzip members: what was written since `begin` or the last `flush` is one.

    It goes into the file whole, so that a record which could not be finished leaves nothing there.
    warcio would compress by level 9: six times the time, for 2 to 3 % of the bytes (`packing`).
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.begin()

    def begin(self) -> None:
        """Forget what was not flushed."""
        self._packer = packer()
        self._packed: list[bytes] = []

    def write(self, part: bytes) -> None:
        self._packed.append(self._packer.compress(part))

    def flush(self) -> None:
        self._file.write(b"".join((*self._packed, self._packer.flush())))
        self._file.flush()
        self.begin()


def members_of(path: Path) -> Iterator[Member]:
    """Every whole record, in the file's order."""
    begin = 0
    with path.open("rb") as opened:
        for head, end in each_member(opened):
            yield Member(begin, end, _headers(head))
            begin = end


def _headers(head: bytes) -> Mapping[str, str]:
    lines = head.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")[1:]
    parted = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in parted}


def mend(path: Path) -> tuple[Counter[str], int]:
    """Cut off what a killed run had half written; the requests by network and the records kept."""
    if not path.is_file():
        return Counter(), 0
    requests, records, end = counted(path)
    if end < path.stat().st_size:
        log.warning("%s: cut to its last whole record, %d bytes", path.name, end)
        os.truncate(path, end)
    return requests, records


def counted(path: Path) -> tuple[Counter[str], int, int]:
    """Requests by network, records, and the end of the last whole one."""
    requests: Counter[str] = Counter()
    records = end = 0
    with path.open("rb") as opened:
        for head, whole in each_member(opened):
            end, records = whole, records + 1
            if network := _NETWORK.search(head):
                requests[network[1].decode()] += 1
    return requests, records, end


def whole_until(path: Path) -> int:
    """Where the last whole record ends."""
    with path.open("rb") as opened:
        return max((end for _, end in each_member(opened)), default=0)


def each_member(opened: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The first bytes and the end of every whole gzip member."""
    left, read = b"", 0
    while True:
        unzip, head = zlib.decompressobj(wbits=31), b""
        while not unzip.eof:
            left = left or opened.read(1 << 16)
            if not left:
                return
            try:
                head = (head + unzip.decompress(left))[:HEAD]
            except zlib.error:
                return
            read += len(left) - len(unzip.unused_data)
            left = unzip.unused_data
        yield head, read

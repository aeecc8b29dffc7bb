"""A WARC file as its gzip members: each holds one record, so each can be found, cut and copied
without the others."""

from __future__ import annotations

import logging
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.storage.packing import packer

log = logging.getLogger(__name__)

HEAD = 4096  # bytes of a record that surely hold its own headers
ELSEWHERE = "Dozor-Refers-To-File"  # the file that holds the record which a revisit refers to
_NETWORK = re.compile(rb"\r\nDozor-Network: ([\w-]+)\r\n")
_REFERS_TO = re.compile(rb"\r\nDozor-Refers-To-File: ([\w.-]+)\r\n")


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

    def __init__(self, file: BinaryIO, end: int = 0) -> None:
        self._file = file
        self._end = end  # of the file so far
        self.begin()

    def begin(self) -> None:
        """Forget what was not flushed, and where it was written."""
        self.spans: list[tuple[int, int]] = []  # begin and length of each member since then
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        self._parts.append(part)

    def flush(self) -> None:
        whole = _packed(self._parts)
        self._file.write(whole)
        self._file.flush()
        self.spans.append((self._end, len(whole)))
        self._end += len(whole)
        self._parts = []


def _packed(parts: Sequence[bytes]) -> bytes:
    """One member."""
    made = packer(sum(map(len, parts)))
    return b"".join((*map(made.compress, parts), made.flush()))


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


@dataclass(frozen=True, slots=True)
class FileCount:
    """What a file holds: requests by network, records, the end of the last whole one, and the
    names of other files whose records are referred to."""

    requests: Counter[str]
    records: int = 0
    end: int = 0
    refers_to: frozenset[str] = frozenset()


def mend(path: Path) -> FileCount:
    """Cut off what a killed run had half written; what is kept."""
    if not path.is_file():
        return FileCount(Counter())
    found = counted(path)
    if found.end < path.stat().st_size:
        log.warning("%s: cut to its last whole record, %d bytes", path.name, found.end)
        os.truncate(path, found.end)
    return found


def counted(path: Path) -> FileCount:
    requests: Counter[str] = Counter()
    refers_to: set[str] = set()
    records = end = 0
    with path.open("rb") as opened:
        for head, whole in each_member(opened):
            end, records = whole, records + 1
            head = head.partition(b"\r\n\r\n")[0]  # what follows is somebody else's
            if network := _NETWORK.search(head):
                requests[network[1].decode()] += 1
            if other := _REFERS_TO.search(head):
                refers_to.add(other[1].decode())
    return FileCount(requests, records, end, frozenset(refers_to))


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

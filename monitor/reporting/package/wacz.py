"""A package of web archives, WACZ 1.1.1: a ZIP file whose list tells the digest of each member.

A small writer of our own: the `wacz` package lists only pages that another page refers to, reads
titles as UTF-8, and brings `chardet`, which changes how pages are decoded
(docs/decisions/evidence-packages.md).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, BinaryIO

from monitor.reporting.package.cdxj import packed

VERSION = "1.1.1"
LIST, DIGEST = "datapackage.json", "datapackage-digest.json"
CHAIN, STAMP, STAMPED = "evidence/chain.json", "evidence/stamp.tsr", "evidence/stamped.txt"
PAGES_HEAD = {"format": "json-pages-1.0", "id": "pages", "title": "Страницы"}
FILE_RIGHTS = 0o600 << 16
STORED = (".gz", ".pdf", ".tsr")  # packed already; a replay reads within archives


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of the list that a replay opens with."""

    id: str
    url: str
    moment: datetime
    title: str


@dataclass(slots=True)
class Package:
    """Members are added one by one; `close` lists them with their digests."""

    archive: zipfile.ZipFile
    made_at: datetime
    members: list[dict[str, Any]] = field(default_factory=list)

    def add(self, path: str, content: bytes) -> None:
        with self.opened(path) as member:
            member.write(content)

    @contextmanager
    def opened(self, path: str) -> Iterator[_DigestingWriter]:
        with self.archive.open(self._info(path), "w", force_zip64=True) as opened:
            member = _DigestingWriter(opened)
            yield member
        self.members.append(
            {
                "name": path.rpartition("/")[2].lower(),
                "path": path,
                "hash": f"sha256:{member.digest.hexdigest()}",
                "bytes": member.size,
            }
        )

    def add_index(self, lines: Iterable[str]) -> None:
        blocks, table = packed(lines)
        self.add("indexes/index.cdx.gz", blocks)
        self.add("indexes/index.idx", table.encode())

    def add_pages(self, pages: Iterable[ShownPage]) -> None:
        told = (
            {"id": one.id, "url": one.url, "ts": stamp(one.moment), "title": one.title}
            for one in pages
        )
        lines = (json.dumps(one, ensure_ascii=False) for one in (PAGES_HEAD, *told))
        self.add("pages/pages.jsonl", "".join(f"{one}\n" for one in lines).encode())

    def close(self, title: str, description: str, software: str) -> str:
        """The digest of the list, and by it of all that stands in the package."""
        listed = _json(
            {
                "profile": "data-package",
                "wacz_version": VERSION,
                "title": title,
                "description": description,
                "created": stamp(self.made_at),
                "software": software,
                "resources": self.members,
            }
        )
        digest = f"sha256:{hashlib.sha256(listed).hexdigest()}"
        self.archive.writestr(self._info(LIST), listed)
        self.archive.writestr(self._info(DIGEST), _json({"path": LIST, "hash": digest}))
        return digest

    def _info(self, path: str) -> zipfile.ZipInfo:
        local = self.made_at.astimezone(UTC)
        info = zipfile.ZipInfo(path, local.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if path.endswith(STORED) else zipfile.ZIP_DEFLATED
        info.external_attr = FILE_RIGHTS
        return info


class _DigestingWriter:
    """A member of the archive while it is written: what goes through is counted and digested."""

    def __init__(self, opened: IO[bytes]) -> None:
        self._opened = opened
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, content: bytes) -> None:
        self._opened.write(content)
        self.digest.update(content)
        self.size += len(content)


@contextmanager
def new_package(file: BinaryIO, made_at: datetime) -> Iterator[Package]:
    with zipfile.ZipFile(file, "w") as archive:
        yield Package(archive, made_at)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()

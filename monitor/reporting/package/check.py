"""Whether a package of evidence is as it was made: digests, records, chain, stamp.

Nothing but the package is needed for it, neither settings nor a database: whoever was handed the
file can check it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from monitor.clocks import tsa
from monitor.reporting.package.wacz import CHAIN, DIGEST, LIST, STAMP, STAMPED
from monitor.storage.chain import Sealing, broken

ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
ALGORITHM = "sha256:"


@dataclass(frozen=True, slots=True)
class Checked:
    """`faults` and `doubts`: Russian, each names the member of the package."""

    faults: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    members: int = 0
    records: int = 0
    links: int = 0
    digest: str = ""
    stamped_at: datetime | None = None
    signer: str = ""


@dataclass(slots=True)
class _Check:
    archive: zipfile.ZipFile
    roots: Sequence[bytes]
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    members: int = 0
    records: int = 0
    links: int = 0
    stamp: tsa.Stamp | None = None

    def run(self) -> Checked:
        listed, digest = self._listed()
        if listed is not None:
            self._check_members(listed)
            self._check_records()
            self._check_chain()
        at, signer = (self.stamp.at, self.stamp.signer) if self.stamp else (None, "")
        return Checked(
            faults=tuple(self.faults),
            doubts=tuple(self.doubts),
            members=self.members,
            records=self.records,
            links=self.links,
            digest=digest,
            stamped_at=at,
            signer=signer,
        )

    def _listed(self) -> tuple[Mapping[str, Mapping[str, Any]] | None, str]:
        """Path → what the list says of the member. None where there is no list to go by."""
        content, told = self._read(LIST), self._json(DIGEST)
        if content is None:
            return None, ""
        digest = f"{ALGORITHM}{hashlib.sha256(content).hexdigest()}"
        if isinstance(told, dict) and told.get("hash") != digest:
            self.faults.append(f"{LIST}: перечень изменён, отпечаток не тот, что в {DIGEST}")
        try:
            listed = {one["path"]: one for one in json.loads(content)["resources"]}
        except (ValueError, KeyError, TypeError):
            self.faults.append(f"{LIST}: это не перечень частей пакета")
            return None, digest
        return listed, digest

    def _check_members(self, listed: Mapping[str, Mapping[str, Any]]) -> None:
        present = [one.filename for one in self.archive.infolist() if not one.is_dir()]
        for name in present:
            if present.count(name) > 1:
                self.faults.append(f"{name}: в пакете дважды под одним именем")
            if name not in listed and name not in (LIST, DIGEST):
                self.faults.append(f"{name}: в перечне {LIST} такой части нет, её добавили потом")
        for path, told in listed.items():
            self._check_member(path, told)

    def _check_member(self, path: str, told: Mapping[str, Any]) -> None:
        content = self._digest(path)
        if content is None:
            return
        digest, size = content
        self.members += 1
        if f"{ALGORITHM}{digest}" != told.get("hash"):
            was = told.get("bytes")
            grown = f" (было {was} байт, стало {size})" if was != size else ""
            self.faults.append(f"{path}: часть изменена, отпечаток не сходится{grown}")

    def _check_records(self) -> None:
        for name in sorted(set(self.archive.namelist())):
            if name.startswith("archive/") and name.endswith(".warc.gz"):
                self._check_archive(name)

    def _check_archive(self, name: str) -> None:
        count = 0
        try:
            with self.archive.open(name) as opened:
                for record in ArchiveIterator(opened):
                    count += 1
                    body = record.content_stream().read()
                    told = record.rec_headers.get_header("Dozor-Body-Sha256")
                    if record.rec_type == "response" and told != hashlib.sha256(body).hexdigest():
                        self._record_fault(name, record.rec_headers.get_header("WARC-Record-ID"))
        except (*ZIP_FAULTS, ArchiveLoadFailed, OSError, ValueError):
            self.faults.append(f"{name}: после записи {count} не читается")
        self.records += count

    def _record_fault(self, name: str, record: str | None) -> None:
        self.faults.append(f"{name}: запись {(record or '').strip('<>')} изменена")

    def _check_chain(self) -> None:
        told = self._json(CHAIN)
        try:
            chain = [Sealing(**one) for one in told["chain"]] if isinstance(told, dict) else []
            cut = {one["file"] for one in told["records"]} if isinstance(told, dict) else set()
        except (KeyError, TypeError):
            self.faults.append(f"{CHAIN}: это не цепочка отпечатков")
            return
        if not chain:
            return
        self.links = len(chain)
        for one in broken(chain):
            self.faults.append(f"{CHAIN}: цепочка прервана на файле {one.name}")
        if unknown := cut - {one.name for one in chain}:
            self.faults.append(f"{CHAIN}: в цепочке нет файлов {', '.join(sorted(unknown))}")
        self._check_stamp(chain, max((one.place for one in chain if one.name in cut), default=0))

    def _check_stamp(self, chain: Sequence[Sealing], needed: int) -> None:
        if STAMP not in self.archive.namelist():
            self.doubts.append("штампа времени в пакете нет")
            return
        response, text = self._read(STAMP), self._read(STAMPED)
        if response is None or text is None:
            return
        stamped = [one for one in chain if one.chain.encode() == text]
        if not stamped or stamped[0].place < needed:
            self.faults.append(f"{STAMPED}: это не то звено цепочки, которое охватывает материалы")
            return
        try:
            self.stamp = tsa.checked(response, text, self.roots)
        except tsa.UnknownSignatureError as error:
            self.doubts.append(f"{STAMP}: {error}; корневой сертификат службы: --tsa-ca ФАЙЛ")
        except tsa.StampError as error:
            self.faults.append(f"{STAMP}: {error}")

    def _read(self, name: str) -> bytes | None:
        try:
            return self.archive.read(name)
        except KeyError:
            self.faults.append(f"{name}: в пакете этой части нет")
        except ZIP_FAULTS:
            self.faults.append(f"{name}: часть испорчена и не читается")
        return None

    def _digest(self, name: str) -> tuple[str, int] | None:
        try:
            with self.archive.open(name) as opened:
                digest, size = hashlib.sha256(), 0
                while part := opened.read(1 << 20):
                    digest.update(part)
                    size += len(part)
                return digest.hexdigest(), size
        except KeyError:
            self.faults.append(f"{name}: в пакете этой части нет")
        except ZIP_FAULTS:
            self.faults.append(f"{name}: часть испорчена и не читается")
        return None

    def _json(self, name: str) -> Any:
        content = self._read(name)
        try:
            return json.loads(content) if content is not None else None
        except ValueError:
            self.faults.append(f"{name}: часть испорчена, это не JSON")
            return None


def check(path: Path, roots: Sequence[bytes] = ()) -> Checked:
    """`roots`: certificates (DER) of authorities whose stamps are believed. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _Check(archive, roots).run()
    except zipfile.BadZipFile:
        return Checked((f"{path}: это не пакет WACZ, или файл обрезан",))

"""What parsers made of the pages of sites, from one night to the next: fulfils `Memories`.

A row a site: its values lie in one body, one behind another, since they repeat one another (menus).
It holds nothing of its own. A value that cannot be read back is made anew, a row that is lost costs
a night's work, and what nobody asked for within a month goes.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Column, Engine, LargeBinary, delete
from sqlmodel import Field, SQLModel, col

from monitor.storage.bodies import from_json, in_json
from monitor.storage.database import exclusive, insert_of, session

log = logging.getLogger(__name__)
Value = TypeVar("Value")

KEPT = timedelta(days=30)  # since it was last of use
NOTED = timedelta(days=7)  # that it was of use, no more often: else every night would write all
MOST_PLACES = 2_000  # of a site: its pages, scripts and sitemaps
MOST_VALUE = 500_000  # bytes; what is more is made anew
MOST_BYTES = 8_000_000  # of a site, unpacked
QUICKLY = 3  # of zlib: a third of the time of 6, for a tenth more bytes


class SiteMemoryRow(SQLModel, table=True):
    __tablename__ = "site_memory"

    site: str = Field(primary_key=True)
    used_on: date = Field(index=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


@dataclass(frozen=True, slots=True)
class KeptValue:
    digest: str
    used_on: date
    text: bytes  # JSON


@dataclass(slots=True)
class StoredSite:
    """The memory of one site, read with one question and written with one."""

    engine: Engine
    site: str
    today: date
    kept: dict[str, KeptValue] = field(default_factory=dict)
    size: int = 0
    is_changed: bool = False

    def recall(self, kind: type[Value], place: str, digest: str) -> Value | None:
        found = self.kept.get(place)
        if found is None or found.digest != digest:
            return None
        try:
            value = from_json(kind, found.text)
        except ValueError as error:
            log.warning("%s: what is remembered cannot be read: %r", self.site, error)
            self._forget(place)
            return None
        if abs(self.today - found.used_on) >= NOTED:
            self.kept[place] = replace(found, used_on=self.today)
            self.is_changed = True
        return value

    def remember(self, place: str, digest: str, value: object) -> None:
        """What is too large, or holds what no JSON can, is not."""
        self._forget(place)
        try:
            text = in_json(value, strict=True)
        except ValueError as error:
            log.debug("%s: not to be remembered: %r", self.site, error)
            return
        fits = len(text) <= MOST_VALUE and self.size + len(text) <= MOST_BYTES
        if fits and len(self.kept) < MOST_PLACES:
            self.kept[place] = KeptValue(digest, self.today, text)
            self.size += len(text)
            self.is_changed = True

    def _forget(self, place: str) -> None:
        if (old := self.kept.pop(place, None)) is not None:
            self.size -= len(old.text)
            self.is_changed = True

    def save(self) -> None:
        if not self.is_changed:
            return
        for place in [one for one, kept in self.kept.items() if self._is_old(kept)]:
            self._forget(place)
        _put(self.engine, SiteMemoryRow(site=self.site, used_on=self.today, body=_body(self.kept)))
        self.is_changed = False

    def _is_old(self, kept: KeptValue) -> bool:
        return abs(self.today - kept.used_on) > KEPT


@dataclass(frozen=True, slots=True)
class StoredMemories:
    """`today`: by the clock of the machine, as retention counts."""

    engine: Engine
    today: date

    def of_site(self, site: str) -> StoredSite:
        with session(self.engine) as opened:
            row = opened.get(SiteMemoryRow, site)
        kept = _kept_in(row.body, site) if row else {}
        size = sum(len(one.text) for one in kept.values())
        return StoredSite(self.engine, site, self.today, kept, size)


def forget_old(engine: Engine, now: datetime, *, believed: bool) -> None:
    """Sites that nobody has read for so long. By a clock that is not believed nothing goes."""
    if believed:
        with exclusive(engine) as opened:
            opened.exec(delete(SiteMemoryRow).where(col(SiteMemoryRow.used_on) < now.date() - KEPT))


def _put(engine: Engine, row: SiteMemoryRow) -> None:
    """Two that read the same site at once remember the same: the last one's stays."""
    values = row.model_dump()
    with session(engine) as opened:
        insert = insert_of(opened.get_bind().dialect.name)(SiteMemoryRow).values(**values)
        opened.connection().execute(
            insert.on_conflict_do_update(index_elements=["site"], set_=values)
        )


def _body(kept: Mapping[str, KeptValue]) -> bytes:
    """A line that tells what follows, and the values in its order."""
    listed = [
        (place, one.digest, one.used_on.isoformat(), len(one.text)) for place, one in kept.items()
    ]
    head = json.dumps(listed).encode()
    return zlib.compress(b"".join((head, b"\n", *(one.text for one in kept.values()))), QUICKLY)


def _kept_in(body: bytes, site: str) -> dict[str, KeptValue]:
    try:
        head, _, texts = zlib.decompress(body).partition(b"\n")
        return dict(_each_kept(json.loads(head), texts))
    except (zlib.error, ValueError, TypeError) as error:
        log.warning("%s: what is remembered of it cannot be read: %r", site, error)
        return {}


def _each_kept(listed: Any, texts: bytes) -> Iterator[tuple[str, KeptValue]]:
    at = 0
    for place, digest, used_on, length in listed:
        yield place, KeptValue(digest, date.fromisoformat(used_on), texts[at : at + length])
        at += length

"""A database as if there had been many nights: what one audit stored, copied to others in SQL.

Whatever columns a program's tables have, so it serves another commit's database as well. What is
looked back on in the first town (a fortnight of pages, all that was found) has the body of the
audit that is copied. Other rows have none that could be read: they may be found, counted and
sorted, and whoever reads them has read too much. What was found stands so since the first night:
the history of a case is read where it changed.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.differing import FIRST_ID, TOWN, Region

BODY = "CASE WHEN {looked_back_on} THEN {body} ELSE x'00' END"


AUDIT = {
    "id": "night.audit",
    "as_of": "moment",
    "scope": "NULL",
    "reading": "'night-' || n",
    "kind": "'audit'",
}
FILE = {
    "audit_id": "night.audit",
    "name": "'night-' || n || '-' || one.name",
    "place": "one.place + 1000000 * n",
}
LOOK = {
    "audit_id": "night.audit",
    "address": "page",
    "observed_at": "moment",
    "body": BODY.format(looked_back_on="n <= 14 AND municipality = 'town0'", body="one.body"),
}
JUDGEMENT = {
    "audit_id": "night.audit",
    "municipality": "who.municipality",
    "institution": "who.institution",
    "body": BODY.format(looked_back_on="who.municipality = 'town0'", body="one.body"),
}


def prolong(database: Path, region: Region, nights: int) -> int:
    """The rows that were added: `nights` audits of the whole region before the newest audit's."""
    opened = sqlite3.connect(database)
    try:
        opened.execute("PRAGMA synchronous = OFF")
        last = _number(opened, "SELECT max(id) FROM audit")
        opened.execute("CREATE TEMP TABLE night (n INTEGER, audit INTEGER, moment TEXT)")
        opened.executemany("INSERT INTO night VALUES (?, ?, ?)", _nights(region, last, nights))
        opened.execute("CREATE TEMP TABLE who (municipality TEXT, institution TEXT, page TEXT)")
        opened.executemany("INSERT INTO who VALUES (?, ?, ?)", _members(region))
        opened.create_function("since", 1, partial(_since, region.since - timedelta(days=nights)))
        _copy_all(opened, last)
        opened.commit()
        return _number(opened, "SELECT count(*) FROM observation")
    finally:
        opened.close()


def _since(first: datetime, body: bytes) -> bytes:
    """A judgement, each finding of which stands so since then."""
    told = json.loads(zlib.decompress(body))
    for finding in told["findings"]:
        finding["since"] = first.date().isoformat()
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode())


def _nights(region: Region, last: int, nights: int) -> Iterable[tuple[int, int, str]]:
    for n in range(nights, 0, -1):
        moment = region.since - timedelta(days=n)
        yield n, last + nights - n + 1, _stored(moment)


def _stored(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _members(region: Region) -> Iterable[tuple[str, str, str]]:
    for at in range(region.institutions):
        yield f"town{at // TOWN}", f"i{at}", f"https://vk.com/club{FIRST_ID + at}"


def _copy_all(opened: sqlite3.Connection, last: int) -> None:
    of_last = f"WHERE audit_id = {last}"
    page = f"SELECT * FROM observation {of_last} AND network = 'vk' AND failure IS NULL LIMIT 1"
    _copy(opened, "audit", f"audit AS one, night WHERE one.id = {last}", AUDIT)
    _copy(opened, "evidence_file", f"evidence_file AS one, night {of_last}", FILE)
    _copy(opened, "observation", f"({page}) AS one, night, who", LOOK)
    opened.execute(f"UPDATE judgement SET body = since(body) {of_last}")
    found = f"SELECT * FROM judgement {of_last} LIMIT 1"
    _copy(opened, "judgement", f"({found}) AS one, night, who", JUDGEMENT)


def _copy(opened: sqlite3.Connection, table: str, source: str, values: Mapping[str, str]) -> None:
    columns = [row[1] for row in opened.execute(f"PRAGMA table_info({table})")]
    given = [name for name in columns if name != "id" or "id" in values]
    told = ", ".join(values.get(name, f"one.{name}") for name in given)
    names = ", ".join(given)
    opened.execute(f"INSERT INTO {table} ({names}) SELECT {told} FROM {source} ORDER BY n DESC")


def _number(opened: sqlite3.Connection, asked: str) -> int:
    return int(opened.execute(asked).fetchone()[0] or 0)

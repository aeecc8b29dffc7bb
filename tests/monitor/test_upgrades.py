"""Databases that earlier versions wrote are brought up to date and go on being worked with.

They come from the code of their time: see tests/recorded/databases/README.md.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import tomli_w
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from monitor.cli.app import app
from monitor.storage import audits, findings
from monitor.storage.database import connect, newest_revision, schema_is_current
from monitor.storage.upgrading import configuration
from tests.monitor.conftest import AS_OF

KEPT = Path(__file__).parents[1] / "recorded/databases"
REVISIONS = sorted(path.name[:4] for path in KEPT.glob("*.sql.gz"))
APART = [one for one in REVISIONS if one < "0007"]  # findings were rows of their own
TWICE = [one for one in REVISIONS if one < "0009"]  # a moment could be read twice
OWN = {
    "alembic_version",
    "lock",
    "night",
}  # nobody's work: a lock is dropped, nights came with 0002


@dataclass
class Old:
    """An office whose database was written by the code of another time."""

    folder: Path
    was: Mapping[str, int]  # rows by table
    outcomes: Mapping[str, int]
    sentences: Sequence[str]  # of the findings, in their order

    def dozor(self, *arguments: str) -> tuple[int, str]:
        command = ["--config", str(self.folder / "config.toml"), *arguments]
        done = CliRunner().invoke(app, command, catch_exceptions=False)
        return done.exit_code, done.output

    def report(self, audit: int = 1) -> dict[str, Any]:
        path = self.folder / "report.json"
        asked = ("report", "--audit", str(audit), "--format", "json", "-o", str(path))
        assert self.dozor(*asked)[0] == 0
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return content


def rows(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as opened:
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [name for (name,) in tables if name not in OWN]
        return {
            name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names
        }


def found_in(opened: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """In their order, as the schema of the time kept them: apart, or an institution's together."""
    tables = opened.execute("SELECT name FROM sqlite_master WHERE name = 'finding'").fetchall()
    for (body,) in opened.execute(f"SELECT body FROM {'finding' if tables else 'judgement'}"):
        told = json.loads(zlib.decompress(body))
        yield from [told] if tables else told["findings"]


@pytest.fixture(params=REVISIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    (tmp_path / "var/evidence").mkdir(parents=True)
    database = tmp_path / "var/dozor.db"
    evidence = (KEPT / f"{request.param}.warc.gz").read_bytes()
    (tmp_path / "var/evidence/audit-000001.warc.gz").write_bytes(evidence)
    with closing(sqlite3.connect(database)) as opened:
        opened.executescript(
            gzip.decompress((KEPT / f"{request.param}.sql.gz").read_bytes()).decode()
        )
        ((digests,),) = opened.execute("SELECT registries FROM audit").fetchall()
        (digest,) = json.loads(digests).values()
        ((registry,),) = opened.execute(
            "SELECT body FROM document WHERE digest = ?", [digest]
        ).fetchall()
        found = list(found_in(opened))
    (tmp_path / "demo.toml").write_bytes(registry)
    config = {"registry": ["demo.toml"], "schedule": {"timezone": "Asia/Tomsk"}}
    (tmp_path / "config.toml").write_text(tomli_w.dumps(config), "utf-8")
    outcomes = Counter(one["outcome"] for one in found)
    sentences = [one["because"] for one in found]
    return Old(tmp_path, rows(database), outcomes, sentences)


def test_every_schema_before_the_newest_has_its_database() -> None:
    newest, *past = ScriptDirectory.from_config(configuration()).walk_revisions()
    assert {one.revision for one in past} <= set(REVISIONS)
    assert newest.down_revision in REVISIONS
    assert newest.revision == newest_revision()


def test_nothing_that_was_stored_is_lost(old: Old) -> None:
    kept = {name for name, count in old.was.items() if count}
    assert {"audit", "observation", "call", "statement", "message"} <= kept
    assert kept & {"finding", "judgement"}
    assert old.dozor("outbox")[0] == 0
    engine = connect(f"sqlite:///{old.folder / 'var/dozor.db'}")
    assert schema_is_current(engine)
    engine.dispose()
    now = rows(old.folder / "var/dozor.db")
    assert now["judgement"] == 3  # institutions, as findings are kept since 0007
    assert {name: now[name] for name in old.was if name != "finding"} == {
        name: count for name, count in old.was.items() if name != "finding"
    }


def test_the_letter_still_waits_and_the_evidence_is_whole(old: Old) -> None:
    status, told = old.dozor("outbox")
    assert (status, told.count("deputy@example.org"), "ждёт" in told) == (0, 1, True)
    assert old.dozor("verify") == (0, "Все материалы на месте и не менялись.\n")


@pytest.mark.parametrize("old", ["0012"], indirect=True)  # addresses are kept since 0014
def test_a_package_of_old_evidence_tells_what_was_not_kept_then(old: Old) -> None:
    path = old.folder / "museum.wacz"
    status, told = old.dozor("evidence", "museum", "--audit", "1", "-o", str(path))
    assert status == 0, told
    with ZipFile(path) as package:
        protocol = package.read("evidence/protocol.html").decode()
    assert '<th scope="row">IP-адрес сервера</th><td>не записано</td>' in protocol
    assert old.dozor("verify", str(path))[0] == 0


def test_the_report_says_what_was_found_then(old: Old) -> None:
    shown = old.report()
    told = [finding for one in shown["institutions"] for finding in one["findings"]]
    assert len(shown["institutions"]) == 3
    assert Counter(finding["outcome"] for finding in told) == old.outcomes
    assert sorted(finding["because"] for finding in told) == sorted(old.sentences)
    engine = connect(f"sqlite:///{old.folder / 'var/dozor.db'}")
    (audit,) = [one for one in [audits.by_id(engine, 1)] if one]
    assert [one.because for one in findings.of_audit(engine, audit)] == old.sentences
    assert findings.counts_of(engine, [1]) == {1: old.outcomes}
    engine.dispose()


@pytest.mark.parametrize("old", APART, indirect=True)
def test_what_workers_wrote_between_each_other_is_kept_whole_and_once(old: Old) -> None:
    """Each institution's rows apart, and one institution judged by two."""
    with closing(sqlite3.connect(old.folder / "var/dozor.db")) as opened, opened:
        names = [row[1] for row in opened.execute("PRAGMA table_info(finding)") if row[1] != "id"]
        columns = ", ".join(names)
        opened.execute(
            f"INSERT INTO finding ({columns}) SELECT {columns} FROM finding "
            "WHERE institution = (SELECT min(institution) FROM finding)"
        )
        opened.execute("UPDATE finding SET id = 1000000 + (id * 7919) % 100003")
    shown = old.report()
    told = [finding for one in shown["institutions"] for finding in one["findings"]]
    assert len(shown["institutions"]) == 3
    assert Counter(finding["outcome"] for finding in told) == old.outcomes
    assert sorted(finding["because"] for finding in told) == sorted(old.sentences)


def test_what_was_seen_then_can_be_judged_again(old: Old) -> None:
    status, told = old.dozor("evaluate", "school-1", "school-2", "museum", "--as-of", AS_OF)
    assert status in (0, 3), told
    shown = old.report(2)
    again = Counter(f["outcome"] for one in shown["institutions"] for f in one["findings"])
    assert shown["audit"]["id"] == 2
    assert (again["error"], again["pass"] > 10) == (0, True)


@pytest.mark.parametrize("old", TWICE, indirect=True)
def test_a_moment_that_was_read_twice_keeps_both_audits(old: Old) -> None:
    """The newest that came to its end is the one that is shown when the moment is asked for."""
    database = old.folder / "var/dozor.db"
    with closing(sqlite3.connect(database)) as opened, opened:
        known = {row[1] for row in opened.execute("PRAGMA table_info(audit)")}
        columns = ", ".join(sorted(known - {"id", "finished_at"}))
        for number, finished in ((2, "finished_at"), (3, "NULL")):
            opened.execute(
                f"INSERT INTO audit (id, finished_at, {columns}) "
                f"SELECT {number}, {finished}, {columns} FROM audit WHERE id = 1"
            )
    assert [old.report(number)["audit"]["id"] for number in (1, 2)] == [1, 2]
    engine = connect(f"sqlite:///{database}")
    audit = audits.by_id(engine, 1)
    assert audit
    shown = audits.finished(
        engine, kind="audit", as_of=audit.as_of, scope=audit.scope, towns=audit.registries
    )
    assert shown
    assert (shown.id, rows(database)["audit"]) == (2, 3)
    engine.dispose()

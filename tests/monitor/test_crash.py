"""SIGKILL at many random moments of nights: nothing is lost, repeated or mailed twice.

On SQLite and on PostgreSQL; of one service, of two on one database, of workers. What must hold is
read from the database, the evidence and the mail server, never from logs. The suite has some of
them on every stage, `make kills` hundreds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine
from sqlmodel import col, select
from warcio.archiveiterator import ArchiveIterator

from collectors.model import Observation
from monitor.sandbox import serve
from monitor.storage import audits, findings
from monitor.storage.bodies import unpacked
from monitor.storage.database import connect, open_database, session
from monitor.storage.outbox import UNSURE
from monitor.storage.tables import (
    AuditRow,
    EvidenceFileRow,
    MessageRow,
    NightRow,
    ObservationRow,
)
from monitor.storage.verifying import verify
from reports.model import Audit
from tests import postgresql
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.kills import Nights, TwoServices, Workers
from tests.monitor.pipeline import Town, school
from tests.monitor.sandboxes import SMALL
from tests.monitor.starts import fork_server

KILLS = {"sqlite": 12, "postgresql": 9, "two-sqlite": 4, "two-postgresql": 4, "workers": 2}
SHARES = dict(zip(KILLS, (0.3, 0.2, 0.2, 0.15, 0.15), strict=True))  # of `make kills`
LIVED: dict[str, type[Nights]] = {
    "two-sqlite": TwoServices, "two-postgresql": TwoServices, "workers": Workers
}  # fmt: skip
# Three kills of workers fail a batch; of pairs, all kills of a long night would fall on its start.
A_NIGHT = dict.fromkeys(LIVED, 2)
DEPUTY = "deputy@example.org"


def _value(engine: Engine, row: AuditRow) -> Audit:
    assert row.id is not None
    found = audits.by_id(engine, row.id)
    assert found is not None
    return found


@cache
def _records(folder: Path, audit: int) -> set[str]:
    """Each worker has a file of its own."""
    found = set()
    for path in folder.glob(f"audit-{audit:06}*.warc.gz"):
        with path.open("rb") as opened:
            for record in ArchiveIterator(opened):
                found.add(record.rec_headers.get_header("WARC-Record-ID").strip("<>"))
    return found


@pytest.fixture(scope="module", params=KILLS)
def nights(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: URL
) -> Iterator[Nights]:
    """So many kills over as many nights as it takes; the first night is left in peace."""
    folder = tmp_path_factory.mktemp("crash")
    box = Mailbox(pause=0.05)
    kind: str = request.param
    wanted = round(int(os.environ.get("KILLS", 0)) * SHARES[kind]) or KILLS[kind]
    with serve(SMALL) as sandbox, box.listening(), _database(kind, server) as storage:
        mail = {
            "host": "127.0.0.1",
            "port": box.port,
            "recipients": [DEPUTY],
            "report_every": "night",
            "timeout": 60,
        }
        town = Town(
            folder,
            sandbox,
            [
                school(1, "https://vk.com/kedr.school", site=sandbox.site_url("school")),
                school(2, "https://vk.com/club102", "https://ok.ru/group/70000000000101"),
                school(3, "https://vk.com/club104"),
            ],
            sections={
                "mail": mail,
                "schedule": {"nightly": "* * * * *"},
                "storage": storage,
                "workers": {"heartbeat_seconds": 1, "pages": 1},
            },
        )
        settings, context = town.settings(), fork_server()
        engine = connect(settings.storage.database)
        lived = LIVED.get(kind, Nights)
        lived_through = lived(town, box, context, engine, wanted)
        lived_through.a_night = A_NIGHT.get(kind, lived_through.a_night)
        assert lived_through.lived(NOW, None)
        for minute in range(1, 2 * wanted):
            lived_through.live_through(NOW + timedelta(minutes=minute))
            if lived_through.is_enough():
                break
        yield lived_through
        engine.dispose()


@contextmanager
def _database(kind: str, server: URL) -> Iterator[dict[str, str]]:
    """The section `[storage]`; a town has its own SQLite file."""
    if kind.endswith("sqlite"):
        yield {}
    else:
        with postgresql.database(server) as address:
            open_database(address).dispose()
            yield {"database": address}


def _audits(nights: Nights) -> list[AuditRow]:
    with session(nights.engine) as opened:
        return list(opened.exec(select(AuditRow).order_by(col(AuditRow.id))))


def test_the_kills_fell_on_every_stage(nights: Nights) -> None:
    print(nights.kills, "kills:", dict(nights.stages))
    assert nights.is_enough()


def test_every_night_has_one_audit_and_it_is_finished(nights: Nights) -> None:
    rows = _audits(nights)
    assert all(row.finished_at for row in rows)
    assert len({row.as_of for row in rows}) == len(rows)
    with session(nights.engine) as opened:
        done = opened.exec(select(NightRow)).all()
    assert sorted(night.audit_id or 0 for night in done) == [row.id for row in rows]


def test_what_was_committed_is_there_and_no_address_was_read_twice(nights: Nights) -> None:
    assert nights.committed <= nights.observed()
    with session(nights.engine) as opened:
        rows = opened.exec(select(ObservationRow)).all()
    times = Counter((row.audit_id, row.network, row.address) for row in rows)
    assert set(times.values()) == {1}
    assert len({len([key for key in times if key[0] == row.id]) for row in _audits(nights)}) == 1


def test_findings_are_those_of_a_night_in_peace(nights: Nights) -> None:
    told = [
        [
            (one.institution, one.requirement, one.network, one.page, one.about, one.outcome)
            for one in findings.of_audit(nights.engine, _value(nights.engine, row))
        ]
        for row in _audits(nights)
    ]
    assert all(len(set(one)) == len(one) for one in told)
    assert all(set(one) == set(told[0]) for one in told)


def test_the_evidence_is_whole(nights: Nights) -> None:
    folder = nights.town.folder / "var/evidence"
    assert list(verify(nights.engine, folder)) == []
    with session(nights.engine) as opened:
        files = {row.audit_id for row in opened.exec(select(EvidenceFileRow))}
    assert files == {row.id for row in _audits(nights)}


def test_every_observation_has_its_bytes(nights: Nights) -> None:
    with session(nights.engine) as opened:
        rows = opened.exec(select(ObservationRow)).all()
    for row in rows:
        kept = _records(nights.town.folder / "var/evidence", row.audit_id)
        stated = unpacked(Observation, row.body).evidence
        assert {one.record for one in stated} <= kept


def test_one_letter_a_night_or_one_that_waits_for_a_word(nights: Nights) -> None:
    came = Counter(str(message["Message-ID"]) for message in nights.mailbox.messages)
    assert set(came.values()) <= {1}
    with session(nights.engine) as opened:
        rows = opened.exec(select(MessageRow).where(MessageRow.recipient == DEPUTY)).all()
    assert sorted(row.audit_id or 0 for row in rows) == [row.id for row in _audits(nights)]
    doubtful = [row for row in rows if row.state != "sent"]
    assert all((row.state, row.answer) == ("parked", UNSURE) for row in doubtful)
    assert len(rows) - len(doubtful) <= len(came) <= len(rows)

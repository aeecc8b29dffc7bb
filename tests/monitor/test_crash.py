"""SIGKILL at many random moments of nights: nothing is lost, repeated or mailed twice.

On SQLite, and less often on PostgreSQL. What must hold is read from the database, the evidence and
the mail server, never from logs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
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
from monitor.storage.evidence import verify
from monitor.storage.outbox import UNSURE
from monitor.storage.tables import (
    AuditRow,
    EvidenceFileRow,
    JudgementRow,
    MessageRow,
    NightRow,
    ObservationRow,
)
from reports.model import Audit
from tests import postgresql
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.pipeline import Town, school
from tests.monitor.sandboxes import SMALL
from tests.monitor.starts import ended, fork_server, start

KILLS = {"sqlite": 110, "postgresql": 30}
SEED = 298
DEPUTY = "deputy@example.org"


STAGES = ("start", "begin", "collect", "judge", "render", "queued", "claimed", "handing", "sent")
AIMS = ("start", "collect", "judge", "render", "queued", "handing", "sent")
A_NIGHT = 8  # kills; then it is let live
LOOK = 0.03  # seconds
LATER = 0.3  # seconds after a stage was reached, at most


@dataclass
class Nights:
    """Night after night, a minute apart, each killed again and again and then let live.

    A kill is aimed at a stage, which the database tells, and falls a random moment later: so a
    slow machine has them as widely spread as a quick one.
    """

    town: Town
    mailbox: Mailbox
    context: ForkServerContext
    engine: Engine
    wanted: int  # kills
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    kills: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    committed: set[int] = field(default_factory=set)

    def live_through(self, now: datetime) -> None:
        for aim in sorted(self.chance.choices(AIMS, k=A_NIGHT), key=STAGES.index):
            if self.lived(now, aim):
                return
            self.kills += 1
            self.stages[self.stage(now)] += 1
            self.committed |= self.observed()
        assert self.lived(now, None)

    def lived(self, now: datetime, aim: str | None) -> bool:
        """Whether the night came to its end before a SIGKILL did."""
        process = self.started(now)
        while aim and process.exitcode is None and self.is_before(aim, now):
            process.join(LOOK)
        process.join(LATER * self.chance.random() ** 2 if aim else None)
        return ended(process)

    def is_enough(self) -> bool:
        """So many kills, on every stage; of few none may have fallen on a short one."""
        if self.kills < self.wanted or len(self.stages) < 4:
            return False
        mails = sum(self.stages[one] for one in ("queued", "claimed", "handing", "sent"))
        others = [self.stages[one] for one in ("start", "collect", "judge", "render")]
        return self.wanted <= 100 or (min(others) >= 3 and mails >= 10)

    def started(self, now: datetime) -> ForkServerProcess:
        settings = (self.town.folder / "config.toml", self.town.sandbox.settings(), now)
        process = self.context.Process(target=start, args=settings)
        process.start()
        return process

    def is_before(self, aim: str, now: datetime) -> bool:
        return STAGES.index(self.stage(now)) < STAGES.index(aim)

    def stage(self, now: datetime) -> str:
        """How far the night has come, by what stands in the database."""
        with session(self.engine) as opened:
            audit = opened.exec(select(AuditRow).where(AuditRow.as_of == now)).first()
            if audit is None:
                begun = opened.exec(select(NightRow).where(NightRow.as_of == now)).first()
                return "begin" if begun else "start"
            state = opened.exec(
                select(MessageRow.state).where(MessageRow.audit_id == audit.id)
            ).first()
            if state or audit.finished_at:
                return (state if state in STAGES else "sent") if state else "render"
            judged = select(JudgementRow.id).where(JudgementRow.audit_id == audit.id).limit(1)
            return "judge" if opened.exec(judged).first() else "collect"

    def observed(self) -> set[int]:
        with session(self.engine) as opened:
            return {number for number in opened.exec(select(ObservationRow.id)) if number}


def _value(engine: Engine, row: AuditRow) -> Audit:
    assert row.id is not None
    found = audits.by_id(engine, row.id)
    assert found is not None
    return found


@cache
def _records(path: Path) -> set[str]:
    with path.open("rb") as opened:
        return {
            record.rec_headers.get_header("WARC-Record-ID").strip("<>")
            for record in ArchiveIterator(opened)
        }


@pytest.fixture(scope="module", params=KILLS)
def nights(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: URL
) -> Iterator[Nights]:
    """So many kills over as many nights as it takes; the first night is left in peace."""
    folder = tmp_path_factory.mktemp("crash")
    box = Mailbox(pause=0.05)
    wanted = KILLS[request.param]
    with serve(SMALL) as sandbox, box.listening(), _database(request.param, server) as storage:
        mail = {"host": "127.0.0.1", "port": box.port, "recipients": [DEPUTY], "timeout": 60}
        town = Town(
            folder,
            sandbox,
            [
                school(1, "https://vk.com/kedr.school", site=sandbox.site_url("school")),
                school(2, "https://vk.com/club102", "https://ok.ru/group/70000000000101"),
                school(3, "https://vk.com/club104"),
            ],
            sections={"mail": mail, "schedule": {"nightly": "* * * * *"}, "storage": storage},
        )
        settings, context = town.settings(), fork_server()
        engine = connect(settings.storage.database)
        lived_through = Nights(town, box, context, engine, wanted)
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
    if kind == "sqlite":
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
        kept = _records(nights.town.folder / f"var/evidence/audit-{row.audit_id:06}.warc.gz")
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

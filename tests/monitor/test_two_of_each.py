"""Two services and two workers on one PostgreSQL; one of each is killed in mid-night."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from monitor.service.nights import Service
from monitor.service.worker import order_night
from monitor.storage import jobs, nights
from monitor.storage.database import open_database, session
from monitor.storage.tables import AuditRow, LockRow, ObservationRow
from monitor.storage.verifying import verify
from tests.monitor.conftest import DOZOR, Mailbox
from tests.monitor.pipeline import Town
from tests.monitor.starts import Command, begun
from tests.monitor.test_nights import DEPUTY, OPERATOR, TOMSK, nightly
from tests.monitor.test_service import few_schools
from tests.waiting import until

SCHOOLS = 6


@contextmanager
def running(town: Town, *commands: str) -> Iterator[list[Command]]:
    """Each word is a command, as its operator types it."""
    known = town.sandbox.settings()
    given = os.environ | {name: it for name, it in known.items() if "__" not in name}
    config = str(town.folder / "config.toml")
    started = [begun([str(DOZOR), "--config", config, *one.split()], given) for one in commands]
    try:
        yield started
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


@pytest.fixture
def database(new_database: str) -> Iterator[Engine]:
    engine = open_database(new_database)
    jobs.prepare(engine)
    yield engine
    engine.dispose()


def count(engine: Engine, table: type[AuditRow] | type[ObservationRow]) -> int:
    with session(engine) as opened:
        return opened.exec(select(func.count()).select_from(table)).one()


def holder(engine: Engine) -> int | None:
    """The process that reads the night, once something was read."""
    with session(engine) as opened:
        held = opened.get(LockRow, "audit")
        is_read = opened.exec(select(ObservationRow.id).limit(1)).first()
    return int(held.holder.split(":")[1]) if held and is_read else None


def test_the_night_is_one_and_each_letter_goes_once(
    tmp_path: Path, mailbox: Mailbox, database: Engine
) -> None:
    now = datetime.now(TOMSK)
    begin = now - timedelta(minutes=1)
    with nightly(tmp_path, few_schools(SCHOOLS, 0, now), mailbox, SCHOOLS) as made:
        sections = {
            **made.town.sections,
            "schedule": {"timezone": "Asia/Tomsk", "nightly": f"{begin:%-M} {begin:%-H} * * *"},
            "storage": {"database": database.url.render_as_string(hide_password=False)},
            "workers": {"heartbeat_seconds": 1, "pages": 1},
        }
        town = replace(made.town, sections=sections)
        settings = town.settings()
        for _ in range(2):
            order_night(Service(settings, lambda: datetime.now(TOMSK)))
        with running(town, "serve --workers", "serve --workers", "worker", "worker") as processes:
            services, workers = processes[:2], processes[2:]
            number = until(lambda: holder(database))
            services[0].kill()
            next(one for one in workers if one.pid == number).kill()
            done = until(lambda: nights.last_good(database))
            until(lambda: made.to(DEPUTY))
            until(lambda: jobs.states(database, "night") == Counter())
        assert done.audit_id == 1
        assert (count(database, AuditRow), count(database, ObservationRow)) == (1, SCHOOLS)
        assert list(verify(database, settings.storage.evidence)) == []
    assert (len(made.to(DEPUTY)), made.to(OPERATOR)) == (1, [])

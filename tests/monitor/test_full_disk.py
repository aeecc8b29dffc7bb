"""A disk that fills while a night is read, written or put in line: nothing is lost or doubled.

On SQLite the largest file that a process may write grows from night to night, so that each fails
somewhere else; on PostgreSQL the server itself says that its disk is full.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from monitor.sandbox import Running, serve
from monitor.service.nights import Service, night, post
from monitor.storage import nights
from monitor.storage.database import connect, open_database, session
from monitor.storage.tables import AuditRow, MessageRow, ObservationRow
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.pipeline import Town, school
from tests.monitor.sandboxes import SMALL
from tests.monitor.starts import fork_server, start

READERS = ["deputy@example.org", "head@example.org"]
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT count(*) FROM message) > 0 THEN
    RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION full_disk();
"""
SMALLEST, STEP = 160_000, 1.3  # bytes of a file: an empty database has nearly as many


def small(folder: Path, sandbox: Running, mailbox: Mailbox, **storage: str) -> Town:
    mail = {"host": "127.0.0.1", "port": mailbox.port, "recipients": READERS, "timeout": 60}
    schedule = {"nightly": "* * * * *"}
    schools = [school(1, "https://vk.com/kedr.school", site=sandbox.site_url("school"))]
    sections = {"mail": mail, "schedule": schedule, "storage": storage}
    return Town(folder, sandbox, schools, sections)


def start_on_a_small_disk(
    config: Path, environment: Mapping[str, str], now: datetime, largest: int
) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    start(config, environment, now)


def is_whole(town: Town) -> bool:
    """Whether the night came to its end, with one audit and no page read twice."""
    engine = connect(town.settings().storage.database)
    with session(engine) as opened:
        audits = opened.exec(select(AuditRow)).all()
        pages = [(one.network, one.address) for one in opened.exec(select(ObservationRow))]
    last = nights.last(engine)
    engine.dispose()
    assert max(Counter(pages).values(), default=1) == 1
    assert len(audits) <= 1
    return bool(last and last.audit_id)


def came(mailbox: Mailbox) -> list[str]:
    return sorted(str(one["To"]) for one in mailbox.messages)


def test_a_disk_that_is_full_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with serve(SMALL) as sandbox:
        town = small(tmp_path, sandbox, mailbox)
        town.settings()
        given = (tmp_path / "config.toml", sandbox.settings(), NOW)
        lives, largest = 0, SMALLEST
        while not is_whole(town):
            process = fork_server().Process(target=start_on_a_small_disk, args=(*given, largest))
            process.start()
            process.join()
            lives, largest = lives + 1, int(largest * STEP)
        last = fork_server().Process(target=start, args=given)
        last.start()
        last.join()
    assert lives > 2
    assert came(mailbox) == READERS


def test_a_disk_that_is_full_between_two_letters_loses_and_doubles_none(
    tmp_path: Path, mailbox: Mailbox, new_database: str
) -> None:
    engine = open_database(new_database)
    with serve(SMALL) as sandbox:
        town = small(tmp_path, sandbox, mailbox, database=new_database)
        service = Service(town.settings(), lambda: NOW)
        with engine.begin() as connection:
            connection.exec_driver_sql(FULL)
        night(service)
        failed = nights.last(engine)
        assert failed
        assert "нет места" in failed.failure
        with session(engine) as opened:
            assert len(opened.exec(select(MessageRow)).all()) == 1
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER full_disk ON message")
        night(service)
        post(service)
        assert is_whole(town)
    engine.dispose()
    assert came(mailbox) == READERS

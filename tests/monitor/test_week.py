"""The week in one letter: what it tells, and that it goes exactly once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.config import Settings, load_settings
from monitor.sandbox import Change, serve
from monitor.service.nights import Service, week
from monitor.storage import audits, nights, outbox
from monitor.storage.database import connect
from reports.model import Issue
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import WELL, community
from tests.monitor.test_mail import text_of

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
FIRST, SECOND = "deputy@example.org", "second@example.org"
MONDAY_MORNING = "0 8 * * mon"  # NOW is Monday, three in the morning
LOST, GOT = (Change(at=NOW - WEEK / 2, values={"government_mark": mark}) for mark in (False, True))
WORLD = replace(
    WELL,
    communities=(
        community(101, later=(LOST,)),
        community(102, government_mark=False, later=(GOT,)),
        WELL.communities[2],
    ),
    sites=(),
)


@dataclass
class Deputy:
    """A town that was audited a week ago and tonight, and the service that tells of it."""

    settings: Settings
    engine: Engine
    mailbox: Mailbox

    def told(self, now: datetime) -> list[EmailMessage]:
        """The letters that came after the service looked at its calendar at `now`."""
        before = len(self.mailbox.messages)
        week(Service(self.settings, lambda: now))
        return self.mailbox.messages[before:]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    sections: dict[str, dict[str, Any]] = {
        "mail": {"host": "127.0.0.1", "recipients": [FIRST, SECOND]},
        "schedule": {"weekly": MONDAY_MORNING, "timezone": "Asia/Tomsk"},
    }
    with serve(WORLD) as sandbox:
        schools = [school(n, f"https://vk.com/club10{n}", no_site=True) for n in (1, 2)]
        town = Town(folder, sandbox, schools, sections)
        for at in (NOW - WEEK, NOW):
            sandbox.set_clock(at)
            town.audit(at)
    return folder


@pytest.fixture
def deputy(audited: Path, tmp_path: Path, mailbox: Mailbox) -> Iterator[Deputy]:
    folder = shutil.copytree(audited, tmp_path / "town")
    settings = load_settings(folder / "config.toml", {})
    mail = settings.mail.model_copy(update={"port": mailbox.port})
    engine = connect(settings.storage.database)
    night = nights.begin(engine, NOW, NOW, NOW)
    nights.finish(engine, night, NOW + HOUR, 2)
    yield Deputy(replace(settings, mail=mail), engine, mailbox)
    engine.dispose()


def test_it_tells_what_changed_and_what_waits(deputy: Deputy) -> None:
    letter, copy = deputy.told(NOW + 6 * HOUR)
    assert {letter["To"], copy["To"]} == {FIRST, SECOND}
    assert "стало хуже 1, исправлено 1" in letter["Subject"]
    text = text_of(letter)
    for told in ("С 16 ноября", "ЧТО ЖДЁТ ОТВЕТА", "Проверок за это время: 1"):
        assert told in " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    worse = text[text.index("Стало хуже") : text.index("Исправлено")]
    assert "Школа № 1" in worse
    assert "Школа № 2" not in worse


def test_it_is_told_once_and_again_the_next_week(deputy: Deputy) -> None:
    assert len(deputy.told(NOW + 6 * HOUR)) == 2
    for later in (timedelta(minutes=1), HOUR, 5 * WEEK / 7):
        assert deputy.told(NOW + 6 * HOUR + later) == []


def test_before_its_moment_nothing_is_told(deputy: Deputy) -> None:
    deputy.told(NOW + 6 * HOUR)
    assert deputy.told(NOW + WEEK + 4 * HOUR) == []


def test_one_that_the_machine_slept_through_is_made_up_once(deputy: Deputy) -> None:
    late = NOW + timedelta(days=1)
    finish_nights(deputy, late)
    assert len(deputy.told(late)) == 2
    assert deputy.told(late + HOUR) == []


def test_a_crash_between_two_recipients_is_made_up_for_the_second(deputy: Deputy) -> None:
    deputy.told(NOW + 6 * HOUR)
    first = next(one for one in outbox.messages(deputy.engine) if one.recipient == SECOND)
    forget(deputy, first.id)
    assert [one["To"] for one in deputy.told(NOW + 7 * HOUR)] == [SECOND]


def test_a_night_under_way_is_waited_for(deputy: Deputy) -> None:
    late = NOW + timedelta(days=1)
    begun = nights.begin(deputy.engine, late, late, late)
    assert deputy.told(late + HOUR) == []
    nights.fail(deputy.engine, begun, "диск полон")
    assert len(deputy.told(late + HOUR)) == 2


def test_a_held_report_is_not_told_by_the_week_either(deputy: Deputy) -> None:
    held = audits.by_id(deputy.engine, 2)
    assert held
    audits.finish(
        deputy.engine, held, finished_at=NOW, complete=True, collection=held.collection,
        issues=(Issue(code="held.kedrovy-2022-298/6.6", text="много"),),
    )  # fmt: skip
    assert deputy.told(NOW + 6 * HOUR) == []
    outbox.queue(deputy.engine, held, role="deputy", recipient=FIRST, subject="", body=b"", at=NOW)
    assert any("стало хуже 1" in str(one["Subject"]) for one in deputy.told(NOW + 7 * HOUR))


def test_without_the_setting_nothing_is_told(deputy: Deputy) -> None:
    schedule = deputy.settings.schedule.model_copy(update={"weekly": ""})
    deputy.settings = replace(deputy.settings, schedule=schedule)
    assert deputy.told(NOW + 6 * HOUR) == []


def finish_nights(deputy: Deputy, until: datetime) -> None:
    night = nights.begin(deputy.engine, until, until, until)
    nights.finish(deputy.engine, night, until)


def forget(deputy: Deputy, number: int | None) -> None:
    with deputy.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM message WHERE id = {number}")

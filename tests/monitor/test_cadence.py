"""Who is told how often: nights one after another, the clock as an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tomli_w

from monitor.application import Application, opened
from monitor.config import load_settings
from monitor.mail.queueing import queue_report
from monitor.reporting.stored import report_of
from monitor.storage import audits, findings, outbox
from reports.model import Audit, Collection
from rules.model import Finding, Outcome, Severity
from tests.monitor.pipeline import empty_database, school

TOMSK = ZoneInfo("Asia/Tomsk")
DAY = timedelta(days=1)
THURSDAY = datetime(2026, 11, 19, 3, tzinfo=TOMSK)
OUTCOMES = {True: Outcome.FAIL, False: Outcome.PASS}
BOSS, MAYOR, CUR = "boss@example.org", "mayor@example.org", "cur@example.org"
SCHOOL = "school@example.org"


MANY = 40  # requirements: enough for every night to find one of them put right


def judged(outcomes: Mapping[str, Outcome]) -> list[Finding]:
    """Of the school, by requirement."""
    return [
        Finding(
            institution="school-1", municipality="town", requirement=f"act/{name}", clause=name,
            outcome=outcome, severity=Severity.MAJOR, reason="pass", because="Так.",
        )
        for name, outcome in outcomes.items()
    ]  # fmt: skip


@dataclass
class Service:
    """A service whose every night finds one violation less, or what a test says."""

    application: Application
    violations: int = MANY
    found: Mapping[str, Outcome] | None = None

    def set(self, **mail: Any) -> None:
        settings = self.application.settings
        changed = settings.mail.model_copy(update=mail)
        self.application = replace(self.application, settings=replace(settings, mail=changed))

    def night(
        self, at: datetime, took: timedelta = timedelta(0), *, by_hand: bool = False
    ) -> set[str]:
        """Who has a letter more after the night that began at `at` and took so long."""
        application = replace(self.application, clock=lambda: at + took)
        queue_report(
            application, audit := self.audited(at), report_of(application, audit),
            scheduled=not by_hand,
        )  # fmt: skip
        rows = outbox.messages(application.engine)
        return {row.recipient for row in rows if row.audit_id == audit.id}

    def audited(self, at: datetime) -> Audit:
        engine = self.application.engine
        begun = audits.begin(
            engine, as_of=at, started_at=at, scope=None, registries={}, packs={}, documents=()
        )
        self.violations -= 1
        still = {str(n): OUTCOMES[n < self.violations] for n in range(MANY)}
        findings.add(engine, begun, judged(still if self.found is None else self.found))
        nothing = Collection(pages=0, read=0, unread=0)
        return audits.finish(
            engine, begun, finished_at=at, complete=True, collection=nothing, issues=()
        )

    def nights(self, first: datetime, number: int) -> list[str]:
        """The days on which the deputy head was told."""
        dates = (first + DAY * one for one in range(number))
        return [f"{at:%a %d.%m}" for at in dates if BOSS in self.night(at)]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    about = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    registry = {"municipality": about, "institution": [school(1, no_site=True, emails=[SCHOOL])]}
    (tmp_path / "town.toml").write_text(tomli_w.dumps(registry), "utf-8")
    (tmp_path / "dozor.db").write_bytes(empty_database())
    config = {
        "registry": ["town.toml"],
        "storage": {"database": "sqlite:///dozor.db"},
        "schedule": {"timezone": "Asia/Tomsk"},
        "mail": {"recipients": [BOSS], "cur": [CUR]},
    }
    file = tmp_path / "config.toml"
    file.write_text(tomli_w.dumps(config), "utf-8")
    with opened(load_settings(file, {})) as application:
        yield Service(application)


def test_every_night_is_told_where_every_night_is_asked_for(service: Service) -> None:
    service.set(report_every="night")
    assert len(service.nights(THURSDAY, 4)) == 4


def test_a_weekly_report_comes_at_once_and_then_on_mondays(service: Service) -> None:
    service.set(report_every="week")
    assert service.nights(THURSDAY, 13) == ["Thu 19.11", "Mon 23.11", "Mon 30.11"]


def test_a_monthly_report_comes_at_once_and_then_on_the_first(service: Service) -> None:
    service.set(report_every="month")
    assert service.nights(datetime(2026, 12, 30, 3, tzinfo=TOMSK), 4) == ["Wed 30.12", "Fri 01.01"]


def test_the_week_of_new_year_is_one_week(service: Service) -> None:
    service.set(report_every="week")
    assert service.nights(datetime(2026, 12, 28, 3, tzinfo=TOMSK), 8) == ["Mon 28.12", "Mon 04.01"]


def test_a_missed_monday_is_made_up_on_tuesday(service: Service) -> None:
    service.set(report_every="week")
    service.night(THURSDAY)
    assert service.nights(THURSDAY + 5 * DAY, 3) == ["Tue 24.11"]


def test_a_report_that_was_held_does_not_use_up_the_week(service: Service) -> None:
    """A held report is stored and not queued: the next night tells what is due."""
    service.set(report_every="week")
    service.night(THURSDAY)
    service.audited(THURSDAY + 4 * DAY)
    assert service.nights(THURSDAY + 5 * DAY, 2) == ["Tue 24.11"]


def test_a_night_that_ends_after_midnight_is_of_the_week_it_began_in(service: Service) -> None:
    service.set(report_every="week")
    sunday = datetime(2026, 11, 22, 23, 30, tzinfo=TOMSK)
    assert BOSS in service.night(sunday, timedelta(hours=1))
    assert BOSS in service.night(sunday + DAY, timedelta(minutes=10))


def test_weeks_change_by_the_clock_of_those_who_are_told(service: Service) -> None:
    """18:00 UTC on the last of November: December in Tomsk, still November in Moscow."""
    settings = service.application.settings
    moscow = settings.schedule.model_copy(update={"timezone": ZoneInfo("Europe/Moscow")})
    service.application = replace(service.application, settings=replace(settings, schedule=moscow))
    towns = {"town": {"recipients": (MAYOR,), "report_every": "month"}}
    mail = type(settings.mail).model_validate(
        {"recipients": (BOSS,), "report_every": "month", "municipalities": towns}
    )
    service.set(**{name: getattr(mail, name) for name in type(mail).model_fields})
    eve = datetime(2026, 11, 30, 18, tzinfo=UTC)
    assert service.night(eve - DAY) == {BOSS, MAYOR}
    assert service.night(eve) == {MAYOR}


def test_whoever_asks_by_hand_gets_the_report_and_the_week_is_served(service: Service) -> None:
    service.set(report_every="week")
    service.night(THURSDAY)
    assert BOSS in service.night(THURSDAY + DAY, by_hand=True)
    assert BOSS not in service.night(THURSDAY + 2 * DAY)


def test_an_older_audit_sent_by_hand_brings_the_cur_no_second_table(service: Service) -> None:
    service.night(THURSDAY)
    assert CUR not in service.night(THURSDAY - 30 * DAY, by_hand=True)
    assert CUR in service.night(THURSDAY + 30 * DAY)

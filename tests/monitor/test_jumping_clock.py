"""A clock that is a year ahead for a night, and is put right: nothing is skipped or told twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from collectors.model import Quota
from monitor.application import opened
from monitor.audit.witnesses import hear, tidy
from monitor.clocks.believed import DoubtReason
from monitor.service.clock_signs import clock_signs
from monitor.service.health import FAULT
from monitor.service.metrics import health, metrics_text
from monitor.service.nights import Service, make_up
from monitor.storage import audits, nights, outbox
from monitor.storage.database import connect
from monitor.storage.ledger import Ledger
from reports.model import Audit, Collection
from tests.cast import NOW
from tests.monitor.conftest import Mailbox, Office
from tests.monitor.test_nights import DEPUTY, OPERATOR, Nightly, marked, nightly
from tests.monitor.test_ntp import answer, server

DAY = timedelta(days=1)
YEAR = 365 * DAY


@contextmanager
def connected(town: Nightly) -> Iterator[Engine]:
    engine = connect(town.town.settings().storage.database)
    yield engine
    engine.dispose()


@pytest.fixture
def town(tmp_path: Path, mailbox: Mailbox) -> Iterator[Nightly]:
    """Three good nights, then one of the next year."""
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        for at in (NOW - 2 * DAY, NOW - DAY, NOW, NOW + YEAR):
            assert town.night(at)
        yield town


def test_the_night_after_is_read_and_mailed_once(town: Nightly) -> None:
    before = len(town.to(DEPUTY))
    done = town.night(NOW + DAY)
    assert done
    assert town.night(NOW + DAY) is None
    assert len(town.to(DEPUTY)) == before + 1
    with connected(town) as engine:
        assert audits.latest(engine, now=NOW + DAY) == done
        assert health(town.town.settings(), engine, NOW + DAY + DAY / 10)[0] == "200 OK"


def test_a_night_that_was_missed_since_is_made_up(town: Nightly) -> None:
    assert make_up(Service(town.town.settings(), lambda: NOW + DAY))


def test_the_deputy_hears_in_the_month_after(town: Nightly) -> None:
    small = town.town
    mail = {**small.sections["mail"], "report_every": "week"}
    small.sections = {**small.sections, "mail": mail}
    before = len(town.to(DEPUTY))
    town.night(NOW + 32 * DAY)
    assert len(town.to(DEPUTY)) == before + 1


def test_the_same_night_of_the_next_year_is_read(town: Nightly) -> None:
    """Its due moment was written down as done, a year before."""
    town.night(NOW + DAY)
    with connected(town) as engine:
        due = nights.last(engine)
        assert due is not None
        anew = nights.begin(engine, due.due_at, due.due_at, due.due_at)
    assert (anew.finished_at, anew.audit_id) == (None, None)


def test_metrics_are_of_the_last_audit_and_tell_of_the_clock(town: Nightly) -> None:
    town.night(NOW + DAY)
    with connected(town) as engine:
        lines = metrics_text(engine, lambda: NOW + DAY).splitlines()
    told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("dozor"))
    assert float(told["dozor_last_success_timestamp_seconds"]) == (NOW + DAY).timestamp()
    assert float(told["dozor_clock_believed"]) == 0


def test_nothing_is_removed_until_seven_days_have_passed(town: Nightly) -> None:
    reasons = []
    for day in range(1, 9):
        town.night(NOW + day * DAY)
        with opened(town.town.settings(), lambda day=day: NOW + day * DAY) as application:  # type: ignore[misc]
            doubt = hear(application)
            reasons.append(doubt and doubt.why)
    assert reasons == [*[DoubtReason.WENT_BACK] * 7, None]


def test_an_alert_of_that_night_does_not_silence_those_that_follow(
    town: Nightly,
) -> None:
    town.break_registry()
    town.night(NOW + YEAR + DAY)
    before = len(town.to(OPERATOR))
    town.night(NOW + DAY)
    assert len(town.to(OPERATOR)) == before + 1


def test_calls_of_that_night_are_not_counted_today(engine: Engine) -> None:
    quotas = {"wall.get": Quota(per_day=100)}
    Ledger(engine, quotas, lambda: NOW + YEAR).take("token", "wall.get", 90)
    assert Ledger(engine, quotas, lambda: NOW).left("token", "wall.get") == 100
    Ledger(engine, quotas, lambda: NOW + DAY / 24).take("token", "wall.get", 90)
    assert Ledger(engine, quotas, lambda: NOW).left("token", "wall.get") == 10


def test_a_letter_that_was_put_off_by_a_year_goes_today(engine: Engine, audit: Audit) -> None:
    told = {"role": "deputy", "subject": "", "body": b"", "at": NOW}
    outbox.queue(engine, audit, recipient="a@example.org", **told)  # type: ignore[arg-type]
    outbox.mark(engine, 1, due_at=NOW + YEAR)
    assert outbox.due(engine, NOW) == (1,)
    outbox.mark(engine, 1, due_at=NOW + DAY)
    assert outbox.due(engine, NOW) == ()


def test_a_report_of_the_next_year_waits(engine: Engine) -> None:
    wrong = finished(engine, NOW + YEAR)
    outbox.queue(
        engine, wrong, role="deputy", recipient="a@example.org", subject="", body=b"",
        at=NOW + YEAR,
    )  # fmt: skip
    assert outbox.due(engine, NOW) == ()


def finished(engine: Engine, as_of: datetime, started_at: datetime | None = None) -> Audit:
    begun = audits.begin(
        engine,
        as_of=as_of,
        started_at=started_at or as_of,
        scope=None,
        registries={},
        packs={},
        documents=(),
    )
    nothing = Collection(pages=0, read=0, unread=0)
    return audits.finish(
        engine, begun, finished_at=as_of, complete=True, collection=nothing, issues=()
    )


@pytest.mark.parametrize("started_at", [NOW, NOW + YEAR])
def test_the_last_audit_is_none_of_later(engine: Engine, started_at: datetime) -> None:
    last = finished(engine, NOW - DAY)
    finished(engine, NOW + YEAR, started_at)
    assert audits.latest(engine, now=NOW) == last
    assert audits.latest_of_any(engine, (), NOW) is None
    assert audits.whole_since(engine, NOW - 2 * DAY, NOW) == (last,)
    assert audits.later_than(engine, NOW) == (2,)


def test_an_audit_of_a_few_minutes_later_is_no_surprise(engine: Engine) -> None:
    last = finished(engine, NOW + timedelta(minutes=3))
    assert audits.latest(engine, now=NOW) == last


def test_the_command_line_says_what_it_passes_over_and_shows_it_when_asked(office: Office) -> None:
    office.only("school-1").audit()
    later = (datetime.now(UTC) + YEAR).isoformat(timespec="seconds")
    assert office.dozor("audit", "--as-of", later).returncode in (0, 3)
    last = office.dozor("report", "--format", "json", "-o", "-")
    assert '"id": 1' in last.stdout
    assert "Пропущена проверка с датой позже сегодняшней: № 2" in last.stderr
    named = office.dozor("report", "--audit", "2", "--format", "json", "-o", "-")
    assert ('"id": 2' in named.stdout, named.stderr) == (True, "")
    assert "позже сегодняшней: 2; последними они не считаются" in office.dozor("doctor").stdout


# --- a time server --------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "believed"), [(timedelta(0), True), (YEAR, False)])
def test_a_time_server_settles_it(town: Nightly, off: timedelta, believed: bool) -> None:
    now = NOW + DAY
    with server(lambda asked: answer(asked, now + off)) as where:
        town.town.sections = {**town.town.sections, "clock": {"ntp_server": where}}
        with opened(town.town.settings(), lambda: now) as application:
            doubt = hear(application)
    assert (doubt is None) is believed


def test_a_time_server_that_is_silent_changes_nothing(town: Nightly) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{line.getsockname()[1]}"
    town.town.sections = {**town.town.sections, "clock": {"ntp_server": where}}
    with opened(town.town.settings(), lambda: NOW + YEAR + DAY) as application:
        assert tidy(application).doubt is not None


def test_the_doctor_names_a_server_that_says_otherwise(town: Nightly) -> None:
    with server(lambda asked: answer(asked, NOW - 9 * YEAR)) as where:
        town.town.sections = {**town.town.sections, "clock": {"ntp_server": where}}
        signs = [*clock_signs(town.town.settings())]
    (wrong,) = [one for one in signs if "расходятся с сервером времени" in one.what]
    assert wrong.state is FAULT

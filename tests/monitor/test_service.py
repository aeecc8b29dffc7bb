"""Which night is due, what is held, and a service that is killed and started again."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from monitor.audit.mass_change import mass_changes
from monitor.config import cron_trigger
from monitor.sandbox import Change, World
from monitor.service.due import is_missed, last_due
from monitor.service.nights import Service, make_up
from monitor.storage import audits, findings, nights
from monitor.storage.database import connect, session
from monitor.storage.held import ON_THE_WAY
from monitor.storage.nights import Night
from monitor.storage.tables import MessageRow
from reports.model import Collection
from rules.model import Finding, Outcome, Severity
from tests.monitor.conftest import DOZOR, Mailbox, Office
from tests.monitor.pipeline import Town
from tests.monitor.starts import Command, Surroundings, begun
from tests.monitor.test_faults import WELL, community
from tests.monitor.test_mail import text_of
from tests.monitor.test_nights import Nightly, nightly
from tests.waiting import PATIENCE, free_port, until

TOMSK = ZoneInfo("Asia/Tomsk")
DAILY = cron_trigger("0 3 * * *", TOMSK)
DUE = datetime(2026, 11, 22, 3, tzinfo=TOMSK)
NOON = DUE + timedelta(hours=9)
DEPUTY, OPERATOR = "deputy@example.org", "operator@example.org"


def night(due: datetime, *, done: bool = True) -> Night:
    return Night(due_at=due, as_of=due, finished_at=due + timedelta(hours=1) if done else None)


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("0 3 * * *", DUE),
        ("0 3 * * mon", datetime(2026, 11, 16, 3, tzinfo=TOMSK)),
        ("0 3 1 * *", datetime(2026, 11, 1, 3, tzinfo=TOMSK)),
        ("*/10 * * * * *", NOON),
    ],
)
def test_the_last_due_moment_is_found(written: str, due: datetime) -> None:
    assert last_due(cron_trigger(written, TOMSK), NOON) == due


@pytest.mark.parametrize(
    ("last", "now", "missed"),
    [
        (None, NOON, False),  # just installed
        (None, DUE + timedelta(minutes=20), True),  # installed and started a little late
        (night(DUE), NOON, False),
        (night(DUE, done=False), NOON, True),  # broke off
        (night(DUE - timedelta(days=1)), NOON, True),  # the machine was off
        (night(DUE - timedelta(hours=5)), DUE + timedelta(hours=5), False),  # schedule moved
    ],
)
def test_a_night_is_missed_once(last: Night | None, now: datetime, missed: bool) -> None:
    assert is_missed(DAILY, last, now) is missed


def finding(number: int, outcome: Outcome, previous: Outcome) -> Finding:
    return Finding(
        institution=f"school-{number}",
        municipality="kedr",
        requirement="kedrovy-2022-298/6.6",
        clause="6.6",
        outcome=outcome,
        severity=Severity.MAJOR,
        reason="no_mark",
        because="Отметки нет.",
        previous=previous,
    )


def turned(count: int, of: int) -> list[Finding]:
    found = [finding(one, Outcome.PASS, Outcome.PASS) for one in range(of)]
    return [replace(one, outcome=Outcome.FAIL) for one in found[:count]] + found[count:]


@pytest.mark.parametrize(
    ("count", "of", "held"),
    [(4, 10, 0), (5, 10, 1), (5, 100, 0), (30, 100, 1), (2, 2, 0), (3, 3, 1)],
)
def test_a_mass_change_is_held(count: int, of: int, held: int) -> None:
    read = Collection(pages=of, read=of, unread=0)
    assert len(mass_changes(turned(count, of), read, read, 0.2)) == held


def test_when_all_that_passed_turn_at_once_it_is_held_however_small_their_share() -> None:
    others = [finding(one, Outcome.FAIL, Outcome.FAIL) for one in range(100)]
    read = Collection(pages=106, read=106, unread=0)
    assert mass_changes([*turned(6, 6), *others], read, read, 0.2)


def test_pages_that_are_read_no_more_hold_the_report() -> None:
    before = Collection(pages=100, read=95, unread=5)
    after = Collection(pages=100, read=60, unread=40)
    (issue,) = mass_changes([], after, before, 0.2)
    assert (issue.code, "60 из 100" in issue.text) == ("held.unread", True)


# --- the whole service ------------------------------------------------------------------------


AT_WORK = "Служба работает"


def soon(seconds: int) -> str:
    begin = datetime.now(TOMSK) + timedelta(seconds=seconds)
    return f"{begin.second} {begin.minute} {begin.hour} * * *"


def few_schools(pages: int, losing: int, at: datetime) -> World:
    """Pages with the mark; some lose it half a day before `at`."""
    lost = Change(at=at - timedelta(hours=12), values={"government_mark": False})
    schools = (
        community(100 + n, later=(lost,) if n <= losing else ()) for n in range(1, pages + 1)
    )
    world = replace(WELL, sites=(), ok_groups=(), ok_control_pages=(), clock=at)
    return replace(world, communities=(*schools, WELL.communities[2]))


def scheduled(town: Nightly, **schedule: str) -> Town:
    small = town.town
    small.sections = {**small.sections, "schedule": {"timezone": "Asia/Tomsk", **schedule}}
    small.settings()
    return small


def typed_by(town: Town) -> tuple[list[str], dict[str, str]]:
    """The command, and its environment."""
    given = {name: value for name, value in town.sandbox.settings().items() if "__" not in name}
    command = [str(DOZOR), "--config", str(town.folder / "config.toml"), "serve"]
    return command, os.environ | given


def killed_after(town: Town, seconds: float) -> None:
    """A life from the start of its interpreter on, for it may be killed in that too."""
    command, environment = typed_by(town)
    with subprocess.Popen(command, env=environment) as service:
        with suppress(subprocess.TimeoutExpired):
            service.wait(seconds)
        service.kill()


def serving(town: Town) -> Command:
    return begun(*typed_by(town), Surroundings(stdout=town.folder / "told"))


def told(town: Town) -> str:
    path = town.folder / "told"
    return path.read_text("utf-8") if path.exists() else ""


def goes_on_until(town: Town, reached: Callable[[], bool]) -> None:
    """One life of the service, from its start until it has reached this and is at rest."""
    before = told(town).count(AT_WORK)
    service = serving(town)
    try:
        until(lambda: told(town).count(AT_WORK) > before)  # from then on it hears SIGTERM
        until(reached)
        until(lambda: is_at_rest(town))
    finally:
        ends(service)


def is_at_rest(town: Town) -> bool:
    """The night that was due is over, and no letter is on its way."""
    engine = connect(town.settings().storage.database)
    last = nights.last(engine)
    engine.dispose()
    return bool(last and last.finished_at) and not ON_THE_WAY & set(letters(town))


def letters(town: Town, recipient: str = "") -> list[str]:
    """The states of all letters, or of this recipient's."""
    engine = connect(town.settings().storage.database)
    with session(engine) as opened:
        rows = opened.exec(select(MessageRow)).all()
    engine.dispose()
    return [row.state for row in rows if recipient in row.recipient]


def ends(service: Command) -> None:
    service.send_signal(signal.SIGTERM)
    assert service.wait(PATIENCE) == 0


def lacking_the_mark(town: Town) -> set[str]:
    """The institutions that the newest audit accuses of it."""
    engine = connect(town.settings().storage.database)
    (done,) = [one for one in (audits.latest(engine),) if one]
    failed = {
        one.institution
        for one in findings.of_audit(engine, done)
        if one.requirement.endswith("/6.6") and one.outcome is Outcome.FAIL
    }
    engine.dispose()
    return failed


def test_a_service_killed_at_random_sends_exactly_one_correct_report(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    """Real processes, from the schedule of a few seconds ahead to the letter in the mailbox."""
    with nightly(tmp_path, few_schools(4, 1, datetime.now(TOMSK)), mailbox, 4) as town:
        small = scheduled(town, nightly=soon(4))
        chance = random.Random(6)
        for pause in (5.0, *(chance.uniform(1, 4) for _ in range(3))):
            killed_after(small, pause)
        goes_on_until(small, lambda: bool(letters(small, DEPUTY)))
        assert not make_up(Service(small.settings(), lambda: datetime.now(TOMSK)))
        assert lacking_the_mark(small) == {"school-1"}
        (state,) = letters(small, DEPUTY)
    came = [text_of(one) for one in mailbox.messages if one["To"] == DEPUTY]
    assert len(came) == 1 or (state, came) == ("parked", [])  # killed as it was handed over
    assert all(text.count("«Госорганизация» во") == 1 for text in came), came


def test_a_service_holds_a_mass_change_and_tells_the_week_once(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    now = datetime.now(TOMSK)
    with nightly(tmp_path, few_schools(6, 5, now), mailbox, 6) as town:
        begin = now - timedelta(minutes=1)
        small = scheduled(town, nightly=f"{begin:%-M} {begin:%-H} * * *")
        town.night(now - timedelta(days=1))
        assert len(town.to(DEPUTY)) == 1
        small.sandbox.set_clock(now)
        small = scheduled(
            town,
            nightly=f"{begin:%-M} {begin:%-H} * * *",
            weekly=f"{begin:%-M} {begin:%-H} * * {begin:%a}".lower(),
        )
        for _ in range(2):  # the second finds nothing left to do
            goes_on_until(small, lambda: len(town.to(DEPUTY)) > 1 and bool(town.to(OPERATOR)))
        assert not make_up(Service(small.settings(), lambda: datetime.now(TOMSK)))
        assert len(lacking_the_mark(small)) == 5
    assert ["задержан" in subject for subject in town.to(OPERATOR)] == [True]
    nightly_letter, weekly_letter = town.to(DEPUTY)
    assert "стало хуже" not in nightly_letter
    assert "еделю" in weekly_letter, weekly_letter


INTERRUPTED = """
import signal, threading
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from monitor.service.scheduler import end_on_signals, hear_signals, run

class Interrupted(ThreadPoolExecutor):
    def _do_submit_job(self, job, run_times):
        with self._pool._shutdown_lock:  # as the library holds it while a thread begins
            signal.raise_signal(signal.SIGTERM)
        super()._do_submit_job(job, run_times)

scheduler, stop = BlockingScheduler(), threading.Event()
end_on_signals(scheduler, stop, hear_signals())
scheduler.add_executor(Interrupted())
scheduler.add_job(print)
run(scheduler, stop)
assert stop.is_set()
"""


def test_a_signal_ends_the_service_also_while_a_job_is_handed_over() -> None:
    script = [sys.executable, "-c", INTERRUPTED]
    assert subprocess.run(script, timeout=PATIENCE, check=False).returncode == 0


ENDED_EARLY = INTERRUPTED.replace(
    "scheduler, stop =",
    """
signals = hear_signals()
signal.raise_signal(signal.SIGTERM)
scheduler, stop =""",
).replace("hear_signals())", "signals)")


def test_a_signal_that_came_before_there_was_a_scheduler_ends_it() -> None:
    script = [sys.executable, "-c", ENDED_EARLY]
    assert subprocess.run(script, timeout=PATIENCE, check=False).returncode == 0


def test_health_and_metrics_are_told_without_secrets(office: Office) -> None:
    office.only("school-1").audit()
    port = free_port()
    service = office.begun("serve", "--metrics", f"127.0.0.1:{port}")
    try:
        until(lambda: answers(port))
        silent = socket.create_connection(("127.0.0.1", port))
        silent.sendall(b"GET /me")  # and nothing more: it keeps nobody waiting
        health = json.loads(fetched(port, "health"))
        metrics = fetched(port, "metrics")
        one = fetched(port, "metrics?name[]=dozor_pages")
    finally:
        ends(service)
    silent.close()
    assert health["status"] == "ok"
    for name in ("dozor_pages", "dozor_findings", "dozor_quota_used", "dozor_last_success"):
        assert name in metrics
    assert office.environment["VK_TOKENS"] not in metrics
    assert {line.split("{")[0] for line in one.splitlines() if line[0] != "#"} == {"dozor_pages"}


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def fetched(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
        return str(answer.read().decode())


def is_at_work(office: Office) -> bool:
    """Whether an audit has taken its turn; before it has, there may be no database, or no table."""
    path = office.folder / "var/dozor.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
            return bool(opened.execute("SELECT 1 FROM lock").fetchone())
    except sqlite3.OperationalError:
        return False


def test_an_audit_on_demand_goes_beside_the_nightly_one(office: Office) -> None:
    office.set("ok", requests_per_second=5)
    office.environment.pop("DOZOR_OK__REQUESTS_PER_SECOND", None)
    whole = office.begun("audit")
    until(lambda: is_at_work(office))
    one = office.dozor("audit", "edu")
    assert one.returncode == 0, one.stderr
    assert whole.wait(PATIENCE) in (0, 3)
    assert office.dozor("verify").returncode == 0


def test_two_audits_of_everything_do_not_run_at_once(office: Office) -> None:
    office.environment["DOZOR_OK__REQUESTS_PER_SECOND"] = "0.1"  # it will surely not be over
    whole = office.begun("audit")
    until(lambda: is_at_work(office))
    second = office.dozor("audit")
    whole.kill()
    whole.wait()
    assert (second.returncode, "уже идёт" in second.stderr) == (1, True)

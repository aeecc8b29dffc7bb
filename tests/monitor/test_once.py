"""Once means once: a moment is read once and its letter goes once, whoever asks, and how often."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from monitor.sandbox import Running
from monitor.service.nights import Service, night
from monitor.storage import audits, nights, outbox, readings
from monitor.storage.claims import ClaimLostError, give_back, hand
from monitor.storage.database import connect, session
from monitor.storage.locks import LockTakenError, lock
from monitor.storage.tables import AuditRow, LockRow, MessageRow, ObservationRow
from reports.model import Audit, Collection
from tests.cast import NOW
from tests.monitor.conftest import AS_OF, Mailbox, Office
from tests.monitor.test_nights import DEPUTY, OPERATOR, Nightly, marked, nightly
from tests.monitor.test_service import (
    AT_WORK,
    TOMSK,
    ends,
    few_schools,
    is_at_rest,
    scheduled,
    serving,
    told,
)
from tests.waiting import PATIENCE, until

ALL_READ = Collection(pages=0, read=0, unread=0)


# --- by hand ----------------------------------------------------------------------------------


@pytest.fixture
def mailing(office: Office, mailbox: Mailbox) -> Office:
    office.set("mail", host="127.0.0.1", port=mailbox.port, recipients=[DEPUTY])
    return office.only("school-1")


def calls(sandbox: Running) -> int:
    return len(sandbox.log())


def test_a_second_audit_of_a_moment_reads_and_mails_nothing_and_shows_the_first(
    mailing: Office, mailbox: Mailbox, sandbox: Running
) -> None:
    first = mailing.dozor("audit", "--as-of", AS_OF, "--mail")
    before = calls(sandbox)
    second = mailing.dozor("audit", "--as-of", AS_OF, "--mail")
    assert (calls(sandbox), len(mailbox.messages)) == (before, 1)
    assert second.returncode == first.returncode
    assert "проверка уже сделана раньше, это № 1" in second.stdout
    assert "dozor send --audit 1" in second.stdout
    assert mailing.audit()["audit"]["id"] == 1


def test_judging_again_makes_a_new_audit_that_only_send_mails(
    mailing: Office, mailbox: Mailbox
) -> None:
    mailing.dozor("audit", "--as-of", AS_OF, "--mail")
    mailing.dozor("evaluate", "--as-of", AS_OF)
    assert len(mailbox.messages) == 1
    assert mailing.dozor("send", "--audit", "2").returncode == 0
    assert len(mailbox.messages) == 2
    assert mailing.audit()["audit"]["id"] == 1


def test_an_audit_that_was_made_without_letters_sends_none_later(
    mailing: Office, mailbox: Mailbox
) -> None:
    mailing.audit()
    told = mailing.dozor("audit", "--as-of", AS_OF, "--mail").stdout
    assert (mailbox.messages, "Писем сейчас не отправлено" in told) == ([], True)


def test_a_break_between_the_audit_and_its_letters_loses_none(
    mailing: Office, mailbox: Mailbox
) -> None:
    mailing.audit()
    engine = connect(f"sqlite:///{mailing.folder / 'var/dozor.db'}")
    readings.owe_letters(engine, 1)  # as one that was ordered with --mail has before it ends
    for _ in range(2):
        mailing.dozor("audit", "--as-of", AS_OF, "--mail")
    engine.dispose()
    assert len(mailbox.messages) == 1


def test_another_scope_or_moment_is_another_reading(mailing: Office) -> None:
    later = (NOW + timedelta(hours=1)).isoformat()
    numbers = [
        mailing.audit()["audit"]["id"],
        mailing.audit("school-1")["audit"]["id"],
        mailing.audit("--as-of", later)["audit"]["id"],
        mailing.audit("school-1")["audit"]["id"],
    ]
    assert numbers == [1, 2, 3, 2]


def test_pages_that_were_only_read_are_read_once_as_well(mailing: Office, sandbox: Running) -> None:
    mailing.dozor("collect", "--as-of", AS_OF)
    before = calls(sandbox)
    assert "уже прочитаны раньше" in mailing.dozor("collect", "--as-of", AS_OF).stdout
    assert calls(sandbox) == before


# --- the unique key ---------------------------------------------------------------------------


def begun(engine: Engine, kind: str = "audit", *scope: str, as_of: datetime = NOW) -> Audit:
    return audits.begin(
        engine, kind=kind, as_of=as_of, started_at=NOW, scope=scope or None,
        registries={"town": ""}, packs={}, documents=(),
    )  # fmt: skip


def finished(engine: Engine, audit: Audit) -> Audit:
    return audits.finish(
        engine, audit, finished_at=NOW, complete=True, collection=ALL_READ, issues=()
    )


def test_what_is_finished_is_not_begun_again(engine: Engine) -> None:
    finished(engine, begun(engine))
    with pytest.raises(LockTakenError, match="dozor report"):
        begun(engine)


def test_what_was_begun_anew_by_another_can_not_be_finished(engine: Engine) -> None:
    """Two that both believe it is their turn: one of them has been thought dead."""
    first, second = begun(engine), begun(engine)
    with pytest.raises(LockTakenError):
        finished(engine, first)
    assert finished(engine, second).finished_at


def test_offices_that_share_a_database_read_the_same_moment_each(engine: Engine) -> None:
    finished(engine, begun(engine))
    other = audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=None, registries={"village": ""}, packs={},
        documents=(),
    )  # fmt: skip
    assert finished(engine, other).finished_at


def test_judging_again_is_no_reading(engine: Engine) -> None:
    assert len({finished(engine, begun(engine, "evaluate")).id for _ in range(2)}) == 2


def test_the_same_moment_in_another_zone_is_the_same(engine: Engine) -> None:
    finished(engine, begun(engine))
    tomsk = NOW.astimezone(tz=None)
    assert audits.finished(engine, kind="audit", as_of=tomsk, scope=None, towns=["town"])


# --- a letter in two hands --------------------------------------------------------------------


def claimed(engine: Engine, at: datetime = NOW) -> MessageRow:
    found = outbox.claim(engine, 1, at)
    assert found
    return found


def test_who_was_thought_dead_does_not_hand_over_what_another_has(
    engine: Engine, audit: Audit
) -> None:
    outbox.queue(engine, audit, role="deputy", recipient=DEPUTY, subject="", body=b"", at=NOW)
    sleeper = claimed(engine)
    outbox.recover(engine)
    other = claimed(engine)
    with pytest.raises(ClaimLostError):
        hand(engine, sleeper)
    hand(engine, other)
    give_back(engine, sleeper, state="queued")
    assert outbox.due(engine, NOW) == ()


def test_an_alert_is_told_once_by_many_at_once(engine: Engine) -> None:
    since = NOW - timedelta(hours=20)

    def told(_: int) -> bool:
        try:
            outbox.queue(
                engine, None, role="operator", recipient=OPERATOR, subject="Беда", body=b"",
                at=NOW, told_since=since,
            )  # fmt: skip
        except outbox.QueuedBeforeError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(told, range(4))) == 1


# --- two services -----------------------------------------------------------------------------


def rows(town: Nightly, table: type[AuditRow] | type[ObservationRow]) -> int:
    engine = connect(town.town.settings().storage.database)
    with session(engine) as opened_:
        count = opened_.exec(select(func.count()).select_from(table)).one()
    engine.dispose()
    return count


def test_two_services_read_and_mail_a_night_once(tmp_path: Path, mailbox: Mailbox) -> None:
    with nightly(tmp_path, marked(2, losing=0), mailbox, 2) as town:
        settings = town.town.settings()
        services = [Service(settings, lambda: NOW) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(night, services))
        assert len([one for one in done if one]) == 1
        assert (rows(town, AuditRow), rows(town, ObservationRow)) == (1, 2)
    assert (len(town.to(DEPUTY)), town.to(OPERATOR)) == (1, [])


def test_two_running_services_make_up_one_night_and_both_end_when_asked(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    """Real processes, started at once on a database that is new to both."""
    now = datetime.now(TOMSK)
    with nightly(tmp_path, few_schools(2, 0, now), mailbox, 2) as town:
        begin = now - timedelta(minutes=1)
        small = scheduled(town, nightly=f"{begin:%-M} {begin:%-H} * * *")
        (tmp_path / "var/dozor.db").unlink()
        services = [serving(small) for _ in range(2)]
        try:
            until(lambda: told(small).count(AT_WORK) == 2)
            until(lambda: is_at_rest(small))
        finally:
            for service in services:
                ends(service)
        assert rows(town, AuditRow) == 1
    assert len(town.to(DEPUTY)) == 1


def test_a_service_that_waits_for_anothers_night_stops_when_asked(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        service = Service(town.town.settings(), lambda: NOW, threading.Event())
        engine = connect(service.settings.storage.database)
        with lock(engine, "night", lambda: NOW), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(night, service)
            service.stop.set()
            assert waiting.result(PATIENCE) is None
        assert nights.last(engine) is None
        engine.dispose()
    assert town.to(OPERATOR) == []


def test_a_night_goes_on_where_the_service_that_had_it_died(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        settings = town.town.settings()
        engine = connect(settings.storage.database)
        dead = lock(engine, "night", lambda: NOW)
        dead.__enter__()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(night, Service(settings, lambda: NOW))
            with session(engine) as opened_:
                held = opened_.exec(select(LockRow).where(col(LockRow.name) == "night")).one()
                machine, _, _, own = held.holder.rsplit(":", 3)
                held.holder = f"{machine}:{2**22 + 1}::{own}"  # no process has this number
                opened_.add(held)
            assert waiting.result(PATIENCE)
        dead.__exit__(None, None, None)  # or it would end later, on a closed engine
        engine.dispose()
    assert len(town.to(DEPUTY)) == 1


HOLDS = """
import os, sys
from monitor.storage.database import connect
from monitor.storage.locks import lock
from tests.cast import NOW
held = lock(connect(sys.argv[1]), "audit", lambda: NOW)
held.__enter__()
os.kill(os.getpid(), 9)
"""


def test_one_that_was_killed_and_not_yet_buried_holds_no_lock(engine: Engine) -> None:
    address = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", HOLDS, address]) as killed:
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)  # its number stays taken
        with lock(engine, "audit", lambda: NOW):
            pass

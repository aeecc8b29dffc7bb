"""Accounts, sessions, attempts and the journal of the desk, as both databases keep them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from monitor.desk.gate import codes, granting
from monitor.storage import accounts, attempts, journal, sessions
from monitor.storage.attempts import BY_ADDRESS, BY_BOTH, BY_NAME, Attempt, TooManyError
from monitor.storage.database import session
from monitor.storage.desk_tables import DeskSessionRow
from monitor.storage.journal import Entry, EntryFilter, What
from monitor.storage.sessions import Beginning
from monitor.storage.statements import RefusedError
from tests.cast import NOW
from tests.monitor.test_entering import HASH, account, begun

LATER = NOW + timedelta(minutes=5)


# --- accounts and sessions, as they are stored --------------------------------------------------


def test_a_name_belongs_to_one_person_however_it_is_written(engine: Engine) -> None:
    account(engine, "иванов")
    name = accounts.name_of(" ИВАНОВ ")
    assert name
    with pytest.raises(RefusedError, match="уже есть"):
        account(engine, name)


@pytest.mark.parametrize("typed", ["", "a", "a b", "a\r\nSet-Cookie: b", "<b>", "a" * 65, "-x"])
def test_what_is_no_name_is_none(typed: str) -> None:
    assert accounts.name_of(typed) is None


def test_the_name_of_a_closed_account_is_not_given_away(engine: Engine) -> None:
    account(engine)
    accounts.end(engine, "ivanova", at=NOW)
    with pytest.raises(RefusedError, match="reset"):
        account(engine)


def test_the_key_of_a_session_is_not_stored(engine: Engine) -> None:
    until = NOW + timedelta(hours=1)
    beginning = Beginning(account=account(engine), is_whole=True, at=NOW, until=until)
    key = sessions.begin(engine, beginning)
    with session(engine) as opened:
        (row,) = opened.exec(select(DeskSessionRow)).all()
    assert key not in str(row.model_dump())


def test_a_session_ends_at_its_last_moment(engine: Engine) -> None:
    until = NOW + timedelta(hours=1)
    key = sessions.begin(
        engine, Beginning(account=account(engine), is_whole=True, at=NOW, until=until)
    )
    assert sessions.found(engine, key, until - timedelta(seconds=1))
    assert sessions.found(engine, key, until) is None


def test_nobody_ends_the_session_of_another(engine: Engine) -> None:
    his = begun(engine, account(engine))
    other = account(engine, "petrov")
    assert not sessions.end(engine, other, his.number, NOW)
    assert sessions.end(engine, his.account.number, his.number, NOW)


@pytest.mark.parametrize("close", [accounts.end, granting.reset])
def test_the_sessions_of_an_account_end_with_it(engine: Engine, close: object) -> None:
    number = begun(engine, account(engine)).account.number
    close(engine, "ivanova", at=NOW)  # type: ignore[operator]
    accounts.reset(engine, "ivanova", password=HASH, until=None, at=NOW)
    assert sessions.of_account(engine, number, NOW) == ()


def test_a_reset_takes_the_second_factor_away_and_opens_a_closed_account(engine: Engine) -> None:
    accounts.enrol(engine, account(engine), secret=codes.new_secret(), step=7)
    accounts.end(engine, "ivanova", at=NOW)
    back = accounts.reset(engine, "ivanova", password=HASH, until=LATER, at=NOW)
    assert (back.secret, back.ended_at, back.password_until) == (None, None, LATER)


def test_of_two_who_use_a_code_at_the_same_moment_one_comes_in(engine: Engine) -> None:
    number, gate = account(engine), Barrier(2)

    def one(_: int) -> bool:
        gate.wait()
        return accounts.use_step(engine, number, 7)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == [False, True]


# --- attempts -----------------------------------------------------------------------------------


def tried(engine: Engine, count: int, *, name: str = "ivanova", address: str = "10.0.0.{}") -> None:
    for number in range(count):
        attempt = Attempt(kind="password", name=name.format(number), address=address.format(number))
        attempts.begin(engine, attempt, NOW)


HERE = Attempt(kind="password", name="ivanova", address="10.9.9.9")
LIMITS = {
    "a name from one place": ({"count": BY_BOTH, "address": HERE.address}, HERE),
    "a name from many places": ({"count": BY_NAME}, HERE),
    "many names from one place": (
        {"count": BY_ADDRESS, "name": "no{}", "address": HERE.address},
        HERE,
    ),
}


@pytest.mark.parametrize(("before", "attempt"), LIMITS.values(), ids=LIMITS)
def test_who_tries_too_often_is_told_when_to_come_back(
    engine: Engine, before: dict[str, object], attempt: Attempt
) -> None:
    tried(engine, **before)  # type: ignore[arg-type]
    with pytest.raises(TooManyError, match="через 15 мин"):
        attempts.begin(engine, attempt, NOW)


def test_a_wait_ends_however_often_somebody_goes_on(engine: Engine) -> None:
    tried(engine, BY_BOTH, address=HERE.address)
    for minute in range(15):
        with pytest.raises(TooManyError):
            attempts.begin(engine, HERE, NOW + timedelta(minutes=minute))
    assert attempts.begin(engine, HERE, NOW + timedelta(minutes=15))


def test_strangers_do_not_keep_an_owner_out_of_his_own_place(engine: Engine) -> None:
    tried(engine, BY_NAME)
    assert attempts.begin(engine, replace(HERE, is_at_home=True), NOW)


def test_what_was_mistyped_before_the_right_password_counts_no_more(engine: Engine) -> None:
    tried(engine, BY_BOTH - 1, address=HERE.address)
    attempts.forgive(engine, HERE)
    tried(engine, BY_BOTH - 1, address=HERE.address)


def test_a_clock_that_was_wrong_for_a_while_locks_nobody_out_for_good(engine: Engine) -> None:
    for _ in range(BY_BOTH):
        attempts.begin(engine, HERE, NOW + timedelta(days=4000))
    assert attempts.begin(engine, HERE, NOW)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_who_has_a_network_of_addresses_counts_as_one(one: str, other: str, same: bool) -> None:
    assert (attempts.place_of(one) == attempts.place_of(other)) is same


# --- the journal --------------------------------------------------------------------------------


def test_an_entry_is_one_line_whatever_was_typed(engine: Engine) -> None:
    journal.note(
        engine, Entry(at=NOW, what=What.EXPORTED, detail="a\r\nb\u2028c\x1b[31m" + "d" * 999)
    )
    (entry,) = journal.newest(engine, EntryFilter(), most=1)
    assert entry.detail.startswith("a b c [31m")
    assert len(entry.detail) == journal.LONGEST


def test_another_municipality_has_a_journal_of_its_own(engine: Engine) -> None:
    number = account(engine)
    for entry in (
        Entry(at=NOW, what=What.DECIDED, municipality="kedr"),
        Entry(at=NOW, what=What.DECIDED, municipality="other"),
        Entry(at=NOW, what=What.LOGGED_IN, account=number),
        Entry(at=NOW, what=What.LOG_IN_FAILED),
    ):
        journal.note(engine, entry)
    wanted = EntryFilter(towns=["kedr"], accounts=[number])
    assert [one.number for one in journal.newest(engine, wanted, most=9)] == [3, 1]

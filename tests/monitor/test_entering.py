"""Who comes in at the desk: accounts, sessions, attempts and codes, on both databases."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Lock

import pyotp
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from collectors.errors import UsageError
from monitor.desk.gate import codes, entering, granting, passwords
from monitor.desk.gate.entering import Door, EntryError, Owed, owed
from monitor.desk.gate.words import sentences
from monitor.storage import accounts, attempts, journal, sessions
from monitor.storage.attempts import BY_ADDRESS, BY_BOTH, BY_NAME, Attempt, TooManyError
from monitor.storage.database import open_database, session
from monitor.storage.desk_tables import DeskSessionRow
from monitor.storage.journal import Entry, Wanted, What
from monitor.storage.sessions import Beginning, Stay
from monitor.storage.statements import RefusedError
from tests.cast import NOW
from tests.monitor.pipeline import empty_database
from tests.waiting import until

PASSWORD = "три весёлых ёжика"
HASH = passwords.hashed(PASSWORD)
LATER = NOW + timedelta(minutes=5)


def account(engine: Engine, name: str = "ivanova", role: str = "operator") -> int:
    made = accounts.add(
        engine, name, role=role, municipalities=("kedr",), password=HASH, until=None, at=NOW
    )
    return made.number


def begun(engine: Engine, number: int, **more: object) -> Stay:
    beginning = Beginning(
        account=number, is_whole=True, at=NOW, until=NOW + timedelta(hours=10), address="10.0.0.1"
    )
    key = sessions.begin(engine, replace(beginning, **more))  # type: ignore[arg-type]
    stay = sessions.found(engine, key, NOW)
    assert stay
    return stay


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


# --- coming in ----------------------------------------------------------------------------------


@pytest.fixture
def engine_here(tmp_path: Path) -> Iterator[Engine]:
    """One database is enough for what is not about storing."""
    (tmp_path / "dozor.db").write_bytes(empty_database())
    opened = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def door(engine_here: Engine) -> Door:
    account(engine_here)
    return Door(engine=engine_here, now=NOW, hours=10, address="10.0.0.1")


def stay_of(door: Door, key: str) -> Stay:
    found = sessions.found(door.engine, key, door.now)
    assert found
    return found


def code(secret: str | None, at: Door) -> str:
    assert secret
    return pyotp.TOTP(secret).at(at.now)


def enrolled(door: Door) -> str:
    """The secret of a second factor that was set up a while ago."""
    secret = codes.new_secret()
    accounts.enrol(door.engine, 1, secret=secret)
    return secret


def half(door: Door) -> Stay:
    """Where somebody stands whose password was right."""
    return begun(door.engine, 1, is_whole=False)


def noted(door: Door) -> list[str]:
    entries = journal.newest(door.engine, Wanted(), most=100)
    return [entry.what for entry in reversed(entries)]


def test_a_password_is_one_in_whichever_form_it_is_typed(door: Door) -> None:
    assert entering.log_in(door, "Ivanova ", unicodedata.normalize("NFD", PASSWORD))


def test_an_unknown_name_is_told_as_a_wrong_password_is(door: Door) -> None:
    told = set()
    for name, typed in (("ivanova", "another one"), ("nobody", PASSWORD), ("\x00", PASSWORD)):
        with pytest.raises(EntryError) as error:
            entering.log_in(door, name, typed)
        told.add(error.value.lines)
    assert len(told) == 1


def test_the_journal_does_not_hold_what_was_typed_as_a_name(door: Door) -> None:
    with pytest.raises(EntryError):
        entering.log_in(door, PASSWORD.replace(" ", ""), "")
    (entry,) = journal.newest(door.engine, Wanted(), most=1)
    assert (entry.what, entry.who, entry.detail) == ("log_in_failed", "", "")


def test_who_decides_owes_a_second_factor_at_once(door: Door) -> None:
    assert owed(stay_of(door, entering.log_in(door, "ivanova", PASSWORD))) is Owed.SECOND_FACTOR


def test_who_only_reads_owes_none(door: Door) -> None:
    account(door.engine, "cur", role="cur")
    assert owed(stay_of(door, entering.log_in(door, "cur", PASSWORD))) is None


def test_a_password_alone_is_half_of_the_way(door: Door) -> None:
    enrolled(door)
    stay = stay_of(door, entering.log_in(door, "ivanova", PASSWORD))
    assert (owed(stay), stay.is_whole) == (Owed.CODE, False)


def test_after_the_code_the_key_of_half_of_the_way_is_good_for_nothing(door: Door) -> None:
    secret = enrolled(door)
    key = entering.log_in(door, "ivanova", PASSWORD)
    whole = entering.give_code(door, stay_of(door, key), code(secret, door))
    assert sessions.found(door.engine, key, NOW) is None
    assert owed(stay_of(door, whole)) is None


def test_a_code_is_good_once(door: Door) -> None:
    secret = enrolled(door)
    entering.give_code(door, half(door), code(secret, door))
    with pytest.raises(EntryError, match="уже принят"):
        entering.give_code(door, half(door), code(secret, door))


def test_setting_up_uses_its_code_as_well(door: Door) -> None:
    stay = begun(door.engine, 1, offered=codes.new_secret())
    entering.set_second_factor(door, stay, code(stay.offered, door))
    with pytest.raises(EntryError, match="уже принят"):
        entering.give_code(door, half(door), code(stay.offered, door))


def test_a_second_factor_that_was_not_tried_is_none(door: Door) -> None:
    stay = begun(door.engine, 1, offered=codes.new_secret())
    with pytest.raises(EntryError, match="код не подошёл"):
        entering.set_second_factor(door, stay, "000")
    assert stay_of(door, entering.log_in(door, "ivanova", PASSWORD)).account.secret is None


@pytest.mark.parametrize("shape", ["{0}{1}", "{0} {1}", " {0}-{1}\n", "{0}\u00a0{1}"])
@pytest.mark.parametrize("skew", [-30, 0, 30])
def test_a_code_is_taken_as_people_type_it_by_clocks_that_are_a_little_wrong(
    shape: str, skew: int
) -> None:
    secret = codes.new_secret()
    typed = pyotp.TOTP(secret).at(NOW + timedelta(seconds=skew))
    assert codes.step_of(secret, shape.format(typed[:3], typed[3:]), NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "²²²²²²"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.step_of(codes.new_secret(), typed, NOW) is None


def test_codes_cannot_be_guessed_for_long(door: Door) -> None:
    enrolled(door)
    stay = half(door)
    for _ in range(attempts.CODES):
        with pytest.raises(EntryError):
            entering.give_code(door, stay, "no code")
    with pytest.raises(TooManyError):
        entering.give_code(door, stay, "no code")


def test_a_new_password_ends_every_other_session(door: Door) -> None:
    begun(door.engine, 1)
    new = "совсем другой пароль"
    key = entering.change_password(door, begun(door.engine, 1), PASSWORD, new, new)
    (left,) = sessions.of_account(door.engine, 1, NOW)
    assert left.number == stay_of(door, key).number


@pytest.mark.parametrize(
    ("old", "new", "again", "why"),
    [
        ("wrong", "совсем другой пароль", "совсем другой пароль", "нынешний пароль"),
        (PASSWORD, "совсем другой пароль", "совсем другой парль", "по-разному"),
        (PASSWORD, "коротко", "коротко", "короче 12"),
        (PASSWORD, "аааааааааааааа", "аааааааааааааа", "одни и те же"),
        (PASSWORD, "я ivanova и я", "я ivanova и я", "имя"),
        (PASSWORD, PASSWORD, PASSWORD, "такой же"),
    ],
)
def test_a_password_that_is_none_is_refused(
    door: Door, old: str, new: str, again: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        entering.change_password(door, begun(door.engine, 1), old, new, again)


def test_a_one_time_password_has_to_be_changed(door: Door) -> None:
    given = granting.reset(door.engine, "ivanova", at=NOW).password
    stay = stay_of(door, entering.log_in(door, "ivanova", given))
    assert owed(stay) is Owed.OWN_PASSWORD
    key = entering.change_password(door, stay, "", PASSWORD, PASSWORD)
    assert owed(stay_of(door, key)) is Owed.SECOND_FACTOR


def test_a_one_time_password_is_not_good_for_ever(door: Door) -> None:
    given = granting.reset(door.engine, "ivanova", at=NOW).password
    with pytest.raises(EntryError, match="просрочен"):
        entering.log_in(replace(door, now=NOW + timedelta(days=8)), "ivanova", given)


def test_twenty_who_come_in_at_once_all_come_in(door: Door) -> None:
    gate = Barrier(20)

    def one(_: int) -> str:
        gate.wait()
        return entering.log_in(door, "ivanova", PASSWORD)

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(one, range(20)))) == 20


def test_two_hash_at_a_time() -> None:
    gate, lock, counts = Barrier(20), Lock(), Counter[str]()

    def one(_: int) -> int:
        gate.wait()
        with passwords.turn():
            with lock:
                counts["within"] += 1
                seen = counts["within"]
            with lock:
                counts["within"] -= 1
        return seen

    with ThreadPoolExecutor(20) as pool:
        assert max(pool.map(one, range(20))) <= passwords.AT_ONCE


def test_who_comes_when_the_line_is_full_is_told_to_come_back() -> None:
    with ExitStack() as waiting:
        for _ in range(passwords.AT_ONCE):
            waiting.enter_context(passwords.turn())
        with ThreadPoolExecutor(passwords.IN_LINE) as pool:
            line = [pool.submit(took_a_turn) for _ in range(passwords.IN_LINE)]
            until(lambda: not passwords.has_room())
            with pytest.raises(passwords.BusyError), passwords.turn():
                pass
            waiting.close()
            assert all(one.result() for one in line)


def took_a_turn() -> bool:
    with passwords.turn():
        return True


def test_what_happens_at_the_door_is_noted(door: Door) -> None:
    secret = enrolled(door)
    with pytest.raises(EntryError):
        entering.log_in(door, "ivanova", "wrong")
    with pytest.raises(EntryError):
        entering.give_code(door, half(door), "000")
    entering.leave(door, stay_of(door, entering.give_code(door, half(door), code(secret, door))))
    assert noted(door) == ["log_in_failed", "code_failed", "logged_in", "logged_out"]


# --- the journal --------------------------------------------------------------------------------


def test_an_entry_is_one_line_whatever_was_typed(engine: Engine) -> None:
    journal.note(
        engine, Entry(at=NOW, what=What.EXPORTED, detail="a\r\nb\u2028c\x1b[31m" + "d" * 999)
    )
    (entry,) = journal.newest(engine, Wanted(), most=1)
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
    wanted = Wanted(towns=["kedr"], accounts=[number])
    assert [one.number for one in journal.newest(engine, wanted, most=9)] == [3, 1]


def test_everything_that_is_noted_has_its_word() -> None:
    assert set(What) == set(sentences()["journal"])

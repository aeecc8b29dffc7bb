"""Coming in at the desk: passwords, codes, what is counted and noted."""

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

from collectors.errors import UsageError
from monitor.desk.gate import codes, entering, granting, passwords
from monitor.desk.gate.entering import Door, EntryError, Owed, owed
from monitor.desk.gate.words import sentences
from monitor.storage import accounts, attempts, journal, sessions
from monitor.storage.attempts import TooManyError
from monitor.storage.database import open_database
from monitor.storage.journal import EntryFilter, What
from monitor.storage.sessions import Beginning, Stay
from tests.cast import NOW
from tests.monitor.pipeline import empty_database
from tests.waiting import until

PASSWORD = "три весёлых ёжика"
HASH = passwords.hash_password(PASSWORD)


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
    entries = journal.newest(door.engine, EntryFilter(), most=100)
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
    (entry,) = journal.newest(door.engine, EntryFilter(), most=1)
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


def test_everything_that_is_noted_has_its_word() -> None:
    assert set(What) == set(sentences()["journal"])

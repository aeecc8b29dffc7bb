"""`dozor desk user`, as whoever has a shell on the server types it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner, Result

from collectors.errors import OperatorError
from monitor.cli.app import app
from monitor.desk.gate import passwords
from monitor.storage import accounts, journal, sessions
from monitor.storage.database import connect
from monitor.storage.journal import EntryFilter
from monitor.storage.sessions import Beginning
from tests.monitor.pipeline import empty_database

OWN = "три весёлых ёжика"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/dozor.db").write_bytes(empty_database())
    return with_towns(tmp_path, "town")


def with_towns(folder: Path, *towns: str) -> Path:
    for town in towns:
        told = {"municipality": {"id": town, "name": town, "timezone": "Asia/Tomsk"}}
        (folder / f"{town}.toml").write_text(tomli_w.dumps(told), "utf-8")
    settings = {"registry": [f"{town}.toml" for town in towns]}
    (folder / "config.toml").write_text(tomli_w.dumps(settings), "utf-8")
    return folder


def user(folder: Path, *typed: str, given: str | None = None) -> Result:
    command = ["--config", f"{folder / 'config.toml'}", "desk", "user", *typed]
    return CliRunner().invoke(app, command, input=given)


def added(folder: Path, name: str = "ivanova", *more: str, given: str | None = None) -> Result:
    return user(folder, "add", name, "--role", "operator", *more, given=given)


def listed(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(user(folder, "list", "--json").output)
    return found


def why(result: Result) -> str:
    assert isinstance(result.exception, OperatorError), result.output
    return str(result.exception)


def test_a_one_time_password_is_told_once_and_is_that_of_the_account(folder: Path) -> None:
    told = added(folder).output
    (password,) = [line.strip() for line in told.splitlines() if line.startswith("    ")]
    engine = connect(f"sqlite:///{folder / 'var/dozor.db'}")
    account = accounts.by_name(engine, "ivanova")
    engine.dispose()
    assert account
    assert passwords.matches(account.password, password)
    assert password not in user(folder, "list").output


def test_where_there_is_one_municipality_it_is_that_one(folder: Path) -> None:
    added(folder)
    assert listed(folder)[0]["municipalities"] == ["town"]


def test_of_several_municipalities_somebody_has_to_name_his(folder: Path) -> None:
    with_towns(folder, "town", "next")
    assert "укажите --municipality" in why(added(folder))
    assert added(folder, "ivanova", "--municipality", "next").exit_code == 0
    assert "«else» в реестрах нет" in why(added(folder, "petrov", "--municipality", "else"))


def test_only_the_region_sees_all_by_naming_none(folder: Path) -> None:
    with_towns(folder, "town", "next")
    assert "все муниципалитеты" in user(folder, "add", "obl", "--role", "region").output


def test_a_password_may_be_given_by_a_program(folder: Path) -> None:
    assert "который вы набрали" in added(folder, "ivanova", "--ask-password", given=OWN).output
    assert listed(folder)[0]["one_time_password_until"] is None


@pytest.mark.parametrize(
    ("typed", "given", "told"),
    [
        (("add", "a\nb", "--role", "cur"), None, "не имя для входа"),
        (("add", "anna", "--role", "boss"), None, "--role: нужно одно из: operator"),
        (("add", "anna", "--role", "cur", "--ask-password"), "short\n", "короче 12"),
        (("reset", "nobody"), None, "записи «nobody» нет"),
        (("end", "nobody"), None, "записи «nobody» нет"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    folder: Path, typed: tuple[str, ...], given: str | None, told: str
) -> None:
    assert told in why(user(folder, *typed, given=given))


def test_a_closed_account_comes_back_by_a_reset(folder: Path) -> None:
    added(folder)
    assert "закрыта" in user(folder, "end", "ivanova").output
    assert "reset ivanova" in why(added(folder))
    assert "снова открыта" in user(folder, "reset", "ivanova").output


def test_what_is_done_to_accounts_is_noted(folder: Path) -> None:
    added(folder)
    user(folder, "reset", "ivanova")
    user(folder, "end", "ivanova")
    engine = connect(f"sqlite:///{folder / 'var/dozor.db'}")
    found = [one.what for one in journal.newest(engine, EntryFilter(), most=9)]
    engine.dispose()
    assert found == ["account_ended", "account_reset", "account_added"]


def test_the_shell_offers_the_names_that_there_are(folder: Path) -> None:
    added(folder)
    line = f"dozor --config {folder / 'config.toml'} desk user end iv"
    asked = {"COMP_WORDS": line, "COMP_CWORD": "6", "_DOZOR_COMPLETE": "complete_bash"}
    assert CliRunner(env=asked).invoke(app, prog_name="dozor").output.split() == ["ivanova"]


def test_a_role_is_changed_and_its_sessions_end(folder: Path) -> None:
    added(folder)
    engine = connect(f"sqlite:///{folder / 'var/dozor.db'}")
    known = accounts.by_name(engine, "ivanova")
    assert known
    now = datetime.now(UTC)
    begun = Beginning(account=known.number, is_whole=True, at=now, until=now + timedelta(hours=1))
    key = sessions.begin(engine, begun)
    told = user(folder, "role", "ivanova", "cur")
    assert "теперь ЦУР, town" in told.output
    assert sessions.found(engine, key, now) is None
    (entry, _) = journal.newest(engine, EntryFilter(), most=9)
    engine.dispose()
    assert (entry.what, entry.detail) == ("account_role", "ivanova, ЦУР")
    assert listed(folder)[0]["role"] == "cur"


def test_a_role_is_not_changed_into_one_that_sees_all_by_silence(folder: Path) -> None:
    with_towns(folder, "town", "next")
    user(folder, "add", "obl", "--role", "region")
    assert "укажите --municipality" in why(user(folder, "role", "obl", "operator"))
    assert "«else» в реестрах нет" in why(
        user(folder, "role", "obl", "operator", "--municipality", "else")
    )
    assert user(folder, "role", "obl", "operator", "--municipality", "next").exit_code == 0
    assert listed(folder)[0]["municipalities"] == ["next"]
    assert "уже эта роль" in why(user(folder, "role", "obl", "operator"))


def test_a_closed_account_has_no_role_to_change(folder: Path) -> None:
    added(folder)
    user(folder, "end", "ivanova")
    assert "закрыта" in why(user(folder, "role", "ivanova", "cur"))
    assert "записи «nobody» нет" in why(user(folder, "role", "nobody", "cur"))

"""`dozor inbox`, and what of it `answers`, `outbox` and `doctor` say, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli.app import app
from monitor.config import ConfigError
from monitor.service.inbox_round import Rounds
from monitor.service.inbox_signs import inbox_signs
from monitor.service.nights import Service, look_for_answers
from monitor.storage import outbox
from tests.monitor.dovecot import PASSWORD, dovecot
from tests.monitor.mails import Office, bounce, office, reply
from tests.waiting import free_port


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An answer, a letter that came back, and one that is unclear."""
    with dovecot() as server:
        made = office(
            tmp_path_factory.mktemp("town"), server, keep_days=0, operator="admin@example.org"
        )
        made.send()
        made.put(reply(), bounce("school1@example.org"), reply(subject="Приказ"))
        yield made


def dozor(town: Office, *typed: str, **environment: str) -> Result:
    command = ["--config", str(town.folder / "config.toml"), *typed]
    return CliRunner(env=town.environment | environment).invoke(app, command)


@pytest.fixture(scope="module")
def fetched(town: Office) -> str:
    return dozor(town, "inbox", "fetch").output


def test_a_look_at_the_inbox_says_what_it_brought(fetched: str) -> None:
    assert "Прочитано писем: 3. Ответов записано: 1; ждут разбора: 1; не дошло наших: 1" in fetched


@pytest.mark.usefixtures("fetched")
def test_unclear_mail_stands_in_the_list_of_answers(town: Office) -> None:
    told = json.loads(dozor(town, "answers", "--json").output)
    assert [(one["id"], one["channel"]) for one in told] == [(1, "mail"), (None, "mail")]
    assert "Не разобрано: не видно, о каком учреждении" in dozor(town, "answers").output


@pytest.mark.usefixtures("fetched")
def test_an_address_that_does_not_take_letters_is_named(town: Office) -> None:
    assert "Не дошло до school1@example.org" in dozor(town, "outbox").output


def test_a_refused_password_is_told_with_its_advice_and_never_shown(town: Office) -> None:
    wrong = "not-the-password"
    told = dozor(town, "inbox", "fetch", IMAP_PASSWORD=wrong)
    assert told.exit_code == 3
    assert "не принял имя и пароль" in told.output
    assert wrong not in told.output
    assert PASSWORD not in told.output


@pytest.mark.usefixtures("fetched")
def test_an_unclear_letter_is_placed_by_command(town: Office) -> None:
    typed = ("inbox", "place", "3", "school-2", "--requirement", "6.5", "--by", "начальник отдела")
    told = dozor(town, *typed)
    assert "Письмо № 3 отнесено: ответ № 2" in told.output
    assert "уже разобрано" in str(dozor(town, *typed).exception)


def test_without_an_inbox_the_command_says_which_setting_is_missing(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(
        '[municipality]\nid = "town"\nname = "Город"\ntimezone = "Asia/Tomsk"\n', "utf-8"
    )
    (tmp_path / "config.toml").write_text('registry = ["town.toml"]\n', "utf-8")
    done = CliRunner().invoke(app, ["--config", str(tmp_path / "config.toml"), "inbox", "fetch"])
    assert "[mail] inbox" in str(done.exception)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("imaps://town:word@mail.town.ru/INBOX", "IMAP_USER"),
        ("pop3://mail.town.ru", "не адрес ящика"),
    ],
)
def test_an_address_of_an_inbox_is_checked_when_it_is_read(
    tmp_path: Path, address: str, told: str
) -> None:
    (tmp_path / "config.toml").write_text(
        f'registry = ["town.toml"]\n[mail]\ninbox = "{address}"\n', "utf-8"
    )
    done = CliRunner().invoke(app, ["--config", str(tmp_path / "config.toml"), "inbox", "list"])
    assert isinstance(done.exception, ConfigError)
    assert told in str(done.exception)


def test_the_doctor_tells_a_refused_password_from_a_server_that_is_away(town: Office) -> None:
    refused = next(inbox_signs(replace(town.settings, imap_password="not-the-password")))
    address = f"imap://127.0.0.1:{free_port()}/INBOX"
    mail = town.settings.mail.model_copy(update={"inbox": address})
    away = next(inbox_signs(replace(town.settings, mail=mail)))
    assert "не принял имя и пароль" in refused.what
    assert "не отвечает" in away.what


@pytest.mark.usefixtures("fetched")
def test_the_doctor_names_what_waits_and_whom_letters_do_not_reach(town: Office) -> None:
    told = " ".join(sign.what for sign in inbox_signs(town.settings))
    assert "отвечает" in told
    assert "school1@example.org" in told


def test_the_service_looks_at_the_inbox_and_outlives_a_broken_registry(town: Office) -> None:
    service = Service(town.settings, lambda: town.now)
    look_for_answers(service)
    assert len(town.listed()) == 3
    missing = replace(town.settings, registry=(town.folder / "no.toml",))
    look_for_answers(Service(missing, lambda: town.now))


@pytest.mark.usefixtures("fetched")
def test_the_service_tells_its_operator_of_a_refused_password_once(town: Office) -> None:
    rounds = Rounds()
    with town.opened() as opened:
        refused = replace(opened.settings, imap_password="not-the-password")
        application = replace(opened, settings=refused)
        for _ in range(2):
            rounds.look(application)
        told = [row.subject for row in outbox.listed(application.engine)]
    assert told.count("Дозор: ящик для ответов не читается") == 1

"""Before anybody is written to: who would get what, all of it to oneself, and a yes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.application import opened
from monitor.cases.book import cases_of
from monitor.commands.send import send
from monitor.config import load_settings
from monitor.registry.remembered import PREFIX
from monitor.reporting.stored import chosen_audit
from monitor.sandbox import serve
from monitor.service.consent_signs import consent_signs
from monitor.service.nights import Service, night
from monitor.storage import outbox
from monitor.storage.links import SAMPLE
from rules.cases.model import CaseState
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.links import tokens_in
from tests.monitor.pipeline import Town
from tests.monitor.terminal import at_a_terminal
from tests.monitor.test_left_out import WORLD, body
from tests.monitor.test_mail import text_of

DEPUTY, OPERATOR = "deputy@example.org", "operator@example.org"
DISPUTE = ("event", "school-1", "--kind", "dispute_opened", "--on", "2026-11-20")
MAIL = {"recipients": [DEPUTY], "operator": OPERATOR, "institutions": True}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Three schools with something to do; the third has no address."""
    folder = tmp_path_factory.mktemp("rehearsal")
    schools = [body(1), body(2), {**body(3), "emails": [], "no_email": True}]
    with serve(WORLD) as sandbox:
        town = Town(folder, sandbox, schools, {"mail": {**MAIL, "port": 9}})
        town.audit()
        yield town


@pytest.fixture
def config(audited: Town, tmp_path: Path, mailbox: Mailbox) -> Path:
    """A copy of it with a server of its own."""
    for name in ("town.toml", "config.toml"):
        text = (audited.folder / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("port = 9", f"port = {mailbox.port}"), "utf-8")
    (tmp_path / "var").mkdir()
    stored = (audited.folder / "var/dozor.db").read_bytes()
    (tmp_path / "var/dozor.db").write_bytes(stored)
    return tmp_path / "config.toml"


def addresses(mailbox: Mailbox) -> set[str]:
    return {message["To"].addresses[0].addr_spec for message in mailbox.messages}


def planned(config: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert send(config, dry_run=True, as_json=True) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


# --- on paper -----------------------------------------------------------------------------------


def test_a_dry_run_says_who_would_get_what_and_why(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send(config, dry_run=True) == 0
    told = capsys.readouterr().out
    for said in (DEPUTY, "первое письмо этому адресату", "тема: Дозор, Город", "s1@example.org"):
        assert said in told


def test_a_dry_run_connects_to_nobody_and_stores_nothing(config: Path, mailbox: Mailbox) -> None:
    before = stored(config.parent)
    send(config, dry_run=True)
    assert stored(config.parent) == before
    assert mailbox.messages == []


def stored(folder: Path) -> dict[Path, bytes]:
    """All files, but for what is remembered of the registry's: it can be made anew at any time."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.startswith(PREFIX)}


def test_a_dry_run_names_those_who_cannot_be_written_to(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send(config, dry_run=True)
    assert "Школа № 3: электронной почты нет (no_email)" in capsys.readouterr().out
    (nowhere,) = [one for one in planned(config, capsys) if one["recipient"] is None]
    assert (nowhere["why"], nowhere["goes"]) == ("no_address", False)


def test_a_dry_run_for_nobody_says_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = config.read_text("utf-8").replace(f'"{DEPUTY}",', "").replace("true", "false")
    config.write_text(text, "utf-8")
    assert send(config, dry_run=True) == 0
    assert "Писать некому" in capsys.readouterr().out


def test_what_was_sent_is_told_as_such(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    send(config, yes=True)
    capsys.readouterr()
    told = {one["recipient"]: one for one in planned(config, capsys)}
    assert (told[DEPUTY]["goes"], told[DEPUTY]["why"]) == (False, "queued")
    assert told["s1@example.org"]["last"]["subject"] == told["s1@example.org"]["subject"]


# --- to oneself ---------------------------------------------------------------------------------


def test_a_rehearsal_brings_every_letter_to_one_address(config: Path, mailbox: Mailbox) -> None:
    assert send(config, to="me@example.org") == 0
    assert addresses(mailbox) == {"me@example.org"}
    assert len(mailbox.messages) == 3


def test_a_rehearsal_says_so_in_subject_and_body(config: Path, mailbox: Mailbox) -> None:
    send(config, to="me@example.org")
    letter = mailbox.messages[0]
    page = letter.get_body(("html",))
    assert letter["Subject"].startswith("Репетиция: ")
    assert text_of(letter).startswith("РЕПЕТИЦИЯ.")
    assert page is not None
    assert "<b>Репетиция.</b>" in page.get_content()


def test_a_rehearsal_tells_nobody_of_anything(config: Path, mailbox: Mailbox) -> None:
    send(config, to="me@example.org")
    with opened(load_settings(config, {}), lambda: NOW) as application:
        (town,) = application.municipalities
        assert {case.told_on for case in cases_of(application, town)} == {None}
    assert send(config, yes=True) == 0
    assert {DEPUTY, "s1@example.org", "s2@example.org"} < addresses(mailbox)


# --- links --------------------------------------------------------------------------------------


@pytest.fixture
def linked(config: Path) -> Path:
    """With a desk where institutions answer."""
    told = '\n[desk]\npublic_url = "https://dozor.town.example"\n'
    config.write_text(config.read_text("utf-8") + told, "utf-8")
    return config


def links_by_reader(mailbox: Mailbox) -> dict[str, set[str]]:
    return {one["To"].addresses[0].addr_spec: tokens_in(one) for one in mailbox.messages}


def test_each_institution_gets_a_link_of_its_own(linked: Path, mailbox: Mailbox) -> None:
    send(linked, yes=True)
    told = links_by_reader(mailbox)
    assert [len(told[f"s{number}@example.org"]) for number in (1, 2)] == [1, 1]
    assert told["s1@example.org"] != told["s2@example.org"]
    assert told[DEPUTY] == set()


def test_a_rehearsal_brings_a_link_that_opens_nothing(linked: Path, mailbox: Mailbox) -> None:
    send(linked, to="me@example.org")
    assert {token for one in mailbox.messages for token in tokens_in(one)} == {SAMPLE}


# --- a yes --------------------------------------------------------------------------------------


def test_without_a_terminal_the_first_letters_are_refused_and_nothing_goes(
    config: Path, mailbox: Mailbox
) -> None:
    with pytest.raises(Exception, match="--yes"):
        send(config)
    assert mailbox.messages == []


def test_a_yes_at_the_terminal_writes_to_institutions(config: Path, mailbox: Mailbox) -> None:
    said = at_a_terminal(config, "send", question="письма (2)", reply="да")
    assert said.status == 0
    assert addresses(mailbox) == {DEPUTY, "s1@example.org", "s2@example.org"}


def test_a_no_at_the_terminal_writes_to_the_deputy_head_alone(
    config: Path, mailbox: Mailbox
) -> None:
    said = at_a_terminal(config, "send", question="[да/нет]", reply="нет")
    assert "их письма дождутся" in said.text
    assert addresses(mailbox) == {DEPUTY}


@pytest.mark.parametrize(("reply", "is_yes"), [("да", True), ("", False)])
def test_everything_is_disputed_only_by_a_yes_at_the_terminal(
    config: Path, reply: str, is_yes: bool
) -> None:
    """An empty line is no yes."""
    said = at_a_terminal(config, *DISPUTE, question="Напишите «да»", reply=reply)
    assert said.status == (0 if is_yes else 2)
    with opened(load_settings(config, {}), lambda: NOW) as application:
        (town,) = application.municipalities
        found = cases_of(application, town, institutions=town.institutions[:1])
    assert {case.state is CaseState.DISPUTED for case in found} == {is_yes}


def test_after_one_yes_nobody_is_asked_again(config: Path, mailbox: Mailbox) -> None:
    assert send(config, yes=True) == 0
    sent = len(mailbox.messages)
    assert send(config, again=True) == 0
    assert len(mailbox.messages) == 2 * sent


def test_a_night_holds_the_first_letters_and_tells_the_operator_once(
    audited: Town, config: Path, mailbox: Mailbox
) -> None:
    settings = replace(load_settings(config, {}), networks=audited.settings().networks)
    for number in (1, 2):
        night(Service(settings, lambda at=number: NOW.replace(day=NOW.day + at)))  # type: ignore[misc]
    told = [one for one in mailbox.messages if "ждут вашего слова" in one["Subject"]]
    assert [one["To"] for one in told] == [OPERATOR]
    assert addresses(mailbox) == {DEPUTY, OPERATOR}


def test_the_doctor_sees_that_letters_wait_until_they_have_gone(config: Path) -> None:
    settings = load_settings(config, {})
    (sign,) = consent_signs(settings)
    assert "ждут согласия" in sign.what
    send(config, yes=True)
    assert list(consent_signs(settings)) == []


def test_a_letter_that_was_put_aside_at_once_is_no_yes(config: Path) -> None:
    with opened(load_settings(config, {}), lambda: NOW) as application:
        audit = chosen_audit(application, None)
        outbox.queue(
            application.engine, audit, role="institution:town/school-1", recipient="-@",
            subject="", body=b"", at=NOW, refusal="не адрес",
        )  # fmt: skip
        assert not outbox.has_gone_to(application.engine, "institution:")

"""The outbox's table, and letters by role through the command line."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import tomli_w
from sqlalchemy import Engine, text

from monitor.storage import outbox
from monitor.storage.database import connect, migrate
from monitor.storage.upgrading import upgrade
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.conftest import Mailbox, Office

DEPUTY, CUR = "deputy@example.org", "cur@example.org"
BODY = "Subject: x\r\nMessage-ID: <audit-1-deputy@example.org>\r\n\r\nMessage-ID: <no>\r\n"
OLD_MESSAGE = text(
    "INSERT INTO message (id, role, recipient, turn, subject, body, state, queued_at, due_at,"
    " attempts, answer) VALUES (7, 'deputy', :to, 1, 'x', :body, 'sent', :at, :at, 1, '')"
)


def test_a_database_of_the_first_revision_keeps_its_letters(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
        given = {"to": DEPUTY, "body": BODY.encode(), "at": "2026-11-01 00:00:00"}
        connection.execute(OLD_MESSAGE, given)
    migrate(engine)
    (row,) = outbox.messages(engine)
    assert (row.id, row.state, row.body) == (7, "sent", BODY.encode())
    assert row.message_id == "<audit-1-deputy@example.org>"
    engine.dispose()


def test_the_first_letter_after_the_change_answers_the_last_before(
    engine: Engine, audit: Audit
) -> None:
    outbox.queue(
        engine, audit, role="deputy", recipient=DEPUTY, subject="", body=b"", at=NOW,
        message_id="<old@example.org>",
    )  # fmt: skip
    place = outbox.place(engine, audit, "deputy", DEPUTY, again=True)
    assert place == outbox.PlaceInLine(2, ("<old@example.org>",))
    assert outbox.last_queued(engine, "deputy", DEPUTY) == NOW


def test_what_was_parked_goes_at_once_when_asked(engine: Engine, audit: Audit) -> None:
    outbox.queue(engine, audit, role="deputy", recipient=DEPUTY, subject="", body=b"", at=NOW)
    outbox.mark(engine, 1, state="parked", due_at=NOW + timedelta(hours=4))
    outbox.requeue(engine, NOW)
    assert outbox.due(engine, NOW) == (1,)


def by_recipient(mailbox: Mailbox) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for message in mailbox.messages:
        address = message["To"].addresses[0].addr_spec
        names = [part.get_filename() or "" for part in message.iter_attachments()]
        told.setdefault(address, []).extend(name.partition("-20")[2][8:] for name in names)
    return told


def test_everybody_gets_what_is_theirs(office: Office, mailbox: Mailbox) -> None:
    office.set(
        "mail", host="127.0.0.1", port=mailbox.port, recipients=[DEPUTY], cur=[CUR],
        institutions=True, operator="admin@example.org",
    )  # fmt: skip
    office.only("school-1", "school-2").audit()
    office.dozor("send", "--yes")
    told = by_recipient(mailbox)
    assert (told.pop(DEPUTY), told.pop(CUR)) == ([".html", ".xlsx"], ["-cur.xlsx"])
    assert told, "schools hear too"
    places = [message["To"].addresses[0].addr_spec for message in mailbox.messages]
    assert places.index(DEPUTY) < min(places.index(one) for one in told)
    again = len(mailbox.messages)
    office.dozor("send", "--again")
    assert len(mailbox.messages) > again


def test_a_letter_to_no_address_is_put_aside_with_the_reason(
    office: Office, mailbox: Mailbox
) -> None:
    office.set("mail", host="127.0.0.1", port=mailbox.port, recipients=[DEPUTY], institutions=True)
    office.only("school-1")
    file = office.folder / "demo.toml"
    town = tomllib.loads(file.read_text("utf-8"))
    for one in town["institution"]:
        one["emails"] = ["school@-example.org"]
    file.write_text(tomli_w.dumps(town), "utf-8")
    office.audit()
    office.dozor("send", "--yes")
    assert [*by_recipient(mailbox)] == [DEPUTY]
    assert "причина: «school@-example.org» не похоже на адрес" in office.dozor("outbox").stdout


def test_one_institution_can_be_reported_alone(office: Office) -> None:
    office.audit("school-1")
    one = ("report", "--audit", "1", "--institution", "school-1")
    alone = office.dozor(*one, "--format", "json", "-o", "-")
    assert [one["id"] for one in json.loads(alone.stdout)["institutions"]] == ["school-1"]
    written = office.dozor(*one, "--format", "letter").stdout
    assert [Path(line).suffix for line in written.split()] == [".html", ".txt"]
    assert office.dozor("report", "--audit", "1", "--format", "letter").returncode == 2
    assert office.dozor("report", "--audit", "1", "--institution", "nobody").returncode == 2

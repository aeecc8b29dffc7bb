"""How letters are stored, and how long."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from sqlalchemy import Engine, bindparam, func, text
from sqlmodel import SQLModel, col, select

from monitor.mail.mime import message_of
from monitor.registry.mailboxes import address_of
from monitor.storage import audits, outbox
from monitor.storage.database import compact, connect, migrate, session
from monitor.storage.letters import put_together, take_apart
from monitor.storage.old_letters import remove_letters
from monitor.storage.tables import LetterPartRow, MessagePartRow, MessageRow
from monitor.storage.upgrading import upgrade
from reports.mail import Letter, MailAttachment
from reports.model import Audit
from tests.cast import NOW

KEEP = 90
TABLE = random.Random(13).randbytes(200_000)


@cache  # each call would draw another boundary
def letter(to: str, content: bytes = TABLE, words: str = "Отчёт.\n") -> bytes:
    table = MailAttachment(name="отчёт.xlsx", media_type="application/x-table", content=content)
    return message_of(
        Letter(subject="Отчёт", text=words, html=f"<p>{words}</p>", attachments=(table,)),
        sender="dozor@example.org",
        recipient=address_of(to),
        message_id=f"<{to}>",
        at=NOW,
    )


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"Subject: x\r\n\r\nshort\r\n",
        b"no end of line",
        bytes(range(256)) * 40,
        letter("deputy@example.org"),
        letter("deputy@example.org", b"", "д" * 100_000),
        letter("deputy@example.org", bytes(57 * 400)),  # ends with a full line
        letter("почта@школа.рф"),
        letter("deputy@example.org").replace(b"\r\n", b"\n"),  # not as we write it
        b"A" * 76 + b"\r\n" + b"B" * 76 + b"\r\n" + b"=" * 76 + b"\r\n",
        (b"A" * 76 + b"\r\n") * 20 + b"AB==\r\n",  # base64 that would come out otherwise
        (b"A" * 76 + b"\r\n") * 20 + b"A\r\nmore\r\n",
        (b"A" * 76 + b"\r\n") * 3000,
    ],
)
def test_a_letter_comes_back_byte_by_byte(written: bytes) -> None:
    assert put_together(*take_apart(written)) == written


def test_what_is_no_base64_of_ours_stays_in_the_letter() -> None:
    odd = (b"A" * 76 + b"\r\n") * 20 + b"AB==\r\n"
    assert take_apart(odd)[1] == {}


def count(engine: Engine, table: type[SQLModel]) -> int:
    with session(engine) as opened:
        return int(opened.exec(select(func.count()).select_from(table)).one())


def put(engine: Engine, audit: Audit, to: str) -> int:
    row = outbox.queue(
        engine,
        audit,
        role="deputy",
        recipient=to,
        subject="Отчёт",
        body=letter(to),
        at=NOW,
        message_id=f"<{to}>",
    )
    return row.id or 0


def test_an_attachment_of_several_letters_is_kept_once(engine: Engine, audit: Audit) -> None:
    for to in ("a@example.org", "b@example.org", "c@example.org"):
        put(engine, audit, to)
    assert (count(engine, LetterPartRow), count(engine, MessagePartRow)) == (1, 3)
    for number, to in ((1, "a@example.org"), (3, "c@example.org")):
        claimed = outbox.claim(engine, number, NOW)
        assert claimed is not None
        assert claimed.body == letter(to)


def test_a_claimed_letter_is_stored_as_it_was(engine: Engine, audit: Audit) -> None:
    number = put(engine, audit, "a@example.org")
    outbox.claim(engine, number, NOW)
    with session(engine) as opened:
        assert len(opened.get_one(MessageRow, number).body) < 2000


def test_a_letter_that_is_written_anew_leaves_nothing_of_the_old_one(
    engine: Engine, audit: Audit
) -> None:
    number = put(engine, audit, "a@example.org")
    outbox.write_anew(engine, number, b"Subject: lighter\r\n\r\n", "552 too big")
    assert (count(engine, LetterPartRow), count(engine, MessagePartRow)) == (0, 0)
    claimed = outbox.claim(engine, number, NOW)
    assert claimed is not None
    assert claimed.body == b"Subject: lighter\r\n\r\n"


# --- how long -------------------------------------------------------------------------------------


def days_later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def night(engine: Engine, at: datetime) -> int:
    audits.begin(engine, as_of=at, started_at=at, scope=None, registries={}, packs={}, documents=())
    return remove_letters(engine, KEEP, at)


def nights(engine: Engine, first: int, last: int) -> list[int]:
    return [night(engine, days_later(day)) for day in range(first, last + 1)]


def sent(engine: Engine, audit: Audit, *recipients: str) -> None:
    for to in recipients:
        outbox.mark(engine, put(engine, audit, to), state="sent", sent_at=NOW)


def test_the_text_goes_with_its_attachment_and_the_record_stays(
    engine: Engine, audit: Audit
) -> None:
    sent(engine, audit, "a@example.org")
    nights(engine, 1, KEEP)
    assert nights(engine, KEEP + 1, KEEP + 8) == [0, 0, 0, 0, 0, 0, 0, 1]
    assert count(engine, LetterPartRow) == 0
    (row,) = outbox.messages(engine)
    assert (row.state, row.sent_at, row.body) == ("sent", NOW, b"")
    assert row.removed_on == date(2027, 2, 28)


def test_an_attachment_stays_as_long_as_a_letter_holds_it(engine: Engine, audit: Audit) -> None:
    sent(engine, audit, "a@example.org")
    number = put(engine, audit, "waits@example.org")
    nights(engine, 1, KEEP + 8)
    claimed = outbox.claim(engine, number, NOW)
    assert claimed is not None
    assert claimed.body == letter("waits@example.org")


@pytest.mark.parametrize("state", ["queued", "held", "parked", "claimed", "handing"])
def test_a_letter_that_was_not_sent_stays(engine: Engine, audit: Audit, state: str) -> None:
    outbox.mark(engine, put(engine, audit, "a@example.org"), state=state)
    assert sum(nights(engine, 1, KEEP + 10)) == 0


def test_no_letter_goes_by_a_clock_that_is_far_ahead(engine: Engine, audit: Audit) -> None:
    sent(engine, audit, "a@example.org")
    nights(engine, 1, 10)
    assert sum(nights(engine, 500, 506)) == 0
    assert count(engine, LetterPartRow) == 1


def test_a_tenth_of_the_letters_goes_in_a_night(engine: Engine, audit: Audit) -> None:
    sent(engine, audit, *(f"{number}@example.org" for number in range(20)))
    nights(engine, 1, KEEP)
    assert nights(engine, KEEP + 1, KEEP + 10) == [0, 0, 0, 0, 0, 0, 0, 2, 2, 2]


def test_what_is_kept_for_longer_after_all_is_not_removed(engine: Engine, audit: Audit) -> None:
    sent(engine, audit, "a@example.org")
    nights(engine, 1, KEEP + 7)
    assert remove_letters(engine, 2 * KEEP, days_later(KEEP + 8)) == 0
    assert remove_letters(engine, 0, days_later(KEEP + 8)) == 0
    assert remove_letters(engine, KEEP, days_later(KEEP + 9)) == 0  # marked again only now


# --- an older database ----------------------------------------------------------------------------

OLD = text(
    "INSERT INTO message (audit_id, role, recipient, turn, subject, body, message_id, state,"
    " queued_at, due_at, attempts, answer) VALUES (NULL, 'deputy', :to, 1, 'x', :body, '', :state,"
    " :at, :at, 0, '')"
).bindparams(bindparam("at", type_=col(MessageRow.queued_at).type))
STATES = ("queued", "held", "parked", "sent")


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'old.db'}"
    return str(request.getfixturevalue("new_database"))


def test_letters_of_an_older_database_are_kept_as_they_were(old: str) -> None:
    engine = connect(old)
    with engine.begin() as connection:
        upgrade(connection, "0010")
        for state in STATES:
            body = letter(f"{state}@example.org")
            given = {"to": state, "body": body, "state": state, "at": NOW}
            connection.execute(OLD, given)
    migrate(engine)
    now = {row.recipient: row.body for row in outbox.messages(engine)}
    assert now == {state: letter(f"{state}@example.org") for state in STATES}
    assert count(engine, LetterPartRow) == 1
    engine.dispose()


def test_compacting_gives_the_room_back(engine: Engine, audit: Audit) -> None:
    number = put(engine, audit, "a@example.org")
    outbox.write_anew(engine, number, b"", "")
    compact(engine)
    assert count(engine, MessageRow) == 1

"""What a mail server refuses: for now, for this size, for ever; and one that never ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import Engine

from monitor.config import Settings
from monitor.storage import outbox
from monitor.storage.outbox import messages
from reports.mail import Letter, MailAttachment
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.postman import (
    HEAD,
    PARKED,
    QUEUED,
    SENT,
    Postman,
    answering,
    configured,
    dripping,
    dripping_last,
    listening,
    put,
    sent_out,
    states,
)

REPORT = MailAttachment("report.html", "text/html", b"<p>Whole</p>" * 10_000)
BIG = Letter(
    subject="Отчёт № 1 — «Школа» и другие слова, которые не помещаются в одну строку",
    text="Полный отчёт приложен.\n",
    html="<html><body><p>Полный отчёт приложен.</p></body></html>",
    attachments=(REPORT,),
)
SMALL = Letter(subject=HEAD, text="Да\n", html="<p>Да</p>", attachments=())


@pytest.fixture
def settings(postman: Postman, tmp_path: Path) -> Iterator[Settings]:
    with listening(postman) as port:
        yield settings_for(tmp_path, port)


def settings_for(folder: Path, port: int, more: str = "") -> Settings:
    return configured(
        folder, f'host = "127.0.0.1"\nport = {port}\noperator = "op@example.org"\n{more}'
    )


# --- for now, or for ever -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        "451 later",
        "550 4.7.1 deferred",
        "550 5.7.1 Greylisted, please try again later",
        "554 5.7.1 temporarily blocked",
        "552 5.2.2 Mailbox size limit exceeded",
        "552 Requested mail action aborted",
        "550 Попробуйте позже",
    ],
)
def test_a_passing_refusal_is_tried_again(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman, answer: str
) -> None:
    postman.answer = answer
    put(engine, audit, letter=SMALL)
    sent_out(engine, settings)
    postman.answer = "250 Accepted"
    sent_out(engine, settings, NOW + timedelta(minutes=1))
    assert states(engine) == [SENT]


@pytest.mark.parametrize("answer", ["550 no such user", "550 5.1.1 unknown", "554 5.7.1 spam"])
def test_a_refusal_for_good_is_parked(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman, answer: str
) -> None:
    postman.address = answer
    put(engine, audit, letter=SMALL)
    sent_out(engine, settings)
    assert states(engine) == [PARKED]


def test_a_letter_is_tried_for_five_days(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.answer = "451 later"
    put(engine, audit, letter=SMALL)
    for hours in (0, 1, 2, 3, 8, 24, 48, 72, 96, 120):
        sent_out(engine, settings, NOW + timedelta(hours=hours))
    assert states(engine) == [QUEUED]
    sent_out(engine, settings, NOW + timedelta(hours=144))
    assert states(engine) == [PARKED]


def test_a_letter_whose_recipient_is_no_address_keeps_no_other_from_going(
    engine: Engine, audit: Audit, settings: Settings
) -> None:
    put(engine, audit, letter=SMALL)
    put(engine, audit, "other@example.org", SMALL)
    outbox.mark(engine, 1, recipient="deputy@-example.org")
    ((who, why),) = sent_out(engine, settings).parked
    assert (who, "не похоже на адрес" in why) == ("deputy@-example.org", True)
    assert states(engine) == [PARKED, SENT]


def test_what_a_server_says_is_kept_as_far_as_anybody_reads_it(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    """PostgreSQL takes no sign of code 0, and nobody keeps a megabyte of it."""
    postman.answer = "\r\n".join([*["451-a\0b later"] * 9000, "451 \0"])
    put(engine, audit, letter=SMALL)
    ((_, why),) = sent_out(engine, settings).postponed
    assert (why[:11], len(why) < 1100) == ("451 a b lat", True)
    assert states(engine) == [QUEUED]


@pytest.mark.parametrize(
    ("to_data", "last", "came", "state"),
    [
        (b"250 OK", b"250 OK", 0, QUEUED),  # it did not ask for the letter
        (b"354 go on", b"354 go on", 1, PARKED),  # nobody knows
        (b"354 go on", b"150 wait", 1, PARKED),
        (b"354 go on", b"250 OK", 1, SENT),
    ],
)
def test_only_a_clear_answer_is_one(
    engine: Engine,
    audit: Audit,
    tmp_path: Path,
    to_data: bytes,
    last: bytes,
    came: int,
    state: str,
) -> None:
    letters: list[bytes] = []
    with answering(to_data, last, letters) as port:
        put(engine, audit, letter=SMALL)
        sent_out(engine, settings_for(tmp_path, port))
    assert (len(letters), states(engine)) == (came, [state])


def test_a_limit_of_thousands_of_figures_is_none(
    engine: Engine, audit: Audit, tmp_path: Path
) -> None:
    with listening(Postman(), data_size_limit=10**4000) as port:
        put(engine, audit, letter=SMALL)
        sent_out(engine, settings_for(tmp_path, port))
    assert states(engine) == [SENT]


# --- a server that lets nobody in ---------------------------------------------------------------


def test_a_login_that_is_refused_parks_nothing_and_is_tried_once_a_round(
    engine: Engine, audit: Audit, postman: Postman, tmp_path: Path
) -> None:
    tried = []

    def refuse(*given: object) -> object:
        tried.append(given)
        return AuthResult(success=False, message="535 5.7.8 try later", handled=False)

    with listening(postman, authenticator=refuse, auth_require_tls=False) as port:
        signed = replace(settings_for(tmp_path, port), smtp_user="u", smtp_password="p")
        for number in range(3):
            put(engine, audit, f"school-{number}@example.org", SMALL)
        done = sent_out(engine, signed)
    assert states(engine) == [QUEUED] * 3
    assert len(done.postponed) == 3
    assert all("SMTP_PASSWORD" in row.answer for row in messages(engine))
    assert len(tried) <= 2  # smtplib asks by each method once


def test_a_sender_that_is_refused_parks_nothing_and_is_tried_once_a_round(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.sender = "553 5.7.1 Sender address rejected: not owned by user"
    for number in range(3):
        put(engine, audit, f"school-{number}@example.org", SMALL)
    sent_out(engine, settings)
    assert (states(engine), postman.asked) == ([QUEUED] * 3, 1)


def test_what_a_server_refused_goes_when_the_server_is_mended(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.sender = "530 5.7.0 Authentication required"
    for number in range(3):
        put(engine, audit, f"school-{number}@example.org", SMALL)
    sent_out(engine, settings)
    postman.sender = "250 OK"
    sent_out(engine, settings, NOW + timedelta(minutes=1))
    assert states(engine) == [SENT] * 3


# --- too big ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        "552 Message size exceeds maximum permitted",
        "552 5.3.4 Message size exceeds fixed limit",
        "552-5.7.0 blocked for its attachments",
        "554 5.3.4 no",
        "550 5.2.3 no",
        "550 5.7.1 message too large",
    ],
)
def test_a_letter_that_is_too_big_goes_at_once_without_attachments_and_says_so(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman, answer: str
) -> None:
    postman.largest, postman.too_big = 20_000, answer.replace("552-", "552 ")
    put(engine, audit, letter=BIG)
    ((_, why),) = sent_out(engine, settings).lighter
    (message,) = postman.messages
    assert [*message.iter_attachments()] == []
    for kind in ("plain", "html"):
        assert "почтовый сервер не принял письмо вместе с ними (report.html)" in said(message, kind)
        assert "Полный отчёт приложен." in said(message, kind)
    assert "не принял письмо вместе с приложениями: 55" in why
    assert next(iter(messages(engine))).answer == why


def said(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_the_head_of_the_lighter_letter_is_that_of_the_first(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit, letter=BIG)
    put(engine, audit, "other@example.org", letter=BIG)
    sent_out(engine, settings)
    postman.largest = 20_000
    put(engine, audit, "third@example.org", letter=BIG)
    sent_out(engine, settings)
    first, _, third = postman.messages
    assert third["Subject"] == first["Subject"] == BIG.subject
    assert third["To"] == "third@example.org"
    assert len(third.get_all("MIME-Version") or ()) == len(third.get_all("Content-Type") or ()) == 1


def test_a_server_that_tells_its_limit_is_not_sent_more(
    engine: Engine, audit: Audit, postman: Postman, tmp_path: Path
) -> None:
    with listening(postman, data_size_limit=20_000) as port:
        put(engine, audit, letter=BIG)
        assert sent_out(engine, settings_for(tmp_path, port)).lighter
    assert (len(postman.messages), postman.asked) == (1, 1)


def test_a_letter_that_is_too_big_with_nothing_attached_waits(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.answer = "552 5.3.4 Message too big"
    put(engine, audit, letter=SMALL)
    sent_out(engine, settings)
    assert states(engine) == [QUEUED]


# --- a server without an end --------------------------------------------------------------------


@pytest.mark.parametrize("first", [b"", b"220 hello\r\n", b"220 hello\r\n250-a"])
@pytest.mark.parametrize("tls", ["none", "implicit"])
def test_a_server_that_drips_is_left_in_time(
    engine: Engine, audit: Audit, tmp_path: Path, first: bytes, tls: str
) -> None:
    put(engine, audit, letter=SMALL)
    put(engine, audit, "other@example.org", letter=SMALL)
    with dripping(first) as port:  # it never ends by itself
        done = sent_out(engine, settings_for(tmp_path, port, f'timeout = 1\ntls = "{tls}"'))
    assert states(engine) == [QUEUED] * 2
    if tls == "none":
        assert all("слишком медленно" in why for _, why in done.postponed)


def test_a_last_answer_without_an_end_leaves_a_doubt_and_is_left_in_time(
    engine: Engine, audit: Audit, tmp_path: Path
) -> None:
    put(engine, audit, letter=SMALL)
    with dripping_last() as port:  # it never ends by itself
        ((_, why),) = sent_out(engine, settings_for(tmp_path, port, "timeout = 1")).parked
    assert "неизвестно, ушло ли письмо" in why

"""Handing over, to a real SMTP server that accepts, delays, refuses and goes away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, message_from_string, policy
from email.header import decode_header, make_header
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine

from monitor.config import ConfigError, Settings
from monitor.mail.mime import id_of, message_of
from monitor.registry.mailboxes import MailboxError, address_of
from monitor.storage import outbox
from reports.mail import Letter, digest
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.postman import (
    DEPUTY,
    HEAD,
    LETTER,
    PARKED,
    QUEUED,
    SENDER,
    SENT,
    Postman,
    configured,
    listening,
    put,
    sent_out,
    states,
)
from tests.reports.town import big_report


@pytest.fixture(params=[True])
def settings(
    postman: Postman, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings that point at the postman; indirectly parametrised: does it know SMTPUTF8?"""
    with listening(postman, enable_SMTPUTF8=request.param) as port:
        yield configured(tmp_path, f'port = {port}\nhost = "127.0.0.1"\ntimeout = 60')


@pytest.mark.parametrize("user", ["deputy", "зам"])
@pytest.mark.parametrize("words", range(1, 40))
def test_no_space_of_a_subject_or_a_name_is_lost(words: int, user: str) -> None:
    said = " ".join(
        ["Город", "3", "из", "№", "report", "«Школа»", "—"][n % 7] for n in range(words)
    )
    written = message_of(
        Letter(subject=said, text="…", html="…", attachments=()),
        sender=SENDER,
        recipient=address_of(f"{user}@example.org", said),
        message_id="<1@example.org>",
        at=NOW,
    )
    head = message_from_string(written.decode())
    assert decoded(head["Subject"]) == said
    name, _, address = head["To"].rpartition("\r\n ")
    assert (decoded(name), address) == (said, f"<{user}@example.org>")


def decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


def test_a_message_arrives_as_it_was_written(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit)
    assert sent_out(engine, settings).sent == (DEPUTY,)
    (message,) = postman.messages
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Здравствуйте!", ".точка"]
    assert message["List-Unsubscribe"] == "<mailto:admin@example.org?subject=unsubscribe>"


def test_every_link_of_a_regions_index_leads_to_a_file_of_the_archive_that_arrived(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit, letter=digest(big_report(61, pages=1)))
    sent_out(engine, settings)
    packed, _ = postman.messages[0].iter_attachments()
    with ZipFile(BytesIO(packed.get_content())) as opened:
        assert opened.testzip() is None
        names = set(opened.namelist())
        (page,) = (one for one in names if "/" not in one)
        index = BeautifulSoup(opened.read(page), "lxml")
        cards = {one: BeautifulSoup(opened.read(one), "lxml") for one in names - {page}}
    links = {str(a["href"]) for a in index.select("a[href]")}
    local = {one for one in links if not one.startswith(("#", "http", "mailto:", "tel:"))}
    assert {one.partition("#")[0] for one in local} == set(cards)
    assert len(cards) == 61
    assert str(packed.get_filename()).endswith(".zip")


def test_a_slow_server_is_waited_for(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.pause = 3  # longer than the patience for every other answer
    put(engine, audit)
    assert sent_out(engine, settings).sent == (DEPUTY,)
    assert len(postman.messages) == 1


@pytest.mark.parametrize(("answer", "state"), [("451 later", QUEUED), ("554 spam", PARKED)])
def test_a_refusal_after_the_last_byte_is_heeded(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman, answer: str, state: str
) -> None:
    postman.answer = answer
    put(engine, audit)
    sent_out(engine, settings)
    assert states(engine) == [state]


def test_a_connection_lost_before_the_bytes_went_is_tried_again(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.drop = "RCPT"
    put(engine, audit)
    assert sent_out(engine, settings).postponed
    postman.drop = ""
    sent_out(engine, settings, NOW + timedelta(hours=1))
    assert (states(engine), len(postman.messages)) == ([SENT], 1)


def test_a_connection_lost_after_the_last_byte_is_never_tried_again_by_itself(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.drop = "DATA"
    put(engine, audit)
    ((_, why),) = sent_out(engine, settings).parked
    assert "неизвестно, ушло ли письмо" in why
    sent_out(engine, settings, NOW + timedelta(days=9))
    assert len(postman.messages) == 1


def test_the_operator_can_send_what_was_parked(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.answer = "550 no such user"
    put(engine, audit)
    sent_out(engine, settings)
    postman.answer = "250 Accepted"
    assert outbox.requeue(engine, NOW) == 1
    assert sent_out(engine, settings).sent == (DEPUTY,)


# --- addresses and headers ----------------------------------------------------------------------


def test_a_russian_domain_is_encoded(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit, "глава <deputy@кедровый.рф>")
    sent_out(engine, settings)
    assert postman.messages[0]["To"] == "глава <deputy@xn--b1adcsb0an4g.xn--p1ai>"


def test_a_russian_name_before_the_at_needs_smtputf8(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit, "глава@кедровый.рф")
    assert sent_out(engine, settings).sent
    assert postman.recipients == ["глава@xn--b1adcsb0an4g.xn--p1ai"]


@pytest.mark.parametrize("settings", [False], indirect=True)
def test_without_smtputf8_a_russian_name_is_parked_in_clear_words(
    engine: Engine, audit: Audit, settings: Settings
) -> None:
    put(engine, audit, "глава@кедровый.рф")
    ((_, why),) = sent_out(engine, settings).parked
    assert "SMTPUTF8" in why
    assert "другом адресе" in why


def test_the_next_report_answers_the_first_and_the_last(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    for _ in range(3):
        place = outbox.place(engine, audit, "deputy", DEPUTY, again=True)
        assert place is not None
        letter = message_of(
            LETTER,
            sender=SENDER,
            recipient=address_of(DEPUTY),
            message_id=f"<{place.turn}@example.org>",
            at=NOW,
            thread=place.thread,
        )
        outbox.queue(
            engine, audit, role="deputy", recipient=DEPUTY, subject="", body=letter, at=NOW,
            message_id=f"<{place.turn}@example.org>", turn=place.turn,
        )  # fmt: skip
    sent_out(engine, settings)
    told = [(m["In-Reply-To"], m["References"]) for m in postman.messages]
    assert told == [
        (None, None),
        ("<1@example.org>", "<1@example.org>"),
        ("<2@example.org>", "<1@example.org> <2@example.org>"),
    ]


def test_the_same_message_has_the_same_number() -> None:
    assert id_of(SENDER, 17, "deputy", DEPUTY, 1) == id_of(SENDER, 17, "deputy", DEPUTY, 1)
    assert id_of(SENDER, 17, "deputy", DEPUTY, 1) != id_of(SENDER, 17, "deputy", DEPUTY, 2)


@pytest.mark.parametrize("name", ["Школа\r\nBcc: all@example.org", "Школа\nX: y", "a\u2028b"])
def test_a_name_cannot_inject_a_header(name: str) -> None:
    letter = Letter(subject=name, text="", html="", attachments=())
    body = message_of(
        letter,
        sender=SENDER,
        recipient=address_of(DEPUTY, name),
        message_id="<1@example.org>",
        at=NOW,
    )
    message = message_from_bytes(body, policy=policy.default)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    "written",
    ["", "deputy", "@example.org", "a b@example.org", "a@example.org\r\nBcc: b@c.d", "a@"],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(MailboxError, match="не похоже на адрес"):
        address_of(written)


def test_letters_to_institutions_need_a_deputy_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="после отчёта руководителю"):
        configured(tmp_path, "institutions = true")


# --- what is held -------------------------------------------------------------------------------


def hold(engine: Engine, audit: Audit) -> None:
    body = message_of(
        LETTER,
        sender=SENDER,
        recipient=address_of("school@example.org"),
        message_id="<s@example.org>",
        at=NOW,
    )
    outbox.queue(
        engine, audit, role="institution:kedr/school", recipient="school@example.org",
        subject=HEAD, body=body, at=NOW, held=True,
    )  # fmt: skip


def test_a_school_hears_after_the_deputy_head(
    engine: Engine, audit: Audit, settings: Settings
) -> None:
    hold(engine, audit)
    assert sent_out(engine, settings).sent == ()
    put(engine, audit)
    assert sent_out(engine, settings).sent == (DEPUTY, "school@example.org")


def test_a_school_hears_nothing_while_the_deputy_head_has_no_report(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    hold(engine, audit)
    put(engine, audit)
    postman.answer = "451 later"
    sent_out(engine, settings)
    assert states(engine) == ["held", QUEUED]

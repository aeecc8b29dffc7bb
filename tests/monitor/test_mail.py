"""Letters, through a real SMTP server."""

from __future__ import annotations

import re
import signal
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from tests.monitor.conftest import AS_OF, Mailbox, Office
from tests.waiting import PATIENCE, until

DEPUTY = "deputy@example.org"


def with_mail(office: Office, box: Mailbox, *recipients: str) -> Office:
    office.set("mail", host="127.0.0.1", port=box.port, recipients=list(recipients or [DEPUTY]))
    return office


def parts(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk() if not part.is_multipart()]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_letter_has_a_text_a_page_and_the_report(audited: Office, mailbox: Mailbox) -> None:
    with_mail(audited, mailbox)
    assert audited.dozor("send", "--audit", "1").returncode == 0
    (message,) = mailbox.messages
    assert parts(message)[:2] == ["text/plain", "text/html"]
    assert "text/html" in parts(message)[2:]
    assert message["To"] == DEPUTY
    assert "Дозор" in message["Subject"]


def test_the_same_report_is_not_sent_twice(audited: Office, mailbox: Mailbox) -> None:
    with_mail(audited, mailbox)
    audited.dozor("send", "--audit", "1")
    second = audited.dozor("send", "--audit", "1")
    assert len(mailbox.messages) == 1
    assert "--again" in second.stdout
    audited.dozor("send", "--audit", "1", "--again")
    assert len(mailbox.messages) == 2


def test_every_recipient_gets_a_letter_of_their_own(office: Office, mailbox: Mailbox) -> None:
    with_mail(office, mailbox, "a@example.org", "b@example.org").audit("school-1", "--mail")
    assert sorted(message["To"] for message in mailbox.messages) == [
        "a@example.org",
        "b@example.org",
    ]


def test_a_temporary_refusal_waits(audited: Office, mailbox: Mailbox) -> None:
    with_mail(audited, mailbox)
    mailbox.refuse = "451 try later"
    done = audited.dozor("send", "--audit", "1")
    assert (done.returncode, "ждёт повтора" in done.stdout) == (1, True)


def test_a_permanent_refusal_is_parked_until_somebody_sends_it(
    audited: Office, mailbox: Mailbox
) -> None:
    with_mail(audited, mailbox)
    mailbox.refuse = "550 no such user"
    audited.dozor("send", "--audit", "1")
    assert "no such user" in audited.dozor("outbox").stdout
    mailbox.refuse = ""
    audited.dozor("outbox", "--retry")
    audited.dozor("send", "--audit", "1")
    assert len(mailbox.messages) == 1


def test_a_server_that_is_away_loses_nothing(audited: Office, mailbox: Mailbox) -> None:
    with_mail(audited, mailbox)
    audited.set("mail", port=9)
    done = audited.dozor("send", "--audit", "1")
    assert (done.returncode, "ждёт повтора" in done.stdout) == (1, True)


def test_nothing_is_mailed_unless_asked(office: Office, mailbox: Mailbox) -> None:
    with_mail(office, mailbox).audit("school-1")
    assert mailbox.messages == []


def test_a_night_really_happens(office: Office, mailbox: Mailbox) -> None:
    zone = ZoneInfo("Asia/Tomsk")
    begin = datetime.now(zone) + timedelta(seconds=4)
    with_mail(office.only("school-1", "school-2"), mailbox)
    office.set("schedule", nightly=f"{begin:%S} {begin:%M} {begin:%H} * * *".replace(" 0", " "))
    service = office.begun("serve")
    try:
        until(lambda: [one for one in mailbox.messages if one["To"] == DEPUTY])
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0
    (message,) = [one for one in mailbox.messages if one["To"] == DEPUTY]
    shown = office.dozor("report", "--format", "text", "--output", "-").stdout
    counts = re.search(r"Выполняют: \d+ из \d+", shown)
    assert counts, shown
    assert counts[0] in text_of(message)
    assert AS_OF  # the night counts as of the real time, not of the test's

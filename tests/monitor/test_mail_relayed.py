"""Letters in other people's hands: a relay signs and passes them on, mail programs thread them."""

from __future__ import annotations

import smtplib
from base64 import b64encode
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Engine

from monitor.mail.mime import id_of, message_of, without_attachments
from monitor.registry.mailboxes import address_of
from monitor.storage import outbox
from monitor.storage.database import open_database
from reports.mail import Letter, MailAttachment
from tests.cast import NOW
from tests.monitor.postman import configured, listening, sent_out

LONG = ".".join(sign * 60 for sign in "abc") + ".gov.example.org"
SENDER = f'"Дозор, программа" <dozor@{LONG}>'
OPERATOR = f"{'o' * 60}@{LONG}"
IDS = tuple(id_of(SENDER, number) for number in range(3))
LETTER = Letter(
    subject="Проверка № 2: в 13 учреждениях из 20 нарушений нет — «Школа № 1», «Музей», «Лыжня»",
    text="Здравствуйте!\n.точка\n\nFrom здесь\n" + "длинная строка " * 200 + "\n \n",
    html=f"<html><body><p>{'Да ' * 2000}</p>\n</body></html>",
    attachments=(
        MailAttachment(
            name="audit-000001.html", media_type="text/html", content="<p>Да\n".encode()
        ),
        MailAttachment(name="audit.csv", media_type="text/csv", content="а;б\r\nв\rг\n".encode()),
        MailAttachment(
            name=f"{'x' * 90}.xlsx", media_type="application/zip", content=bytes(range(256))
        ),
    ),
)


def written(letter: Letter = LETTER, name: str = "", **more: Any) -> bytes:
    usual: dict[str, Any] = {
        "sender": SENDER,
        "recipient": address_of("deputy@example.org", name),
        "message_id": IDS[2],
        "at": NOW,
        "thread": IDS[:2],
        "operator": OPERATOR,
        "reply_to": f"Отдел образования <{OPERATOR}>",
    }
    return message_of(letter, **(usual | more))


def lighter() -> bytes:
    body = without_attachments(written(), OPERATOR)
    assert body is not None
    return body


LETTERS = {
    "long": written(),
    "without attachments": lighter(),
    "short": written(Letter(subject="a", text="", html="", attachments=())),
    "long names": written(name="Заместитель главы " * 60),
    "long plain names": written(name="deputy " * 300, sender=f"{'x' * 900} <a@example.org>"),
    "one long word": written(Letter(subject="x" * 2000, text="t", html="h", attachments=())),
}


# --- as written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_no_relay_has_a_reason_to_write_a_letter_anew(letter: bytes) -> None:
    lines = letter.split(b"\r\n")
    assert letter.isascii()
    assert not any(sign in line for line in lines for sign in (b"\r", b"\n", b"\0"))
    assert max(map(len, lines)) < 400  # of 998; a number on a long domain alone has some 300


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_what_programs_read_of_a_head_is_in_one_piece(letter: bytes) -> None:
    head = letter.partition(b"\r\n\r\n")[0].decode()
    assert f"\r\nMessage-ID: {IDS[2]}\r\n" in head
    assert f"\r\nIn-Reply-To: {IDS[1]}\r\n" in head
    assert f"\r\nReferences: {IDS[0]}\r\n {IDS[1]}\r\n" in head
    assert f"\r\nList-Unsubscribe: <mailto:{OPERATOR}?subject=unsubscribe>\r\n" in head


def test_a_head_folds_at_blanks_and_keeps_its_words() -> None:
    message = message_from_bytes(LETTERS["long"], policy=policy.default)
    assert message["Subject"] == LETTER.subject
    assert message["From"].addresses[0].display_name == "Дозор, программа"
    assert message["Reply-To"].addresses[0].display_name == "Отдел образования"
    assert message["From"].addresses[0].domain == LONG


def test_a_subject_that_looks_like_an_encoded_word_stays_as_it_is() -> None:
    letter = Letter(subject="=?utf-8?b?0JTQsA==?=", text="t", html="h", attachments=())
    message = message_from_bytes(written(letter), policy=policy.default)
    assert message["Subject"] == letter.subject


# --- relayed --------------------------------------------------------------------------------------


def new_key() -> tuple[bytes, bytes]:
    """A private key, and what stands of it in the domain's records."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, b"v=DKIM1; k=rsa; p=" + b64encode(public)


PRIVATE, RECORD = new_key()
SIGNED = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"References", b"List-Unsubscribe"]


@dataclass
class Last:
    """The server where the letters end; keeps their bytes."""

    letters: list[bytes] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return "250 OK"


@dataclass
class Relay:
    """Signs what it is given, as an office's server does, and hands it on."""

    to: int
    form: tuple[bytes, bytes]

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        name = dkim.sign(
            envelope.content,
            b"office",
            b"example.org",  # dkimpy breaks a long domain in two (findings/dkimpy-long-domain.sh)
            PRIVATE,
            canonicalize=self.form,
            include_headers=SIGNED,
        )
        trace = b"Received: from dozor by relay; Sun, 22 Nov 2026 20:00:00 +0000\r\n"
        with smtplib.SMTP("127.0.0.1", self.to) as on:
            on.sendmail(str(envelope.mail_from), envelope.rcpt_tos, trace + name + envelope.content)
        return "250 OK"


def relayed(engine: Engine, folder: Path, form: tuple[bytes, bytes], body: bytes) -> bytes:
    """What comes out at the other end of our own way out and a relay."""
    outbox.queue(
        engine, None, role="operator", recipient="a@example.org", subject="s", body=body, at=NOW
    )
    last = Last()
    with listening(last) as end, listening(Relay(end, form)) as port:
        mail = f'host = "127.0.0.1"\nport = {port}\nsender = "dozor@example.org"'
        assert sent_out(engine, configured(folder, mail)).sent
    (came,) = last.letters
    return came


@pytest.mark.parametrize("form", [(b"simple", b"simple"), (b"relaxed", b"relaxed")])
@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_a_signature_holds_after_a_relay(
    tmp_path: Path, form: tuple[bytes, bytes], letter: bytes
) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    came = relayed(engine, tmp_path, form, letter)
    engine.dispose()
    assert dkim.verify(came, dnsfunc=lambda *_, **__: RECORD)

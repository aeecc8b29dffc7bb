"""An office with an inbox, and what schools, their programs and mail servers write to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import tomli_w

from monitor.application import Application, opened
from monitor.config import Settings, load_settings
from monitor.mail.inbox.fetching import Fetched, fetch
from monitor.storage import outbox, received, statements
from monitor.storage.audits import begin
from monitor.storage.received import Received
from monitor.storage.roles import institution_of
from rules.cases.model import InstitutionAnswer, Recorded
from tests.cast import NOW
from tests.monitor.dovecot import PASSWORD, Dovecot
from tests.monitor.pipeline import empty_database, school

TWO_FACTOR = "kedrovy-2022-298/6.5"
SUBJECT = "Re: [Дозор town/school-1/6.5] Подтвердите"
SCHOOL, SECOND, ELSEWHERE = "school1@example.org", "school2@example.org", "teacher@example.com"
OURS = "<dozor.1234@example.org>"  # the letter to school-1
FORM = "Подтверждаем: защита включена у 2 из 2.\nДолжность: директор\n"


@dataclass
class Office:
    """Its registry has two schools; its inbox is a mailbox of its own on the server."""

    folder: Path
    server: Dovecot
    user: str
    mail: dict[str, Any]
    now: datetime = NOW

    @property
    def environment(self) -> dict[str, str]:
        return {"IMAP_USER": self.user, "IMAP_PASSWORD": PASSWORD}

    @property
    def settings(self) -> Settings:
        return load_settings(self.folder / "config.toml", self.environment)

    @contextmanager
    def opened(self) -> Iterator[Application]:
        with opened(self.settings, lambda: self.now) as application:
            yield application

    def put(self, *messages: bytes, at: datetime | None = None) -> None:
        self.server.put(self.user, *messages, at=at or self.now - timedelta(hours=1))

    def fetch(self) -> Fetched:
        with self.opened() as application:
            return fetch(application)

    def listed(self) -> tuple[Received, ...]:
        """Oldest first."""
        with self.opened() as application:
            return received.listed(application.engine)[::-1]

    def answers(self) -> list[Recorded]:
        with self.opened() as application:
            found = statements.recorded(application.engine, "town")
        return [one for one in found if isinstance(one.said, InstitutionAnswer)]

    def came(self, message: bytes) -> Received:
        """What becomes of this one."""
        self.put(message)
        self.fetch()
        return self.listed()[-1]

    def send(self, school: int = 1, message_id: str = OURS) -> None:
        """A letter to that school, as the outbox remembers it."""
        with self.opened() as application:
            engine = application.engine
            audit = begin(
                engine,
                as_of=NOW,
                started_at=NOW,
                scope=None,
                registries={},
                packs={},
                documents=(),
            )
            outbox.queue(
                engine,
                audit,
                role=institution_of(f"town/school-{school}"),
                recipient=f"school{school}@example.org",
                subject="Страницы",
                body=b"",
                at=NOW,
                message_id=message_id,
            )


def office(folder: Path, server: Dovecot, **mail: Any) -> Office:
    user = server.new_user()
    schools = [school(n, emails=[f"school{n}@example.org"]) for n in (1, 2)]
    town = {
        "id": "town",
        "name": "Город Кедровый",
        "timezone": "Asia/Tomsk",
        "packs": ["kedrovy-2022-298"],
    }
    registry = {"municipality": town, "institution": schools}
    (folder / "town.toml").write_text(tomli_w.dumps(registry), "utf-8")
    inbox = f"imap://127.0.0.1:{server.port}/INBOX"
    mail = {"inbox": inbox, "timeout": 60, "sender": "dozor@example.org", **mail}
    told = {"registry": ["town.toml"], "mail": mail}
    (folder / "config.toml").write_text(tomli_w.dumps(told), "utf-8")
    (folder / "var").mkdir()
    (folder / "var/dozor.db").write_bytes(empty_database())
    return Office(folder, server, user, mail)


def reply(
    words: str = FORM,
    *,
    subject: str = SUBJECT,
    sender: str = SCHOOL,
    number: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    html: str = "",
    **heads: str,
) -> bytes:
    """As a person writes it. `heads`: others, with _ for -."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, "town@example.org"
    message["Subject"] = subject
    message["Message-ID"] = number or f"<{abs(hash((words, subject, sender, html)))}@example.org>"
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    if html:
        message.set_content(html, subtype="html")
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def bounce(recipient: str = SCHOOL, of: str = OURS, action: str = "failed") -> bytes:
    """As Postfix writes it (RFC 3464)."""
    return f"""\
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: town@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{recipient}-{action}@mail.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--B
Content-Type: text/rfc822-headers

From: dozor@example.org
Message-ID: {of}
Subject: [Дозор town/school-1]

--B--
""".replace("\n", "\r\n").encode()

"""Who is written, how often and by way of which server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from monitor.config.imap import InboxAddress, inbox_address
from monitor.config.sections import MOST_DAYS, Section
from monitor.registry.mailboxes import address_of, is_server

Every = Literal["night", "week", "month"]
Encryption = Literal["none", "starttls", "implicit"]


def each_once(addresses: Iterable[str]) -> tuple[str, ...]:
    """Nobody is written twice for having been named twice; mail knows no capitals in practice."""
    found: dict[str, str] = {}
    for one in addresses:
        found.setdefault(one.casefold(), one)
    return tuple(found.values())


class TownMail(Section):
    """Who gets the report of one municipality only, and no other's."""

    recipients: tuple[str, ...] = Field(min_length=1)
    report_every: Every = "week"

    @field_validator("recipients")
    @classmethod
    def _is_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            address_of(one)
        return each_once(value)


class Mail(Section):
    """Who gets what, and how often at most: the deputy head, the institutions, the ЦУР."""

    host: str = "localhost"
    port: int = Field(default=25, ge=1, le=65535)
    starttls: bool = False
    tls: Encryption | None = None  # says it all where it stands: `starttls` knows no port 465
    ca_file: Path | None = None  # trusted beside what the system trusts
    sender: str = "dozor@example.org"
    recipients: tuple[str, ...] = ()
    report_every: Every = "week"
    municipalities: Mapping[str, TownMail] = Field(default_factory=dict)  # by their id
    institutions: bool = False  # a letter to each institution's own first registered address
    institutions_every: Every = "week"
    cur: tuple[str, ...] = ()  # who gets the table of the ЦУР
    cur_every: Every = "month"
    operator: str | None = None
    reply_to: str | None = None  # where institutions answer; None: to the operator
    signature: str = ""  # who signs letters to institutions; "": the registry's authority
    signature_phone: str = ""
    timeout: int = Field(default=30, ge=1, le=600)
    keep_days: int = Field(default=400, ge=0, le=MOST_DAYS)  # texts, sent and received; 0: for ever
    inbox: str | None = None  # where institutions answer: imaps://mail.town.ru/INBOX

    @field_validator("sender", "operator", "reply_to", "recipients", "cur")
    @classmethod
    def _is_address(cls, value: Any) -> Any:
        for one in (value,) if isinstance(value, str) else value or ():
            address_of(one)
        return each_once(value) if isinstance(value, tuple) else value

    @field_validator("inbox")
    @classmethod
    def _is_inbox(cls, written: str | None) -> str | None:
        if written:
            inbox_address(written)
        return written or None

    @field_validator("host")
    @classmethod
    def _is_host(cls, written: str) -> str:
        if not is_server(written):
            raise ValueError(
                f"«{written}» — не имя сервера: пишите его одно, например mail.town.ru, "
                "а номер порта — в port"
            )
        return written

    @property
    def deputies(self) -> tuple[str, ...]:
        """Everybody who gets a report: of the whole, or of a municipality."""
        towns = (one for town in self.municipalities.values() for one in town.recipients)
        return (*self.recipients, *towns)

    @property
    def answers_to(self) -> str | None:
        """Whom an institution answers."""
        return self.reply_to or self.operator

    @property
    def encryption(self) -> Encryption:
        return self.tls or ("starttls" if self.starttls else "none")

    @property
    def inbox_at(self) -> InboxAddress | None:
        return inbox_address(self.inbox) if self.inbox else None

    @model_validator(mode="after")
    def _encrypts_one_way(self) -> Mail:
        if self.starttls and self.tls not in (None, "starttls"):
            raise ValueError(f'starttls = true и tls = "{self.tls}" спорят: оставьте одно из двух')
        inbox = self.inbox_at
        is_encrypted = self.encryption != "none" or (inbox and inbox.encryption != "none")
        if self.ca_file and not is_encrypted:
            raise ValueError("ca_file без шифрования не действует: включите starttls или tls")
        return self

    @model_validator(mode="after")
    def _tells_the_deputy_first(self) -> Mail:
        if self.institutions and not self.deputies:
            raise ValueError(
                "institutions = true: учреждениям пишут после отчёта руководителю, "
                "укажите его адрес в recipients"
            )
        return self

"""The way to the IMAP server, encrypted as its address says, opened for reading only.

    InboxError, by its `trouble`
    ├── AWAY: nobody answers, or too slowly
    ├── REFUSED: the server does not take the name or the password
    └── SETTINGS: no such folder, no encryption, a certificate that does not verify

The folder is opened by EXAMINE and bodies are asked for by PEEK: nothing is marked as read, moved
or deleted, and a server that marks all the same is told not to.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from imap_tools import BaseMailBox
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)

from monitor.config import Settings
from monitor.config.imap import InboxAddress
from monitor.errors.system import in_russian
from monitor.logs import without_secrets
from monitor.mail.smtp import CERTIFICATE_FAULTS, Alarm, spoken, trusting

TALK = 6  # times the usual patience for a whole look at the inbox
HEAD = 64 * 1024  # bytes; what a head has beyond them nobody needs
AT_ONCE = 500  # sizes asked for in one command
PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.I)  # RFC 5530: no refusal
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
UID = re.compile(rb"\bUID (\d+)")
ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]+)"')


class Trouble(Enum):
    AWAY = auto()
    REFUSED = auto()
    SETTINGS = auto()


class InboxError(Exception):
    """The inbox could not be read; the text is Russian."""

    def __init__(self, told: str, trouble: Trouble) -> None:
        super().__init__(without_secrets(told))
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of which the server has told, unread."""

    uid: int
    size: int
    at: datetime  # by the server's clock: the head may say anything


class _Plain(imaplib.IMAP4):
    def __init__(self, alarm: Alarm, host: str, port: int, timeout: int, seconds: float) -> None:
        self._alarm, self._seconds = alarm, seconds
        super().__init__(host, port, timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        """imaplib's own seam: from the first byte on the whole conversation is bounded."""
        dialled: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]
        self._alarm.watch(dialled, self._seconds)
        return dialled


class _Encrypted(_Plain):
    def __init__(self, context: ssl.SSLContext, *told: object) -> None:
        self._context = context
        super().__init__(*told)  # type: ignore[arg-type]

    def _create_socket(self, timeout: float | None) -> socket.socket:
        dialled = super()._create_socket(timeout)
        return self._context.wrap_socket(dialled, server_hostname=self.host)


class _MailBox(BaseMailBox):
    """imap-tools over a line that an alarm ends."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._opened = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._opened


class Inbox:
    """A folder of a server that has let us in."""

    def __init__(self, box: BaseMailBox, validity: int) -> None:
        self._box = box
        self.validity = validity

    def arrived(self, after: int) -> Sequence[Arrived]:
        """Those whose UID is greater, oldest first."""
        uids = sorted(int(one) for one in self._box.uids(f"UID {after + 1}:*", None))
        new = [str(uid) for uid in uids if uid > after]  # `100:*` names the last one again
        found: list[Arrived] = []
        for start in range(0, len(new), AT_ONCE):
            answer = self._fetch(
                ",".join(new[start : start + AT_ONCE]), "(RFC822.SIZE INTERNALDATE)"
            )
            found += filter(None, map(_arrived, answer))
        return sorted(found, key=lambda message: message.uid)

    def body(self, message: Arrived, most: int) -> bytes | None:
        """At most so many bytes of it, whatever size was told; None: it is there no more."""
        return _literal(self._fetch(str(message.uid), f"(BODY.PEEK[]<0.{most}>)"))

    def head(self, message: Arrived) -> bytes | None:
        return _literal(self._fetch(str(message.uid), f"(BODY.PEEK[HEADER]<0.{HEAD}>)"))

    def _fetch(self, uids: str, parts: str) -> Sequence[object]:
        kind, answer = self._box.client.uid("FETCH", uids, parts)
        if kind != "OK":
            raise UnexpectedCommandStatusError((kind, answer), "OK")
        return answer


def _arrived(line: object) -> Arrived | None:
    told = b" ".join(line) if isinstance(line, tuple) else line
    if not isinstance(told, bytes):
        return None
    uid, size, at = UID.search(told), SIZE.search(told), ARRIVED.search(told)
    if not uid:
        return None
    return Arrived(int(uid[1]), int(size[1]) if size else 0, _moment(at[1] if at else b""))


def _moment(written: bytes) -> datetime:
    """«22-Nov-2026 20:00:00 +0000»; a server that says nothing of it says the beginning of time."""
    try:
        told = parsedate_to_datetime(written.decode("ascii").replace("-", " ", 2))
    except (ValueError, TypeError):
        return datetime(1970, 1, 1, tzinfo=UTC)
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _literal(answer: Sequence[object]) -> bytes | None:
    return next((part[1] for part in answer if isinstance(part, tuple)), None)


# --- opening ------------------------------------------------------------------------------------


@contextmanager
def inbox(settings: Settings, timeout: int | None = None) -> Iterator[Inbox]:
    """Raises InboxError, also for what goes wrong meanwhile."""
    at = settings.mail.inbox_at
    assert at is not None
    seconds = timeout or settings.mail.timeout
    with Alarm() as alarm, _troubles(at, alarm):
        client = _connected(settings, at, alarm, seconds)
        try:
            yield _let_in(_MailBox(client), settings, at)
        finally:
            _leave(client)


def _connected(settings: Settings, at: InboxAddress, alarm: Alarm, timeout: int) -> imaplib.IMAP4:
    told = (alarm, at.host, at.port, timeout, float(TALK * timeout))
    context = trusting(settings.mail.ca_file)
    if at.encryption == "implicit":
        return _Encrypted(context, *told)
    client = _Plain(*told)
    if at.encryption == "starttls":
        _encrypt(client, at, context)
    return client


def _encrypt(client: imaplib.IMAP4, at: InboxAddress, context: ssl.SSLContext) -> None:
    """Whoever stands between us can take the offer away: then no password is said."""
    if "STARTTLS" not in client.capabilities:
        _leave(client)
        told = (
            f"сервер ящика {at.host} не предлагает шифрование (STARTTLS), а без него пароль не "
            "передаётся; напишите imaps:// вместо imap://"
        )
        raise InboxError(told, Trouble.SETTINGS)
    client.starttls(context)


def _let_in(box: BaseMailBox, settings: Settings, at: InboxAddress) -> Inbox:
    user, password = settings.imap_user, settings.imap_password
    try:
        if "AUTH=PLAIN" in box.client.capabilities or not f"{user}{password}".isascii():
            box.login_utf8(user, password, None)
        else:
            box.login(user, password, None)
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        raise _refusal(error, at) from error
    try:
        box.folder.set(at.folder, readonly=True)
    except MailboxFolderSelectError as error:
        told = f"в ящике {at.host} нет папки «{at.folder}», или её не открыть: {_said(error)}"
        raise InboxError(told, Trouble.SETTINGS) from error
    _, told_validity = box.client.response("UIDVALIDITY")
    number = (told_validity or [None])[0]
    return Inbox(box, int(number) if number else 0)


def _refusal(error: Exception, at: InboxAddress) -> InboxError:
    said = _said(error)
    if isinstance(error, imaplib.IMAP4.abort) or PASSING.search(said):
        return InboxError(f"ящик {at.host}: сервер сейчас никого не впускает: {said}", Trouble.AWAY)
    told = f"сервер ящика {at.host} не принял имя и пароль (IMAP_USER, IMAP_PASSWORD): {said}"
    return InboxError(told, Trouble.REFUSED)


def _leave(client: imaplib.IMAP4) -> None:
    with suppress(imaplib.IMAP4.error, OSError):
        client.logout()


@contextmanager
def _troubles(at: InboxAddress, alarm: Alarm) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        fault = CERTIFICATE_FAULTS.get(error.verify_code, f"не проходит проверку: {error}")
        told = f"сертификат сервера ящика {at.host} {fault}"
        raise InboxError(told, Trouble.SETTINGS) from error
    except (imaplib.IMAP4.error, ImapToolsError, OSError, EOFError) as error:
        if alarm.has_rung:
            told = f"сервер ящика {at.host} отвечает слишком медленно: дольше {alarm.seconds:.0f} с"
        elif isinstance(error, OSError):
            told = f"сервер ящика {at.host}:{at.port} не отвечает: {in_russian(error)}"
        else:
            told = f"сервер ящика {at.host}:{at.port} отвечает не так, как должен: {_said(error)}"
        raise InboxError(told, Trouble.AWAY) from error


def _said(error: Exception) -> str:
    """The server's own words."""
    result = getattr(error, "command_result", None)
    words = result[1] if result else error.args
    told = b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in words if one)
    return spoken(told)

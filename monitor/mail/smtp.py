"""The way to the mail server: encrypted as the settings say, and never less than they say.

    DeliveryError, by its `refusal`
    ├── LATER: this letter is tried again, with growing pauses
    ├── SERVER: so are all others, and none is tried before: the server lets nobody in, is away,
    │           too slow, or does not take our name, our password or our sender
    ├── TOO_BIG: the letter goes once more without its attachments
    └── FOR_GOOD: parked, with the server's own words

A certificate that does not verify, or a server that does not offer the encryption we ask for, is
the server's trouble: the office renews it, and until then no letter and no password goes out in
the clear. Whatever is refused before a letter is spoken of says nothing about the letter.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from typing import Any

from collectors.roots import trust
from monitor.config import Mail, Settings
from monitor.errors.system import in_russian
from monitor.logs import without_secrets
from monitor.mail.sign_in import sign_in

# OpenSSL's numbers (X509_V_ERR_*, x509_vfy.h): the message that comes with them is English.
NOT_TRUSTED = (
    "подписан центром, которому этот компьютер не доверяет; если центр ваш собственный, "
    "укажите файл с его сертификатом в [mail] ca_file"
)
CERTIFICATE_FAULTS = {
    9: "ещё не начал действовать (верно ли время на этом компьютере?)",
    10: "истёк",
    18: NOT_TRUSTED,
    19: NOT_TRUSTED,
    20: NOT_TRUSTED,
    21: NOT_TRUSTED,
    62: "выдан на другое имя; укажите в [mail] host имя из сертификата",
    64: "выдан не на этот адрес; укажите в [mail] host имя из сертификата",
}
BAD_CERTIFICATE = "не отправлено: сертификат сервера почты {host} {fault}"
NO_ENCRYPTION = (
    "не отправлено: сервер почты {host} не предлагает шифрование (STARTTLS), а без него письма "
    "не отправляются; проверьте [mail] host, port и tls"
)


TOO_SLOW = "сервер почты отвечает слишком медленно: разговор не уложился в {seconds} с"
LONGEST_WORDS = 1000  # signs
TALK = 4  # times the usual patience: up to the letter, however slowly the server drips
LAST_ANSWER = 10  # likewise for the letter: RFC 5321 grants ten minutes after the last byte
DETAIL = re.compile(r"\s*([245])\.(\d{1,3}\.\d{1,3})\b")  # RFC 3463, before a server's words
MAILBOX_FULL, TOO_BIG_DETAILS, NO_SUCH_SCRIPT = "2.2", ("3.4", "2.3"), "6.7"
EXCEEDED = 552  # "exceeded storage allocation": the letter is too big, or the mailbox full
# Many servers give no such code, or 5.7.1 for everything: then their words are all there is.
FULL = re.compile(
    r"quota|квот|(?:mailbox|ящик).{0,40}(?:full|size|exceed|limit|переполн|полон)", re.I
)
BIG = re.compile(
    r"too (?:big|large|long)|size.{0,40}exceed|exceed.{0,40}size|слишком (?:больш|велик)", re.I
)
PASSING = re.compile(
    r"\blater\b|try again|temporar|gr[ae]y.?list|too many|rate.?limit|throttl|позже|позднее"
    r"|временн|повторите",
    re.I,
)


class Refusal(Enum):
    LATER = auto()
    SERVER = auto()
    TOO_BIG = auto()
    FOR_GOOD = auto()


class DeliveryError(Exception):
    """A server refused a message, or could not be reached."""

    def __init__(self, answer: str, refusal: Refusal) -> None:
        super().__init__(answer)
        self.refusal = refusal


class Alarm:
    """Hangs up when a conversation takes too long as a whole: every single time-out begins anew
    with every byte. The line is a second handle, which outlives a change to encryption.
    """

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.seconds = 0.0
        self.has_rung = False

    def watch(self, line: socket.socket, seconds: float) -> None:
        self._line = line.dup()
        self.allow(seconds)

    def allow(self, seconds: float) -> None:
        """So long from now on."""
        self._end()
        self.seconds = seconds
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        self.has_rung = True
        if self._line is not None:
            with suppress(OSError):  # it has just been closed
                self._line.shutdown(socket.SHUT_RDWR)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def __enter__(self) -> Alarm:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        if self._line is not None:
            self._line.close()


class Line(smtplib.SMTP):
    """A conversation that an alarm ends."""

    def __init__(self, alarm: Alarm, *args: Any, **named: Any) -> None:
        self.alarm = alarm
        super().__init__(*args, **named)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """smtplib's own seam between dialling and encryption."""
        dialled: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self.alarm.watch(dialled, TALK * timeout)
        return dialled


class EncryptedLine(smtplib.SMTP_SSL, Line):
    def __init__(self, alarm: Alarm, *args: Any, **named: Any) -> None:
        self.alarm = alarm
        smtplib.SMTP_SSL.__init__(self, *args, **named)


@contextmanager
def server(settings: Settings, timeout: int | None = None) -> Iterator[Line]:
    """A server that has let us in. Raises DeliveryError, also for what goes wrong meanwhile."""
    mail = settings.mail
    with Alarm() as alarm, _refusals(mail, alarm, Refusal.LATER):
        with _refusals(mail, alarm, Refusal.SERVER):
            opened = _connect(mail, alarm, timeout or mail.timeout)
        try:
            with _refusals(mail, alarm, Refusal.SERVER):
                _sign_in(opened, settings)
            yield opened
        finally:
            _leave(opened)


def _sign_in(opened: Line, settings: Settings) -> None:
    if settings.mail.encryption == "starttls":
        _encrypt(opened, settings.mail)
    if settings.smtp_user:
        sign_in(opened, settings.smtp_user, settings.smtp_password)


def _connect(mail: Mail, alarm: Alarm, timeout: int) -> Line:
    if mail.encryption == "implicit":
        context = trusting(mail.ca_file)
        return EncryptedLine(alarm, mail.host, mail.port, timeout=timeout, context=context)
    return Line(alarm, mail.host, mail.port, timeout=timeout)


def _encrypt(opened: smtplib.SMTP, mail: Mail) -> None:
    """Whoever stands between us can take the offer out of the greeting: then nothing is said."""
    opened.ehlo_or_helo_if_needed()
    if not opened.has_extn("starttls"):
        raise DeliveryError(NO_ENCRYPTION.format(host=mail.host), Refusal.SERVER)
    try:
        opened.starttls(context=trusting(mail.ca_file))
    except smtplib.SMTPResponseException as error:
        told = NO_ENCRYPTION.format(host=mail.host)
        raise DeliveryError(f"{told} ({_answer(error)})", Refusal.SERVER) from error


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """What the system trusts, and beside it an office's own authority."""
    context = ssl.create_default_context()
    if ca_file is not None:
        trust(context, ca_file)
    return context


def _leave(opened: Line) -> None:
    """What a server says to QUIT changes nothing: the message was taken, or it was not."""
    opened.alarm.allow(opened.timeout)
    with suppress(smtplib.SMTPException, OSError):
        opened.quit()
    opened.close()


@contextmanager
def _refusals(mail: Mail, alarm: Alarm, refusal: Refusal) -> Iterator[None]:
    """Tell what went wrong with the server; whatever it is, it may pass."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(_certificate(mail, error), Refusal.SERVER) from error
    except smtplib.SMTPAuthenticationError as error:
        told = f"сервер не принял имя и пароль (SMTP_USER, SMTP_PASSWORD): {_answer(error)}"
        raise DeliveryError(told, Refusal.SERVER) from error
    except smtplib.SMTPNotSupportedError as error:
        told = f"сервер почты не принимает вход по имени и паролю: {error}"
        raise DeliveryError(told, Refusal.SERVER) from error
    except (smtplib.SMTPException, OSError) as error:
        if alarm.has_rung:
            told = TOO_SLOW.format(seconds=round(alarm.seconds))
            raise DeliveryError(told, Refusal.SERVER) from error
        raise DeliveryError(_words(error), refusal) from error


def spoken(words: bytes) -> str:
    """What a server said, as far as a database takes it and a person reads it."""
    told = words[: 4 * LONGEST_WORDS].decode("utf-8", "replace")
    clean = "".join(one if one.isprintable() or one == "\n" else " " for one in told)
    return clean[:LONGEST_WORDS]


def refused(code: int, words: bytes) -> DeliveryError:
    """What a server said of a letter, as an error to raise."""
    said = without_secrets(spoken(words))
    return DeliveryError(f"{code} {said}", _refusal(code, said))


def refused_sender(code: int, words: bytes) -> DeliveryError:
    """What it said to MAIL: of our sender, hence of every letter, if not of size or letters."""
    error = refused(code, words)
    is_of_all = code >= 500 and error.refusal is not Refusal.TOO_BIG
    if is_of_all and _detail(str(error)[4:])[1] != NO_SUCH_SCRIPT:
        return DeliveryError(str(error), Refusal.SERVER)
    return error


def _refusal(code: int, said: str) -> Refusal:
    kind, detail = _detail(said)
    if detail == MAILBOX_FULL or FULL.search(said):
        return Refusal.LATER
    if code == EXCEEDED or detail in TOO_BIG_DETAILS or (code >= 500 and BIG.search(said)):
        return Refusal.TOO_BIG
    is_passing = code < 500 or kind == "4" or PASSING.search(said)
    return Refusal.LATER if is_passing else Refusal.FOR_GOOD


def _detail(said: str) -> tuple[str, str]:
    """The kind, and what it is about: «5», «3.4»."""
    found = DETAIL.match(said)
    return (found[1], found[2]) if found else ("", "")


def _certificate(mail: Mail, error: ssl.SSLCertVerificationError) -> str:
    fault = CERTIFICATE_FAULTS.get(error.verify_code, f"не проходит проверку: {error}")
    return BAD_CERTIFICATE.format(host=mail.host, fault=fault)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error)
    return f"сервер почты не отвечает: {in_russian(error)}"


def _answer(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    told = spoken(words) if isinstance(words, bytes) else words
    return without_secrets(f"{error.smtp_code} {told}")

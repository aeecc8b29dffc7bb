"""The way to the mail server: encrypted as the settings say, and never less than they say.

    DeliveryError
    ├── temporary: tried again later, with growing pauses
    └── permanent: parked, with the server's own words

A certificate that does not verify, or a server that does not offer the encryption we ask for, is
temporary: the office renews it, and until then no letter and no password goes out in the clear.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.config import Mail, Settings
from monitor.logs import without_secrets
from monitor.system_errors import in_russian

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


class DeliveryError(Exception):
    """A server refused a message, or could not be reached."""

    def __init__(self, answer: str, *, permanent: bool) -> None:
        super().__init__(answer)
        self.permanent = permanent


@contextmanager
def server(settings: Settings, timeout: int | None = None) -> Iterator[smtplib.SMTP]:
    """A server that has let us in. Raises DeliveryError, also for what goes wrong meanwhile."""
    mail = settings.mail
    with _refusals(mail):
        opened = _connected(mail, timeout or mail.timeout)
        try:
            if mail.encryption == "starttls":
                _encrypt(opened, mail)
            if settings.smtp_user:
                opened.login(settings.smtp_user, settings.smtp_password)
            yield opened
        finally:
            _leave(opened)


def _connected(mail: Mail, timeout: int) -> smtplib.SMTP:
    if mail.encryption == "implicit":
        context = trusting(mail.ca_file)
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=timeout, context=context)
    return smtplib.SMTP(mail.host, mail.port, timeout=timeout)


def _encrypt(opened: smtplib.SMTP, mail: Mail) -> None:
    """Whoever stands between us can take the offer out of the greeting: then nothing is said."""
    opened.ehlo_or_helo_if_needed()
    if not opened.has_extn("starttls"):
        raise DeliveryError(NO_ENCRYPTION.format(host=mail.host), permanent=False)
    try:
        opened.starttls(context=trusting(mail.ca_file))
    except smtplib.SMTPResponseException as error:
        told = NO_ENCRYPTION.format(host=mail.host)
        raise DeliveryError(f"{told} ({_answer(error)})", permanent=False) from error


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """What the system trusts, and beside it an office's own authority."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _leave(opened: smtplib.SMTP) -> None:
    """What a server says to QUIT changes nothing: the message was taken, or it was not."""
    with suppress(smtplib.SMTPException, OSError):
        opened.quit()
    opened.close()


@contextmanager
def _refusals(mail: Mail) -> Iterator[None]:
    """Tell what went wrong with the server apart: for ever, or for now."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(_certificate(mail, error), permanent=False) from error
    except smtplib.SMTPAuthenticationError as error:
        told = f"сервер не принял имя и пароль (SMTP_USER, SMTP_PASSWORD): {_answer(error)}"
        raise DeliveryError(told, permanent=error.smtp_code >= 500) from error
    except smtplib.SMTPNotSupportedError as error:
        told = f"сервер почты не принимает вход по имени и паролю: {error}"
        raise DeliveryError(told, permanent=True) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(_answer(error), permanent=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(
            f"сервер почты не отвечает: {in_russian(error)}", permanent=False
        ) from error


def _certificate(mail: Mail, error: ssl.SSLCertVerificationError) -> str:
    fault = CERTIFICATE_FAULTS.get(error.verify_code, f"не проходит проверку: {error}")
    return BAD_CERTIFICATE.format(host=mail.host, fault=fault)


def _answer(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    told = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return without_secrets(f"{error.smtp_code} {told}")

"""What the doctor says of the mail: who gets letters, does the server take them, what is stuck."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator

from collectors.model import Health, Sign
from collectors.roots import doubts
from monitor.application import real_time
from monitor.config import Mail, Settings
from monitor.mail.recipients import to_whom
from monitor.mail.smtp import DeliveryError, server, trusting
from monitor.mail.stuck import stuck_letters, words
from monitor.service.stored import look_at_stored

PATIENCE = 10  # seconds: somebody waits at the terminal
NO_WAY = "проверьте связь и [mail] host, port, tls; имя и пароль менять не нужно"
NOT_LET_IN = "проверьте SMTP_USER и SMTP_PASSWORD (или файлы SMTP_USER_FILE, SMTP_PASSWORD_FILE)"
ITS_WORDS = "проверьте [mail] по словам сервера; имя и пароль он не отверг"
CERTIFICATE = "проверьте [mail] host, tls и ca_file; имя и пароль менять не нужно"


def mail_signs(settings: Settings) -> Iterator[Sign]:
    mail = settings.mail
    if not mail.deputies:
        yield Sign(Health.WARNING, "почта: адресатов нет", "впишите [mail] recipients")
        return
    if not mail.operator:
        advice = "впишите [mail] operator: кому писать, если ночь не удалась"
        yield Sign(Health.WARNING, "почта: оператор не назван", advice)
    if settings.smtp_user and mail.encryption == "none" and not _is_local(mail.host):
        advice = 'включите [mail] starttls или tls = "implicit"'
        yield Sign(Health.WARNING, "почта: пароль уходит на сервер открытым текстом", advice)
    yield from _authority(mail)
    yield _server(settings)


def _server(settings: Settings) -> Sign:
    where = f"почта: сервер {settings.mail.host}:{settings.mail.port}"
    try:
        with server(settings, min(settings.mail.timeout, PATIENCE)) as opened:
            opened.noop()
    except DeliveryError as error:
        return _trouble(where, error)
    return Sign(Health.GOOD, f"{where} отвечает")


def _trouble(where: str, error: DeliveryError) -> Sign:
    """Another password is advised only where the server has refused this one for good."""
    match error.__cause__:
        case smtplib.SMTPAuthenticationError(smtp_code=code) if code >= 500:
            return Sign(Health.FAULT, f"{where}: {error}", NOT_LET_IN)
        case ssl.SSLCertVerificationError():
            return Sign(Health.FAULT, f"{where}: {error}", CERTIFICATE)
        case smtplib.SMTPResponseException() | smtplib.SMTPNotSupportedError():
            return Sign(Health.FAULT, f"{where} отвечает, но не как должен: {error}", ITS_WORDS)
        case OSError():
            return Sign(Health.FAULT, f"{where}: нет связи: {error}", NO_WAY)
    return Sign(Health.FAULT, f"{where} отвечает, но не как должен: {error}", ITS_WORDS)


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _authority(mail: Mail) -> Iterator[Sign]:
    if mail.ca_file is not None:
        for doubt in doubts(mail.ca_file, trusting(None), real_time()):
            yield Sign(Health.WARNING, f"[mail] ca_file: {doubt}")


def letter_signs(settings: Settings) -> Iterator[Sign]:
    """What does not go, though the server may answer."""
    with look_at_stored(settings) as engine:
        if engine and (found := stuck_letters(engine, real_time())):
            named = ", ".join(dict.fromkeys(to_whom(one.role, one.recipient) for one in found))
            told = words("doctor", count=len(found), recipients=named)
            yield Sign(Health.WARNING, told, words("doctor_advice"))

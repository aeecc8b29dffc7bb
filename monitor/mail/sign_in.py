"""A name and a password of any letters, told to a mail server (RFC 4616: in UTF-8).

smtplib's own `login` writes ASCII alone, and raises UnicodeEncodeError for a Russian password.
"""

from __future__ import annotations

import smtplib
from base64 import b64encode

TAKEN = 235
NO_WAY = "No suitable authentication method found."


def sign_in(opened: smtplib.SMTP, user: str, password: str) -> None:
    """Raises SMTPAuthenticationError, and what `login` does where the server offers no way."""
    if f"{user}{password}".isascii():
        opened.login(user, password)
        return
    code, words = _in_utf8(opened, user, password)
    if code != TAKEN:
        raise smtplib.SMTPAuthenticationError(code, words)


def _in_utf8(opened: smtplib.SMTP, user: str, password: str) -> tuple[int, bytes]:
    opened.ehlo_or_helo_if_needed()
    ways = opened.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in ways:
        told = _coded(f"\0{user}\0{password}")
        return opened.docmd("AUTH", f"PLAIN {told}")
    if "LOGIN" not in ways:
        raise smtplib.SMTPNotSupportedError(NO_WAY)
    for told in ("AUTH LOGIN", _coded(user)):
        code, words = opened.docmd(told)
        if code // 100 != 3:
            return code, words
    return opened.docmd(_coded(password))


def _coded(text: str) -> str:
    return b64encode(text.encode()).decode()

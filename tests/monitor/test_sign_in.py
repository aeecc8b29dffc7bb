"""A mail server is told any password as it is."""

from __future__ import annotations

import smtplib

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from monitor.mail.sign_in import sign_in
from tests.monitor.conftest import Mailbox
from tests.waiting import free_port

USER, PASSWORD = "дозор@город.рф", "Пароль/7+=&\\"


def told_to(*excluded: str, right: str = PASSWORD) -> list[tuple[str, str]]:
    """What a server that does not offer these ways hears."""
    heard = []

    def check(_: object, __: object, ___: object, ____: str, data: LoginPassword) -> AuthResult:
        heard.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=heard[-1][1] == right, handled=False)

    server = Controller(
        Mailbox(), hostname="127.0.0.1", port=free_port(), authenticator=check,
        auth_require_tls=False, auth_exclude_mechanism=excluded,
    )  # fmt: skip
    server.start()
    try:
        with smtplib.SMTP(server.hostname, server.port) as opened:
            sign_in(opened, USER, PASSWORD)
    finally:
        server.stop()
    return heard


@pytest.mark.parametrize("excluded", [(), ("PLAIN",)])
def test_letters_that_are_no_ascii_arrive(excluded: tuple[str, ...]) -> None:
    assert told_to(*excluded) == [(USER, PASSWORD)]


def test_a_server_without_a_way_of_ours_is_told_as_such() -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError):
        told_to("PLAIN", "LOGIN")


def test_a_wrong_one_is_refused() -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        told_to(right="another")

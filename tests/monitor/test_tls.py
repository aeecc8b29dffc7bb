"""Letters over TLS: what does not verify gets no letter and no password, and nobody falls back."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlalchemy import Engine

from monitor.config import ConfigError, Settings
from monitor.storage import outbox
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.postman import (
    DEPUTY,
    QUEUED,
    SENT,
    Postman,
    configured,
    listening,
    put,
    sent_out,
    states,
)

AUTHORITY = trustme.CA()
ON_THE_WIRE = {"starttls": "tls_context", "implicit": "ssl_context"}  # aiosmtpd's names


def identity(*names: str, **more: Any) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(*names, **more).configure_cert(context)
    return context


@contextmanager
def office(
    folder: Path, postman: Postman, tls: str, context: ssl.SSLContext, *, trusts: bool = True
) -> Iterator[Settings]:
    AUTHORITY.cert_pem.write_to_path(folder / "ca.pem")
    known = '\nca_file = "ca.pem"' if trusts else ""
    with listening(postman, **{ON_THE_WIRE[tls]: context}) as port:
        lines = f'host = "127.0.0.1"\nport = {port}\ntimeout = 60\ntls = "{tls}"{known}'
        yield configured(folder, lines)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_authority_of_the_office_is_trusted_when_it_is_named(
    engine: Engine, audit: Audit, tmp_path: Path, tls: str
) -> None:
    postman = Postman()
    put(engine, audit)
    with office(tmp_path, postman, tls, identity("127.0.0.1")) as settings:
        assert sent_out(engine, settings).sent == (DEPUTY,)
    assert postman.was_encrypted == [True]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_vouches_for_gets_no_letter(
    engine: Engine, audit: Audit, tmp_path: Path, tls: str
) -> None:
    postman = Postman()
    put(engine, audit)
    with office(tmp_path, postman, tls, identity("127.0.0.1"), trusts=False) as settings:
        ((_, why),) = sent_out(engine, settings).postponed
    assert "не доверяет" in why
    assert "ca_file" in why
    assert (states(engine), postman.recipients) == ([QUEUED], [])


def test_a_certificate_of_another_name_gets_no_letter(
    engine: Engine, audit: Audit, tmp_path: Path
) -> None:
    postman = Postman()
    put(engine, audit)
    with office(tmp_path, postman, "starttls", identity("mail.example.org")) as settings:
        ((_, why),) = sent_out(engine, settings).postponed
    assert "выдан не на этот адрес" in why
    assert postman.recipients == []


def test_a_certificate_that_ran_out_gets_no_letter(
    engine: Engine, audit: Audit, tmp_path: Path
) -> None:
    postman = Postman()
    put(engine, audit)
    old = identity("127.0.0.1", not_after=NOW - timedelta(days=9000))
    with office(tmp_path, postman, "starttls", old) as settings:
        ((_, why),) = sent_out(engine, settings).postponed
    assert "истёк" in why
    assert postman.recipients == []


def test_a_server_that_offers_no_encryption_gets_no_letter_in_the_clear(
    engine: Engine, audit: Audit, tmp_path: Path
) -> None:
    postman = Postman()
    put(engine, audit)
    with listening(postman) as port:
        settings = configured(tmp_path, f'host = "127.0.0.1"\nport = {port}\nstarttls = true')
        ((_, why),) = sent_out(engine, settings).postponed
    assert "не предлагает шифрование" in why
    assert (states(engine), postman.recipients) == ([QUEUED], [])


def test_what_waited_for_a_certificate_goes_when_it_is_mended(
    engine: Engine, audit: Audit, tmp_path: Path
) -> None:
    postman = Postman()
    put(engine, audit)
    with office(tmp_path, postman, "starttls", identity("127.0.0.1"), trusts=False) as settings:
        sent_out(engine, settings)
    with office(tmp_path, postman, "starttls", identity("127.0.0.1")) as settings:
        sent_out(engine, settings, NOW + timedelta(hours=1))
    assert (states(engine), outbox.waiting(engine)) == ([SENT], 0)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('starttls = true\ntls = "implicit"', "спорят"),
        ('starttls = true\ntls = "none"', "спорят"),
        ('ca_file = "ca.pem"', "включите starttls или tls"),
        ('starttls = true\nca_file = "nowhere.pem"', "nowhere.pem нет"),
        ('starttls = true\nca_file = "config.toml"', "нет сертификатов PEM"),
    ],
)
def test_settings_that_cannot_hold_are_told(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        configured(tmp_path, written)


def test_starttls_alone_still_means_what_it_meant(tmp_path: Path) -> None:
    assert configured(tmp_path, "starttls = true").mail.encryption == "starttls"
    assert configured(tmp_path, "").mail.encryption == "none"

"""No secret is told or kept, wherever it came from and whatever it is quoted in."""

from __future__ import annotations

import gzip
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import tomli_w
from sqlalchemy import Engine
from sqlmodel import select

from collectors.model import Observation
from monitor.application import real_time
from monitor.config import ConfigError, Settings, load_settings
from monitor.logs import without_secrets
from monitor.mail.delivery import deliver
from monitor.mail.queueing import queue_alert
from monitor.redaction import Redactor
from monitor.service.metrics import metrics_text
from monitor.service.nights import Service
from monitor.storage.bodies import unpacked
from monitor.storage.database import open_database, session
from monitor.storage.evidence import WarcFile
from monitor.storage.tables import CallRow, ObservationRow
from reports.model import Audit
from tests.monitor.conftest import AS_OF, Mailbox, Office
from tests.monitor.installed import with_network
from tests.monitor.test_evidence import EXCHANGE
from tests.monitor.test_third_network import MINIMAL, PAGE

FIRST, SECOND = "0123456789abcdef0first", "fedcba9876543210second"
ODD = 'pa/ss "wo\'rd" <&> +ключ\\%'

# --- forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quoted",
    [
        str,
        repr,
        json.dumps,
        lambda secret: json.dumps(secret, ensure_ascii=False),
        lambda secret: json.dumps(secret).replace("/", "\\/"),
        quote,
        lambda secret: quote(secret, safe=""),
        lambda secret: quote(secret, safe="").lower(),
        lambda secret: quote(quote(secret, safe="")),
        quote_plus,
        escape,
        lambda secret: repr(secret.encode()),
        lambda secret: f"https://x.ru/{quote(secret, safe='')}/y",
        lambda secret: f"key={secret}&v=1",
    ],
)
def test_a_secret_is_hidden_in_whatever_it_is_quoted(quoted: Callable[[str], str]) -> None:
    text = Redactor([ODD]).text(f"before {quoted(ODD)} after")
    assert "***" in text
    assert not any(part in text for part in ("wo", "rd", "ключ", "%D0", "%d0", "u043a", "xd0"))


@pytest.mark.parametrize(
    "text",
    [
        "https://x.ru/?access_token=SEEN&v=1",
        "https%3A%2F%2Fx.ru%2F%3Faccess_token%3DSEEN",
        "{'access_token': 'SEEN'}",
        '{"sig":"SEEN"}',
        '{"body": "{\\"session_key\\":\\"SEEN\\"}"}',
        '[{"key":"access_token","value":"SEEN"}]',
        "ask(access_token='SEEN')",
        "Authorization: Bearer SEENSEEN",
        "{'Authorization': 'SEENSEEN'}",
        "postgresql://dozor:SEEN@db/dozor",
        "token vk1.a.SEEN refused",
    ],
)
def test_a_secret_that_nobody_told_us_is_known_by_what_stands_before_it(text: str) -> None:
    assert "SEEN" not in Redactor().text(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://x.ru/?design=new&v=1",
        "<p class='sig'>Authorization: да</p>",
        "https://x.ru:8080/a@b",
        "Сведения: директор, school@example.org",
        "short",
        "\ud800 и байты \udce3",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert Redactor(["short", ""]).text(text) == text


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert (
        Redactor([FIRST]).body(b"\xff\xfe" + FIRST.encode() + b"\x00\xe3") == b"\xff\xfe***\x00\xe3"
    )


# --- where secrets come from ------------------------------------------------------------------


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", ",", ", ", " ", "\t", ";", ",\n"])
def test_every_token_of_a_file_is_a_secret_and_is_used(tmp_path: Path, between: str) -> None:
    settings = of_file(tmp_path, f"{FIRST}{between}{SECOND}\n".encode())
    assert settings.networks["vk"].token_list == (FIRST, SECOND)
    assert {FIRST, SECOND} <= set(settings.secrets)


def test_a_byte_order_mark_is_no_part_of_a_token(tmp_path: Path) -> None:
    settings = of_file(tmp_path, b"\xef\xbb\xbf" + FIRST.encode())
    assert settings.networks["vk"].token_list == (FIRST,)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="UTF-8"):
        of_file(tmp_path, FIRST.encode("utf-16"))


def of_file(folder: Path, content: bytes) -> Settings:
    file = folder / "tokens"
    file.write_bytes(content)
    file.chmod(0o600)
    return of_environment(folder, {"VK_TOKENS_FILE": str(file)})


def of_environment(folder: Path, environment: Mapping[str, str], **storage: str) -> Settings:
    lines = [f'{key} = "{value}"' for key, value in storage.items()]
    config = folder / "config.toml"
    config.write_text("\n".join(['registry = ["town.toml"]', "[storage]", *lines]), "utf-8")
    return load_settings(config, environment)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://dozor:s3cret-word@db/dozor",
        "postgresql://dozor@db/dozor?password=s3cret-word",
    ],
)
def test_the_password_of_an_address_is_a_secret(tmp_path: Path, address: str) -> None:
    assert "s3cret-word" in of_environment(tmp_path, {}, database=address).secrets


def test_a_password_with_commas_and_blanks_is_one_secret(tmp_path: Path) -> None:
    settings = of_environment(tmp_path, {"SMTP_PASSWORD": "correct horse; battery"})
    assert settings.smtp_password == "correct horse; battery"
    assert without_secrets("горит correct horse; battery") == "горит ***"
    assert without_secrets("battery") == "battery"


def test_the_name_at_the_mail_server_is_no_secret(tmp_path: Path, audit: Audit) -> None:
    """It may be an address that stands on the office's own site, whose evidence has to show it."""
    settings = of_environment(tmp_path, {"SMTP_USER": "school@example.org"})
    assert "school@example.org" in kept(tmp_path, audit, settings, b"<p>school@example.org</p>")


# --- where they do not go ---------------------------------------------------------------------


def kept(folder: Path, audit: Audit, settings: Settings, body: bytes) -> str:
    with WarcFile(folder, audit, settings.secrets) as file:
        file.keep(replace(EXCHANGE, body=body, reason=f"no {SECOND}"))
    return gzip.decompress(file.path.read_bytes()).decode()


def test_a_bare_token_of_a_file_reaches_no_evidence(tmp_path: Path, audit: Audit) -> None:
    settings = of_file(tmp_path, f"{FIRST}\n{SECOND}\n".encode())
    text = kept(tmp_path, audit, settings, f"{FIRST} {SECOND}".encode())
    assert (FIRST in text, SECOND in text) == (False, False)


SPEAKS = (
    MINIMAL.replace("control_pages: tuple[str, ...] = ()", 'tokens: str = ""')
    .replace(
        "import re\n", "import logging\nimport re\nimport sys\nimport threading\nimport warnings\n"
    )
    .replace("async def read(", "async def once_read(")
    + """
def shout(token):
    raise RuntimeError(f"thread of {token}")


def reader(settings):
    async def read(pages, run):
        for token in settings.tokens.split(","):
            logging.getLogger("collectors.square").error("log of %s", token)
            warnings.warn(f"warning of {token}")
            threading.Thread(target=shout, args=[token]).start()
            for page in pages:
                failure = Failure(FailureCode.TIMEOUT, f"detail of {token}")
                yield (Observation(page=page, observed_at=run.as_of, failure=failure),)
        raise RuntimeError(f"traceback of {settings.tokens}")
    return read


NETWORK = Network(**GIVEN | dict(
    collector=reader, secrets={"tokens": "SQUARE_TOKENS"}, many=frozenset({"tokens"}),
    check=lambda settings, left: [Sign(Health.FAULT, settings.tokens, settings.tokens)],
))
"""
)


@pytest.fixture
def talkative(office: Office, tmp_path: Path) -> Office:
    """An office with a network that quotes its tokens wherever it can."""
    office.only("school-1")
    (file,) = [office.folder / name for name in office.sections["registry"]]
    town = tomllib.loads(file.read_text("utf-8"))
    town["institution"][-1].setdefault("page", []).append({"url": PAGE})
    file.write_text(tomli_w.dumps(town), "utf-8")
    tokens = office.folder / "square-tokens"
    tokens.write_text(f"{FIRST}\n{SECOND}\n", "utf-8")
    tokens.chmod(0o600)
    office.environment |= with_network(tmp_path, "square", SPEAKS)
    office.environment |= {"SQUARE_TOKENS_FILE": str(tokens)}
    return office


def told_tokens(text: str) -> list[str]:
    return [token for token in (FIRST, SECOND) if token in text]


@pytest.mark.parametrize("options", [("--verbose",), ("--log-json",)])
def test_logs_warnings_threads_and_tracebacks_hide_every_token(
    talkative: Office, options: Sequence[str]
) -> None:
    done = talkative.dozor(*options, "audit", "--as-of", AS_OF)
    for words in ("log of ***", "warning of ***", "thread of ***"):
        assert words in done.stderr, done.stderr
    assert not told_tokens(done.stdout + done.stderr)


def test_a_failure_is_stored_without_tokens(talkative: Office) -> None:
    talkative.dozor("audit", "--as-of", AS_OF)
    engine = open_database(f"sqlite:///{talkative.folder / 'var/dozor.db'}")
    with session(engine) as opened:
        stored = [unpacked(Observation, body) for body in opened.exec(select(ObservationRow.body))]
    engine.dispose()
    details = [one.failure.detail for one in stored if one.failure]
    assert "detail of ***" in details
    assert not told_tokens(" ".join(details))


def test_the_doctor_tells_no_token(talkative: Office) -> None:
    done = talkative.dozor("doctor")
    assert "***" in done.stdout
    assert not told_tokens(done.stdout + done.stderr)


def test_an_alert_quotes_no_token(office: Office, mailbox: Mailbox) -> None:
    office.set("mail", port=mailbox.port, operator="admin@example.org")
    office.environment["VK_TOKENS"] = f"{FIRST}\n{SECOND}"
    settings = load_settings(office.config, office.environment)
    with Service(settings, real_time).open_context() as context:
        queue_alert(context, f"Беда {FIRST}", f"Вот она: {SECOND}")
        deliver(context.engine, settings, real_time)
    (letter,) = mailbox.messages
    parts = [part.get_content() for part in letter.walk() if part.get_content_type()[:4] == "text"]
    assert all("***" in told for told in (str(letter["subject"]), *parts))
    assert not told_tokens("".join([letter.as_string(), *parts]))


def test_metrics_name_no_reader_by_its_token(engine: Engine, tmp_path: Path) -> None:
    of_file(tmp_path, f"{FIRST}\n{SECOND}".encode())
    with session(engine) as opened:
        opened.add(CallRow(reader=SECOND, method="read", at=datetime.now(UTC), calls=1))
    assert 'reader="***"' in metrics_text(engine)

"""The doctor tells what is the matter, and advises a new key only where a key was refused."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import make_url

from collectors.model import Health, Sign
from collectors.networks import networks
from monitor.cli.table import COMMANDS
from monitor.config import load_settings
from monitor.sandbox import Fault, OkKey, Running, demo_world, serve
from monitor.service.database_signs import database_signs
from monitor.service.mail_signs import mail_signs
from tests.cast import NOW
from tests.monitor.conftest import Mailbox, Office, office_of
from tests.waiting import free_port

ROOT = Path(__file__).parents[2]
KEY = OkKey(application_key="APPKEY", secret_key="SECRET", access_token="OKTOKEN")
KEYS = {
    "OK_APPLICATION_KEY": "APPKEY",
    "OK_APPLICATION_SECRET_KEY": "SECRET",
    "OK_ACCESS_TOKEN": "OKTOKEN",
}


@pytest.fixture(scope="module")
def keyed() -> Iterator[Running]:
    """The demo's town, and a key of OK."""
    with serve(replace(demo_world(NOW), ok_keys=(KEY,))) as running:
        yield running


@pytest.fixture
def at(keyed: Running, tmp_path: Path) -> Iterator[Office]:
    yield office_of(keyed, tmp_path)
    keyed.clear_faults()


def key_sign(office: Office, slug: str) -> Sign:
    """What is said of the network's keys."""
    network = networks()[slug]
    theirs = load_settings(office.config, office.environment | KEYS).networks[slug]
    (sign,) = network.check(theirs, lambda _reader, _method: None)
    return sign


NEW_KEY = re.compile(r"нов\w+ \w*\s?ключ|замените|ещё один ключ")


@pytest.mark.parametrize("slug", ["vk", "ok"])
def test_a_key_that_works_is_in_order(at: Office, slug: str) -> None:
    assert key_sign(at, slug).state is Health.GOOD


@pytest.mark.parametrize(("slug", "refused"), [("vk", 5), ("ok", 102)])
def test_a_key_that_was_refused_wants_another(
    at: Office, keyed: Running, slug: str, refused: int
) -> None:
    keyed.add_fault(Fault(code=refused, times=None))
    sign = key_sign(at, slug)
    assert (sign.state, "не принят" in sign.what) == (Health.FAULT, True)
    assert NEW_KEY.search(sign.advice)


NOT_REFUSED = {
    "a proxy": Fault(kind="status", code=403, times=None),
    "a gateway": Fault(kind="status", code=502, times=None),
    "a page to log in": Fault(kind="body", text="<html>Войдите в сеть", times=None),
    "no JSON": Fault(kind="not_json", times=None),
    "its own error": Fault(code=1, times=None),
    "an unknown error": Fault(code=77, times=None),
    "a captcha of VK": Fault(code=14, times=None),
}


@pytest.mark.parametrize("trouble", NOT_REFUSED.values(), ids=NOT_REFUSED)
@pytest.mark.parametrize("slug", ["vk", "ok"])
def test_a_key_that_nobody_refused_stays(
    at: Office, keyed: Running, slug: str, trouble: Fault
) -> None:
    keyed.add_fault(trouble)
    sign = key_sign(at, slug)
    assert "не провер" in sign.what
    assert not NEW_KEY.search(sign.advice)


@pytest.mark.parametrize("slug", ["vk", "ok"])
@pytest.mark.parametrize(
    ("base", "words"),
    [("http://127.0.0.1:9", "соединение не установлено"), ("http://dozor.invalid", "имя сервера")],
)
def test_without_a_connection_nothing_is_said_of_a_key(
    at: Office, slug: str, base: str, words: str
) -> None:
    at.environment[f"DOZOR_{slug.upper()}__API_URL"] = base
    sign = key_sign(at, slug)
    assert f"нет связи с {base}: {words}" in sign.what
    assert "ключ менять не нужно" in sign.advice


def test_of_many_keys_without_a_connection_one_line_is_told(at: Office) -> None:
    at.environment |= {"DOZOR_VK__API_URL": "http://127.0.0.1:9", "VK_TOKENS": "one,two,three"}
    assert key_sign(at, "vk").what.startswith("ключи ВКонтакте: не проверены")


# --- the mail ---


def mail_sign(office: Office, port: int) -> Sign:
    mail = {
        "host": "127.0.0.1",
        "port": port,
        "recipients": ["zam@example.org"],
        "operator": "a@b.ru",
    }
    office.set("mail", **mail)
    named = {"SMTP_USER": "dozor", "SMTP_PASSWORD": "secret"}
    (sign,) = mail_signs(load_settings(office.config, office.environment | named))
    return sign


@contextmanager
def answering(result: AuthResult) -> Iterator[int]:
    """A mail server that says this to whoever signs in; gives its port."""
    server = Controller(
        Mailbox(), hostname="127.0.0.1", port=free_port(), authenticator=lambda *_: result,
        auth_require_tls=False,
    )  # fmt: skip
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def test_a_refused_password_is_told_as_such(office: Office) -> None:
    with answering(AuthResult(success=False, handled=False)) as port:
        sign = mail_sign(office, port)
    assert "SMTP_PASSWORD" in sign.advice
    assert "не принял имя и пароль" in sign.what


def test_a_sign_in_that_fails_for_now_advises_no_other_password(office: Office) -> None:
    busy = AuthResult(success=False, handled=False, message="454 4.7.0 Temporary failure")
    with answering(busy) as port:
        assert "SMTP_PASSWORD" not in mail_sign(office, port).advice


def test_a_mail_server_out_of_reach_says_nothing_of_the_password(office: Office) -> None:
    sign = mail_sign(office, free_port())
    assert (sign.state, "нет связи" in sign.what) == (Health.FAULT, True)
    assert "пароль менять не нужно" in sign.advice


# --- the database ---


def database_sign(office: Office, address: str) -> Sign:
    environment = office.environment | {"DOZOR_STORAGE__DATABASE": address}
    (sign,) = database_signs(load_settings(office.config, environment))
    return sign


def test_a_database_server_out_of_reach_says_nothing_of_the_password(office: Office) -> None:
    sign = database_sign(office, f"postgresql+psycopg://dozor:s3cret@127.0.0.1:{free_port()}/dozor")
    assert "Сервер PostgreSQL не отвечает: 127.0.0.1" in sign.what
    assert "пароль менять не нужно" in sign.advice


def test_a_database_server_that_lets_nobody_in_is_on_the_line(
    office: Office, new_database: str
) -> None:
    address = make_url(new_database).set(database="nowhere")
    sign = database_sign(office, address.render_as_string(hide_password=False))
    assert sign.advice.startswith("сервер на связи, но не пустил")


# --- what it says of the office ---


def test_the_doctor_names_the_towns_it_would_audit(office: Office) -> None:
    told = office.dozor("doctor").stdout
    assert "dozor audit прочитает: Город Сосновоборск-Учебный (13\N{NO-BREAK SPACE}учр" in told


def test_the_doctor_says_from_where_each_secret_is_taken(office: Office) -> None:
    secret = office.folder / "token"
    secret.write_text("from-the-file", "utf-8")
    secret.chmod(0o600)
    office.environment |= {"VK_TOKENS_FILE": str(secret), "OK_ACCESS_TOKEN": "of-ok"}
    del office.environment["VK_TOKENS"], office.environment["MAX_TOKENS"]
    told = office.dozor("doctor").stdout
    assert f"секреты: OK_ACCESS_TOKEN — из переменной; VK_TOKENS — из файла {secret}\n" in told
    assert "from-the-file" not in told


def test_a_look_makes_no_database(office: Office) -> None:
    before = set(office.folder.rglob("*"))
    told = office.dozor("doctor").stdout
    assert "ещё нет, её заведёт первая проверка" in told
    assert set(office.folder.rglob("*")) == before


def test_the_doctor_answers_in_json(office: Office) -> None:
    office.environment |= {"DOZOR_VK__API_URL": "http://127.0.0.1:9"}
    done = office.dozor("doctor", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (2, False)
    faults = [sign for sign in told["signs"] if sign["state"] == "fault"]
    assert [sign["what"][:15] for sign in faults] == ["ключи ВКонтакте"]


# --- what it points at ---

SPEAKERS = (
    *ROOT.glob("collectors/*/check.py"),
    ROOT / "collectors/keys.py",
    *ROOT.glob("monitor/service/*signs.py"),
    ROOT / "monitor/service/health.py",
    ROOT / "monitor/clocks/believed.toml",
    ROOT / "monitor/mail/stuck.toml",
    ROOT / "monitor/audit/issues.toml",
)


def texts(path: Path) -> Iterator[str]:
    """Every sentence of a module or a table, long ones as they are joined."""
    if path.suffix == ".toml":
        yield from (str(one) for one in flat(tomllib.loads(path.read_text("utf-8"))))
        return
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    yield from (str(n.value) for n in nodes if isinstance(n, ast.Constant))
    yield from ("".join(map(part, n.values)) for n in nodes if isinstance(n, ast.JoinedStr))


def part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def flat(table: Any) -> Iterator[Any]:
    for value in table.values():
        yield from flat(value) if isinstance(value, dict) else (value,)


SAID = "\n".join(text for path in SPEAKERS for text in texts(path))


def test_each_text_that_the_doctor_points_at_exists() -> None:
    pointed = re.findall(r"((?:docs/[\w./-]+|README)\b)(?:, «([^»]+)»)?", SAID)
    assert pointed
    for page, heading in pointed:
        file = ROOT / page
        assert file.is_file(), page
        assert not heading or f"# {heading}\n" in file.read_text("utf-8"), heading


def test_each_command_that_the_doctor_advises_exists() -> None:
    known = {name for names in COMMANDS.values() for name in names}
    advised = re.findall(r"dozor (?:registry |storage |rules )?([a-z]+)", SAID)
    assert advised
    assert set(advised) - known == set()


def test_each_setting_that_the_doctor_names_is_documented() -> None:
    documented = (ROOT / "docs/configuration.md").read_text("utf-8")
    named = re.findall(r"\[([a-z]+)\] ([a-z_]+)", SAID)
    assert named
    assert [key for _, key in named if not re.search(rf"[` ]{key}`", documented)] == []

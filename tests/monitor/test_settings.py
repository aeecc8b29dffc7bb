"""Settings are checked where they are read: each refusal is Russian and says what to write."""

from __future__ import annotations

import re
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import tomli_w
import trustme

from collectors.http.client import trust_store
from collectors.roots import certificates_in, doubts
from monitor.config import ConfigError, Settings, load_settings
from monitor.mail.smtp import trusting
from tests.cast import NOW
from tests.monitor.conftest import Office

ROOT = trustme.CA(organization_name="Root")
BELOW = ROOT.create_child_ca()


def loaded(folder: Path, **sections: object) -> Settings:
    file = folder / "config.toml"
    file.write_text(tomli_w.dumps({"registry": ["r.toml"], **sections}), "utf-8")
    return load_settings(file, {})


@pytest.mark.parametrize(
    ("section", "values", "told"),
    [
        ("site", {"allow_addresses": ["300.0.0.0/8"]}, "пишите, например, 10.0.0.0/8"),
        ("site", {"allow_addresses": ["10.0.0.0/33"]}, "не сеть и не адрес"),
        ("site", {"allow_addresses": ["localhost"]}, "не сеть и не адрес"),
        ("site", {"allow_addresses": "10.0.0.0/8"}, "нужен список в квадратных скобках"),
        ("site", {"requests_per_second_per_host": 0}, "нужно число больше нуля"),
        ("site", {"total_timeout": float("nan")}, "нужно число больше нуля"),
        ("site", {"max_pages": -1}, "нужно число больше нуля"),
        ("site", {"max_pages": "много"}, "нужно целое число"),
        ("site", {"control_hosts": ["https://vk.com/"]}, "пишите его одно"),
        ("site", {"extra_roots": "nowhere.pem"}, "нет такого файла"),
        ("site", {"extra_roots": "config.toml"}, "нет сертификатов PEM или DER"),
        ("vk", {"api_url": "http://[api.vk.ru"}, "не адрес"),
        ("vk", {"wall_get_per_day": -5}, "ноль или число больше нуля"),
        ("ok", {"site_url": "ok.ru"}, "не адрес"),
        ("ok", {"control_pages": ["https://vk.com/club1"]}, "control_pages"),
        ("ok", {"requests_per_second": 0}, "нужно число больше нуля"),
        ("mail", {"port": 70000}, "нужно число не больше 65535"),
        ("mail", {"timeout": 0}, "нужно число не меньше 1"),
        ("mail", {"host": "smtp://mail.town.ru"}, "номер порта — в port"),
        ("mail", {"host": "mail.town.ru:587"}, "номер порта — в port"),
        ("mail", {"host": ""}, "не имя сервера"),
        ("mail", {"keep_days": -1}, "нужно число не меньше 0"),
        ("mail", {"keep_days": True}, "нужно целое число"),
        ("mail", {"tls": "ssl"}, "'starttls' или 'implicit'"),
        ("mail", {"host": "mail\0.ru"}, "знак с кодом 0"),
        ("storage", {"evidence_days": True}, "нужно целое число"),
        ("storage", {"evidence_days": 10**9}, "нужно число не больше 36500"),
        ("storage", {"evidence": "a\0b"}, "знак с кодом 0"),
        ("storage", {"evidence": "."}, "укажите отдельную, например var/evidence"),
        ("storage", {"evidence": "var"}, "укажите отдельную, например var/evidence"),
        ("storage", {"database": "sqlite://"}, "не файл"),
        ("storage", {"database": "sqlite:///file:x?mode=memory&uri=true"}, "не файл"),
        ("reports", {"directory": "var/evidence/reports"}, "укажите отдельную"),
        ("reports", {"keep_days": 10**30}, "нужно число не больше 36500"),
        ("desk", {"address": "dozor.town.ru:8080"}, "пишите номер и порт"),
        ("desk", {"address": "127.0.0.1"}, "пишите номер и порт"),
        ("desk", {"address": "127.0.0.1:0"}, "пишите номер и порт"),
        ("desk", {"address": "::1:8080"}, "пишите номер и порт"),
        ("desk", {"address": "0.0.0.0:8080"}, "укажите public_url"),
        ("desk", {"public_url": "dozor.town.ru"}, "не адрес стола"),
        ("desk", {"public_url": "http://dozor.town.ru"}, "пишите https://"),
        ("desk", {"public_url": "https://dozor.town.ru/desk"}, "без пути"),
        ("desk", {"public_url": "https://me:pw@dozor.town.ru"}, "не адрес стола"),
        ("desk", {"public_url": "https://[dozor"}, "не адрес"),
        ("desk", {"trusted_proxies": ["nginx"]}, "не сеть и не адрес прокси"),
        ("desk", {"link_days": 0}, "нужно число не меньше 1"),
        ("desk", {"uploads_mb": 1000}, "нужно число не больше 100"),
        ("desk", {"scan_command": ["", "x"]}, "первой стоит программа"),
        ("rules", {"freshness_days": 10**9}, "нужно число не больше 36500"),
        ("rules", {"mass_change_share": True}, "нужно число"),
        ("site", {"max_pages": True}, "нужно целое число"),
        ("clock", {"ntp_server": "ntp://ntp.town.ru"}, "не сервер времени"),
        ("clock", {"ntp_server": "ntp.town.ru:0"}, "не сервер времени"),
        ("clock", {"ntp_server": "ntp.town.ru:час"}, "не сервер времени"),
        ("mail", {"report_every": "year"}, "пишите одно из: 'night'"),
        ("schedule", {"timezone": "Kedrovy"}, "такого часового пояса нет"),
        ("schedule", {"nightly": "0 3 1 * mon"}, "день месяца и день недели вместе"),
        ("schedule", {"weekly": "0 8 1-7 * mon"}, "оставьте одно из двух"),
        ("schedule", {"nightly": "0 3 * * mon-fri/2"}, "перечислите дни, например mon,wed,fri"),
        ("schedule", {"nightly": "0 3 * * */2"}, "перечислите дни"),
        ("schedule", {"nightly": "0 3 * jan/3 *"}, "например mon,wed,fri или jan,apr,jul,oct"),
        ("schedule", {"nightly": "0 3 last-2 * *"}, "после него ничего не пишется"),
        ("schedule", {"nightly": "0 3 * * пн"}, "день недели: «пн» не бывает"),
        ("schedule", {"nightly": "0 3 * * fri-mon"}, "день недели: «fri-mon» не бывает"),
        ("schedule", {"nightly": "0 24 * * *"}, "часы: «24» не бывает"),
        ("schedule", {"nightly": "0 3 31 2 *"}, "такого дня не бывает"),
    ],
)
def test_what_cannot_work_is_refused_in_russian(
    tmp_path: Path, section: str, values: dict[str, object], told: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, **{section: values})
    words = str(refused.value).replace(str(tmp_path), "")
    assert told in words
    assert not re.search(r"Input|should|valid|error", words), words


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("https://dozor.town.ru/", "https://dozor.town.ru"),
        ("https://дозор.город.рф:8443", "https://дозор.город.рф:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_desk_has_a_name_of_its_own(tmp_path: Path, written: str, known: str) -> None:
    assert loaded(tmp_path, desk={"public_url": written}).desk.url == known


@pytest.mark.parametrize(
    "written",
    [
        "0 3 * * mon,wed",
        "0 3 * * MON-FRI",
        "0 3 1,15 * *",
        "0 3 */2 * *",
        "0 3 29 2 *",
        "0 3 last * *",
    ],
)
def test_what_all_read_alike_is_taken(tmp_path: Path, written: str) -> None:
    assert loaded(tmp_path, schedule={"nightly": written}).schedule.trigger()


def test_the_faults_of_all_networks_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, site={"allow_addresses": ["x", "y"]}, ok={"timeout": 0})
    assert len(refused.value.lines) == 3


def test_a_list_in_a_variable_that_is_no_json_is_told_by_the_variables_name(office: Office) -> None:
    office.environment["DOZOR_SITE__ALLOW_ADDRESSES"] = "10.0.0.0/8"
    told = office.dozor("doctor").stderr
    assert "DOZOR_SITE__ALLOW_ADDRESSES" in told
    assert "список пишется как JSON" in told
    assert "EnvSettingsSource" not in told


@pytest.mark.parametrize(
    "address",
    [
        "a..b@example.org",
        ".a@example.org",
        "a@-example.org",
        "a@example-.org",
        "a@example..org",
        "a@example.org.",
        "a@exa_mple.org",
        "a@example",
        "a@10.0.0.1",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.org",
        "a@example.org, b@example.org",
        "a@example.org; b@example.org",
    ],
)
def test_an_address_that_no_server_takes_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="пишите один адрес, например"):
        loaded(tmp_path, mail={"recipients": [address]})


@pytest.mark.parametrize(
    "address",
    [
        "Глава <a.b+c@example.org>",
        "зам@город.рф",
        "root@localhost",
        "a@[192.168.1.5]",
        "o'n@x-y.ru",
    ],
)
def test_an_address_that_some_server_takes_is_none_of_our_business(
    tmp_path: Path, address: str
) -> None:
    assert loaded(tmp_path, mail={"recipients": [address]}).mail.recipients == (address,)


# --- certificates -------------------------------------------------------------------------------

PEM = ROOT.cert_pem.bytes()
DER = ssl.PEM_cert_to_DER_cert(PEM.decode())
BOTH = DER + ssl.PEM_cert_to_DER_cert(BELOW.cert_pem.bytes().decode())


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (PEM, 1),
        (DER, 1),
        (DER + b"\r\n", 1),
        (BOTH, 2),
        (b"\xef\xbb\xbf" + PEM, 1),
        (b"Bag Attributes\n" + PEM + b"\n" + BELOW.cert_pem.bytes(), 2),
        (PEM.replace(b"\n", b"\r\n"), 1),
        (PEM.decode().encode("utf-16"), 1),
    ],
    ids=range(8),  # a certificate is another one in every process
)
def test_a_certificate_is_read_in_whatever_form_it_comes(
    tmp_path: Path, content: bytes, count: int
) -> None:
    (tmp_path / "root.cer").write_bytes(content)
    roots = loaded(tmp_path, site={"extra_roots": "root.cer"}).networks["site"].extra_roots
    assert len(certificates_in(roots)) == count
    for context in (trust_store(roots), trusting(roots)):
        assert DER in context.get_ca_certs(binary_form=True)


@pytest.mark.parametrize(
    "cut", [DER[:-9], DER[:40], PEM[:200] + PEM[260:], b"", b"0\x82", b"0"], ids=range(6)
)
def test_a_certificate_that_is_broken_is_refused(tmp_path: Path, cut: bytes) -> None:
    (tmp_path / "root.cer").write_bytes(cut)
    with pytest.raises(ConfigError, match=r"испорчен|нет сертификатов"):
        loaded(tmp_path, site={"extra_roots": "root.cer"})


def test_a_set_of_certificates_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "roots.p7b").write_bytes(
        bytes.fromhex("3080 06092a864886f70d010702 a080".replace(" ", ""))
    )
    with pytest.raises(ConfigError, match=r"PKCS #7 .* сохраните"):
        loaded(tmp_path, site={"extra_roots": "roots.p7b"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BELOW.cert_pem.bytes(), ["подчинённого центра"]),
        (BELOW.cert_pem.bytes() + PEM, []),
        (PEM, []),
        (ROOT.issue_cert("a.example").cert_chain_pems[0].bytes() + PEM, ["самого сервера"]),
    ],
    ids=range(4),
)
def test_a_chain_without_its_root_is_doubted(
    tmp_path: Path, content: bytes, told: list[str]
) -> None:
    (tmp_path / "roots.pem").write_bytes(content)
    found = list(doubts(tmp_path / "roots.pem", trust_store(), NOW))
    assert [words in one for words, one in zip(told, found, strict=True)] == [True] * len(told)


def test_a_root_that_ran_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_bytes(PEM)
    (told,) = doubts(tmp_path / "roots.pem", trust_store(), NOW + timedelta(days=400_000))
    assert "истёк" in told


# --- the doctor ---------------------------------------------------------------------------------


def test_the_doctor_tells_a_chain_without_its_root_and_the_next_nights(office: Office) -> None:
    (office.folder / "below.cer").write_bytes(BELOW.cert_pem.bytes())
    office.set("site", extra_roots="below.cer")
    told = office.dozor("doctor").stdout
    assert "подчинённого центра" in told
    assert re.search(r"ближайшие ночи: (\d\d\.\d\d\.20\d\d 03:00(, )?){3}", told)


def test_the_doctor_tells_a_secret_that_is_set_twice(office: Office) -> None:
    secret = office.folder / "token"
    secret.write_text(office.environment["VK_TOKENS"], "utf-8")
    secret.chmod(0o600)
    office.environment["VK_TOKENS_FILE"] = str(secret)
    assert "заданы и VK_TOKENS, и VK_TOKENS_FILE" in office.dozor("doctor").stdout


def test_who_is_named_twice_is_written_once(tmp_path: Path) -> None:
    town = {"recipients": ["a@example.org", "a@EXAMPLE.org"]}
    mail = {"recipients": ["b@example.org", "a@example.org", "B@example.org"]}
    settings = loaded(tmp_path, mail={**mail, "municipalities": {"town": town}})
    assert settings.mail.recipients == ("b@example.org", "a@example.org")
    assert settings.mail.municipalities["town"].recipients == ("a@example.org",)

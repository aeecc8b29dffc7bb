"""Stamps of a time-stamping authority over the chain of evidence (RFC 3161)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest

from collectors.roots import certificates_in
from monitor.clocks import tsa
from monitor.reporting.package.check import check
from monitor.sandbox import demo_world, serve
from tests.cast import NOW
from tests.monitor.authority import Authority, authority
from tests.monitor.conftest import Office, office_of
from tests.waiting import free_port

TEXT = b"ab" * 32


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture(scope="module")
def response(ours: Authority) -> bytes:
    return tsa.ask(ours.url, TEXT)


def test_the_stamp_tells_the_time_of_the_authority(ours: Authority, response: bytes) -> None:
    stamp = tsa.checked(response, TEXT, certificates_in(ours.root))
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(hours=1)
    assert (stamp.signer, stamp.is_trusted) == ("CN=Test authority", True)


def test_without_a_root_the_stamp_holds_by_its_own_certificates(response: bytes) -> None:
    assert not tsa.checked(response, TEXT).is_trusted


def test_a_stamp_of_other_bytes_is_none(ours: Authority, response: bytes) -> None:
    with pytest.raises(tsa.StampError, match="на других данных"):
        tsa.checked(response, TEXT + b"!", certificates_in(ours.root))


def test_a_signature_that_was_changed_does_not_hold(ours: Authority, response: bytes) -> None:
    bent = response[:-5] + bytes([response[-5] ^ 1]) + response[-4:]
    with pytest.raises(tsa.StampError, match="подпись службы не сходится"):
        tsa.checked(bent, TEXT, certificates_in(ours.root))


@pytest.mark.parametrize("size", [0, 1, 30, 400, 2000])
def test_a_response_that_was_cut_is_said_to_be_none(response: bytes, size: int) -> None:
    with pytest.raises(tsa.StampError, match="это не ответ службы"):
        tsa.checked(response[:size], TEXT)


def test_a_refusal_is_told_in_the_words_of_the_authority(ours: Authority) -> None:
    with pytest.raises(tsa.StampError, match="служба отказала"):
        tsa.checked(ours.reply(b"0\x03\x02\x01\x01"), TEXT)


def test_nobody_who_answers_is_no_stamp() -> None:
    with pytest.raises(tsa.StampError, match="служба не ответила"):
        tsa.ask(f"http://127.0.0.1:{free_port()}/", TEXT)


# --- by settings ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Played:
    """An audit that found the authority busy, what the doctor said then, and one that did not."""

    office: Office
    first: CompletedProcess[str]
    doctor: CompletedProcess[str]


@pytest.fixture(scope="module")
def town(ours: Authority, tmp_path_factory: pytest.TempPathFactory) -> Played:
    with serve(demo_world(NOW)) as sandbox:
        office = office_of(sandbox, tmp_path_factory.mktemp("town")).only("museum")
        office.set("evidence", tsa_url=ours.url, tsa_ca_file=str(ours.root))
        ours.is_open = False
        played = Played(office, audited(office, NOW), office.dozor("doctor"))
        ours.is_open = True
        audited(office, NOW + timedelta(hours=1))
        return played


def audited(office: Office, as_of: datetime) -> CompletedProcess[str]:
    return office.dozor("audit", "museum", "--as-of", as_of.isoformat())


@pytest.fixture(scope="module")
def package(town: Played) -> Path:
    path = town.office.folder / "museum.wacz"
    done = town.office.dozor("evidence", "museum", "--audit", "1", "-o", str(path))
    assert done.returncode == 0, done.stderr
    return path


def test_an_audit_does_not_fail_for_a_stamp(town: Played) -> None:
    assert town.first.returncode in (0, 3)
    assert "Штамп времени не получен: это не ответ службы" in town.first.stderr


def test_the_doctor_tells_that_there_is_no_stamp_yet(town: Played) -> None:
    assert "штампов времени ещё нет" in town.doctor.stdout


def test_the_next_stamp_covers_what_could_not_be_stamped(package: Path) -> None:
    with zipfile.ZipFile(package) as opened:
        told = json.loads(opened.read("evidence/chain.json"))
    assert [one["place"] for one in told["chain"]] == [1, 2]
    assert told["stamp"]["place"] == 2


def test_the_stamp_is_verified_with_the_package(ours: Authority, package: Path) -> None:
    found = check(package, certificates_in(ours.root))
    assert (found.faults, found.doubts, found.signer) == ((), (), "CN=Test authority")


def test_openssl_verifies_the_stamp_of_a_package(
    ours: Authority, package: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(package) as opened:
        stamp = opened.extract("evidence/stamp.tsr", tmp_path)
        text = opened.extract("evidence/stamped.txt", tmp_path)
    command = ["openssl", "ts", "-verify", "-in", stamp, "-data", text, "-CAfile", ours.root]
    assert b"Verification: OK" in run(command, capture_output=True, check=True).stdout


def test_the_protocol_tells_of_the_stamp(package: Path) -> None:
    with zipfile.ZipFile(package) as opened:
        told = opened.read("evidence/protocol.html").decode()
    assert "штамп времени по RFC 3161" in told
    assert "CN=Test authority" in told
    assert "доверенного времени" not in told

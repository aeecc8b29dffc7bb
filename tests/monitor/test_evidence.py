from __future__ import annotations

import gzip
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from warcio.archiveiterator import ArchiveIterator

from collectors.model import Exchange, Route
from monitor.redaction import SECRET_PARAMETERS
from monitor.storage.evidence import WarcFile, seal
from monitor.storage.members import members_of
from monitor.storage.verifying import verify
from reports.model import Audit
from tests.cast import NOW

TOKEN = "vk1.a.Secret/Token+1"
EXCHANGE = Exchange(
    network="vk",
    method="POST",
    url=f"https://api.vk.ru/method/wall.get?access_token={TOKEN}&v=5.199",
    request_headers={"Cookie": "remixsid=1", "Authorization": f"Bearer {TOKEN}"},
    request_body=b"owner_id=-1&access_token=vk1.a.Secret%2FToken%2B1",
    status=200,
    reason="OK",
    headers=[("Content-Type", "application/json"), ("Set-Cookie", "a=b")],
    body=b'{"error":{"request_params":[{"key":"access_token","value":"vk1.a.Secret/Token+1"}]}}',
    fetched_at=NOW,
)


def _written(folder: Path, audit: Audit, *exchanges: Exchange) -> WarcFile:
    with WarcFile(folder, audit, [TOKEN]) as file:
        for exchange in exchanges:
            file.keep(exchange)
    return file


def _records(path: Path) -> list[tuple[str, str, bytes]]:
    with path.open("rb") as opened:
        return [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Record-ID"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(opened)
        ]


def test_no_secret_reaches_the_file(tmp_path: Path, audit: Audit) -> None:
    file = _written(tmp_path, audit, EXCHANGE)
    text = gzip.decompress(file.path.read_bytes())
    for secret in (b"Secret", b"remixsid", b"a=b"):
        assert secret not in text


def test_the_evidence_names_the_record_and_its_digest(tmp_path: Path, audit: Audit) -> None:
    with WarcFile(tmp_path, audit, [TOKEN]) as file:
        kept = file.keep(EXCHANGE)
    (found,) = [one for one in _records(file.path) if one[0] == "response"]
    assert found[1] == f"<{kept.record}>"
    assert kept.sha256 == hashlib.sha256(found[2]).hexdigest()
    assert TOKEN not in kept.url


@pytest.mark.parametrize("name", SECRET_PARAMETERS)
def test_a_secret_that_nobody_told_us_is_known_by_its_name(
    tmp_path: Path, audit: Audit, name: str
) -> None:
    body = f"<a href='?{name}=Чужой-ключ&v=5'>вход</a>".encode()
    file = _written(tmp_path, audit, replace(EXCHANGE, body=body))
    ((_, _, kept),) = [one for one in _records(file.path) if one[0] == "response"]
    assert kept.decode() == f"<a href='?{name}=***&v=5'>вход</a>"


def test_an_unchanged_body_is_kept_once(tmp_path: Path, audit: Audit) -> None:
    file = _written(tmp_path, audit, EXCHANGE, EXCHANGE)
    kinds = [kind for kind, _, _ in _records(file.path)]
    assert sorted(kinds) == ["request", "request", "response", "revisit"]
    assert file.requests == {"vk": 2}


def test_a_sealed_file_verifies(tmp_path: Path, engine: Engine, audit: Audit) -> None:
    seal(engine, audit, _written(tmp_path, audit, EXCHANGE))
    assert list(verify(engine, tmp_path)) == []


def test_a_changed_record_is_named(tmp_path: Path, engine: Engine, audit: Audit) -> None:
    file = _written(tmp_path, audit, EXCHANGE)
    seal(engine, audit, file)
    forged = replace(EXCHANGE, body=b"{}")
    file.path.unlink()
    _written(tmp_path, audit, forged)
    assert any("файл изменён" in fault for fault in verify(engine, tmp_path))


def test_a_cut_file_and_a_missing_file_are_named(
    tmp_path: Path, engine: Engine, audit: Audit
) -> None:
    file = _written(tmp_path, audit, EXCHANGE, replace(EXCHANGE, body=b"{}"))
    seal(engine, audit, file)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[: len(whole) // 2])
    told = list(verify(engine, tmp_path))
    assert any("записей" in fault for fault in told)
    assert any("с байта" in fault and "обрезан или повреждён" in fault for fault in told)
    file.path.unlink()
    assert any("файла нет" in fault for fault in verify(engine, tmp_path))


@pytest.mark.parametrize("at", [0, 400, -30])
def test_a_spoilt_byte_is_told_in_a_sentence_with_its_place(
    tmp_path: Path, engine: Engine, audit: Audit, at: int
) -> None:
    file = _written(tmp_path, audit, EXCHANGE, replace(EXCHANGE, body=b"{}"))
    seal(engine, audit, file)
    content = bytearray(file.path.read_bytes())
    content[at] ^= 0xFF
    file.path.write_bytes(content)
    told = list(verify(engine, tmp_path))
    assert all(str(file.path) in fault and "Error" not in fault for fault in told)
    assert any("с байта" in fault for fault in told)


def test_a_run_that_is_cut_off_leaves_a_readable_file(tmp_path: Path, audit: Audit) -> None:
    file = WarcFile(tmp_path, audit, [])
    file.keep(EXCHANGE)
    assert len(_records(file.path)) == 2
    file.__exit__(None, None, None)


def test_a_full_disk_stops_the_run(tmp_path: Path, audit: Audit) -> None:
    (tmp_path / f"audit-{audit.id:06}.warc.gz").symlink_to("/dev/full")
    with pytest.raises(OSError, match="space"):
        _written(tmp_path, audit, EXCHANGE)


def test_evidence_may_come_from_many_threads(tmp_path: Path, engine: Engine, audit: Audit) -> None:
    bodies = [f'{{"n": {number}}}'.encode() for number in range(64)]
    with WarcFile(tmp_path, audit, []) as file, ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda body: file.keep(replace(EXCHANGE, body=body)), bodies))
    seal(engine, audit, file)
    found = {record: body for kind, record, body in _records(file.path) if kind == "response"}
    assert [found[f"<{one.record}>"] for one in kept] == bodies
    assert list(verify(engine, tmp_path)) == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("город=1; path=/", "%D0%B3%D0%BE%D1%80%D0%BE%D0%B4=1; path=/"),
        ('inline; filename="a b.pdf"; ё', 'inline; filename="a b.pdf"; %D1%91'),
        (b"/\xe3\xeb?q=%C8".decode("utf-8", "surrogateescape"), "/%E3%EB?q=%C8"),
        ("a;\x85\u2028\xa0", "a;%C2%85%E2%80%A8%C2%A0"),
    ],
)
def test_a_header_that_is_not_ascii_is_kept_in_its_bytes(
    tmp_path: Path, audit: Audit, value: str, kept: str
) -> None:
    odd = replace(EXCHANGE, headers=[("x-a", value)], reason="Найдено")
    file = _written(tmp_path, audit, odd)
    with file.path.open("rb") as opened:
        heads = [record.http_headers for record in ArchiveIterator(opened) if record.http_headers]
    assert kept in [head.get_header("x-a") for head in heads]


CERTIFICATE = b"0\x03\x02\x01\x01"  # of the bytes alone it matters that they are kept
ROUTE = Route("203.0.113.5", CERTIFICATE)


def _heads(path: Path) -> list[tuple[str, dict[str, str]]]:
    return [(one.kind, dict(one.headers)) for one in members_of(path)]


def test_an_answer_tells_the_address_it_came_from(tmp_path: Path, audit: Audit) -> None:
    file = _written(tmp_path, audit, replace(EXCHANGE, route=ROUTE))
    (head,) = [head for kind, head in _heads(file.path) if kind == "response"]
    assert head["warc-ip-address"] == "203.0.113.5"
    assert head["dozor-certificate-sha256"] == hashlib.sha256(CERTIFICATE).hexdigest()


def test_a_certificate_is_kept_once_a_file(tmp_path: Path, audit: Audit) -> None:
    exchange = replace(EXCHANGE, route=ROUTE)
    file = _written(tmp_path, audit, exchange, exchange)
    kinds = [kind for kind, _ in _heads(file.path)]
    assert (kinds.count("metadata"), file.records) == (1, len(kinds))


def test_of_a_route_that_is_not_known_nothing_is_written(tmp_path: Path, audit: Audit) -> None:
    heads = [head for _, head in _heads(_written(tmp_path, audit, EXCHANGE).path)]
    assert not any("warc-ip-address" in head for head in heads)

"""Which records of the nights' files a package needs, and what it makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from collectors.model import Evidence, Exchange, Route
from monitor.reporting.package.materials import Exchanged, exchanged, index_line, material
from monitor.reporting.package.records import EvidenceError, FoundRecords, find
from monitor.storage.database import exclusive
from monitor.storage.evidence import WarcFile, seal
from monitor.storage.tables import EvidenceFileRow
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.exchanges import ANSWER, posted

LATER = replace(ANSWER, url=f"{ANSWER.url}again", fetched_at=NOW + timedelta(seconds=1))
RUSSIAN = "<html><head><title>Школа № 1 &mdash; Приёмная</title></head><p>Привет, мир</p></html>"


def kept(engine: Engine, folder: Path, audit: Audit, *exchanges: Exchange) -> list[Evidence]:
    with WarcFile(folder, audit, []) as file:
        evidence = [file.keep(one) for one in exchanges]
    seal(engine, audit, file)
    return evidence


def kinds(found: FoundRecords) -> list[str]:
    return [cut.member.kind for night in found.nights for cut in night.cuts]


def only(engine: Engine, folder: Path, audit: Audit, exchange: Exchange) -> Exchanged:
    evidence = kept(engine, folder, audit, exchange)
    (one,) = exchanged(find(engine, folder, evidence).nights[0])
    return one


def test_an_answer_comes_with_what_was_asked(engine: Engine, tmp_path: Path, audit: Audit) -> None:
    _, wanted = kept(engine, tmp_path, audit, ANSWER, replace(LATER, body=b"other"))
    assert kinds(find(engine, tmp_path, [wanted])) == ["response", "request"]


def test_the_original_of_a_repeated_body_comes_along(
    engine: Engine, tmp_path: Path, audit: Audit
) -> None:
    first, second = kept(engine, tmp_path, audit, ANSWER, LATER)
    found = find(engine, tmp_path, [second])
    assert kinds(found) == ["response", "revisit", "request"]
    assert found.nights[0].cuts[0].member.id == first.record


def test_the_certificate_that_was_shown_comes_along(
    engine: Engine, tmp_path: Path, audit: Audit
) -> None:
    secured = replace(LATER, body=b"other", route=Route("203.0.113.5", b"\x30\x00"))
    _, wanted = kept(engine, tmp_path, audit, ANSWER, secured)
    assert kinds(find(engine, tmp_path, [wanted])) == ["response", "request", "metadata"]


def test_a_file_that_was_changed_gives_no_package(
    engine: Engine, tmp_path: Path, audit: Audit
) -> None:
    wanted = kept(engine, tmp_path, audit, ANSWER)
    (path,) = tmp_path.glob("*.warc.gz")
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(EvidenceError, match="файл изменён"):
        find(engine, tmp_path, wanted)


def test_what_was_removed_in_its_time_is_told(engine: Engine, tmp_path: Path, audit: Audit) -> None:
    wanted = kept(engine, tmp_path, audit, ANSWER)
    with exclusive(engine) as opened:
        opened.exec(select(EvidenceFileRow)).one().removed_on = NOW.date()
    assert find(engine, tmp_path, wanted) == FoundRecords((), tuple(wanted))


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r"])
def test_a_title_is_read_as_the_page_is_written(
    engine: Engine, tmp_path: Path, audit: Audit, encoding: str
) -> None:
    body = RUSSIAN.replace("№", "N").encode(encoding)
    page = replace(ANSWER, headers=[("Content-Type", f"text/html; charset={encoding}")], body=body)
    assert only(engine, tmp_path, audit, page).title == "Школа N 1 — Приёмная"


def test_a_call_of_vk_is_listed_where_a_replay_looks_for_it(
    engine: Engine, tmp_path: Path, audit: Audit
) -> None:
    one = only(engine, tmp_path, audit, posted("wall.get", b"owner_id=-1", b'{"response":[]}'))
    assert one.title == "ВКонтакте, ответ на wall.get"
    line = index_line(one, 0, 1, "a.warc.gz")
    assert line.startswith(
        "ru,vk,api)/method/wall.get?__wb_method=post&owner_id=-1 20261122200000 "
    )


def test_what_was_not_kept_then_is_not_known(engine: Engine, tmp_path: Path, audit: Audit) -> None:
    evidence = kept(engine, tmp_path, audit, replace(ANSWER, route=None))
    night = find(engine, tmp_path, evidence).nights[0]
    (one,) = exchanged(night)
    told = material(one, night, {evidence[0].record: evidence[0]}, {})
    assert (told.ip, told.certificate, told.issuer) == (None, None, None)

"""Bodies that an earlier night holds: referred to, kept, handed over with what refers to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from collectors.model import Evidence, Exchange
from monitor.reporting.package.materials import exchanged, index_line, is_shown, material
from monitor.reporting.package.records import EvidenceError, find
from monitor.storage import audits
from monitor.storage.database import exclusive
from monitor.storage.evidence import WarcFile, seal
from monitor.storage.members import members_of, mend
from monitor.storage.originals import stored_originals
from monitor.storage.retention import BIN, remove_old
from monitor.storage.tables import EvidenceFileRow
from monitor.storage.verifying import verify
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.exchanges import ANSWER

DAY = timedelta(days=1)


def run_at(engine: Engine, begun: datetime) -> Audit:
    return audits.begin(
        engine, as_of=begun, started_at=begun, scope=None, registries={}, packs={}, documents=()
    )


PAGE = b"<html><title>\xd0\xa8\xd0\xba\xd0\xbe\xd0\xbb\xd0\xb0</title></html>"
FIRST = replace(ANSWER, body=PAGE, headers=[("Content-Type", "text/html"), ("ETag", '"1"')])
AGAIN = replace(FIRST, fetched_at=FIRST.fetched_at + DAY)
UNCHANGED = replace(AGAIN, status=304, reason="Not Modified", body=b"", headers=[("ETag", '"1"')])


@dataclass(frozen=True)
class Nights:
    """Two nights of an address: the second one refers to the first."""

    first: Evidence
    second: Evidence
    names: tuple[str, str]


def two_nights(
    engine: Engine, folder: Path, second: Exchange, begun: datetime = NOW, *, is_sealed: bool = True
) -> Nights:
    with WarcFile(folder, run := run_at(engine, begun), []) as file:
        first = file.keep(FIRST)
        original = file.original_of(first.record)
    seal(engine, run, file)
    assert original
    copy = stored_originals(engine, folder, file, NOW).copy(original)
    with WarcFile(folder, run := run_at(engine, begun + DAY), []) as later:
        told = replace(second, last=original, unchanged=copy if second.status == 304 else None)
        again = later.keep(told)
    if is_sealed:
        seal(engine, run, later)
    return Nights(first, again, (file.path.name, later.path.name))


@pytest.mark.parametrize("second", [AGAIN, UNCHANGED])
def test_a_package_brings_the_original_of_another_night(
    engine: Engine, tmp_path: Path, second: Exchange
) -> None:
    nights = two_nights(engine, tmp_path, second)
    found = find(engine, tmp_path, [nights.second])
    assert [night.row.name for night in found.nights] == list(nights.names)
    kinds = [[cut.member.kind for cut in night.cuts] for night in found.nights]
    assert kinds == [["response", "request"], ["revisit", "request"]]
    assert found.nights[0].cuts[0].member.id == nights.first.record
    ((first,), (again,)) = [list(exchanged(night)) for night in found.nights]
    assert again.warc_header("WARC-Payload-Digest") == first.warc_header("WARC-Payload-Digest")
    told = material(again, found.nights[1], {nights.second.record: nights.second}, {})
    assert told.repeats == f"{FIRST.url}, 2026-11-22T20:00:00Z"
    assert (told.is_word, told.status) == ((True, "304") if second is UNCHANGED else (False, "200"))
    assert again.status == "200"  # as a replay shows it
    assert is_shown(again)
    assert '"mime": "warc/revisit"' in index_line(again, 0, 1, "a")


def test_a_package_of_both_nights_has_each_record_once(engine: Engine, tmp_path: Path) -> None:
    nights = two_nights(engine, tmp_path, UNCHANGED)
    found = find(engine, tmp_path, [nights.first, nights.second])
    assert [len(night.cuts) for night in found.nights] == [2, 2]


def test_an_original_that_was_changed_gives_no_package(engine: Engine, tmp_path: Path) -> None:
    nights = two_nights(engine, tmp_path, AGAIN)
    path = tmp_path / nights.names[0]
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(EvidenceError, match="файл изменён"):
        find(engine, tmp_path, [nights.second])


def test_what_came_instead_of_a_body_stands_beside_it(engine: Engine, tmp_path: Path) -> None:
    nights = two_nights(engine, tmp_path, UNCHANGED)
    assert (nights.second.status, nights.second.bytes_at) == (304, FIRST.fetched_at)
    assert nights.second.sha256 == nights.first.sha256
    (word, _) = members_of(tmp_path / nights.names[1])
    assert word.headers["dozor-came"] == '304 Not Modified | ETag: "1"'
    assert word.headers["warc-profile"].endswith("/server-not-modified")


@pytest.mark.parametrize("is_sealed", [True, False])
def test_an_original_stays_while_anything_refers_to_it(
    engine: Engine, tmp_path: Path, is_sealed: bool
) -> None:
    """Also where the run that refers to it was killed, and nobody has sealed its file yet."""
    begun = NOW - 100 * DAY
    first, second = two_nights(engine, tmp_path, AGAIN, begun, is_sealed=is_sealed).names
    late = begun + 30.5 * DAY
    assert remove_old(engine, tmp_path, 30, late, believed=True).binned == ()
    assert (tmp_path / first).is_file()
    if is_sealed:
        assert remove_old(engine, tmp_path, 30, late + DAY, believed=True).binned == (second,)
        gone = remove_old(engine, tmp_path, 30, late + 9 * DAY, believed=True)
        assert (gone.gone, gone.binned) == ((second,), ())
        assert list(verify(engine, tmp_path)) == []
        last = remove_old(engine, tmp_path, 30, late + 10 * DAY, believed=True)
        assert last.binned == (first,)


def test_an_original_comes_out_of_the_bin_when_it_is_referred_to(
    engine: Engine, tmp_path: Path
) -> None:
    begun = NOW - 100 * DAY
    first, second = two_nights(engine, tmp_path, AGAIN, begun, is_sealed=False).names
    hidden = (tmp_path / second).rename(tmp_path / "elsewhere")  # it is yet to be written
    assert remove_old(engine, tmp_path, 30, begun + 31 * DAY, believed=True).binned == (first,)
    assert (tmp_path / BIN / first).is_file()
    hidden.rename(tmp_path / second)
    assert remove_old(engine, tmp_path, 30, begun + 50 * DAY, believed=True).back == (first,)
    assert (tmp_path / first).is_file()


def test_an_original_that_is_gone_is_told(engine: Engine, tmp_path: Path) -> None:
    first, second = two_nights(engine, tmp_path, AGAIN).names
    with exclusive(engine) as opened:
        row = opened.exec(select(EvidenceFileRow).where(EvidenceFileRow.name == first)).one()
        row.removed_on = NOW.date()
    assert list(verify(engine, tmp_path)) == [
        f"{second}: ссылается на материалы файла {first}, а его больше нет"
    ]


def test_what_a_site_writes_like_a_reference_is_none(tmp_path: Path, audit: Audit) -> None:
    faked = b"\r\nDozor-Refers-To-File: audit-000009.warc.gz\r\n"
    with WarcFile(tmp_path, audit, []) as file:
        file.keep(replace(FIRST, body=faked))
    assert mend(file.path).refers_to == frozenset()


def test_a_resumed_run_goes_on_knowing_what_it_refers_to(engine: Engine, tmp_path: Path) -> None:
    first, second = two_nights(engine, tmp_path, AGAIN, is_sealed=False).names
    resumed = audits.by_id(engine, int(second[6:12]))
    assert resumed
    with WarcFile(tmp_path, resumed, []) as file:
        assert file.refers_to == {first}

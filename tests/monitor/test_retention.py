from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.commands.copies import back_up, restore
from monitor.config import Storage
from monitor.storage import audits
from monitor.storage.evidence import WarcFile, next_part, seal, seal_abandoned, seal_rest, sealed
from monitor.storage.retention import BIN, Moved, remove_old
from monitor.storage.verifying import verify
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.test_evidence import EXCHANGE

YEAR = 365


def night(engine: Engine, folder: Path, begun: datetime) -> str:
    run = audits.begin(
        engine, as_of=begun, started_at=begun, scope=None, registries={}, packs={}, documents=()
    )
    with WarcFile(folder, run, []) as file:
        file.keep(EXCHANGE)
    seal(engine, run, file)
    return file.path.name


@pytest.fixture
def nights(engine: Engine, tmp_path: Path) -> list[str]:
    """Eight nights of two years ago, a machine that was off for long, and the last ten nights."""
    days = (*range(2 * YEAR, 2 * YEAR - 8, -1), *range(10, 0, -1))
    return [night(engine, tmp_path, NOW - timedelta(days=ago)) for ago in days]


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.warc.gz"))


def binned(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(f"{BIN}/*"))


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)


def a_week(engine: Engine, folder: Path, days: int = YEAR) -> list[Moved]:
    """Eight nights, each with an audit of its own."""
    moved = []
    for ago in range(1, 9):
        night(engine, folder, later(ago))
        moved.append(remove_old(engine, folder, days, later(ago)))
    return moved


def test_old_evidence_lies_in_the_bin_for_a_week_and_verifies(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    assert remove_old(engine, tmp_path, YEAR, NOW).binned == tuple(nights[:2])
    assert (kept(tmp_path), binned(tmp_path)) == (nights[2:], nights[:2])
    assert list(verify(engine, tmp_path)) == []


def test_a_copy_holds_what_is_in_the_bin(engine: Engine, tmp_path: Path, nights: list[str]) -> None:
    evidence = tmp_path / "evidence"
    if engine.dialect.name != "sqlite":
        pytest.skip("a server makes its own copies")
    evidence.mkdir()
    for name in nights:
        (tmp_path / name).rename(evidence / name)
    remove_old(engine, evidence, YEAR, NOW)
    storage = Storage(database=str(engine.url), evidence=evidence)
    assert back_up(storage, tmp_path / "copy.tar") == len(nights)
    evidence.rename(tmp_path / "lost")
    engine.dispose()
    assert restore(storage, tmp_path / "copy.tar", force=True, mark=lambda _: None) == len(nights)
    assert binned(evidence) == nights[:2]
    assert list(verify(engine, evidence)) == []


def test_what_was_changed_in_the_bin_is_told(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    (tmp_path / BIN / nights[0]).write_bytes(b"")
    assert any("файл изменён" in fault for fault in verify(engine, tmp_path))


def test_the_bin_is_emptied_a_week_later_and_the_chain_still_verifies(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    moved = a_week(engine, tmp_path)
    assert [one.gone for one in moved] == [*[()] * 6, tuple(nights[:2]), tuple(nights[2:4])]
    assert binned(tmp_path) == nights[4:8]
    assert list(verify(engine, tmp_path)) == []


def test_what_is_in_the_bin_comes_back_when_it_is_kept_for_longer(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    assert remove_old(engine, tmp_path, 3 * YEAR, NOW).back == tuple(nights[:2])
    assert (kept(tmp_path), binned(tmp_path)) == (nights, [])
    assert list(verify(engine, tmp_path)) == []


def test_no_more_than_a_tenth_goes_in_a_night(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    """Of eighteen: two. However often somebody asks within the night."""
    first = remove_old(engine, tmp_path, 5, NOW)
    assert first.binned == tuple(nights[:2])
    assert remove_old(engine, tmp_path, 5, later(0.1)) == Moved()
    night(engine, tmp_path, later(1))
    assert remove_old(engine, tmp_path, 5, later(1)).binned == tuple(nights[2:4])


@pytest.mark.parametrize("off", [YEAR, 3 * YEAR])
def test_a_clock_that_is_far_ahead_once_moves_nothing(
    engine: Engine, tmp_path: Path, nights: list[str], off: int
) -> None:
    wrong = night(engine, tmp_path, later(off))
    assert remove_old(engine, tmp_path, YEAR, later(off)) == Moved()
    assert kept(tmp_path) == [*nights, wrong]


def test_a_clock_that_is_far_ahead_empties_no_bin(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    night(engine, tmp_path, later(YEAR))
    assert remove_old(engine, tmp_path, YEAR, later(YEAR)) == Moved()
    assert binned(tmp_path) == nights[:2]


def test_what_a_wrong_clock_put_into_the_bin_comes_back_when_it_is_put_right(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    """It stayed wrong for so long that it was believed."""
    for day in range(8):
        night(engine, tmp_path, later(2 * YEAR + day))
    moved = remove_old(engine, tmp_path, YEAR, later(2 * YEAR + 7))
    assert moved.binned == tuple(nights[:3])
    for day in range(8, 12):
        remove_old(engine, tmp_path, YEAR, later(2 * YEAR + day), believed=True)
    assert nights[8] in binned(tmp_path)
    remove_old(engine, tmp_path, YEAR, NOW, believed=True)
    assert [name for name in binned(tmp_path) if name in nights[8:]] == []


def test_nights_of_a_clock_that_had_not_been_set_are_not_old(
    engine: Engine, tmp_path: Path
) -> None:
    """As on a machine without a battery: it begins in 1970."""
    begun = datetime(1970, 1, 1, tzinfo=UTC)
    first = [night(engine, tmp_path, begun + timedelta(days=ago)) for ago in (0, 1)]
    for ago in range(10, 0, -1):
        night(engine, tmp_path, later(-ago))
    assert remove_old(engine, tmp_path, YEAR, NOW) == Moved()
    assert kept(tmp_path)[:2] == first


def test_by_a_clock_that_is_not_believed_things_only_come_back(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    assert remove_old(engine, tmp_path, YEAR, later(30)) == Moved()
    assert remove_old(engine, tmp_path, 3 * YEAR, later(30)) == Moved(back=tuple(nights[:2]))
    assert kept(tmp_path) == nights


def test_another_witness_is_enough(engine: Engine, tmp_path: Path) -> None:
    old = night(engine, tmp_path, NOW - timedelta(days=2 * YEAR))
    assert remove_old(engine, tmp_path, YEAR, NOW) == Moved()
    assert remove_old(engine, tmp_path, YEAR, NOW, believed=True).binned == (old,)


def killed(engine: Engine, folder: Path, begun: datetime, scope: tuple[str, ...] | None) -> Audit:
    """A run that ended in the middle of a record."""
    run = audits.begin(
        engine, as_of=begun, started_at=begun, scope=scope, registries={}, packs={}, documents=()
    )
    with WarcFile(folder, run, []) as file:
        file.keep(EXCHANGE)
    file.path.write_bytes(file.path.read_bytes() + b"\x1f\x8b\x08half")
    return run


def start(engine: Engine, folder: Path) -> Audit:
    """What every run does first."""
    run = audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
    )
    seal_abandoned(engine, folder, audits.abandoned(engine, run))
    return run


def test_evidence_of_a_run_that_never_finished_is_sealed_and_goes_with_the_years(
    engine: Engine, tmp_path: Path
) -> None:
    for ago in range(9, 0, -1):
        night(engine, tmp_path, later(-2 * YEAR - ago))
    left = killed(engine, tmp_path, later(-2 * YEAR), None)
    start(engine, tmp_path)
    assert len(sealed(engine, left)) == 1
    assert list(verify(engine, tmp_path)) == []
    for night_later in range(10):
        remove_old(engine, tmp_path, YEAR, later(night_later), believed=True)
    assert kept(tmp_path) == []


def test_a_run_on_demand_that_may_be_under_way_is_let_be(engine: Engine, tmp_path: Path) -> None:
    left = killed(engine, tmp_path, NOW, ("school-1",))
    start(engine, tmp_path)
    assert sealed(engine, left) == set()


def test_a_run_that_is_gone_on_with_after_all_adds_nothing_to_what_is_sealed(
    engine: Engine, tmp_path: Path
) -> None:
    left = killed(engine, tmp_path, NOW, None)
    start(engine, tmp_path)
    with WarcFile(tmp_path, left, [], next_part(engine, left)) as file:
        file.keep(EXCHANGE)
    seal(engine, left, file)
    assert list(verify(engine, tmp_path)) == []
    assert kept(tmp_path) == ["audit-000001-2.warc.gz", "audit-000001.warc.gz"]
    assert seal_rest(engine, tmp_path, left, file.path.name) == {"vk": 1}


def test_zero_keeps_all_for_ever(engine: Engine, tmp_path: Path, nights: list[str]) -> None:
    assert remove_old(engine, tmp_path, 0, NOW) == Moved()
    assert kept(tmp_path) == nights


def test_a_file_that_a_crash_left_behind_goes_with_the_next_run(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    content = (tmp_path / nights[0]).read_bytes()
    remove_old(engine, tmp_path, YEAR, NOW)
    (tmp_path / BIN / nights[0]).unlink()
    (tmp_path / nights[0]).write_bytes(content)  # its mark was written, its move not
    assert list(verify(engine, tmp_path)) == []
    remove_old(engine, tmp_path, YEAR, NOW)
    assert (kept(tmp_path), binned(tmp_path)) == (nights[2:], nights[:2])


def test_a_file_that_somebody_else_removed_is_still_told(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    (tmp_path / nights[2]).unlink()
    assert any("файла нет" in fault for fault in verify(engine, tmp_path))

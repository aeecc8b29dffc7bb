from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.storage import audits
from monitor.storage.evidence import (
    WarcFile,
    next_part,
    seal,
    seal_abandoned,
    seal_rest,
    sealed,
    verify,
)
from monitor.storage.retention import remove_old
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
    """Two nights of two years ago, and last night."""
    days = (2 * YEAR, 2 * YEAR - 1, 1)
    return [night(engine, tmp_path, NOW - timedelta(days=ago)) for ago in days]


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.warc.gz"))


def test_old_evidence_goes_and_the_chain_still_verifies(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    assert remove_old(engine, tmp_path, YEAR, NOW) == tuple(nights[:2])
    assert kept(tmp_path) == nights[2:]
    assert list(verify(engine, tmp_path)) == []


def test_what_was_removed_is_not_removed_again(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    assert remove_old(engine, tmp_path, YEAR, NOW) == tuple(nights[:2])
    assert remove_old(engine, tmp_path, YEAR, NOW + timedelta(hours=1)) == ()


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
    left = killed(engine, tmp_path, NOW - timedelta(days=2 * YEAR), None)
    start(engine, tmp_path)
    assert len(sealed(engine, left)) == 1
    assert list(verify(engine, tmp_path)) == []
    remove_old(engine, tmp_path, YEAR, NOW)
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
    assert remove_old(engine, tmp_path, 0, NOW) == ()
    assert kept(tmp_path) == nights


def test_a_file_that_a_crash_left_behind_goes_with_the_next_run(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    content = (tmp_path / nights[0]).read_bytes()
    remove_old(engine, tmp_path, YEAR, NOW)
    (tmp_path / nights[0]).write_bytes(content)
    remove_old(engine, tmp_path, YEAR, NOW)
    assert kept(tmp_path) == nights[2:]


def test_a_file_that_somebody_else_removed_is_still_told(
    engine: Engine, tmp_path: Path, nights: list[str]
) -> None:
    remove_old(engine, tmp_path, YEAR, NOW)
    (tmp_path / nights[2]).unlink()
    assert any("файла нет" in fault for fault in verify(engine, tmp_path))

"""Reports of the nights are not kept for ever; those of people are."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.application import opened
from monitor.audit.witnesses import tidy
from monitor.storage import audits, nights
from monitor.storage.old_reports import TIDIED, remove_reports
from reports.model import Audit, Collection
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.test_mail import text_of
from tests.monitor.test_nights import DEPUTY, OPERATOR, marked, nightly

DAY = timedelta(days=1)
DAYS = 90


def a_night(engine: Engine, folder: Path, at: datetime, *, ends: bool = True) -> Audit:
    begun = audits.begin(
        engine, as_of=at, started_at=at, scope=None, registries={}, packs={}, documents=()
    )
    none = Collection(pages=0, read=0, unread=0)
    done = audits.finish(engine, begun, finished_at=at, complete=True, collection=none, issues=())
    night = nights.begin(engine, at, at, at - DAY)
    if ends:
        nights.finish(engine, night, at, done.id)
    for suffix in ("html", "json"):
        put(folder / f"audit-{done.id:06}.{suffix}", at)
    return done


def put(path: Path, at: datetime) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"report")
    os.utime(path, (at.timestamp(), at.timestamp()))


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name != TIDIED)


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Path:
    """Eight nights of half a year ago, and the last ten."""
    kept = tmp_path / "reports"
    kept.mkdir()
    for ago in (*range(187, 179, -1), *range(10, 0, -1)):
        a_night(engine, kept, NOW - ago * DAY)
    return kept


def test_a_tenth_goes_a_night_however_often_somebody_asks(engine: Engine, folder: Path) -> None:
    assert remove_reports(engine, folder, DAYS, NOW) == (1, 2)
    assert remove_reports(engine, folder, DAYS, NOW + DAY / 2) == ()
    a_night(engine, folder, NOW + DAY)
    assert remove_reports(engine, folder, DAYS, NOW + DAY) == (3, 4)
    assert names(folder)[:2] == ["audit-000005.html", "audit-000005.json"]


def test_after_some_nights_only_the_young_are_left(engine: Engine, folder: Path) -> None:
    for later in range(9):
        remove_reports(engine, folder, DAYS, NOW + later * DAY, believed=True)
    assert len(names(folder)) == 20
    assert remove_reports(engine, folder, DAYS, NOW + 10 * DAY, believed=True) == ()


@pytest.mark.parametrize("days", [365, 3 * 365])
def test_a_clock_that_is_far_ahead_removes_nothing(engine: Engine, folder: Path, days: int) -> None:
    before = names(folder)
    assert remove_reports(engine, folder, DAYS, NOW + days * DAY) == ()
    assert names(folder) == before


def test_zero_keeps_all(engine: Engine, folder: Path) -> None:
    assert remove_reports(engine, folder, 0, NOW) == ()


def test_what_a_person_wrote_stays(engine: Engine, folder: Path) -> None:
    """Files of his own names, other formats, of parts, of audits by hand, and what he made anew."""
    old = NOW - 187 * DAY
    by_hand = audits.begin(
        engine,
        as_of=old - DAY / 2,
        started_at=old,
        scope=None,
        registries={},
        packs={},
        documents=(),
    )
    his = (
        "audit-000001.pdf",
        "audit-000001-partial-school-1.html",
        "audit-1.html",
        "report.html",
        f"audit-{by_hand.id:06}.html",
        "audit-000001-cards/notes.html",
    )
    for name in his:
        put(folder / name, old)
    put(folder / "audit-000001-cards/town--school-1.html", old)
    put(folder / "audit-000001-towns/_town.html", old)
    put(folder / "audit-000001-towns/._town.html.part", old)
    put(folder / "audit-000002.html", NOW - DAY)
    (folder / "audit-000003.html").unlink()
    (folder / "audit-000003.html").symlink_to(folder / "report.html")
    assert remove_reports(engine, folder, DAYS, NOW, believed=True) == (1, 3)
    assert not (folder / "audit-000001.html").exists()
    assert [name for name in his if not (folder / name).exists()] == []
    assert [one.name for one in (folder / "audit-000001-cards").iterdir()] == ["notes.html"]
    assert not (folder / "audit-000001-towns").exists()
    assert (folder / "audit-000002.html").exists()
    assert (folder / "audit-000003.html").is_symlink()


def test_cards_and_what_a_killed_run_left_go_with_the_page(engine: Engine, folder: Path) -> None:
    old = NOW - 187 * DAY
    for name in ("town--a.html", ".town--b.html.part"):
        put(folder / "audit-000001-cards" / name, old)
    put(folder / ".audit-000001.json.part", old)
    remove_reports(engine, folder, DAYS, NOW)
    assert not [name for name in names(folder) if "000001" in name]


def test_those_of_a_night_that_came_to_no_end_go_too(engine: Engine, tmp_path: Path) -> None:
    a_night(engine, tmp_path / "reports", NOW - 187 * DAY, ends=False)
    assert remove_reports(engine, tmp_path / "reports", DAYS, NOW, believed=True) == (1,)


def test_a_folder_that_cannot_be_written_costs_nobody_his_night(
    engine: Engine, folder: Path
) -> None:
    (folder / "audit-000001.html").unlink()
    (folder / "audit-000001.html").mkdir()
    assert remove_reports(engine, folder / "nowhere", DAYS, NOW) == ()
    assert remove_reports(engine, folder, DAYS, NOW) == (1, 2)


def test_the_service_removes_what_it_wrote(tmp_path: Path, mailbox: Mailbox) -> None:
    """By the names that it gives: one in each of two nights, and one by `storage tidy`."""
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        town.town.sections = {**town.town.sections, "reports": {"keep_days": 5}}
        kept = town.town.settings().reports.directory
        for later in range(9):
            done = town.night(NOW + later * DAY)
            assert done
            for path in kept.glob(f"audit-{done.id:06}.*"):
                at = (NOW + later * DAY).timestamp()
                os.utime(path, (at, at))
        with opened(town.town.settings(), lambda: NOW + 9 * DAY) as application:
            assert tidy(application).reports == 1
    left = names(kept)
    assert (left[0], len(left)) == ("audit-000004.html", 12)


def test_what_cannot_be_removed_costs_nobody_his_night(tmp_path: Path, mailbox: Mailbox) -> None:
    """Something stands where the bin is to be; the night goes on, and the operator is told."""
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        town.town.sections = {**town.town.sections, "storage": {"evidence_days": 5}}
        bin_of = town.town.settings().storage.evidence / "bin"
        for later in range(9):
            if later == 1:
                bin_of.write_bytes(b"")
            assert town.night(NOW + later * DAY)
        assert len(town.to(DEPUTY)) == 9
        told = [text_of(one) for one in mailbox.messages if one["To"] == OPERATOR]
    assert any("не убрано старое по сроку" in text for text in told)

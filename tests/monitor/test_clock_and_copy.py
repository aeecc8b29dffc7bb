"""A machine that wakes in 1970, or gets an old copy back: nothing is destroyed, all is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.application import opened
from monitor.audit.begin import AuditRequest, ClockError
from monitor.audit.run import audit
from monitor.audit.witnesses import hear
from monitor.clocks.believed import DoubtReason
from monitor.storage import audits
from monitor.storage.database import connect
from monitor.storage.verifying import verify
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.conftest import DOZOR, Mailbox
from tests.monitor.starts import typed
from tests.monitor.test_nights import DEPUTY, OPERATOR, Nightly, marked, nightly

DAY = timedelta(days=1)
WOKEN = datetime(1970, 1, 1, 3, tzinfo=UTC)
KEPT_DAYS = 30


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nightly]:
    """A town after two nights. Do not write."""
    folder = tmp_path_factory.mktemp("lived")
    with (
        Mailbox().listening() as mailbox,
        nightly(folder, marked(1, losing=0), mailbox, 1) as made,
    ):
        sections = {**made.town.sections, "storage": {"evidence_days": KEPT_DAYS}}
        made.town = replace(made.town, sections=sections)
        assert made.night(NOW - DAY)
        assert made.night(NOW)
        yield made


@pytest.fixture
def town(lived: Nightly, tmp_path: Path) -> Nightly:
    """A copy that may live on; its mailbox and its networks are those of all."""
    copy = replace(lived.town, folder=tmp_path)
    shutil.copytree(lived.town.folder, tmp_path, dirs_exist_ok=True)
    return Nightly(copy, lived.mailbox)


def evidence(town: Nightly) -> set[str]:
    return {one.name for one in (town.town.folder / "var/evidence").rglob("*.gz")}


def newest(town: Nightly, now: datetime) -> Audit | None:
    engine = connect(town.town.settings().storage.database)
    found = audits.latest(engine, now=now)
    engine.dispose()
    return found


def test_a_night_in_1970_reads_nothing_removes_nothing_and_tells_the_operator(
    town: Nightly,
) -> None:
    before, deputy = evidence(town), len(town.to(DEPUTY))
    assert town.night(WOKEN) is None
    assert (evidence(town), len(town.to(DEPUTY))) == (before, deputy)
    assert town.to(OPERATOR)[-1] == "Дозор: ночная проверка не удалась"
    letter = town.mailbox.messages[-1].get_body(("plain",))
    assert letter
    assert "часы показывают 01.01.1970 03:00 UTC" in letter.get_content()


def test_the_night_after_the_clock_is_set_is_read_and_mailed(town: Nightly) -> None:
    town.night(WOKEN)
    deputy = len(town.to(DEPUTY))
    done = town.night(NOW + DAY)
    assert done == newest(town, NOW + DAY)
    assert len(town.to(DEPUTY)) == deputy + 1


def test_an_audit_by_hand_in_1970_is_refused(town: Nightly) -> None:
    with (
        opened(town.town.settings(), lambda: WOKEN) as application,
        pytest.raises(ClockError, match=r"поправьте время"),
    ):
        audit(application, AuditRequest(as_of=WOKEN))


def dozor(town: Nightly, *arguments: str) -> str:
    """What it says of its success."""
    command = [str(DOZOR), "--config", str(town.town.folder / "config.toml"), *arguments]
    done = typed(command, os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_after_an_old_copy_came_back_a_night_removes_nothing_and_the_clock_is_doubted(
    town: Nightly,
) -> None:
    copy, later = str(town.town.folder / "copy.tar"), NOW + (KEPT_DAYS + 10) * DAY
    dozor(town, "backup", copy)
    town.night(NOW + DAY)
    assert "Восстановлено" in dozor(town, "restore", copy, "--force")
    before = evidence(town)
    assert town.night(later)
    assert evidence(town) > before
    with opened(town.town.settings(), lambda: later) as application:
        doubt = hear(application)
        assert doubt
        assert doubt.why in (DoubtReason.BEGINNING, DoubtReason.JUMPED)
        assert list(verify(application.engine, application.settings.storage.evidence)) == []

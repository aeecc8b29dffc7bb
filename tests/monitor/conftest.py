from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.storage import audits
from monitor.storage.database import open_database
from reports.model import Audit
from tests.cast import NOW


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def audit(engine: Engine) -> Audit:
    return audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
    )

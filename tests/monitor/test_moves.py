"""What entered the registry and what left it, between two audits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from sqlalchemy import Engine

from monitor.registry import load
from monitor.reporting.stored import moves
from monitor.storage import audits
from monitor.storage.audits import Document
from reports.model import Audit, RegistryEntry
from rules.model import Municipality
from tests.cast import NOW

SCHOOL = {
    "id": "school",
    "name": "Школа",
    "kind": "school",
    "page": [{"url": "https://vk.com/school"}, {"url": "https://ok.ru/school"}],
}
MUSEUM = {
    "id": "museum",
    "name": "Музей",
    "kind": "culture",
    "page": [{"url": "https://vk.com/museum"}],
}
BEFORE = NOW - timedelta(days=1)


def town(folder: Path, *institutions: Mapping[str, Any], name: str = "town.toml") -> Municipality:
    about = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    path = folder / name
    registry = {"municipality": about, "institution": list(institutions)}
    path.write_text(tomli_w.dumps(registry), "utf-8")
    return load(path)


def audited(engine: Engine, one: Municipality, body: bytes | None) -> Audit:
    documents = () if body is None else (Document(name="town.toml", body=body),)
    return audits.begin(
        engine,
        as_of=BEFORE,
        started_at=BEFORE,
        scope=None,
        registries={one.id: documents[0].digest if documents else one.digest},
        packs={},
        documents=documents,
    )


def told(entries: tuple[RegistryEntry, ...]) -> list[tuple[str, str | None]]:
    return [(one.institution, one.address) for one in entries]


@pytest.fixture
def change(engine: Engine, tmp_path: Path) -> Any:
    """Between a registry of these institutions and one of those: what came, and what went."""

    def between(was: Any, now: Any) -> tuple[Any, Any]:
        old = town(tmp_path, *was, name="old.toml")
        before = audited(engine, old, (tmp_path / "old.toml").read_bytes())
        new = town(tmp_path, *now, name="new.toml")
        tonight = audited(engine, new, (tmp_path / "new.toml").read_bytes())
        came, went = moves(engine, before, tonight, (new,))
        return told(came), told(went)

    return between


def without_page(number: int) -> dict[str, Any]:
    return SCHOOL | {"page": [one for place, one in enumerate(SCHOOL["page"]) if place != number]}


def test_an_institution_that_came_is_told_once_without_its_pages(change: Any) -> None:
    assert change([SCHOOL], [SCHOOL, MUSEUM]) == ([("museum", None)], [])


def test_an_institution_that_left_is_told_once_without_its_pages(change: Any) -> None:
    assert change([SCHOOL, MUSEUM], [SCHOOL]) == ([], [("museum", None)])


def test_a_page_that_came_or_left_is_told_by_its_address(change: Any) -> None:
    ok = ("school", "https://ok.ru/school")
    assert change([without_page(1)], [SCHOOL]) == ([ok], [])
    assert change([SCHOOL], [without_page(1)]) == ([], [ok])


def test_another_order_and_another_file_name_change_nothing(change: Any) -> None:
    assert change([SCHOOL, MUSEUM], [MUSEUM, SCHOOL]) == ([], [])


def test_an_institution_closed_in_between_has_left(change: Any) -> None:
    closed = MUSEUM | {"until": BEFORE.date()}
    assert change([SCHOOL, MUSEUM], [SCHOOL, closed]) == ([], [("museum", None)])


def test_a_deleted_page_that_stays_in_the_registry_has_left(change: Any) -> None:
    gone = SCHOOL["page"][0] | {"deleted_on": BEFORE.date()}
    after = SCHOOL | {"page": [gone, SCHOOL["page"][1]]}
    assert change([SCHOOL], [after]) == ([], [("school", "https://vk.com/school")])


@pytest.mark.parametrize("body", [None, b"not a registry ["])
def test_a_registry_whose_text_is_gone_or_not_understood_says_nothing(
    engine: Engine, tmp_path: Path, body: bytes | None
) -> None:
    before = audited(engine, town(tmp_path, MUSEUM), body)
    now = town(tmp_path, SCHOOL)
    assert moves(engine, before, audited(engine, now, b""), (now,)) == ((), ())


def test_a_municipality_that_was_not_audited_before_says_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    other = Municipality(id="other", name="Другой", timezone=town(tmp_path, SCHOOL).timezone)
    before = audited(engine, other, None)
    now = town(tmp_path, SCHOOL)
    assert moves(engine, before, before, (now,)) == ((), ())

"""A channel's number and an institution's ИНН: written, checked, carried by tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

from monitor.registry import RegistryError, load, to_toml
from monitor.registry.imports import import_table
from monitor.registry.workbook import export
from rules.model import Municipality
from tests.monitor.pipeline import school
from tests.monitor.test_registry import TODAY
from tests.monitor.test_registry_tables import CUR_TITLES, SCHOOL_ROW, as_csv, first

ADDRESS, NUMBER = "https://max.ru/school_one", -70000000000005


def town(folder: Path, url: str = ADDRESS, **page: object) -> Municipality:
    about = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    body = {**school(1), "inn": "7099000017", "page": [{"url": url, **page}]}
    path = folder / "town.toml"
    path.write_text(tomli_w.dumps({"municipality": about, "institution": [body]}), "utf-8")
    return load(path, today=TODAY)


def number(municipality: Municipality) -> str | None:
    return municipality.institutions[0].pages[0].known_id


def test_the_number_of_a_channel_is_the_networks_own(tmp_path: Path) -> None:
    assert number(town(tmp_path, chat_id=NUMBER)) == str(NUMBER)


def test_a_registry_with_a_channel_survives_the_file(tmp_path: Path) -> None:
    written = to_toml(town(tmp_path, chat_id=NUMBER))
    (tmp_path / "again.toml").write_text(written, "utf-8")
    assert number(load(tmp_path / "again.toml", today=TODAY)) == str(NUMBER)


def test_a_workbook_carries_the_number_and_the_inn(tmp_path: Path) -> None:
    export(town(tmp_path, chat_id=NUMBER), tmp_path / "реестр.xlsx")
    imported = import_table(tmp_path / "реестр.xlsx", today=TODAY)
    (tmp_path / "again.toml").write_text(imported, "utf-8")
    again = load(tmp_path / "again.toml", today=TODAY)
    assert (number(again), again.institutions[0].inn) == (str(NUMBER), "7099000017")


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://max.ru/c/-5", {"chat_id": NUMBER}),
        (ADDRESS, {"chat_id": NUMBER, "known_id": "-5"}),
        ("https://ok.ru/group/70000000000101", {"chat_id": NUMBER}),
        ("https://vk.com/school1", {"chat_id": NUMBER}),
    ],
)
def test_a_number_that_cannot_be_is_a_fault(
    tmp_path: Path, url: str, page: dict[str, object]
) -> None:
    with pytest.raises(RegistryError, match=str(NUMBER)):
        town(tmp_path, url, **page)


@pytest.mark.parametrize("cell", ["7099000017", "7099000017/709901001", " 7099000017 "])
def test_the_table_of_the_cur_tells_the_inn_where_it_has_it(tmp_path: Path, cell: str) -> None:
    titles, row = (*CUR_TITLES, "ИНН/КПП"), (*SCHOOL_ROW, cell)
    table = as_csv(tmp_path / "цур_2026-11-01.csv", titles, row, encoding="windows-1251")
    assert first(import_table(table, today=TODAY))["inn"] == "7099000017"

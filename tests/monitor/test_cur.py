"""The ЦУР's table, written from a registry and read back into one."""

from __future__ import annotations

import io
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from collectors.errors import UsageError
from collectors.model import Presence
from monitor.commands.registry import import_table as import_command
from monitor.registry import RegistryError
from monitor.registry.imports import import_table, import_tables
from monitor.registry.tables import grids
from reports.formats.cur import FORMAT, rows
from reports.model import Report
from rules.model import Attestation, Institution, Outcome
from tests.cast import (
    ADMINISTRATION,
    CLINIC_VK,
    MUSEUM,
    OFFICE,
    SCHOOL,
    SCHOOL_FACTS,
    SCHOOL_VK,
    TOWN,
)
from tests.reports.town import KEDROVY, REPORT, finding

TITLES = (
    "Уровень", "Учредитель", "Наименование подведомственной организации",
    "Официальная страница не ведется на основании", "ОГРН", "Сфера 1", "Сфера 2", "Сфера 3",
    "Статус", "ID госпаблика", "Ссылка на госпаблик ВК", "Адрес, указанный в настройках страницы",
    "Подключение к компоненту «Госпаблики» (да/нет)", "Госметка (да/нет)", "Оформление (%)",
    "Виджеты (0/1/2)", "Активность (%)", "Подписчики", "Общий охват за неделю",
    "Средний охват публикации",
)  # fmt: skip
DAY = date(2026, 11, 1)
ADM = replace(ADMINISTRATION, ogrn="1027000000004", category="flagship")
YES = Attestation(
    kind="gospabliki",
    stated_by="таблица ЦУР",
    stated_on=DAY,
    value=True,
    page=SCHOOL_VK.address,
    valid_until=DAY + timedelta(days=45),
    source="cur_table",
)
WHOLE = replace(
    SCHOOL,
    ogrn="1037000000003",
    category="active",
    pages=(replace(SCHOOL_VK, known_id="101"),),
    attestations=(YES, replace(YES, kind="gos_mark")),
)
DENIES = replace(
    MUSEUM,
    ogrn="1047000000002",
    category="card",
    kind="culture",
    attestations=(replace(YES, value=False, page=MUSEUM.pages[0].address),),
)
FREE = replace(OFFICE, ogrn="1057000000001")


def table(*institutions: Institution, **more: Any) -> Report:
    town = replace(TOWN, institutions=institutions)
    fields: dict[str, Any] = {"findings": (), "municipalities": (town,)} | more
    return replace(REPORT, institutions=institutions, **fields)


def imported(report: Report, folder: Path) -> list[dict[str, Any]]:
    path = folder / f"cur_{DAY}.xlsx"
    path.write_bytes(FORMAT.render(report).main)
    return list(tomllib.loads(import_table(path, today=DAY))["institution"])


def line(*institutions: Institution, **more: Any) -> dict[str, Any]:
    return dict(next(iter(rows(table(*institutions, **more)))))


def test_the_columns_are_those_that_the_cur_knows() -> None:
    sheet = load_workbook(io.BytesIO(FORMAT.render(table(ADM)).main)).worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == TITLES


def test_what_the_table_can_say_survives_the_way_there_and_back(tmp_path: Path) -> None:
    adm, school, museum, office = imported(table(ADM, WHOLE, DENIES, FREE), tmp_path)
    for told, one in zip((adm, school, museum, office), (ADM, WHOLE, DENIES, FREE), strict=True):
        assert (told["name"], told["ogrn"], told["kind"]) == (one.name, one.ogrn, one.kind)
        assert told.get("category") == one.category
    assert {one["parent"] for one in (school, museum, office)} == {adm["id"]}
    assert school["page"] == [{"url": SCHOOL_VK.address, "known_id": "101"}]
    assert office["exemption"][0]["ground"] == FREE.exemptions[0].ground


def test_attestations_survive_with_their_page_and_day(tmp_path: Path) -> None:
    _, school, museum = imported(table(ADM, WHOLE, DENIES), tmp_path)
    told = [
        (one["kind"], one["value"], one["page"], one["stated_on"], one["valid_until"])
        for one in (*school["attestation"], *museum["attestation"])
    ]
    until = DAY + timedelta(days=45)
    assert told == [
        ("gospabliki", True, SCHOOL_VK.address, DAY, until),
        ("gos_mark", True, SCHOOL_VK.address, DAY, until),
        ("gospabliki", False, MUSEUM.pages[0].address, DAY, until),
    ]


def test_what_nobody_knows_stays_empty() -> None:
    told = line(replace(SCHOOL, pages=(CLINIC_VK,)))
    for unknown in ("gospabliki", "gos_mark", "design", "widgets", "members", "address", "status"):
        assert told.get(unknown) is None


def test_what_a_fresh_reading_showed_is_filled_in() -> None:
    facts = {("vk", SCHOOL_VK.address): replace(SCHOOL_FACTS, members_count=812)}
    told = line(SCHOOL, facts=facts)
    assert (told["members"], told["design"], told["widgets"]) == (812, 100, 0)
    assert (told["gos_mark"], told["page_id"]) == ("да", "101")
    assert told["address"] == "г. Кедровый, 1-й мкр., д. 61"


@pytest.mark.parametrize(
    "seen", [{"presence": Presence.BANNED}, {"presence": Presence.DELETED}, {"access": "closed"}]
)
def test_a_page_that_nobody_can_open_is_not_called_active(seen: dict[str, Any]) -> None:
    facts = {("vk", SCHOOL_VK.address): replace(SCHOOL_FACTS, **seen)}
    assert line(replace(SCHOOL, category="active"), facts=facts)["status"] is None


def test_a_mark_that_is_missing_needs_a_finding_that_nobody_disputes() -> None:
    acts = (
        replace(
            KEDROVY,
            requirements=tuple(
                replace(one, predicate="government_mark") if one.clause == "6.6" else one
                for one in KEDROVY.requirements
            ),
        ),
    )
    missing = finding("school", "6.6", Outcome.FAIL, "Отметки нет.", "vk")
    disputed = replace(missing, disputed=True)
    assert line(SCHOOL, acts=acts, findings=(missing,))["gos_mark"] == "нет"
    assert line(SCHOOL, acts=acts, findings=(disputed,))["gos_mark"] is None


def test_an_attestation_that_has_run_out_is_not_passed_on() -> None:
    old = replace(YES, stated_on=date(2026, 1, 1), valid_until=date(2026, 2, 1))
    assert line(replace(WHOLE, attestations=(old,)))["gospabliki"] is None


def test_a_branch_is_no_line_of_the_table() -> None:
    branch = replace(SCHOOL_VK, address="https://vk.com/branch", role="branch")
    told = list(rows(table(replace(SCHOOL, pages=(SCHOOL_VK, branch)))))
    assert [one["page"] for one in told] == [SCHOOL_VK.address]


# --- a region in one table ----------------------------------------------------------------------

HEAD = ("Муниципальное образование", "Наименование подведомственной организации", "ОГРН",
        "Ссылка на госпаблик ВК")  # fmt: skip
LINES = (
    ("Северный район", "Школа № 1", "", "https://vk.com/north1"),
    (None, "Школа № 2", "", "https://vk.com/north2"),
    ("г. Южный", "Музей", "", "https://vk.com/south1"),
)


def region(folder: Path, *lines: tuple[str | None, ...]) -> Path:
    book = Workbook()
    for line in (HEAD, *lines):
        book.active.append(line)  # type: ignore[union-attr]
    path = folder / f"region_{DAY}.xlsx"
    book.save(path)
    return path


def test_a_table_of_a_region_becomes_a_registry_a_municipality(tmp_path: Path) -> None:
    texts = import_tables(region(tmp_path, *LINES), timezone="Asia/Tomsk", today=DAY)
    told = {name: tomllib.loads(text) for name, text in texts.items()}
    assert {name: one["municipality"]["name"] for name, one in told.items()} == {
        "severnyy-rayon": "Северный район",
        "g-yuzhnyy": "г. Южный",
    }
    schools = [one["name"] for one in told["severnyy-rayon"]["institution"]]
    assert schools == ["Школа № 1", "Школа № 2"], "an empty cell goes on with the one above"


def test_a_municipality_in_other_capitals_is_the_same(tmp_path: Path) -> None:
    more = ("СЕВЕРНЫЙ  район", "Музей", "", "https://vk.com/north3")
    assert len(import_tables(region(tmp_path, *LINES, more), today=DAY)) == 2


def test_a_fault_in_any_municipality_is_told_by_its_row(tmp_path: Path) -> None:
    lines = (*LINES, ("г. Южный", "Клуб", "1027000000009", "https://vk.com/club"))
    with pytest.raises(RegistryError) as caught:
        import_tables(region(tmp_path, *lines), today=DAY)
    assert {one.line for one in caught.value.faults} == {5}


def test_a_table_of_one_municipality_is_not_split(tmp_path: Path) -> None:
    assert import_tables(region(tmp_path, *LINES[:2]), today=DAY) == {}


def test_a_table_that_was_read_is_not_read_again(tmp_path: Path) -> None:
    path = region(tmp_path, *LINES)
    found = grids(path)
    path.unlink()
    assert len(import_tables(path, found=found, timezone="Asia/Tomsk", today=DAY)) == 2
    assert "Школа № 2" in import_table(path, found=found, today=DAY)


def test_the_command_writes_a_file_each_and_overwrites_none(tmp_path: Path) -> None:
    path, folder = region(tmp_path, *LINES), tmp_path / "registry"
    write = partial(import_command, path, municipality=None, name=None, timezone="Asia/Tomsk")
    with pytest.raises(UsageError, match="укажите папку"):
        write(None)
    assert write(folder) == 0
    assert {one.name for one in folder.iterdir()} == {"severnyy-rayon.toml", "g-yuzhnyy.toml"}
    changed = folder / "g-yuzhnyy.toml"
    changed.write_text(changed.read_text("utf-8") + "# наше\n", "utf-8")
    assert write(folder) == 2
    assert changed.read_text("utf-8").endswith("# наше\n")


def test_an_exemption_without_a_document_gives_no_ground() -> None:
    unproved = replace(FREE, exemptions=(replace(FREE.exemptions[0], document=""),))
    grounds = [row["ground"] for row in rows(table(ADM, FREE, unproved))]
    assert grounds[-2:] == [FREE.exemptions[0].ground, None]

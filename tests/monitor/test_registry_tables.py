"""Spreadsheets: the workbook of an office, CSV, the ЦУР table, and files of strangers."""

from __future__ import annotations

import csv
import socket
import time
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from monitor.registry import RegistryError, load, to_toml
from monitor.registry.imports import import_table
from monitor.registry.sheets import sheets
from monitor.registry.tables import grids
from monitor.registry.workbook import export, template
from tests.monitor.test_registry import EVERYTHING, TODAY

CUR_TITLES = (
    "Уровень",
    "Учредитель",
    "Наименование подведомственной организации",
    "Официальная страница не ведется на основании",
    "ОГРН",
    "Сфера 1",
    "Статус",
    "ID госпаблика",
    "Ссылка на госпаблик ВК",
    "Подключение к компоненту «Госпаблики» (да/нет)",
    "Госметка (да/нет)",
    "Оформление (%)",
)
SCHOOL_ROW = (
    "муниципальный",
    "Администрация города",
    "МКОУ СОШ № 1",
    "",
    "1027000000004",
    "Образование",
    "активная",
    "123",
    "https://vk.com/Kedr_School1",
    "да",
    "да",
    "100",
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Our workbook with the whole registry in it."""
    path = tmp_path / "реестр.xlsx"
    export(load(EVERYTHING, today=TODAY), path)
    return path


def put(book: Path, sheet: str, title: str, value: object, row: int = 2) -> None:
    workbook = load_workbook(book)
    page = workbook[sheet]
    column = [cell.value for cell in page[1]].index(title) + 1
    page.cell(row, column).value = value  # type: ignore[assignment]
    workbook.save(book)


def told(path: Path) -> list[str]:
    with pytest.raises(RegistryError) as raised:
        import_table(path, today=TODAY)
    return [str(fault).removeprefix(f"{path}: ") for fault in raised.value.faults]


def as_csv(path: Path, *rows: Sequence[str], encoding: str = "utf-8-sig", by: str = ";") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=by).writerows(rows)
    return path


def first(text: str) -> dict[str, Any]:
    return dict(tomllib.loads(text)["institution"][0])


# --- the workbook -------------------------------------------------------------------------------


def test_a_registry_survives_the_workbook(book: Path) -> None:
    text = import_table(book, today=TODAY)
    assert text == to_toml(load(EVERYTHING, today=TODAY))


def test_the_template_has_headed_sheets_with_notes_and_lists(tmp_path: Path) -> None:
    template(tmp_path / "бланк.xlsx")
    page = load_workbook(tmp_path / "бланк.xlsx")["Учреждения"]
    assert page["A1"].comment is not None
    assert page.freeze_panes == "B2"
    assert page["H2"].number_format == "@"
    assert len(page.data_validations.dataValidation) == 4


def test_the_template_has_a_sheet_for_every_table(tmp_path: Path) -> None:
    template(tmp_path / "бланк.xlsx")
    titles = load_workbook(tmp_path / "бланк.xlsx").sheetnames
    assert ["Как заполнять", *(sheet.title for sheet in sheets()), "Списки"] == titles


def test_every_row_of_the_template_has_a_height(tmp_path: Path) -> None:
    template(tmp_path / "бланк.xlsx")
    for page in load_workbook(tmp_path / "бланк.xlsx"):
        filled = [row[0].row for row in page.iter_rows() if any(cell.value for cell in row)]
        assert all(page.row_dimensions[row].height for row in filled)


def test_a_line_of_help_that_wraps_is_as_high_as_its_lines(tmp_path: Path) -> None:
    template(tmp_path / "бланк.xlsx")
    page = load_workbook(tmp_path / "бланк.xlsx")["Как заполнять"]
    assert page.row_dimensions[2].height == 30


def test_something_stands_where_the_lists_end_so_that_libreoffice_keeps_them(
    tmp_path: Path,
) -> None:
    template(tmp_path / "бланк.xlsx")
    page = load_workbook(tmp_path / "бланк.xlsx")["Учреждения"]
    last = {str(rule.sqref).rpartition(":")[2][1:] for rule in page.data_validations.dataValidation}
    assert last == {str(page.max_row)}
    assert page.cell(page.max_row, 1).comment


def test_the_sample_rows_are_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "бланк.xlsx"
    template(path)
    assert told(path)[0].startswith("лист «Муниципалитет», строка 2: лист не заполнен")


def test_a_changed_sample_row_is_not_lost_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "бланк.xlsx"
    template(path)
    put(path, "Муниципалитет", "Название", "Город Кедровый")
    assert "«ОБРАЗЕЦ: primer» не годится" in told(path)[0]


def test_a_fault_names_sheet_row_and_column(book: Path) -> None:
    put(book, "Учреждения", "ОГРН", "1027000000005", row=3)
    assert told(book)[0].startswith("лист «Учреждения», строка 3, столбец «ОГРН»: ОГРН")


def test_all_cells_at_fault_are_told_at_once(book: Path) -> None:
    put(book, "Учреждения", "Вид", "шкода", row=3)
    put(book, "Лица", "Вход через ЕСИА", "вчера")
    put(book, "События", "Код учреждения", "school-2")
    put(book, "Подтверждения", "Кто подтвердил", None)
    assert [line.partition(": ")[0] for line in told(book)] == [
        "лист «Лица», строка 2, столбец «Вход через ЕСИА»",
        "лист «Подтверждения», строка 2, столбец «Кто подтвердил»",
        "лист «События», строка 2, столбец «Код учреждения»",
        "лист «Учреждения», строка 3, столбец «Вид»",
    ]


def test_a_formula_is_told_and_not_computed(book: Path) -> None:
    put(book, "Учреждения", "Полное наименование", '=HYPERLINK("http://evil.example")')
    assert "формула" in told(book)[0]


def test_an_exported_formula_stays_text(tmp_path: Path) -> None:
    municipality = load(EVERYTHING, today=TODAY)
    school = replace(municipality.institutions[1], name="=1+1", popular_names=("a;b",))
    odd = replace(municipality, institutions=(municipality.institutions[0], school))
    export(odd, tmp_path / "odd.xlsx")
    assert import_table(tmp_path / "odd.xlsx", today=TODAY) == to_toml(odd)


def test_a_number_that_excel_made_of_an_ogrn_is_understood(book: Path) -> None:
    put(book, "Учреждения", "ОГРН", 1027000000004, row=3)
    assert 'ogrn = "1027000000004"' in import_table(book, today=TODAY)


def test_an_unknown_column_is_told(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["Страницы"]["B1"] = "Адрес страници"
    workbook.save(book)
    assert any("Возможно, «Адрес страницы»" in line for line in told(book))


# --- CSV ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "by"), [("utf-8-sig", ","), ("windows-1251", ";")])
def test_a_sheet_of_institutions_may_be_csv(tmp_path: Path, encoding: str, by: str) -> None:
    path = as_csv(
        tmp_path / "list.csv",
        ("Код", "Полное наименование", "Вид", "Адреса страниц", "Создано"),
        ("school-1", "Школа № 1", "школа", "vk.com/club1\nok.ru/group/2", "01.09.2010"),
        encoding=encoding,
        by=by,
    )
    school = first(import_table(path, municipality="k", name="К", timezone="UTC"))
    assert [page["url"] for page in school["page"]] == [
        "https://vk.com/club1",
        "https://ok.ru/group/2",
    ]
    assert (school["kind"], school["from"]) == ("school", date(2010, 9, 1))


def test_a_fault_of_csv_names_row_and_column(tmp_path: Path) -> None:
    header = ("Код", "Полное наименование", "Вид")
    path = as_csv(tmp_path / "list.csv", header, ("school-1", "Школа", "шкода"))
    assert told(path)[0].startswith("строка 2, столбец «Вид»: «шкода» нет в списке")


def test_a_table_that_does_not_say_whose_it_is_asks_for_it(tmp_path: Path) -> None:
    header = ("Код", "Полное наименование", "Вид")
    path = as_csv(tmp_path / "list.csv", header, ("school-1", "Школа", "школа"))
    assert import_table(path).startswith("# В таблице не сказано, чья она")
    assert import_table(path, municipality="k", name="К").startswith("[municipality]\nid =")


# --- the ЦУР table ------------------------------------------------------------------------------


def cur(tmp_path: Path, *rows: Sequence[str]) -> dict[str, Any]:
    path = as_csv(tmp_path / "цур_2026-11-01.csv", CUR_TITLES, *rows, encoding="windows-1251")
    return first(import_table(path, today=TODAY))


def changed(**said: str) -> tuple[str, ...]:
    places = {"ground": 3, "ogrn": 4, "link": 8, "gospabliki": 9, "mark": 10}
    row = list(SCHOOL_ROW)
    for word, value in said.items():
        row[places[word]] = value
    return tuple(row)


def test_a_row_of_the_cur_table_is_an_institution(tmp_path: Path) -> None:
    school = cur(tmp_path, SCHOOL_ROW)
    assert (school["ogrn"], school["kind"]) == ("1027000000004", "school")
    assert school["page"] == [{"url": "https://vk.com/kedr_school1", "known_id": "123"}]


def test_the_cur_table_attests_gospabliki_as_of_its_date(tmp_path: Path) -> None:
    attested = cur(tmp_path, changed(gospabliki="нет"))["attestation"]
    assert [(one["kind"], one["value"]) for one in attested] == [
        ("gospabliki", False),
        ("gos_mark", True),
    ]
    assert attested[0]["stated_on"] == date(2026, 11, 1)
    assert attested[0]["source"] == "cur_table"


def test_a_missing_mark_in_the_cur_table_accuses_nobody(tmp_path: Path) -> None:
    attested = cur(tmp_path, changed(mark="нет", gospabliki="-")).get("attestation", [])
    assert attested == []


def test_a_ground_in_the_cur_table_is_an_exemption_without_approval(tmp_path: Path) -> None:
    school = cur(tmp_path, changed(ground="решение учредителя", link="", gospabliki=""))
    assert school["exemption"] == [{"ground": "решение учредителя"}]


def test_two_rows_of_one_ogrn_are_one_institution(tmp_path: Path) -> None:
    school = cur(tmp_path, SCHOOL_ROW, changed(link="https://vk.com/club9"))
    assert len(school["page"]) == 2


def test_a_cur_workbook_with_a_title_above_its_header_is_known(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    for row in (["Мониторинг госпабликов"], CUR_TITLES, [*map(str, range(1, 13))], SCHOOL_ROW):
        page.append(list(row))
    book.save(tmp_path / "cur.xlsx")
    assert first(import_table(tmp_path / "cur.xlsx"))["name"] == "МКОУ СОШ № 1"


def test_a_bad_ogrn_of_the_cur_table_names_its_cell(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "cur.csv", CUR_TITLES, changed(ogrn="1027000000005"))
    assert told(path)[0].startswith("строка 2, столбец «ОГРН»: ОГРН «1027000000005» неверен")


# --- files of strangers -------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(21):
            packed.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 10_000_000)
    assert "в распакованном виде" in told(tmp_path / "bomb.xlsx")[0]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    "part",
    [LAUGHS.encode(), f"<!--{' ' * 9_000}-->{LAUGHS}".encode(), LAUGHS.encode("utf-16")],
)
def test_xml_with_entities_is_refused(tmp_path: Path, part: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", part)
    assert "DOCTYPE" in told(tmp_path / "odd.xlsx")[0]


def part_replaced(book: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(book) as packed:
        parts = {one: packed.read(one) for one in packed.namelist()}
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
        for one, kept in (parts | {name: content}).items():
            packed.writestr(one, kept)


def test_a_sheet_of_a_million_rows_is_refused_at_the_limit(book: Path) -> None:
    head = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    rows = b"<row r='1048576'><c r='A1048576'><v>1</v></c></row>"  # all above it are empty
    part_replaced(book, "xl/worksheets/sheet2.xml", head + rows + b"</sheetData></worksheet>")
    begun = time.process_time()
    assert "строк больше 50000" in told(book)[0]
    assert time.process_time() - begun < 30  # it stops at the limit; the rest stays packed


def test_a_link_to_another_file_is_not_followed(book: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/book.xlsx"
        link = f'<externalLink><externalBook id="1" target="{address}"/></externalLink>'
        part_replaced(book, "xl/externalLinks/externalLink1.xml", link.encode())
        put(book, "Учреждения", "Полное наименование", f"='{address}[book.xlsx]Лист1'!A1")
        assert "формула" in told(book)[0]
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_text("Код;Вид\n" + "a;b\n" * 50_001, "utf-8")
    assert "строк больше 50000" in told(tmp_path / "long.csv")[0]


@pytest.mark.parametrize("line", ["a;" * 201, '"a";' * 201, "=1;" * 201])
def test_too_many_columns_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "wide.csv").write_text(f"Код;Вид\n{line}\n", "utf-8")
    assert "столбцов больше 200" in told(tmp_path / "wide.csv")[0]


def test_a_line_of_nothing_but_separators_has_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("Код;Вид\n" + ";" * 1_000_000 + "\na;b\n", "utf-8")
    assert [cells for _, cells in grids(path)[0].rows] == [("Код", "Вид"), ("a", "b")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x00\x01", b"\xd0\xcf\x11\xe0"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.xlsx").write_bytes(content)
    assert len(told(tmp_path / "odd.xlsx")) == 1


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "huge.csv").write_bytes(b"a" * 20_000_001)
    assert "больше 20 МБ" in told(tmp_path / "huge.csv")[0]

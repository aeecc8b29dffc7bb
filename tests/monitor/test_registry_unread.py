"""What of a table was not read is told: nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from monitor.commands.registry import import_table as import_command
from monitor.registry.faults import RegistryFault
from monitor.registry.imports import import_table, import_tables
from tests.monitor.test_registry import TODAY
from tests.monitor.test_registry_books import PAGE, SCHOOL, TITLES, csv, sheet_of, told
from tests.monitor.test_registry_books import book as cur_book
from tests.monitor.test_registry_tables import book

__all__ = ["book"]  # a fixture: the whole registry as our workbook

TABLE = "Код;Полное наименование;Вид;Адреса страниц\n"


def changed(path: Path, change: Callable[[Workbook], object]) -> Path:
    workbook = load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def warned(path: Path) -> list[str]:
    heard: list[RegistryFault] = []
    import_table(path, today=TODAY, warn=heard.append)
    return [str(one).removeprefix(f"{path}: ") for one in heard]


def with_sheet(title: str, *rows: tuple[str, ...]) -> Callable[[Workbook], object]:
    def add(workbook: Workbook) -> None:
        page = workbook.create_sheet(title)
        for row in rows:
            page.append(row)

    return add


def test_an_import_tells_which_sheet_it_did_not_read(book: Path) -> None:
    changed(book, with_sheet("Страницы (2)", ("school-1", PAGE)))
    assert warned(book)[0].startswith("лист «Страницы (2)», строка 1: предупреждение: лист")


def test_the_command_prints_what_was_not_read(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(book, with_sheet("Лист1", ("заметка",)))
    import_command(book, book.with_suffix(".toml"), municipality=None, name=None, timezone="UTC")
    assert "лист «Лист1» не из бланка" in capsys.readouterr().err


def test_a_value_behind_the_last_title_is_a_fault(tmp_path: Path) -> None:
    row = "school-1;Школа;школа;https://vk.com/club1;https://vk.com/club2\n"
    assert told(csv(tmp_path, TABLE + row))[0].startswith(
        "строка 2, столбец «E»: над «https://vk.com/club2» нет заголовка"
    )


def test_separators_without_values_are_no_fault(tmp_path: Path) -> None:
    assert import_table(csv(tmp_path, TABLE + "school-1;Школа;школа;;;;\n"), today=TODAY)


def test_a_column_that_stands_twice_is_called_so(tmp_path: Path) -> None:
    table = "Код;Полное наименование;Вид;Вид\nschool-1;Школа;школа;школа\n"
    assert "столбец «Вид» стоит на листе дважды" in told(csv(tmp_path, table))[0]


def test_a_column_of_the_cur_table_that_is_not_read_is_told(tmp_path: Path) -> None:
    path = cur_book(tmp_path, (*SCHOOL, PAGE, "https://ok.ru/group/1"))
    changed(path, lambda workbook: sheet_of(workbook).cell(1, 4, "Ссылка на ОК"))
    assert "столбец «Ссылка на ОК»" in warned(path)[0]


def test_a_second_column_of_pages_is_told(tmp_path: Path) -> None:
    path = cur_book(tmp_path, (*SCHOOL, PAGE, "https://vk.com/club2"))
    changed(path, lambda workbook: sheet_of(workbook).cell(1, 4, f"{TITLES[2]} (филиал)"))
    assert "второй такой в таблице" in warned(path)[0]


def test_a_page_without_a_title_above_it_is_told(tmp_path: Path) -> None:
    path = cur_book(tmp_path, (*SCHOOL, PAGE, None, "https://vk.com/club2"))
    assert "строка 2, столбец «E»: предупреждение: над «https://vk.com/club2»" in warned(path)[0]


def test_a_second_table_in_the_book_is_a_fault(tmp_path: Path) -> None:
    path = changed(cur_book(tmp_path, (*SCHOOL, PAGE)), with_sheet("Культура", TITLES, SCHOOL))
    assert "вторая таблица ЦУР в книге" in told(path)[0]


def test_a_legend_beside_the_cur_table_is_told(tmp_path: Path) -> None:
    path = changed(cur_book(tmp_path, (*SCHOOL, PAGE)), with_sheet("Легенда", ("да — есть",)))
    assert "лист «Легенда» не прочитан" in warned(path)[0]


def test_a_region_hears_once_what_was_not_read(tmp_path: Path) -> None:
    path = tmp_path / "region_2026-11-01.xlsx"
    workbook = Workbook()
    for row in (
        ("Муниципалитет", *TITLES, "Ссылка на ОК"),
        ("Северный", *SCHOOL, PAGE),
        ("Южный", "1027000000015", "Музей", None),
    ):
        sheet_of(workbook).append(row)
    with_sheet("Легенда", ("да — есть",))(workbook)
    workbook.save(path)
    heard: dict[RegistryFault, None] = {}
    import_tables(path, today=TODAY, warn=heard.setdefault)
    assert len(heard) == 2


def test_of_two_numbers_the_address_counts_and_the_other_is_told(tmp_path: Path) -> None:
    path = cur_book(tmp_path, (*SCHOOL, "https://vk.com/club8", "9"))
    changed(path, lambda workbook: sheet_of(workbook).cell(1, 4, "ID госпаблика"))
    assert "номер «9» — не той страницы, что в адресе" in warned(path)[0]
    assert "known_id" not in import_table(path, today=TODAY)

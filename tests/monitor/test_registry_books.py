"""Tables as offices really save them: odd workbooks, links, merged cells, text in any shape."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from monitor.registry import RegistryError, load
from monitor.registry.imports import import_table
from monitor.registry.workbook import export
from tests.monitor.test_registry import EVERYTHING, TODAY
from tests.monitor.test_registry_tables import CUR_TITLES, SCHOOL_ROW, put, told

PAGE = "https://vk.com/kedr_school1"
SHEET = "xl/worksheets/sheet1.xml"
OFFICE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
TITLES = ("ОГРН", "Наименование подведомственной организации", "Ссылка на госпаблик ВК")
MUSEUM = ("1027000000015", "Музей")
SCHOOL = ("1027000000004", "МКОУ СОШ № 1")


def with_page(shown: object, *, row: Sequence[str] = SCHOOL) -> tuple[object, ...]:
    return (*row, shown)


def book(folder: Path, *rows: Sequence[object]) -> Path:
    """A table of a ЦУР of three columns."""
    path = folder / "cur_2026-11-01.xlsx"
    workbook = Workbook()
    page = sheet_of(workbook)
    for row in (TITLES, *rows):
        page.append(row)
    workbook.save(path)
    return path


def sheet_of(workbook: Workbook) -> Worksheet:
    page = workbook.active
    assert isinstance(page, Worksheet)
    return page


def changed(path: Path, change: Callable[[Worksheet], object]) -> Path:
    workbook = load_workbook(path)
    change(sheet_of(workbook))
    workbook.save(path)
    return path


def repacked(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The same file with its parts changed by hand."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def replaced(name: str, pattern: str, by: str) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        text = re.sub(pattern, lambda _: by, parts[name].decode(), count=1, flags=re.DOTALL)
        assert text != parts[name].decode()
        parts[name] = text.encode()

    return change


def read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(import_table(path, today=TODAY))["institution"]
    return found


def pages(path: Path) -> list[str]:
    return [page["url"] for one in read(path) for page in one.get("page", ())]


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "cur_2026-11-01.csv"
    path.write_bytes(text.encode(encoding))
    return path


# --- parts that nobody needs --------------------------------------------------------------------


def strict(parts: dict[str, bytes]) -> None:
    for name, content in parts.items():
        kept = content.replace(OFFICE.encode(), STRICT.encode()).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        parts[name] = kept


def prefixed(parts: dict[str, bytes]) -> None:
    text = re.sub(r"<(/?)(\w)", r"<\1x:\2", parts[SHEET].decode())
    parts[SHEET] = text.replace("xmlns=", "xmlns:x=", 1).encode()


def without_places(parts: dict[str, bytes]) -> None:
    parts[SHEET] = re.sub(rb'(<(?:row|c)) r="\w+"', rb"\1", parts[SHEET])


def backslashed(parts: dict[str, bytes]) -> None:
    for name in list(parts):
        parts[name.replace("/", "\\")] = parts.pop(name)


def end(part: str, whole: str) -> Callable[[dict[str, bytes]], object]:
    """`part` is added at the end of the element `whole` of the sheet."""
    return replaced(SHEET, f"</{whole}>", f"{part}</{whole}>")


def after_rows(part: str) -> Callable[[dict[str, bytes]], object]:
    return replaced(SHEET, "</sheetData>", f"</sheetData>{part}")


def part(name: str, content: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda parts: parts.update({name: content})


RULE = '<dataValidations count="x"><dataValidation type="любой" sqref="?"/></dataValidations>'
FORMAT = '<conditionalFormatting sqref="Ж"><cfRule type="?"/></conditionalFormatting>'
AREA = '<definedName name="_xlnm.Print_Area" localSheetId="9">#REF!</definedName>'
VIEW = '<sheetViews><sheetView view="книга"/></sheetViews>'
ODD = {
    "an empty fill": replaced("xl/styles.xml", r"<fills.*</fills>", "<fills><fill/></fills>"),
    "a broken style sheet": part("xl/styles.xml", b"<styleSheet><"),
    "no style sheet": lambda parts: parts.pop("xl/styles.xml"),
    "a broken theme": part("xl/theme/theme1.xml", b"\x00"),
    "a colour that is none": replaced("xl/styles.xml", "<font>", '<font><color rgb="красный"/>'),
    "broken properties": part("docProps/core.xml", b"<a"),
    "a date of change that is none": replaced("docProps/core.xml", r"\d{4}-\d\d-\d\dT", "вчера"),
    "a name of a range that is gone": replaced(
        "xl/workbook.xml", "</sheets>", f"</sheets><definedNames>{AREA}</definedNames>"
    ),
    "a rule of an unknown kind": after_rows(RULE),
    "a filter and a format of no range": after_rows(f'<autoFilter ref=""/>{FORMAT}'),
    "a view of another kind": replaced(SHEET, "<sheetViews>.*</sheetViews>", VIEW),
    "a drawing that is gone": end('<drawing xmlns:r="urn:r" r:id="rId77"/>', "worksheet"),
    "a picture with a DOCTYPE": part("xl/media/image1.svg", b"<!DOCTYPE svg><svg/>"),
    "a broken pivot table": part("xl/pivotTables/pivotTable1.xml", b"<"),
    "no list of contents": lambda parts: parts.pop("[Content_Types].xml"),
    "the strict form": strict,
    "names with a prefix": prefixed,
    "cells without their places": without_places,
    "backslashes in names of parts": backslashed,
    "a wrong size": replaced(SHEET, r'<dimension ref="[^"]*"', '<dimension ref="A1"'),
}


@pytest.mark.parametrize("odd", ODD)
def test_no_part_that_holds_no_value_refuses_the_table(tmp_path: Path, odd: str) -> None:
    path = repacked(book(tmp_path, with_page(PAGE)), ODD[odd])
    assert [(one["ogrn"], one["name"]) for one in read(path)] == [SCHOOL]
    assert pages(path) == [PAGE]


def test_a_date_is_read_though_a_style_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    export(load(EVERYTHING, today=TODAY), path)
    whole = import_table(path, today=TODAY)
    repacked(path, replaced("xl/styles.xml", r"<fills.*</fills>", "<fills><fill/></fills>"))
    assert import_table(path, today=TODAY) == whole


READING = '<rPh sb="0" eb="1"><t>чтение</t></rPh>'


def shared(parts: dict[str, bytes]) -> None:
    """Texts by number, as Excel keeps them, and in runs with their reading, as it may."""
    texts: list[str] = []

    def number(cell: re.Match[str]) -> str:
        text = unescape(cell[1])
        runs = f"<r><t>{text[:2]}</t></r><r><rPr/><t>{text[2:]}</t></r>"
        texts.append(f"<si>{runs}{READING}</si>")
        return f't="s"><v>{len(texts) - 1}</v>'

    sheet = parts[SHEET].decode()
    parts[SHEET] = re.sub(r't="inlineStr"><is><t>([^<]*)</t></is>', number, sheet).encode()
    parts["xl/Strings.xml"] = f'<sst xmlns="{OFFICE}">{"".join(texts)}</sst>'.encode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    named = f'<Relationship Type="{kind}" Target="strings.xml" Id="rId9"/></Relationships>'
    replaced("xl/_rels/workbook.xml.rels", "</Relationships>", named)(parts)


def test_texts_that_are_kept_by_number_are_read_whole(tmp_path: Path) -> None:
    path = repacked(book(tmp_path, with_page(PAGE)), shared)
    assert (read(path)[0]["name"], pages(path)) == (SCHOOL[1], [PAGE])


@pytest.mark.parametrize("broken", ["xl/workbook.xml", SHEET, "xl/Strings.xml"])
def test_a_broken_part_that_holds_values_is_named(tmp_path: Path, broken: str) -> None:
    path = repacked(book(tmp_path, with_page(PAGE)), shared)
    assert "повреждена" in told(repacked(path, part(broken, b"<a>")))[0]


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["VK", "ссылка", "Страница школы", "kedr_school1", "ВКонтакте"])
def test_a_cell_is_read_by_where_it_leads(tmp_path: Path, shown: str) -> None:
    path = changed(
        book(tmp_path, with_page(shown)), lambda page: setattr(page["C2"], "hyperlink", PAGE)
    )
    assert pages(path) == [PAGE]


@pytest.mark.parametrize(
    "shown", ["vk.com/kedr_school1", "https://m.vk.com/KEDR_school1/", "https://vk.ru/kedr_school1"]
)
def test_an_address_and_its_link_may_be_written_differently(tmp_path: Path, shown: str) -> None:
    path = changed(
        book(tmp_path, with_page(shown)), lambda page: setattr(page["C2"], "hyperlink", PAGE)
    )
    assert pages(path) == [PAGE]


def test_a_link_to_another_page_than_the_text_names_is_told(tmp_path: Path) -> None:
    path = changed(
        book(tmp_path, with_page("https://vk.com/club9")),
        lambda page: setattr(page["C2"], "hyperlink", PAGE),
    )
    assert told(path)[0].startswith(
        "лист «Sheet», строка 2, столбец «Ссылка на госпаблик ВК»: "
        f"написано «https://vk.com/club9», а ссылка в ячейке ведёт на «{PAGE}»"
    )


def test_a_link_over_several_cells_is_the_link_of_each(tmp_path: Path) -> None:
    path = book(tmp_path, with_page("VK"), with_page("страница", row=MUSEUM), (None, None, None))
    link = f'<hyperlinks><hyperlink ref="C2:C9" location="{PAGE}"/></hyperlinks>'
    assert pages(repacked(path, after_rows(link))) == [PAGE, PAGE]


@pytest.mark.parametrize("link", ["#Sheet!A1", "mailto:a@example.org", "file:///C:/a.doc", "a.doc"])
def test_a_link_that_leads_to_no_page_leaves_the_text(tmp_path: Path, link: str) -> None:
    path = changed(
        book(tmp_path, with_page(PAGE)), lambda page: setattr(page["C2"], "hyperlink", link)
    )
    assert pages(path) == [PAGE]


@pytest.mark.parametrize("formula", ['=HYPERLINK("{}","VK")', '=hyperlink( "{}" )'])
def test_a_formula_that_is_a_link_is_its_address(tmp_path: Path, formula: str) -> None:
    assert pages(book(tmp_path, with_page(formula.format(PAGE)))) == [PAGE]


def test_a_link_that_is_computed_is_a_formula(tmp_path: Path) -> None:
    assert "формула" in told(book(tmp_path, with_page('=HYPERLINK("https://"&A1)')))[0]


@pytest.mark.parametrize("separator", ";,")
def test_a_formula_that_is_a_link_is_read_in_csv_too(tmp_path: Path, separator: str) -> None:
    cell = f'"=ГИПЕРССЫЛКА(""{PAGE}"";""VK"")"'
    text = "\n".join([separator.join(TITLES), separator.join((*SCHOOL, cell))])
    assert pages(csv(tmp_path, text)) == [PAGE]


@pytest.mark.parametrize("word", ["VK", "Ok", "vkontakte", "link", "ссылка", "ВК", "Школа № 1"])
def test_a_word_without_a_link_is_no_page(tmp_path: Path, word: str) -> None:
    assert f"«{word}» — слово, а не адрес" in told(book(tmp_path, with_page(word)))[0]


@pytest.mark.parametrize(
    ("title", "shown", "link", "key", "expected"),
    [
        ("Сайт", "сайт школы", "https://school.example/", "site", "https://school.example"),
        ("Сайт", "school.example", "http://www.school.example/", "site", "http://school.example"),
        ("Электронная почта", "почта", "mailto:a@example.org?x=1", "emails", ["a@example.org"]),
        ("Полное наименование", "Школа", "https://school.example/", "name", "Школа"),
    ],
)  # fmt: skip
def test_a_link_counts_in_columns_of_addresses_only(
    tmp_path: Path, title: str, shown: str, link: str, key: str, expected: object
) -> None:
    path = tmp_path / "book.xlsx"
    export(load(EVERYTHING, today=TODAY), path)
    put(path, "Учреждения", title, shown)
    workbook = load_workbook(path)
    page = workbook["Учреждения"]
    column = [cell.value for cell in page[1]].index(title) + 1
    page.cell(2, column).hyperlink = link
    workbook.save(path)
    assert read(path)[0][key] == expected


# --- merged cells -------------------------------------------------------------------------------


def test_a_name_merged_over_two_rows_has_the_pages_of_both(tmp_path: Path) -> None:
    path = book(tmp_path, with_page(PAGE), (None, None, "https://vk.com/club2"))
    changed(path, lambda page: page.merge_cells("A2:A3") or page.merge_cells("B2:B3"))
    assert len(read(path)) == 1
    assert pages(path) == [PAGE, "https://vk.com/club2"]


@pytest.mark.parametrize("area", ["A2:A3", "B2:B3"])
def test_name_or_number_alone_may_be_merged(tmp_path: Path, area: str) -> None:
    path = book(tmp_path, with_page(PAGE), (None, None, "https://vk.com/club2"))
    assert pages(changed(path, lambda page: page.merge_cells(area))) == [
        PAGE,
        "https://vk.com/club2",
    ]


def test_a_page_in_a_row_without_a_name_is_told(tmp_path: Path) -> None:
    path = book(tmp_path, with_page(PAGE), (None, None, "https://vk.com/club2"))
    assert told(path)[0].startswith(
        "лист «Sheet», строка 3, столбец «Наименование подведомственной организации»: "
        "в строке есть страница или ОГРН, а наименования нет"
    )


def test_a_remark_below_the_table_is_no_institution(tmp_path: Path) -> None:
    path = csv(tmp_path, f"{';'.join(('Уровень', *TITLES))}\nм;{';'.join(SCHOOL)};{PAGE}\nИтого: 1")
    assert pages(path) == [PAGE]


def hidden(parts: dict[str, bytes]) -> None:
    """Two rows merged by hand, as other programs do: what was below stays in the file."""
    merge = '</sheetData><mergeCells><mergeCell ref="C2:C3"/></mergeCells>'
    replaced(SHEET, "</sheetData>", merge)(parts)


def test_a_value_hidden_beneath_a_merged_cell_is_nobodys(tmp_path: Path) -> None:
    path = book(tmp_path, with_page("-"), with_page("https://vk.com/club2", row=MUSEUM))
    assert pages(repacked(path, hidden)) == []


def test_a_header_of_two_merged_rows_is_one(tmp_path: Path) -> None:
    path = book(tmp_path, (None, None, None), with_page(PAGE))

    def merge(page: Worksheet) -> None:
        for column in "ABC":
            page.merge_cells(f"{column}1:{column}2")

    assert pages(changed(path, merge)) == [PAGE]


def test_a_title_over_a_part_of_the_header_leaves_the_columns(tmp_path: Path) -> None:
    path = book(tmp_path, (None, None, TITLES[2], "ID госпаблика"), (*with_page(PAGE), "5"))

    def merge(page: Worksheet) -> None:
        page["C1"] = "Госпаблик"
        for area in ("A1:A2", "B1:B2", "C1:D1"):
            page.merge_cells(area)

    assert read(changed(path, merge))[0]["page"] == [{"url": PAGE, "known_id": "5"}]


def test_a_page_merged_over_two_institutions_is_the_page_of_both(tmp_path: Path) -> None:
    path = book(tmp_path, with_page(PAGE), with_page(None, row=MUSEUM))
    changed(path, lambda page: page.merge_cells("C2:C3"))
    assert pages(path) == [PAGE, PAGE]


# --- text in any shape --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Сведения о страницах, на 01.11.2026\n{0}\n{1}",
        "Отчёт; ноябрь; 2026, город Кедровый, область\n\n{0}\n{1}",
        "sep=;\n{0}\n{1}",
        "{0}\n{1}",
    ],
)
@pytest.mark.parametrize("encoding", ["windows-1251", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_csv_is_read_whatever_stands_above_its_header(
    tmp_path: Path, text: str, encoding: str
) -> None:
    rows = (";".join((*TITLES, "Оформление (%)")), ";".join((*SCHOOL, PAGE, "99,5")))
    assert pages(csv(tmp_path, text.format(*rows), encoding)) == [PAGE]


@pytest.mark.parametrize("separator", ";,\t|")
def test_addresses_with_commas_do_not_decide_the_separator(tmp_path: Path, separator: str) -> None:
    header = separator.join(("Код", "Полное наименование", "Вид", "Почтовый адрес"))
    address = '"636615, Томская область, г. Кедровый, 1-й мкр., д. 61"'
    rows = [separator.join((f"school-{n}", "Школа", "школа", address)) for n in range(30)]
    found = read(csv(tmp_path, "\n".join(["Список, всего 30, город", header, *rows])))
    assert (len(found), found[0]["address"]) == (30, address.strip('"'))


def test_a_number_that_is_kept_from_rounding_is_a_number(tmp_path: Path) -> None:
    text = f'{";".join(TITLES)}\n"=""{SCHOOL[0]}""";{SCHOOL[1]};{PAGE}'
    assert read(csv(tmp_path, text))[0]["ogrn"] == SCHOOL[0]


@pytest.mark.parametrize(
    ("name", "reason"), [("content.xml", ".ods"), ("xl/workbook.bin", ".xlsb")]
)
def test_another_kind_of_book_is_refused_by_its_name(
    tmp_path: Path, name: str, reason: str
) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as packed:
        packed.writestr(name, b"")
        named = f'<Relationship Type="{kind}" Target="{name}" Id="a"/>'
        packed.writestr("_rels/.rels", f"<Relationships>{named}</Relationships>")
    assert reason in told(tmp_path / "odd.xlsx")[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_excel_is_read(tmp_path: Path, encoding: str) -> None:
    text = "\r\n".join(["\t".join(TITLES), "\t".join((*SCHOOL, PAGE))])
    assert pages(csv(tmp_path, text, encoding)) == [PAGE]


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_row(tmp_path: Path) -> None:
    rows = [f'{number};"{name};{PAGE}' for number, name in (SCHOOL, MUSEUM)]
    assert "открыта кавычка" in told(csv(tmp_path, "\n".join([";".join(TITLES), *rows])))[0]


def test_quotation_marks_within_a_name_stay(tmp_path: Path) -> None:
    text = f'{";".join(TITLES)}\n{SCHOOL[0]};МКОУ "Школа";{PAGE}\n{MUSEUM[0]};"Музей" города;'
    assert read(csv(tmp_path, text))[0]["name"] == 'МКОУ "Школа"'


@pytest.mark.parametrize(
    ("written", "urls"),
    [
        (f"{PAGE}_x000D_", [PAGE]),
        (f"{PAGE}_x000d_\n", [PAGE]),
        (f"_x0009_{PAGE}_x200B_", [PAGE]),
        (f"{PAGE}_x000D_\nhttps://vk.com/club2", [PAGE, "https://vk.com/club2"]),
        (f"{PAGE}\r\nhttps://vk.com/club2", [PAGE, "https://vk.com/club2"]),
        (f"{PAGE}\rhttps://vk.com/club2", [PAGE, "https://vk.com/club2"]),
        (f"{PAGE}; https://vk.com/club2", [PAGE, "https://vk.com/club2"]),
        (f"{PAGE}_x000D_\nhttps://vk.com/club2; -", [PAGE, "https://vk.com/club2"]),
    ],
)
@pytest.mark.parametrize("as_csv", [False, True])
def test_a_carriage_return_ends_a_line(
    tmp_path: Path, written: str, urls: list[str], as_csv: bool
) -> None:
    text = f'{";".join(TITLES)}\n{";".join(SCHOOL)};"{written}"'
    path = csv(tmp_path, text) if as_csv else book(tmp_path, with_page(written))
    assert pages(path) == urls


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Школа_x005F_x000D_1", "Школа_x000D_1"),
        ("_x041C_узей", "Музей"),
        ("Школа _xD83C__xDFEB_", "Школа 🏫"),
        ("Школа_x000B_№ 1", "Школа № 1"),
        ("МКОУ_x000D_\nШкола № 1", "МКОУ Школа № 1"),
        (normalize("NFD", "Музей"), "Музей"),
        ("Му\u00adзей\u200b", "Музей"),
    ],
)
def test_a_name_is_read_as_excel_shows_it(tmp_path: Path, written: str, name: str) -> None:
    assert read(book(tmp_path, with_page(PAGE, row=(SCHOOL[0], written))))[0]["name"] == name


def test_several_pages_of_a_cell_share_no_attestation(tmp_path: Path) -> None:
    row = list(SCHOOL_ROW)
    row[8] = f"{PAGE}\nhttps://vk.com/club2"
    path = tmp_path / "cur_2026-11-01.xlsx"
    workbook = Workbook()
    sheet_of(workbook).append(CUR_TITLES)
    sheet_of(workbook).append(row)
    workbook.save(path)
    school = read(path)[0]
    assert "attestation" not in school
    assert all("known_id" not in page for page in school["page"])


# --- cells that say nothing ---------------------------------------------------------------------

NOTHING = ("-", "—", "–", " - ", "---", "н/д", "Н/Д.", "нет", "Нет.", "отсутствует", "не указан")


@pytest.mark.parametrize("said", NOTHING)
def test_a_cell_of_the_cur_table_that_says_nothing_is_empty(tmp_path: Path, said: str) -> None:
    school = read(book(tmp_path, with_page(said)))[0]
    assert (school["name"], school.get("page"), school.get("no_page")) == (SCHOOL[1], None, None)


@pytest.mark.parametrize("said", NOTHING)
@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Сайт", "site"),
        ("Электронная почта", "emails"),
        ("Телефоны", "phones"),
        ("Почтовый адрес", "address"),
        ("ОГРН", "ogrn"),
        ("Создано", "from"),
        ("Категория страницы", "category"),
        ("Адреса страниц", "page"),
    ],
)
def test_a_cell_that_says_nothing_is_empty(tmp_path: Path, title: str, key: str, said: str) -> None:
    """«Нет» in the column of sites is no confirmation that there is none: `no_site` says that."""
    path = of_own(tmp_path, {title: said})
    one = read(path)[0]
    assert {key, "no_site", "no_email", "no_page"} & one.keys() == set()


def of_own(folder: Path, said: dict[str, object]) -> Path:
    """Our sheet of institutions with one school."""
    path = folder / "own.xlsx"
    workbook = Workbook()
    row = {"Код": "school-1", "Полное наименование": "Школа", "Вид": "школа"} | said
    sheet_of(workbook).title = "Учреждения"
    sheet_of(workbook).append(list(row))
    sheet_of(workbook).append(list(row.values()))
    workbook.save(path)
    return path


@pytest.mark.parametrize("said", ["-", "нет", "отсутствует"])
def test_a_cell_that_must_be_filled_is_told_as_empty(tmp_path: Path, said: str) -> None:
    assert told(of_own(tmp_path, {"Полное наименование": said}))[0].startswith(
        "лист «Учреждения», строка 2, столбец «Полное наименование»: ячейка пуста"
    )


@pytest.mark.parametrize("said", ["есть", "отсутствует", "имеется"])
@pytest.mark.parametrize("title", ["Сайта нет", "Почты нет"])
def test_an_absence_is_confirmed_by_yes_alone(tmp_path: Path, title: str, said: str) -> None:
    assert (
        f"столбец «{title}»: «{said}» можно понять двояко"
        in told(of_own(tmp_path, {title: said}))[0]
    )


@pytest.mark.parametrize(
    ("said", "expected"), [("да", True), ("нет", None), ("-", None), (None, None)]
)
def test_only_yes_says_that_there_is_no_site(
    tmp_path: Path, said: str | None, expected: bool | None
) -> None:
    assert read(of_own(tmp_path, {"Сайта нет": said}))[0].get("no_site") is expected


def test_a_title_above_our_own_columns_is_passed_over(tmp_path: Path) -> None:
    path = of_own(tmp_path, {"Сайт": "https://school.example"})
    changed(path, lambda page: page.insert_rows(1) or setattr(page["A1"], "value", "Список"))
    assert read(path)[0]["site"] == "https://school.example"


def test_a_site_of_mixed_letters_is_told(tmp_path: Path) -> None:
    assert "смешаны" in told(of_own(tmp_path, {"Сайт": "wwwДневник.ru"}))[0]


def test_a_refusal_of_a_row_names_the_sheet(tmp_path: Path) -> None:
    path = book(tmp_path, with_page(PAGE))
    changed(path, lambda page: setattr(page.cell(7, 300), "value", "x"))
    with pytest.raises(RegistryError, match="лист «Sheet», строка 7: столбцов больше 200"):
        import_table(path, today=TODAY)


@pytest.mark.parametrize("said", ["-", "отсутствует", "н/д"])
def test_what_is_no_answer_attests_nothing(tmp_path: Path, said: str) -> None:
    path = tmp_path / "cur_2026-11-01.csv"
    row = [*SCHOOL_ROW[:9], said, said, ""]
    path.write_text(f"{';'.join(CUR_TITLES)}\n{';'.join(row)}", "utf-8")
    assert "attestation" not in read(path)[0]


def test_an_exported_text_that_looks_like_an_escape_stays_as_it_is(tmp_path: Path) -> None:
    town = load(EVERYTHING, today=TODAY)
    school = replace(town.institutions[1], name="Школа_x000D_1")
    odd = replace(town, institutions=(town.institutions[0], school))
    export(odd, tmp_path / "odd.xlsx")
    assert read(tmp_path / "odd.xlsx")[1]["name"] == "Школа_x000D_1"


@pytest.mark.parametrize(
    ("area", "urls"), [("XFA2:XFD9", [PAGE]), ("C3:C2", [PAGE, PAGE]), ("?", [PAGE]), ("", [PAGE])]
)
def test_an_odd_area_of_merged_cells_is_no_trap(tmp_path: Path, area: str, urls: list[str]) -> None:
    path = book(tmp_path, with_page(PAGE), with_page(None, row=MUSEUM))
    merge = f'<mergeCells><mergeCell ref="{area}"/></mergeCells>'
    assert pages(repacked(path, after_rows(merge))) == urls

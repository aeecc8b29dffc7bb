"""The report as PDF: real WeasyPrint, read back with another library."""

from __future__ import annotations

import io
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DictionaryObject

from collectors.errors import WRONG_INPUT
from reports.formats.pdf import FORMAT, drawn, printed_html, town_page
from reports.model import FormatError, Report
from reports.templating import asset
from reports.towns import by_town
from rules.model import Outcome
from tests.cast import ADMINISTRATION as ADM
from tests.cast import SCHOOL
from tests.reports.test_region import of_towns
from tests.reports.town import (
    HOSTILE,
    HOSTILE_NAME,
    REPORT,
    SCHOOL_FINDINGS,
    TWO_TOWNS,
    big_report,
)


@pytest.fixture(scope="module")
def content() -> bytes:
    return FORMAT.render(REPORT).main


@pytest.fixture(scope="module")
def pages(content: bytes) -> list[str]:
    return texts(content)


def texts(content: bytes) -> list[str]:
    """Of every page, with one space where lines end."""
    return [" ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(content)).pages]


def fonts(content: bytes) -> Iterator[DictionaryObject]:
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            yield font.get_object()["/DescendantFonts"][0].get_object()


def plain(content: bytes) -> bytes:
    """With no object hidden in a compressed stream."""
    out = io.BytesIO()
    PdfWriter(clone_from=io.BytesIO(content)).write(out)
    return out.getvalue()


def test_the_first_page_says_how_it_stands_and_whom_to_call(pages: list[str]) -> None:
    for said in ("Город Кедровый", "Выполняют", "кому звонить", "Музей кедра", "Что изменилось"):
        assert said in pages[0]


def test_the_matrix_is_a_page_of_its_own_with_every_institution(pages: list[str]) -> None:
    (matrix,) = [one for one in pages if "Кто что выполняет" in one]
    assert "кому звонить" not in matrix
    assert all((one.short_name or one.name) in matrix for one in REPORT.institutions)


def test_what_is_to_be_done_is_told_for_every_finding(pages: list[str]) -> None:
    told = " ".join(pages)
    for finding in REPORT.findings:
        if finding.remedy:
            assert finding.remedy in told


def test_every_page_is_numbered_and_says_whose_it_is(pages: list[str]) -> None:
    for number, one in enumerate(pages, 1):
        assert f"{number} из {len(pages)}" in one
        assert "Город Кедровый · " in one


def test_a_small_town_fits_a_few_sheets(pages: list[str]) -> None:
    assert 3 <= len(pages) <= 5


def test_every_font_is_embedded(content: bytes) -> None:
    embedded = [
        {"/FontFile2", "/FontFile3"} & set(one["/FontDescriptor"]) for one in fonts(content)
    ]  # type: ignore[arg-type]
    assert embedded
    assert all(embedded)


def test_the_same_report_gives_the_same_bytes(content: bytes) -> None:
    assert FORMAT.render(REPORT).main == content


def test_a_region_is_printed_without_its_cards() -> None:
    page = printed_html(big_report(61, pages=1))
    assert "Что сделать: по учреждениям" not in page
    assert page.count("<tr>") >= 61


def test_markup_stays_text_and_no_script_or_link_gets_in() -> None:
    content = FORMAT.render(HOSTILE).main
    assert HOSTILE_NAME in " ".join(texts(content))
    assert b"/MediaBox" in plain(content)
    assert not re.findall(rb"/JavaScript|/JS\b|/URI|/Launch|/EmbeddedFile", plain(content))


@pytest.mark.parametrize(
    "page",
    [
        "<img src='http://127.0.0.1:{port}/a.png'>",
        "<link rel=stylesheet href='http://127.0.0.1:{port}/a.css'>",
        "<p style='background: url(http://127.0.0.1:{port}/b.png)'>x</p>",
    ],
)
def test_nothing_is_fetched_from_outside(page: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        drawn(page.format(port=server.getsockname()[1]))
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_file_of_the_machine_is_attached() -> None:
    page = "<link rel=attachment href='file:///etc/hostname'><p>x"
    assert b"/EmbeddedFile" not in plain(drawn(page))


def test_without_the_library_the_operator_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(FormatError) as refused:
        FORMAT.render(REPORT)
    lines = refused.value.lines
    assert refused.value.status == WRONG_INPUT
    assert any("apt-get install libpango" in line for line in lines)
    assert any("pip install weasyprint" in line for line in lines)


def is_wide(page: PageObject) -> bool:
    return page.mediabox.width > page.mediabox.height


def sheets_of(content: bytes) -> list[tuple[str, bool]]:
    """The text of every page, and whether it lies on its side."""
    pages = PdfReader(io.BytesIO(content)).pages
    return list(zip(texts(content), map(is_wide, pages), strict=True))


@pytest.mark.parametrize("report", [REPORT, TWO_TOWNS])
def test_what_follows_the_wide_matrix_begins_an_upright_sheet(report: Report) -> None:
    sheets = sheets_of(FORMAT.render(report).main)
    matrices = [text for text, is_wide in sheets if is_wide]
    assert matrices
    for text in matrices:
        assert "Кто что выполняет" in text
        assert "Что сделать: по учреждениям" not in text


def test_a_matrix_of_several_sheets_lies_on_its_side_whole_and_alone() -> None:
    bodies = [replace(SCHOOL, id=f"s{n}", short_name=f"Школа имени {n}") for n in range(60)]
    asked = [f for f in SCHOOL_FINDINGS if f.outcome is Outcome.REVIEW]
    found = [replace(f, institution=one.id) for one in bodies for f in asked]
    report = replace(REPORT, institutions=tuple(bodies), findings=tuple(found))
    sheets = [is_wide for _, is_wide in sheets_of(FORMAT.render(report).main)]
    assert sum(sheets) > 1
    first = sheets.index(True)
    assert sheets == [first <= place < first + sum(sheets) for place in range(len(sheets))]


def test_a_name_of_nine_thousand_signs_takes_no_sheet_of_its_own() -> None:
    long = replace(SCHOOL, short_name="Школа имени героя " * 500)
    content = FORMAT.render(replace(REPORT, institutions=(ADM, long))).main
    assert len(texts(content)) <= 5
    assert "Школа имени героя" in " ".join(texts(content))


def test_a_region_is_a_file_a_municipality_and_a_page_that_names_them() -> None:
    region = of_towns(big_report(61, pages=1), 2)
    rendered = FORMAT.render(region)
    beside = {name: " ".join(texts(content)) for name, content in rendered.beside}
    assert list(beside) == ["audit-000017-pdf/t0.pdf", "audit-000017-pdf/t1.pdf"]
    main = " ".join(texts(rendered.main))
    assert "audit-000017-pdf" in main
    assert all(f"{town.id}.pdf" in main for town in region.municipalities)
    assert "МКОУ СОШ № 1 " in beside["audit-000017-pdf/t1.pdf"]
    assert "МКОУ СОШ № 1 " not in beside["audit-000017-pdf/t0.pdf"]


def test_a_municipality_s_file_says_that_what_was_read_is_counted_together() -> None:
    region = of_towns(big_report(61, pages=1), 2)
    _, second = by_town(region)
    page = town_page(region, second)
    assert "Проверка неполная (по всем муниципалитетам вместе)" in page


@pytest.mark.parametrize("tag", ["p", "tr"])
def test_no_sheet_has_one_line(tag: str) -> None:
    """However many lines the first part or a table has."""
    lasts = []
    for number in range(56, 64) if tag == "p" else range(46, 54):
        lines = "".join(f"<{tag}>{'<td>' if tag == 'tr' else ''}строка" for _ in range(number))
        body = (
            f"<table><tbody>{lines}</table>" if tag == "tr" else f"<div class=first>{lines}</div>"
        )
        pages = texts(drawn(f"<style>{asset('print.css')}</style>{body}"))
        lasts.append(pages[-1].count("строка") if len(pages) > 1 else 0)
    assert any(lasts)
    assert not {1, 2, 3} & set(lasts)

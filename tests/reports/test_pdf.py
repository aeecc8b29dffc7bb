"""The report as PDF: real WeasyPrint, read back with another library."""

from __future__ import annotations

import io
import re
import socket
import sys
from collections.abc import Iterator

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject

from monitor.faults import WRONG_INPUT, told
from reports.formats.pdf import FORMAT, as_page, drawn
from reports.model import FormatError
from tests.reports.town import HOSTILE, HOSTILE_NAME, REPORT, big_report


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
    for said in ("Город Кедровый", "Выполняют", "Кому звонить", "Музей кедра", "Что изменилось"):
        assert said in pages[0]


def test_the_matrix_is_a_page_of_its_own_with_every_institution(pages: list[str]) -> None:
    (matrix,) = [one for one in pages if "Кто что выполняет" in one]
    assert "Кому звонить" not in matrix
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
    page = as_page(big_report(61, pages=1))
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
    status, lines = told(refused.value)
    assert status == WRONG_INPUT
    assert any("apt-get install libpango" in line for line in lines)
    assert any("pip install weasyprint" in line for line in lines)

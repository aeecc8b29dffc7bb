"""What may come with an answer, by what it is; what a scanner of the office's own says of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

import pytest

from monitor.desk.model import RefusedPageError, Upload
from monitor.desk.scanning import check_clean
from monitor.desk.uploads import accept_uploads, kind_of
from tests.monitor.desk.files import (
    JPEG,
    PAGE_AS_PDF,
    PDF,
    POLYGLOT,
    SHEET,
    WORD,
    bomb,
    office,
    packed,
    png,
    relation,
)


def names(*files: tuple[str, bytes]) -> list[str]:
    return [one.name for one in accept_uploads([Upload(name=n, content=c) for n, c in files], 10)]


def refusal(*files: tuple[str, bytes], most: int = 10) -> str:
    with pytest.raises(RefusedPageError) as refused:
        accept_uploads([Upload(name=name, content=content) for name, content in files], most)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (POLYGLOT, "pdf"),
        (JPEG, "jpg"),
        (png(), "png"),
        (office(), "docx"),
        (office(first="word/document.xml"), "docx"),
        (office(**{"word/_rels/document.xml.rels": relation("hyperlink", "External")}), "docx"),
        (office(**{"word/_rels/document.xml.rels": relation("image")}), "docx"),
    ],
)
def test_a_file_is_what_stands_in_it(content: bytes, kind: str) -> None:
    found = kind_of(content)
    assert found
    assert found.ending == kind


@pytest.mark.parametrize(
    "content",
    [
        PAGE_AS_PDF,
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"MZ\x90\x00" + b"\0" * 200,
        b"\x7fELF" + b"\0" * 200,
        "Директор подтверждает".encode(),
        office(SHEET),
        office(**{"word/vbaProject.bin": b"macro"}),
        office(
            f'{WORD}"/><Override PartName="/a" ContentType="application/vnd.ms-office.vbaProject'
        ),
        office(f'{WORD}"/>{" " * 1_000_000}<Override PartName="/a" ContentType="x'),
        office(f'{WORD}"/><Override PartName="/a" ContentType="application/x.ole&#79;bject'),
        office(**{"word/_rels/settings.xml.rels": relation("attachedTemplate", "External")}),
        office(**{"word/_rels/document.xml.rels": relation("image", "&#69;xternal")}),
        office(**{"word/_rels/document.xml.rels": relation("oleObject")}),
        office(**{"word/_rels/document.xml.rels": relation("oleObject").decode().encode("utf-16")}),
        office(**{"word/_rels/document.xml.rels": b"<!DOCTYPE a []>" + relation("image")}),
        office(**{"word/_rels/document.xml.rels": b"<Relationships>"}),
        packed(**{"a.txt": "x"}),
        packed(**{"[Content_Types].xml": "no such kind"}),
        office()[:-30],
        b"PK\x03\x04" + b"\0" * 100,
        bomb(),
    ],
)
def test_what_is_none_of_the_four_is_refused(content: bytes) -> None:
    assert kind_of(content) is None
    assert "«справка.pdf»" in refusal(("справка.pdf", content))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("справка № 3.pdf", "справка № 3.pdf"),
        ("scan.exe", "scan.exe.pdf"),
        ("справка.PDF", "справка.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Секретарь\\скан.pdf", "скан.pdf"),
        ("a\r\nX-Head: 1.pdf", "a X-Head: 1.pdf"),
        ("cod\u202efdp.exe", "codfdp.exe.pdf"),
        ("..pdf", "pdf.pdf"),
        ("", "файл 1.pdf"),
        ("д" * 400 + ".pdf", "д" * 146 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_and_says_the_kind(sent: str, kept: str) -> None:
    assert names((sent, PDF)) == [kept]


def test_a_jpeg_keeps_the_ending_that_a_camera_gave_it() -> None:
    assert names(("снимок.jpeg", JPEG), ("x.jpg", JPEG)) == ["снимок.jpeg", "x.jpg"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([("a.pdf", PDF)] * 6, "не больше 5 файлов"),
        ([("a.pdf", PDF + b"0" * 1_000_000)], "больше 1 МБ"),
        ([("a.pdf", b"")], "файл пуст"),
        ([("снимок.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")], "HEIC"),
        ([("a.docx", office(**{"word/vbaProject.bin": b"macro"}))], "Сохраните его в PDF"),
        ([("a.zip", packed(**{"a.txt": "x"}))], "это архив"),
    ],
)
def test_a_refusal_says_what_to_do(files: Sequence[tuple[str, bytes]], told: str) -> None:
    assert told in refusal(*files, most=1)


def test_all_faults_are_told_at_once() -> None:
    assert len(refusal(("a.pdf", b""), ("b.pdf", b"text"), ("c.pdf", PDF)).splitlines()) == 2


# --- a scanner ----------------------------------------------------------------------------------


FILE = Upload(name="справка.pdf", content=PDF)


def scanned(*command: str, seconds: float = 60) -> str:
    try:
        check_clean(command, [FILE], seconds)
    except RefusedPageError as error:
        return str(error)
    return ""


def test_without_a_scanner_everything_passes() -> None:
    assert scanned() == ""


def test_what_the_scanner_is_content_with_passes() -> None:
    grep = shutil.which("grep")
    assert grep
    assert scanned(grep, "-q", "%PDF") == ""


def test_what_the_scanner_ends_otherwise_on_is_refused() -> None:
    assert "не прошёл проверку на вирусы" in scanned(sys.executable, "-c", "raise SystemExit(1)")


def test_a_scanner_that_is_not_there_lets_nothing_pass() -> None:
    assert "не работает" in scanned("/no/such/scanner")


def test_a_scanner_learns_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VK_TOKENS", "secret")
    assert scanned(sys.executable, "-c", "import os; exit('VK_TOKENS' in os.environ)") == ""

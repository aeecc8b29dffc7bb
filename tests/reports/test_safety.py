"""Whatever was read from a page or a registry stays text, in every format that is installed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from reports.formats import installed
from reports.formats.csv import DANGEROUS
from reports.templating import asset, is_safe
from tests.cast import SCHOOL, SCHOOL_VK
from tests.reports.test_notices import CREATED
from tests.reports.test_notices import report as noticed
from tests.reports.town import HOSTILE, HOSTILE_NAME

TRAP = "<img src=x onerror=alert(1)>\r\nBcc: all@example.org"
VILE_SCHOOL = replace(
    SCHOOL,
    name=f"=1+1 {TRAP}",
    short_name=f"{HOSTILE_NAME}\x1b[2J\r\nBcc: all@example.org",
    phones=("8 (38250) 3-55-46\r\nBcc: all@example.org",),
    emails=("school@example.org\r\nBcc: all@example.org", "<script>x</script>@example.org"),
    address=TRAP,
    site="javascript:alert(1)",
    pages=(replace(SCHOOL_VK, address="javascript:alert(2)"),),
    events=(replace(CREATED, page="javascript:alert(3)"),),
)
NOTICED = noticed(CREATED, on="2026-06-01")
VILE = replace(
    HOSTILE,
    institutions=(HOSTILE.institutions[0], VILE_SCHOOL),
    acts=(*HOSTILE.acts, *NOTICED.acts),
)
VILE_NOTICES = replace(NOTICED, institutions=(VILE_SCHOOL,))


def check_html(content: bytes) -> None:
    page = BeautifulSoup(content, "lxml")
    assert {one.get_text() for one in page.select("script")} <= {str(asset("report.js"))}
    assert not page.select("img, iframe, object, embed, form")
    assert not [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    links = [str(one["href"]) for one in page.select("a[href]")]
    assert all(one.startswith("#") or is_safe(one) for one in links)


def check_text(content: bytes) -> None:
    text = content.decode()
    assert not re.findall(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029\u202e]", text)
    assert not re.findall(r"(?m)^Bcc:", text)


def check_csv(content: bytes) -> None:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert not [one for one in cells if re.search(r"[\r\n\t]", one) or one[:1] in DANGEROUS]


def check_xlsx(content: bytes) -> None:
    sheets = load_workbook(io.BytesIO(content)).worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert not [one for one in cells if one.data_type == "f"]
    linked = [one.hyperlink.target for one in cells if one.hyperlink and one.hyperlink.target]
    assert all(is_safe(one) for one in linked)


def check_pdf(content: bytes) -> None:
    assert content.startswith(b"%PDF")  # what is in it is looked at in test_pdf.py


def check_json(content: bytes) -> None:
    assert len(json.loads(content)["institutions"]) == len(VILE.institutions)


CHECKS: dict[str, Callable[[bytes], None]] = {
    "html": check_html,
    "txt": check_text,
    "csv": check_csv,
    "xlsx": check_xlsx,
    "json": check_json,
    "pdf": check_pdf,
}


@pytest.mark.parametrize("slug", sorted(installed()))
def test_what_was_read_stays_text_in_every_format(slug: str) -> None:
    one = installed()[slug]
    report = VILE_NOTICES if slug.startswith("notices") else VILE
    CHECKS[one.suffix.rpartition(".")[2]](one.render(report).main)


@pytest.mark.parametrize("slug", ["html", "text", "letter", "letter-text", "csv"])
def test_the_hostile_name_is_shown_and_not_dropped(slug: str) -> None:
    content = installed()[slug].render(VILE).main.decode("utf-8-sig")
    is_html = installed()[slug].suffix.endswith("html")
    shown = BeautifulSoup(content, "lxml").get_text() if is_html else content
    assert "alert(" in shown
    assert "<script>" in shown

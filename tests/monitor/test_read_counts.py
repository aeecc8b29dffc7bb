"""What was read is one count, whoever tells it, in a run in which not all was."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from monitor.application import opened
from monitor.reporting.stored import report_of
from monitor.sandbox import Community, Fault, Token, World, serve
from monitor.service.metrics import metrics_text
from reports.building import build
from reports.formats import html, text, xlsx
from reports.formats.json import as_json
from reports.mail import digest
from reports.model import Report
from reports.templating import render
from reports.weekly import weekly_letter
from tests.cast import NOW
from tests.collectors.vk import CONTROL, FREE, posts
from tests.monitor.pipeline import Town, school

DUE, READ = 31, 28
# thirty pages and a site: one wall spoils `execute`, one page is null in its list, the site is ill


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, str]]:
    """The report, and what Prometheus is told."""
    walls = [
        Community(id=1000 + at, name=f"Школа № {at}", description="Школа", posts=posts(20))
        for at in range(30)
    ]
    spoilt = Fault(kind="status", code=500, method="execute", about='"owner_id":-1007,', times=None)
    untold = Fault(kind="null_item", method="groups.getById", about="1011", times=None)
    world = World(
        communities=(CONTROL, *walls),
        tokens=(Token(value="vk1.a.Key"),),
        faults=(spoilt, untold),
        clock=NOW,
        limits=FREE,
        control_pages=("https://vk.com/control",),
    )
    schools = [school(at, f"https://vk.com/club{1000 + at}") for at in range(30)]
    schools[0]["site"] = "http://127.0.0.1:9/"
    with serve(world) as sandbox:
        town = Town(tmp_path_factory.mktemp("town"), sandbox, schools)
        done = town.audit().audit
        with opened(town.settings(), lambda: NOW) as application:
            yield report_of(application, done), metrics_text(application.engine)


def plain(page: str) -> str:
    return " ".join(BeautifulSoup(page, "lxml").get_text(" ").split())


READERS = {
    "terminal": text.summary,
    "page": lambda report: plain(html.FORMAT.render(report).main.decode()),
    "paper": lambda report: plain(render("print.html.j2", {"view": build(report)})),
    "mail": lambda report: plain(digest(report).html),
    "mail as text": lambda report: digest(report).text,
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_is_told_the_same_count(night: tuple[Report, str], reader: str) -> None:
    told = READERS[reader](night[0])
    assert set(re.findall(r"прочитано (\d+) из\s+(\d+)", told)) == {(str(READ), str(DUE))}


def test_the_json_counts_the_same(night: tuple[Report, str]) -> None:
    told = as_json(night[0])["audit"]["collection"]
    assert (told["pages"], told["read"], told["unread"]) == (DUE, READ, DUE - READ)
    assert told["reasons"] == {"connection": 1, "malformed": 1, "server_error": 1}


def test_the_table_counts_the_same(night: tuple[Report, str]) -> None:
    sheets = load_workbook(io.BytesIO(xlsx.FORMAT.render(night[0]).main))
    rows = dict(row[:2] for sheet in sheets for row in sheet.values if len(row) >= 2)
    told = (rows["Адресов полагалось прочитать"], rows["Прочитано"], rows["Не прочитано"])
    assert told == (DUE, READ, DUE - READ)


def test_the_letter_of_the_week_counts_the_same(night: tuple[Report, str]) -> None:
    told = " ".join(weekly_letter(night[0], None, 1).text.split())
    assert f"не удалось прочитать {DUE - READ} из {DUE} " in told


def test_the_metrics_count_the_same(night: tuple[Report, str]) -> None:
    counts = re.findall(r'dozor_pages\{reason="\w*",state="(\w+)"\} (\d+)', night[1])
    assert sum(int(count) for state, count in counts if state == "read") == READ
    assert sum(int(count) for state, count in counts if state == "unread") == DUE - READ

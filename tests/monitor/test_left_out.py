"""An institution that breaks a format or a letter is shown as unjudged, and all others stand."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from collectors.barrier import Fault, watched
from monitor.application import Application, opened
from monitor.commands.report import report as report_command
from monitor.reporting.mending import mended
from monitor.reporting.stored import chosen_audit, pieces, report_of, write
from monitor.sandbox import Community, Post, Token, World, serve
from monitor.service.nights import Service, night
from monitor.storage import outbox
from reports.model import Audit, Report
from tests.cast import EVIDENCE, NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.pipeline import Town, school
from tests.monitor.sandboxes import FREE

SICK, NAME = "school-2", "Школа № 2"
WORLD = World(
    communities=tuple(
        Community(
            id=number, name=f"Школа № {number}", posts=(Post(id=1, published_at=NOW, text="а"),)
        )
        for number in (1, 2, 3)
    ),
    tokens=(Token(value="vk1.a.left-out"),),
    clock=NOW,
    limits=FREE,
)
MAIL = {
    "recipients": ["deputy@example.org"],
    "cur": ["cur@example.org"],
    "operator": "operator@example.org",
    "sender": "dozor@example.org",
    "institutions": True,
}


def body(number: int) -> Mapping[str, Any]:
    made = school(number, f"https://vk.com/club{number}", no_site=True)
    return {**made, "short_name": f"Школа № {number}", "emails": [f"s{number}@example.org"]}


@dataclass(frozen=True)
class Night:
    """A night whose second school's findings nobody can read back."""

    town: Town
    report: Report
    sound: Report
    box: Mailbox

    def written(self, slug: str, folder: Path) -> tuple[bytes, list[Fault]]:
        path = folder / slug
        with watched() as faults:
            write(self.report, slug, path)
        return path.read_bytes(), faults

    def as_before(self, slug: str) -> bytes:
        return b"".join(pieces(self.sound, slug))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("town")
    with serve(WORLD) as sandbox, Mailbox().listening() as box:
        mail = {**MAIL, "port": box.port}
        town = Town(folder, sandbox, [body(number) for number in (1, 2, 3)], {"mail": mail})
        town.audit()
        with opened(town.settings(), lambda: NOW) as application:
            found = report_of(application, chosen_audit(application, None))
            settling = dict(found.settling)  # read before anything is spoilt, like the findings
            sound = replace(found, findings=tuple(found.findings), settling=settling)
            write_once(application, found.audit)
            spoil(town, b"no body")
            yield Night(town, report_of(application, found.audit), sound, box)


def write_once(application: Application, audit: Audit) -> None:
    """An institution has been written to: nobody has to say yes any more."""
    row = outbox.queue(
        application.engine, audit, role="institution:town/gone", recipient="gone@example.org",
        subject="", body=b"", at=NOW,
    )  # fmt: skip
    outbox.mark(application.engine, row.id or 0, state="sent", sent_at=NOW)


def spoil(town: Town, body: bytes) -> None:
    with closing(sqlite3.connect(town.folder / "var/dozor.db")) as database, database:
        database.execute("UPDATE judgement SET body = ? WHERE institution = ?", (body, SICK))


def in_json(written: bytes) -> Mapping[str, Any]:
    return {one["id"]: one for one in json.loads(written)["institutions"]}


def test_json_says_of_it_that_nothing_is_known(town: Night, tmp_path: Path) -> None:
    written, _ = town.written("json", tmp_path)
    told = in_json(written)[SICK]
    assert told["standing"] == "unjudged"
    assert {one["outcome"] for one in told["findings"]} == {"unknown"}


def test_json_says_of_the_others_what_it_said(town: Night, tmp_path: Path) -> None:
    was, now = in_json(town.as_before("json")), in_json(town.written("json", tmp_path)[0])
    assert {id: one for id, one in now.items() if id != SICK} == {
        id: one for id, one in was.items() if id != SICK
    }


def rows(written: bytes) -> list[list[str]]:
    return [
        row
        for row in csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";")
        if SICK not in row
    ]


def test_the_lines_of_the_others_stand_in_csv(town: Night, tmp_path: Path) -> None:
    assert rows(town.written("csv", tmp_path)[0]) == rows(town.as_before("csv"))


def test_the_workbook_has_the_others_and_says_of_whom_it_has_nothing(
    town: Night, tmp_path: Path
) -> None:
    sheets = load_workbook(io.BytesIO(town.written("xlsx", tmp_path)[0]))
    cells = [str(cell) for sheet in sheets for row in sheet.values for cell in row if cell]
    assert any("ошиблась" in cell and NAME in cell for cell in cells)
    assert {"school-1", "school-3"} <= set(cells)


@pytest.mark.parametrize("slug", ["html", "text"])
def test_a_page_names_it_and_is_made(town: Night, tmp_path: Path, slug: str) -> None:
    written, faults = town.written(slug, tmp_path)
    assert f"хотя проверены (1): {NAME}" in " ".join(written.decode().split())
    assert [(one.kind, one.place) for one in faults] == [("left_out", f"town/{SICK}, {slug}")]


def test_the_table_of_the_cur_has_a_line_for_everybody(town: Night, tmp_path: Path) -> None:
    (sheet,) = load_workbook(io.BytesIO(town.written("cur", tmp_path)[0]))
    assert [f"Школа № {number}" in str([*sheet.values][number]) for number in (1, 2, 3)] == [
        True
    ] * 3


def test_what_goes_into_a_pipe_is_whole(town: Night) -> None:
    assert set(in_json(b"".join(pieces(town.report, "json")))) == {"school-1", SICK, "school-3"}


def test_the_command_tells_it_and_ends_with_status_3(
    town: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town.town.settings()
    status = report_command(town.town.folder / "config.toml", None, "json", tmp_path / "x", None)
    assert status == 3
    assert f"несудимым или не вошло (town/{SICK}, json)" in capsys.readouterr().err


@pytest.fixture(scope="module")
def letters(town: Night) -> Mapping[str, EmailMessage]:
    """What goes out of a night that tells of it, by recipient."""
    night(Service(town.town.settings(), lambda: NOW))
    return {one["To"].addresses[0].addr_spec: one for one in town.box.messages}


def text_of(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content()  # type: ignore[union-attr, no-any-return]


def test_letters_to_all_others_go(letters: Mapping[str, EmailMessage]) -> None:
    others = {"deputy", "cur", "operator", "s1", "s3"}
    assert set(letters) == {f"{one}@example.org" for one in others}


def test_the_deputy_is_told_of_whom_nothing_is_shown(letters: Mapping[str, EmailMessage]) -> None:
    assert NAME in text_of(letters["deputy@example.org"])


@pytest.mark.parametrize(
    "line",
    [
        f"письмо (town/{SICK})",
        *(f"(town/{SICK}, {one})" for one in ("html", "json", "deputy", "cur")),
    ],
)
def test_the_operator_is_told_what_it_broke(letters: Mapping[str, EmailMessage], line: str) -> None:
    assert line in text_of(letters["operator@example.org"])


# --- without a stored row: what else may break ------------------------------------------------


def with_odd(report: Report) -> Report:
    """One whose evidence is of a moment that no calendar of Tomsk has."""
    last = datetime.max.replace(tzinfo=UTC)
    seen = replace(EVIDENCE, fetched_at=last)
    return replace(
        report,
        findings=tuple(
            replace(one, evidence=(seen,)) if one.institution == SICK else one
            for one in report.findings
        ),
    )


def test_a_card_that_breaks_says_so_and_keeps_no_other(town: Night, tmp_path: Path) -> None:
    with watched() as faults:
        write(with_odd(town.sound), "html", tmp_path / "x")
    assert {(one.kind, one.place) for one in faults} == {("card", f"town/{SICK}")}
    told = " ".join((tmp_path / "x").read_text("utf-8").split())
    assert told.count("Карточку не удалось составить") == 1


def broken_by(*names: str) -> Callable[[Report], str]:
    """A format that chokes on these as long as anything was found of them."""

    def make(report: Report) -> str:
        judged = {one.institution for one in report.findings if one.outcome != "unknown"}
        if met := judged & {*names}:
            raise KeyError(*met)
        return ", ".join(one.id for one in report.institutions)

    return make


@pytest.mark.parametrize("sick", [("school-1",), ("school-1", "school-3")])
def test_whoever_is_to_blame_is_found(town: Night, sick: tuple[str, ...]) -> None:
    with watched() as faults:
        assert mended(town.sound, "trial", broken_by(*sick)) == "school-1, school-2, school-3"
    assert [one.place for one in faults] == [f"town/{name}, trial" for name in sick]


def test_a_format_that_breaks_by_itself_accuses_nobody(town: Night) -> None:
    def make(_: Report) -> None:
        raise ZeroDivisionError

    with watched() as faults, pytest.raises(ZeroDivisionError):
        mended(town.sound, "trial", make)
    assert not faults

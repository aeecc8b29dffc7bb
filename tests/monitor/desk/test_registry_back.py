"""A table that was taken from the desk and comes back unchanged changes nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from collectors.text import normalised
from monitor.application import Application
from monitor.cases.answers import accept, answer
from monitor.cases.recording import record
from monitor.desk.ground import Desk
from monitor.desk.model import File, Upload
from monitor.desk.registry.drafts import TableDraft
from monitor.desk.registry.tables import draft_of, told_in
from monitor.registry.amending import UnusualFileError, rewritten
from monitor.registry.amending.beside import beside, recognised
from monitor.registry.declaration import AttestationKind, EventKind
from monitor.registry.faults import RegistryError
from monitor.registry.files import load_text
from monitor.registry.workbook import export
from rules.cases.model import InstitutionAnswer
from rules.model import Attestation, Event, Institution, Municipality, Waiver
from tests.cast import NOW
from tests.monitor.desk.asking import PETROVA, ask_of
from tests.monitor.desk.asks import given as asked

EVERYTHING = Path(__file__).parents[1] / "registry" / "valid" / "everything.toml"
TODAY = NOW.date()
SIGNS = "аЯё«»\"'=+-@;,.№ 0127/\\#\u00a0й\n\t"
TEXTS = st.text(SIGNS, min_size=1, max_size=12)
STATED: dict[str, Any] = {"stated_by": "директор", "stated_on": TODAY, "document": "приказ № 5"}


@pytest.mark.parametrize("mode", ["whole", "beside"])
def test_what_the_database_knows_is_no_news_to_it(application: Application, mode: str) -> None:
    everything_said(application)
    assert back(application, mode).changes == []


@pytest.mark.parametrize("mode", ["whole", "beside"])
def test_what_is_new_in_it_is_told_alone(application: Application, mode: str) -> None:
    everything_said(application)
    (change,) = back(application, mode, signed="заведующая").changes
    assert "добавлено" in change.text


def everything_said(application: Application) -> None:
    """One statement of each kind that a table has, and an answer that was accepted."""
    school = application.municipalities[0].institutions[0]
    for kind in get_args(AttestationKind):
        count = {"count": 1, "of": 2} if kind == "two_factor" else {}
        if kind == "finding":
            count = {"requirement": "kedrovy-2022-298/6.3", "outcome": "pass"}  # type: ignore[dict-item]
        value = None if kind == "finding" else True
        said = Attestation(kind=kind, value=value, source="database", **STATED, **count)
        record(application, school, said, by="operator")
    for kind in get_args(EventKind):
        page = school.pages[0].address
        to = {"to": "cur", "about": "page_renamed"} if kind == "notice_sent" else {}
        record(application, school, Event(kind=kind, on=TODAY, page=page, **to), by="operator")
    until = TODAY + timedelta(days=9)
    waiver = Waiver(requirement="kedrovy-2022-298/6.3", reason="ремонт", by="глава", until=until)
    record(application, school, waiver, by="operator")
    told = InstitutionAnswer(
        kind="confirms",
        by="директор",
        on=TODAY,
        requirement="kedrovy-2022-298/6.5",
        attestation=Attestation(kind="two_factor", value=True, count=2, of=2, **STATED),
    )
    number = answer(application, school, told, by="почта").recorded.number or 0
    accept(application, number, by="operator")


def back(application: Application, mode: str, signed: str = "") -> TableDraft:
    """The table as it is given out, brought back; `signed` by somebody else in one place."""
    desk = Desk(application)
    given_out = asked(desk, "/registry/town/table")
    assert isinstance(given_out, File)
    content = given_out.content
    if signed:
        content = with_another(content, signed)
    ask = ask_of(desk, "/registry/town/table", visitor=PETROVA)
    town = application.municipalities[0]
    upload = Upload(name="registry.xlsx", content=content)
    return draft_of(desk, ask, town, upload, is_whole=mode == "whole")


def with_another(content: bytes, signed: str) -> bytes:
    """The same table with one attestation more."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Подтверждения"]
    heads = [cell.value for cell in sheet[1]]
    row = [cell.value for cell in sheet[2]]
    row[heads.index("№ записи")] = None
    row[heads.index("Кто подтвердил")] = signed
    sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


# --- every field --------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@example(text="=1+1")
@example(text="007")
@example(text="нет")
@example(text="1.10")
@given(text=TEXTS)
def test_whatever_stands_in_a_text_comes_back(tmp_path_factory: Any, text: str) -> None:
    source = EVERYTHING.read_text("utf-8")
    first = load_text(normalised(source), EVERYTHING)
    try:
        source = rewritten(source, EVERYTHING, first, said_everywhere(first, text))
        town = load_text(normalised(source), EVERYTHING)
    except (RegistryError, UnusualFileError):
        assume(False)
    path = tmp_path_factory.mktemp("table") / "registry.xlsx"
    export(town, path)
    told = told_in(town, Upload(name=path.name, content=path.read_bytes()), {})
    for new in (recognised(town, told), beside(town, told)):
        assert rewritten(source, EVERYTHING, town, new) == source


def said_everywhere(town: Municipality, text: str) -> Municipality:
    return replace(
        town,
        institutions=tuple(_said(one, f"{text} {at}") for at, one in enumerate(town.institutions)),
    )


def _said(school: Institution, text: str) -> Institution:
    def documented(several: Any, *names: str) -> Any:
        return tuple(replace(it, **dict.fromkeys(names, text)) for it in several)

    return replace(
        school,
        name=text,
        short_name=text,
        address=text,
        popular_names=(text,),
        former_names=(text,),
        exemptions=documented(school.exemptions, "ground", "document"),
        persons=documented(school.persons, "post", "order"),
        attestations=documented(school.attestations, "document"),
        events=documented(school.events, "document"),
        waivers=documented(school.waivers, "reason", "by", "document"),
    )

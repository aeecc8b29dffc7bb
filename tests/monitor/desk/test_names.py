"""Names of people: a town that holds one wherever anything can be typed, walked by every role."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
import tomli_w
from openpyxl import load_workbook

from monitor.application import Application
from monitor.cases.answers import accept, reject
from monitor.cases.board import refresh
from monitor.cases.recording import record, undo
from monitor.desk.gate.visiting import SESSION
from monitor.desk.ground import Desk
from monitor.desk.model import Role
from monitor.desk.routes import ROUTES, Route
from monitor.desk.veil import veiled
from monitor.storage import accounts, aside, attachments, journal, links, orders
from monitor.storage.journal import Entry, What
from monitor.storage.orders import Kind
from rules.cases.model import Assignment, Correction, InstitutionAnswer, Telling
from rules.model import Attestation, Event, Institution, Waiver
from tests.cast import NOW
from tests.monitor.desk.asking import DEPUTY, ask_of
from tests.monitor.desk.files import PDF
from tests.monitor.desk.people import account, key_of
from tests.monitor.desk.served import Visit, application_in
from tests.monitor.desk.test_link import offered, token_for

NAME, LOGIN = "Незабудкина И. И.", "незабудкина"
STEM = "незабудкин"
ASKED = "kedrovy-2022-298/6.6"
TODAY = NOW.date()
ROLES = ("operator", "deputy", "cur", "region")


@pytest.fixture(scope="module")
def desk(lasting_office: Path) -> Iterator[Application]:
    _name_in_registry(lasting_office / "town.toml")
    with application_in(lasting_office) as found:
        _name_everywhere(found)
        yield found


def _name_in_registry(path: Path) -> None:
    told = tomllib.loads(path.read_text("utf-8"))
    one = told["institution"][0]
    one["person"] = [{"role": "filler", "post": f"секретарь {NAME}", "order": f"№ 1, {NAME}"}]
    one["attestation"] = [
        {"kind": "esia", "value": True, "stated_by": f"директор {NAME}", "stated_on": TODAY,
         "document": f"приказ, {NAME}"}
    ]  # fmt: skip
    path.write_text(tomli_w.dumps(told), "utf-8")


def _name_everywhere(desk: Application) -> None:
    """In every text that a statement, an answer, a link, an order or an entry can hold."""
    engine, one = desk.engine, desk.municipalities[0].by_id["school-1"]
    clerk = account(engine, "operator", name=LOGIN)
    for number in _answered(desk, one):
        reject(desk, number, by=LOGIN, reason=f"не то, {NAME}")
    waits, taken, *_ = (*_answered(desk, one), *_answered(desk, one))
    accept(desk, taken, by=LOGIN)
    for said in _said():
        made = record(desk, one, said, by=LOGIN)
    assert made.recorded.number
    undo(desk, made.recorded.number, by=LOGIN, reason=f"ошибка, {NAME}")
    aside.postpone(engine, f'["answer", {waits}]', TODAY + timedelta(days=3), by=LOGIN, at=NOW)
    ended = links.by_token(engine, token_for(desk, one.key))
    assert ended
    links.end(engine, ended.number, by=LOGIN, at=NOW)
    orders.put(engine, Kind.READ, one.key, {"names": [one.key]}, by=LOGIN, at=NOW, taken="")
    _noted(desk, clerk)
    refresh(desk, [one])


def _said() -> list[Waiver | Event | Assignment | Telling | Attestation]:
    many = {"by": f"глава {NAME}", "on": TODAY, "requirement": ASKED}
    return [
        Waiver(requirement=ASKED, reason=f"ждём, {NAME}", by=f"глава {NAME}",
               until=TODAY + timedelta(days=9), document=f"письмо, {NAME}"),
        Event(kind="dispute_opened", on=TODAY, requirement=ASKED, document=f"жалоба, {NAME}"),
        Assignment(**many, to=f"завхоз {NAME}", until=TODAY + timedelta(days=5)),
        Telling(**many, how=f"по телефону, {NAME}"),
        Attestation(kind="esia", value=True, stated_by=f"директор {NAME}", stated_on=TODAY,
                    document=f"приказ, {NAME}", source="database"),
    ]  # fmt: skip


def _answered(desk: Application, one: Institution) -> list[int]:
    """The numbers of two answers that wait."""
    content = PDF
    file = attachments.named(f"приказ {NAME}.pdf", content)
    told = {"by": f"секретарь {NAME}", "on": TODAY, "text": f"звонила {NAME}"}
    said = [
        InstitutionAnswer(**told, kind="disagrees", channel="link", requirement=ASKED,
                          document=f"письмо, {NAME}", attachments=(file,)),
        InstitutionAnswer(**told, kind="correct_registry", channel="link",
                          corrections=(Correction(field="person", new=NAME, old=f"он, {NAME}"),)),
    ]  # fmt: skip
    made = [record(desk, one, each, by="ссылка № 1", contents=[content]) for each in said]
    return [each.recorded.number or 0 for each in made]


def _noted(desk: Application, clerk: int) -> None:
    for what in What:
        entry = Entry(at=NOW, what=what, account=clerk, who=LOGIN, role="operator",
                      municipality="town", institution="school-1", detail=NAME)  # fmt: skip
        journal.note(desk.engine, entry)
    detail = f"{LOGIN}, оператор"
    journal.note(desk.engine, Entry(at=NOW, what=What.ACCOUNT_ADDED, account=clerk, detail=detail))


PARTS = {"town": ("town",), "institution": ("school-1",), "kind": ("csv", "xlsx"), "at": ("1",)}
NUMBERS = ("1", "3", "7", "9")  # of whatever has a number
MORE = (
    *(f"/?what={what}{more}" for what in ("answers", "reviews", "disputes", "terms", "letters")
      for more in ("", "&aside=1")),
    f"/several?what=answers&requirement={ASKED}",
)  # fmt: skip


def addresses(route: Route) -> Iterator[str]:
    names = re.findall(r"{(\w+)}", route.path)
    for values in product(*(PARTS.get(name, NUMBERS) for name in names)):
        yield route.path.format(**dict(zip(names, values, strict=True)))


def all_of(role: str) -> Iterator[str]:
    for route in ROUTES:
        if route.method == "GET" and role in route.who and "{token}" not in route.path:
            yield from addresses(route)
    if role in ("operator", "deputy"):
        yield from MORE


def told_by(answer: httpx.Response) -> str:
    """Everything that a reader gets: the page, the table, and what its file is called."""
    name = unquote(answer.headers.get("content-disposition", ""))
    if "spreadsheet" in answer.headers.get("content-type", ""):
        book = load_workbook(io.BytesIO(answer.content), read_only=True)
        cells = [cell for sheet in book for row in sheet.values for cell in row]
        return f"{name} {cells}".casefold()
    if answer.content.startswith(b"%PDF"):
        return name.casefold()  # what was sent in is given out as it came
    return f"{name} {answer.content.decode('utf-8')}".casefold()


def told_at(visitor: Visit, desk: Application, role: str, places: Iterable[str]) -> dict[str, str]:
    """Address → what is told there; one's own account is called as it is called."""
    towns = ("town", "next") if role == "operator" else ("town",)
    number = account(desk.engine, role, towns=towns, name=f"walker-{role}")
    visitor.client.cookies.set(SESSION, key_of(desk.engine, number))
    answers = {one: visitor.get(one) for one in places}
    assert all(one.status_code < 500 for one in answers.values())
    return {one: told_by(answer) for one, answer in answers.items() if answer.status_code == 200}


def test_a_name_is_told_to_the_operator(visitor: Visit, desk: Application) -> None:
    places = (
        "/", "/journal", "/journal.csv", "/registry", "/institutions/town/school-1",
        "/institutions/town/school-1/links", "/?what=answers&aside=1", "/answers/1/files/1",
    )  # fmt: skip
    told = told_at(visitor, desk, "operator", places)
    assert [place for place in places if STEM not in told[place]] == []


@pytest.mark.parametrize("role", ROLES[1:])
def test_a_name_is_told_to_nobody_else(visitor: Visit, desk: Application, role: str) -> None:
    told = told_at(visitor, desk, role, all_of(role))
    assert [place for place, text in told.items() if STEM in text] == []
    assert "[имя]" in told["/institutions/town/school-1"]


def test_a_deputy_is_told_who_it_was_by_role_and_number(visitor: Visit, desk: Application) -> None:
    clerk = accounts.by_name(desk.engine, LOGIN)
    assert clerk
    places = ("/journal", "/journal.csv", "/institutions/town/school-1/links")
    told = told_at(visitor, desk, "deputy", places)
    assert [one for one in places if f"оператор № {clerk.number}" not in told[one]] == []


def test_a_name_is_not_told_by_a_link(visitor: Visit, desk: Application) -> None:
    home = f"/a/{token_for(desk, 'town/school-1')}"
    forms = [offered(visitor, home, kind) for kind in ("disagrees", "corrected")]
    for place in (home, f"{home}/registry", *forms):
        answer = visitor.get(place)
        assert answer.status_code == 200
        assert STEM not in told_by(answer), place
    assert "не то, [имя]" in visitor.get(home).text


DECOMPOSED = "Зайцева И. И. или Незабудкина И. И.".replace("й", "и\u0306")
IN_FULL = "НЕЗАБУДКИНА ИРИНА ИВАНОВНА"
BROKEN = ("Незабуд\u00adкина И. И.", "Незабудкина\u200b И. И.")


ALIKE = ("Незабудкинa И. И.", "Hезабудкина И. И.", "Незабудкина A. B.", "T. Незабудкина")
ALONE = ("Ирина Незабудкина", "Незабудкина Ирина", "Павел Черных", "Ирины Незабудкиной")


@pytest.mark.parametrize("written", [NAME.upper(), IN_FULL, *BROKEN, DECOMPOSED, *ALIKE, *ALONE])
def test_a_name_is_masked_however_it_is_written(desk: Application, written: str) -> None:
    told = veiled(f"<p>звонила {written}</p>", ask_of(Desk(desk), visitor=DEPUTY))
    assert told.replace("[имя] или [имя]", "[имя]") == "<p>звонила [имя]</p>"


@pytest.mark.parametrize(
    "called",
    [
        "МБОУ «Лицей Михаила Ломоносова»",
        "гимназия имени Ивана Франко",
        "ул. Ивана Черных, 5",
        "МБУ «Центр Павла Мочалова»",
        "Надежда Кузбасса",
        "МКОУ СОШ № 1, Tомск",
    ],
)
def test_what_bears_a_name_keeps_it(desk: Application, called: str) -> None:
    assert veiled(f"<p>{called}</p>", ask_of(Desk(desk), visitor=DEPUTY)) == f"<p>{called}</p>"


def test_who_stands_beside_a_school_is_no_name_of_it(desk: Application) -> None:
    told = veiled("директор школы Ирина Незабудкина", ask_of(Desk(desk), visitor=DEPUTY))
    assert told == "директор школы [имя]"


def test_what_he_has_just_typed_is_shown_to_him_again(visitor: Visit, desk: Application) -> None:
    number = account(desk.engine, "deputy", name="walker-deputy")
    visitor.client.cookies.set(SESSION, key_of(desk.engine, number))
    form = "/institutions/town/school-1/waive"
    typed = {"reason": "просит Ромашкина А. А.", "until": "вчера"}
    answer = visitor.send(form, form, typed)
    assert answer.status_code == 400
    assert "просит Ромашкина А. А." in answer.text


@pytest.mark.parametrize("act", ["accept", "reject"])
def test_whose_decision_stands_is_told_by_role(visitor: Visit, desk: Application, act: str) -> None:
    clerk = accounts.by_name(desk.engine, LOGIN)
    number = account(desk.engine, "deputy", name="walker-deputy")
    visitor.client.cookies.set(SESSION, key_of(desk.engine, number))
    decided = {"thing": '["answer", 1]', "do": act, "reason": "другое"}
    answer = visitor.send("/", "/decide", decided)
    assert answer.status_code == 400
    assert clerk
    assert f"оператор № {clerk.number}" in answer.text
    assert STEM not in answer.text.casefold()


def test_roles_of_this_walk_are_all_there_are() -> None:
    assert {*ROLES} == {*accounts.ROLES}
    assert {Role(one) for one in ROLES} < set(Role)

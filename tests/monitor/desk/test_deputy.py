"""«Заместителю»: what he decides, what is assigned, what was decided; and deciding from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from monitor.application import Application
from monitor.cases.answers import answer
from monitor.cases.board import catch_up
from monitor.cases.recording import assign, record, tell
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Goto, NotFoundError
from monitor.desk.routes import ROUTES
from monitor.storage import calendar
from monitor.storage.calendar import Ending
from monitor.storage.statements import recorded
from rules.cases.model import Assignment, Decision, InstitutionAnswer
from rules.model import Waiver
from tests.cast import NOW
from tests.monitor.desk.asking import DEPUTY, Office, ask_of, counted, routed
from tests.monitor.desk.asks import given, sent, shown

LATER = timedelta(days=60)  # then every term is over
TODAY = (NOW + LATER).date() + timedelta(days=1)  # in Tomsk
MOST_STATEMENTS = 10  # two are left for the session
OBJECTION = "Отметка на странице есть."
NEIGHBOUR = replace(DEPUTY, towns=frozenset({"next"}))


@pytest.fixture
def desk(application: Application) -> Desk:
    """Two months after both schools were told; one objects, of the other something is put off."""
    school, other = application.municipalities[0].institutions[:2]
    for one in (school, other):
        tell(application, one, by="секретарь", how="по телефону")
    later = replace(application, clock=lambda: NOW + LATER)
    said = InstitutionAnswer(
        kind="disagrees",
        by="директор Петров Иван Ильич",
        on=TODAY,
        requirement="kedrovy-2022-298/6.6",
        page=school.pages[0].address,
        text=OBJECTION,
    )
    answer(later, school, said, by="почта")
    until = TODAY + timedelta(days=9)
    put_off = Waiver(requirement="kedrovy-2022-298/6.8", reason="ремонт", by="глава", until=until)
    record(later, other, put_off, by="operator")
    catch_up(later)
    return Desk(later)


def over(desk: Desk) -> list[Ending]:
    return list(calendar.seen_to(desk.application.engine, None, 100)[0][0])


def of_pages(desk: Desk) -> list[Ending]:
    """Those of which an assignment puts off no other."""
    return [one for one in over(desk) if one.row.page]


def give(desk: Desk, ending: Ending, to: str, days: int | None) -> None:
    row, town = ending.row, desk.application.municipalities[0]
    until = TODAY + timedelta(days=days) if days is not None else None
    assign(desk.application, town.by_id[row.institution], row.requirement, to=to, by="глава",
           page=row.page, about=row.about, until=until)  # fmt: skip
    catch_up(desk.application)


def part(desk: Desk, name: str) -> Tag:
    found = shown(desk, "/deputy", DEPUTY).find("section", {"aria-labelledby": name})
    assert isinstance(found, Tag)
    return found


def text_of(found: Tag | BeautifulSoup) -> str:
    return " ".join(found.get_text(" ").split())


def followed(desk: Desk, link: Tag, form: dict[str, str]) -> Answer:
    """The form behind a link, sent as a browser sends it: to the address that it stands at."""
    place = urlsplit(str(link["href"]))
    (thing,) = (
        Office(desk, DEPUTY)
        .page(place.path, dict(parse_qsl(place.query)))
        .select("select[name=thing] option[selected]")
    )
    route, parts = routed("POST", place.path)
    fields = {"thing": str(thing["value"]), **form}
    done: Answer = route.screen(desk, ask_of(desk, str(link["href"]), fields, DEPUTY, **parts))
    return done


def test_an_objection_stands_with_its_words_and_names_nobody(desk: Desk) -> None:
    told = text_of(part(desk, "disputed"))
    assert "Не согласны: 1 возражение" in told
    assert OBJECTION in told
    assert "Директор, " in told
    assert "Петров" not in told


def test_a_dispute_is_closed_there_and_he_comes_back(desk: Desk) -> None:
    form = part(desk, "disputed").select_one("form:has(button[value=close])")
    assert form
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    done = sent(desk, "/decide", {**fields, "do": "close", "reason": "отметки нет"}, DEPUTY)
    assert done == Goto("/deputy", "dispute_closed")
    said = [one.said for one in recorded(desk.application.engine, "town")]
    assert [one.reason for one in said if isinstance(one, Decision)] == ["отметки нет"]
    assert not shown(desk, "/deputy", DEPUTY).find("section", {"aria-labelledby": "disputed"})


def test_what_is_over_is_assigned_there_and_stands_among_what_is_assigned(desk: Desk) -> None:
    before = len(over(desk))
    assert before
    link = part(desk, "unassigned").select_one("a[href*='/assign?']")
    assert link
    form = {"to": "отдел ИТ", "by": "заместитель главы", "until": f"{TODAY + timedelta(days=5)}"}
    done = followed(desk, link, form)
    assert isinstance(done, Goto)
    assert done.path == "/deputy"
    assert len(over(desk)) < before
    told = text_of(part(desk, "assigned"))
    assert "отдел ИТ" in told
    assert "дело: срок вышел" in told  # the case's own: the assignment has its days yet
    made = [one.said for one in recorded(desk.application.engine, "town")]
    assert [one.to for one in made if isinstance(one, Assignment)] == ["отдел ИТ"]


def test_a_form_that_is_not_taken_still_leads_back(desk: Desk) -> None:
    link = part(desk, "unassigned").select_one("a[href*='/waive?']")
    assert link
    page = followed(desk, link, {"by": "глава", "until": f"{TODAY}"})
    assert getattr(page, "status", 0) == 400
    assert getattr(page, "values", {})["back"] == "/deputy"


def test_what_is_overdue_stands_first_and_what_has_no_day_last(desk: Desk) -> None:
    first, second, third, *_ = of_pages(desk)
    give(desk, first, "без срока", None)
    give(desk, second, "позже", 4)
    give(desk, third, "завтра Иванов Пётр Ильич", 1)
    listed = part(two_days_later(desk), "assigned")
    told = [text_of(one) for one in listed.select("article > p")]
    assert [one.split(" · ")[1].split()[0] for one in told] == ["завтра", "позже", "без"]
    assert [one.startswith("просрочено: до ") for one in told] == [True, False, False]
    assert "Поручено: 3 дела" in text_of(listed)
    assert "Иванов" not in text_of(listed)


def two_days_later(desk: Desk) -> Desk:
    now = desk.clock() + timedelta(days=2)
    return Desk(replace(desk.application, clock=lambda: now))


def test_a_waiver_that_ends_soon_is_prolonged_there(desk: Desk) -> None:
    assert "Кончится за 30 дней: 1 запись" in text_of(part(desk, "ending"))
    link = part(desk, "ending").select_one("a[href*='/waive?']")
    assert link
    until = TODAY + timedelta(days=90)
    followed(desk, link, {"reason": "ремонт идёт", "by": "глава", "until": f"{until}"})
    page = shown(desk, "/deputy", DEPUTY)
    assert not page.find("section", {"aria-labelledby": "ending"})


def test_what_was_decided_names_a_role_and_no_id(desk: Desk) -> None:
    told = text_of(part(desk, "decided"))
    assert "· оператор · Муниципальное учреждение «Школа № 2» : отсрочка, п. 6.8." in told
    assert "kedrovy-2022-298" not in told


def test_how_many_decisions_wait_is_told_in_russian(desk: Desk) -> None:
    number = 2 + len(over(desk))  # with an objection and a waiver
    told = text_of(shown(desk, "/deputy", DEPUTY))
    assert f"{number} решени" in told
    give(desk, of_pages(desk)[0], "отдел", 3)
    assert f"{number - 1} решени" in text_of(shown(desk, "/deputy", DEPUTY))


def test_another_municipality_is_not_seen(desk: Desk) -> None:
    give(desk, over(desk)[0], "отдел", 3)
    told = text_of(shown(desk, "/deputy", NEIGHBOUR))
    assert "Сейчас решать нечего" in told
    assert "СОШ № 1" not in told
    assert "Школа № 2" not in told
    with pytest.raises(NotFoundError):
        given(desk, "/institutions/town/school-1/assign", NEIGHBOUR)


def test_it_costs_a_few_statements_however_much_there_is(desk: Desk) -> None:
    for number, ending in enumerate(of_pages(desk)):
        give(desk, ending, "отдел", number)
    with counted(desk.application.engine) as put:
        shown(desk, "/deputy", DEPUTY)
    assert len(put) <= MOST_STATEMENTS


def test_it_is_for_those_who_decide() -> None:
    (route,) = (one for one in ROUTES if one.path == "/deputy")
    assert set(route.who) == {"operator", "deputy"}

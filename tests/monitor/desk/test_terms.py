"""«Сроки»: everything that ends stands on its day, and what is over stands above."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from collectors.model import Page
from monitor.application import Application
from monitor.cases.board import catch_up
from monitor.cases.recording import assign, record, tell
from monitor.desk.ground import Desk
from monitor.storage import calendar
from rules.model import Event, Municipality, Waiver
from tests.cast import NOW
from tests.monitor.desk.asking import PETROVA, counted
from tests.monitor.desk.asks import given, shown

TODAY = NOW.date()
MANY = 400
NOTICES = "minvody-draft"


@pytest.fixture
def board(application: Application) -> Application:
    (town, *_) = application.municipalities
    school = town.by_id["school-1"]
    asked = "kedrovy-2022-298/6.8"
    record(
        application,
        school,
        Waiver(requirement=asked, reason="ремонт", by="глава", until=TODAY + timedelta(days=9)),
        by="operator",
    )
    created = Event(kind="page_created", on=TODAY, page=school.pages[0].address)
    record(application, school, created, by="operator")
    tell(application, town.by_id["school-2"], by="секретарь", how="по телефону")
    catch_up(application)
    return application


def at(application: Application, days: int) -> Application:
    """Some days later."""
    return replace(application, clock=lambda: NOW + timedelta(days=days))


def writing(application: Application) -> Application:
    """That writes to institutions."""
    settings = application.settings
    mail = settings.mail.model_copy(update={"institutions": True})
    return replace(application, settings=replace(settings, mail=mail))


def text_of(application: Application, address: str = "/terms", **more: Any) -> str:
    return " ".join(shown(Desk(application), address, **more).get_text(" ").split())


def day_of(application: Application, on: date, address: str = "/terms") -> str:
    page = shown(Desk(application), address)
    texts = (" ".join(one.get_text(" ").split()) for one in page.select(".day"))
    return next(text for text in texts if text.startswith(f"{on.day} "))


def test_a_waiver_stands_on_its_last_day(board: Application) -> None:
    assert "отсрочка МКОУ СОШ № 1" in day_of(board, TODAY + timedelta(days=9))


def test_a_confirmation_stands_on_its_last_day(board: Application) -> None:
    end = TODAY.replace(year=TODAY.year + 1)
    address = f"/terms?from={end - timedelta(days=3)}"
    assert "подтверждение" in text_of(board, address)
    assert "подтверждение" not in text_of(board)


def test_a_notice_that_is_owed_stands_with_its_clause(board: Application) -> None:
    (town, *others) = board.municipalities
    asked = replace(town, packs=(*town.packs, NOTICES))
    text = text_of(replace(board, municipalities=(asked, *others)))
    assert "уведомление МКОУ СОШ № 1" in text
    assert "(п. 3." in text


def test_a_term_and_its_reminder_are_told_and_then_it_is_over(board: Application) -> None:
    text = text_of(writing(board))
    assert "срок учреждения" in text
    assert "Дозор напомнит о сроке" in text
    later = at(board, 60)
    catch_up(later)
    assert "Срок вышел:" in text_of(later)


def test_no_letter_is_promised_where_none_is_written(board: Application) -> None:
    text = text_of(board)
    assert "Дозор напомнит" not in text
    assert "напомните сами" in text


def test_a_term_names_what_it_is_of(board: Application) -> None:
    """Also once it is over: «подтверждения пока нет» is said of several requirements."""
    told = ": п. 6.5. Двухфакторная аутентификация во «ВКонтакте», страница ВКонтакте: "
    assert told in text_of(board)
    later = at(board, 60)
    catch_up(later)
    assert told in text_of(later).partition("Раньше")[0]


def test_to_whom_it_is_assigned_is_told(board: Application) -> None:
    (town, *_) = board.municipalities
    row = next(one for one in _due(board))
    assign(board, town.by_id["school-2"], row.requirement, to="отдел ИТ", by="глава",
           page=row.page, about=row.about, until=TODAY + timedelta(days=2))  # fmt: skip
    catch_up(board)
    assert "поручено: отдел ИТ, до" in text_of(board)


def _due(application: Application) -> list[Any]:
    rows = calendar.due(application.engine, None, TODAY, TODAY + timedelta(days=60), 100)
    return [one.row for one in rows if one.row.institution == "school-2"]


def test_another_municipality_is_not_seen(board: Application) -> None:
    neighbour = replace(PETROVA, towns=frozenset({"next"}))
    assert "СОШ № 1" not in text_of(board, visitor=neighbour)


@pytest.mark.parametrize("asked", ["2026-13-99", "0001-01-01", "9999-12-31", "x"])
def test_whatever_day_is_asked_for_there_is_a_page(board: Application, asked: str) -> None:
    assert "Сроки" in text_of(board, f"/terms?from={asked}")


def test_it_asks_the_database_as_often_for_many(board: Application) -> None:
    big = replace(board, municipalities=tuple(map(_grown, board.municipalities)))
    desk = Desk(big)
    with counted(board.engine) as made:
        given(desk, "/terms")
    assert len(made) <= 10  # a session takes two more


def _grown(town: Municipality) -> Municipality:
    """With 400 institutions more, each with a page that was created of late."""
    one = town.institutions[0]
    many = (
        replace(
            one,
            id=f"more-{number}",
            pages=(
                Page(
                    institution=f"{town.id}/more-{number}",
                    network="vk",
                    address=f"https://vk.com/more{number}",
                    created_on=TODAY,
                ),
            ),
        )
        for number in range(MANY)
    )
    return replace(town, institutions=(*town.institutions, *many))

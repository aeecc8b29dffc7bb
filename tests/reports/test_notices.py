"""Notices of created and deleted pages: who has to hear what, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bs4 import BeautifulSoup

from reports.formats.notices import FORMAT, HTML
from reports.model import Report
from reports.notices import Notice, towns
from rules.model import ActStatus, Event
from rules.packs import load_act, shipped
from tests.cast import ADMINISTRATION, SCHOOL, TOWN
from tests.reports.town import REPORT

BLANK = replace(REPORT, findings=())
MINVODY = load_act(shipped()["minvody-draft"])
PAGE = "https://vk.com/kedr_school1"
CREATED = Event(kind="page_created", on=date(2026, 4, 29), page=PAGE)  # before the May holidays
IN_FORCE = ActStatus(status="in_force", effective_date=date(2026, 4, 1))


def report(*events: Event, on: str = "2026-05-04", status: ActStatus = IN_FORCE) -> Report:
    school = replace(SCHOOL, events=events)
    town = replace(
        TOWN,
        packs=("minvody-draft",),
        acts={"minvody-draft": status},
        institutions=(ADMINISTRATION, school),
    )
    as_of = datetime.fromisoformat(f"{on}T12:00:00+07:00")
    return replace(
        BLANK,
        audit=replace(BLANK.audit, as_of=as_of),
        municipalities=(town,),
        institutions=(school,),
        acts=(MINVODY,),
    )


def noticed(given: Report) -> dict[str, Notice]:
    return {one.to: one for one in towns(given)[0].notices}


def sent(on: date, to: str) -> Event:
    return Event(kind="notice_sent", on=on, page=PAGE, to=to, about="page_created")


def test_the_department_hears_in_two_working_days_and_the_cur_in_three() -> None:
    told = noticed(report(CREATED))
    assert [told[to].due for to in ("department", "cur")] == [
        "4\xa0мая\xa02026",
        "5\xa0мая\xa02026",
    ]
    assert {one.state for one in told.values()} == {"due"}


def test_a_notice_is_late_on_the_day_after() -> None:
    told = noticed(report(CREATED, on="2026-05-05"))
    assert (told["department"].state, told["cur"].state) == ("late", "due")


def test_a_notice_that_was_sent_is_done() -> None:
    events = (CREATED, sent(date(2026, 5, 4), "department"), sent(date(2026, 5, 6), "cur"))
    told = noticed(report(*events, on="2026-05-20"))
    assert (told["department"].state, told["cur"].state) == ("sent", "sent_late")


def test_a_date_that_the_crawler_estimated_makes_nobody_late() -> None:
    told = noticed(report(replace(CREATED, is_estimate=True), on="2026-06-01"))
    assert {one.state for one in told.values()} == {"unclear"}


def test_a_draft_makes_nobody_late() -> None:
    given = report(CREATED, on="2026-06-01", status=ActStatus())
    assert {one.state for one in noticed(given).values()} == {"ahead"}
    assert "никому не в вину" in FORMAT.render(given).main.decode()


def test_what_happened_before_the_act_needs_no_notice() -> None:
    assert noticed(report(replace(CREATED, on=date(2026, 3, 1)))) == {}


def test_an_act_of_unknown_date_makes_nobody_late() -> None:
    undated = ActStatus(status="in_force")
    assert {
        one.state for one in noticed(report(CREATED, on="2026-06-01", status=undated)).values()
    } == {"unclear"}


def test_the_authority_is_not_late_where_the_institution_never_told_it() -> None:
    assert noticed(report(CREATED, on="2026-06-01"))["cur"].state == "excused"


def test_a_year_without_a_calendar_is_not_guessed() -> None:
    late = replace(CREATED, on=date(2028, 2, 1))
    assert {one.state for one in noticed(report(late, on="2028-03-01")).values()} == {"unclear"}


def test_the_text_is_ready_to_be_sent_and_says_how_to_note_it() -> None:
    told = FORMAT.render(report(CREATED)).main.decode()
    assert "Сообщаем о создании официальной страницы" in told
    assert "dozor event school --kind notice_sent --on ДАТА --to cur --about page_created" in told


def test_a_town_whose_acts_ask_for_no_notice_is_told_so() -> None:
    assert "уведомлений о страницах не требуют" in FORMAT.render(BLANK).main.decode()


def test_the_html_shows_names_as_text() -> None:
    given = report(replace(CREATED, page="javascript:alert(1)"))
    page = BeautifulSoup(HTML.render(given).main, "lxml")
    assert page.select("table")
    assert not page.select("script, a[href^=javascript]")

"""The page of one institution, and what is said of it there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from monitor.application import Application
from monitor.desk.ground import Desk
from monitor.desk.institution.view import place_of
from monitor.desk.model import NotFoundError
from monitor.storage import statements
from rules.cases.model import CaseKey, Recorded
from tests.monitor.desk.asking import DEPUTY, OF_THE_NEIGHBOUR, Office, counted

SCHOOL = "/institutions/town/school-1"
MOST_STATEMENTS = 12
LESS = 2  # that the log-in takes


@pytest.fixture(scope="module")
def written(desk: Application) -> Office:
    """An office in which the tests of this file say one thing after another."""
    return Office(Desk(desk))


def recorded(office: Office) -> tuple[Recorded, ...]:
    return statements.recorded(office.desk.application.engine, "town", "school-1")


def thing(office: Office, act: str, title: str) -> str:
    """The key of the first option that has this in its title."""
    page = office.page(f"{SCHOOL}/{act}")
    found = next(one for one in page.select("#f-thing option") if title in one.get_text())
    return str(found["value"])


def text(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_it_shows_what_is_to_be_settled_and_what_was_seen_there(written: Office) -> None:
    page = written.page(SCHOOL)
    assert page.select_one("h1").get_text() == "МКОУ СОШ № 1"  # type: ignore[union-attr]
    assert "ждёт учреждения" in text(page)
    assert page.select(".seen q")


@pytest.mark.parametrize(
    ("network", "page", "about", "place"),
    [
        (None, None, "museum", ("официальный сайт", "https://adm.example.org")),
        ("site", None, None, ("официальный сайт", "https://adm.example.org")),
        ("vk", "https://vk.com/adm", None, ("страница ВКонтакте", "https://vk.com/adm")),
        ("vk", None, None, ("страница ВКонтакте", None)),
        (None, None, None, ("", None)),
    ],
)
def test_who_is_asked_to_look_himself_is_told_where(
    written: Office, network: str, page: str, about: str, place: object
) -> None:
    (town, *_) = written.desk.application.municipalities
    owner = replace(town.by_id["school-1"], site="https://adm.example.org")
    case = CaseKey("town", "school-1", "x/8.1a", network, page, about)
    assert place_of(owner, case) == place


def test_its_first_night_is_told_as_the_first(written: Office) -> None:
    assert "первая проверка" in text(written.page(SCHOOL))


def test_it_takes_few_statements(written: Office) -> None:
    with counted(written.desk.application.engine) as told:
        written.page(SCHOOL)
    assert len(told) <= MOST_STATEMENTS - LESS, told


def test_the_letter_that_it_would_be_written_is_shown(written: Office) -> None:
    assert "МКОУ СОШ № 1" in text(written.page(f"{SCHOOL}/letter"))


def test_the_letter_takes_few_statements(written: Office) -> None:
    with counted(written.desk.application.engine) as told:
        written.page(f"{SCHOOL}/letter")
    assert len(told) <= MOST_STATEMENTS, told


def test_a_letter_of_another_is_not_there(written: Office) -> None:
    with pytest.raises(NotFoundError):
        written.get(f"{SCHOOL}/letters/999")


def test_another_municipality_has_no_such_page(written: Office) -> None:
    with pytest.raises(NotFoundError):
        written.by(OF_THE_NEIGHBOUR).get(SCHOOL)


def test_what_is_attested_stands_on_record_by_its_office(written: Office) -> None:
    form = {"kind": "job_description", "value": "yes", "by": "директор", "document": "№ 3"}
    gone = written.sent(f"{SCHOOL}/attest", form)
    assert recorded(written)[-1].number == gone.number
    assert recorded(written)[-1].recorded_by == "Петрова"
    assert "директор" in text(written.page(SCHOOL))


def test_a_form_that_cannot_be_meant_comes_back_with_what_was_typed(written: Office) -> None:
    count = len(recorded(written))
    form = {"thing": thing(written, "waive", "6.6"), "reason": "ремонт", "by": "мэр", "until": "x"}
    page = written.refused(f"{SCHOOL}/waive", form)
    assert "день «x» не понят" in text(page)
    assert page.select_one("#f-reason").get_text() == "ремонт"  # type: ignore[union-attr]
    assert len(recorded(written)) == count


@pytest.mark.parametrize("answer", [{}, {"value": ""}, {"value": "maybe"}])
def test_who_gives_no_answer_attests_nothing(written: Office, answer: dict[str, str]) -> None:
    count = len(recorded(written))
    form = {"kind": "gospabliki", "by": "директор", **answer}
    page = written.refused(f"{SCHOOL}/attest", form)
    assert "«Ответ»" in text(page)
    assert len(recorded(written)) == count


@pytest.mark.parametrize(
    ("title", "kind"),
    [("6.5. Двух", "two_factor"), ("9(1). На странице: телефон", "finding"), ("7(5). Сайт", "")],
)
def test_what_a_case_leaves_no_doubt_of_is_chosen_beforehand(
    written: Office, title: str, kind: str
) -> None:
    key = thing(written, "waive", title)
    page = written.page(f"{SCHOOL}/attest", {"thing": key})
    chosen = page.select_one("input[name=kind]")
    assert (chosen["value"] if chosen else "") == kind
    about = page.select_one("select[name=thing] option[selected]")
    assert (about["value"] if about else "") == (key if kind == "finding" else "")
    assert not page.select("select[name=value] option[selected]")
    assert title in text(page)


FOR_ALL = {"kind", "by", "on", "until", "document"}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("finding", {"thing", "outcome", *FOR_ALL}),
        ("two_factor", {"value", "count", "of", "page", *FOR_ALL}),
        ("esia", {"value", "page", *FOR_ALL}),
        ("other", {"kind"}),
    ],
)
def test_only_what_counts_for_what_is_attested_is_asked(
    written: Office, kind: str, asked: set[str]
) -> None:
    page = written.page(f"{SCHOOL}/attest", {"kind": kind})
    fields = page.select("main form input, main form select")
    assert {str(one["name"]) for one in fields} - {"form", "once"} == asked


def test_the_domain_speaks_in_the_words_of_the_form(written: Office) -> None:
    form = {"kind": "two_factor", "value": "yes", "by": "сторож"}
    page = written.refused(f"{SCHOOL}/attest", form)
    assert "--" not in text(page)


def test_a_deputy_puts_off_and_assigns(written: Office) -> None:
    deputy = written.by(DEPUTY)
    key = thing(deputy, "waive", "6.6")
    form = {"thing": key, "reason": "ремонт", "by": "заместитель Мэра", "until": "01.12.2026"}
    deputy.sent(f"{SCHOOL}/waive", form)
    deputy.sent(f"{SCHOOL}/assign", {"thing": key, "to": "отдел образования", "by": "мэр"})
    assert "отдел образования" in text(deputy.page(SCHOOL))
    assert "директор" not in text(deputy.page(f"{SCHOOL}"))  # who said what is not for him


def test_a_dispute_is_opened_and_closed(written: Office) -> None:
    key = thing(written, "dispute", "6.6")
    written.sent(f"{SCHOOL}/dispute", {"thing": key, "on": "2026-11-20"})
    assert "оспаривается" in text(written.page(SCHOOL))
    written.sent(f"{SCHOOL}/close-dispute", {"thing": key, "reason": "отметки нет"})
    assert "оспаривается" not in text(written.page(SCHOOL))


def test_everything_is_disputed_only_when_somebody_says_so(written: Office) -> None:
    page = written.refused(f"{SCHOOL}/dispute", {"thing": ""})
    assert "Заполните поле «О чём»" in text(page)


def test_what_was_said_is_taken_back_with_a_reason(written: Office) -> None:
    gone = written.sent(f"{SCHOOL}/tell", {"by": "секретарь", "how": "по телефону"})
    undo = f"{SCHOOL}/statements/{gone.number}/undo"
    assert "заполните" in text(written.refused(undo, {"reason": ""})).casefold()
    written.sent(undo, {"reason": "ошиблись"})
    assert next(one for one in recorded(written) if one.number == gone.number).withdrawn


def test_a_number_of_another_institution_is_not_there(written: Office) -> None:
    gone = written.sent(f"{SCHOOL}/tell", {"by": "секретарь"})
    with pytest.raises(NotFoundError):
        written.get(f"/institutions/town/school-2/statements/{gone.number}/undo")


def test_a_record_says_its_requirement_and_its_day_apart_from_whose_word_it_is(
    written: Office,
) -> None:
    form = {"thing": thing(written, "waive", "6.6"), "reason": "ремонт", "by": "мэр"}
    number = written.sent(f"{SCHOOL}/waive", {**form, "until": "01.12.2026"}).number
    title = "п. 6.6. Отметка «Госорганизация» во «ВКонтакте»"
    told = " ".join(text(written.page(SCHOOL)).split())
    assert f"Отсрочка, {title}, до 01.12.2026; мэр от " in told
    assert title in text(written.page(f"{SCHOOL}/statements/{number}/undo"))
    assert title in text(written.page("/journal"))
    assert "kedrovy-2022-298" not in text(written.page("/journal").select_one("tbody"))

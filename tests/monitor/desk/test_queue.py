"""«Ждёт меня»: what an operator sees of what waits, and what comes of his decision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from collectors.errors import OperatorError, UsageError
from monitor.application import Application
from monitor.cases.answers import answer, answers_waiting
from monitor.cases.board import catch_up
from monitor.desk.gate.reading import Asked, read
from monitor.desk.ground import Desk
from monitor.desk.model import File, Goto, NotFoundError, RefusedPageError, Role, Visitor
from monitor.storage import outbox
from monitor.storage.statements import by_number
from reports.seen import MOST
from rules.cases.model import InstitutionAnswer
from rules.model import Attestation, Person
from tests.cast import NOW
from tests.monitor.desk.asking import PETROVA, ask_of, counted
from tests.monitor.desk.asks import given, sent, shown

TWO_FACTOR, MARK = "kedrovy-2022-298/6.5", "kedrovy-2022-298/6.6"
MOST_STATEMENTS = 10  # two are left for the session
NEIGHBOUR = Visitor(role=Role.OPERATOR, account=2, towns=frozenset({"next"}), secret="s")
CUR = Visitor(role=Role.CUR, account=3, towns=None, secret="s")
TODAY = NOW.date() + timedelta(days=1)  # in Tomsk


@pytest.fixture
def desk(application: Application) -> Desk:
    catch_up(application)
    return Desk(application)


def said(application: Application, school: int = 0, **more: Any) -> int:
    attested = Attestation(
        kind="two_factor", value=True, count=2, of=2, stated_by="директор", stated_on=TODAY
    )
    told = InstitutionAnswer(
        **{
            "kind": "confirms",
            "by": "директор",
            "on": TODAY,
            "requirement": TWO_FACTOR,
            "attestation": attested,
            **more,
        }
    )
    institution = application.municipalities[0].institutions[school]
    files = [("приказ.pdf", b"%PDF-1.4")]
    number = answer(application, institution, told, files, by="почта").recorded.number or 0
    catch_up(application)
    return number


def decided(desk: Desk, number: int, do: str, **form: str) -> Goto:
    fields = {"thing": f'["answer", {number}]', "do": do, "what": "answers", **form}
    done = sent(desk, "/decide", fields)
    assert isinstance(done, Goto)
    return done


def test_an_answer_is_shown_with_what_was_said_and_what_was_seen(desk: Desk) -> None:
    number = said(desk.application, text="Приказ приложен.")
    page = shown(desk, "/")
    told = page.find("article").get_text(" ", strip=True)
    for words in (f"№ {number}", "МКОУ СОШ № 1", "2ФА, 2 из 2", "Приказ приложен", "приказ.pdf"):
        assert words in told
    assert page.select_one("article .seen b") is not None
    assert "kedrovy-2022-298" not in told


def test_an_accepted_answer_waits_no_more_and_its_record_names_who(desk: Desk) -> None:
    number = said(desk.application)
    done = decided(desk, number, "accept")
    assert (done.said, done.path) == ("accepted", "/?what=answers")
    assert answers_waiting(desk.application) == ()
    assert not shown(desk, "/?what=answers").select("article")
    stated = by_number(desk.application.engine, number)
    assert stated
    assert stated.decided[0].recorded_by == PETROVA.name


def objection(desk: Desk, **more: Any) -> int:
    return said(desk.application, kind="disagrees", attestation=None, text="всё есть", **more)


def test_an_accepted_objection_waits_on_and_closing_it_is_said_to_reject_it(desk: Desk) -> None:
    assert decided(desk, objection(desk), "accept").said == "objected"
    (article,) = shown(desk, "/?what=disputes").select("article")
    told = " ".join(article.get_text(" ").split())
    assert "Почему возражение отклоняем" in told
    assert "запишите подтверждение" in told


def ending_of(desk: Desk, what: str) -> dict[str, str]:
    """The form of «Учреждение право», as it is shown."""
    (form,) = shown(desk, f"/?what={what}").select(
        "form:has(button[value=uphold]), form:has(button[value=mend])"
    )
    button = form.select("button")[-1]
    typed = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    return {**typed, "do": str(button["value"])}


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_objection_that_is_right_to_a_question_ends_with_whose_word_it_is(
    desk: Desk, *, is_accepted: bool
) -> None:
    (asked, *_) = shown(desk, "/?what=reviews").select("input[name=thing]")
    requirement, page = asked_about(str(asked["value"]))
    number = objection(desk, requirement=requirement, page=page)
    if is_accepted:
        decided(desk, number, "accept")
    form = ending_of(desk, "disputes" if is_accepted else "answers")
    assert form["do"] == "uphold"
    assert form["post"] == ""
    with pytest.raises(UsageError, match="должность"):
        sent(desk, "/decide", form)
    with pytest.raises(UsageError) as refused:
        sent(desk, "/decide", {**form, "post": "сторож"})
    assert "--" not in str(refused.value)
    done = sent(desk, "/decide", {**form, "post": "директор"})
    assert isinstance(done, Goto)
    assert done.said == "upheld"
    for what in ("disputes", "answers"):
        assert not shown(desk, f"/?what={what}").select("article")


def asked_about(thing: str) -> tuple[str, str | None]:
    _, _, _, requirement, _, page, _ = json.loads(thing)
    return requirement, page


def test_an_objection_that_is_right_to_what_was_seen_is_given_to_who_mends_it(desk: Desk) -> None:
    objection(desk, requirement=MARK)
    form = ending_of(desk, "answers")
    until = TODAY + timedelta(days=3)
    typed = {**form, "ours": "registry", "to": "отдел ИТ", "until": f"{until}"}
    for name in ("ours", "to", "until"):
        with pytest.raises(UsageError):
            sent(desk, "/decide", typed | {name: ""})
    assert sent(desk, "/decide", typed) == Goto("/?what=answers", "mending", ANY)
    assert not shown(desk, "/?what=disputes").select("article")
    page = shown(desk, "/deputy")
    assert "Не согласны" not in page.get_text()
    assert "отдел ИТ (возражение верно: исправить реестр)" in page.get_text()


def test_it_comes_back_when_the_day_is_over(desk: Desk) -> None:
    objection(desk, requirement=MARK)
    typed = {"ours": "program", "to": "отдел ИТ", "until": f"{TODAY + timedelta(days=3)}"}
    sent(desk, "/decide", ending_of(desk, "answers") | typed)
    later = replace(desk.application, clock=lambda: NOW + timedelta(days=5))
    assert len(shown(Desk(later), "/?what=disputes").select("article")) == 1


@pytest.mark.parametrize(
    ("do", "field", "told"),
    [("reject", "reason", "нет приказа"), ("ask", "question", "уточните: нет приказа")],
)
def test_a_refusal_has_a_reason_that_the_letter_tells(
    desk: Desk, do: str, field: str, told: str
) -> None:
    number = said(desk.application)
    with pytest.raises(UsageError, match="напишите"):
        decided(desk, number, do)
    decided(desk, number, do, **{field: "нет приказа"})
    stated = by_number(desk.application.engine, number)
    assert stated
    assert getattr(stated.decided[0].said, "reason", "") == told


def test_the_second_who_decides_is_told_what_the_first_did(desk: Desk) -> None:
    number = said(desk.application)
    decided(desk, number, "reject", reason="нет приказа")
    with pytest.raises(UsageError, match=r"уже отклонён.*Петрова.*нет приказа"):
        decided(desk, number, "accept")


def test_what_is_postponed_comes_back_on_its_day_or_at_a_word(desk: Desk) -> None:
    number = said(desk.application)
    decided(desk, number, "postpone", until=f"{TODAY + timedelta(days=2)}")
    assert not shown(desk, "/?what=answers").select("article")
    aside = shown(desk, "/?what=answers&aside=1")
    assert len(aside.select("article")) == 1
    decided(desk, number, "bring-back")
    assert shown(desk, "/?what=answers").select("article")


def test_nothing_is_postponed_to_a_day_that_is_past(desk: Desk) -> None:
    number = said(desk.application)
    for typed in (f"{TODAY}", "вчера", "", "0000-00-00", "9" * 30):
        with pytest.raises(UsageError):
            decided(desk, number, "postpone", until=typed)


def test_a_question_is_settled_with_the_post_that_the_registry_knows(desk: Desk) -> None:
    page = shown(desk, "/?what=reviews")
    form = page.select_one("article form")
    assert form
    fields = {one["name"]: one.get("value", "") for one in form.select("input")}
    before = len(page.select("article"))
    done = sent(desk, "/decide", fields | {"do": "met", "post": "директор"})
    assert isinstance(done, Goto)
    assert done.said == "looked"
    assert len(shown(desk, done.path).select("article")) == before - 1


@pytest.mark.parametrize(
    ("posts", "offered"),
    [
        (("директор", "директор"), {"директор"}),
        (("директор", "заведующая"), {"директор", "заведующая"}),
    ],
)
def test_nobody_is_put_down_as_whose_word_it_is_unless_he_is_chosen(
    desk: Desk, posts: tuple[str, str], offered: set[str]
) -> None:
    (town, *others) = desk.application.municipalities
    schools = tuple(
        replace(school, persons=(Person(role="head", post=post, rank="head"),))
        for school, post in zip(town.institutions, posts, strict=True)
    )
    towns = (replace(town, institutions=schools), *others)
    office = Desk(replace(desk.application, municipalities=towns))
    of_town = replace(PETROVA, towns=frozenset({town.id}))
    page = shown(office, "/several?what=reviews&requirement=kedrovy-2022-298/3.site", of_town)
    assert len(page.select("input[name=thing]")) == len(posts)
    assert page.select("#f-post")[0]["value"] == ""
    assert {str(one["value"]) for one in page.select("#posts option")} == offered


def test_several_of_one_requirement_are_accepted_after_a_page_that_names_them(desk: Desk) -> None:
    numbers = [said(desk.application, school) for school in (0, 1)]
    address = f"/several?what=answers&requirement={TWO_FACTOR}"
    assert not shown(desk, address).select("input[checked]")  # who decides ticks them
    (every,) = (one for one in shown(desk, address).select("a") if one.text == "Отметить все")
    page = shown(desk, str(every["href"]))
    things = [str(one["value"]) for one in page.select("input[name=thing][checked]")]
    assert len(things) == len(numbers)
    form = {"thing": things, "do": "accept", "what": "answers"}
    done = sent(desk, "/several", form)
    assert isinstance(done, Goto)
    assert (done.said, done.number) == ("several", 2)
    assert answers_waiting(desk.application) == ()


def test_of_several_what_another_has_decided_is_told_and_the_rest_stands(desk: Desk) -> None:
    first, second = said(desk.application, 0), said(desk.application, 1)
    decided(desk, first, "reject", reason="нет приказа")
    form = {"thing": [f'["answer", {first}]', f'["answer", {second}]'], "do": "accept"}
    with pytest.raises(RefusedPageError) as refused:
        sent(desk, "/several", form)
    assert "решено: 1" in refused.value.lines[0]
    assert answers_waiting(desk.application) == ()


def test_another_municipalitys_things_are_not_there(desk: Desk) -> None:
    number = said(desk.application)
    page = shown(desk, "/?what=answers", NEIGHBOUR)
    assert not page.select("article")
    form = {"thing": f'["answer", {number}]', "do": "accept"}
    with pytest.raises(NotFoundError):
        sent(desk, "/decide", form, NEIGHBOUR)
    with pytest.raises(NotFoundError):
        given(desk, f"/answers/{number}/files/1", NEIGHBOUR)


@pytest.mark.parametrize(
    "thing",
    ["", "null", "[]", "{}", '["answer"]', '["answer", "1"]', '["answer", true]', '["answer", -1]',
     '["case", "town", "school-1", 1, null, null, null]', '["case", "town"]', '"case"', "[[]]",
     '["term", "town", "school-1", "x", [], null, null, ""]', '["case"' + ', "x"' * 9 + "]",
     '["answer", 99999999999999999999]', "[" * 2000],
)  # fmt: skip
def test_a_thing_that_a_form_made_up_is_refused_in_words(desk: Desk, thing: str) -> None:
    with pytest.raises(OperatorError):
        sent(desk, "/decide", {"thing": thing, "do": "accept"})


@pytest.mark.parametrize(("do", "thing"), [("met", '["answer", 1]'), ("fly", '["answer", 1]')])
def test_an_act_that_does_not_fit_is_refused(desk: Desk, do: str, thing: str) -> None:
    said(desk.application)
    with pytest.raises(OperatorError):
        sent(desk, "/decide", {"thing": thing, "do": do, "post": "x"})


def test_a_file_of_an_answer_is_given_out(desk: Desk) -> None:
    place = f"/answers/{said(desk.application)}/files"
    assert given(desk, f"{place}/1") == File("приказ.pdf", b"%PDF-1.4")
    for other in ("0", "2", "x", "99999999999"):
        with pytest.raises(NotFoundError):
            given(desk, f"{place}/{other}")


def test_a_letter_that_was_parked_goes_back_in_line(desk: Desk) -> None:
    engine = desk.application.engine
    row = outbox.queue(
        engine, None, role="operator", recipient="a@b.ru", subject="x", body=b"", at=NOW,
        refusal="ящик переполнен",
    )  # fmt: skip
    page = shown(desk, "/?what=letters")
    assert "ящик переполнен" in page.get_text()
    sent(desk, f"/letters/{row.id}/retry")
    assert outbox.due(engine, NOW) == (row.id,)


def test_whoever_only_reads_is_led_to_the_summary(desk: Desk) -> None:
    assert given(desk, "/", CUR) == Goto("/summary")


@pytest.mark.parametrize("what", ["answers", "reviews", "disputes", "terms", "letters", "mail"])
def test_a_list_costs_a_few_statements(desk: Desk, what: str) -> None:
    for school in (0, 1):
        said(desk.application, school)
    with counted(desk.application.engine) as put:
        shown(desk, f"/?what={what}")
    assert len(put) <= MOST_STATEMENTS


def test_what_he_decided_is_noted_with_what_it_says(desk: Desk, application: Application) -> None:
    made = decided(desk, said(application), "accept").number
    (line, *_) = read(desk, ask_of(desk, "/journal"), Asked(what="decided"), 9).lines
    assert (line.who, line.statement, line.institution) == ("Петрова", made, "МКОУ СОШ № 1")
    assert line.detail.startswith("ответ принят")


def test_what_was_noted_is_not_told_again_as_a_statement(
    desk: Desk, application: Application
) -> None:
    made = decided(desk, said(application), "accept").number
    lines = read(desk, ask_of(desk, "/journal"), Asked(), 9).lines
    assert [line.is_entry for line in lines if line.statement == made] == [True]


def test_what_was_seen_is_quoted_beside_what_is_to_be_decided(desk: Desk) -> None:
    page = shown(desk, "/?what=reviews")
    quoted = page.select("article .seen q")
    assert quoted
    assert all(0 < len(one.text) <= MOST for one in quoted)
    assert "Там видно" in page.get_text()


def test_what_is_quoted_is_what_the_page_of_the_institution_quotes(desk: Desk) -> None:
    article = shown(desk, "/?what=reviews").select_one("article:has(q)")
    assert article
    link = article.select_one("h3 a")
    assert link
    whole = {one.text for one in shown(desk, str(link["href"])).select(".seen q")}
    assert {one.text for one in article.select(".seen q")} <= whole


def test_quotations_cost_a_few_statements_however_many_wait(desk: Desk) -> None:
    with counted(desk.application.engine) as put:
        assert shown(desk, "/?what=reviews").select("article .seen q")
    assert len(put) <= MOST_STATEMENTS, put

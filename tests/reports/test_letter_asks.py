"""What the letter to an institution asks for, by when, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest

from collectors.model import Facts, Observation
from monitor.registry.declaration import AttestationKind
from reports.formats.letters import letter
from reports.letter.asking import lines_of_task, wanted_of
from reports.letter.building import build
from reports.letter.mailing import MOST, mailto, numbers_of
from reports.letter.view import View
from reports.model import Report, Sender, Settling
from rules.cases.model import CaseKey, CaseState, Due, InstitutionCase, key_of
from rules.cases.openness import UNCONFIRMED
from rules.model import Finding, Outcome, Severity
from rules.reasons import Reason
from tests.cast import CLINIC, EVIDENCE, MUSEUM, NOW, SCHOOL, SCHOOL_VK
from tests.reports.town import DECREE, KEDROVY, REPORT
from tests.reports.town import finding as made

TODAY = date(2026, 11, 23)
ANSWERS = Sender(reply_to="answers@town.example", signature="Отдел анализа", phone="8 (38250) 1-1")


def found(number: str, institution: str = "museum") -> Finding:
    return next(
        one
        for one in REPORT.findings
        if one.institution == institution and one.requirement == f"{DECREE}/{number}"
    )


def case(finding: Finding, state: CaseState = CaseState.TO_DO, **more: Any) -> InstitutionCase:
    return InstitutionCase(key=key_of(finding), finding=finding, state=state, since=TODAY, **more)


def with_cases(
    *cases: InstitutionCase, last_days: Mapping[CaseKey, date] | None = None, **more: Any
) -> Report:
    settling = Settling(cases=cases, last_days=last_days or {}, **more)
    return replace(REPORT, settling={MUSEUM.key: settling, SCHOOL.key: settling}, sender=ANSWERS)


def view(report: Report, **more: Any) -> View:
    return build(report, MUSEUM, **more)


def text(report: Report) -> str:
    return " ".join(letter(report, MUSEUM).text.split())


# --- confirmations --------------------------------------------------------------------------------


def test_a_missing_confirmation_is_asked_for_and_stands_in_no_other_part() -> None:
    told = view(REPORT)
    assert [ask.title for ask in told.asks] == ["Двухфакторная защита администраторов"]
    assert told.unseen == ()


def test_an_answer_is_begun_with_the_case_in_its_subject() -> None:
    (ask,) = view(with_cases()).asks
    begun = urlsplit(ask.reply.url)
    fields = parse_qs(begun.query, keep_blank_values=True)
    assert (begun.scheme, begun.path) == ("mailto", "answers@town.example")
    assert fields["subject"] == ["[Дозор kedr/museum/6.5]"]
    assert fields["body"][0].split("\r\n") == list(ask.reply.lines)


@pytest.mark.parametrize("kind", get_args(AttestationKind))
def test_every_kind_of_confirmation_says_what_to_state(kind: str) -> None:
    asked = wanted_of(replace(found("6.5"), reason="x"), {f"{DECREE}/6.5": frozenset({kind})})
    other = wanted_of(replace(found("6.5"), reason="x"), {})
    assert (asked == other) is (kind == "finding")


@pytest.mark.parametrize("reason", sorted(UNCONFIRMED))
def test_whatever_is_asked_for_fits_into_a_link(reason: str) -> None:
    asked = wanted_of(replace(found("6.5"), reason=reason), {})
    link = mailto("отдел@администрация-города.рф", "[Дозор town/school/9.1.phone]", asked.lines)
    assert link.endswith("%20")
    assert len(link) <= MOST


def told(findings: Sequence[Finding]) -> View:
    return view(replace(REPORT, findings=tuple(findings), sender=ANSWERS))


def letter_of(findings: Sequence[Finding]) -> str:
    return text(replace(REPORT, findings=tuple(findings), sender=ANSWERS))


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_answers_to_all_fit_however_many_they_are() -> None:
    every = [
        made("museum", requirement.id.split("/")[1], Outcome.UNKNOWN, "?", reason="person_left")
        for requirement in KEDROVY.requirements
    ]
    replies = [one.reply for one in told(every).together]
    assert all(len(reply.url) <= MOST and len(reply.lines) <= 5 for reply in replies)
    lines = [line for reply in replies for line in reply.lines]
    assert [line.split(" ")[0] for line in lines if line != "Должность: "] == [
        one.requirement.split("/")[1] for one in every
    ]


def test_an_answer_to_some_says_to_which() -> None:
    every = [
        made("museum", one.id.split("/")[1], Outcome.UNKNOWN, "?", reason="person_left")
        for one in KEDROVY.requirements[:5]
    ]
    assert [one.label for one in told(every[:4]).together] == ["Ответить на всё одним письмом"]
    assert [one.label for one in told(every).together] == [
        "Ответить одним письмом на пункты с 1 по 2",
        "Ответить одним письмом на пункты с 3 по 5",
    ]


def test_a_number_that_two_acts_have_is_told_in_full() -> None:
    other = replace(KEDROVY, requirements=(replace(KEDROVY.requirements[0], id="other/6.5"),))
    assert numbers_of([KEDROVY, other])["other/6.5"] == "other/6.5"


def test_a_confirmation_that_ends_soon_is_asked_for_again() -> None:
    ends = TODAY + timedelta(days=20)
    held = made("museum", "6.5", Outcome.PASS, "Подтверждено.")
    kept = replace(held, measured={"valid_until": ends.isoformat()})
    (ask,) = view(replace(REPORT, findings=(kept,))).asks
    assert ask.because.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "Подтверждение действует по 13 декабря 2026"
    )
    later = replace(kept, measured={"valid_until": (ends + timedelta(days=60)).isoformat()})
    assert view(replace(REPORT, findings=(later,))).asks == ()


@pytest.mark.parametrize("state", [CaseState.ANSWERED, CaseState.REREADING, CaseState.DISPUTED])
def test_what_has_been_answered_is_not_asked_for(state: CaseState) -> None:
    assert view(with_cases(case(found("6.5"), state))).asks == ()


def test_the_desk_is_linked_where_it_is_on() -> None:
    on = replace(REPORT, sender=replace(ANSWERS, desk_url="https://dozor.town.example/answer"))
    assert "https://dozor.town.example/answer" in letter(on, MUSEUM).html
    assert "в форме" not in text(with_cases())


# --- terms ----------------------------------------------------------------------------------------


def phone_term(**more: Any) -> str:
    told = view(with_cases(case(found("9.1.phone"), **more)))
    task = next(task for task in told.violations if task.title == "Телефон")
    return task.term.replace("\N{NO-BREAK SPACE}", " ")


def test_a_finding_has_its_last_day() -> None:
    assert phone_term(due=Due(on=date(2026, 12, 7))) == "Последний день: 7 декабря 2026."


def test_a_term_of_the_law_is_told_with_its_clause() -> None:
    due = Due(on=date(2026, 12, 7), clause="3.2.4")
    assert phone_term(due=due) == "Последний день по п. 3.2.4: 7 декабря 2026."


def test_a_term_that_is_over_says_so() -> None:
    over = phone_term(due=Due(on=date(2026, 11, 20)), state=CaseState.OVERDUE)
    assert over == "Срок прошёл 20 ноября 2026."


def test_no_term_runs_while_an_objection_is_heard() -> None:
    held = case(found("9.1.phone"), CaseState.DISPUTED, due=Due(on=date(2026, 12, 7)))
    told = text(with_cases(held))
    assert "7 декабря" not in told
    assert "Возражение записано, ждём разбора." in told


def test_whoever_is_told_for_the_first_time_has_the_whole_term() -> None:
    open_one = case(found("9.1.phone"))
    report = with_cases(open_one, last_days={open_one.key: date(2026, 12, 8)})
    assert "Последний день: 8 декабря 2026." in text(report)


NEW_PAGE = {"reason": "page_is_new", "measured": {"due": "2026-12-10"}}


def test_what_need_not_be_met_yet_is_told_with_its_day_and_what_to_do() -> None:
    waits = made("museum", "9.1.phone", Outcome.PENDING, "Телефона нет.", "vk", **NEW_PAGE)
    task, body = told([waits]).pending[0], plain(letter_of([waits]))
    assert task.term.replace("\N{NO-BREAK SPACE}", " ") == "Последний день: 10 декабря 2026."
    assert task.steps == ("Исправьте на странице.",)
    assert "kedr/museum/9.1.phone" in task.reply.subject
    assert "Срок ещё идёт: 1." in body
    assert body.index("Последний день") < body.index("Телефона нет.")


def test_the_nearest_last_day_stands_at_the_top() -> None:
    waits = made("museum", "9.1.email", Outcome.PENDING, "Почты нет.", "vk", **NEW_PAGE)
    mend = case(found("9.1.phone"), due=Due(on=date(2026, 12, 7)))
    report = replace(with_cases(mend), findings=(waits, found("9.1.phone")))
    assert "Ближайший срок: 7 декабря 2026." in plain(text(report))
    assert "Ближайший срок: 10 декабря 2026." in plain(letter_of([waits]))


def test_advice_has_no_nearest_day() -> None:
    waits = made("museum", "6.4-recommended", Outcome.PENDING, "Рано.", "vk", **NEW_PAGE)
    assert told([replace(waits, severity=Severity.ADVISORY)]).nearest == ""


def test_what_is_met_on_one_page_only_is_counted_and_said() -> None:
    met = made("museum", "9.1.phone", Outcome.PASS, "Есть.", "vk")
    not_met = replace(found("9.1.phone"), network="ok", page="https://ok.ru/kedrmuseum")
    assert "Уже выполнено: 1 (из них не везде: 1)." in plain(letter_of([met, not_met]))


# --- what was seen, and who writes ----------------------------------------------------------------


def test_what_stood_where_it_was_looked_for_is_quoted() -> None:
    absent = replace(found("9.1.phone"), reason="phone_absent", page=SCHOOL_VK.address)
    facts = Facts(title="Музей кедра", description="Открыт с 10 до 18.")
    look = Observation(page=SCHOOL_VK, observed_at=NOW, facts=facts, evidence=(EVIDENCE,))
    report = replace(REPORT, findings=(absent,), looks={("vk", SCHOOL_VK.address): (look,)})
    assert "«Музей кедра»; «Открыт с 10 до 18.»" in text(report)


def test_words_are_not_quoted_where_none_were_sought() -> None:
    look = Observation(page=SCHOOL_VK, observed_at=NOW, facts=Facts(title="Музей"))
    bare = replace(found("6.6"), reason="mark_absent", page=SCHOOL_VK.address, waiver=None)
    report = replace(REPORT, findings=(bare,), looks={("vk", SCHOOL_VK.address): (look,)})
    assert "Увидено" not in text(report)


def test_the_letter_is_signed_with_a_telephone() -> None:
    assert "Отдел анализа, телефон 8 (38250) 1-1" in text(with_cases())
    assert "поправят. Администрация Кедрового «Дозор» — программа" in text(REPORT)


def test_requirements_are_counted_with_their_pages_beside() -> None:
    on_ok = replace(found("9.1.phone"), network="ok", page="https://ok.ru/kedrmuseum")
    told = text(replace(REPORT, findings=(found("9.1.phone"), on_ok)))
    assert "Нужно исправить: 1 (2 страницы)." in told.replace("\N{NO-BREAK SPACE}", " ")


def test_every_task_can_be_answered() -> None:
    (task,) = view(with_cases()).violations[:1]
    assert task.reply.lines == lines_of_task([found("9.1.phone")])
    assert "kedr/museum" in task.reply.subject


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        ("page_missing", "Адрес страницы: "),
        ("person_not_named", "Приказ, № и дата: "),
        ("style_not_attested", "Письмо ЦУР, № и дата: "),
    ],
)
def test_an_answer_has_the_field_that_the_advice_asks_for(reason: str, field: str) -> None:
    task = made("museum", "6.1-pages", Outcome.FAIL, "Нет.", reason=reason, remedy="Сообщите.")
    told = replace(REPORT, findings=(task,), sender=ANSWERS)
    (begun,) = view(told).violations
    assert field in begun.reply.lines
    assert f"{field}______" in text(told)


@pytest.mark.parametrize("reason", sorted(Reason))
def test_an_answer_has_at_most_five_fields(reason: str) -> None:
    lines = lines_of_task([replace(found("9.1.phone"), reason=reason)])
    link = mailto("отдел@администрация-города.рф", "[Дозор town/school/9.1.phone]", lines)
    assert len(lines) <= 5
    assert link.count("%0D%0A") == len(lines) - 1


def test_an_institution_of_which_only_an_address_is_missing_is_asked_for_it() -> None:
    (ask,) = build(REPORT, CLINIC).asks
    assert "адрес официальной страницы" in ask.state

"""Everybody's day at the desk in a real browser, over the month of the demo's town."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page

from monitor.application import Application
from monitor.audit.begin import AuditRequest
from monitor.audit.run import evaluate
from monitor.cases.answers import answer, answers_waiting
from monitor.cases.board import catch_up
from monitor.storage import journal
from monitor.storage.statements import recorded
from monitor.storage.waiting import ONCE, WaitingFilter, Waits, one_page
from rules.cases.model import Correction, Decision, InstitutionAnswer, Recorded
from rules.model import Attestation
from tests.cast import NOW
from tests.monitor.desk.hands import Hands, signed_in
from tests.monitor.desk.served import application_in, served

TODAY = NOW.date() + timedelta(days=1)
MOST_ACTIONS = 3  # of one thing that waits
GOSPABLIKI, TWO_FACTOR = "kedrovy-2022-298/6.7", "kedrovy-2022-298/6.5"
BOTH_WAYS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
TEN = [
    (18, "accepted", ""),
    (20, "rejected", "номера на странице нет"),
    (16, "rejected", "страница закрыта"),
    (27, "rejected", "уточните: чей это номер?"),
    *((number, "accepted", "") for number in (21, 22, 23)),
    *((number, "rejected", "акта нет") for number in (25, 26)),
    (24, "accepted", ""),
]
"""What the operator decides, in this order: an answer, how, and why."""


@pytest.fixture
def left(month: Path, tmp_path: Path) -> Iterator[Application]:
    """As the month has left it: three answers wait."""
    with application_in(Path(shutil.copytree(month, tmp_path / "town"))) as found:
        catch_up(found)
        yield found


@pytest.fixture
def town(left: Application) -> Application:
    """With ten answers that wait."""
    for institution in ("start", "art-school", "sosenka"):
        confirmed(left, institution, GOSPABLIKI, "gospabliki")
    for institution in ("start", "museum", "art-school"):
        confirmed(left, institution, TWO_FACTOR, "two_factor", count=1, of=1)
    new = Correction(field="phones", new="8 (38250) 5-55-00")
    answered(left, "sosenka", kind="correct_registry", corrections=(new,))
    catch_up(left)
    return left


def confirmed(town: Application, who: str, requirement: str, kind: str, **more: int) -> None:
    attested: Any = {"kind": kind, "value": True, "stated_by": "директор", "stated_on": TODAY}
    told = Attestation(**attested, **more)
    answered(town, who, kind="confirms", requirement=requirement, attestation=told)


def answered(town: Application, who: str, **said: Any) -> None:
    told = InstitutionAnswer(by="директор", on=TODAY, **said)
    answer(town, town.municipalities[0].by_id[who], told, by="почта")


@pytest.fixture
def address(left: Application) -> Iterator[str]:
    with served(left) as found:
        yield found


@contextmanager
def few(hands: Hands) -> Iterator[None]:
    """Whatever is decided meanwhile takes few actions."""
    before = hands.actions
    yield
    assert hands.actions - before <= MOST_ACTIONS


# --- the operator's -----------------------------------------------------------------------------


def test_an_operator_decides_ten_answers_by_keys_alone(
    browser: Browser, town: Application, address: str
) -> None:
    with signed_in(browser, town, address, "operator", scripts=True) as page:
        page.goto("/")
        ten_answers(Hands(page))
    assert answers_waiting(town) == ()
    assert verdicts(town) == TEN


def three_answers(hands: Hands) -> None:
    with few(hands):
        hands.go("BUTTON", "Принять ответ № 18")
    assert hands.said().startswith("Принято, запись № ")
    with few(hands):
        told(hands, "Отклонить ответ № 20", "Причина", "номера на странице нет", "Отклонить")
    with few(hands):
        told(hands, "Отклонить ответ № 16", "Причина", "страница закрыта", "Отклонить")


def ten_answers(hands: Hands) -> None:
    three_answers(hands)
    with few(hands):
        told(hands, "Переспросить по ответу № 27", "Что уточнить", "чей это номер?", "Переспросить")
    hands.reach("BUTTON", "Принять ответ № 24")
    with few(hands):
        until = f"{TODAY + timedelta(days=3):%m%d%Y}"  # as a Chromium in English wants it
        who = "Показать позже: МБУ «МЦ «Старт»"
        told(hands, who, "До какого дня", until, "Убрать до этого дня")
    with few(hands):
        opens_several(hands, "п. 6.7")
        hands.go("A", "Отметить все")
        hands.go("BUTTON", "Принять отмеченные")
    assert hands.said() == "Решено: 3."
    with few(hands):
        opens_several(hands, "п. 6.5")
        hands.go("A", "Отметить все")
        hands.type("INPUT", "Или причина", "акта нет")
        hands.go("BUTTON", "Отклонить отмеченные")
    hands.go("A", "Что показать позже")
    with few(hands):
        hands.go("BUTTON", "Вернуть в список")
        hands.go("A", "Вернуться к тому, что ждёт")
        hands.go("BUTTON", "Принять ответ № 24")


def told(hands: Hands, fold: str, field: str, text: str, button: str) -> None:
    hands.press("SUMMARY", fold)
    hands.type("INPUT", field, text)
    hands.go("BUTTON", button)


def opens_several(hands: Hands, clause: str = "") -> None:
    if not hands.page.locator("details[open] a[href^='/several']").count():
        hands.press("SUMMARY", "По требованиям")
    hands.go("A", f"решить сразу: {clause}")


def verdicts(town: Application) -> list[tuple[int, str, str]]:
    said = [one.said for one in stated(town) if one.recorded_by == "operator"]
    return [(one.of, one.verdict, one.reason) for one in said if isinstance(one, Decision)]


def stated(town: Application) -> tuple[Recorded, ...]:
    return recorded(town.engine, town.municipalities[0].id)


def test_without_scripts_he_leaves_nothing_of_the_month_that_waits(
    browser: Browser, left: Application, address: str
) -> None:
    with signed_in(browser, left, address, "operator", scripts=False) as page:
        hands = Hands(page)
        page.goto("/")
        three_answers(hands)
        page.goto("/?what=reviews")
        questions = asked(left)
        looks_at_all(hands)
        grounds_an_exemption(hands)
        judged_anew(left)
        page.goto("/?what=disputes")
        with few(hands):
            told(hands, "Отклонить возражение", "Почему", "сеть закрыла", "Отклонить")
        counts = page.get_by_role("navigation", name="Что ждёт").locator("b").all_inner_texts()
    assert counts == ["0"] * len(Waits)
    assert verdicts(left) == TEN[:3]
    assert looks(left) == questions


def asked(town: Application) -> set[tuple[str, str | None]]:
    """Institution and requirement of each question that a person's word settles."""
    wanted = WaitingFilter(what=Waits.REVIEWS, towns=None, today=TODAY)
    rows = [one.row for one in one_page(town.engine, wanted)[0]]
    return {(one.institution, one.requirement) for one in rows if one.reason != ONCE}


def judged_anew(town: Application) -> None:
    """What a night does with a registry that was corrected meanwhile."""
    (path,) = town.settings.registry
    with application_in(path.parent) as now:
        evaluate(now, AuditRequest(as_of=now.clock()))
        catch_up(now)


def looks(town: Application) -> set[tuple[str, str | None]]:
    return {
        (one.institution, one.said.requirement)
        for one in stated(town)
        if isinstance(one.said, Attestation) and one.recorded_by == "operator"
    }


def looks_at_all(hands: Hands) -> None:
    """Those of one requirement at once; then what is left, by one press each."""
    page = hands.page
    while page.locator("details a[href^='/several']").count():
        with few(hands):
            opens_several(hands)
            hands.go("A", "Отметить все")
            hands.type("INPUT", "Кто подтверждает", "заместитель главы")
            hands.go("BUTTON", "У отмеченных выполнено")
        assert hands.said().startswith("Решено: ")
    while page.locator("article button[value=met]").count():
        with few(hands):
            hands.type("INPUT", "Кто подтверждает", "директор")
            hands.go("BUTTON", "Выполнено")


def grounds_an_exemption(hands: Hands) -> None:
    """As the demo's accounting office has them: the decree, with the administration's consent."""
    with few(hands):
        hands.go("A", "Освобождение: ")
        hands.type("INPUT", "Основание", "п. 4 постановления № 298")
        hands.reach("SELECT", "Кем согласовано")
        hands.page.keyboard.press("ArrowDown")
        hands.type("INPUT", "Документ", "№ 298 от 01.12.2022")
        hands.type("INPUT", "Почему", "письмо администрации")
        hands.go("BUTTON", "Записать в реестр")
    assert hands.said() == "Записано в реестр. Следующая проверка пойдёт по нему."


# --- the deputy head's --------------------------------------------------------------------------


@BOTH_WAYS
def test_a_deputy_head_decides_everything_that_waits_for_him(
    browser: Browser, town: Application, address: str, scripts: bool
) -> None:
    with signed_in(browser, town, address, "deputy", scripts=scripts) as page:
        page.goto("/deputy")
        assert "7\xa0решений ждут заместителя главы" in page.inner_text("main")
        closes(page, "МАОУ СОШ № 2", "на странице сведений нет")
        closes(page, "МБУ ДО СШ «Лыжня»", "страница закрыта сетью")
        fills(page, "ending", "Отложить дальше", **WAIVED)
        fills(page, "unassigned", "Отложить", **WAIVED)
        while page.locator("[aria-labelledby=unassigned]").count():
            fills(page, "unassigned", "Поручить", **ASSIGNED)
        fills(page, "assigned", "Поручить заново", **ASSIGNED)
        assert "Сейчас решать нечего" in page.inner_text("main")
        assert (
            "заместитель главы" in page.locator("[aria-labelledby=decided] li").first.inner_text()
        )
    made = [one.said for one in stated(town) if one.recorded_by == "deputy"]
    kinds = [type(one).__name__ for one in made]
    assert kinds == ["Decision", "Event", "Waiver", "Waiver", *["Assignment"] * 4]
    assert [one.verdict for one in made if isinstance(one, Decision)] == ["rejected"]


UNTIL = f"{TODAY + timedelta(days=60)}"
WAIVED = {"Причина": "ремонт", "Чьё слово": "заместитель главы", "До какого дня": UNTIL}
ASSIGNED = {"Кому": "отдел ИТ", "Чьё слово": "заместитель главы", "До какого дня": UNTIL}


def closes(page: Page, who: str, reason: str) -> None:
    article = page.locator("[aria-labelledby=disputed] article", has_text=who)
    article.locator("summary", has_text="Отклонить возражение").click()
    article.get_by_label("Почему возражение отклоняем").fill(reason)
    follows(page, article.get_by_role("button", name="Отклонить"))
    assert page.get_by_role("status").inner_text() == "Спор закрыт: возражение отклонено."


def fills(page: Page, part: str, link: str, **typed: str) -> None:
    follows(page, page.locator(f"[aria-labelledby={part}]").get_by_role("link", name=link).first)
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    follows(page, page.locator("main form button"))
    assert page.get_by_role("status").inner_text().startswith("Записано, № ")
    assert urlsplit(page.url).path == "/deputy"


def follows(page: Page, where: Locator) -> None:
    """A click, and the page that it leads to."""
    with page.expect_navigation():
        where.click()


# --- of those who read --------------------------------------------------------------------------


@BOTH_WAYS
def test_a_cur_reads_and_takes_away(
    browser: Browser, left: Application, address: str, scripts: bool
) -> None:
    with signed_in(browser, left, address, "cur", scripts=scripts) as page:
        page.goto("/")
        assert page.locator("h1").inner_text() == "Свод"
        for name in ("CSV", "XLSX"):
            with page.expect_download() as taken:
                page.get_by_role("link", name=name).click()
            assert taken.value.path().stat().st_size > 1000
        reads(page, "МУ «Музей леса»")
        for name in ("Сроки", "Ночь"):
            menu = page.get_by_role("navigation", name="Разделы")
            follows(page, menu.get_by_role("link", name=name))
            assert page.locator("h1").inner_text() == name
    entries = journal.newest(
        left.engine, journal.EntryFilter(what=(journal.What.EXPORTED,)), most=9
    )
    assert [(one.who, one.role) for one in entries] == [("cur", "cur")] * 2


@BOTH_WAYS
def test_a_region_looks(browser: Browser, left: Application, address: str, scripts: bool) -> None:
    before = len(stated(left))
    with signed_in(browser, left, address, "region", scripts=scripts) as page:
        page.goto("/summary")
        page.get_by_label("Найти").fill("музей")
        follows(page, page.get_by_role("button", name="Показать"))
        assert page.locator("tbody tr").count() == 1
        reads(page, "МУ «Музей леса»")
    assert len(stated(left)) == before


def reads(page: Page, who: str) -> None:
    """An institution's page, on which there is nothing to press but the way out."""
    follows(page, page.get_by_role("link", name=who).first)
    assert page.locator("h1").inner_text() == who
    assert page.locator("main button").count() == 0
    assert page.locator("main a.button").count() == 0

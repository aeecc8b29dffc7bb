"""The letter to one institution, as its secretary reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from reports.letters import FORMAT, TEXT, has_something_to_do, letter
from reports.mail import Letter
from tests.cast import CLINIC, MUSEUM, OFFICE, SCHOOL
from tests.reports.town import HOSTILE, HOSTILE_SCHOOL, REPORT, SPA, TWO_TOWNS

CHROMIUM = "/usr/bin/chromium"


def both(told: Letter) -> list[str]:
    page = BeautifulSoup(told.html, "lxml").get_text(" ")
    return [" ".join(text.split()) for text in (told.text, page)]


@pytest.mark.parametrize(
    "told",
    [
        "На странице нет телефона.",
        "Так с 1 марта 2026.",
        "Отсрочка до 1 января 2027.",
        "Возражение записано, ждём разбора.",
        "п. 9.1, Постановление № 298",
        "впишите недостающее",
        "Странице 5 дней: судить рано.",
        "в вину вам не ставим",
        "никто не сообщил, включена ли защита",
        "номер проверки (17)",
        "mayor@example.org",
    ],
)
def test_both_bodies_tell_it(told: str) -> None:
    for body in both(letter(REPORT, MUSEUM, "mayor@example.org")):
        assert told in body


def test_the_subject_says_how_much_there_is_to_do() -> None:
    museum, school = letter(REPORT, MUSEUM).subject, letter(REPORT, SCHOOL).subject
    assert museum == "МУ «Музей кедра»: официальные страницы, нужно исправить: 5"
    assert school == "МКОУ СОШ № 1: официальные страницы, нужно посмотреть: 1"


def test_advice_is_no_violation() -> None:
    for body in both(letter(REPORT, SCHOOL)):
        assert "В том, что удалось увидеть, нарушений нет." in body
        assert "рекомендуется, но не обязательно" in body


def test_an_institution_that_could_not_be_read_has_nothing_to_do() -> None:
    assert not has_something_to_do(REPORT, CLINIC)
    assert not has_something_to_do(REPORT, OFFICE)
    assert has_something_to_do(REPORT, MUSEUM)


def test_what_became_right_is_thanked_for() -> None:
    assert "исправлено: Отметка «Госорганизация»" in letter(REPORT, SCHOOL).text


def test_advice_comes_step_by_step() -> None:
    found = replace(
        REPORT.findings[-1],
        institution="museum",
        outcome=REPORT.findings[20].outcome.FAIL,
        remedy="Откройте страницу. Впишите: г. Кедровый, ул. Новая. Сохраните.",
    )
    told = BeautifulSoup(letter(replace(REPORT, findings=(found,)), MUSEUM).html, "lxml")
    steps = [step.get_text() for step in told.select("ol li")]
    assert steps == ["Откройте страницу.", "Впишите: г. Кедровый, ул. Новая.", "Сохраните."]


def test_a_preview_of_a_draft_is_in_no_letter() -> None:
    told = letter(TWO_TOWNS, SPA.institutions[0])
    assert all("другая страница" not in body for body in both(told))


def test_the_letter_is_small_and_loads_nothing() -> None:
    told = letter(REPORT, MUSEUM)
    assert len(told.html.encode()) < 60_000
    assert not BeautifulSoup(told.html, "lxml").select("style, script, img, link")


def test_a_hostile_name_bends_no_header_and_no_page() -> None:
    told = letter(HOSTILE, replace(HOSTILE_SCHOOL, short_name="Школа\r\nBcc: <script>x</script>"))
    assert "\n" not in told.subject
    assert not BeautifulSoup(told.html, "lxml").select("script, img, a[href^=javascript]")


def test_nothing_of_a_hostile_page_runs_in_a_browser(tmp_path: Path) -> None:
    file = tmp_path / "letter.html"
    file.write_bytes(FORMAT.render(replace(HOSTILE, institutions=(HOSTILE_SCHOOL,))).main)
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 320, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert "<script>alert" in page.inner_text("body")
        browser.close()
    assert said == []


def test_the_letter_as_a_format_is_the_letter() -> None:
    one = replace(REPORT, institutions=(MUSEUM,))
    assert TEXT.render(one).main.decode() == letter(REPORT, MUSEUM).text

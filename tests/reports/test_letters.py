"""The letter to one institution, as its secretary reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from reports.formats.letters import FORMAT, TEXT, has_something_to_do, letter
from reports.mail import Letter
from tests.browsers import chromium
from tests.cast import CLINIC, MUSEUM, OFFICE, SCHOOL
from tests.reports.town import HOSTILE, HOSTILE_SCHOOL, REPORT, SPA, TWO_TOWNS


def both(told: Letter) -> list[str]:
    page = BeautifulSoup(told.html, "lxml").get_text(" ")
    return [" ".join(text.split()) for text in (told.text, page)]


@pytest.mark.parametrize(
    "told",
    [
        "На странице нет телефона.",
        "В проверках — с 1 марта 2026.",
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
    assert museum == "МУ «Музей кедра»: официальные страницы, нужно исправить: 3"
    assert school == "МКОУ СОШ № 1: официальные страницы, нужно посмотреть: 1"


def test_the_letter_says_where_the_institution_stands_in_the_words_of_the_report() -> None:
    for one, told in ((MUSEUM, "есть нарушения"), (CLINIC, "судить нельзя")):
        assert all(f"Итог: {told}" in body for body in both(letter(REPORT, one)))


def test_what_is_waived_or_disputed_stands_apart() -> None:
    text = letter(REPORT, MUSEUM).text
    to_mend, apart = text.split("ОТЛОЖЕНО И ОСПОРЕНО")
    assert "Отсрочка" not in to_mend
    assert "Отсрочка до 1 января 2027" in " ".join(apart.split())


def test_nobody_with_only_a_waived_violation_reads_that_there_is_none() -> None:
    waived = [one for one in REPORT.findings if one.waiver]
    told = letter(replace(REPORT, findings=tuple(waived)), MUSEUM)
    assert told.subject.endswith("отложено или оспорено: 1")
    for body in both(told):
        assert "Всё, что нарушено, отложено или оспорено." in body
        assert "нарушений нет" not in body


def test_the_subject_of_an_unread_institution_does_not_praise() -> None:
    assert letter(REPORT, CLINIC).subject.endswith("судить нельзя")


def test_an_exempt_office_hears_that_nothing_is_asked_of_it() -> None:
    for body in both(letter(REPORT, OFFICE)):
        assert "Обязательных требований к вашему учреждению сейчас нет." in body
        assert "Нарушений не найдено" not in body


def test_advice_is_no_violation() -> None:
    for body in both(letter(REPORT, SCHOOL)):
        assert "В том, что удалось увидеть, нарушений нет." in body
        assert "рекомендуется, но не обязательно" in body


def test_an_institution_that_could_not_be_read_has_nothing_to_do() -> None:
    unread = tuple(one for one in REPORT.findings if one.reason == "not_read")
    assert not has_something_to_do(replace(REPORT, findings=unread), CLINIC)
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


def test_the_letter_explains_who_writes_by_what_act_and_what_it_abbreviates() -> None:
    pos = replace(REPORT.findings[20], institution="museum", because="Ссылки на ПОС нет.")
    for body in both(letter(replace(REPORT, findings=(pos,)), MUSEUM)):
        assert body.count("«Дозор» — программа") == 1
        assert body.count("ПОС — Платформа обратной связи") == 1
        assert "ЦУР — " not in body


def test_what_the_institution_told_is_named_only_where_it_told_something() -> None:
    assert MUSEUM.attestations == ()
    for body in both(letter(REPORT, MUSEUM)):
        assert "учёл" not in body


def test_nobody_is_asked_for_anything_where_only_reading_failed() -> None:
    for body in both(letter(REPORT, CLINIC)):
        assert "Если у вас всё открывается, от вас ничего не нужно." in body


def test_whoever_has_not_let_us_in_is_not_told_that_it_opens_for_him() -> None:
    at_the_door = tuple(replace(one, reason="not_let_in") for one in REPORT.findings)
    for body in both(letter(replace(REPORT, findings=at_the_door), CLINIC)):
        assert "Страницу не удалось прочитать" in body
        assert "Если у вас всё открывается" not in body


def test_the_letter_is_small_and_loads_nothing() -> None:
    told = letter(REPORT, MUSEUM)
    assert len(told.html.encode()) < 60_000
    assert not BeautifulSoup(told.html, "lxml").select("script, img, link")
    assert not re.search(r"url\(|@import", told.html)


def test_a_hostile_name_bends_no_header_and_no_page() -> None:
    told = letter(HOSTILE, replace(HOSTILE_SCHOOL, short_name="Школа\r\nBcc: <script>x</script>"))
    assert "\n" not in told.subject
    assert not BeautifulSoup(told.html, "lxml").select("script, img, a[href^=javascript]")


def test_nothing_of_a_hostile_page_runs_in_a_browser(tmp_path: Path) -> None:
    file = tmp_path / "letter.html"
    file.write_bytes(FORMAT.render(replace(HOSTILE, institutions=(HOSTILE_SCHOOL,))).main)
    said: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 320, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert "<script>alert" in page.inner_text("body")
    assert said == []


def test_the_letter_as_a_format_is_the_letter() -> None:
    one = replace(REPORT, institutions=(MUSEUM,))
    assert TEXT.render(one).main.decode() == letter(REPORT, MUSEUM).text

"""An institution's page: by its link alone, and what comes of what it sends."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.application import Application
from monitor.cases.answers import accept, answers_waiting, reject
from monitor.cases.recording import record
from monitor.cases.rereading import awaiting_reread
from monitor.desk.asked_of import everything
from monitor.desk.limits import Limits
from monitor.desk.linked import Came
from monitor.registry import load
from monitor.storage import attachments, links, statements
from monitor.storage.links import SAMPLE, Link, UsedOn
from monitor.storage.tables import MessageRow
from rules.cases.model import InstitutionAnswer, Recorded
from rules.model import Institution, Municipality, Waiver
from tests.cast import NOW
from tests.monitor.desk.files import PDF, POLYGLOT
from tests.monitor.desk.people import somebody
from tests.monitor.desk.raw import answered, head, line
from tests.monitor.desk.served import Visit, application_in, served, visit
from tests.waiting import until

POST = {"post": "директор"}


def token_for(application: Application, institution: str, days: int = 30) -> str:
    """As a letter that went now would bring it."""
    message = MessageRow(role="", recipient="", subject="", body=b"", queued_at=NOW, due_at=NOW)
    until = NOW + timedelta(days=days)
    return links.make(application.engine, message, institution, NOW, until)


@pytest.fixture
def token(application: Application) -> str:
    return token_for(application, "town/school-1")


@pytest.fixture
def home(token: str) -> str:
    return f"/a/{token}"


def link_of(application: Application, token: str) -> Link:
    found = links.by_token(application.engine, token)
    assert found
    return found


def offered(guest: Visit, home: str, kind: str) -> str:
    """The first form of that kind that the page offers."""
    found = guest.page(home).select_one(f'a[href*="/{kind}/"]')
    assert found, kind
    return str(found["href"])


def fields_on(guest: Visit, form: str) -> dict[str, str]:
    """What its form carries along unseen."""
    hidden = guest.page(form).select("main form input[type=hidden]")
    return {str(one["name"]): str(one["value"]) for one in hidden}


def sent(guest: Visit, form: str, fields: Mapping[str, str], files: Any = None) -> Any:
    return guest.client.post(form, data={**fields_on(guest, form), **fields}, files=files)


def answers(application: Application) -> list[Recorded]:
    found = statements.recorded(application.engine, "town")
    return [one for one in found if isinstance(one.said, InstitutionAnswer)]


def only(application: Application) -> InstitutionAnswer:
    (one,) = answers(application)
    assert isinstance(one.said, InstitutionAnswer)
    return one.said


# --- whose page ---------------------------------------------------------------------------------


def test_the_page_says_whose_it_is(guest: Visit, home: str) -> None:
    head = guest.page(home).h1
    assert head
    assert head.text == "МКОУ СОШ № 1"


def test_what_is_put_off_has_one_last_day(
    application: Application, guest: Visit, home: str
) -> None:
    day = NOW.date() + timedelta(days=9)
    said = Waiver(requirement="kedrovy-2022-298/6.6", reason="ремонт", by="глава", until=day)
    record(application, application.municipalities[0].by_id["school-1"], said, by="operator")
    told = [one.get_text().strip() for one in guest.page(home).select("p.soft")]
    assert f"Отложено до {day:%d.%m.%Y}." in told


def test_opening_changes_nothing_but_the_journal(
    application: Application, guest: Visit, token: str, home: str
) -> None:
    for _ in range(3):
        guest.get(home)
    number = link_of(application, token).number
    (day,) = links.days_of(application.engine, [number])[number]
    assert (day.openings, day.answers) == (3, 0)
    assert answers(application) == []


@pytest.mark.parametrize("token", ["a" * 52, SAMPLE, "x", "A" * 52, "a" * 51 + "%00", "%D1%8F" * 9])
def test_what_was_given_to_nobody_opens_nothing(guest: Visit, token: str) -> None:
    answer = guest.get(f"/a/{token}")
    assert answer.status_code == 404
    assert "СОШ" not in answer.text


def test_a_link_opens_no_other_page(guest: Visit, home: str) -> None:
    assert guest.get(home).status_code == 200
    assert guest.get("/").headers["location"] == "/login"


def test_another_institutions_case_is_not_there_by_this_link(
    application: Application, guest: Visit, home: str
) -> None:
    other = f"/a/{token_for(application, 'town/school-2')}"
    case = offered(guest, other, "disagrees").rpartition("/")[2]
    assert guest.get(f"{home}/disagrees/{case}").status_code == 404
    form = offered(guest, home, "disagrees")
    fields = {**fields_on(guest, form), **POST, "text": "нет"}
    assert guest.client.post(f"{home}/disagrees/{case}", data=fields).status_code == 404


@pytest.mark.parametrize("kind", ["accepted", "..", "corrected%2F"])
def test_what_is_no_kind_of_answer_is_not_there(guest: Visit, home: str, kind: str) -> None:
    case = offered(guest, home, "disagrees").rpartition("/")[2]
    assert guest.get(f"{home}/{kind}/{case}").status_code == 404


def test_an_institution_that_has_left_the_registry_has_no_page(
    application: Application, guest: Visit
) -> None:
    assert guest.get(f"/a/{token_for(application, 'town/gone')}").status_code == 404


def test_no_log_holds_a_link(
    guest: Visit, token: str, home: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent(guest, offered(guest, home, "disagrees"), {**POST, "text": "нет"})
    guest.get(f"{home}/no/such/page")
    told = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    assert any("/a/{token}" in line for line in told)
    assert [line for line in told if token in line] == []


# --- answers ------------------------------------------------------------------------------------


def test_corrected_orders_a_reading(application: Application, home: str) -> None:
    later = replace(application, clock=lambda: NOW + timedelta(hours=1))
    with served(later) as address, visit(address) as guest:
        answer = sent(guest, offered(guest, home, "corrected"), {**POST, "text": "убрали"})
    assert answer.status_code == 303
    assert [one.id for one in awaiting_reread(later)] == ["school-1"]


def test_an_answer_says_by_which_channel_and_link_it_came(
    application: Application, guest: Visit, token: str, home: str
) -> None:
    sent(guest, offered(guest, home, "disagrees"), {**POST, "text": "страница есть"})
    (one,) = answers(application)
    assert isinstance(one.said, InstitutionAnswer)
    assert (one.said.channel, one.said.by, one.said.text) == ("link", "директор", "страница есть")
    assert one.recorded_by == f"ссылка № {link_of(application, token).number}"


def test_a_confirmation_waits_for_a_decision(
    application: Application, guest: Visit, home: str
) -> None:
    form = next(
        str(one["href"])
        for one in guest.page(home).select('a[href*="/confirms/"]')
        if guest.page(str(one["href"])).select_one("[name=count]")
    )
    assert sent(guest, form, {**POST, "of": "3", "count": "2"}).status_code == 303
    (waits,) = answers_waiting(application)
    said = waits.answer.attestation
    assert said
    assert (said.kind, said.count, said.of, said.stated_by) == ("two_factor", 2, 3, "директор")


def test_whose_word_would_not_count_is_told_before_it_is_sent(
    application: Application, guest: Visit, home: str
) -> None:
    form = offered(guest, home, "confirms")
    fields = {"document": "приказ № 3 от 01.09.2026", "of": "3", "count": "3", "yes": "yes"}
    answer = sent(guest, form, {**fields, "post": "сторож"})
    assert answer.status_code == 400
    assert "Подтверждают: директор" in answer.text
    assert answers(application) == []


def test_a_correction_of_the_registry_needs_no_case(
    application: Application, guest: Visit, home: str
) -> None:
    sent(guest, f"{home}/registry", {**POST, "field": "phones", "new": "8 (38250) 3-55-00"})
    (change,) = only(application).corrections
    assert (change.field, change.new) == ("phones", "8 (38250) 3-55-00")


def test_a_correction_of_the_registry_puts_no_question_off(guest: Visit, home: str) -> None:
    before = len(guest.page(home).select(".link-case a.button"))
    sent(guest, f"{home}/registry", {**POST, "field": "phones", "new": "8 (38250) 3-55-00"})
    assert len(guest.page(home).select(".link-case a.button")) == before


def test_that_there_is_no_page_is_an_answer_and_is_written_by_one_click(
    application: Application, guest: Visit, address: str
) -> None:
    home = f"/a/{token_for(application, 'town/school-2')}"
    button = guest.page(home).select_one('a[href$="?field=no_page"]')
    assert button
    assert button.text == "Страницы нет"
    form = str(button["href"])
    chosen = guest.page(form).select_one("select[name=field] option[selected]")
    assert chosen
    assert chosen["value"] == "no_page"
    fields = {"field": "no_page", "post": "директор"}
    assert sent(guest, form, fields).status_code == 303
    said = only(application)
    assert said.network
    assert [(one.field, one.new) for one in said.corrections] == [("no_page", "нет")]
    accept(application, answers(application)[0].number or 0, by="operator")
    with somebody(address, application.engine, "operator") as operator:
        proposal = operator.page("/registry").select_one("section form")
        assert proposal
        typed = {str(one["name"]): str(one.get("value", "")) for one in proposal.select("input")}
        done = operator.client.post(str(proposal["action"]), data={**typed, "do": "write"})
        assert done.status_code == 303
        assert not operator.page("/registry").select("section form")
    (town, *_) = load_settings_of(application)
    assert town.by_id["school-2"].no_pages[said.network].by == "директор"


def load_settings_of(application: Application) -> tuple[Municipality, ...]:
    """As the registry's files say now."""
    return tuple(load(path) for path in application.settings.registry)


def test_where_our_address_may_be_wrong_it_is_what_is_corrected(
    application: Application, guest: Visit
) -> None:
    home = f"/a/{token_for(application, 'town/school-2')}"
    button = guest.page(home).select_one('a[href$="?field=no_page"]')
    assert button
    beside = str(button["href"]).partition("?")[0]  # «Поправьте у себя» of the same case
    chosen = guest.page(beside).select_one("select[name=field] option[selected]")
    assert chosen
    assert chosen.text == "адрес страницы в сети"


def test_what_the_reading_found_stands_beside_the_answer(month: Path) -> None:
    with application_in(month) as application:
        (town, *_) = application.municipalities
        told = [
            one
            for school in town.institutions
            for one in everything(application, came_of(town, school)).answered
            if one.outcome == "страница с тех пор прочитана"
        ]
    assert told
    assert all(one.reason.startswith("проверен ") for one in told)


def came_of(town: Municipality, school: Institution) -> Came:
    nothing: Any = None  # its link is not asked about
    return Came(link=nothing, institution=school, town=town, today=NOW.date() + timedelta(days=1))


def test_a_double_click_is_one_answer(application: Application, guest: Visit, home: str) -> None:
    form = offered(guest, home, "disagrees")
    fields = {**fields_on(guest, form), **POST, "text": "нет"}
    first, second = (guest.client.post(form, data=fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(answers(application)) == 1


def test_what_is_missing_is_told_and_what_was_typed_stays(
    application: Application, guest: Visit, home: str
) -> None:
    answer = sent(guest, offered(guest, home, "disagrees"), {"text": "Страница <b>есть</b>"})
    assert answer.status_code == 400
    assert "Должность: напишите" in answer.text
    assert "Страница &lt;b&gt;есть&lt;/b&gt;" in answer.text
    assert answers(application) == []


def test_what_became_of_an_answer_is_told(
    application: Application, guest: Visit, home: str
) -> None:
    sent(guest, offered(guest, home, "disagrees"), {**POST, "text": "нет"})
    (one,) = answers(application)
    assert one.number
    reject(application, one.number, by="оператор", reason="страница видна всем")
    told = guest.page(home).text
    assert "Не принято" in told
    assert "страница видна всем" in told


def test_the_words_of_an_answer_are_not_shown_again(guest: Visit, home: str) -> None:
    sent(guest, offered(guest, home, "disagrees"), {**POST, "text": "Иванова в отпуске"})
    assert "Иванова" not in guest.page(home).text


def test_no_form_has_more_than_five_fields(guest: Visit, home: str) -> None:
    found = guest.page(home).select("main a.button")
    forms = {str(one["href"]) for one in found}
    counted = {
        form: len(
            guest.page(form).select("main form :is(input:not([type=hidden]),textarea,select)")
        )
        for form in forms
    }
    assert counted
    assert max(counted.values()) <= 5


def test_a_form_of_another_site_is_refused(
    application: Application, guest: Visit, home: str
) -> None:
    form = offered(guest, home, "disagrees")
    assert guest.client.post(form, data={**POST, "text": "нет"}).status_code == 403
    assert answers(application) == []


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_kept_by_its_digest(application: Application, guest: Visit, home: str) -> None:
    form = offered(guest, home, "disagrees")
    sent(guest, form, {**POST, "text": "нет"}, {"files": ("../скан.exe", PDF)})
    (file,) = only(application).attachments
    assert file.name == "скан.exe.pdf"
    assert attachments.content_of(application.engine, file.digest) == PDF


def test_a_refused_file_leaves_no_answer(application: Application, guest: Visit, home: str) -> None:
    form = offered(guest, home, "disagrees")
    answer = sent(guest, form, {**POST, "text": "нет"}, {"files": ("a.pdf", b"<html></html>")})
    assert "принимаются PDF" in answer.text
    assert answers(application) == []


def test_a_page_within_a_pdf_is_never_given_to_whoever_has_the_link(
    application: Application, guest: Visit, home: str
) -> None:
    form = offered(guest, home, "disagrees")
    sent(guest, form, {**POST, "text": "нет"}, {"files": ("a.pdf", POLYGLOT)})
    (file,) = only(application).attachments
    page = guest.get(home).text
    assert file.digest not in page
    assert file.name not in page


# --- a link's day -------------------------------------------------------------------------------


def test_the_eleventh_answer_of_a_day_is_refused(
    application: Application, guest: Visit, home: str
) -> None:
    form = f"{home}/registry"
    said = {**POST, "field": "phones", "new": "8 (38250) 3-55-00"}
    codes = [sent(guest, form, said).status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
    assert len(answers(application)) == 10


def used(application: Application, token: str) -> UsedOn:
    number = link_of(application, token).number
    (day,) = links.days_of(application.engine, [number])[number]
    return day


def test_what_is_refused_counts_for_what_was_sent(
    application: Application, guest: Visit, token: str, home: str
) -> None:
    big = ("a.pdf", b"<html>" + b" " * 1_500_000)
    sent(guest, f"{home}/registry", {**POST, "field": "phones", "new": "1"}, {"files": big})
    assert 1_500_000 < used(application, token).sent_bytes < 1_510_000
    guest.client.post(f"{home}/registry", data={"form": "another's"}, files={"files": big})
    assert 3_000_000 < used(application, token).sent_bytes < 3_020_000
    assert used(application, token).answers == 0


def test_what_was_announced_and_never_came_is_not_counted(
    application: Application, address: str, token: str, home: str
) -> None:
    parts = "Content-Type: multipart/form-data; boundary=x"
    with line(address) as opened:
        opened.sendall(head("POST", f"{home}/registry", parts, "Content-Length: 40000000"))
        opened.sendall(b"--x\r\n" + b"a" * 995)
        number = link_of(application, token).number
        until(lambda: links.days_of(application.engine, [number]))
    until(lambda: used(application, token).sent_bytes == 1000)


def test_a_day_that_is_full_reads_nothing_more(
    application: Application, address: str, token: str, home: str
) -> None:
    today = NOW.astimezone(application.municipalities[0].timezone).date()
    assert links.take_bytes(application.engine, link_of(application, token), today, 99_000_000)
    status, _, text = answered(address, head("POST", f"{home}/registry", "Content-Length: 1000001"))
    assert status == 429
    assert "100 МБ" in text


def test_no_upload_takes_what_the_disk_keeps_free(application: Application, home: str) -> None:
    said = {**POST, "field": "phones", "new": "8 (38250) 3-55-00"}
    with served(application, Limits(least_free=1 << 62)) as address, visit(address) as guest:
        answer = sent(guest, f"{home}/registry", said, {"files": ("a.pdf", PDF)})
        assert answer.status_code == 507
        assert "диске мало места" in answer.text
        assert answers(application) == []
        assert sent(guest, f"{home}/registry", said).status_code == 303


def scanning(application: Application, *command: str) -> Application:
    desk = application.settings.desk.model_copy(update={"scan_command": command})
    return replace(application, settings=replace(application.settings, desk=desk))


def test_a_scanner_that_hangs_lets_nothing_pass(application: Application, home: str) -> None:
    hung = scanning(application, sys.executable, "-c", "import signal; signal.pause()")
    said = {**POST, "field": "phones", "new": "8 (38250) 3-55-00"}
    with served(hung, Limits(scan=0.2)) as address, visit(address) as guest:
        answer = sent(guest, f"{home}/registry", said, {"files": ("a.pdf", PDF)})
        assert answer.status_code == 503
        assert "сейчас не работает" in answer.text
        assert answers(application) == []


def test_scanners_at_work_keep_nobody_from_a_page(
    application: Application, tmp_path: Path, token: str, home: str
) -> None:
    may_end = tmp_path / "may-end"
    waits = ("sh", "-c", f"until test -e '{may_end}'; do sleep 0.1; done")
    said = {**POST, "field": "phones", "new": "8 (38250) 3-55-00"}
    files = {"files": ("a.pdf", PDF + b"0" * 10_000)}
    with (
        served(scanning(application, *waits)) as address,
        visit(address) as guest,
        ThreadPoolExecutor(9) as pool,
    ):
        guest.page(home)
        fields = [fields_on(guest, f"{home}/registry") | said for _ in range(9)]
        post, cookies = partial(httpx.post, timeout=60, files=files), dict(guest.client.cookies)
        place = f"{address}{home}/registry"
        coming = [pool.submit(post, place, data=one, cookies=cookies) for one in fields]
        try:
            until(lambda: used(application, token).sent_bytes > 9 * 10_000)
            assert guest.get("/login").status_code == 200
            assert sent(guest, f"{home}/registry", said).status_code == 303
        finally:
            may_end.touch()
        assert [one.result().status_code for one in coming] == [303] * 9


def test_a_case_is_read_again_once_a_day_by_a_link(guest: Visit, home: str) -> None:
    form = offered(guest, home, "corrected")
    hidden = fields_on(guest, form)
    assert sent(guest, form, POST).status_code == 303
    again = guest.client.post(form, data={**hidden, **POST, "once": "drawn-anew"})
    assert again.status_code == 429
    assert "Сегодня вы уже сообщили" in again.text


# --- the end of a link --------------------------------------------------------------------------


def test_a_link_is_ended_by_one_click(guest: Visit, home: str) -> None:
    assert guest.send(home, f"{home}/end").status_code == 303
    assert guest.get(home).status_code == 410


def test_a_dead_link_names_nobody(application: Application, guest: Visit) -> None:
    home = f"/a/{token_for(application, 'town/school-1', days=0)}"
    answer = guest.get(home)
    assert answer.status_code == 410
    assert f'action="{home}/new"' in guest.get(f"{home}/registry").text
    assert "СОШ" not in answer.text
    assert "Прислать новую" in answer.text


def test_by_a_dead_link_nothing_is_sent(
    application: Application, guest: Visit, token: str, home: str
) -> None:
    form = offered(guest, home, "disagrees")
    fields = {**fields_on(guest, form), **POST, "text": "нет"}
    links.end(application.engine, link_of(application, token).number, by="оператор", at=NOW)
    assert guest.client.post(form, data=fields).status_code == 410
    assert answers(application) == []


def test_what_was_written_while_a_link_ended_is_not_lost(
    application: Application, guest: Visit, token: str, home: str
) -> None:
    form = offered(guest, home, "disagrees")
    typed = {"post": "директор Ромашкина А. А.", "text": "отметка стоит,\nсм. <b>страницу</b>"}
    fields = {**fields_on(guest, form), **typed}
    links.end(application.engine, link_of(application, token).number, by="оператор", at=NOW)
    answer = guest.client.post(form, data=fields, files={"file": ("a.pdf", PDF)})
    page = BeautifulSoup(answer.text, "lxml")
    assert [one.text for one in page.select("textarea")] == list(typed.values())
    for told in ("срок ссылки прошёл или её закрыли", "Ничего не отправлено", "Файлы придётся"):
        assert told in page.get_text()
    assert "СОШ" not in answer.text  # whose it was is not told
    offer = page.select_one(f'form[action="{home}/new"]')
    assert offer
    carried = {str(one["name"]): str(one["value"]) for one in offer.select("input")}
    assert guest.client.post(f"{home}/new", data=carried).status_code == 303


def test_what_was_written_of_a_case_that_is_gone_is_not_lost(guest: Visit, home: str) -> None:
    form = offered(guest, home, "disagrees")
    gone = f"{form.rpartition('/')[0]}/{'0' * 16}"
    answer = guest.client.post(gone, data={**fields_on(guest, form), **POST, "text": "иначе"})
    assert answer.status_code == 404
    assert "Этого вопроса больше нет" in answer.text
    assert "иначе</textarea>" in answer.text


def test_by_a_link_that_nobody_was_given_no_form_is_read(guest: Visit, home: str) -> None:
    fields = fields_on(guest, f"{home}/registry")
    answer = guest.client.post(f"/a/{'a' * 52}/registry", data={**fields, "text": "слова"})
    assert answer.status_code == 404
    assert "слова" not in answer.text

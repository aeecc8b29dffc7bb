"""Two municipalities of one audit, each with an office: neither decides for the other."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import tomli_w

from collectors.errors import UsageError
from monitor.application import Application
from monitor.desk.ground import Desk
from monitor.desk.model import Goto, RefusedPageError, Role
from monitor.desk.orders.carrying import carry_out
from monitor.desk.queue.lists import held_audit
from monitor.mail.release import unreleased
from monitor.mail.week import queue_the_week
from monitor.reporting.stored import chosen_audit
from monitor.storage import journal, outbox
from monitor.storage.journal import EntryFilter, What
from tests.cast import NOW
from tests.monitor.desk.asking import OPERATOR, Office, ask_of
from tests.monitor.desk.people import somebody
from tests.monitor.desk.served import application_in, served
from tests.monitor.desk.test_institution import text
from tests.monitor.desk.test_send import hold

READERS = {"town": "head@town.example.org", "next": "head@next.example.org"}
OURS = replace(OPERATOR, towns=frozenset({"town"}), name="Наша")
THEIRS = replace(OPERATOR, towns=frozenset({"next"}), name="Соседкина")


@pytest.fixture
def desk(office: Path) -> Iterator[Desk]:
    """After a night whose report is held; its letters have nowhere to go yet."""
    config = office / "config.toml"
    told = tomllib.loads(config.read_text("utf-8"))
    readers = {town: {"recipients": [one]} for town, one in READERS.items()}
    told["mail"] = {"host": "127.0.0.1", "port": 9, "municipalities": readers}
    config.write_text(tomli_w.dumps(told), "utf-8")
    with application_in(office) as application:
        hold(application)
        yield Desk(application)


@pytest.fixture
def ours(desk: Desk) -> Office:
    return Office(desk, OURS)


@pytest.fixture
def theirs(desk: Desk) -> Office:
    return Office(desk, THEIRS)


def planned(office: Office) -> None:
    office.sent("/send/plan")
    carry_out(office.desk.application)


def sent_all(office: Office, **more: str) -> Goto:
    audit = chosen_audit(office.desk.application, None)
    done = office.sent("/send", {"audit": f"{audit.id}", "do": "send_all", **more})
    carry_out(office.desk.application)
    return done


def held_of(office: Office) -> int | None:
    return held_audit(office.desk, ask_of(office.desk, visitor=office.visitor))


def reported(application: Application) -> frozenset[str]:
    return outbox.reported_roles(application.engine, chosen_audit(application, None))


def test_a_report_that_one_office_lets_go_is_still_held_for_the_other(
    ours: Office, theirs: Office
) -> None:
    planned(ours)
    sent_all(theirs, release="yes")
    assert held_of(theirs) is None
    assert held_of(ours) is not None
    assert "Отчёт задержан" not in text(theirs.page("/send"))
    assert "Отчёт задержан" in text(ours.page("/send"))
    with pytest.raises(UsageError, match="отчёт задержан"):
        sent_all(ours)
    assert reported(ours.desk.application) == {"deputy:next"}
    sent_all(ours, release="yes")
    assert reported(ours.desk.application) == {"deputy:next", "deputy:town"}
    assert held_of(ours) is None


def test_the_week_is_not_told_from_an_audit_that_one_of_them_holds(
    ours: Office, theirs: Office
) -> None:
    application, week = ours.desk.application, (NOW - timedelta(days=7), NOW + timedelta(hours=1))
    planned(ours)
    sent_all(theirs, release="yes")
    assert not queue_the_week(application, *week)
    sent_all(ours, release="yes")
    assert queue_the_week(application, *week)


def test_who_reads_of_all_lets_go_what_nobody_else_does(desk: Desk) -> None:
    audit = chosen_audit(desk.application, None)
    assert unreleased(desk.application, audit, ["town", "next"]) == {"town", "next"}


def test_an_order_of_one_office_is_not_shown_to_the_other(ours: Office, theirs: Office) -> None:
    planned(ours)
    sent_all(theirs, release="yes")
    assert "Отправка (Соседкина" in text(theirs.page("/send"))
    page = text(ours.page("/send"))
    assert "Соседкина" not in page
    assert "Отправка (" not in page
    assert "План писем" in page


def test_who_made_the_plan_of_all_is_told_to_who_sees_all(ours: Office, desk: Desk) -> None:
    planned(ours)
    assert "Наша" not in text(ours.page("/send"))
    assert "План писем (Наша" in text(Office(desk).page("/send"))


def test_a_letter_in_line_of_the_other_is_not_there(ours: Office, theirs: Office) -> None:
    planned(ours)
    sent_all(theirs, release="yes")
    line = theirs.page("/send").select_one("#line ~ ul input[name=number]")
    assert line is not None
    told = []
    for number in (f"{line['value']}", "999"):
        with pytest.raises(RefusedPageError) as refused:
            ours.post("/send/line", {"number": number, "do": "skip"})
        told.append((refused.value.http, refused.value.lines))
    assert told[0] == told[1]
    assert told[0][0] == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.DEPUTY])
def test_a_held_report_is_let_go_from_what_waits(ours: Office, theirs: Office, role: Role) -> None:
    who = ours.by(replace(OURS, role=role))
    form = who.page("/").select_one('form[action="/release"]')
    assert form
    carried = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert who.sent("/release", carried).said == "released"
    carry_out(ours.desk.application)
    assert reported(ours.desk.application) == {"deputy:town"}
    assert who.page("/").select_one('form[action="/release"]') is None
    assert theirs.page("/").select_one('form[action="/release"]')
    with pytest.raises(UsageError, match="уже отпущен"):
        who.post("/release", carried)
    with pytest.raises(UsageError, match="новая проверка"):
        who.post("/release", {"audit": "999"})
    engine = ours.desk.application.engine
    (entry,) = journal.newest(engine, EntryFilter(what=(What.RELEASED,)), most=9)
    assert entry.municipality == "town"


def test_over_a_line_neither_sends_nor_lets_go_what_is_the_others(desk: Desk) -> None:
    application, audit = desk.application, chosen_audit(desk.application, None)
    with (
        served(application) as address,
        somebody(address, application.engine, "operator", towns=("town",), name="ours") as ours,
        somebody(address, application.engine, "operator", towns=("next",), name="theirs") as theirs,
    ):
        ours.send("/send", "/send/plan")
        carry_out(application)
        boxes = theirs.page("/send").select("label.pick input[name=letter]")
        keys = [str(one["value"]) for one in boxes]
        assert keys
        form = {"audit": f"{audit.id}", "letter": keys, "release": "yes", "consent": "yes"}
        for do in ("send", "skip", "stop", "rehearse"):
            assert ours.send("/send", "/send", {**form, "do": do}).status_code in (400, 404)
        own = theirs.token("/send")
        assert ours.client.post("/release", data={**own, **form}).status_code == 403
        assert ours.send("/send", "/release", form).status_code == 303
        carry_out(application)
        assert reported(application) == {"deputy:town"}
        assert ours.send("/send", "/release", form).status_code == 400
        assert theirs.page("/").select_one('form[action="/release"]')


@pytest.mark.usefixtures("desk")
def test_a_report_of_all_is_let_go_by_who_answers_for_all(office: Path) -> None:
    config = office / "config.toml"
    told = tomllib.loads(config.read_text("utf-8"))
    told["mail"] = {"host": "127.0.0.1", "port": 9, "recipients": ["head@region.example.org"]}
    config.write_text(tomli_w.dumps(told), "utf-8")
    with application_in(office) as application:
        one, every = Office(Desk(application), OURS), Office(Desk(application))
        form = {"audit": f"{chosen_audit(application, None).id}"}
        with pytest.raises(UsageError, match="отвечает за все"):
            one.post("/release", form)
        assert every.sent("/release", form).said == "released"
        carry_out(application)
        assert reported(application) == {"deputy"}

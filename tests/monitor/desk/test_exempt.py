"""An exemption that rests on nothing is asked about once, wherever somebody is asked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from monitor.application import Application
from monitor.audit.begin import AuditRequest
from monitor.audit.run import evaluate
from monitor.cases.board import catch_up
from monitor.cases.book import cases_of
from monitor.desk.asked_of import everything
from monitor.desk.ground import Desk
from monitor.desk.linked import Came
from rules.reasons import Reason
from tests.cast import NOW
from tests.monitor.desk.asking import DEPUTY
from tests.monitor.desk.asks import shown
from tests.monitor.desk.served import application_in

FORM = "/registry/town/institutions/school-1"


@pytest.fixture
def exempt(office: Path) -> Iterator[Application]:
    """School № 1 is said to be exempt, and nobody has said why."""
    config = tomllib.loads((office / "config.toml").read_text("utf-8"))
    path = office / config["registry"][0]
    told = tomllib.loads(path.read_text("utf-8"))
    told["institution"][0]["exemption"] = [{"ground": "особенности сферы"}]
    path.write_text(tomli_w.dumps(told), "utf-8")
    with application_in(office) as application:
        evaluate(application, AuditRequest(as_of=NOW))
        catch_up(application)
        yield application


def test_it_is_many_findings(exempt: Application) -> None:
    (town, *_) = exempt.municipalities
    found = cases_of(exempt, town, institutions=town.institutions[:1])
    assert sum(one.finding.reason == Reason.EXEMPT_UNFOUNDED for one in found) > 1


def test_an_operator_is_asked_once_and_led_to_the_registry(exempt: Application) -> None:
    page = shown(Desk(exempt), "/?what=reviews")
    (asked,) = (one for one in page.select("article") if "Освобождение без" in one.get_text())
    assert [str(one["href"]) for one in asked.select("a.button")] == [f"{FORM}#exemptions"]
    assert shown(Desk(exempt), FORM).select_one("#exemptions") is not None
    assert not asked.select("button[value=met]")
    tab = next(one for one in page.select(".desk-tabs a") if "Нужно" in one.get_text())
    assert int(tab.select_one("b").get_text()) == len(page.select("article"))  # type: ignore[union-attr]


def test_a_deputy_is_led_nowhere_that_is_not_his(exempt: Application) -> None:
    page = shown(Desk(exempt), "/?what=reviews", DEPUTY)
    (asked,) = (one for one in page.select("article") if "Освобождение без" in one.get_text())
    assert not asked.select("a.button")
    assert "делает оператор" in asked.get_text()


def test_the_institution_is_asked_once(exempt: Application) -> None:
    (town, *_) = exempt.municipalities
    nothing: Any = None  # its link is not asked about
    came = Came(
        link=nothing,
        institution=town.institutions[0],
        town=town,
        today=NOW.date() + timedelta(days=1),
    )
    reasons = [one.case.finding.reason for one in everything(exempt, came).asked]
    assert reasons.count(Reason.EXEMPT_UNFOUNDED) == 1

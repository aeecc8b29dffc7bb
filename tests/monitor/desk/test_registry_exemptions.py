"""Exemptions at the registry's form: corrected, taken out, added; the file keeps its remarks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.application import Application
from monitor.registry import load
from rules.model import Exemption
from tests.monitor.desk.people import somebody
from tests.monitor.desk.served import Visit
from tests.monitor.desk.test_registry import SCHOOL, noted, shown

REMARK = "# звонили учредителю 20.11"
EXEMPTION = f"""  {REMARK}
  [institution.exemption]
  ground = "особенности сферы"  # со слов директора
"""
SAID = Exemption(ground="особенности сферы")
SECOND = {
    "exemption-new-scope": ["site"],
    "exemption-new-ground": "п. 4 постановления № 298",
    "exemption-new-approved_by": "school-2",
    "exemption-new-document": "№ 7 от 01.12.2022",
    "exemption-new-from": "2022-12-01",
}


@pytest.fixture
def file(office: Path) -> Path:
    """The registry's file: School № 1 is said to be exempt, as one table that stands alone."""
    config = tomllib.loads((office / "config.toml").read_text("utf-8"))
    path = office / config["registry"][0]
    first, second, last = path.read_text("utf-8").partition('[[institution]]\nid = "school-2"')
    assert second
    path.write_text(f"{first.rstrip()}\n{EXEMPTION}\n{second}{last}", "utf-8")
    return path


@pytest.fixture
def operator(file: Path, address: str, application: Application) -> Iterator[Visit]:
    assert file.exists()  # changed before the desk reads it
    with somebody(address, application.engine, "operator") as found:
        yield found


def corrected(visit: Visit, why: str = "письмо учредителя", **changes: Any) -> Any:
    return visit.client.post(SCHOOL, data=shown(visit, SCHOOL) | {"why": why} | changes)


def exemptions(file: Path) -> tuple[Exemption, ...]:
    return load(file).by_id["school-1"].exemptions


def test_grounds_are_completed_and_all_else_stays(
    operator: Visit, file: Path, application: Application
) -> None:
    before = file.read_text("utf-8")
    document = {"exemption-0-document": "№ 7 от 01.12.2022", "exemption-0-approved_by": "school-2"}
    assert corrected(operator, **document).status_code == 303
    (now,) = exemptions(file)
    assert now == replace(SAID, approved_by="school-2", document="№ 7 от 01.12.2022")
    left = [line for line in file.read_text("utf-8").splitlines() if line in before.splitlines()]
    assert left == before.splitlines()
    told = {one.detail for one in noted(application)}
    start = "освобождение (основание: особенности сферы), "
    end = "почему: письмо учредителя"
    assert told == {
        f"{start}документ: было «не указано», стало «№ 7 от 01.12.2022»; {end}",
        f"{start}кем согласовано (код): было «не указано», стало «school-2»; {end}",
    }


def test_what_it_is_from_is_ticked(operator: Visit, file: Path, application: Application) -> None:
    assert corrected(operator, **{"exemption-0-scope": ["pages", "site"]}).status_code == 303
    (now,) = exemptions(file)
    assert now.scope == ("pages", "site")
    (entry,) = noted(application)
    assert "стало «страницы во всех соцсетях, сайт»" in entry.detail
    assert corrected(operator, **{"exemption-0-scope": []}).status_code == 400
    assert exemptions(file) == (now,)


def test_one_that_was_no_exemption_goes_with_its_remark(
    operator: Visit, file: Path, application: Application
) -> None:
    assert corrected(operator, **{"exemption-0-drop": "1"}).status_code == 303
    assert exemptions(file) == ()
    assert REMARK not in file.read_text("utf-8")
    (entry,) = noted(application)
    assert "Основание: особенности сферы», стало «не указано»" in entry.detail


def test_one_more_is_added_beside_it(operator: Visit, file: Path, application: Application) -> None:
    assert corrected(operator, **SECOND).status_code == 303
    first, second = exemptions(file)
    assert first == SAID
    assert second == Exemption(
        scope=("site",),
        ground="п. 4 постановления № 298",
        approved_by="school-2",
        document="№ 7 от 01.12.2022",
        since=date(2022, 12, 1),
    )
    assert REMARK in file.read_text("utf-8")
    (entry,) = noted(application)
    assert "От чего: сайт; Основание: п. 4 постановления № 298" in entry.detail
    assert "; С: 01.12.2022" in entry.detail


def test_each_of_several_is_corrected_alone(operator: Visit, file: Path) -> None:
    corrected(operator, **SECOND)
    changes = {"exemption-0-drop": "1", "exemption-1-until": "2026-12-31"}
    assert corrected(operator, **changes).status_code == 303
    (now,) = exemptions(file)
    assert (now.ground, now.until) == ("п. 4 постановления № 298", date(2026, 12, 31))


def test_one_is_replaced_by_another(operator: Visit, file: Path) -> None:
    assert corrected(operator, **SECOND, **{"exemption-0-drop": "1"}).status_code == 303
    (now,) = exemptions(file)
    assert now.scope == ("site",)


def test_a_form_sent_as_it_stands_changes_nothing(operator: Visit, file: Path) -> None:
    before = file.read_bytes()
    answered = corrected(operator)
    assert answered.status_code == 400
    assert "поля такие же, как в реестре" in answered.text
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exemption-0-scope": ["pages", "everything"]}, "«От чего»"),
        ({"exemption-0-from": "2026-11-20", "exemption-0-until": "2026-11-01"}, "«По»"),
        ({"exemption-new-from": "вчера"}, "«вчера» — не дата"),
    ],
)
def test_what_is_no_exemption_is_told_by_the_column(
    operator: Visit, file: Path, changes: dict[str, Any], told: str
) -> None:
    before = file.read_bytes()
    answered = corrected(operator, **changes)
    assert answered.status_code == 400
    assert told in answered.text
    assert file.read_bytes() == before


def test_blanks_that_a_form_does_not_give_back_are_no_change(operator: Visit, file: Path) -> None:
    text = file.read_text("utf-8")
    spaced = text.replace("особенности сферы", "особенности  сферы\\nи письмо")
    file.write_text(spaced.replace("учреждение «Школа № 1»", "учреждение  «Школа № 1»"), "utf-8")
    assert corrected(operator).status_code == 400
    assert corrected(operator, **{"exemption-0-document": "№ 7"}).status_code == 303
    (now,) = exemptions(file)
    assert now.ground == "особенности  сферы\nи письмо"
    assert "учреждение  «Школа" in load(file).by_id["school-1"].name


def test_whoever_agreed_and_is_no_institution_stays(operator: Visit, file: Path) -> None:
    text = file.read_text("utf-8")
    approved = 'approved_by = "Дума"'
    file.write_text(text.replace(EXEMPTION, f"{EXEMPTION}  {approved}\n"), "utf-8")
    assert corrected(operator, **{"exemption-0-document": "№ 7"}).status_code == 303
    assert exemptions(file) == (replace(SAID, approved_by="Дума", document="№ 7"),)


def test_of_two_who_correct_it_the_second_is_told(operator: Visit, file: Path) -> None:
    seen = shown(operator, SCHOOL) | {"why": "письмо"}
    corrected(operator, **{"exemption-0-document": "№ 7"})
    answered = operator.client.post(SCHOOL, data=seen | {"exemption-0-document": "№ 8"})
    assert answered.status_code == 400
    assert "уже поправил кто-то другой" in answered.text
    assert [one.document for one in exemptions(file)] == ["№ 7"]

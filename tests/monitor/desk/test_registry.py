"""«Реестр»: fields are corrected, tables compared and taken over; the file keeps its remarks."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup

from monitor.application import Application
from monitor.cases.answers import accept, answer
from monitor.registry import load
from monitor.storage import journal
from monitor.storage.journal import Entry, EntryFilter, What
from rules.cases.model import Correction, InstitutionAnswer
from tests.cast import NOW
from tests.monitor.desk.asking import counted
from tests.monitor.desk.people import somebody
from tests.monitor.desk.served import Visit

SCHOOL = "/registry/town/institutions/school-1"
CSV = "text/csv"


@pytest.fixture
def file(office: Path) -> Path:
    """The registry's file, with an office's remark in it."""
    config = tomllib.loads((office / "config.toml").read_text("utf-8"))
    path = office / config["registry"][0]
    path.write_text("# Список ведёт канцелярия\n" + path.read_text("utf-8"), "utf-8")
    return path


@pytest.fixture
def operator(file: Path, address: str, application: Application) -> Iterator[Visit]:
    assert file.exists()  # changed before the desk reads it
    with somebody(address, application.engine, "operator") as found:
        yield found


def shown(visit: Visit, path: str) -> dict[str, Any]:
    """What the form of a page would send as it stands."""
    return fields_of(visit.page(path))


def fields_of(page: BeautifulSoup) -> dict[str, Any]:
    form = next(one for one in page.select("main form") if one.get("method") == "post")
    found: dict[str, Any] = {}
    for one in form.select("input, textarea, select"):
        kind, name = one.get("type"), str(one.get("name"))
        if kind == "file" or (kind in ("checkbox", "radio") and not one.has_attr("checked")):
            continue
        value = one.text if one.name == "textarea" else one.get("value", "")
        if one.name == "select":
            chosen = one.select_one("option[selected]")
            value = chosen["value"] if chosen else ""
        found.setdefault(name, []).append(value)
    return found


def corrected(visit: Visit, **changes: str) -> Any:
    fields = shown(visit, SCHOOL) | {
        name.replace("_", "-", 1): value for name, value in changes.items()
    }
    return visit.client.post(SCHOOL, data=fields)


def noted(application: Application) -> list[Entry]:
    wanted = EntryFilter(what=[What.REGISTRY_CHANGED])
    return list(journal.newest(application.engine, wanted, most=50))


def test_a_corrected_field_is_written_and_nothing_else(
    operator: Visit, file: Path, application: Application
) -> None:
    before = load(file)
    answered = corrected(operator, f_phones="8 (38250) 3-55-46", why="звонок секретаря")
    assert answered.status_code == 303
    after = load(file).by_id["school-1"]
    assert after.phones == ("8 (38250) 3-55-46",)
    assert load(file).by_id["school-2"] == before.by_id["school-2"]
    assert file.read_text("utf-8").startswith("# Список ведёт канцелярия\n")
    (entry,) = noted(application)
    assert (entry.who, entry.institution) == ("operator", "school-1")
    assert entry.detail.endswith("стало «8 (38250) 3-55-46»; почему: звонок секретаря")


def test_the_page_shows_what_was_changed_and_by_whom(operator: Visit) -> None:
    corrected(operator, f_address="ул. Новая, 1", why="переезд")
    text = operator.page(SCHOOL).get_text(" ", strip=True)
    assert "operator" in text
    assert "ул. Новая, 1" in text
    assert "почему: переезд" in text


def test_nothing_is_written_without_a_reason_or_a_change(operator: Visit, file: Path) -> None:
    before = file.read_bytes()
    assert corrected(operator, f_address="ул. Новая, 1").status_code == 400
    assert corrected(operator, why="просто так").status_code == 400
    assert file.read_bytes() == before


def test_what_is_no_registry_is_told_by_the_column(operator: Visit, file: Path) -> None:
    before = file.read_bytes()
    answered = corrected(operator, f_ogrn="1027000000005", why="опечатка")
    assert answered.status_code == 400
    assert "«ОГРН»" in answered.text
    assert str(file.parent) not in answered.text
    assert file.read_bytes() == before


def test_what_was_refused_comes_back_as_it_was_typed(operator: Visit, file: Path) -> None:
    """For whatever reason: a fault of the registry, or nothing said of why."""
    before = file.read_bytes()
    typed = {
        "f-ogrn": ["1027000000005"],
        "f-address": ["ул. Новая, 1"],
        "f-phones": ["8 (38250) 3-55-46\n8 (38250) 3-55-47"],
        "f-no_email": ["1"],
        "page-0-drop": ["1"],
        "new-url": ["https://vk.com/school1new"],
        "exemption-new-ground": ["письмо управления"],
    }
    for why in ("опечатка", ""):
        sent = shown(operator, SCHOOL) | typed | {"why": [why]}
        answered = operator.client.post(SCHOOL, data=sent)
        again = fields_of(BeautifulSoup(answered.text, "html.parser"))
        assert answered.status_code == 400
        assert "Не записано" in answered.text
        assert {name: again.get(name) for name in (*typed, "why")} == {**typed, "why": [why]}
    assert file.read_bytes() == before
    assert shown(operator, SCHOOL).keys().isdisjoint({"f-no_email", "page-0-drop"})


def test_of_two_who_correct_the_same_the_second_is_told(operator: Visit, file: Path) -> None:
    seen = shown(operator, SCHOOL)
    corrected(operator, f_address="ул. Новая, 1", why="переезд")
    answered = operator.client.post(
        SCHOOL, data=seen | {"f-address": "ул. Старая, 2", "why": "звонок"}
    )
    assert answered.status_code == 400
    assert "уже поправил кто-то другой" in answered.text
    assert load(file).by_id["school-1"].address == "ул. Новая, 1"


def test_what_an_editor_has_written_meanwhile_stays(operator: Visit, file: Path) -> None:
    seen = shown(operator, SCHOOL)
    file.write_text(file.read_text("utf-8") + "\n# записано в редакторе\n", "utf-8")
    operator.client.post(SCHOOL, data=seen | {"f-address": "ул. Новая, 1", "why": "переезд"})
    assert load(file).by_id["school-1"].address == "ул. Новая, 1"
    assert "# записано в редакторе" in file.read_text("utf-8")


def test_a_page_is_added_and_another_gets_its_last_day(operator: Visit, file: Path) -> None:
    assert corrected(operator, new_url="https://vk.com/school1new", why="новая").status_code == 303
    answered = corrected(operator, **{"page_0-deleted_on": "2026-11-01"}, why="закрыли")
    assert answered.status_code == 303
    pages = load(file).by_id["school-1"].pages
    assert pages[-1].address == "https://vk.com/school1new"
    assert pages[0].deleted_on is not None


def test_a_page_of_another_municipality_is_refused(
    operator: Visit, file: Path, application: Application
) -> None:
    with somebody(str(operator.client.base_url), application.engine, "operator",
                  towns=["next"], name="other") as other:  # fmt: skip
        path = "/registry/next/institutions/school-9"
        taken = load(file).by_id["school-1"].pages[0].address
        answered = other.client.post(path, data=shown(other, path) | {"new-url": taken, "why": "x"})
    assert answered.status_code == 400
    assert "у другого муниципалитета" in answered.text


# --- tables -------------------------------------------------------------------------------------


def uploaded(visit: Visit, content: bytes, name: str = "t.csv", mode: str = "add") -> Any:
    files = {"file": (name, content, "application/octet-stream")}
    return visit.send("/registry/town", "/registry/town/table", {"mode": mode}, files)


def table(*rows: str) -> bytes:
    return "\n".join(("Код;Полное наименование;Вид;Телефоны", *rows)).encode()


def accepted(visit: Visit, path: str, do: str = "accept") -> Any:
    return visit.send(path, path, {"do": do})


def test_a_table_is_shown_in_words_and_changes_nothing_yet(operator: Visit, file: Path) -> None:
    before = file.read_bytes()
    answered = uploaded(operator, table("school-1;Школа № 1;школа;8 (38250) 3-55-46"))
    assert answered.status_code == 303
    text = operator.page(answered.headers["location"]).get_text(" ", strip=True)
    assert "стало «8 (38250) 3-55-46»" in text
    assert file.read_bytes() == before


def test_an_accepted_table_is_written_with_its_journal(
    operator: Visit, file: Path, application: Application
) -> None:
    draft = uploaded(operator, table("school-1;Школа № 1;школа;1-22-33")).headers["location"]
    assert accepted(operator, draft).status_code == 303
    town = load(file)
    assert town.by_id["school-1"].phones == ("1-22-33",)
    assert "school-2" in town.by_id
    assert file.read_text("utf-8").startswith("# Список ведёт канцелярия\n")
    assert any("из таблицы t.csv" in one.detail for one in noted(application))


def test_a_whole_table_lets_go_who_is_not_in_it(operator: Visit, file: Path) -> None:
    content = table("school-1;Школа № 1;школа;")
    draft = uploaded(operator, content, mode="whole").headers["location"]
    assert "учреждения больше нет в реестре" in operator.page(draft).text
    accepted(operator, draft)
    assert set(load(file).by_id) == {"school-1"}


def test_the_exported_table_comes_back_without_a_difference(operator: Visit) -> None:
    content = operator.get("/registry/town/table").content
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    draft = uploaded(operator, content, "r.xlsx", "whole").headers["location"]
    assert "менять нечего" in operator.page(draft).text


def test_faults_of_a_table_are_told_by_its_places(operator: Visit) -> None:
    answered = uploaded(operator, table(";Школа;какая-то;", "x y;Ещё;школа;"))
    assert answered.status_code == 400
    assert "Строка 2, столбец «Вид»" in answered.text
    assert "/tmp" not in answered.text


@pytest.mark.parametrize(
    "name", ["\U00020000" * 80 + ".csv", "я" * 300, "../../t.csv", ".", "\u202e"]
)
def test_a_table_may_be_called_anything(operator: Visit, name: str) -> None:
    answered = uploaded(operator, table("school-1;Школа № 1;школа;1-22-33"), name)
    assert answered.status_code == 303


def test_a_table_of_yesterday_is_not_written_over_a_newer_file(operator: Visit, file: Path) -> None:
    draft = uploaded(operator, table("school-1;Школа № 1;школа;1-22-33")).headers["location"]
    corrected(operator, f_address="ул. Новая, 1", why="переезд")
    assert accepted(operator, draft).status_code == 400
    assert load(file).by_id["school-1"].address == "ул. Новая, 1"
    assert load(file).by_id["school-1"].phones != ("1-22-33",)


def test_a_draft_is_its_owners_alone(operator: Visit, application: Application) -> None:
    draft = uploaded(operator, table("school-1;Школа;школа;1-22-33")).headers["location"]
    base = str(operator.client.base_url)
    with somebody(base, application.engine, "operator", name="other") as other:
        assert other.get(draft).status_code == 404


# --- whose --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/table", "/drafts/x", "/institutions/school-9"])
def test_another_municipality_is_no_page(operator: Visit, path: str) -> None:
    assert operator.get(f"/registry/next{path}").status_code == 404


def test_a_deputy_does_not_come_here(address: str, application: Application) -> None:
    with somebody(address, application.engine, "deputy") as deputy:
        assert deputy.get("/registry").status_code == 403


# --- what institutions ask ----------------------------------------------------------------------


@pytest.fixture
def asked(application: Application) -> int:
    """Its number: a school has asked, an operator has accepted."""
    (town, *_) = application.municipalities
    said = InstitutionAnswer(
        kind="correct_registry",
        by="секретарь",
        on=NOW.date(),
        corrections=(
            Correction(field="Телефоны", new="1-22-33"),
            Correction(field="страница", new="https://vk.com/school1new"),
            Correction(field="герб", new="новый"),
        ),
    )
    number = answer(application, town.by_id["school-1"], said, by="секретарь").recorded.number
    accept(application, number or 0, by="operator")
    return number or 0


def decided(visit: Visit, number: int, **fields: str) -> Any:
    sent = shown(visit, "/registry") | fields
    return visit.client.post(f"{SCHOOL}/proposals/{number}", data=sent)


def test_what_a_school_asked_is_written_by_one_click(
    operator: Visit, file: Path, application: Application, asked: int
) -> None:
    assert "«герб»: новый" in operator.page("/registry").get_text(" ", strip=True)
    assert decided(operator, asked, do="write").status_code == 303
    school = load(file).by_id["school-1"]
    assert school.phones == ("1-22-33",)
    assert school.pages[-1].address == "https://vk.com/school1new"
    assert {one.statement for one in noted(application)} == {asked}
    assert "Просят поправить: 0" in operator.page("/registry").text


def test_what_is_not_written_is_put_away_with_a_reason(
    operator: Visit, file: Path, asked: int
) -> None:
    before = file.read_bytes()
    assert decided(operator, asked, do="dismiss").status_code == 400
    assert decided(operator, asked, do="dismiss", why="телефон прежний").status_code == 303
    assert "Просят поправить: 0" in operator.page("/registry").text
    assert file.read_bytes() == before


def test_what_was_asked_is_written_once(operator: Visit, asked: int) -> None:
    sent = shown(operator, "/registry") | {"do": "write"}
    path = f"{SCHOOL}/proposals/{asked}"
    assert operator.client.post(path, data=sent).status_code == 303
    from_another_page = sent | {"once": "of another page"}
    assert operator.client.post(path, data=from_another_page).status_code == 404


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("path", ["/registry", "/registry/town", SCHOOL])
def test_no_page_asks_the_database_often(
    operator: Visit, application: Application, path: str
) -> None:
    with counted(application.engine) as made:
        operator.page(path)
    assert len(made) <= 12

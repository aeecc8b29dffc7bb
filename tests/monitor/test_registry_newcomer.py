"""What somebody meets who fills in his first table: one pass, his own words, nothing lost."""

from __future__ import annotations

import re
import tomllib
from functools import partial
from pathlib import Path

import pytest

from collectors.errors import UsageError
from monitor.commands.registry import import_table as import_command
from monitor.commands.registry import template as template_command
from monitor.registry import check, load
from monitor.registry.faults import RegistryFault, wording
from monitor.registry.imports import import_table
from rules.names.people import names_in, without_names
from tests.monitor.test_registry import TODAY
from tests.monitor.test_registry_books import csv, told
from tests.monitor.test_registry_tables import book, put

__all__ = ["book"]  # a fixture: the whole registry as our workbook

HEAD = "Код;Полное наименование;Краткое наименование;Вид;ОГРН;Телефоны;Сайт\n"
SCHOOL = ";Муниципальная школа № 1;МКОУ СОШ № 1;школа;1027000000004;;\n"
OF_FILES = {
    *("no_file", "unreadable", "too_large", "not_utf8", "syntax", "too_deep", "unknown_key"),
    *("mistyped_key", "misplaced_key", "not_string", "not_date", "not_bool", "not_int"),
    *("not_list", "not_table", "twice_municipality"),
}


def ids(text: str) -> list[str]:
    return [institution["id"] for institution in tomllib.loads(text)["institution"]]


def warned(path: Path) -> list[RegistryFault]:
    heard: list[RegistryFault] = []
    import_table(path, today=TODAY, warn=heard.append)
    return heard


# --- one pass -----------------------------------------------------------------------------------


def test_faults_of_form_and_of_sense_are_told_in_one_pass(tmp_path: Path) -> None:
    rows = "плохой код;Школа;;школа;1027000000005;12;vk.com/a\ns;Музей;;музей;;;\n"
    found = told(csv(tmp_path, HEAD + rows))
    titles = ("Код", "ОГРН", "Телефоны", "Сайт", "Вид")
    assert all(any(f"«{title}»" in fault for fault in found) for title in titles)


def test_rows_of_an_unknown_institution_are_checked_all_the_same(book: Path) -> None:
    put(book, "Страницы", "Код учреждения", "stranger")
    put(book, "Страницы", "Адрес страницы", "https://a.ru/b")
    found = told(book)
    assert [fault for fault in found if "stranger" in fault]
    assert [fault for fault in found if "«https://a.ru/b» не годится" in fault]


def test_a_missing_column_is_told_once(tmp_path: Path) -> None:
    found = told(csv(tmp_path, "Код;Вид;ОГРН\na;школа;1027000000004\nb;школа;\n"))
    assert len(found) == 1


@pytest.mark.parametrize("code", sorted({*wording()} - OF_FILES))
def test_no_sentence_for_a_table_speaks_of_the_file(code: str) -> None:
    entry, own = wording()[code], wording()["table_words"]
    if "message" not in entry or "advice" not in entry:
        return
    said = " ".join(own.get(f"{code}.{part}", entry[part]) for part in ("message", "advice"))
    plain = re.sub(r"\{\w+\}", "", said)
    assert not re.search(r"\w = |\[\[|\b(?:id|true|false|parent|network|role|packs|key)\b", plain)


# --- codes --------------------------------------------------------------------------------------


def test_an_empty_code_is_proposed_and_told(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD + SCHOOL)
    assert ids(import_table(path, today=TODAY)) == ["school-1"]
    assert [fault.code for fault in warned(path)] == ["proposed_id"]


def test_a_table_without_a_column_of_codes_has_them_proposed(tmp_path: Path) -> None:
    table = "Полное наименование;Вид\nДетский сад «Сказка»;детский сад\n"
    assert ids(import_table(csv(tmp_path, table), today=TODAY)) == ["detskiy-sad-skazka"]


def test_proposed_codes_are_unique(tmp_path: Path) -> None:
    rows = "school-1;Лицей;;школа;;;\n" + SCHOOL + ";Школа № 1;;школа;;;\n"
    assert ids(import_table(csv(tmp_path, HEAD + rows), today=TODAY)) == [
        "school-1",
        "school-1-00004",
        "school-1-2",
    ]


def test_an_institution_keeps_the_code_that_it_has_in_the_registry(tmp_path: Path) -> None:
    path, town = csv(tmp_path, HEAD + SCHOOL), tmp_path / "town.toml"
    text = import_table(path, municipality="a", name="А", today=TODAY)
    town.write_text(text.replace('"school-1"', '"pervaya"'), "utf-8")
    assert ids(import_table(path, today=TODAY, earlier=load(town))) == ["pervaya"]


def test_a_proposed_code_is_that_of_the_founder_too(tmp_path: Path) -> None:
    table = (
        "Полное наименование;Вид;Код учредителя\nАдминистрация;администрация;\nШ № 2;школа;adm\n"
    )
    text = import_table(csv(tmp_path, table), today=TODAY)
    assert tomllib.loads(text)["institution"][1]["parent"] == "adm"


# --- telephones and people ----------------------------------------------------------------------


@pytest.mark.parametrize("phone", ["т. 5-55-05", "5-55-05 (приёмная), факс 5-55-06", "555-05-05"])
def test_a_telephone_without_its_area_code_is_told(tmp_path: Path, phone: str) -> None:
    found = warned(csv(tmp_path, HEAD + f"a;Школа;;школа;;{phone};\n"))
    assert [(fault.line, fault.column) for fault in found if fault.code == "local_phone"] == [
        (2, "Телефоны")
    ]


@pytest.mark.parametrize("phone", ["8 (38250) 3-55-46", "+7 382 503-55-46 доб. 12345"])
def test_a_whole_telephone_is_not_told(tmp_path: Path, phone: str) -> None:
    assert not warned(csv(tmp_path, HEAD + f"a;Школа;;школа;;{phone};\n"))


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("заведующая Иванова И.И.", "заведующая"),
        ("Директор И. И. Иванова", "Директор"),
        ("Иванова Мария Ивановна, директор", "директор"),
        ("и.о. заведующего Салтыков-Щедрин М. Е.", "и.о. заведующего"),
        ("Иванова И.И.", ""),
        ("от имени директора Ивановой И. И.", "от имени директора"),
    ],
)
def test_a_name_is_left_out_and_the_post_stays(said: str, rest: str) -> None:
    assert without_names(said) == rest


@pytest.mark.parametrize(
    "said",
    [
        "директор школы имени И.И. Иванова",
        "МБОУ СОШ № 5 им. дважды Героя Советского Союза маршала А. М. Василевского",
        "ул. Героя России Сидорова С. С.",
        "И.о. директора",
        "заместитель главы",
        "№ 12 от 05.12.2022",
    ],
)
def test_what_is_no_persons_name_stays(said: str) -> None:
    assert (names_in(said), without_names(said)) == ((), said)


def test_a_name_is_told_and_does_not_get_into_the_registry(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD + "a;Школа;;школа;;8 (38250) 3-55-46 Иванова И.И.;\n")
    assert [fault.code for fault in warned(path)] == ["person_named"]
    assert "Иванова" not in import_table(path, today=TODAY)


def test_a_name_in_a_file_of_the_office_reaches_no_reader(tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_text(
        '[municipality]\nid = "a"\nname = "А"\ntimezone = "UTC"\n[[institution]]\nid = "s"\n'
        'name = "Школа"\nkind = "school"\n[institution.no_page.ok]\nconfirmed_on = 2026-10-01\n'
        'by = "Иванова И.И."\n',
        "utf-8",
    )
    assert [fault.code for fault in check([path], today=TODAY)] == ["person_named"]
    assert load(path).institutions[0].no_pages["ok"].by == ""


# --- nothing is overwritten ---------------------------------------------------------------------


def test_a_registry_that_is_there_is_shown_what_would_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, town = csv(tmp_path, HEAD + SCHOOL), tmp_path / "town.toml"
    command = partial(import_command, path, town, municipality="a", timezone="UTC")
    assert command(name="Старый") == 0
    town.write_text(before := "# от руки\n" + town.read_text("utf-8"), "utf-8")
    assert command(name="Новый") == 2
    shown = capsys.readouterr().out
    assert "было «Старый», стало «Новый»" in shown
    assert "# от руки" in shown
    assert town.read_text("utf-8") == before


def test_a_registry_is_replaced_with_force(tmp_path: Path) -> None:
    path, town = csv(tmp_path, HEAD + SCHOOL), tmp_path / "town.toml"
    town.write_text("испорчено [", "utf-8")
    command = partial(import_command, path, town, municipality="a", name="А", timezone="UTC")
    assert (command(), command(force=True)) == (2, 0)
    assert load(town).name == "А"


def test_a_table_that_was_filled_in_is_not_made_empty(tmp_path: Path) -> None:
    path = tmp_path / "бланк.xlsx"
    path.write_bytes(b"filled in")
    with pytest.raises(UsageError, match="--force"):
        template_command(path)
    assert path.read_bytes() == b"filled in"

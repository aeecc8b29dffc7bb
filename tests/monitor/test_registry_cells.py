"""A cell as people fill it in: what is read, and what is refused in the words of a table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from monitor.registry import check
from monitor.registry.faults import RegistryFault, wording
from tests.monitor.test_registry_books import csv, read, repacked, told
from tests.monitor.test_registry_tables import book, put

__all__ = ["book"]  # a fixture: the whole registry as our workbook

TITLES = "Код;Полное наименование;Вид;{}\nschool-1;Школа № 1;школа;{}\n"


def filled(folder: Path, title: str, said: str) -> Path:
    return csv(folder, TITLES.format(title, f'"{said}"'))


def one(folder: Path, title: str, said: str) -> dict[str, Any]:
    return read(filled(folder, title, said))[0]


@pytest.mark.parametrize(
    "said",
    [
        "https://vk.com/club1, https://ok.ru/group/2",
        "https://vk.com/club1 https://ok.ru/group/2",
        "https://vk.com/club1,https://ok.ru/group/2",
        "https://vk.com/club1;\nhttps://ok.ru/group/2",
    ],
)
def test_addresses_of_pages_may_stand_in_one_line(tmp_path: Path, said: str) -> None:
    pages = one(tmp_path, "Адреса страниц", said)["page"]
    assert [page["url"] for page in pages] == ["https://vk.com/club1", "https://ok.ru/group/2"]


@pytest.mark.parametrize(
    "said",
    [
        "a@example.org, b@example.org",
        "a@example.org b@example.org",
        "mailto:a@example.org;b@example.org",
    ],
)
def test_addresses_of_mail_may_stand_in_one_line(tmp_path: Path, said: str) -> None:
    assert one(tmp_path, "Электронная почта", said)["emails"] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize("said", ["a@example. org", "a@example.org (приёмная)"])
def test_a_slip_within_an_address_is_not_taken_for_two(tmp_path: Path, said: str) -> None:
    assert f"«{said}» не похоже на адрес" in told(filled(tmp_path, "Электронная почта", said))[0]


@pytest.mark.parametrize("said", ["school@exаmple.org", "schооl@example.org"])
def test_an_address_in_two_alphabets_is_refused(tmp_path: Path, said: str) -> None:
    assert "смешаны" in told(filled(tmp_path, "Электронная почта", said))[0]


def test_a_russian_address_is_no_mixture(tmp_path: Path) -> None:
    assert one(tmp_path, "Электронная почта", "school1@школа.рф")["emails"]


def test_a_rounded_telephone_is_refused(tmp_path: Path) -> None:
    assert "Excel округлил" in told(filled(tmp_path, "Телефоны", "8,38E+10"))[0]


@pytest.mark.parametrize("said", ["8 (38250) 3-55-4", "З-55-46, 12"])
def test_a_telephone_that_cannot_be_read_is_told(tmp_path: Path, said: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(
        '[municipality]\nid = "a"\nname = "А"\ntimezone = "UTC"\n[[institution]]\nid = "s"\n'
        f'name = "Школа"\nkind = "school"\nphones = ["{said}"]\n'
    )
    assert [fault.code for fault in check([path])] in (["unread_phone"], ["bad_phone"])


@pytest.mark.parametrize("said", ["https://vk.com/club1", "www.ok.ru/group/2", "m.vk.com/school1"])
def test_a_page_is_no_site(tmp_path: Path, said: str) -> None:
    assert "страница в соцсети, а не сайт" in told(filled(tmp_path, "Сайт", said))[0]


@pytest.mark.parametrize("said", ["#Н/Д", "#ССЫЛКА!", "#REF!", "########"])
def test_what_excel_shows_in_place_of_a_value_is_none(tmp_path: Path, said: str) -> None:
    assert f"в ячейке ошибка {said}" in told(filled(tmp_path, "Почтовый адрес", said))[0]


@pytest.mark.parametrize("said", ["ИСТИНА", "TRUE"])
def test_a_ticked_cell_of_a_text_file_is_a_yes(tmp_path: Path, said: str) -> None:
    assert one(tmp_path, "Почты нет", said)["no_email"] is True


def test_a_ticked_cell_of_libreoffice_is_a_value(book: Path) -> None:
    put(book, "Лица", "Работник учреждения", True)

    def as_formula(parts: dict[str, bytes]) -> None:
        for name, part in parts.items():
            parts[name] = re.sub(
                rb't="b"([^>]*)><v>1', rb't="b"\1><f aca="false">TRUE()</f><v>1', part
            )

    assert read(repacked(book, as_formula))


def test_a_day_with_its_midnight_is_a_day(tmp_path: Path) -> None:
    assert str(one(tmp_path, "Создано", "01.09.2010 0:00:00")["from"]) == "2010-09-01"


def test_a_network_may_be_called_by_its_name(book: Path) -> None:
    put(book, "Нет страницы", "Соцсеть", "Одноклассники")
    assert any("ok" in institution.get("no_page", {}) for institution in read(book))


def test_a_network_that_nobody_knows_is_told_once(book: Path) -> None:
    put(book, "Нет страницы", "Соцсеть", "ВК и ОК")
    assert len(told(book)) == 1


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Сайт", "x"),
        ("Электронная почта", "x"),
        ("Телефоны", "тел."),
        ("Код учредителя", "adm"),
        ("ОГРН", "1"),
        ("Адреса страниц", "school1"),
        ("Создано", "01.01.2090"),
    ],
)
def test_a_table_is_not_answered_in_toml(tmp_path: Path, title: str, said: str) -> None:
    assert not re.search(r"\w = |\[\[|\((?:from|until)\)", told(filled(tmp_path, title, said))[0])


def test_an_empty_cell_is_told_with_an_example(tmp_path: Path) -> None:
    assert "например: школа" in told(csv(tmp_path, "Код;Полное наименование;Вид\na;Школа;-\n"))[0]


def test_every_sentence_for_tables_is_of_a_fault() -> None:
    codes = {key.partition(".")[0] for key in wording()["table_words"]}
    assert codes <= set(wording())


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://vk.com/club8", "9"),
        ("https://vk.com/public8", "club8"),
        ("https://ok.ru/group/8", "88"),
        ("https://vk.com/school1", "id8"),
    ],
)
def test_a_number_that_cannot_be_the_pages_is_a_fault(
    tmp_path: Path, url: str, number: str
) -> None:
    assert [fault.code for fault in _check(tmp_path, url, number)] == ["bad_number"]


@pytest.mark.parametrize(
    ("url", "number"),
    [("https://vk.com/event8", "8"), ("https://vk.com/school8", "9"), ("https://ok.ru/s8", "88")],
)
def test_a_number_that_may_be_the_pages_is_none(tmp_path: Path, url: str, number: str) -> None:
    assert _check(tmp_path, url, number) == ()


def _check(folder: Path, url: str, number: str) -> tuple[RegistryFault, ...]:
    path = folder / "town.toml"
    path.write_text(
        '[municipality]\nid = "a"\nname = "А"\ntimezone = "UTC"\n[[institution]]\nid = "s"\n'
        f'name = "Школа"\nkind = "school"\n[[institution.page]]\nurl = "{url}"\n'
        f'known_id = "{number}"\n'
    )
    return tuple(check([path]))


@pytest.mark.parametrize("content", ["<html><table>", "\n<!DOCTYPE html>", '<?xml version="1.0"?>'])
def test_a_web_page_under_the_name_of_a_table_is_called_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "table.xls"
    path.write_text(content)
    assert "веб-страница или XML" in told(path)[0]

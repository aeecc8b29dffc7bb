"""A registry's file is changed where something changes; its remarks and all other lines stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from collectors.model import Page
from monitor.registry import load
from monitor.registry.amending import UnusualFileError, amended, rewritten
from monitor.registry.amending.beside import beside
from monitor.registry.amending.edits import Add, Drop, Edit, Put
from monitor.registry.amending.remarks import lost
from monitor.registry.files import load_text
from monitor.registry.keeping import ChangedMeanwhileError, NotWrittenError, replacing
from rules.model import Exemption, Institution, Municipality, NoPage, Person, Waiver

TOWN = """\
# Город
[municipality]
id = "town"   # код
name = "Город"
timezone = "Asia/Tomsk"

# --- школы ---

[[institution]]
id = "school-1"
name = "Школа № 1"  # как в уставе
kind = "school"
phones = [
  "8 (38250) 3-55-46",  # приёмная
  "8 (38250) 3-55-47",
]

  # её страница
  [[institution.page]]
  url = "vk.com/school1"

# Музей переехал в 2024 году
[[institution]]
id = "museum"
name = "Музей"
kind = "culture"
  [institution.no_page]
  ok = { confirmed_on = 2026-10-01, by = "директор" }

# Клуб
[[institution]]
id = "club"
name = "Клуб"
kind = "culture"
page = [{ url = "https://vk.com/club1" }, { url = "https://vk.com/club2" }]
"""
HERE = Path("town.toml")
Change = Callable[[Institution], Institution]


def read(text: str) -> Municipality:
    return load_text(text, HERE)


def changed(name: str, change: Change, text: str = TOWN) -> str:
    old = read(text)
    several = tuple(change(one) if one.id == name else one for one in old.institutions)
    return rewritten(text, HERE, old, replace(old, institutions=several))


def page(name: str, institution: str = "school-1") -> Page:
    return Page(institution=f"town/{institution}", network="vk", address=f"https://vk.com/{name}")


def lines_of(changed_text: str) -> list[str]:
    """Those that were not there before."""
    return [line for line in changed_text.split("\n") if line not in TOWN.split("\n")]


CHANGES: dict[str, tuple[str, Change]] = {
    "a key that was there": ("school-1", lambda one: replace(one, name="Школа")),
    "a key that was not": ("museum", lambda one: replace(one, site="https://museum.ru")),
    "a list over several lines": ("school-1", lambda one: replace(one, phones=("8 (38250) 9",))),
    "a page more": ("school-1", lambda one: replace(one, pages=(*one.pages, page("more")))),
    "a page of whom has none": ("museum", lambda one: replace(one, pages=(page("mus", "museum"),))),
    "a page less": ("school-1", lambda one: replace(one, pages=())),
    "a page within brackets": ("club", lambda one: replace(one, pages=one.pages[1:])),
    "no page within brackets": ("club", lambda one: replace(one, pages=())),
    "a page in place of another": ("club", lambda one: replace(
        one, pages=(replace(one.pages[0], role="project"), page("three", "club")))),
    "an absence more": ("museum", lambda one: replace(
        one, no_pages={**one.no_pages, "vk": NoPage(confirmed_on=date(2026, 1, 1))})),
    "an absence of whom had none": ("school-1", lambda one: replace(
        one, no_pages={"ok": NoPage(confirmed_on=date(2026, 1, 1))})),
    "no absence": ("museum", lambda one: replace(one, no_pages={})),
    "a part of each kind": ("club", lambda one: replace(
        one, persons=(Person(role="head", post="директор «А» \\ \"Б\""),),
        waivers=(Waiver(requirement="a/1", reason="ремонт", by="глава", until=date(2027, 1, 1)),))),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_file_says_what_was_meant_and_nothing_else(name: str, end: str) -> None:
    institution, change = CHANGES[name]
    text = TOWN.replace("\n", end)
    found = read(changed(institution, change, text)).by_id
    old = read(text).by_id
    assert found == {**old, institution: change(old[institution])}


@pytest.mark.parametrize("name", CHANGES)
def test_no_remark_is_lost_or_moved(name: str) -> None:
    after = changed(*CHANGES[name])
    dropped = {"# её страница"} if name == "a page less" else set()
    kept = [line.strip() for line in TOWN.split("\n") if line.strip().startswith("#")]
    told = [line for line in (line.strip() for line in after.split("\n")) if line in kept]
    assert told == [line for line in kept if line not in dropped]
    for remark, below in (("# Музей переехал в 2024 году", 'id = "museum"'), ("# Клуб", "club")):
        place = after.index(remark)
        assert below in after[place : place + 80]


def test_a_remark_beside_a_value_stays_beside_it() -> None:
    after = changed("school-1", lambda one: replace(one, name="Школа"))
    assert lines_of(after) == ['name = "Школа"  # как в уставе']


def test_remarks_within_a_list_stay_above_it() -> None:
    after = changed("school-1", lambda one: replace(one, phones=("1",)))
    assert lines_of(after) == ["# приёмная", 'phones = ["1"]']


def test_an_institution_goes_with_what_is_noted_of_it_and_is_told() -> None:
    old = read(TOWN)
    left = replace(old, institutions=tuple(one for one in old.institutions if one.id != "museum"))
    after = rewritten(TOWN, HERE, old, left)
    gone = lost(TOWN, after)
    assert "museum" not in after
    assert gone is not None
    assert (gone.count, gone.first) == (1, "# Музей переехал в 2024 году")


def test_a_new_institution_comes_last_with_all_that_it_has() -> None:
    old = read(TOWN)
    new = replace(old.by_id["school-1"], id="school-2", pages=(page("two", "school-2"),))
    after = rewritten(TOWN, HERE, old, replace(old, institutions=(*old.institutions, new)))
    assert after.startswith(TOWN.rstrip("\n"))
    assert read(after).by_id["school-2"] == new


def test_nothing_changed_is_the_same_text() -> None:
    assert rewritten(TOWN, HERE, read(TOWN), read(TOWN)) == TOWN


ALONE = """[municipality]
id = "town"
name = "Город"
timezone = "Asia/Tomsk"
[[institution]]
id = "museum"
name = "Музей"
kind = "culture"
  # согласовано устно
  [institution.exemption]
  ground = "п. 4"
"""


@pytest.mark.parametrize("grounds", [(), ("п. 5",), ("п. 4", "п. 5"), ("п. 5", "п. 6")])
def test_one_table_where_there_might_be_several_is_changed_like_them(
    grounds: tuple[str, ...],
) -> None:
    town = load_text(ALONE, HERE)
    (museum,) = town.institutions
    exemptions = tuple(Exemption(ground=one) for one in grounds)
    new = replace(town, institutions=(replace(museum, exemptions=exemptions),))
    said = load_text(rewritten(ALONE, HERE, town, new), HERE)
    assert said.institutions[0].exemptions == exemptions


def test_a_file_without_institutions_gets_its_first() -> None:
    text = TOWN.partition("# --- школы")[0]
    after = amended(text, [Add(("institution",), {"id": "x", "name": "X", "kind": "other"})])
    assert [one.id for one in read(after).institutions] == ["x"]


DOTTED = """\
municipality.id = "town"
municipality.name = "Город"
municipality.timezone = "UTC"
[[institution]]
id = "a"
name = "A"
kind = "school"
[[institution]]
id = "b"
name = "B"
kind = "other"
"""
BRACKETS = """\
municipality = { id = "town", name = "Город", timezone = "UTC" }
institution = [
  { id = "a", name = "A", kind = "school" },
  { id = "b", name = "B", kind = "other" },
]
"""


@pytest.mark.parametrize("text", [TOWN, DOTTED, BRACKETS])
def test_an_unusual_file_is_changed_rightly_or_not_at_all(text: str) -> None:
    edits: list[Edit] = [
        Put(("municipality",), "name", "Другой"),
        Put(("institution", 0), "kind", "other"),
        Add(("institution", 0, "page"), {"url": "https://vk.com/school5"}),
        Drop(("institution", 1)),
    ]
    try:
        found = read(amended(text, edits))
    except UnusualFileError:
        return
    assert found.name == "Другой"
    assert found.institutions[0].kind == "other"
    assert found.institutions[0].pages[-1].address == "https://vk.com/school5"
    assert len(found.institutions) == len(read(text).institutions) - 1


# --- a table beside the registry ----------------------------------------------------------------


def test_what_a_table_does_not_tell_stays() -> None:
    old = read(TOWN)
    told = replace(
        old.by_id["school-1"],
        id="ogrn-1",
        phones=(),
        name="школа  № 1",
        kind="other",
        site="https://a.ru",
    )
    found = beside(old, replace(old, institutions=(told,)))
    assert [one.id for one in found.institutions] == ["school-1", "museum", "club"]
    assert found.by_id["school-1"] == replace(old.by_id["school-1"], site="https://a.ru")


def test_what_nobody_is_sure_of_is_somebody_new() -> None:
    """Two that could be meant: neither is."""
    old = read(TOWN.replace('"Клуб"', '"Музей"'))
    told = replace(old.by_id["museum"], id="x", pages=())
    found = beside(old, replace(old, institutions=(told,)))
    assert [one.id for one in found.institutions] == ["school-1", "museum", "club", "x"]


# --- written ------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "town.toml"
    path.write_text(TOWN, "utf-8")
    path.chmod(0o640)
    return path


def test_a_file_is_replaced_with_its_rights_and_nothing_lies_about(file: Path) -> None:
    with replacing(file, load(file).digest, "новый"):
        assert file.read_text("utf-8") == TOWN
    assert file.read_text("utf-8") == "новый"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_who_saw_an_older_file_is_told(file: Path) -> None:
    seen = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(ChangedMeanwhileError), replacing(file, seen, "новый"):
        pass
    assert file.read_text("utf-8") == TOWN


def test_what_fails_beside_it_leaves_the_file_as_it_was(file: Path) -> None:
    with pytest.raises(KeyError), replacing(file, load(file).digest, "новый"):
        raise KeyError
    assert file.read_text("utf-8") == TOWN
    assert list(file.parent.iterdir()) == [file]


def test_what_the_system_refuses_is_told_in_russian(file: Path) -> None:
    missing = file.with_name("none.toml")
    with pytest.raises(NotWrittenError, match=r"none\.toml не записан"), replacing(missing, "", ""):
        pass

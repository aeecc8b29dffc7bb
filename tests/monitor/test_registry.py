"""Registry files: what they give, and every mistake with its line and its way out."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.registry import RegistryError, check, load, load_all, to_toml, values
from monitor.registry.declaration import TABLES, Registry, keys
from monitor.registry.faults import wording
from rules.model import Municipality
from rules.toml_lines import places

HERE = Path(__file__).parent / "registry"
SHIPPED = Path(__file__).parents[2] / "registry"
EVERYTHING = HERE / "valid" / "everything.toml"
INVALID = sorted((HERE / "invalid").glob("*.toml"))
TODAY = date(2026, 11, 22)
PACKS = frozenset({"kedrovy-2022-298", "minvody-draft", "fed-8fz"})


def faults(*paths: Path) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in check(paths, today=TODAY, packs=PACKS)]


def town(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "town.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_registry_becomes_a_municipality() -> None:
    municipality = load(EVERYTHING, today=TODAY)
    school = municipality.institutions[1]
    assert (municipality.id, municipality.timezone.key) == ("kedrovy", "Asia/Tomsk")
    assert school.key == "kedrovy/school-1"
    assert school.pages[0].institution == "kedrovy/school-1"
    assert school.exemptions[0].approved_by == "adm"
    assert school.no_pages["ok"].confirmed_on == date(2026, 10, 1)


def test_the_digest_is_of_the_file() -> None:
    digest = hashlib.sha256(EVERYTHING.read_bytes()).hexdigest()
    assert load(EVERYTHING, today=TODAY).digest == digest


@pytest.mark.parametrize("sign", ["\u200b", "\\u00ad"])
def test_signs_that_nobody_sees_change_no_value(tmp_path: Path, sign: str) -> None:
    strewn = normalize("NFD", EVERYTHING.read_text("utf-8")).replace("ол", f"о{sign}л")
    assert replace(load(town(tmp_path, strewn)), digest="") == replace(load(EVERYTHING), digest="")


def test_what_must_be_there_is_enough() -> None:
    school = load(HERE / "valid" / "least.toml").institutions[0]
    assert (school.pages, school.site, school.no_site, school.emails) == ((), None, False, ())


def test_everything_at_once_has_no_fault() -> None:
    assert faults(EVERYTHING) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_mistake_is_told_with_its_line(path: Path) -> None:
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    expected = [(n, code) for n, line in lines for code in re.findall(r"# fault: (\w+)", line)]
    assert faults(path) == expected


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_fault_says_in_russian_what_to_write(path: Path) -> None:
    for fault in check([path], today=TODAY, packs=PACKS):
        assert str(fault).startswith(f"{path}:{fault.line}: ")
        assert re.search("[а-я]", fault.message)
        assert re.search("[а-я]", fault.advice)
        assert "{" not in fault.message.replace("{ confirmed", "")


def test_a_mistyped_key_suggests_the_nearest() -> None:
    (fault,) = check([HERE / "invalid" / "mistyped_key.toml"])
    assert "«address»" in fault.advice


def test_all_faults_of_all_files_come_at_once() -> None:
    paths = [HERE / "invalid" / "kind.toml", HERE / "invalid" / "no_equals.toml"]
    with pytest.raises(RegistryError) as raised:
        load_all(paths, today=TODAY)
    assert {fault.path for fault in raised.value.faults} == set(paths)


def test_a_warning_does_not_stop_a_registry() -> None:
    path = HERE / "invalid" / "page_shared.toml"
    assert [one.severity for one in check([path])] == ["warning"]
    assert len(load(path).institutions) == 3


def test_a_municipality_stands_in_one_file(tmp_path: Path) -> None:
    copy = town(tmp_path, EVERYTHING.read_text("utf-8"))
    assert "twice_municipality" in [code for _, code in faults(EVERYTHING, copy)]


def test_a_date_is_judged_by_the_day_that_is_given() -> None:
    with pytest.raises(RegistryError):
        load(EVERYTHING, today=date(2026, 1, 1))


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path / "nothing.toml") == [(1, "no_file")]


def test_a_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_bytes('[municipality]\nname = "Кедровый"\n'.encode("windows-1251"))
    assert faults(path) == [(2, "not_utf8")]


def test_a_file_of_brackets_is_refused(tmp_path: Path) -> None:
    assert faults(town(tmp_path, f"x = {'[' * 100_000}"))[0][1] in {"too_deep", "syntax"}


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    assert faults(town(tmp_path, "#" * 20_000_001)) == [(1, "too_large")]


def test_one_exemption_or_several_may_be_written(tmp_path: Path) -> None:
    text = EVERYTHING.read_text("utf-8").replace(
        "[institution.exemption]", "[[institution.exemption]]"
    )
    assert len(load(town(tmp_path, text), today=TODAY).institutions[1].exemptions) == 1


def test_a_bare_name_needs_its_network(tmp_path: Path) -> None:
    text = (HERE / "invalid" / "bare_name.toml").read_text("utf-8") + '  network = "ok"\n'
    (page,) = load(town(tmp_path, text)).institutions[1].pages
    assert (page.network, page.address) == ("ok", "https://ok.ru/kedr_school")


def test_the_shipped_registries_are_clean() -> None:
    assert faults(SHIPPED / "kedrovy.toml", SHIPPED / "minvody.toml") == []


def test_kedrovy_names_those_of_clauses_3_and_4() -> None:
    kedrovy = load(SHIPPED / "kedrovy.toml")
    exempt = [one.id for one in kedrovy.institutions if one.exemptions]
    assert (len(kedrovy.institutions), exempt) == (10, ["finance", "accounting"])


def test_minvody_names_the_two_pages_of_the_draft() -> None:
    (administration,) = load(SHIPPED / "minvody.toml").institutions
    assert [page.address for page in administration.pages] == [
        "https://vk.com/minvodygorod",
        "https://ok.ru/group/56674472755216",
    ]


def test_every_key_of_the_registry_has_an_example() -> None:
    written = {key for table in TABLES if table for key in keys(table)}
    optional = {"region", "days_off", "former_names", "site_aliases", "known_id"}
    optional |= {"is_estimate", "earliest", "source", "number"}
    assert written - set(wording()["examples"]) == optional


def test_a_registry_that_is_written_out_loads_the_same(tmp_path: Path) -> None:
    municipality = load(EVERYTHING, today=TODAY)
    again = load(town(tmp_path, to_toml(municipality)), today=TODAY)
    assert replace(again, digest="") == replace(municipality, digest="")


TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(name=TEXT, names=st.lists(TEXT, max_size=3))
def test_any_text_survives_the_file(name: str, names: list[str]) -> None:
    base = load(HERE / "valid" / "least.toml")
    school = replace(base.institutions[0], name=name, popular_names=tuple(names))
    again = _loaded(to_toml(replace(base, institutions=(school,))))
    assert again.institutions == (school,)


def _loaded(text: str) -> Municipality:
    return values.municipality(Registry.model_validate(tomllib.loads(text)), "")


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_fault_and_never_a_crash(text: str) -> None:
    places(text)

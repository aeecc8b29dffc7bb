"""Packs: every fault is told with file, line and requirement; the shipped ones are whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from rules.document import document, section
from rules.engine import ENGINE_PARAMETERS
from rules.model import Outcome, Requirement
from rules.packs import PackError, load_act, shipped
from rules.packs.declared import DeclaredAct, DeclaredEdition, DeclaredRequirement, Subjects
from rules.text.explain import explain

REQUIREMENTS = [one for path in shipped().values() for one in load_act(path).requirements]
PACK = """id = "town"
title = "Постановление"
short_title = "№ 1"
status = "in_force"
signed_on = 2022-12-01

[[requirement]]
id = "6.4"
clause = "6.4"
title = "Публикации"
law = "Публиковать."
looks_at = "Стена."
how = "Так."
source = "пункт 6.4"
nature = "recommended"
severity = "advisory"
per = "page"
networks = ["vk"]
predicate = "posts_per_week"
outcomes = ["pass", "fail"]
advice = "Публикуйте."
  [[requirement.edition]]
  since = 2022-12-01

  [requirement.edition.parameters]
  min_posts = 2
  lookback_weeks = 4
  max_calendar_weeks = 8
  max_weeks_below = 1
  min_workdays_in_week = 3
  min_own_text = 50
"""


def told(folder: Path, text: str) -> str:
    path = folder / "town.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PackError) as raised:
        load_act(path)
    return str(raised.value)


def test_a_whole_pack_is_read(tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_text(PACK, "utf-8")
    assert [one.id for one in load_act(path).requirements] == ["town/6.4"]


@pytest.mark.parametrize(
    ("written", "instead", "line", "word"),
    [
        ('severity = "advisory"', 'severity = "bad"', 16, "severity"),
        ('advice = "Публикуйте."', 'advise = "Публикуйте."', 21, "advise"),
        ("posts_per_week", "posts_per_day", 19, "posts_per_day"),
        ("min_posts = 2", 'min_posts = "two"', 26, "min_posts"),
        ("min_posts = 2", "", 25, "min_posts"),
        ("min_posts = 2", "min_posts = 2\nminposts = 2", 27, "did you mean 'min_posts'?"),
        ('["vk"]', '["vkk"]', 18, "did you mean 'vk'?"),
        ('["vk"]', '{ all_of = ["vk"], any_of = ["ok"] }', 18, "either"),
        ('["vk"]', '{ any_of = ["vk", "ok"] }', 18, "any_of: only with page_exists"),
        ('networks = ["vk"]\n', "", 7, "networks: missing"),
        (
            'networks = ["vk"]',
            'networks = ["vk"]\nsubjects = { kind = ["shcool"] }',
            19,
            "did you mean 'school'?",
        ),
        (
            "min_posts = 2",
            "min_posts = 2\nby_kind = { kindergarden = { min_posts = 1 } }",
            27,
            "did you mean 'kindergarten'?",
        ),
        (
            "min_posts = 2",
            "min_posts = 2\nby_category = { flagman = { min_posts = 5 } }",
            27,
            "by_category: 'flagman' is unknown",
        ),
        (
            "min_posts = 2",
            "min_posts = 2\nby_category = { flagship = { min_post = 5 } }",
            27,
            "parameters.by_category.flagship: posts_per_week takes no 'min_post'",
        ),
        (
            "min_posts = 2",
            'min_posts = 2\nby_kind = { school = { min_posts = "five" } }',
            27,
            "by_kind.school.min_posts",
        ),
    ],
)
def test_a_fault_names_file_line_and_requirement(
    tmp_path: Path, written: str, instead: str, line: int, word: str
) -> None:
    message = told(tmp_path, PACK.replace(written, instead))
    assert f"town.toml:{line}: 6.4: " in message
    assert word in message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = PACK.replace('"advisory"', '"bad"').replace('per = "page"', 'per = "day"')
    assert len(told(tmp_path, text).splitlines()) == 2


def test_a_fault_of_syntax_names_its_line(tmp_path: Path) -> None:
    assert "town.toml:4" in told(tmp_path, PACK.replace('status = "in_force"', "status = in_force"))


def test_a_requirement_stands_once(tmp_path: Path) -> None:
    twice = PACK + PACK[PACK.index("[[requirement]]") :]
    assert "stands twice" in told(tmp_path, twice)


def test_a_clause_that_is_not_checked_says_why(tmp_path: Path) -> None:
    assert "why_not" in told(tmp_path, PACK.replace('predicate = "posts_per_week"\n', ""))


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.id)
def test_every_requirement_is_explained(requirement: Requirement) -> None:
    told = dict(explain(requirement).parts)
    assert {"Что говорит документ", "Что проверяется", "Что означает результат"} <= told.keys()
    assert {"Как исправить", "Источник"} <= told.keys()


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.id)
def test_a_recommendation_is_never_called_a_violation(requirement: Requirement) -> None:
    if requirement.nature == "recommended":
        texts = " ".join(text for _, text in explain(requirement).parts).lower()
        assert "наруш" not in texts


def test_the_document_of_the_rules_is_up_to_date() -> None:
    """`python -m rules.document > docs/rules.md` after a change of a pack."""
    written = (Path(__file__).parents[2] / "docs/rules.md").read_text("utf-8")
    assert written == document()


def test_the_document_dates_the_numbers_of_each_edition(tmp_path: Path) -> None:
    later = "\n  [[requirement.edition]]\n  since = 2027-01-01\n  parameters = { min_posts = 3 }\n"
    path = tmp_path / "town.toml"
    numbers = PACK.partition("  min_posts = 2\n")[2]
    path.write_text(PACK + later.replace("min_posts = 3", f"min_posts = 3, {_inline(numbers)}"))
    told = "\n".join(section(load_act(path)))
    assert "(с 1 декабря 2022).** `min_posts` = 2;" in told
    assert "(с 1 января 2027).** `min_posts` = 3;" in told


def _inline(lines: str) -> str:
    return ", ".join(line.strip() for line in lines.splitlines())


def test_a_clause_that_only_asks_cannot_declare_a_fail(tmp_path: Path) -> None:
    asking = PACK.replace('per = "page"', 'per = "page"\nworst = "review"')
    assert "fail is impossible" in told(tmp_path, asking)


@pytest.mark.parametrize("declared", [DeclaredAct, DeclaredRequirement, DeclaredEdition, Subjects])
def test_every_key_of_a_pack_is_documented(declared: type[BaseModel]) -> None:
    told = (Path(__file__).parents[2] / "docs/packs.md").read_text("utf-8")
    keys = {name for name in declared.model_fields if name != "requirement"}
    assert {name for name in keys if f"`{name}`" not in told} == set()


@pytest.mark.parametrize("parameter", ENGINE_PARAMETERS)
def test_every_parameter_of_the_guards_is_documented(parameter: str) -> None:
    assert f"`{parameter}`" in (Path(__file__).parents[2] / "docs/packs.md").read_text("utf-8")


PROMISES = {
    Outcome.PASS: ("Выполнено:",),
    Outcome.FAIL: ("Не выполнено:", "Ниже рекомендуемого:"),
    Outcome.REVIEW: ("Нужно посмотреть:",),
    Outcome.PENDING: ("Срок не истёк:",),
    Outcome.UNKNOWN: ("Не удалось проверить:",),
}


@pytest.mark.parametrize(
    "requirement", [one for one in REQUIREMENTS if one.predicate], ids=lambda one: one.id
)
def test_a_clause_promises_the_outcomes_that_it_can_have_and_no_other(
    requirement: Requirement,
) -> None:
    said = {
        one for one, words in PROMISES.items() if any(word in requirement.how for word in words)
    }
    assert said == set(requirement.outcomes) - {Outcome.NOT_APPLICABLE}

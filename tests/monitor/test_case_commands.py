"""Cases, statements and answers as an operator types them, in Russian and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from collectors.errors import OperatorError
from monitor.cli.app import app
from monitor.sandbox import serve
from tests.cast import NOW
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import OK, VK, WELL, community

ACT = "kedrovy-2022-298"
BARE = replace(WELL, communities=(community(101, government_mark=False), *WELL.communities[1:]))
CLERK = {"role": "filler", "post": "секретарь"}
NEXT_YEAR = datetime.now(UTC).date() + timedelta(days=365)
KEYS = {
    *("institution", "requirement", "network", "page", "about", "outcome", "since", "told_on"),
    *("due", "assigned", "state"),
}
STATEMENT_KEYS = {
    *("id", "institution", "kind", "value", "requirement", "page", "about", "by", "document"),
    *("on", "until", "state", "recorded_at"),
}


@dataclass
class Desk:
    config: Path

    def dozor(self, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["--config", str(self.config), *arguments])
        if isinstance(done.exception, OperatorError):
            return done.exception.status, "\n".join(done.exception.lines)
        return done.exit_code, done.output

    def json(self, *arguments: str) -> Any:
        status, told = self.dozor(*arguments, "--json")
        assert status == 0, told
        return json.loads(told)

    def number(self, *arguments: str) -> str:
        return str(self.json(*arguments)["id"])


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings and the database after one night, copied by every test."""
    folder = tmp_path_factory.mktemp("office")
    schools = [
        school(1, VK, OK, short_name="МКОУ СОШ № 1", no_site=True, person=[CLERK]),
        school(2, no_site=True, attestation=[
            {"kind": "esia", "value": True, "stated_by": "директор", "stated_on": NOW.date()}
        ]),
    ]  # fmt: skip
    with serve(BARE) as sandbox:
        Town(folder, sandbox, schools).audit()
    return folder


@pytest.fixture
def desk(audited: Path, tmp_path: Path) -> Desk:
    for name in ("config.toml", "town.toml"):
        (tmp_path / name).write_bytes((audited / name).read_bytes())
    (tmp_path / "var").mkdir()
    (tmp_path / "var/dozor.db").write_bytes((audited / "var/dozor.db").read_bytes())
    return Desk(tmp_path / "config.toml")


def test_cases_are_a_list_with_the_keys_that_other_programs_read(desk: Desk) -> None:
    found = desk.json("cases", "school-1")
    assert {one["requirement"] for one in found} >= {f"{ACT}/6.5", f"{ACT}/6.6"}
    assert all(set(one) >= KEYS for one in found)
    assert {one["state"] for one in found} == {"to_do"}
    assert {one["due"] for one in found} == {None}


def test_nothing_to_show_is_an_empty_list_and_a_sentence(desk: Desk) -> None:
    assert desk.json("cases", "--overdue") == []
    assert desk.json("answers") == []
    assert desk.json("statements", "school-1") == []
    assert "Таких дел нет" in desk.dozor("cases", "--state", "waived")[1]
    assert "Записей нет" in desk.dozor("statements", "school-1")[1]
    assert "нет" in desk.dozor("answers")[1]


def test_a_case_of_an_earlier_moment_is_not_of_what_was_found_later(desk: Desk) -> None:
    before = (NOW - timedelta(days=1)).isoformat()
    assert desk.json("cases", "--as-of", before) == []


def test_an_attestation_says_what_was_recorded_and_from_when_it_shows(desk: Desk) -> None:
    said = ("--by", "директор", "--count", "2", "--of", "2", "--until", NEXT_YEAR.isoformat())
    _, told = desk.dozor("attest", "school-1", "--kind", "two_factor", *said)
    assert f"Записано № 1: 2ФА, 2 из 2, до {NEXT_YEAR:%d.%m.%Y}." in told
    assert "В отчёт попадёт ночью (сейчас: dozor evaluate school-1)" in told
    assert "Касается: п. 6.5" in told


def test_a_double_is_recorded_and_told_as_a_renewal(desk: Desk) -> None:
    said = ("attest", "school-1", "--kind", "job_description", "--by", "директор")
    desk.dozor(*said)
    status, told = desk.dozor(*said)
    assert status == 0
    assert "Записано № 2" in told
    assert "Это продление: запись № 1" in told


def test_who_may_not_confirm_is_told_at_once_with_who_may(desk: Desk) -> None:
    said = ("attest", "school-1", "--kind", "gospabliki", "--by", "зам", "--no")
    status, told = desk.dozor(*said)
    assert (status, "директор" in told) == (2, True)
    assert desk.json("statements", "school-1") == []


def test_the_registrys_own_statements_are_listed_without_a_number(desk: Desk) -> None:
    (found,) = desk.json("statements", "school-2")
    assert set(found) >= STATEMENT_KEYS
    assert (found["id"], found["kind"], found["state"]) == (None, "esia", "in_force")
    assert found["until"] == (NOW.date().replace(year=NOW.year + 1)).isoformat()


def test_what_a_statement_did_is_shown_beside_it(desk: Desk) -> None:
    desk.dozor(
        "attest", "school-1", "--kind", "job_description", "--by", "директор", "--on", "2026-11-02"
    )
    desk.dozor("evaluate", "--as-of", NOW.isoformat())
    (found,) = desk.json("statements", "school-1")
    assert [(one["requirement"], one["outcome"]) for one in found["changed"]] == [
        (f"{ACT}/6.3", "pass")
    ]


def test_only_what_ends_soon_is_expiring(desk: Desk) -> None:
    today = datetime.now(UTC).date()
    for kind, days in (("two_factor", 5), ("job_description", 50)):
        until = (today + timedelta(days=days)).isoformat()
        desk.dozor("attest", "school-1", "--kind", kind, "--by", "директор", "--until", until)
    found = desk.json("statements", "school-1", "--expiring", "30")
    assert [one["kind"] for one in found] == ["two_factor"]


def test_what_is_undone_counts_no_more_and_stays_on_record(desk: Desk) -> None:
    said = ("attest", "school-1", "--kind", "job_description", "--by", "директор")
    number = desk.number(*said, "--on", "2026-11-02")
    status, told = desk.dozor("undo", number, "--by", "отдел", "--reason", "не та школа")
    assert (status, f"Отменено № {number}" in told) == (0, True)
    desk.dozor("evaluate", "--as-of", NOW.isoformat())
    (case,) = [one for one in desk.json("cases", "school-1") if one["requirement"] == f"{ACT}/6.3"]
    assert case["outcome"] == "unknown"
    states = {one["id"]: one["state"] for one in desk.json("statements", "school-1")}
    assert states == {1: "withdrawn", 2: "in_force"}


def test_a_withdrawal_wants_a_reason_and_happens_once(desk: Desk) -> None:
    number = desk.number("tell", "school-1", "--by", "отдел")
    assert desk.dozor("undo", number, "--by", "отдел", "--reason", "-")[0] == 2
    assert desk.dozor("undo", number, "--by", "отдел", "--reason", "рано")[0] == 0
    status, told = desk.dozor("undo", number, "--by", "отдел", "--reason", "рано")
    assert (status, "уже отменено" in told) == (2, True)


def test_a_dispute_of_everything_is_not_opened_by_an_omission(desk: Desk) -> None:
    said = ("event", "school-1", "--kind", "dispute_opened", "--on", "2026-11-20")
    status, told = desk.dozor(*said)
    assert (status, "--requirement" in told, "--all" in told) == (2, True, True)
    assert desk.dozor(*said, "--all")[0] == 0
    assert {one["state"] for one in desk.json("cases", "school-1")} == {"disputed"}


def test_a_telling_starts_the_terms_that_the_settings_give(desk: Desk) -> None:
    text = desk.config.read_text("utf-8")
    desk.config.write_text(f"{text}\n[cases]\nworkdays = {{ critical = 1 }}\n", "utf-8")
    desk.dozor("tell", "school-1", "--by", "отдел", "--requirement", "6.5", "--on", "2026-11-23")
    (told,) = [one for one in desk.json("cases", "school-1") if one["told_on"]]
    assert (told["requirement"], told["due"]) == (f"{ACT}/6.5", "2026-12-07")
    desk.config.write_text(f"{text}\n[cases]\nworkdays = {{ major = 1 }}\n", "utf-8")
    (told,) = desk.json("cases", "school-1", "--overdue")
    assert (told["due"], told["state"]) == ("2026-11-24", "overdue")


def test_a_case_is_assigned_by_the_number_of_its_clause(desk: Desk) -> None:
    said = ("--requirement", "6.6", "--to", "Иванова", "--until", NEXT_YEAR.isoformat())
    assert desk.dozor("assign", "school-1", *said)[0] == 0
    (case,) = [one for one in desk.json("cases", "school-1") if one["assigned"]]
    assert (case["requirement"], case["assigned"]) == (f"{ACT}/6.6", "Иванова")
    assert case["assigned_until"] == NEXT_YEAR.isoformat()


def test_an_answer_waits_with_its_file_until_it_is_accepted_once(desk: Desk) -> None:
    paper = desk.config.with_name("приказ.pdf")
    paper.write_bytes(b"%PDF-1.4")
    said = ("--kind", "confirms", "--attests", "two_factor", "--by", "директор")
    number = desk.number("answer", "school-1", *said, "--requirement", "6.5", "--file", str(paper))
    (waits,) = desk.json("answers")
    assert (waits["id"], waits["state"], waits["attachments"][0]["name"]) == (
        int(number), "waiting", "приказ.pdf",
    )  # fmt: skip
    assert desk.json("accept", number, "--by", "отдел")["state"] == "in_force"
    status, told = desk.dozor("reject", number, "--by", "отдел", "--reason", "передумали")
    assert (status, "уже принят (№ 2, отдел" in told) == (2, True)
    assert desk.json("answers") == []


def test_a_rejected_answer_is_refused_with_its_reason(desk: Desk) -> None:
    said = ("--kind", "disagrees", "--by", "директор", "--requirement", "6.6")
    number = desk.number("answer", "school-1", *said)
    assert desk.json("reject", number, "--by", "отдел", "--reason", "отметки нет")["state"] == (
        "refused"
    )
    reasons = [one["reason"] for one in desk.json("statements", "school-1")]
    assert "отметки нет" in reasons


def test_a_proposal_shows_the_exact_change_of_the_registry(desk: Desk) -> None:
    said = ("--kind", "correct_registry", "--by", "секретарь", "--field", "телефон")
    number = desk.number("answer", "school-1", *said, "--new", "5-55-99", "--old", "5-55-04")
    (waits,) = desk.json("answers")
    assert waits["corrections"] == [{"field": "телефон", "new": "5-55-99", "old": "5-55-04"}]
    _, told = desk.dozor("accept", number, "--by", "отдел")
    assert "Внесите в реестр сами: телефон: 5-55-99 вместо «5-55-04»" in told


def test_an_unknown_institution_or_number_is_a_wrong_command(desk: Desk) -> None:
    assert desk.dozor("cases", "school-9")[0] == 2
    assert desk.dozor("undo", "99", "--by", "отдел", "--reason", "так")[0] == 2


def test_a_workbook_carries_what_was_recorded_and_back_it_is_no_double(desk: Desk) -> None:
    said = ("--kind", "job_description", "--by", "директор", "--on", "2026-11-02")
    number = desk.number("attest", "school-1", *said)
    town, book = desk.config.with_name("town.toml"), desk.config.with_name("town.xlsx")
    assert desk.dozor("registry", "export", str(town), "-o", str(book))[0] == 0
    status, told = desk.dozor("registry", "import", str(book), "-o", str(town), "--force")
    assert status == 0, told
    assert f"number = {number}" in town.read_text("utf-8")
    assert [one["id"] for one in desk.json("statements", "school-1")] == [int(number)]
    desk.dozor("undo", number, "--by", "отдел", "--reason", "не та школа")
    desk.dozor("evaluate", "--as-of", NOW.isoformat())
    (case,) = [one for one in desk.json("cases", "school-1") if one["requirement"] == f"{ACT}/6.3"]
    assert case["outcome"] == "unknown"

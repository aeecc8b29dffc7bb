from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reports.formats import installed
from reports.formats.json import FORMAT
from reports.model import Report
from tests.reports.town import AUDIT, HOSTILE, REPORT, TWO_TOWNS, by_word


@cache
def validator() -> Draft202012Validator:
    schema = json.loads(files("reports").joinpath("audit.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def written(report: Report) -> Any:
    return json.loads(FORMAT.render(report).main)


def of(report: Report, institution: str) -> Any:
    return next(i for i in written(report)["institutions"] if i["id"] == institution)


@pytest.mark.parametrize("report", [REPORT, TWO_TOWNS, HOSTILE])
def test_the_audit_fits_its_schema(report: Report) -> None:
    assert [e.message for e in validator().iter_errors(written(report))] == []


def test_what_a_server_only_said_has_both_moments() -> None:
    audit = written(by_word(REPORT))
    assert [e.message for e in validator().iter_errors(audit)] == []
    told = [e for i in audit["institutions"] for f in i["findings"] for e in f["evidence"]]
    assert {(one["fetched_at"], one["bytes_at"]) for one in told} == {
        ("2026-11-22T20:00:00+00:00", "2026-11-21T20:00:00+00:00")
    }
    assert "bytes_at" not in json.dumps(written(REPORT))


def test_the_schema_refuses_a_remedy_for_what_is_fulfilled() -> None:
    audit = written(REPORT)
    audit["institutions"][0]["findings"][0]["remedy"] = "Сделайте что-нибудь."
    assert not validator().is_valid(audit)


def test_counts_hold_every_outcome_once() -> None:
    assert of(REPORT, "museum")["counts"] == {
        "pass": 2,
        "fail": 5,
        "review": 0,
        "pending": 1,
        "unknown": 1,
        "not_applicable": 0,
        "error": 0,
    }


def test_a_preview_is_counted_as_not_applicable_only() -> None:
    counts = next(i for i in written(TWO_TOWNS)["institutions"] if i["municipality"] == "minvody")[
        "counts"
    ]
    assert counts["not_applicable"] == 1
    assert sum(counts.values()) == 1


def test_institutions_of_two_towns_with_one_id_stay_apart() -> None:
    administrations = [i for i in written(TWO_TOWNS)["institutions"] if i["id"] == "adm"]
    assert [len(i["findings"]) for i in administrations] == [4, 1]


def test_a_waiver_is_an_object() -> None:
    waiver = next(f["waiver"] for f in of(REPORT, "museum")["findings"] if f["waiver"])
    assert waiver["until"] == "2027-01-01"
    assert waiver["by"] == "администрация"


def test_times_carry_their_offset() -> None:
    assert written(REPORT)["audit"]["as_of"] == "2026-11-22T20:00:00+00:00"


def test_a_time_without_an_offset_is_refused() -> None:
    naive = replace(AUDIT, as_of=AUDIT.as_of.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without an offset"):
        FORMAT.render(replace(REPORT, audit=naive))


def test_an_institution_without_findings_is_listed_with_zeros() -> None:
    silent = of(replace(REPORT, findings=()), "school")
    assert silent["findings"] == []
    assert set(silent["counts"].values()) == {0}


def test_the_formats_are_found_by_their_entry_points() -> None:
    suffixes = {slug: one.suffix for slug, one in installed().items()}
    assert suffixes | {"html": ".html", "json": ".json", "text": ".txt"} == suffixes

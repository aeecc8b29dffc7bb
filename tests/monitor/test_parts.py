"""A report of a stored audit: findings are read when they are asked for, files written in parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from monitor.reporting.facts import Fresh
from monitor.reporting.settling import Looks
from monitor.reporting.stored import write
from monitor.storage import findings, observations
from monitor.storage.judgements import KeptFindings
from reports.findings import Listed
from reports.formats import installed
from reports.model import Audit
from rules.model import Finding, Institution
from tests.cast import (
    ADMINISTRATION,
    EVIDENCE,
    MUSEUM,
    NOW,
    OFFICE,
    SCHOOL,
    SCHOOL_FACTS,
    SCHOOL_OK,
    SCHOOL_VK,
    seen,
)
from tests.reports.town import FINDINGS, REPORT, SCHOOL_FINDINGS

VK_ADDRESS = ("vk", SCHOOL_VK.address)


@pytest.fixture
def kept(engine: Engine, audit: Audit) -> KeptFindings:
    findings.add(engine, audit, FINDINGS)
    return KeptFindings(engine, audit, remembered=2)


@pytest.fixture
def questions(engine: Engine) -> list[str]:
    """What is asked of the table of findings."""
    asked: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _(_c: object, _k: object, statement: str, *_: object) -> None:
        if "judgement" in statement:
            asked.append(statement)

    return asked


def test_an_institution_s_findings_are_those_that_were_stored(kept: KeptFindings) -> None:
    assert kept.of(SCHOOL) == SCHOOL_FINDINGS


def test_all_of_them_are_there_in_the_order_in_which_they_were_stored(kept: KeptFindings) -> None:
    assert tuple(kept) == FINDINGS
    assert len(kept) == len(FINDINGS)


def test_of_an_institution_that_was_not_judged_there_are_none(kept: KeptFindings) -> None:
    assert kept.of(replace(SCHOOL, id="new")) == ()


def test_the_same_institution_is_read_once(kept: KeptFindings, questions: list[str]) -> None:
    for one in (SCHOOL, MUSEUM, SCHOOL, MUSEUM):
        kept.of(one)
    assert len(questions) == 2


def test_no_more_are_remembered_than_was_said(kept: KeptFindings, questions: list[str]) -> None:
    for one in (SCHOOL, MUSEUM, ADMINISTRATION, OFFICE, SCHOOL):
        kept.of(one)
    assert len(questions) == 5


def test_a_list_of_evidence_that_a_town_shares_is_there_once(engine: Engine, audit: Audit) -> None:
    site = tuple(replace(EVIDENCE, record=f"urn:uuid:{n}") for n in range(60))
    told = [replace(FINDINGS[0], institution=one, evidence=site) for one in ("adm", "school")]
    findings.add(engine, audit, told)
    kept = KeptFindings(engine, audit)
    (first,), (second,) = kept.of(ADMINISTRATION), kept.of(SCHOOL)
    assert first.evidence is second.evidence
    assert first.evidence == site


@pytest.mark.parametrize("slug", ["json", "html", "csv", "text", "letter"])
def test_a_stored_audit_is_written_as_if_all_of_it_were_in_memory(
    kept: KeptFindings, slug: str
) -> None:
    form = installed()[slug]
    assert form.render(replace(REPORT, findings=kept)).main == form.render(REPORT).main


# --- files ------------------------------------------------------------------------------------


def test_a_file_whose_writing_broke_off_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("yesterday's")
    broken = replace(REPORT, findings=Broken(FINDINGS))
    with pytest.raises(OSError, match="disk"):
        write(broken, "json", tmp_path / "a.json")
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "yesterday's"


class Broken(Listed):
    """The disk fails when half has been read."""

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        if institution == OFFICE:
            raise OSError("the disk cannot be read")
        return super().of(institution)


# --- what pages show ----------------------------------------------------------------------------


def test_facts_of_a_page_are_read_when_they_are_asked_for(engine: Engine, audit: Audit) -> None:
    facts = Fresh(engine, {VK_ADDRESS}, oldest=NOW, as_of=NOW)
    observations.add(engine, audit, [seen(SCHOOL_VK, SCHOOL_FACTS)])
    assert dict(facts) == {VK_ADDRESS: SCHOOL_FACTS}


def test_of_a_page_that_the_report_is_not_about_nothing_is_shown(
    engine: Engine, audit: Audit
) -> None:
    observations.add(engine, audit, [seen(SCHOOL_VK, SCHOOL_FACTS)])
    assert Fresh(engine, {("ok", SCHOOL_OK.address)}, NOW, NOW).get(VK_ADDRESS) is None


def test_looks_are_those_of_the_history_and_only_the_newest_is_read_at_first(
    engine: Engine, audit: Audit
) -> None:
    days = [NOW - timedelta(days=day) for day in range(5)]
    observations.add(engine, audit, [seen(SCHOOL_VK, SCHOOL_FACTS, at=at) for at in days])
    bodies = []
    event.listen(engine, "before_cursor_execute", lambda *told: bodies.append(told[3]))
    looks = Looks(engine, NOW)
    newest = next(iter(looks[VK_ADDRESS]))
    assert (newest.observed_at, len(bodies)) == (NOW, 1)
    assert next(iter(looks[VK_ADDRESS])) == newest
    assert len(bodies) == 1
    whole = observations.history(engine, [VK_ADDRESS], NOW, most=3)[VK_ADDRESS]
    assert tuple(looks[VK_ADDRESS]) == whole
    assert [one.observed_at for one in whole] == days[:3]
    assert tuple(looks.get(("vk", "https://vk.com/nobody"), ())) == ()

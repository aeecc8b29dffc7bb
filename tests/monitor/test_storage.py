from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from collectors.model import (
    Crawl,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Quota,
    SiteFacts,
    SitePage,
)
from monitor.storage import audits, findings, locks, observations, statements
from monitor.storage.bodies import unpacked
from monitor.storage.database import StorageError, open_database, schema_is_current, session
from monitor.storage.joining import join_statements
from monitor.storage.ledger import Ledger
from monitor.storage.pace import Span
from monitor.storage.tables import COUNTED, EvidenceListRow, JudgementRow, LockRow, SiteFactsRow
from reports.model import Audit, Collection, Issue
from rules.model import Attestation, Event, Finding, Outcome, Severity, Waiver
from tests.cast import EVIDENCE, NOW, SCHOOL, SCHOOL_FACTS, SCHOOL_OK, SCHOOL_VK, TOWN, seen

VK_ADDRESS = ("vk", SCHOOL_VK.address)
FINDING = Finding(
    institution="school",
    municipality="kedr",
    requirement="kedrovy-2022-298/6.6",
    clause="6.6",
    outcome=Outcome.FAIL,
    severity=Severity.MAJOR,
    reason="no_mark",
    because="Отметки нет.",
    measured={"mark": False},
)


def test_the_migrations_give_the_tables_that_the_code_declares(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []
    assert schema_is_current(engine)


def test_an_observation_reads_back_equal(engine: Engine, audit: Audit) -> None:
    told = seen(SCHOOL_VK, SCHOOL_FACTS)
    observations.add(engine, audit, [told])
    assert observations.history(engine, [VK_ADDRESS], NOW) == {VK_ADDRESS: (told,)}


def test_a_failure_reads_back_equal(engine: Engine, audit: Audit) -> None:
    told = Observation(
        page=SCHOOL_OK, observed_at=NOW, failure=Failure(FailureCode.LOGIN_WALL, "anonymous")
    )
    observations.add(engine, audit, [told])
    address = ("ok", SCHOOL_OK.address)
    assert observations.history(engine, [address], NOW)[address] == (told,)


def test_history_is_newest_first_and_knows_nothing_of_later(engine: Engine, audit: Audit) -> None:
    readings = [seen(SCHOOL_VK, SCHOOL_FACTS, at=NOW - timedelta(days=day)) for day in (2, 0, 1)]
    observations.add(engine, audit, readings)
    found = observations.history(engine, [VK_ADDRESS], NOW - timedelta(hours=1))[VK_ADDRESS]
    assert [one.observed_at for one in found] == [NOW - timedelta(days=day) for day in (1, 2)]


def test_a_page_is_known_by_its_last_id(engine: Engine, audit: Audit) -> None:
    old = replace(SCHOOL_FACTS, page_id="100")
    observations.add(
        engine,
        audit,
        [seen(SCHOOL_VK, old, at=NOW - timedelta(days=1)), seen(SCHOOL_VK, SCHOOL_FACTS)],
    )
    asked = [VK_ADDRESS, ("vk", "https://vk.com/nobody")]
    assert observations.known_ids(engine, asked, NOW) == {VK_ADDRESS: "101"}
    yesterday = NOW - timedelta(days=1)
    assert observations.known_ids(engine, asked, yesterday) == {VK_ADDRESS: "100"}


def test_turns_that_have_passed_are_left_out() -> None:
    left = Span(start=100.0, count=10).left_at(103.5, seconds=1.0)
    assert (left.start, left.count) == (103.0, 7)
    assert Span(start=100.0, count=10).left_at(200.0, seconds=1.0).count == 0


def test_a_finished_audit_reads_back_whole(engine: Engine, audit: Audit) -> None:
    read = Collection(pages=3, read=2, unread=1, requests={"vk": 2}, reasons={"timeout": 1})
    issues = (Issue(code="token", text="Ключ ВКонтакте не принят."),)
    finished = audits.finish(
        engine, audit, finished_at=NOW, complete=False, collection=read, issues=issues
    )
    assert audits.latest(engine) == finished
    assert (finished.collection, finished.issues) == (read, issues)


SITE = Page(institution="kedr/school", network="site", address="https://school.example")
SHOWN = SiteFacts(
    final_url="https://school.example/",
    pages=(SitePage(url="https://school.example/", status=200, title="Школа"),),
    crawl=Crawl(complete=True, read=1, frontier=0),
    text="Приёмная",
)


def test_what_a_site_shows_every_night_is_kept_once(engine: Engine, audit: Audit) -> None:
    same = replace(SCHOOL_FACTS, wall=None, site=SHOWN)
    other = replace(same, site=replace(SHOWN, text="Другая"))
    told = [
        seen(SITE, facts, NOW + timedelta(days=at)) for at, facts in enumerate([same, same, other])
    ]
    for one in told:
        observations.add(engine, audit, [one])
    with session(engine) as opened:
        assert len(opened.exec(select(SiteFactsRow)).all()) == 2
    end, newest = NOW + timedelta(days=9), tuple(reversed(told))
    assert observations.history(engine, [SITE.key], end) == {SITE.key: newest}
    assert observations.last_looks(engine, [SITE.key], end, most=2) == {SITE.key: newest[:2]}
    ((_, parts),) = observations.each_part(OutlineOf, engine, [SITE.key], end)
    assert [one.facts.title for one in parts if one.facts] == [SCHOOL_FACTS.title] * 3


def test_a_page_that_shows_a_site_and_a_wall_has_its_wall(engine: Engine, audit: Audit) -> None:
    both = seen(SITE, replace(SCHOOL_FACTS, site=SHOWN), NOW)
    observations.add(engine, audit, [both])
    assert dict(observations.each_last_wall(engine, [SITE.key], NOW)) == {SITE.key: both}


def test_what_an_older_schema_kept_gets_its_outline_when_it_is_shown_again(
    engine: Engine, audit: Audit
) -> None:
    facts = replace(SCHOOL_FACTS, wall=None, site=SHOWN)
    for night in range(2):
        observations.add(engine, audit, [seen(SITE, facts, NOW + timedelta(days=night))] * 2)
        with session(engine) as opened:
            (kept,) = opened.exec(select(SiteFactsRow)).all()
            assert kept.outline is not None
            assert unpacked(Facts, kept.outline) == replace(facts, site=None)
            kept.outline = None  # as schema 0020 left it
            opened.add(kept)


@dataclass(frozen=True)
class TitleOf:
    title: str | None = None


@dataclass(frozen=True)
class OutlineOf:
    facts: TitleOf | None = None


def test_an_unfinished_audit_is_not_the_latest(engine: Engine, audit: Audit) -> None:
    assert audits.latest(engine) is None
    assert audits.by_id(engine, audit.id) == audit


def test_the_last_findings_of_an_institution_are_found(engine: Engine, audit: Audit) -> None:
    findings.add(engine, audit, [FINDING])
    audits.finish(
        engine, audit, finished_at=NOW, complete=True, collection=audits.NOTHING_READ, issues=()
    )
    assert findings.earlier(engine, SCHOOL, NOW + timedelta(days=1)).compared == (FINDING,)
    assert findings.earlier(engine, SCHOOL, NOW).latest == ()
    assert audits.tallies(engine, audit)[0].counts == {Outcome.FAIL: 1}


def test_a_finding_is_compared_with_the_last_audit_of_everything(engine: Engine) -> None:
    for day, (scope, outcome) in enumerate([(None, Outcome.PASS), ((SCHOOL.key,), Outcome.FAIL)]):
        at = NOW + timedelta(days=day)
        begun = audits.begin(
            engine, as_of=at, started_at=at, scope=scope, registries={}, packs={}, documents=()
        )
        findings.add(engine, begun, [replace(FINDING, outcome=outcome)])
        read = audits.NOTHING_READ
        audits.finish(engine, begun, finished_at=at, complete=True, collection=read, issues=())
    told = findings.earlier(engine, SCHOOL, NOW + timedelta(days=2))
    assert [one.outcome for one in (*told.compared, *told.latest)] == [Outcome.PASS, Outcome.FAIL]


def test_a_long_list_of_evidence_is_kept_once_for_all_findings_on_it(
    engine: Engine, audit: Audit
) -> None:
    crawl = tuple(replace(EVIDENCE, url=f"https://school.example/{at}") for at in range(60))
    told = [replace(FINDING, clause=str(at), evidence=crawl) for at in range(5)]
    findings.add(engine, audit, told)
    findings.add(engine, audit, [replace(FINDING, institution="museum", evidence=crawl)])
    assert findings.of_audit(engine, audit)[:5] == tuple(told)
    with session(engine) as opened:
        assert len(opened.exec(select(EvidenceListRow)).all()) == 1


def test_what_was_found_is_counted_by_audit_town_and_outcome(engine: Engine, audit: Audit) -> None:
    unknown = replace(FINDING, outcome=Outcome.UNKNOWN)
    findings.add(engine, audit, [FINDING, unknown, unknown])
    findings.add(engine, audit, [replace(unknown, municipality="other")])
    counted = {Outcome.FAIL: 1, Outcome.UNKNOWN: 3}
    assert findings.counts_of(engine, [audit.id, 999]) == {audit.id: counted}
    assert findings.counts_of(engine, [audit.id], "other") == {audit.id: {Outcome.UNKNOWN: 1}}


def test_an_institution_is_judged_once_an_audit(engine: Engine, audit: Audit) -> None:
    """Of two workers that judge the same one the first counts."""
    findings.add(engine, audit, [FINDING])
    findings.add(engine, audit, [replace(FINDING, because="Иначе."), FINDING])
    assert findings.of_audit(engine, audit) == (FINDING,)
    assert findings.judged(engine, audit) == {f"{FINDING.municipality}/{FINDING.institution}"}


def test_every_outcome_has_a_column_that_counts_it() -> None:
    assert set(COUNTED) == set(Outcome)
    assert set(COUNTED.values()) <= set(JudgementRow.model_fields)


def test_what_the_office_states_joins_the_registry(engine: Engine) -> None:
    stated = (
        Attestation(
            kind="two_factor", stated_by="директор", stated_on=date(2026, 11, 1), value=True
        ),
        Event(kind="admin_changed", on=date(2026, 11, 2)),
        Waiver(requirement="x/1", reason="ремонт", by="глава", until=date(2027, 1, 1)),
    )
    for one in stated:
        statements.record(engine, SCHOOL, one, by="оператор", at=NOW)
    school = join_statements(engine, TOWN).institutions[1]
    assert (school.attestations[-1], school.events[-1], school.waivers[-1]) == stated


def _ledger(engine: Engine, now: list[datetime], *, on_demand: bool = False) -> Ledger:
    quotas = {"wall.get": Quota(per_day=100, reserve=10)}
    return Ledger(engine, quotas, lambda: now[0], on_demand)


def test_the_night_leaves_the_reserve_alone(engine: Engine) -> None:
    now = [NOW]
    assert _ledger(engine, now).take("t", "wall.get", 95) == 90
    assert _ledger(engine, now).take("t", "wall.get", 1) == 0
    assert _ledger(engine, now, on_demand=True).take("t", "wall.get", 95) == 10


def test_calls_count_for_a_rolling_day(engine: Engine) -> None:
    now = [NOW]
    _ledger(engine, now).take("t", "wall.get", 90)
    now[0] += timedelta(hours=24, seconds=1)
    assert _ledger(engine, now).take("t", "wall.get", 90) == 90


def test_an_exhausted_quota_grants_nothing(engine: Engine) -> None:
    now = [NOW]
    _ledger(engine, now).exhaust("t", "wall.get")
    assert _ledger(engine, now, on_demand=True).take("t", "wall.get", 1) == 0
    assert _ledger(engine, now).take("other", "wall.get", 1) == 1


def test_methods_without_a_quota_are_not_counted(engine: Engine) -> None:
    assert _ledger(engine, [NOW]).take("t", "groups.getById", 10_000) == 10_000


def test_a_lock_keeps_the_second_out(engine: Engine) -> None:
    with locks.lock(engine, "audit", lambda: NOW):
        second = locks.lock(engine, "audit", lambda: NOW)
        with pytest.raises(locks.LockTakenError, match="уже"):
            second.__enter__()
    with locks.lock(engine, "audit", lambda: NOW):
        pass


def _held(engine: Engine, holder: str) -> None:
    with session(engine) as opened:
        opened.add(LockRow(name="audit", holder=holder, taken_at=NOW, renewed_at=NOW))


def test_a_lock_that_another_machine_does_not_renew_is_taken_over(engine: Engine) -> None:
    _held(engine, "elsewhere:1:born:id")
    with pytest.raises(locks.LockTakenError), locks.lock(engine, "audit", lambda: NOW):
        pass
    later = NOW + locks.STALE + timedelta(seconds=1)
    with locks.lock(engine, "audit", lambda: later):
        pass


def test_a_dead_process_holds_nothing_even_if_another_has_its_number(engine: Engine) -> None:
    _held(engine, f"{socket.gethostname()}:{os.getpid()}:another-boot:id")
    with locks.lock(engine, "audit", lambda: NOW):
        pass


def test_the_second_waits_its_turn_when_it_is_patient(engine: Engine) -> None:
    def second() -> None:
        with locks.lock(engine, "audit", lambda: NOW, timedelta(seconds=10)):
            order.append("second")

    order: list[str] = []
    waiting = threading.Thread(target=second)
    with locks.lock(engine, "audit", lambda: NOW):
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "dozor.db").write_bytes(b"not a database at all, but long enough" * 100)
    with pytest.raises(StorageError, match="не файл базы"):
        open_database(f"sqlite:///{tmp_path / 'dozor.db'}")


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(StorageError, match="адрес не понят"):
        open_database("nonsense")


def test_of_a_long_row_of_audits_the_newest_that_is_meant_is_found(engine: Engine) -> None:
    """More of them than are read at once, parts of the whole and repetitions among them."""
    for night in range(40):
        for scope in (None, ("kedr/school",)):
            for kind in ("audit", "evaluate"):
                _done(engine, NOW + timedelta(days=night), kind, scope)
    last = _done(engine, NOW + timedelta(days=40), "audit", None)
    assert audits.latest(engine, ["kedr"]) == last
    assert audits.latest(engine, ["kedr", "elsewhere"]) is None
    before = audits.before(engine, last)
    assert before is not None
    assert (before.as_of, before.scope, before.kind) == (NOW + timedelta(days=39), None, "evaluate")
    part = audits.before(engine, last, whole_only=False)
    assert part is not None
    assert (part.as_of, part.scope) == (before.as_of, ("kedr/school",))
    trend = audits.tallies(engine, last, most=25)
    assert [one.as_of for one in trend] == [NOW + timedelta(days=day) for day in range(16, 41)]
    assert trend[-2].audit == before.id
    since = audits.whole_since(engine, NOW + timedelta(days=20), NOW + timedelta(days=90))
    assert len(since) == 2 * 19 + 1


def _done(engine: Engine, as_of: datetime, kind: str, scope: tuple[str, ...] | None) -> Audit:
    begun = audits.begin(
        engine,
        kind=kind,
        as_of=as_of,
        started_at=as_of,
        scope=scope,
        registries={"kedr": "1" * 64},
        packs={},
        documents=(),
    )
    return audits.finish(
        engine,
        begun,
        finished_at=as_of,
        complete=True,
        collection=Collection(pages=0, read=0, unread=0),
        issues=(),
    )

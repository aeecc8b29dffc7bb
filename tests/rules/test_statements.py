"""Every kind of statement changes a finding, names who made it, and runs out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

import pytest

from monitor.registry.declaration import AttestationKind
from rules.engine import judge_alone
from rules.model import Finding
from rules.packs import load_act, shipped
from tests.cast import NOW
from tests.rules.world import told, world

ACTS = {name: load_act(path) for name, path in shipped().items()}
KEDROVY, MINVODY = "kedrovy-2022-298", "minvody-draft"
IN_FORCE = {MINVODY: {"status": "in_force", "effective_date": date(2026, 1, 1)}}
STATED, LAST = date(2026, 11, 1), date(2026, 11, 30)
LATER = NOW + timedelta(days=10)
ABOUT = {"vk": "https://vk.com/kedr_school1"}
BODY = {"who": "adm", "page": False}
EMPTY = {"complete": True, "pages": [{"title": "Главная"}]}
AUTHORISED = {"role": "authorised", "post": "секретарь", "employee": True, "order": "№ 5"}

# kind → clause, what else is given, the outcomes without it and with it
CHANGES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "two_factor": (f"{KEDROVY}/6.5", {}, "unknown", "pass"),
    "job_description": (f"{KEDROVY}/6.3", {}, "unknown", "pass"),
    "gos_mark": (f"{KEDROVY}/6.6", {"facts": {"government_mark": False}}, "fail", "pass"),
    "gospabliki": (f"{KEDROVY}/6.7", {}, "unknown", "pass"),
    "pos": (f"{KEDROVY}/6.1-pos", {}, "unknown", "review"),
    "style": (f"{KEDROVY}/6.8", {}, "review", "pass"),
    "filler": (f"{KEDROVY}/6.2", {}, "unknown", "pass"),
    "control": (f"{KEDROVY}/12", BODY, "unknown", "pass"),
    "coordination": (f"{MINVODY}/3.2", {**BODY, "acts": IN_FORCE}, "unknown", "pass"),
    "no_checks": (f"{KEDROVY}/7.5", {**BODY, "authority_site": EMPTY}, "fail", "pass"),
    "no_treaties": (f"{KEDROVY}/7.3", {**BODY, "authority_site": EMPTY}, "fail", "pass"),
    "bulletin": (
        f"{KEDROVY}/11",
        {**BODY, "authority_site": {"complete": True, "pages": [{"title": "№ 298"}]}},
        "review",
        "pass",
    ),
    "esia": (
        f"{MINVODY}/3.3.1.3",
        {"acts": IN_FORCE, "registry": {"persons": [AUTHORISED]}},
        "review",
        "pass",
    ),
    "finding": (f"{KEDROVY}/6.8", {}, "review", "pass"),
}


def judged(kind: str, *statements: dict[str, Any], when: Any = NOW) -> Finding:
    requirement, given, _, _ = CHANGES[kind]
    registry = {**given.get("registry", {}), "attestations": list(statements)}
    case = told(requirement, {**given, "registry": registry}, when)
    found = judge_alone(world(case), [ACTS[requirement.partition("/")[0]]])
    return next(one for one in found if one.requirement == requirement)


def statement(kind: str) -> dict[str, Any]:
    said = {"kind": kind, "stated_by": "директор", "stated_on": STATED, "valid_until": LAST}
    if kind == "finding":
        return said | {"requirement": CHANGES[kind][0], "outcome": "pass"}
    return said | {"value": True} | ({"count": 2, "of": 2} if kind == "two_factor" else {})


def test_no_kind_is_left_out() -> None:
    assert set(CHANGES) == set(get_args(AttestationKind))


@pytest.mark.parametrize("kind", CHANGES)
def test_an_attestation_changes_a_finding_and_names_its_author(kind: str) -> None:
    _, _, before, after = CHANGES[kind]
    assert judged(kind).outcome == before
    found = judged(kind, statement(kind))
    assert found.outcome == after
    assert found.measured["stated_by"] == "директор"


@pytest.mark.parametrize("kind", CHANGES)
def test_an_attestation_runs_out(kind: str) -> None:
    found = judged(kind, statement(kind), when=LATER)
    assert found.outcome != "pass"
    assert found.outcome == judged(kind, when=LATER).outcome


@pytest.mark.parametrize("kind", sorted(set(CHANGES) - {"pos"}))
def test_an_attestation_of_somebody_without_the_post_changes_nothing(kind: str) -> None:
    said = statement(kind) | {"stated_by": "уборщик"}
    assert judged(kind, said).outcome == CHANGES[kind][2]

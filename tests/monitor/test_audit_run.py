"""The body of an audit: what it is about, what it has to read, and who is handed what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import monitor.audit
from monitor.application import open_context, opened
from monitor.audit.begin import AuditRequest, scope_of
from monitor.audit.run import AuditRun
from monitor.config import Settings
from monitor.registry.faults import RegistryError
from monitor.sandbox import serve
from tests.cast import NOW
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import WELL

PAGES = ("https://vk.com/school1", "https://vk.com/school2")
WHOLE = 7  # functions of monitor/audit that are handed all registries and acts


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    schools = [school(number, page, no_site=True) for number, page in enumerate(PAGES, 1)]
    with serve(WELL) as sandbox:
        yield Town(tmp_path, sandbox, schools).settings()


def test_a_resumed_audit_counts_as_of_its_own_moment(settings: Settings) -> None:
    later = AuditRequest(as_of=NOW + timedelta(hours=1), resume_since=NOW)
    with opened(settings, lambda: NOW) as application:
        broken_off = AuditRun.begin(application, AuditRequest(as_of=NOW), "audit")
        run = AuditRun.begin(application, later, "audit")
    assert (run.audit.id, run.request.as_of) == (broken_off.audit.id, NOW)


def test_an_audit_on_demand_has_its_own_pages_to_read(settings: Settings) -> None:
    with opened(settings, lambda: NOW) as application:
        run = AuditRun.begin(application, AuditRequest(as_of=NOW, names=("school-2",)), "audit")
        read = {page.address for page in run.due()}
    assert run.audit.scope == ("town/school-2",)
    assert PAGES[1] in read
    assert PAGES[0] not in read


def test_a_part_of_a_scope_is_of_one_municipality(settings: Settings) -> None:
    with opened(settings, lambda: NOW) as application:
        scope = scope_of(application, AuditRequest(as_of=NOW))
    part = scope.part("town", ["town/school-2", "elsewhere/school-1"])
    assert [one.key for one in part.institutions] == ["town/school-2"]
    assert scope.part("elsewhere", ["elsewhere/school-1"]).municipalities == ()


def test_a_broken_registry_leaves_what_letters_need(settings: Settings) -> None:
    settings.registry[0].write_text("[municipality", "utf-8")
    with pytest.raises(RegistryError), opened(settings):
        pass
    with open_context(settings) as context:
        assert context.settings is settings


def test_few_functions_of_an_audit_are_handed_everything() -> None:
    """Most need a database and a moment: who is handed more may come to lean on it."""
    files = Path(monitor.audit.__path__[0]).glob("*.py")
    functions = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    taking = [
        function.name
        for function in functions
        if any(
            one.annotation and ast.unparse(one.annotation) == "Application" for one in _of(function)
        )
    ]
    assert len(taking) <= WHOLE, taking


def _of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]

"""What got worse is read twice in one run, against the sandbox over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import monitor.sandbox
from collectors.model import Failure, FailureCode, Observation
from monitor.audit.recheck import as_second
from monitor.sandbox import Fault, Running, demo_world, serve
from tests.cast import NOW, SCHOOL_VK
from tests.monitor.conftest import AS_OF, Office

PAGES = Path(monitor.sandbox.__file__).with_name("pages")
BLOCKED = (PAGES / "ok_blocked.html").read_text("utf-8").replace("$name", "Школа № 1")
BEFORE = (NOW - timedelta(days=7)).isoformat()
SCHOOL = "sosnovoborskschool1"  # its page in OK opens and complies


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with serve(demo_world(NOW)) as running:
        running.clear_faults()
        yield running


@pytest.fixture
def compared(office: Office) -> Office:
    """An office that audited its school a week ago, when all was well."""
    assert office.dozor("audit", "school-1", "--as-of", BEFORE).returncode == 0
    return office


def page_in_ok(office: Office) -> dict[str, Any]:
    (school,) = office.audit("school-1")["institutions"]
    wanted = ("kedrovy-2022-298/6.1-pages", "ok")
    return next(f for f in school["findings"] if (f["requirement"], f["network"]) == wanted)


def test_what_looks_worse_only_once_is_no_change(sandbox: Running, compared: Office) -> None:
    sandbox.add_fault(Fault(kind="body", text=BLOCKED, method="page", about=SCHOOL, times=1))
    finding = page_in_ok(compared)
    assert (finding["outcome"], finding["previous"]) == ("pass", "pass")


def test_what_looks_worse_twice_is_told(sandbox: Running, compared: Office) -> None:
    sandbox.add_fault(Fault(kind="body", text=BLOCKED, method="page", about=SCHOOL, times=None))
    finding = page_in_ok(compared)
    assert (finding["outcome"], finding["previous"]) == ("fail", "pass")


def test_a_change_that_cannot_be_looked_at_again_accuses_nobody(
    sandbox: Running, compared: Office
) -> None:
    sandbox.add_fault(Fault(kind="body", text=BLOCKED, method="page", about=SCHOOL, times=1))
    sandbox.add_fault(
        Fault(kind="status", code=503, method="page", about=SCHOOL, first=2, times=None)
    )
    assert page_in_ok(compared)["outcome"] == "unknown"


def test_storage_alone_gives_what_the_second_look_gave(sandbox: Running, compared: Office) -> None:
    sandbox.add_fault(Fault(kind="body", text=BLOCKED, method="page", about=SCHOOL, times=1))
    page_in_ok(compared)
    again = compared.folder / "again.json"
    compared.dozor("evaluate", "school-1", "--as-of", AS_OF, "--json", str(again))
    assert '"outcome": "fail"' not in again.read_text("utf-8")


def test_what_did_not_change_is_read_once(sandbox: Running, compared: Office) -> None:
    page_in_ok(compared)
    read = [call.method for call in sandbox.log("ok_page") if call.method.endswith(SCHOOL)]
    assert len(read) == 2  # one an audit


def test_a_second_reading_without_a_call_left_is_a_failed_one() -> None:
    spent = Observation(
        page=SCHOOL_VK, observed_at=NOW, failure=Failure(FailureCode.QUOTA), gaps={}
    )
    (stored,) = as_second((spent,))
    assert stored.failure is not None
    assert stored.failure.code is FailureCode.INTERRUPTED

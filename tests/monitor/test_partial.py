"""An audit of a few institutions is never taken for one of everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.audit.compare import followed
from monitor.sandbox import demo_world, serve
from monitor.service.metrics import metrics_text
from monitor.storage import audits, outbox
from monitor.storage.database import connect, open_database
from monitor.storage.roles import DEPUTY
from reports.standing import Standing
from rules.model import Outcome
from tests.cast import NOW
from tests.monitor.conftest import Mailbox, Office, office_of
from tests.reports.town import SCHOOL_FINDINGS

YESTERDAY = NOW - timedelta(days=1)
SCHOOL = "МКОУ СОШ № 1"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with serve(demo_world(NOW)) as sandbox:
        yield office_of(sandbox, tmp_path_factory.mktemp("town")).only("school-1", "school-2")


@pytest.fixture(scope="module")
def part(town: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Only one school was ever audited."""
    folder = tmp_path_factory.mktemp("part")
    made = replace(town, folder=folder, sections=json.loads(json.dumps(town.sections)))
    for registry in town.sections["registry"]:
        (folder / registry).write_bytes((town.folder / registry).read_bytes())
    made.set("schedule", timezone="Asia/Tomsk")
    made.audit("school-1")
    return made


@pytest.fixture(scope="module")
def both(town: Office) -> Office:
    """Everything was audited yesterday, one school today."""
    town.dozor("audit", "--as-of", YESTERDAY.isoformat())
    town.audit("school-1")
    return town


def shown(office: Office, *arguments: str) -> str:
    return office.dozor("report", "--format", "text", "-o", "-", *arguments).stdout


@pytest.mark.parametrize("command", ["report", "send"])
def test_before_the_first_audit_of_everything_the_partial_one_is_named(
    part: Office, command: str
) -> None:
    part.set("mail", recipients=["deputy@example.org"])
    done = part.dozor(command)
    assert (done.returncode, "--audit 1" in done.stderr) == (2, True)


def test_before_any_audit_the_way_to_one_is_named(part: Office) -> None:
    bare = replace(part, environment=part.environment | {"DOZOR_STORAGE__DATABASE": "sqlite:///x"})
    done = bare.dozor("report")
    assert (done.returncode, "dozor audit" in done.stderr) == (2, True)


def test_a_partial_audit_is_shown_by_its_number_and_called_one(part: Office) -> None:
    assert f"ЧАСТИЧНАЯ ПРОВЕРКА: {SCHOOL}." in shown(part, "--audit", "1")


def test_the_file_of_a_partial_audit_is_called_one(part: Office) -> None:
    done = part.dozor("report", "--audit", "1")
    assert done.stdout.strip().endswith("audit-000001-partial-school-1.html")


@pytest.mark.parametrize("kind", ["cur", "pages", "pages-csv"])
@pytest.mark.parametrize("where", [(), ("-o", "-")])
def test_a_part_is_never_a_table_for_the_cur_nor_a_list_of_pages(
    part: Office, kind: str, where: tuple[str, ...]
) -> None:
    done = part.dozor("report", "--audit", "1", "--format", kind, *where)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"№ 1 — частичная проверка ({SCHOOL})" in done.stderr


def test_a_part_without_readers_of_reports_is_refused(part: Office) -> None:
    part.set("mail", recipients=[], cur=["cur@example.org"])
    assert part.dozor("send", "--audit", "1").returncode == 2
    part.set("mail", recipients=["deputy@example.org"], cur=[])


def test_the_report_is_of_the_last_audit_of_everything(both: Office) -> None:
    assert "МАОУ СОШ № 2" in shown(both)


def test_the_list_of_pages_is_of_the_last_audit_of_everything(both: Office) -> None:
    listed = both.dozor("report", "--format", "pages", "-o", "-").stdout
    assert "школа № 2" in listed.lower()


def test_metrics_are_of_the_last_audit_of_everything(both: Office) -> None:
    report = json.loads(both.dozor("report", "--format", "json", "-o", "-").stdout)
    told = [one["standing"] for one in report["institutions"]]
    engine = connect(f"sqlite:///{both.folder / 'var/dozor.db'}")
    metrics = metrics_text(engine)
    engine.dispose()
    for standing in Standing:
        line = f'dozor_institutions{{standing="{standing}"}} {float(told.count(standing))}'
        assert line in metrics


def test_the_letter_of_a_partial_audit_says_so_in_subject_text_and_file(
    both: Office, mailbox: Mailbox
) -> None:
    both.set("mail", host="127.0.0.1", port=mailbox.port, recipients=["deputy@example.org"])
    assert both.dozor("send", "--audit", "2").returncode == 0
    (letter,) = mailbox.messages
    body = letter.get_body(("plain",))
    assert f"Дозор, частичная проверка: {SCHOOL};" in letter["Subject"]
    assert body is not None
    assert f"ЧАСТИЧНАЯ ПРОВЕРКА: {SCHOOL}." in body.get_content()
    names = [one.get_filename() for one in letter.iter_attachments()]
    assert all("-partial-school-1-" in str(name) for name in names), names


def test_a_partial_letter_does_not_use_up_the_week_of_the_deputy(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'dozor.db'}")
    alone = audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=("kedr/school",), registries={}, packs={},
        documents=(),
    )  # fmt: skip
    told = {"role": DEPUTY, "recipient": "deputy@example.org"}
    outbox.queue(engine, alone, subject="", body=b"", at=NOW, **told)
    assert outbox.last_told(engine, **told) is None
    engine.dispose()


def test_an_audit_that_only_read_is_no_report(both: Office) -> None:
    both.dozor("collect", "school-2", "--as-of", (NOW + timedelta(hours=1)).isoformat())
    done = both.dozor("report", "--audit", "3")
    assert (done.returncode, "только читала страницы" in done.stderr) == (2, True)


def test_a_change_is_told_against_the_last_audit_of_everything() -> None:
    """A partial audit in between must not swallow it; since when it is so, it may tell."""
    was = SCHOOL_FINDINGS[9]
    between = replace(was, outcome=Outcome.FAIL, since=YESTERDAY.date())
    now = replace(was, outcome=Outcome.FAIL)
    (told,) = followed([now], [was], NOW.date(), [between])
    assert (told.previous, told.since) == (Outcome.PASS, YESTERDAY.date())

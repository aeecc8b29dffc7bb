"""Several municipalities under one region: each gets its own report, and nobody another's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from monitor.application import Application, opened
from monitor.audit.scope import UnknownInstitutionError
from monitor.commands.report import report as report_command
from monitor.config import ConfigError, Settings, load_settings
from monitor.mail.delivery import deliver
from monitor.mail.queueing import queue_report
from monitor.mail.week import is_queued, queue_the_week
from monitor.reporting.municipality import of_town
from monitor.reporting.stored import NoAuditError, chosen_audit, report_of
from monitor.sandbox import Change, serve
from monitor.storage import audits, outbox
from monitor.storage.tables import MessageRow
from reports.ground import part_of
from reports.model import Issue, Report
from tests.cast import NOW
from tests.monitor.conftest import Mailbox
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import WELL, community
from tests.monitor.test_mail import text_of

REGION, MAYOR, NORTHERN = "region@example.org", "mayor@example.org", "north@example.org"
HEADMISTRESS, FAR_SCHOOL = "school1@example.org", "school2@example.org"
DAY = timedelta(days=1)
LOST = Change(at=NOW - DAY / 2, values={"government_mark": False})
WORLD = replace(
    WELL,
    communities=(community(101, later=(LOST,)), community(102), WELL.communities[2]),
    sites=(),
)
NORTH = {
    "municipality": {
        "id": "north",
        "name": "Северный район",
        "timezone": "Europe/Moscow",
        "packs": ["fed-8fz"],
    },
    "institution": [
        school(2, "https://vk.com/club102", no_site=True, emails=[FAR_SCHOOL]),
        school(3, no_site=True),
    ],
}
ROLES = {
    "recipients": [REGION],
    "municipalities": {"town": {"recipients": [MAYOR]}, "north": {"recipients": [NORTHERN]}},
}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights; in the second a school of the first town has lost its mark."""
    folder = tmp_path_factory.mktemp("towns")
    with serve(WORLD) as sandbox:
        near = [school(1, "https://vk.com/club101", no_site=True, emails=[HEADMISTRESS])]
        town = Town(folder, sandbox, near, {"mail": ROLES}, neighbours=[NORTH])
        for at in (NOW - DAY, NOW):
            sandbox.set_clock(at)
            town.audit(at)
    return folder


@dataclass
class Post:
    """The region's office, and what its letters say."""

    settings: Settings
    mailbox: Mailbox

    def with_mail(self, **more: Any) -> Post:
        mail = self.settings.mail.model_copy(update=more)
        return replace(self, settings=replace(self.settings, mail=mail))

    def opened(self, now: datetime = NOW) -> Any:
        return opened(self.settings, lambda: now)

    def sent(self, now: datetime = NOW, **how: Any) -> dict[str, EmailMessage]:
        """What came when the newest audit's report was mailed, by recipient."""
        before = len(self.mailbox.messages)
        with self.opened(now) as application:
            audit = chosen_audit(application, None)
            queue_report(application, audit, report_of(application, audit), **how)
            deliver(application.engine, self.settings, application.clock)
        new = self.mailbox.messages[before:]
        return {one["To"].addresses[0].addr_spec: one for one in new}

    def week(self, due: datetime, now: datetime = NOW) -> dict[str, EmailMessage]:
        """The weekly letters of the time up to `due` that came, by recipient."""
        before = len(self.mailbox.messages)
        with self.opened(now) as application:
            assert queue_the_week(application, due - 7 * DAY, due)
            assert is_queued(application, due)
            deliver(application.engine, self.settings, application.clock)
        new = self.mailbox.messages[before:]
        return {one["To"].addresses[0].addr_spec: one for one in new}

    def queued(self) -> list[MessageRow]:
        with self.opened() as application:
            return list(outbox.messages(application.engine))


@pytest.fixture
def post(audited: Path, tmp_path: Path, mailbox: Mailbox) -> Post:
    folder = shutil.copytree(audited, tmp_path / "region")
    settings = load_settings(folder / "config.toml", {})
    return Post(settings, mailbox).with_mail(host="127.0.0.1", port=mailbox.port)


@pytest.fixture
def whole(post: Post) -> Iterator[tuple[Application, Report]]:
    with post.opened() as application:
        yield application, report_of(application, chosen_audit(application, None))


def test_each_municipality_hears_of_itself_and_the_region_of_all(post: Post) -> None:
    letters = post.sent()
    assert set(letters) == {REGION, MAYOR, NORTHERN}
    assert "2 муниципалитета" in letters[REGION]["Subject"]
    assert "Город Кедровый" in letters[MAYOR]["Subject"]
    assert "Северный район" in letters[NORTHERN]["Subject"]


def test_nothing_of_a_neighbour_is_in_a_towns_letter_or_its_files(post: Post) -> None:
    letter = post.sent()[MAYOR]
    page, table = (part.get_content() for part in letter.iter_attachments())
    book = load_workbook(BytesIO(table))
    cells = " ".join(str(c.value) for s in book.worksheets for row in s.rows for c in row)
    for told in (text_of(letter), page, cells):
        assert "Школа № 1" in told
        assert "Северный" not in told
        assert "Школа № 2" not in told
        assert "8-ФЗ" not in told


def test_a_town_is_told_in_its_own_time(post: Post) -> None:
    letters = post.sent()
    hours = {one: f"{NOW.astimezone(ZoneInfo(zone)):%H:%M}" for one, zone in
             ((MAYOR, "Asia/Tomsk"), (NORTHERN, "Europe/Moscow"))}  # fmt: skip
    for recipient, hour in hours.items():
        assert f", {hour} по местному времени" in text_of(letters[recipient])


def test_of_a_town_added_since_no_audit_is_one_of_everything(post: Post) -> None:
    added = ("[municipality]", 'id = "south"', 'name = "Южный район"', 'timezone = "Asia/Tomsk"')
    south = post.settings.file.with_name("south.toml")
    south.write_text("\n".join(added), "utf-8")
    settings = replace(post.settings, registry=(*post.settings.registry, south))
    with opened(settings, lambda: NOW) as application:
        with pytest.raises(NoAuditError, match="--audit 2"):
            chosen_audit(application, None)
        report = report_of(application, chosen_audit(application, 2))
        one = of_town(
            application, report_of(application, chosen_audit(application, None, "north")), "north"
        )
    assert not one.is_partial
    assert part_of(report) == "Город Кедровый, Северный район"
    assert {one.id for one in report.municipalities} == {"town", "north"}


def test_what_was_read_is_counted_for_the_town_alone(whole: tuple[Application, Report]) -> None:
    application, report = whole
    town, north = (of_town(application, report, name) for name in ("town", "north"))
    assert town.audit.collection.pages + north.audit.collection.pages == (
        report.audit.collection.pages
    )
    assert sum(town.trend[-1].counts.values()) == len(town.findings)
    assert len(town.trend) == len(north.trend) == 2


def test_the_town_of_a_partial_audit_has_no_trend(whole: tuple[Application, Report]) -> None:
    application, report = whole
    part = replace(report, audit=replace(report.audit, scope=("north/school-2",)), trend=())
    assert of_town(application, part, "north").trend == ()


def test_a_report_of_one_town_can_be_written(
    post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    write = partial(report_command, post.settings.file, None, "json", None, None)
    assert write("north") == 0
    assert capsys.readouterr().out.strip().endswith("audit-000002-north.json")
    with pytest.raises(UnknownInstitutionError, match=r"«south».*есть: town, north"):
        write("south")


def test_a_town_that_no_registry_has_is_a_fault_of_the_settings(post: Post) -> None:
    towns = {"kedr": post.settings.mail.municipalities["town"]}
    with (
        pytest.raises(ConfigError, match=r"kedr.*есть: north, town"),
        post.with_mail(municipalities=towns).opened(),
    ):
        pass


def test_a_school_waits_for_the_deputy_head_of_its_own_town(post: Post) -> None:
    office = post.with_mail(institutions=True)
    with office.opened() as application:
        audit = chosen_audit(application, None)
        queue_report(application, audit, report_of(application, audit), confirmed=True)
        engine = application.engine
        for row in outbox.messages(engine):
            if row.recipient == NORTHERN:
                outbox.mark(engine, row.id or 0, state="parked")
        deliver(engine, office.settings, application.clock)
    told = {one["To"].addresses[0].addr_spec for one in office.mailbox.messages}
    assert told == {REGION, MAYOR, HEADMISTRESS}
    states = {one.recipient: one.state for one in office.queued()}
    assert states[FAR_SCHOOL] == "held"


def test_the_parts_of_a_region_together_are_the_region(whole: tuple[Application, Report]) -> None:
    application, report = whole
    parts = [of_town(application, report, name) for name in ("town", "north")]
    found = [one for part in parts for one in part.findings]
    assert sorted(map(repr, found)) == sorted(map(repr, report.findings))
    assert [one for part in parts for one in part.institutions] == list(report.institutions)


def test_a_school_is_written_to_once_a_week_of_its_own_clock(post: Post) -> None:
    """Between the two nights a Monday begins in Tomsk; in Moscow it is still Sunday."""
    office = post.with_mail(institutions=True)
    with office.opened() as application:
        for number in (1, 2):
            audit = chosen_audit(application, number)
            report = report_of(application, audit)
            queue_report(application, audit, report, scheduled=True, confirmed=True)
    told = [row.recipient for row in office.queued()]
    assert (told.count(HEADMISTRESS), told.count(FAR_SCHOOL)) == (2, 1)


def test_each_deputy_head_gets_the_week_of_the_own_town_and_the_region_of_all(post: Post) -> None:
    letters = post.week(NOW)
    assert set(letters) == {REGION, MAYOR, NORTHERN}
    told = {one: text_of(it).casefold() + it["Subject"].casefold() for one, it in letters.items()}
    near, far = (
        {one for one, text in told.items() if town in text} for town in ("кедров", "север")
    )
    assert (near, far) == ({REGION, MAYOR}, {REGION, NORTHERN})
    assert "стало хуже 1" in letters[MAYOR]["Subject"]
    assert "стало хуже 0" in letters[NORTHERN]["Subject"]


def test_where_only_towns_have_readers_the_week_goes_to_them_once(post: Post) -> None:
    office = post.with_mail(recipients=())
    assert set(office.week(NOW)) == {MAYOR, NORTHERN}
    assert office.week(NOW) == {}


def test_a_held_report_that_a_person_sent_to_the_towns_is_told_by_their_week(post: Post) -> None:
    office = post.with_mail(recipients=())
    with office.opened() as application:
        held = chosen_audit(application, None)
        audits.finish(
            application.engine, held, finished_at=NOW, complete=True, collection=held.collection,
            issues=(Issue(code="held.fed-8fz/1", text="много"),),
        )  # fmt: skip
        assert not queue_the_week(application, NOW - DAY / 2, NOW)
    office.sent()
    assert "стало хуже 1" in office.week(NOW)[MAYOR]["Subject"]

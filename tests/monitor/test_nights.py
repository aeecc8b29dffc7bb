"""Nights of the service in a small town: a mass change, alerts, secrets under faults, a stop."""

from __future__ import annotations

import gzip
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from collectors.model import Observation
from monitor.commands.send import send
from monitor.logs import start_logging
from monitor.sandbox import Change, Fault, World, serve
from monitor.service.metrics import health, metrics_text
from monitor.service.nights import Service, night
from monitor.storage import nights, stamps
from monitor.storage.bodies import unpacked
from monitor.storage.database import connect, session
from monitor.storage.tables import AuditRow, ObservationRow
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.authority import authority
from tests.monitor.conftest import DOZOR, Mailbox
from tests.monitor.installed import with_network
from tests.monitor.pipeline import Town, school
from tests.monitor.starts import Command, Surroundings, begun
from tests.monitor.test_faults import TOKEN, WELL, community, group
from tests.waiting import PATIENCE, until

DAY = timedelta(days=1)
TOMSK = ZoneInfo("Asia/Tomsk")
DEPUTY, OPERATOR = "deputy@example.org", "operator@example.org"
CONTROL = WELL.communities[2]
LOST = Change(at=NOW + DAY / 2, values={"government_mark": False})


@dataclass
class Nightly:
    """A town whose service lives night after night, and a mailbox for everybody."""

    town: Town
    mailbox: Mailbox

    def night(self, now: datetime) -> Audit | None:
        self.town.sandbox.set_clock(now)
        return night(Service(self.town.settings(), lambda: now))

    def to(self, recipient: str) -> list[str]:
        return [str(one["Subject"]) for one in self.mailbox.messages if one["To"] == recipient]

    def break_registry(self) -> Callable[[], object]:
        """Gives the way back."""
        file = self.town.folder / "town.toml"
        text = file.read_text("utf-8")
        file.write_text(text.replace("kind =", "kinds =", 1), "utf-8")
        return lambda: file.write_text(text, "utf-8")


@contextmanager
def nightly(folder: Path, world: World, mailbox: Mailbox, pages: int) -> Iterator[Nightly]:
    mail = {
        "host": "127.0.0.1",
        "port": mailbox.port,
        "recipients": [DEPUTY],
        "operator": OPERATOR,
        "report_every": "night",
    }
    sections: dict[str, dict[str, Any]] = {"mail": mail, "schedule": {"timezone": "Asia/Tomsk"}}
    schools = [
        school(n, f"https://vk.com/club{100 + n}", no_site=True) for n in range(1, pages + 1)
    ]
    with serve(world) as sandbox:
        yield Nightly(Town(folder, sandbox, schools, sections), mailbox)


def marked(pages: int, losing: int, *, control: bool = False) -> World:
    """So many pages with the mark, of which some lose it before the second night."""
    schools = [
        community(100 + n, posts=(), later=(LOST,) if n <= losing else ())
        for n in range(1, pages + 1)
    ]
    known = replace(CONTROL, later=(LOST,)) if control else CONTROL
    return replace(WELL, communities=(*schools, known), sites=(), ok_groups=(), ok_control_pages=())


def test_a_night_ends_with_a_stamp_over_what_it_kept(tmp_path: Path, mailbox: Mailbox) -> None:
    (tmp_path / "authority").mkdir()
    with (
        authority(tmp_path / "authority") as ours,
        nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town,
    ):
        town.town.sections["evidence"] = {"tsa_url": ours.url}
        town.night(NOW)
        engine = connect(town.town.settings().storage.database)
        stamp, link = stamps.newest(engine), stamps.last_link(engine)
        engine.dispose()
    assert stamp is not None
    assert link is not None
    assert (stamp.place, stamp.chain) == (link.place, link.chain)


def test_a_mass_change_is_held_until_a_person_sends_it(tmp_path: Path, mailbox: Mailbox) -> None:
    with nightly(tmp_path, marked(8, losing=6), mailbox, 8) as town:
        town.night(NOW)
        second = town.night(NOW + DAY)
        assert second
        assert len(town.to(DEPUTY)) == 1
        assert f"№ {second.id} задержан" in town.to(OPERATOR)[-1]
        assert send(town.town.folder / "config.toml", second.id, again=False) == 0
        assert len(town.to(DEPUTY)) == 2


def test_when_the_control_page_loses_the_mark_too_nobody_is_accused_or_held(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with nightly(tmp_path, marked(8, losing=6, control=True), mailbox, 8) as town:
        town.night(NOW)
        second = town.night(NOW + DAY)
        assert second
        assert not [one for one in second.issues if one.code.startswith("held")]
        assert "новых нарушений нет" in town.to(DEPUTY)[-1]
        assert any("не всё" in subject for subject in town.to(OPERATOR))


def test_the_operators_letter_names_each_address_that_could_not_be_read(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with nightly(tmp_path, marked(2, losing=0), mailbox, 1) as town:
        unread = school(2, "https://vk.com/club102", site="http://127.0.0.1:9")
        town.town = replace(town.town, institutions=[unread])
        town.night(NOW)
    (letter,) = [one for one in mailbox.messages if "не всё" in str(one["Subject"])]
    body = letter.get_body(("plain",))
    assert body is not None
    assert "    http://127.0.0.1:9" in body.get_content().splitlines()


def test_a_night_that_reads_far_fewer_pages_is_held(tmp_path: Path, mailbox: Mailbox) -> None:
    with nightly(tmp_path, marked(8, losing=0), mailbox, 8) as town:
        town.night(NOW)
        town.town.sandbox.add_fault(Fault(code=10, method="*", times=None))
        second = town.night(NOW + DAY)
    assert second
    assert [one.code for one in second.issues if one.code.startswith("held")] == ["held.unread"]
    assert len(town.to(DEPUTY)) == 1


def test_a_trouble_is_told_once_a_night_and_its_end_too(tmp_path: Path, mailbox: Mailbox) -> None:
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        mended = town.break_registry()
        settings = town.town.settings()
        for hours, told in ((0, 1), (1, 1), (24, 2)):
            now = NOW + timedelta(hours=hours)
            night(Service(settings, lambda now=now: now))  # type: ignore[misc]
            assert len(town.to(OPERATOR)) == told
        engine = connect(settings.storage.database)
        assert health(settings, engine, NOW + DAY)[1]["status"] == "failed"
        mended()
        town.night(NOW + DAY + timedelta(hours=2))
        assert "снова идут" in town.to(OPERATOR)[-1]
        assert town.to(DEPUTY)
        assert health(settings, engine, NOW + DAY + timedelta(hours=3))[0] == "200 OK"
        engine.dispose()


def test_health_tells_a_night_that_is_stuck_and_one_that_never_came(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        settings = town.town.settings()
    engine = connect(settings.storage.database)
    begun = nights.begin(engine, NOW, NOW, NOW)
    assert health(settings, engine, NOW + DAY / 3)[1]["status"] == "ok"
    assert health(settings, engine, NOW + DAY * 0.6)[1]["status"] == "stuck"
    nights.finish(engine, begun, NOW + DAY * 0.7)
    assert health(settings, engine, NOW + DAY * 0.8)[1]["status"] == "ok"
    assert health(settings, engine, NOW + 3 * DAY)[1]["status"] == "late"
    engine.dispose()
    Path(settings.storage.database.removeprefix("sqlite:///")).write_bytes(b"no database" * 100)
    assert health(settings, engine, NOW + DAY / 2)[1]["status"] == "storage"


# --- nothing secret is told -------------------------------------------------------------------

FAULTS = (
    Fault(code=10, method="groups.getById", times=1),
    Fault(kind="body", method="execute", text="<html>not JSON", times=1),
    Fault(kind="status", code=502, method="execute", times=1),
    Fault(code=5, method="*", first=6, times=None),
)


def test_no_secret_is_told_by_a_night_of_faults(
    tmp_path: Path, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    with nightly(tmp_path, replace(marked(3, 1), faults=FAULTS), mailbox, 3) as town:
        start_logging(verbose=True, as_json=True)
        for number in range(2):
            town.night(NOW + number * DAY)
        town.break_registry()
        settings = town.town.settings()
        night(Service(settings, lambda: NOW + 2 * DAY))
        logging.getLogger("monitor").error("access_token=%s&v=5.199", TOKEN)
        told = capsys.readouterr().err
        engine = connect(settings.storage.database)
        shown = metrics_text(engine)
        with session(engine) as opened:
            seen = [
                repr(unpacked(Observation, one)) for one in opened.exec(select(ObservationRow.body))
            ]
        engine.dispose()
    start_logging(verbose=False)
    everywhere = [told, shown, *seen, *map(whole, mailbox.messages), *map(held_in, files(tmp_path))]
    assert [text for text in everywhere if TOKEN in text] == []
    lines = [json.loads(line) for line in told.splitlines() if line.strip()]
    assert {"at", "level", "logger", "message"} <= set(lines[0])
    assert any("error" in line for line in lines), "a traceback was told"
    assert 'dozor_pages{reason="token_refused",state="unread"}' in shown


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def held_in(path: Path) -> str:
    raw = path.read_bytes()
    return (raw + (gzip.decompress(raw) if path.suffix == ".gz" else b"")).decode("latin-1")


def whole(message: Any) -> str:
    parts = (part.get_payload(decode=True) or b"" for part in message.walk())
    return str(message) + b"".join(parts).decode("latin-1")


# --- a stop in the middle ---------------------------------------------------------------------


def test_a_stop_in_mid_night_ends_cleanly_and_the_next_start_goes_on(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    numbers = [70000000000000 + n for n in range(1, 25)]
    world = replace(WELL, ok_groups=tuple(map(group, numbers)), clock=datetime.now(TOMSK))
    with nightly(tmp_path, world, mailbox, 0) as town:
        small = town.town
        schools = [school(n, f"https://ok.ru/group/{one}") for n, one in enumerate(numbers, 1)]
        begin = datetime.now(TOMSK) - timedelta(minutes=1)
        schedule = {"nightly": f"{begin:%-M} {begin:%-H} * * *", "timezone": "Asia/Tomsk"}
        slow = {"requests_per_second": 3, "control_pages": []}
        sections = {**small.sections, "schedule": schedule, "ok": slow}
        small = Town(tmp_path, small.sandbox, schools, sections)
        settings = small.settings()
        quick = {**sections, "ok": {**slow, "requests_per_second": 50}}
        environment = os.environ | small.sandbox.settings()
        for name in [one for one in environment if one.startswith("DOZOR_")]:
            del environment[name]
        engine = connect(settings.storage.database)
        first = serving(small, environment)
        until(lambda: rows(engine) >= 2)
        first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE) == 0
        kept = rows(engine)
        assert 2 <= kept < len(numbers)
        small.sections = quick
        small.settings()
        second = serving(small, environment)
        until(lambda: DEPUTY in [one["To"] for one in mailbox.messages])
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE) == 0
        with session(engine) as opened:
            audits = opened.exec(select(AuditRow)).all()
            addresses = opened.exec(select(ObservationRow.address)).all()
        engine.dispose()
    assert [bool(one.finished_at) for one in audits] == [True]
    assert len(addresses) == len(set(addresses)) == len(numbers)
    assert len(town.to(DEPUTY)) == 1


def serving(town: Town, environment: dict[str, str], log: Path | None = None) -> Command:
    command = [str(DOZOR), "--config", str(town.folder / "config.toml"), "serve"]
    return begun(command, environment, Surroundings(stderr=log))


def rows(engine: Any) -> int:
    with session(engine) as opened:
        return len(opened.exec(select(col(ObservationRow.id))).all())


# --- an error of our own ----------------------------------------------------------------------

BROKEN = """
from dataclasses import dataclass
from functools import partial

from collectors.model import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSettings:
    key: str = ""


def canonical(url):
    if "broken.example" not in url:
        raise ValueError("another network's")
    return url


async def read(settings, pages, run):
    raise AssertionError(f"the answer to {settings.key} has no such field")
    yield ()


NETWORK = Network(
    slug="broken",
    title="Сломанная",
    canonical=canonical,
    settings=BrokenSettings,
    collector=lambda settings: partial(read, settings),
    secrets={"key": "BROKEN_KEY"},
)
"""


def with_broken_network(folder: Path) -> dict[str, str]:
    """A collector with a mistake in it; gives the environment for it."""
    return with_network(folder, "broken", BROKEN) | {"BROKEN_KEY": TOKEN}


def test_a_collector_that_crashes_is_told_to_the_operator_without_its_key(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    begin = datetime.now(TOMSK) - timedelta(minutes=1)
    schedule = {"nightly": f"{begin:%-M} {begin:%-H} * * *", "timezone": "Asia/Tomsk"}
    with nightly(tmp_path, marked(1, losing=0), mailbox, 0) as town:
        schools = [school(1, "https://broken.example/school", no_site=True)]
        sections = {**town.town.sections, "schedule": schedule}
        small = Town(tmp_path, town.town.sandbox, schools, sections)
        settings = small.settings()
        environment = os.environ | {"DOZOR_LOG_JSON": "1"} | with_broken_network(tmp_path)
        service = serving(small, environment, tmp_path / "log")
        try:
            until(lambda: town.to(OPERATOR) and town.to(DEPUTY))
        finally:
            service.send_signal(signal.SIGTERM)
            assert service.wait(PATIENCE) == 0
    told = (tmp_path / "log").read_text("utf-8")
    assert "has no such field" in told
    assert "с нарушениями 0, судить нельзя о 1" in town.to(DEPUTY)[0]
    assert "не всё" in town.to(OPERATOR)[0]
    kept = [held_in(path) for path in files(tmp_path)]
    assert [text for text in (*map(whole, mailbox.messages), *kept) if TOKEN in text] == []
    engine = connect(settings.storage.database)
    status = health(settings, engine, datetime.now(TOMSK))[1]["status"]
    assert status == "ok"  # the night came to its end
    engine.dispose()


def test_health_tells_a_disk_without_room(tmp_path: Path, mailbox: Mailbox) -> None:
    with nightly(tmp_path, marked(1, losing=0), mailbox, 1) as town:
        settings = town.town.settings()
        engine = connect(settings.storage.database)
        assert health(settings, engine, NOW)[1]["status"] == "ok"
        no_room = settings.storage.model_copy(update={"evidence": Path("/proc/self/evidence")})
        full = replace(settings, storage=no_room)  # /proc says of itself that nothing is free
        assert health(full, engine, NOW) == (
            "503 Service Unavailable", {"status": "disk", "last_success": None}
        )  # fmt: skip
        engine.dispose()

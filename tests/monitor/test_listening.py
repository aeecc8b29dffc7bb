"""Where bots were let in: heard over a socket, kept with its marker, proposed for the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from collectors.max.settings import fingerprint
from collectors.model import Heard
from monitor.application import open_context
from monitor.config import Settings, load_settings
from monitor.sandbox import Fault, MaxEvent, Running, World, serve
from monitor.service.listening import admission_signs, listen, listens
from monitor.storage import admissions, outbox
from tests.cast import NOW
from tests.collectors.max import ADDRESS, BOT, CHANNEL, NUMBER, WORLD
from tests.monitor.pipeline import empty_database, school

LET_IN = MaxEvent(at=NOW - timedelta(hours=2), chat_id=NUMBER, token=BOT)
PUT_OUT = replace(LET_IN, at=NOW - timedelta(hours=1), kind="bot_removed")


def town(folder: Path, max_: Running, **page: Any) -> Settings:
    """A school with the channel in its registry."""
    municipality = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    body = {**school(1), "page": [{"url": ADDRESS, **page}]}
    registry = {"municipality": municipality, "institution": [body]}
    (folder / "town.toml").write_text(tomli_w.dumps(registry), "utf-8")
    mail = {"operator": "admin@example.org"}
    config = {"registry": ["town.toml"], "max": {"api_url": max_.max_url}, "mail": mail}
    (folder / "config.toml").write_text(tomli_w.dumps(config), "utf-8")
    (folder / "var").mkdir(exist_ok=True)
    if not (folder / "var/dozor.db").exists():
        (folder / "var/dozor.db").write_bytes(empty_database())
    return load_settings(folder / "config.toml", {"MAX_TOKENS": BOT})


def world(*events: MaxEvent, **more: Any) -> World:
    return replace(WORLD, max_events=events, **more)


class Office:
    """A town beside a running MAX."""

    def __init__(self, folder: Path, running: Running) -> None:
        self.folder, self.running = folder, running

    def hear(self, at: datetime = NOW, **page: Any) -> None:
        with self.opened(at, **page) as context:
            listen(context)

    def opened(self, at: datetime = NOW, **page: Any) -> Any:
        return open_context(town(self.folder, self.running, **page), lambda: at)

    def told(self, **page: Any) -> list[str]:
        signs = admission_signs(town(self.folder, self.running, **page))
        return [f"{sign.what} {sign.advice}" for sign in signs]

    def alerts(self) -> list[str]:
        with self.opened() as context:
            return [one.subject for one in outbox.listed(context.engine)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with serve(world(LET_IN)) as running:
        yield Office(tmp_path, running)


def test_a_number_is_proposed_for_the_page_whose_channel_it_is(office: Office) -> None:
    office.hear()
    proposed = [told for told in office.told() if f"chat_id = {NUMBER}" in told]
    assert ["town/school-1" in told and CHANNEL.name in told for told in proposed] == [True]


def test_what_stands_in_the_registry_is_proposed_no_more(office: Office) -> None:
    office.hear()
    assert [one for one in office.told(chat_id=NUMBER) if "бот впущен" in one] == []


def test_the_operator_is_told_once(office: Office) -> None:
    office.hear()
    office.hear(NOW + timedelta(hours=3))
    assert len(office.alerts()) == 1


def test_the_registry_is_left_alone(office: Office) -> None:
    town(office.folder, office.running)
    before = (office.folder / "town.toml").read_text("utf-8")
    office.hear()
    assert (office.folder / "town.toml").read_text("utf-8") == before


def test_it_goes_on_from_the_marker(office: Office) -> None:
    office.hear()
    with office.opened() as context:
        assert list(admissions.markers(context.engine, "max").values()) == [2]


def test_a_bot_that_was_put_out_is_told_of(tmp_path: Path) -> None:
    with serve(world(LET_IN, PUT_OUT)) as running:
        office = Office(tmp_path, running)
        office.hear(chat_id=NUMBER)
        told = office.told(chat_id=NUMBER)
    assert [one for one in told if "бот исключён из канала" in one]


def test_events_that_were_lost_are_told_as_lost(office: Office) -> None:
    office.hear(NOW - timedelta(days=900))
    assert [one for one in office.told() if "не слышно" in one]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code=401, text="verify.token", times=None),
        Fault(kind="status", code=502, times=None),
        Fault(kind="not_json", times=None),
        Fault(kind="body", text='{"updates": 5}', times=None),
    ],
)
def test_a_network_that_does_not_tell_loses_no_marker(office: Office, fault: Fault) -> None:
    office.hear()
    office.running.add_fault(fault)
    office.hear()
    with office.opened() as context:
        assert list(admissions.markers(context.engine, "max").values()) == [2]


def test_a_marker_that_is_not_known_any_more_is_dropped(office: Office) -> None:
    with office.opened() as context:
        admissions.keep(context.engine, "max", _heard(999), NOW)
    office.running.add_fault(Fault(code=400, text="proto.payload", method="GET updates"))
    office.hear()
    with office.opened() as context:
        assert admissions.markers(context.engine, "max")


def _heard(marker: int) -> Any:
    return Heard(markers={fingerprint(BOT): marker})


def test_nobody_listens_without_a_bot(tmp_path: Path) -> None:
    with serve(WORLD) as running:
        settings = town(tmp_path, running)
    assert listens(settings)
    assert not listens(load_settings(tmp_path / "config.toml", {}))


def test_no_names_are_asked_for(office: Office) -> None:
    office.hear()
    asked = {call.method for call in office.running.log("max")}
    assert asked == {"GET updates", "GET chats/{id}"}

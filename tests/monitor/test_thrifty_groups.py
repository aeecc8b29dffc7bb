"""Thrifty nights in OK: nights pass in which a group is not asked for, and none hides a fault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tomli_w

import monitor.sandbox
from collectors.model import FailureCode, Presence
from monitor.application import opened
from monitor.audit.recheck import worsened_pages
from monitor.audit.thrifty import accuses, at_rest
from monitor.reporting.settling import Looks
from monitor.reporting.walls import writings_of
from monitor.sandbox import Change, Fault, OkGroup, Post, Site, SitePage, Token, World, serve
from monitor.storage.observations import last_looks
from rules.model import Finding, Outcome, Severity
from tests.cast import (
    ADMINISTRATION,
    NOW,
    SCHOOL,
    SCHOOL_FACTS,
    SCHOOL_OK,
    SCHOOL_VK,
    TOMSK,
    dossier,
    seen,
)
from tests.collectors.vk import CONTROL, FREE
from tests.monitor.pipeline import Done, Town, school
from tests.monitor.test_thrifty_nights import community

NIGHT = timedelta(days=1)
TUESDAY = NOW + NIGHT  # NOW is Monday, three at night in Tomsk
CALL, FIRST = "8 (38250) 3-55-46", 70000000000100
ADDRESS = "636615, Томская область, г. Кедровый, 1-й мкр., д. 61"
LIVELY, QUIET, NO_PHONE, GONE = range(1, 5)
PAGES = Path(monitor.sandbox.__file__).with_name("pages")
BLOCKED = (PAGES / "ok_blocked.html").read_text("utf-8").replace("$name", f"Школа № {LIVELY}")

ACCUSED = Finding(
    institution="school",
    municipality="kedr",
    requirement="kedrovy-2022-298/9.1.phone",
    clause="9.1",
    outcome=Outcome.FAIL,
    severity=Severity.MAJOR,
    reason="phone_absent",
    because="",
    network="ok",
    page=SCHOOL_OK.address,
    previous=Outcome.PASS,
)


def group(number: int, **more: Any) -> OkGroup:
    posts = tuple(
        Post(id=at, published_at=NOW + 6 * NIGHT - at * 2 * NIGHT, text="Новость " * 9)
        for at in range(1, 40)
    )
    told: dict[str, Any] = {
        "id": FIRST + number,
        "name": f"Школа № {number}",
        "description": f"«Школа № {number}». Учим, растим, поём: school{number}@example.org",
        "address": ADDRESS,
        "phone": CALL,
        "government_mark": True,
        "posts": posts,
    }
    return OkGroup(**{**told, **more})


def member(number: int) -> dict[str, Any]:
    url = f"https://ok.ru/group/{FIRST + number}"
    return school(
        number, url, phones=[CALL], emails=[f"school{number}@example.org"], address=ADDRESS
    )


@contextmanager
def town(folder: Path, *groups: OkGroup, **ok: Any) -> Iterator[Town]:
    with serve(World(ok_groups=groups, clock=NOW)) as sandbox:
        members = [member(one.id - FIRST) for one in groups]
        yield Town(folder, sandbox, members, {"ok": ok} if ok else {})


def at(town: Town, moment: datetime, *names: str) -> Done:
    town.sandbox.forget_log()
    town.sandbox.set_clock(moment)
    return town.audit(moment, *names)


def asked(town: Town) -> Counter[int]:
    """Requests of the last audit, by group."""
    told = Counter[int]()
    for name, count in town.sandbox.counters().items():
        if called := re.search(r"group/?(\d+)", name):
            told[int(called[1]) - FIRST] += count
    return told


def test_a_group_is_not_asked_for_where_nothing_may_change(tmp_path: Path) -> None:
    """One that is silent is read whole every night, of one that is accused the head."""
    with town(tmp_path, group(LIVELY), group(QUIET, posts=()), group(NO_PHONE, phone="")) as small:
        at(small, NOW)
        first = asked(small)
        second = at(small, TUESDAY)
        again = asked(small)
        third = at(small, TUESDAY + NIGHT)
        later = asked(small)
        at(small, TUESDAY + NIGHT + timedelta(hours=2), f"school-{LIVELY}")
        named = asked(small)
    assert min(first.values()) >= 2
    assert again[LIVELY] == later[LIVELY] == 0
    assert again[QUIET] == later[QUIET] >= 2
    assert 0 < again[NO_PHONE] == later[NO_PHONE]
    assert named[LIVELY] >= 2, "who is named is read"
    left = second.last(f"https://ok.ru/group/{FIRST + LIVELY}")
    assert left.failure is not None
    assert left.failure.code is FailureCode.AT_REST
    for done in (second, third):
        assert done.audit.complete
        assert done.audit.collection.read == 3
        assert not [one for one in done.audit.issues if "rest" in one.code or "due" in one.code]
    told = {(one.requirement, one.institution): one for one in second.findings}
    phone = told["kedrovy-2022-298/9.1.phone", f"school-{LIVELY}"]
    assert phone.outcome is Outcome.PASS
    assert phone.read_on == NOW.astimezone(TOMSK).date()


def test_topics_rest_where_the_head_is_as_it_was_and_not_where_it_changed(tmp_path: Path) -> None:
    """A group that is accused of weeks that are over: nothing new on its wall can change that."""
    seldom = tuple(
        Post(id=at, published_at=NOW - timedelta(days=6 * at, hours=9), text="Новость " * 9)
        for at in range(20)
    )
    renamed = Change(at=TUESDAY + NIGHT / 2, values={"name": "Школа № 1 (каникулы)"})
    with town(tmp_path, group(LIVELY, posts=seldom, later=(renamed,))) as small:
        done, nights = [at(small, NOW)], []
        for number in range(3):
            done.append(at(small, TUESDAY + number * NIGHT))
            nights.append(asked(small)[LIVELY])
    assert all("kedrovy-2022-298/6.4-recommended" in one.accused("ok") for one in done)
    assert nights[0] == nights[2] == 1
    assert nights[1] > 1
    wall = done[1].last(f"https://ok.ru/group/{FIRST + LIVELY}").gaps["wall"]
    assert wall.code is FailureCode.NOT_DUE


def test_whoever_was_deleted_is_found_out_within_freshness_and_accused_by_a_look_of_its_night(
    tmp_path: Path,
) -> None:
    gone = Change(at=TUESDAY - NIGHT / 2, values={"blocked": True})
    with town(tmp_path, group(GONE, later=(gone,))) as small:
        at(small, NOW)
        nights = [at(small, TUESDAY + number * NIGHT) for number in range(6)]
    fails = [[one for one in done.findings if one.reason == "page_banned"] for done in nights]
    assert not fails[0]
    assert fails[-1]
    for done, found in zip(nights, fails, strict=True):
        assert all(one.read_on == done.audit.as_of.astimezone(TOMSK).date() for one in found)


def test_all_is_read_where_the_settings_say_so(tmp_path: Path) -> None:
    with town(tmp_path, group(LIVELY), thrifty=False) as small:
        at(small, NOW)
        at(small, TUESDAY)
        assert asked(small)[LIVELY] >= 2


def test_a_page_left_for_another_night_accuses_by_no_older_look() -> None:
    """What made it worse is not on it: it is read in the same night, before anybody is told."""
    was, asked_for = seen(SCHOOL_OK, SCHOOL_FACTS, NOW - NIGHT), at_rest(SCHOOL_OK, NOW)
    there = dossier(SCHOOL, was, asked_for)
    assert worsened_pages([ACCUSED], there) == (SCHOOL_OK,)
    of_all = replace(ACCUSED, network=None, page=None, evidence=was.evidence)
    assert worsened_pages([of_all], there) == (SCHOOL_OK,)
    assert worsened_pages([replace(ACCUSED, previous=Outcome.FAIL)], there) == (SCHOOL_OK,)
    assert worsened_pages([replace(ACCUSED, previous=None)], there) == (SCHOOL_OK,)
    assert worsened_pages([replace(ACCUSED, outcome=Outcome.REVIEW)], there) == ()
    listed = replace(of_all, evidence=(), measured={"missing": [SCHOOL_OK.address]})
    at_noon = dossier(ADMINISTRATION, was, asked_for, as_of=NOW + timedelta(hours=9))
    assert worsened_pages([listed], at_noon) == (SCHOOL_OK,)
    read = dossier(SCHOOL, seen(SCHOOL_OK, SCHOOL_FACTS, NOW))
    assert worsened_pages([replace(ACCUSED, previous=Outcome.FAIL)], read) == ()


@pytest.mark.parametrize(
    ("change", "is_accused"),
    [
        ({}, True),
        ({"outcome": Outcome.PENDING}, True),
        ({"outcome": Outcome.REVIEW}, False),
        ({"outcome": Outcome.UNKNOWN}, False),
        ({"outcome": Outcome.UNKNOWN, "measured": {"not_due": ["presence"]}}, True),
        ({"page": "https://ok.ru/group/2"}, False),
        ({"network": "vk", "page": SCHOOL_VK.address}, False),
        ({"page": None}, True),
        ({"network": None, "page": None}, False),
        ({"network": None, "page": None, "measured": {"in_network": "ok"}}, True),
        ({"network": None, "page": None, "measured": {"silent": [SCHOOL_OK.address]}}, True),
    ],
)
def test_the_head_of_whoever_may_be_accused_is_read_every_night(
    change: dict[str, Any], is_accused: bool
) -> None:
    assert accuses(replace(ACCUSED, **change), SCHOOL_OK.key) is is_accused


def test_an_accusation_that_nobody_remembered_rests_on_no_older_look(tmp_path: Path) -> None:
    """Judged by a night that was not thrifty, the group fails; then it is mended."""
    lost = Change(at=TUESDAY - NIGHT / 2, values={"phone": ""})
    mended = Change(at=TUESDAY + NIGHT / 2, values={"phone": CALL})
    with town(tmp_path, group(LIVELY, later=(lost, mended))) as small:
        at(small, NOW)
        small.sections = {"ok": {"thrifty": False}}
        second = at(small, TUESDAY)
        small.sections = {}
        third = at(small, TUESDAY + NIGHT)
        assert asked(small)[LIVELY] >= 2
    assert second.accused("ok") == ["kedrovy-2022-298/9.1.phone"]
    assert third.accused("ok") == []


def test_who_is_judged_by_a_group_for_the_first_time_is_accused_by_no_older_look(
    tmp_path: Path,
) -> None:
    """A neighbour whose registry comes later names the same group: whoever had it was content."""
    named = Change(at=TUESDAY - NIGHT / 2, values={"description": "Здесь и Детский сад «Ромашка»"})
    with town(tmp_path, group(LIVELY, later=(named,))) as small:
        at(small, NOW)
        beside = {"id": "beside", "name": "Город Иной", "timezone": "Asia/Tomsk"}
        garden = {**member(LIVELY), "name": "Детский сад «Ромашка»", "kind": "kindergarten"}
        neighbour = {
            "municipality": {**beside, "packs": list(small.packs)},
            "institution": [garden],
        }
        (tmp_path / "beside.toml").write_text(tomli_w.dumps(neighbour), "utf-8")
        small.neighbours = [neighbour]
        second = at(small, TUESDAY)
    assert "kedrovy-2022-298/9.1.name" not in second.accused("ok")


def test_many_audits_in_few_days_bury_no_look_that_judges(tmp_path: Path) -> None:
    with town(tmp_path, group(LIVELY)) as small:
        at(small, NOW)
        later = [at(small, NOW + number * timedelta(hours=5)) for number in range(1, 16)]
    assert all(done.audit.collection.unread == 0 for done in later)
    assert later[-1].last(f"https://ok.ru/group/{FIRST + LIVELY}").failure is not None


def test_what_a_group_showed_is_told_on_each_night_on_which_it_rests(tmp_path: Path) -> None:
    address = ("ok", f"https://ok.ru/group/{FIRST + LIVELY}")
    rested = 0
    with town(tmp_path, group(LIVELY)) as small:
        at(small, NOW)
        for number in range(1, 5):
            night = NOW + number * NIGHT
            rested += at(small, night).audit.collection.at_rest
            with opened(small.settings(), partial(night.astimezone, UTC)) as application:
                engine, towns = application.engine, application.municipalities
                members = towns[0].institutions
                assert [one for one in Looks(engine, night)[address] if one.facts]
                assert last_looks(engine, {address}, night, most=1)[address][0].facts
                assert address in writings_of(engine, towns, members, night)
    assert rested == 4


def test_what_the_first_look_at_a_group_that_rested_shows_is_looked_at_twice(
    tmp_path: Path,
) -> None:
    """It is read as another page of its institution got worse, and answers badly once."""
    lost = Change(at=TUESDAY - NIGHT / 2, values={"phones": ()})
    blocked = Fault(kind="body", text=BLOCKED, method="page", about=str(FIRST + LIVELY), times=1)
    both = World(
        ok_groups=(group(LIVELY),),
        communities=(CONTROL, community(LIVELY, later=(lost,))),
        tokens=(Token(value="vk1.a.Key"),),
        clock=NOW,
        limits=FREE,
        control_pages=("https://vk.com/control",),
    )
    with serve(both) as sandbox:
        one = member(LIVELY)
        one = {**one, "page": [*one["page"], {"url": f"https://vk.com/club{LIVELY}"}]}
        small = Town(tmp_path, sandbox, [one], packs=("kedrovy-2022-298", "fed-8fz"))
        at(small, NOW)
        sandbox.add_fault(blocked)
        second = at(small, TUESDAY)
    looks = second.seen["ok", f"https://ok.ru/group/{FIRST + LIVELY}"]
    shown = [one.facts and one.facts.presence for one in looks]
    assert shown == [Presence.LIVE, Presence.BANNED, None, Presence.LIVE]
    assert second.accused("vk") == ["kedrovy-2022-298/9.1.phone"]
    assert second.accused("ok") == []


def test_nobody_has_to_link_to_a_group_that_was_there_at_an_older_look(tmp_path: Path) -> None:
    """Group and link went in one day: of the site's finding the group is no evidence."""
    at_dusk, address = TUESDAY - NIGHT / 2, "127.0.9.77"
    told = f"«Школа № 1». Учим, растим, поём: school1@example.org, сайт http://{address}/"
    gone, unlinked = (
        Change(at=at_dusk, values={"blocked": True}),
        Change(at=at_dusk, values={"pages": first_page(FIRST)}),
    )
    world = World(
        ok_groups=(group(LIVELY, description=told, later=(gone,)),),
        sites=(
            Site(
                name="school",
                address=address,
                pages=first_page(FIRST, FIRST + LIVELY),
                later=(unlinked,),
            ),
        ),
        clock=NOW,
    )
    with serve(world) as sandbox:
        one = {**member(LIVELY), "kind": "authority", "site": sandbox.site_url("school")}
        small = Town(tmp_path, sandbox, [one], packs=("fed-8fz",))
        first = at(small, NOW)
        second = at(small, TUESDAY)
    first_told, then_told = (
        {one.requirement: one.outcome for one in done.findings} for done in (first, second)
    )
    linked = "fed-8fz/site-links-to-pages"
    assert first_told[linked] is Outcome.PASS
    assert then_told[linked] is Outcome.NOT_APPLICABLE


def first_page(*linked: int, title: str = "Школа № 1") -> dict[str, SitePage]:
    links = "".join(f'<a href="https://ok.ru/group/{one}">Одноклассники</a>' for one in linked)
    head = f"<head><title>{title}</title></head>"
    return {"/": SitePage(body=f"<html>{head}<body>{links}</body></html>")}


def test_whatever_rests_on_an_earlier_look_tells_its_day(tmp_path: Path) -> None:
    """Also what speaks of all pages of an institution at once."""
    site = "http://school1.example"
    told = f"«Школа № 1». Учим, растим, поём: school1@example.org, сайт {site}"
    with serve(World(ok_groups=(group(LIVELY, description=told),), clock=NOW)) as sandbox:
        packs = ("kedrovy-2022-298", "fed-8fz")
        small = Town(tmp_path, sandbox, [{**member(LIVELY), "site": site}], packs=packs)
        at(small, NOW)
        second = at(small, TUESDAY)
    whole = second.seen["ok", f"https://ok.ru/group/{FIRST + LIVELY}"][-1]
    resting = [one for one in second.findings if set(one.evidence) & set(whole.evidence)]
    assert {"fed-8fz/page-contents", "kedrovy-2022-298/6.1-pos"} <= {
        one.requirement for one in resting
    }
    assert {one.read_on for one in resting} == {NOW.astimezone(TOMSK).date()}


def test_an_audit_of_the_authority_by_name_reads_whom_its_list_lacks(tmp_path: Path) -> None:
    """The night had left the school's group; at dawn group and link went."""
    at_dawn, own = TUESDAY + timedelta(hours=5), FIRST + QUIET
    gone = Change(at=at_dawn, values={"blocked": True})
    unlinked = Change(at=at_dawn, values={"pages": first_page(own, title="Администрация")})
    first = first_page(own, FIRST + LIVELY, title="Администрация")
    world = World(
        ok_groups=(group(LIVELY, later=(gone,)), group(QUIET, name="Администрация")),
        sites=(Site(name="adm", address="127.0.9.78", pages=first, later=(unlinked,)),),
        clock=NOW,
    )
    with serve(world) as sandbox:
        body = {"id": "adm", "name": "Администрация", "kind": "authority"}
        adm = {**member(QUIET), **body, "site": sandbox.site_url("adm")}
        small = Town(tmp_path, sandbox, [adm, member(LIVELY)])
        registry = tmp_path / "town.toml"
        known = registry.read_text("utf-8").replace(
            "[municipality]", '[municipality]\nauthority = "adm"'
        )
        registry.write_text(known, "utf-8")
        at(small, NOW)
        at(small, TUESDAY)
        assert asked(small)[LIVELY] == 0
        named = at(small, TUESDAY + timedelta(hours=9), "adm")
        assert asked(small)[LIVELY] > 0
    told = {one.requirement: one for one in named.findings if one.about == f"school-{LIVELY}"}
    assert told["kedrovy-2022-298/8.1a.page_links"].outcome is Outcome.NOT_APPLICABLE

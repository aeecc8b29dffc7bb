"""Thrifty nights in a town of the sandbox: which walls are read, and what is told of the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from collectors.model import FailureCode, Observation
from monitor.application import opened
from monitor.sandbox import Change, Community, Post, Token, World, serve
from monitor.storage import statements
from monitor.storage.database import session
from monitor.storage.walls import WallRow
from rules.model import Event
from tests.cast import NOW, TOMSK
from tests.collectors.vk import CONTROL, FREE
from tests.monitor.pipeline import Done, Town, school

NIGHT = timedelta(days=1)
TUESDAY = NOW + NIGHT  # NOW is Monday, three at night in Tomsk
CALL = "8 (38250) 3-55-46"
ADDRESS = "636615, Томская область, г. Кедровый, 1-й мкр., д. 61"
LIVELY, QUIET, NO_PHONE, CHANGED, PINNING = range(1, 6)


def community(number: int, **more: Any) -> Community:
    posts = tuple(
        Post(id=at, published_at=NOW + 6 * NIGHT - at * 2 * NIGHT, text="Новость " * 9)
        for at in range(1, 40)
    )
    told: dict[str, Any] = {
        "id": number,
        "name": f"Школа № {number}",
        "description": f"Муниципальное учреждение «Школа № {number}». Учим, растим, поём, ждём.",
        "address": ADDRESS,
        "phones": (CALL,),
        "emails": (f"school{number}@example.org",),
        "government_mark": True,
        "posts": posts,
    }
    return Community(**{**told, **more})


def member(number: int) -> dict[str, Any]:
    email = f"school{number}@example.org"
    url = f"https://vk.com/club{number}"
    return school(number, url, phones=[CALL], emails=[email], address=ADDRESS)


@contextmanager
def town(folder: Path, *communities: Community, **vk: Any) -> Iterator[Town]:
    world = World(
        communities=(CONTROL, *communities),
        tokens=(Token(value="vk1.a.Key"),),
        clock=NOW,
        limits=FREE,
        control_pages=("https://vk.com/control",),
    )
    with serve(world) as sandbox:
        members = [member(one.id) for one in communities]
        yield Town(folder, sandbox, members, {"vk": vk} if vk else {})


def at(town: Town, moment: datetime, *names: str) -> Done:
    town.sandbox.set_clock(moment)
    return town.audit(moment, *names)


def rested(done: Done) -> set[int]:
    """Of which communities the wall was left for another night."""
    return {
        int(address.rpartition("club")[2])
        for (_, address), seen in done.seen.items()
        if _rests(seen[0])
    }


def _rests(look: Observation) -> bool:
    wall = look.gaps.get("wall")
    return wall is not None and wall.code is FailureCode.NOT_DUE


def test_a_wall_rests_until_something_may_change(tmp_path: Path) -> None:
    """Not where something fails, the head has changed, or somebody asked for it by name."""
    renamed = Change(at=TUESDAY + timedelta(hours=-1), values={"status": "Каникулы"})
    towns = town(
        tmp_path,
        community(LIVELY),
        community(QUIET, posts=()),
        community(NO_PHONE, phones=()),
        community(CHANGED, later=(renamed,)),
    )
    with towns as small:
        first = at(small, NOW)
        asked = small.sandbox.counters()["vk:wall.get"]
        second = at(small, TUESDAY)
        again = small.sandbox.counters()["vk:wall.get"]
        third = at(small, TUESDAY + NIGHT)
        named = at(small, TUESDAY + NIGHT + timedelta(hours=2), f"school-{LIVELY}")
    assert rested(first) == set()
    assert asked == len(first.seen)
    assert rested(second) == {LIVELY}
    assert again - asked == len(second.seen) - 1
    assert rested(third) == {LIVELY, CHANGED}
    assert rested(named) == set()
    assert (second.audit.collection.read, second.audit.collection.at_rest) == (4, 1)
    assert second.audit.complete
    assert not [one for one in second.audit.issues if "not_due" in one.code]


def test_no_wall_rests_longer_than_a_missed_night_allows(tmp_path: Path) -> None:
    with town(tmp_path, *map(community, range(1, 9))) as small:
        nights = [at(small, TUESDAY + number * NIGHT) for number in range(6)]
    spared = [rested(done) for done in nights]
    assert spared[0] == set()
    assert spared[1] == set(range(1, 9))
    assert set.intersection(*spared[1:]) == set()
    assert len({frozenset(one) for one in spared[3:]}) > 1, "not all are renewed in one night"


def test_findings_of_a_wall_that_rests_tell_the_day_of_its_look_and_others_their_own(
    tmp_path: Path,
) -> None:
    with town(tmp_path, community(LIVELY)) as small:
        first, second = at(small, NOW), at(small, TUESDAY)
    told = {one.requirement.rpartition("/")[2]: one for one in second.findings}
    monday, tuesday = first.audit.as_of, second.audit.as_of
    assert told["6.4-regularity"].read_on == monday.astimezone(TOMSK).date()
    assert told["9.1.phone"].read_on == monday.astimezone(TOMSK).date()
    assert told["6.6"].read_on == tuesday.astimezone(TOMSK).date()


def test_all_is_read_where_the_settings_say_so(tmp_path: Path) -> None:
    with town(tmp_path, community(LIVELY), thrifty=False) as small:
        at(small, NOW)
        assert rested(at(small, TUESDAY)) == set()


def test_another_registry_asks_for_all_walls_anew(tmp_path: Path) -> None:
    with town(tmp_path, community(LIVELY)) as small:
        at(small, NOW)
        changed = Town(tmp_path, small.sandbox, [{**member(LIVELY), "popular_names": ["Первая"]}])
        assert rested(at(changed, TUESDAY)) == set()


def test_what_was_stated_or_is_not_remembered_asks_for_a_look(tmp_path: Path) -> None:
    with town(tmp_path, community(LIVELY), community(QUIET), community(CHANGED)) as small:
        at(small, NOW)
        with opened(small.settings(), lambda: TUESDAY) as application:
            (here,) = application.municipalities
            renamed = Event(kind="page_renamed", on=TUESDAY.date(), page="https://vk.com/club1")
            who, at_noon = here.by_id["school-1"], NOW + timedelta(hours=9)
            statements.record(application.engine, who, renamed, by="office", at=at_noon)
            with session(application.engine) as unit:
                unit.exec(delete(WallRow).where(col(WallRow.address).endswith(f"club{QUIET}")))
        assert rested(at(small, TUESDAY)) == {CHANGED}
        assert rested(at(small, TUESDAY + NIGHT)) == {LIVELY, QUIET, CHANGED}

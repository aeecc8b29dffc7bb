"""What is the same before and after, at night and later, is said once."""

from __future__ import annotations

from pathlib import Path

from monitor.desk.ground import Desk
from monitor.desk.night import FailureLine, Place
from tests.monitor.desk.asks import shown
from tests.monitor.desk.served import application_in


def test_before_and_after_stand_side_by_side_only_where_they_differ(month: Path) -> None:
    told = set[bool]()
    with application_in(month) as application:
        desk, (town, *_) = Desk(application), application.municipalities
        for school in town.institutions:
            page = shown(desk, f"/institutions/{town.id}/{school.id}")
            for beside in page.select("dl.beside"):
                before, after = (one.get_text(" ", strip=True) for one in beside.select("dd"))
                assert before != after
            told.add("ничего не изменилось: " in page.get_text())
    assert told == {True, False}


def test_what_was_read_later_is_counted_among_what_the_night_did_not_read() -> None:
    places = [
        Place(url=f"https://vk.com/{name}", network="", name="", path="", last="", is_read_since=it)
        for name, it in (("a", True), ("b", False), ("c", True))
    ]
    reason = FailureLine(title="", code="", count=5, places=tuple(places))
    assert (reason.since, reason.more) == (2, 2)


def test_the_night_tells_one_count(month: Path) -> None:
    with application_in(month) as application:
        told = shown(Desk(application), "/night").get_text(" ", strip=True)
    assert "Ночью прочитано 31 из 35. Не прочитано: 4." in told
    assert "из запаса" not in told

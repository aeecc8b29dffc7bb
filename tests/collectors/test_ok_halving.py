"""One group or topic that spoils the answer of OK's API costs itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collectors.model import Author, Page
from collectors.ok import beans
from monitor.sandbox import Fault, OkGroup, serve
from tests.collectors.test_ok_collect import KEYS, WORLD, news, read

TOWN = 12
GUILTY = "70000000000207"
OF_INFO = {"method": "group.getInfo", "about": GUILTY, "times": None}


def by_api(fault: Fault) -> tuple[set[str], int]:
    """The numbers of the groups that were read by the API, and how often it was asked of groups."""
    groups = tuple(
        OkGroup(id=int(GUILTY) - 7 + at, name=f"Школа № {at}", posts=news(1)) for at in range(TOWN)
    )
    pages = [
        Page(institution="kedr/s", network="ok", address=f"https://ok.ru/group/{one.id}")
        for one in groups
    ]
    with serve(replace(WORLD, ok_groups=groups, faults=(fault,))) as ok:
        seen = read(ok, *pages, **KEYS)
        asked = sum(call.method == "group.getInfo" for call in ok.log())
    return {one.page.address[-14:] for one in seen if one.reader != "public"}, asked


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", code=500, **OF_INFO),
        Fault(kind="not_json", **OF_INFO),
        Fault(kind="cut", **OF_INFO),
        Fault(kind="null", **OF_INFO),
        Fault(kind="null_item", **OF_INFO),
        Fault(code=9999, **OF_INFO),
        Fault(code=300, **OF_INFO),
    ],
)
def test_the_api_reads_all_groups_but_the_one_that_spoils_its_answer(fault: Fault) -> None:
    read_so, asked = by_api(fault)
    assert GUILTY not in read_so
    assert len(read_so) == TOWN - 1
    assert asked < 50


def test_an_api_that_is_down_is_left_soon() -> None:
    read_so, asked = by_api(Fault(kind="not_json", method="group.getInfo", times=None))
    assert read_so == set()
    assert asked < 30


TOPIC = {"id": "1", "created_ms": 1790000000000, "author_ref": "group:7", "media": []}
FEED = {"target_refs": ["media_topic:1"], "date_ms": 1790000000000}


@pytest.mark.parametrize("broken", [None, 5, "x", []])
@pytest.mark.parametrize("with_feeds", [True, False])
def test_a_topic_that_is_none_leaves_a_hole_and_the_others(broken: Any, with_feeds: bool) -> None:
    feeds = {"feeds": [FEED, broken]} if with_feeds else {}
    answer = {"entities": {"media_topics": [TOPIC, broken]}, **feeds}
    known, hole = beans.entries(answer, "7")
    assert (known.key, known.author) == ("1", Author.PAGE)
    assert hole.moment is None


def test_feeds_tell_of_a_topic_that_is_none() -> None:
    (known,) = beans.entries({"media_topics": [None], "feeds": [FEED]}, "7")
    assert known.moment is not None
    assert known.text is None


@pytest.mark.parametrize("answer", [[None], {"groups": ["x", 5]}, {"groups": 5}, 5])
def test_an_answer_without_any_group_is_of_another_shape(answer: Any) -> None:
    with pytest.raises(beans.ShapeError):
        beans.groups(answer)

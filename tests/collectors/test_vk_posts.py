"""Walls: authors, kinds of posts, and how far back nothing is missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.model import BEGINNING, Author
from collectors.vk.posts import Sheet, pinned_text_of, post, reaches, sheet, text_digest, wall_of
from collectors.vk.script import (
    KEYS,
    MisalignedError,
    OriginalsAsked,
    items_of,
    wall_values,
    walls_script,
)
from tests.cast import NOW

RECORDED = Path(__file__).parents[1] / "recorded" / "vk-api"


def item(number: int, days: float, **about: Any) -> dict[str, Any]:
    moment = NOW - timedelta(days=days)
    usual = {"id": number, "from_id": -101, "date": int(moment.timestamp()), "text": "Новость"}
    return usual | about


def a_sheet(*items: dict[str, Any], total: int | None, offset: int = 0, asked: int = 3) -> Sheet:
    return sheet(-101, items, total, offset, asked)


@pytest.mark.parametrize(
    ("name", "owner", "reposts"),
    [
        ("vknet_Wall_Get_WithPoll_NormalCase.json", -103292418, [False]),
        ("vknet_Wall_Get_Geo_NormalCase.json", 1563369, [True]),
        ("vknet_Wall_Get_Document_NormalCase.json", 26033241, [False]),
    ],
)
def test_a_recorded_wall_is_understood(name: str, owner: int, reposts: list[bool]) -> None:
    answer = json.loads((RECORDED / name).read_text())["response"]
    read = sheet(owner, items_of(answer), answer["count"], 0, 100)
    assert [one.is_repost for one in read.posts] == reposts
    assert {one.author for one in read.posts} == {Author.PAGE}


def test_the_author_is_told_by_from_id() -> None:
    assert post(-101, item(1, 1)).author is Author.PAGE
    assert post(-101, item(1, 1, from_id=55)).author is Author.OTHER
    assert post(-101, item(1, 1, from_id=None)).author is Author.UNTOLD


def test_of_a_visitor_only_the_date_is_kept() -> None:
    visitor = post(-101, item(1, 2, from_id=55, text="Где ваш директор? Иванов И. И."))
    assert visitor.published_at == NOW - timedelta(days=2)
    assert visitor.own_length is None
    assert visitor.digest is None


def test_reposts_and_advertisements_are_told() -> None:
    assert post(-101, item(1, 1, copy_history=[{"id": 5}])).is_repost
    assert not post(-101, item(1, 1, copy_history=[])).is_repost
    assert post(-101, item(1, 1, marked_as_ads=1)).is_advertisement


def test_the_same_text_has_one_digest() -> None:
    assert text_digest("День  открытых дверей\n") == text_digest("день открытых дверей")
    assert text_digest("день\u2028открытых\x85дверей") == text_digest("день открытых дверей")
    assert text_digest("  \u2028") is None


def test_the_pinned_post_does_not_tell_how_far_the_wall_was_read() -> None:
    pinned = item(1, 400, is_pinned=1, text="Контакты")
    read = [a_sheet(pinned, item(9, 1), item(8, 5), total=50)]
    assert wall_of(read, NOW).covered_since == NOW - timedelta(days=5)
    assert pinned_text_of(read) == "Контакты"
    assert wall_of(read, NOW).posts[0].key == "-101_9"


def test_a_wall_read_to_its_count_is_covered_from_the_beginning() -> None:
    assert wall_of([a_sheet(item(1, 1), total=1)], NOW).covered_since == BEGINNING
    assert wall_of([a_sheet(total=0)], NOW).covered_since == BEGINNING


def test_posts_that_vk_counts_and_does_not_show_are_no_proof_of_silence() -> None:
    assert wall_of([a_sheet(total=2)], NOW).covered_since is None
    hidden = wall_of([a_sheet(item(2, 4), total=3)], NOW)
    assert hidden.covered_since == NOW - timedelta(days=4)


def test_without_a_count_only_the_posts_themselves_cover() -> None:
    assert wall_of([a_sheet(item(1, 3), total=None)], NOW).covered_since == NOW - timedelta(days=3)


def test_posts_later_than_the_run_are_ignored() -> None:
    read = [a_sheet(item(3, -2), item(2, 1), total=9)]
    assert [one.key for one in wall_of(read, NOW).posts] == ["-101_2"]


def test_a_post_that_slid_onto_the_next_sheet_is_one() -> None:
    read = [
        a_sheet(item(3, 1), item(2, 2), total=3, asked=2),
        a_sheet(item(2, 2), item(1, 3), total=3, offset=2, asked=2),
    ]
    assert len(wall_of(read, NOW).posts) == 3
    assert wall_of(read, NOW).covered_since == BEGINNING


def test_the_window_is_reached_by_an_older_post_only() -> None:
    read = [a_sheet(item(3, 1), item(2, 8), total=9)]
    assert reaches(read, NOW - timedelta(days=7))
    assert not reaches(read, NOW - timedelta(days=8))


NO_POSTS = [
    None,
    "пост",
    [],
    {"id": 1},
    {"date": 1795377600},
    {"id": 1, "date": None},
    {"id": 1, "date": 0},
    {"id": 1, "date": "soon"},
    {"id": 1, "date": 1e30},
    {"id": None, "date": 1795377600},
]


@pytest.mark.parametrize("broken", NO_POSTS)
def test_an_item_that_is_no_post_costs_itself_and_what_stands_below(broken: Any) -> None:
    read = [a_sheet(item(9, 1), broken, item(7, 70), total=3)]
    wall = wall_of(read, NOW)
    assert [one.key for one in wall.posts] == ["-101_9", "-101_7"]
    assert wall.covered_since == NOW - timedelta(days=1)


def test_a_wall_that_begins_with_no_post_covers_nothing_and_may_hide_what_is_pinned() -> None:
    read = [a_sheet(None, item(8, 5), item(7, 70), total=50)]
    assert wall_of(read, NOW).covered_since is None
    assert pinned_text_of(read) is None


def test_a_pinned_post_without_a_date_still_tells_its_text() -> None:
    read = [a_sheet({"id": 1, "is_pinned": 1, "text": "Контакты"}, item(8, 5), total=50)]
    assert (pinned_text_of(read), wall_of(read, NOW).covered_since) == ("Контакты", None)


def test_a_pinned_post_without_a_text_is_not_read() -> None:
    assert pinned_text_of([a_sheet(item(1, 400, is_pinned=1, text=None), total=1)]) is None


def test_a_hole_is_not_covered_by_the_sheet_below_it() -> None:
    read = [
        a_sheet(item(9, 1), None, item(7, 3), total=6),
        a_sheet(item(6, 70), item(5, 80), total=6, offset=3),
    ]
    assert wall_of(read, NOW).covered_since == NOW - timedelta(days=1)
    assert reaches(read, NOW - timedelta(days=60))  # there is no use in reading on


def test_an_empty_sheet_where_vk_counts_more_is_a_hole() -> None:
    read = [
        a_sheet(item(9, 1), item(8, 2), item(7, 3), total=9),
        a_sheet(total=9, offset=3),
        a_sheet(item(3, 70), total=9, offset=6),
    ]
    assert wall_of(read, NOW).covered_since == NOW - timedelta(days=3)


def test_a_short_sheet_is_read_on_from_where_it_stopped() -> None:
    short = a_sheet(item(9, 1), item(8, 2), total=9, asked=5)
    assert (short.next_offset, short.is_last) == (2, False)


def test_a_short_sheet_at_the_count_is_the_last() -> None:
    assert a_sheet(item(9, 1), item(8, 2), total=4, asked=5).is_last


def test_posts_that_were_deleted_between_two_calls_leave_a_hole() -> None:
    read = [
        a_sheet(item(9, 1), item(8, 2), item(7, 3), total=9),
        a_sheet(item(5, 70), item(4, 80), total=8, offset=3),
    ]
    assert wall_of(read, NOW).covered_since == NOW - timedelta(days=3)


# --- the script and its answer ---


def test_a_projection_is_put_together_again() -> None:
    entry = {"count": 2, "n": 2, "id": [2, 1], "from_id": [-101, 5], "date": [20, 10]}
    entry |= {
        "text": ["а", "б"],
        "is_pinned": [],
        "marked_as_ads": [0, 0],
        "post_type": ["post"] * 2,
    }
    rows = items_of(entry | {"copy_history": [None, [{"id": 1}]]})
    assert [row["id"] for row in rows] == [2, 1]
    assert [row["is_pinned"] for row in rows] == [None, None]
    assert rows[1]["copy_history"] == [{"id": 1}]


@pytest.mark.parametrize("short", [[1], None, [1, 2, 3]])
def test_a_list_of_another_length_is_never_zipped(short: Any) -> None:
    aligned = {key: [1, 2] for key in KEYS}
    with pytest.raises(MisalignedError):
        items_of({"count": 2, "n": 2, **aligned, "is_pinned": short})


def test_the_script_uses_only_what_every_stand_in_knows() -> None:
    script = walls_script([wall_values(-101, 0, 52)], False, OriginalsAsked.UNPROVEN)
    assert script.splitlines()[1].startswith(
        'var w0=API.wall.get({"owner_id":-101,"offset":0,"count":52,"filter":"all"});'
    )
    assert not {"if", "for", "?", "substr", "[0]"} & set(script.replace("(", " ").split())


def test_a_time_is_utc() -> None:
    moment = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert post(-1, {"id": 1, "date": 1795377600, "from_id": -1}).published_at == moment

"""Whatever MAX answers, or anybody writes for an address of it: nothing breaks."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collectors.max.addresses import max_address, max_owner
from collectors.max.facts import channel_facts
from collectors.max.moments import FEWEST, ends_belief, in_link, in_mid, is_sound
from collectors.max.people import OF_PEOPLE, without_people
from collectors.max.schema import SchemaError, chat_of, error_of, messages_of, rights_of
from collectors.max.walls import Messages, Window, wall_of
from collectors.model import Author, Failure, FailureCode, Observation, Presence
from rules.engine import judge_alone
from rules.model import Outcome
from tests import cast
from tests.rules.test_cases import ACTS

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = """
    chat_id type status title icon last_event_time participants_count is_public link description
    pinned_message body mid text sender recipient timestamp messages attachments payload url user
"""
NAMES = WORDS.split()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=12,
)
CHAT: dict[str, Any] = {
    "chat_id": -5,
    "type": "channel",
    "status": "active",
    "last_event_time": 1,
    "participants_count": 1,
    "is_public": True,
}
WINDOW = Window(since=cast.NOW - timedelta(weeks=10), as_of=cast.NOW, decodes=True)


@given(st.dictionaries(st.sampled_from(NAMES), values))
def test_any_channel_is_understood_or_refused(told: dict[str, Any]) -> None:
    with suppress(SchemaError):
        facts, _ = channel_facts(chat_of({**CHAT, **told}, -5), (), ())
        assert facts.presence is Presence.LIVE


@given(st.lists(values, max_size=5), st.booleans())
def test_any_messages_make_a_wall(items: list[Any], decodes: bool) -> None:
    wall, _ = wall_of(Messages().plus(items, -5), None, replace(WINDOW, decodes=decodes))
    assert wall is None or all(post.published_at <= cast.NOW for post in wall.posts)


CHANNELS = st.lists(
    st.lists(st.tuples(st.integers(-2, 30), st.integers(0, 30)), max_size=2 * FEWEST),
    min_size=1,
    max_size=4,
)
"""Of each message how many days ago it was made by its id, and how many it was last touched."""


@given(CHANNELS)
def test_no_post_whose_day_is_doubted_counts_strictly_and_none_is_dated_too_late(
    channels: list[list[tuple[int, int]]],
) -> None:
    read = [
        Messages().plus([message(at, told, n) for n, (at, told) in enumerate(some)], -5)
        for some in channels
    ]
    decodes = not any(ends_belief(one.moments) for one in read)
    if any(at < told for some in channels for at, told in some):
        assert not decodes
    for one in read:
        believed = decodes and is_sound(one.moments)
        wall, _ = wall_of(one, None, replace(WINDOW, decodes=believed))
        for post in wall.posts if wall else ():
            assert (post.author is Author.PAGE) is believed
            assert post.told_at is not None
            assert post.published_at <= post.told_at


def message(at: int, told: int, number: int) -> dict[str, Any]:
    made, touched = (
        int((cast.NOW - timedelta(days=days)).timestamp() * 1000) for days in (at, told)
    )
    sequence = made << 16 | number
    return {
        "recipient": {"chat_id": -5},
        "timestamp": touched,
        "body": {"mid": f"mid.{-5 % 2**64:016x}{sequence:016x}", "text": "Новость"},
    }


@given(values)
def test_any_answer_is_an_error_or_none(value: Any) -> None:
    error_of(value)
    for read in (rights_of, messages_of):
        with suppress(SchemaError):
            read(value)


@given(values)
def test_no_name_of_a_person_survives(value: Any) -> None:
    kept = without_people(json.dumps({"told": value}).encode())
    assert not any(f'"{name}":'.encode() in kept for name in OF_PEOPLE)


@given(st.text() | st.text().map(lambda text: f"https://max.ru/{text}"))
def test_any_address_is_kept_as_it_is_kept_or_refused(text: str) -> None:
    in_link(text)
    in_mid(text)
    with suppress(ValueError):
        kept = max_address(text)
        max_owner(kept)
        assert max_address(kept) == kept


@given(st.sampled_from(FailureCode))
def test_no_failure_of_the_third_network_accuses(code: FailureCode) -> None:
    page = cast.SCHOOL_MAX
    school = replace(cast.SCHOOL, pages=(page,))
    town = replace(cast.TOWN, packs=("region-max",))
    seen = Observation(page=page, observed_at=cast.NOW, failure=Failure(code))
    dossier = cast.dossier(school, seen, municipality=town)
    found = judge_alone(dossier, [ACTS["region-max"]])
    assert [one for one in found if one.network == "max" and one.outcome is Outcome.FAIL] == []

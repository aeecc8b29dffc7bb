"""MAX read over a real socket: facts of a channel, its posts and their times."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from collectors.max.facts import channel_facts
from collectors.max.moments import FEWEST, is_sound
from collectors.max.people import without_people
from collectors.max.schema import SchemaError, chat_of, rights_of
from collectors.max.walls import Messages, Window, wall_of
from collectors.model import BEGINNING, Access, Author, Contacts, Facts, FailureCode, Wall
from monitor.sandbox import MaxChannel, MaxMember, serve
from tests.cast import NOW
from tests.collectors.max import (
    BOT,
    CHANNEL,
    NUMBER,
    OTHER_BOT,
    WORLD,
    day,
    page,
    post,
    posts,
    read,
    seen,
    world,
)
from tests.collectors.tiny_web import Shelf

RECORDED = Path(__file__).parents[1] / "recorded/max-api"


def recorded(name: str) -> dict[str, object]:
    value: dict[str, object] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return value


@pytest.fixture(scope="module")
def facts() -> Facts:
    shown = seen().facts
    assert shown is not None
    return shown


def wall_in(*given: object, **more: object) -> Wall:
    shown = seen(*given, **more).facts  # type: ignore[arg-type]
    assert shown is not None
    assert shown.wall is not None
    return shown.wall


# --- a channel ----------------------------------------------------------------------------------


def test_a_channel_is_told_with_its_title_text_and_name(facts: Facts) -> None:
    told = (facts.title, facts.description, facts.screen_name, facts.page_id)
    assert told == ("Школа № 1", CHANNEL.description, "school_one", str(NUMBER))


def test_contacts_come_from_the_description_and_the_pinned_post(facts: Facts) -> None:
    assert facts.contacts is not None
    found = [*facts.contacts.phones, *facts.contacts.emails]
    assert [one.place for one in found] == ["description", "pinned"]


@pytest.mark.parametrize(("public", "access"), [(True, Access.OPEN), (False, Access.PRIVATE)])
def test_who_may_look_in_is_told(public: bool, access: Access) -> None:
    shown = seen(world(is_public=public)).facts
    assert shown is not None
    assert shown.access is access


def test_the_mark_is_never_seen() -> None:
    observation = seen()
    assert observation.facts is not None
    assert observation.facts.government_mark is None
    assert observation.gaps["government_mark"].code is FailureCode.NOT_OFFERED


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        (("read_all_messages",), False),
        (("view_stats", "can_call", "something_new"), False),
        (("write",), True),
        (("post_edit_delete_message",), True),
        (("change_chat_info",), True),
    ],
)
def test_a_bot_that_may_write_is_noticed(rights: tuple[str, ...], may: bool) -> None:
    given = {BOT: MaxMember(permissions=("read_all_messages", *rights))}
    shown = seen(world(bots=given)).facts
    assert shown is not None
    assert shown.reader_may_write is may


def test_what_is_left_out_is_not_taken_for_empty() -> None:
    observation = seen(world(description="", posts=posts(3)))
    assert observation.facts is not None
    assert observation.facts.description is None
    assert "contacts" in observation.gaps


def test_what_another_channel_shows_is_empty_where_it_is_left_out() -> None:
    bare = MaxChannel(chat_id=-2, name="Музей", bots={BOT: MaxMember()}, posts=posts(2))
    town = replace(WORLD, max_channels=(CHANNEL, bare))
    shown = seen(town, page("https://max.ru/c/-2", None), control_pages=(f"max.ru/c/{NUMBER}",))
    assert shown.facts is not None
    assert (shown.facts.description, shown.facts.contacts) == ("", Contacts())


@pytest.mark.parametrize(
    ("let_in", "told"), [((BOT, OTHER_BOT), ""), ((BOT,), None), ((OTHER_BOT,), "")]
)
def test_what_a_control_shows_counts_for_the_bots_that_it_has_let_in(
    let_in: tuple[str, ...], told: str | None
) -> None:
    bare = MaxChannel(chat_id=-2, name="Музей", bots={OTHER_BOT: MaxMember()}, posts=posts(2))
    control = replace(CHANNEL, bots={token: MaxMember() for token in let_in})
    town = replace(WORLD, max_channels=(control, bare), max_bots=(BOT, OTHER_BOT))
    shown = seen(town, page("https://max.ru/c/-2", None), control_pages=(f"max.ru/c/{NUMBER}",))
    assert shown.facts is not None
    assert shown.facts.description == told


def test_null_says_that_there_is_nothing() -> None:
    told = {**recorded("chats_get-chat-by-id"), "description": None, "pinned_message": None}
    shown, gaps = channel_facts(told, (), ())
    assert (shown.description, shown.pinned_text, "contacts" in gaps) == ("", "", False)


def test_links_of_buttons_below_the_pinned_post_are_contacts() -> None:
    button = {"type": "link", "text": "Сайт", "url": "https://school1.example"}
    keyboard = {"type": "inline_keyboard", "payload": {"buttons": [[button]]}}
    pinned = {"body": {"mid": "mid.1", "seq": 1, "text": "Мы", "attachments": [keyboard]}}
    shown, _ = channel_facts({**recorded("chats_get-chat-by-id"), "pinned_message": pinned}, (), ())
    assert shown.contacts is not None
    assert [one.url for one in shown.contacts.links] == ["https://school1.example"]


def test_recorded_answers_fit_the_schema() -> None:
    chat = chat_of(recorded("chats_get-chat-by-id"), NUMBER)
    assert chat["type"] == "chat"
    assert "write" in (rights_of(recorded("chats_get-membership")) or ())


@pytest.mark.parametrize(
    "changed",
    [{"is_public": None}, {"status": "gone"}, {"type": "forum"}, {"chat_id": 1}, {"title": 5}],
)
def test_another_shape_is_told(changed: dict[str, object]) -> None:
    with pytest.raises(SchemaError):
        chat_of({**recorded("chats_get-chat-by-id"), **changed}, NUMBER)


# --- its posts ----------------------------------------------------------------------------------


def test_posts_are_told_by_their_kind() -> None:
    given = (post(1, 1), post(2, 2, author=77), post(3, 3, repost_of="Новость области"))
    told = [(one.author, one.is_repost) for one in wall_in(world(posts=given)).posts]
    assert told == [(Author.PAGE, False), (Author.OTHER, False), (Author.PAGE, True)]


def test_a_post_is_dated_by_its_id_and_keeps_the_time_that_is_told() -> None:
    edited = post(3, 9, edited_at=NOW - timedelta(days=1))
    wall = wall_in(world(posts=(*posts(2), edited)))
    oldest = wall.posts[-1]
    assert oldest.told_at is not None
    assert (day(oldest.published_at), day(oldest.told_at)) == (9, 1)


def test_sheets_are_read_back_to_where_the_run_looks() -> None:
    wall = wall_in(world(posts=posts(330, every=0.2)))
    assert wall.covered_since is not None
    assert day(wall.covered_since) >= 35
    assert len(wall.posts) == 199  # each sheet begins with the last post of the one before


def test_a_channel_is_known_to_its_first_post() -> None:
    assert wall_in(world(posts=posts(3))).covered_since == BEGINNING


def test_posts_of_one_moment_are_all_read() -> None:
    many = tuple(post(number, 2 + number // 90) for number in range(180))
    assert len(wall_in(world(posts=many)).posts) == 180


def test_a_channel_that_counts_more_than_it_lists_is_not_known_to_its_beginning() -> None:
    with serve(world(posts=())) as running:
        ghost = replace(CHANNEL, posts=posts(5))
        running.state.max_by_id[NUMBER] = ghost
        assert read(running)[0].gaps.get("wall") is None


@pytest.mark.parametrize(("counted", "since"), [(3, BEGINNING), (4, BEGINNING), (5, None)])
def test_a_list_that_ends_before_what_is_counted_shows_no_silence(
    counted: int, since: datetime | None
) -> None:
    """One may be hidden; of more nobody knows whether they are older than what was listed."""
    made = [NOW - timedelta(days=days) for days in (20, 30, 40)]
    listed = [told(moment, number) for number, moment in enumerate(made)]
    messages = Messages().plus(listed, NUMBER).plus(listed[2:], NUMBER)
    window = Window(since=NOW - timedelta(weeks=10), as_of=NOW, decodes=True)
    wall, _ = wall_of(messages, counted, window)
    assert wall is not None
    assert wall.covered_since == since


def told(moment: datetime, number: int) -> dict[str, object]:
    ms = int(moment.timestamp() * 1000)
    body = {"mid": f"mid.{NUMBER % 2**64:016x}{ms << 16 | number:016x}", "text": "Новость"}
    return {"recipient": {"chat_id": NUMBER}, "timestamp": ms, "body": body}


# --- times that are not believed ------------------------------------------------------------------


def doubtful(edited: int, of: int) -> MaxChannel:
    later = NOW - timedelta(days=1)
    moved = tuple(post(number, 20, edited_at=later) for number in range(edited))
    kept = tuple(post(number, 3) for number in range(edited, of))
    return replace(CHANNEL, chat_id=-9, posts=(*moved, *kept), bots={BOT: MaxMember()})


def doubts(edited: int, of: int) -> list[bool]:
    """Of the school's channel, and of one where so many posts were edited."""
    with serve(replace(WORLD, max_channels=(CHANNEL, doubtful(edited, of)))) as running:
        found = read(running, page(), page("https://max.ru/c/-9", None))
    return ["dates" in one.gaps for one in found]


def test_ids_that_disagree_are_not_believed_in_the_whole_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert doubts(edited=FEWEST - 4, of=FEWEST) == [True, True]
    assert "are not believed in this run" in caplog.text.replace("\n", " ")


@pytest.mark.parametrize(("edited", "of"), [(1, 1), (2, 3), (FEWEST - 1, FEWEST - 1)])
def test_a_small_channel_that_was_edited_is_doubted_alone(edited: int, of: int) -> None:
    assert doubts(edited, of) == [False, True]


def test_a_channel_of_which_half_agrees_is_believed() -> None:
    assert doubts(edited=FEWEST // 2, of=FEWEST) == [False, False]


def test_a_time_that_is_not_believed_proves_nothing_strictly() -> None:
    with serve(replace(WORLD, max_channels=(doubtful(2, 3),))) as running:
        shown = read(running, page("https://max.ru/c/-9", None))[0].facts
    assert shown is not None
    assert shown.wall is not None
    assert {one.author for one in shown.wall.posts} == {Author.UNTOLD}
    assert all(one.earlier_hours > 24 * 30 for one in shown.wall.posts)


def test_a_repost_without_a_body_has_no_id_that_could_disagree() -> None:
    bare = {"recipient": {"chat_id": NUMBER}, "timestamp": 1795000000000, "body": None}
    told = Messages().plus([bare | {"link": {"type": "forward"}}], NUMBER)
    assert (len(told.entries), is_sound(told.moments)) == (1, True)


def test_an_administrator_whose_rights_were_left_out_may_have_any() -> None:
    assert rights_of({"is_admin": True}) is None


# --- bots and people ----------------------------------------------------------------------------


def test_a_channel_is_read_by_the_bot_that_it_has_let_in() -> None:
    two = replace(world(bots={OTHER_BOT: MaxMember()}), max_bots=(BOT, OTHER_BOT))
    shown = seen(two).facts
    assert shown is not None
    assert shown.title == "Школа № 1"


def test_only_the_four_calls_are_made() -> None:
    with serve(WORLD) as running:
        read(running)
        asked = {call.method for call in running.log("max")}
    chat = "GET chats/{id}"
    assert asked == {chat, f"{chat}/members/me", "GET messages"}


def test_no_name_of_a_person_is_kept() -> None:
    shelf = Shelf()
    given = world(posts=(post(1, 1, author=77), post(2, 2)))
    with serve(given) as running:
        read(running, shelf=shelf)
    kept = b"".join(one.body for one in shelf.exchanges)
    found = [word for word in (b"owner_id", b'participants"', b"first_name") if word in kept]
    assert (found, "Незабудкин".encode() in kept, "Новость 1".encode() in kept) == ([], False, True)


def test_half_an_answer_is_not_kept() -> None:
    assert without_people(b'{"owner_id": 5, "participants": {"1') == b""


def test_that_a_person_posted_is_kept() -> None:
    kept = json.loads(without_people(json.dumps(recorded("update.message_created")).encode()))
    assert kept["updates"][0]["message"]["sender"] == {"is_bot": False}

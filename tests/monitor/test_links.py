"""Links of institutions: what is stored, what is handed over, how long each leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.config import Settings
from monitor.mail.linking import filled, sample_url
from monitor.storage import links, outbox
from monitor.storage.links import SAMPLE, Link
from monitor.storage.roles import REHEARSAL, institution_of, link_of
from reports.mail import Letter
from tests.cast import NOW
from tests.monitor.links import tokens_in
from tests.monitor.postman import Postman, configured, listening, put, sent_out

SCHOOL = "kedr/school"
DESK = '[desk]\npublic_url = "https://dozor.town.example"\nlink_days = 10\n'
TODAY = NOW.date()


@pytest.fixture
def settings(postman: Postman, tmp_path: Path) -> Iterator[Settings]:
    with listening(postman) as port:
        yield configured(tmp_path, f'host = "127.0.0.1"\nport = {port}\n{DESK}')


def letter(settings: Settings) -> Letter:
    url = sample_url(settings.desk)
    return Letter(
        subject="Что исправить",
        text=f"Ответить:\n{url}\n",
        html=f'<p>{"Здравствуйте! " * 200}<a href="{url}">Ответить</a></p>',
        attachments=(),
    )


def sent(
    engine: Engine, settings: Settings, postman: Postman, role: str = institution_of(SCHOOL)
) -> set[str]:
    """The tokens that have arrived, after one more letter went."""
    put(engine, None, letter=letter(settings), role=role)
    sent_out(engine, settings)
    return {token for message in postman.messages for token in tokens_in(message)}


def test_a_letter_brings_a_link_of_its_own(
    engine: Engine, settings: Settings, postman: Postman
) -> None:
    (token,) = sent(engine, settings, postman)
    link = links.by_token(engine, token)
    assert link is not None
    assert (link.municipality, link.institution) == ("kedr", "school")
    assert link.ends_at - link.made_at == timedelta(days=10)


def test_what_is_stored_opens_nothing(engine: Engine, settings: Settings, postman: Postman) -> None:
    (token,) = sent(engine, settings, postman)
    (row,) = outbox.messages(engine)
    assert filled(row.body, token) != row.body  # the place is there
    assert token.encode() not in filled(row.body, "")
    assert links.by_token(engine, SAMPLE) is None


def test_a_later_letter_leaves_the_link_before_alive(
    engine: Engine, settings: Settings, postman: Postman
) -> None:
    sent(engine, settings, postman)
    first, second = sent(engine, settings, postman)
    assert all(links.by_token(engine, one) for one in (first, second))


def test_a_rehearsal_and_a_report_bring_no_link(
    engine: Engine, settings: Settings, postman: Postman
) -> None:
    role = f"{REHEARSAL}{institution_of(SCHOOL)}:school@example.org"
    assert sent(engine, settings, postman, role) == {SAMPLE}
    assert links.of(engine, "kedr", "school") == ()


def test_a_letter_that_is_tried_again_has_one_link(
    engine: Engine, settings: Settings, postman: Postman
) -> None:
    postman.answer = "451 later"
    assert sent(engine, settings, postman, link_of(SCHOOL)) == set()
    postman.answer = "250 Accepted"
    sent_out(engine, settings, NOW + timedelta(hours=1))
    assert len(links.of(engine, "kedr", "school")) == 1


def test_a_letter_that_may_have_gone_keeps_its_link(
    engine: Engine, settings: Settings, postman: Postman
) -> None:
    postman.drop = "DATA"
    (doubtful,) = sent(engine, settings, postman)
    outbox.requeue(engine, NOW)
    postman.drop = ""
    sent_out(engine, settings)
    assert links.by_token(engine, doubtful)


# --- alive or dead ------------------------------------------------------------------------------


@pytest.fixture
def link(engine: Engine, settings: Settings, postman: Postman) -> Link:
    (token,) = sent(engine, settings, postman)
    found = links.by_token(engine, token)
    assert found
    return found


@pytest.mark.parametrize(("days", "lives"), [(0, True), (9, True), (10, False), (-1, False)])
def test_a_link_lives_for_its_days(link: Link, days: int, lives: bool) -> None:
    assert link.is_live(link.made_at + timedelta(days=days)) is lives


def test_a_link_is_ended_once(engine: Engine, link: Link) -> None:
    assert links.end(engine, link.number, by="оператор", at=NOW)
    assert not links.end(engine, link.number, by="другой", at=NOW)
    ended = links.by_number(engine, link.number)
    assert ended
    assert (ended.is_live(NOW), ended.ended_by) == (False, "оператор")


def test_the_journal_counts_openings_by_the_day(engine: Engine, link: Link) -> None:
    for hours in (0, 1, 2):
        links.note_opening(engine, link, TODAY, NOW + timedelta(hours=hours))
    (day,) = links.days_of(engine, [link.number])[link.number]
    assert (day.openings, day.first_at, day.last_at) == (3, NOW, NOW + timedelta(hours=2))


def test_a_day_of_a_link_holds_ten_answers(engine: Engine, link: Link) -> None:
    taken = [links.take(engine, link, TODAY) for _ in range(12)]
    assert taken == [True] * 10 + [False] * 2
    assert links.take(engine, link, TODAY + timedelta(days=1))


def test_a_day_of_a_link_holds_a_hundred_megabytes(engine: Engine, link: Link) -> None:
    assert links.take_bytes(engine, link, TODAY, 99_000_000)
    assert not links.take_bytes(engine, link, TODAY, 1_000_001)
    assert links.take_bytes(engine, link, TODAY, 1_000_000)
    links.give_back_bytes(engine, link, TODAY, 10)
    assert links.take_bytes(engine, link, TODAY, 10)
    assert not links.take_bytes(engine, link, TODAY, 1)

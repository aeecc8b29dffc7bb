"""Letters that do not go are told to the operator, each by its address, once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.config import Settings
from monitor.mail.mime import message_of
from monitor.registry.mailboxes import address_of
from monitor.service.health import WARNING, examined
from monitor.service.nights import Service, post
from monitor.storage import audits, outbox
from monitor.storage.database import open_database
from reports.model import Audit
from tests.cast import NOW
from tests.monitor.postman import (
    DEPUTY,
    HEAD,
    LETTER,
    SENDER,
    Postman,
    clock,
    configured,
    listening,
    put,
)

OPERATOR = "operator@example.org"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def settings(postman: Postman, tmp_path: Path) -> Iterator[Settings]:
    with listening(postman) as port:
        mail = f'host = "127.0.0.1"\nport = {port}\nrecipients = ["{DEPUTY}"]'
        yield configured(tmp_path, f'{mail}\noperator = "{OPERATOR}"')


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """That of the service itself."""
    opened = open_database(settings.storage.database)
    yield opened
    opened.dispose()


@pytest.fixture
def audit(engine: Engine) -> Audit:
    return begun(engine, NOW)


def begun(engine: Engine, at: datetime) -> Audit:
    return audits.begin(
        engine, as_of=at, started_at=at, scope=None, registries={}, packs={}, documents=()
    )


def hold(engine: Engine, audit: Audit, count: int) -> None:
    for number in range(count):
        school = f"school-{number}@example.org"
        body = message_of(
            LETTER, sender=SENDER, recipient=address_of(school),
            message_id=f"<{number}@example.org>", at=NOW,
        )  # fmt: skip
        outbox.queue(
            engine, audit, role=f"institution:kedr/{number}", recipient=school, subject=HEAD,
            body=body, at=NOW, held=True,
        )  # fmt: skip


def post_at(settings: Settings, *moments: datetime) -> None:
    for at in moments:
        post(Service(settings, clock(at)))


def words(postman: Postman) -> list[str]:
    letters = [one for one in postman.messages if one["To"] == OPERATOR]
    bodies = [one.get_body(("plain",)) for one in letters]
    return [str(body.get_content()) for body in bodies if body is not None]


def test_letters_that_are_held_are_told_with_what_holds_them(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit)
    hold(engine, audit, 10)
    outbox.mark(engine, 1, state="parked", answer="550 no such user")
    post_at(settings, NOW, NOW + MINUTE)
    (letter,) = words(postman)
    assert f"отложено: {DEPUTY} (550 no such user)" in letter
    assert "писем учреждениям: 10" in letter
    assert all(f"school-{number}@example.org" in letter for number in range(10))
    assert "dozor outbox --retry" in letter


def test_what_does_not_go_is_told_once_a_day(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit)
    outbox.mark(engine, 1, state="parked", answer="550 no such user")
    moments = [NOW + timedelta(hours=hours) for hours in range(49)]
    post_at(settings, *moments)
    assert len(words(postman)) == 3


def test_a_server_that_is_away_for_days_brings_one_such_letter_not_one_a_day(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit)
    postman.sender = "553 no"
    post_at(settings, *(NOW + timedelta(hours=hours) for hours in range(80)))
    postman.sender = "250 OK"
    post_at(settings, NOW + 5 * DAY, NOW + 5 * DAY + MINUTE)
    assert len(words(postman)) == 1


def test_a_letter_that_waits_an_hour_is_no_news(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.answer = "451 greylisted"
    put(engine, audit)
    hold(engine, audit, 2)
    post_at(settings, *(NOW + minutes * MINUTE for minutes in range(0, 61, 10)))
    postman.answer = "250 Accepted"
    post_at(settings, NOW + 100 * MINUTE, NOW + 101 * MINUTE)
    assert words(postman) == []


def test_a_letter_that_waits_for_hours_is_told_with_the_servers_words(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    postman.address = "451 come back"
    put(engine, audit)
    post_at(settings, *(NOW + minutes * MINUTE for minutes in range(0, 180, 10)))
    postman.address = "250 OK"
    outbox.mark(engine, 1, due_at=NOW + DAY)
    post_at(settings, NOW + timedelta(hours=8))
    (letter,) = words(postman)
    assert f"ждёт повтора: {DEPUTY} (451 come back)" in letter


def test_what_a_later_letter_has_made_up_for_is_told_no_more(
    engine: Engine, audit: Audit, settings: Settings, postman: Postman
) -> None:
    put(engine, audit)
    outbox.mark(engine, 1, state="parked", answer="550 no such user")
    put(engine, begun(engine, NOW + DAY))
    post_at(settings, NOW, NOW + MINUTE)
    assert words(postman) == []


def test_the_doctor_names_each_address_to_which_letters_do_not_go(
    engine: Engine, audit: Audit, settings: Settings
) -> None:
    put(engine, audit, "глава@example.org")
    outbox.mark(
        engine, 1, state="parked", answer="550 no such user", queued_at=datetime.now(NOW.tzinfo)
    )
    (sign,) = [one for one in examined(settings) if "не уходят" in one.what]
    assert (sign.state, "глава@example.org" in sign.what) == (WARNING, True)

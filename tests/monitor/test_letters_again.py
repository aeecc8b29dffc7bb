"""Letters to a school over several nights: what is written, and what is not written again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.application import Application, opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import audit
from monitor.cases.answers import answer, reject
from monitor.mail.queueing import queue_report
from monitor.reporting.stored import report_of
from monitor.sandbox import serve
from monitor.storage import outbox
from rules.cases.model import InstitutionAnswer
from rules.model import Attestation
from tests.cast import NOW
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import OK, VK, WELL, community

BARE = replace(WELL, communities=(community(101, government_mark=False), *WELL.communities[1:]))
TWO_FACTOR = "kedrovy-2022-298/6.5"
TO_SCHOOL = "institution"
MAIL = {
    "recipients": ["deputy@example.org"],
    "operator": "operator@example.org",
    "reply_to": "answers@example.org",
    "institutions": True,
    "institutions_every": "night",
}


class Month:
    """The letters that went to the school, night by night; each gone at once."""

    def __init__(self, town: Town) -> None:
        self.now = NOW
        self.town = town
        self.told: list[EmailMessage | None] = []

    def night(self, application: Application, days: int) -> None:
        at = NOW + timedelta(days=days)
        self.town.sandbox.set_clock(at)
        self.now = at
        done = audit(application, AuditRequest(as_of=at))
        self.now = at + timedelta(minutes=20)
        queue_report(application, done, report_of(application, done), confirmed=True)
        self.told.append(next(self._gone(application), None))

    def _gone(self, application: Application) -> Iterator[EmailMessage]:
        for row in outbox.messages(application.engine):
            if row.state in ("queued", "held"):
                outbox.mark(application.engine, row.id or 0, state="sent", sent_at=self.now)
                if row.role.startswith(TO_SCHOOL):
                    yield message_from_bytes(row.body, policy=policy.default)

    def days(self, days: int) -> None:
        self.now = NOW + timedelta(days=days)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Told, told nothing new, an answer that is rejected, and told of that."""
    folder: Path = tmp_path_factory.mktemp("month")
    with serve(BARE) as sandbox:
        institution = school(1, VK, OK, no_site=True, emails=["school1@example.org"])
        month = Month(Town(folder, sandbox, [institution], {"mail": MAIL}))
        with opened(month.town.settings(), lambda: month.now) as application:
            month.night(application, 0)
            month.night(application, 1)
            month.days(2)
            reject(application, confirm(application), by="оператор", reason="нужен руководитель")
            month.night(application, 3)
        yield month


def confirm(application: Application) -> int:
    day = application.clock().date()
    said = Attestation(
        kind="two_factor", value=True, count=2, of=2, stated_by="вахтёр", stated_on=day
    )
    told = InstitutionAnswer(
        kind="confirms", by="вахтёр", on=day, requirement=TWO_FACTOR, attestation=said
    )
    (one,) = application.municipalities[0].institutions
    return answer(application, one, told, by="почта").recorded.number or 0


def text(message: EmailMessage | None) -> str:
    assert message is not None
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_first_letter_asks_and_gives_each_finding_its_last_day(month: Month) -> None:
    told = text(month.told[0])
    assert "[Дозор town/school-1/6.5]" in told
    assert "Последний день: 7 декабря 2026." in told


def test_answers_go_to_the_address_of_the_administration(month: Month) -> None:
    assert month.told[0] is not None
    assert month.told[0]["reply-to"] == "answers@example.org"


def test_a_night_that_changed_nothing_writes_nothing(month: Month) -> None:
    assert month.told[1] is None


def test_an_answer_that_was_rejected_is_in_the_next_letter_with_the_reason(month: Month) -> None:
    told = text(month.told[2])
    assert "не принят 25 ноября 2026: нужен руководитель." in told
    assert "С прошлого письма (23 ноября 2026)" in told

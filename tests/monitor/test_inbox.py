"""Replies by mail, over a real IMAP server: each message once, nothing touched, nothing guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.errors import UsageError
from monitor.cases.answers import accept
from monitor.mail.inbox.fetching import Fetched
from monitor.mail.inbox.line import inbox
from monitor.mail.inbox.placing import Understood, dismiss, place
from monitor.storage import attachments, received
from monitor.storage.locks import LockTakenError
from rules.cases.model import InstitutionAnswer
from tests.cast import NOW
from tests.monitor.dovecot import Dovecot, dovecot
from tests.monitor.mails import (
    ELSEWHERE,
    FORM,
    OURS,
    SECOND,
    SUBJECT,
    TWO_FACTOR,
    Office,
    bounce,
    office,
    reply,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def town(server: Dovecot, tmp_path: Path) -> Office:
    return office(tmp_path, server)


def kinds(town: Office) -> Counter[str]:
    return Counter(one.kind for one in town.listed())


# --- an answer ----------------------------------------------------------------------------------


def test_a_filled_form_becomes_a_confirmation_that_waits(town: Office) -> None:
    town.came(reply())
    (answer,) = town.answers()
    said = answer.said
    assert isinstance(said, InstitutionAnswer)
    assert said.attestation
    assert (said.requirement, said.kind, said.channel) == (TWO_FACTOR, "confirms", "mail")
    assert (said.attestation.kind, said.attestation.count, said.attestation.of) == (
        "two_factor",
        2,
        2,
    )


def test_an_operator_accepts_what_came_by_mail(town: Office) -> None:
    town.came(reply())
    with town.opened() as application:
        (answer,) = town.answers()
        assert accept(application, answer.number or 0, by="Анна").decided
        assert len(application.as_stated().municipalities[0].institutions[0].attestations) == 1


@pytest.mark.parametrize(
    ("sender", "told"), [("School1@EXAMPLE.org", "с зарегистрированного"), (ELSEWHERE, "с другого")]
)
def test_it_is_told_from_whose_address_an_answer_came(town: Office, sender: str, told: str) -> None:
    town.came(reply(sender=sender))
    (answer,) = town.answers()
    assert isinstance(answer.said, InstitutionAnswer)
    assert told in answer.said.by


def test_a_reply_without_a_key_is_known_by_the_letter_that_it_answers(town: Office) -> None:
    town.send()
    came = town.came(reply("Исправили.\n", subject="Re: страницы", References=f"<x@y> {OURS}"))
    assert (came.kind, came.kept.institution) == ("answer", "school-1")


def test_a_stranger_moves_no_case_unless_he_has_our_letter(town: Office) -> None:
    subject = "[Дозор town/school-1/6.5]"
    assert (
        town.came(reply("Исправили.", subject=subject, sender=ELSEWHERE)).kept.reason == "stranger"
    )
    town.send()
    told = reply("Исправили!", subject=subject, sender=ELSEWHERE, In_Reply_To=OURS)
    assert town.came(told).kind == "answer"


def test_an_answer_to_all_at_once_is_an_answer_to_each(town: Office) -> None:
    lines = (
        "6.5: управляют 3, защита у 3\n6.3: документ № 5 от 01.02.2026\n11: \nДолжность: директор\n"
    )
    came = town.came(reply(lines, subject="[Дозор town/school-1]"))
    said = [one.said for one in town.answers()]
    assert (came.kind, len(came.kept.answers)) == ("answer", 2)
    assert {one.requirement for one in said if isinstance(one, InstitutionAnswer)} == {
        TWO_FACTOR,
        "kedrovy-2022-298/6.3",
    }


def test_what_the_registry_has_to_learn_is_proposed(town: Office) -> None:
    words = "Просим поправить реестр.\nТелефон: 8 (38250) 3-55-46\n"
    town.came(reply(words, subject="[Дозор town/school-1/9.1.phone]"))
    (answer,) = town.answers()
    assert isinstance(answer.said, InstitutionAnswer)
    (change,) = answer.said.corrections
    assert (change.field, change.new) == ("phones", "8 (38250) 3-55-46")


def test_files_are_kept_by_what_they_are(town: Office) -> None:
    came = town.came(reply(files=[("приказ.pdf", b"%PDF-1.7 order")]))
    (file,) = came.kept.files
    with town.opened() as application:
        kept = attachments.content_of(application.engine, file.digest)
    assert (file.name, kept) == ("приказ.pdf", b"%PDF-1.7 order")


# --- what is no answer --------------------------------------------------------------------------


def test_a_bounce_of_our_letter_tells_whom_it_did_not_reach(town: Office) -> None:
    town.send()
    came = town.came(bounce("school1@example.org"))
    assert (came.kind, came.kept.recipient) == ("bounce", "school1@example.org")
    assert "User unknown" in came.kept.text


def test_a_bounce_of_a_letter_that_we_never_sent_accuses_no_address(town: Office) -> None:
    assert town.came(bounce(of="<forged@example.com>")).kind == "automatic"


def test_a_letter_that_is_only_late_is_not_lost(town: Office) -> None:
    town.send()
    assert town.came(bounce(action="delayed")).kind == "automatic"


@pytest.mark.parametrize(
    "heads",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}],
    ids=lambda heads: next(iter(heads)),
)
def test_an_automatic_reply_is_no_answer(town: Office, heads: dict[str, str]) -> None:
    assert town.came(reply("Исправили.", **heads)).kind == "automatic"


def test_our_own_letter_is_no_answer(town: Office) -> None:
    town.send()
    town.came(reply(sender="Дозор <dozor@example.org>"))
    town.came(reply("Исправили. И ещё.", number=OURS))
    assert kinds(town) == {"own": 2}


# --- what waits ---------------------------------------------------------------------------------


UNCLEAR = {
    "no_key": reply(subject="Приказ"),
    "unknown_institution": reply(subject="[Дозор town/school-9/6.5]"),
    "unknown_requirement": reply(subject="[Дозор town/school-1/9.99]"),
    "several": reply(subject="[Дозор town/school-1] [Дозор town/school-2]"),
    "no_words": reply("> Исправили\n"),
    "no_kind": reply("Пока не исправили.\n"),
    "no_requirement": reply(FORM, subject="[Дозор town/school-1]"),
    "not_filled": reply("Подтверждаем.\nЗащита включена у: \nДолжность: директор\n"),
    "no_post": reply("Подтверждаем: 2 из 2\n"),
    "no_corrections": reply("Поправьте телефон в реестре\n"),
    "refused": reply("Подтверждаем: 3 из 2.\nДолжность: директор\n"),
    "looks_automatic": reply(subject=f"Автоответ: {SUBJECT}"),
    "winmail": reply(files=[("winmail.dat", b"x\x9f>\x22 data")]),
}


@pytest.fixture(scope="module")
def unclear(server: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Why each of them waits, read in one look."""
    made = office(tmp_path_factory.mktemp("unclear"), server)
    made.put(*UNCLEAR.values())
    made.fetch()
    assert made.answers() == []
    return [one.kept.reason for one in made.listed()]


@pytest.mark.parametrize("reason", UNCLEAR)
def test_what_is_not_plain_waits_with_its_reason(unclear: list[str], reason: str) -> None:
    assert unclear[[*UNCLEAR].index(reason)] == reason


def test_a_letter_and_a_key_that_name_two_institutions_wait(town: Office) -> None:
    town.send(2, "<other@example.org>")
    assert town.came(reply(In_Reply_To="<other@example.org>")).kept.reason == "conflict"


def test_a_sealed_letter_waits(town: Office) -> None:
    head, _, _ = reply().partition(b"\r\n\r\n")
    sealed = (
        head.replace(b"text/plain", b"application/pkcs7-mime") + b"\r\n\r\nMIAGCSqGSIb3DQE=\r\n"
    )
    assert town.came(sealed).kept.reason == "encrypted"


def test_a_letter_forwarded_within_another_waits(town: Office) -> None:
    inner = reply("Исправили.\n", number="<inner@example.org>")
    outer = reply("Смотрите.\n", subject="Fwd").replace(
        b"text/plain", b"multipart/mixed; boundary=B"
    )
    head, _, _ = outer.partition(b"\r\n\r\n")
    body = b"\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--B--\r\n"
    plain = head.replace(b"Content-Transfer-Encoding: 8bit\r\n", b"").replace(
        b"Content-Transfer-Encoding: base64\r\n", b""
    )
    assert town.came(plain + body).kept.reason == "forwarded"


def test_a_huge_message_is_not_fetched_whole(town: Office) -> None:
    came = town.came(reply() + b"x" * 78 * 1000 + b"\r\n" + (b"x" * 998 + b"\r\n") * 26_000)
    assert (came.kind, came.kept.reason) == ("unclear", "too_big")


@pytest.mark.parametrize(
    "message",
    [
        b"\xff\xfe\x00garbage",
        b"Subject: =?utf-8?b?****?=\r\nFrom: <<>>@\r\n\r\n\x00\xff",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Content-Type: text/plain; charset=no-such\r\nContent-Transfer-Encoding: base64\r\n\r\n!",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(3000)
        ),
    ],
    ids=["garbage", "heads", "no boundary", "charset", "nested"],
)
def test_a_malformed_message_stops_none_behind_it(town: Office, message: bytes) -> None:
    town.put(message, reply())
    town.fetch()
    assert kinds(town)["answer"] == 1
    assert len(town.listed()) == 2


# --- each once ----------------------------------------------------------------------------------


def test_nothing_on_the_server_is_marked_or_removed(town: Office) -> None:
    town.put(reply(), bounce())
    town.fetch()
    flags = town.server.flags(town.user)
    assert len(flags) == 2
    assert all(b"Seen" not in one and b"Deleted" not in one for one in flags)


def test_a_second_look_brings_only_what_is_new(town: Office) -> None:
    town.put(reply())
    town.fetch()
    town.put(reply("Исправили.\n", subject="Re: [Дозор town/school-2]", sender=SECOND))
    assert town.fetch().kinds == {"answer": 1}
    assert len(town.answers()) == 2


def test_messages_that_the_server_numbers_anew_are_no_new_ones(town: Office) -> None:
    town.put(reply(), reply("Исправили.\n", subject="Re: [Дозор town/school-2]", sender=SECOND))
    town.fetch()
    with town.opened() as application, inbox(application.settings) as box:
        before = box.validity
    town.server.number_anew(town.user)
    assert not town.fetch().kinds
    with town.opened() as application, inbox(application.settings) as box:
        assert box.validity != before
    assert len(town.answers()) == 2


def test_a_letter_that_was_delivered_twice_is_one_answer(town: Office) -> None:
    town.put(reply(), reply())
    town.fetch()
    assert len(town.answers()) == 1


def test_of_two_readers_at_once_each_message_is_read_by_one(town: Office) -> None:
    town.put(*(reply(f"{FORM}\n{number}") for number in range(10)))

    def look(_: int) -> Fetched | None:
        try:
            return town.fetch()
        except LockTakenError:
            return None

    with ThreadPoolExecutor(2) as pool:
        done = [one for one in pool.map(look, range(2)) if one]
    assert sum(one.answers for one in done) == len(town.answers()) == 10


# --- what an operator decides, and what is kept -------------------------------------------------


def test_an_unclear_one_is_accepted_only_once_it_was_placed(town: Office) -> None:
    came = town.came(reply(subject="Приказ"))
    with town.opened() as application:
        school = application.municipalities[0].institutions[0]
        with pytest.raises(UsageError, match="записи № 1 нет"):
            accept(application, 1, by="Анна")
        how = Understood(requirement=TWO_FACTOR)
        number = place(application, came.number, school, how, by="Анна")
        assert accept(application, number, by="Анна").decided


def test_a_placed_letter_is_not_placed_twice(town: Office) -> None:
    came = town.came(reply(subject="Приказ"))
    with town.opened() as application:
        school = application.municipalities[0].institutions[0]
        dismiss(application, came.number, "спам", by="Анна")
        with pytest.raises(UsageError, match="уже разобрано"):
            place(application, came.number, school, Understood(kind="corrected"), by="Борис")
    assert town.answers() == []


def test_texts_and_files_go_when_their_time_is_up(town: Office) -> None:
    came = town.came(reply(subject="Приказ", files=[("a.pdf", b"%PDF-1.7")]))
    later = NOW + timedelta(days=100)
    with town.opened() as application:
        engine = application.engine
        assert received.remove_old_mail(engine, 90, 90, later, believed=False) == 0
        assert received.remove_old_mail(engine, 90, 90, later, believed=True) == 1
        assert attachments.content_of(engine, came.kept.files[0].digest) is None
    assert [one.kept.text for one in town.listed()] == [""]
    assert not town.fetch().kinds


def test_what_would_be_removed_at_once_is_not_taken_in(town: Office) -> None:
    town.put(reply(), at=NOW - timedelta(days=500))
    town.fetch()
    assert kinds(town) == {"old": 1}

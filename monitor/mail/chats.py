"""The digest in a network's chat, beside the letter: through the same outbox, sent once.

    queue_report ──> a message in the role `chat:NETWORK`, its recipient the chat's number
    deliver      ──> claimed ──> handing ──> told ──> sent; what is doubtful is parked

A bot of its own tells; those that read pages never do. What goes wrong here stays in the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from collectors.barrier import barrier
from collectors.model import Failure, FailureCode, Network
from collectors.networks import social_networks
from monitor.application import Application
from monitor.config import Settings
from monitor.logs import without_secrets
from monitor.mail.deputies import DeputyLetters, draft_of
from monitor.mail.drafts import Draft
from monitor.mail.due import decide
from monitor.mail.readers import Readers
from monitor.mail.smtp import DeliveryError, Refusal
from monitor.mail.terms import Terms
from monitor.storage import outbox
from monitor.storage.claims import hand
from monitor.storage.outbox import QueuedBeforeError
from monitor.storage.roles import CHAT, chat_in, network_of_chat
from monitor.storage.tables import MessageRow
from reports.mail import Letter
from reports.model import Audit, Report

log = logging.getLogger(__name__)

GOES_ON = "… и ещё строк: {left}"
WHOLE = "Целиком: {url}"
REFUSALS: Mapping[FailureCode, Refusal] = dict.fromkeys(
    (
        FailureCode.RATE_LIMITED,
        FailureCode.SERVER_ERROR,
        FailureCode.CONNECTION,
        FailureCode.DNS,
        FailureCode.TIMEOUT,
        FailureCode.TLS,
    ),
    Refusal.LATER,
)
NOT_TOLD = "{network} не приняла сообщение ({detail}); проверьте ключ бота и номер чата"
UNSURE = (
    "неизвестно, дошло ли сообщение: {network} не ответила ({detail}). Посмотрите в чате; "
    "отправить снова: dozor outbox --retry"
)
GONE = "сеть {slug} больше не установлена или не умеет передавать сообщения"


# --- in line --------------------------------------------------------------------------------------


def queue_for_chats(
    application: Application,
    audit: Audit,
    report: Report,
    files: Sequence[Path],
    terms: Terms,
    *,
    again: bool,
    scheduled: bool,
    chosen: Callable[[Draft], bool],
) -> None:
    """As often as the deputy head's letter; an error here keeps no letter."""
    with barrier("letter", CHAT):
        for draft in filter(chosen, for_chats(application, report, files, terms)):
            asked = draft if scheduled else replace(draft, every="night")
            decision = decide(application, audit, asked)
            if again or decision.goes:
                _queue(application, audit, replace(draft, letter=decision.letter), again)


def for_chats(
    application: Application, report: Report, files: Sequence[Path], terms: Terms
) -> Iterator[Draft]:
    """Each chat is told what those are who read of all municipalities."""
    settings = application.settings
    for slug, network in social_networks().items():
        for chat in network.chats(settings.networks[slug]) if network.tell else ():
            readers = Readers(towns=(), recipients=(chat,), every=settings.mail.report_every)
            own = DeputyLetters(application, report, readers, files, terms, carries_files=False)
            yield replace(draft_of(own, chat, is_operator=False), role=chat_in(slug))


def _queue(application: Application, audit: Audit, draft: Draft, again: bool) -> None:
    place = outbox.place(application.engine, audit, draft.role, draft.recipient, again=again)
    if place is None:
        return
    letter = draft.letter()
    network = social_networks()[network_of_chat(draft.role)]
    text = message_of(letter, application.settings.desk.public_url, network.longest_told)
    with suppress(QueuedBeforeError):  # another process was faster
        outbox.queue(
            application.engine,
            audit,
            role=draft.role,
            recipient=draft.recipient,
            subject=letter.subject,
            body=without_secrets(text).encode(),
            at=application.clock(),
            turn=place.turn,
        )


def message_of(letter: Letter, url: str, longest: int) -> str:
    """The letter's text by whole lines, as far as it fits; then how many more there are, and
    where all are to be seen."""
    end = f"\n\n{WHOLE.format(url=url)}" if url else ""
    whole = f"{letter.subject}\n\n{letter.text.strip()}"
    if _length(whole + end) <= longest:
        return whole + end
    lines = whole.splitlines()
    room = longest - _length(f"\n{GOES_ON.format(left=len(lines))}{end}")
    kept = [line for at, line in enumerate(lines) if _length("\n".join(lines[: at + 1])) <= room]
    left = GOES_ON.format(left=sum(map(bool, lines[len(kept) :])))
    return "\n".join(kept).rstrip() + f"\n{left}{end}"


def _length(text: str) -> int:
    """As a network may count: a sign beyond the first plane is two."""
    return len(text.encode("utf-16-le", "replace")) // 2


# --- handed over ----------------------------------------------------------------------------------


def tell_chat(engine: Engine, settings: Settings, message: MessageRow) -> None:
    """Raises DeliveryError, ClaimLostError. Written down before it goes: it goes once."""
    slug = network_of_chat(message.role)
    network = social_networks().get(slug)
    if network is None or network.tell is None:
        raise DeliveryError(GONE.format(slug=slug), Refusal.FOR_GOOD)
    hand(engine, message)
    failure = network.tell(settings.networks[slug], message.recipient, message.body.decode())
    if failure is not None:
        raise _refusal(network, failure)


def _refusal(network: Network, failure: Failure) -> DeliveryError:
    about = {"network": network.title, "detail": without_secrets(failure.detail)}
    if failure.code is FailureCode.INTERRUPTED:
        return DeliveryError(UNSURE.format(**about), Refusal.FOR_GOOD)
    refusal = REFUSALS.get(failure.code, Refusal.FOR_GOOD)
    return DeliveryError(NOT_TOLD.format(**about), refusal)

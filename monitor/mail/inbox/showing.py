"""A message that came, as an operator reads it on the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from monitor.application import Application
from monitor.mail.inbox.kinds import is_misnamed, kind_of
from monitor.mail.inbox.said import reason_of, speaker, words
from monitor.storage import attachments, received
from monitor.storage.received import ANSWER, BOUNCE, DISMISSED, UNCLEAR, KeptMessage, Received
from reports.templating import one_line
from rules.cases.model import Attachment

LONGEST = 1_000  # signs of a text on the terminal; all of it stands in the JSON


def json_of(came: Received) -> dict[str, Any]:
    kept = asdict(came.kept)
    return {
        "mail": came.number,
        "state": came.kind,
        "arrived_at": came.arrived_at.isoformat(),
        "decided_by": came.decided_by or None,
        "because": reason_of(came.kept) or None,
        **{name: value or None if value == "" else value for name, value in kept.items()},
    }


def lines_of(application: Application, came: Received) -> Iterator[str]:
    kept, zone = came.kept, application.settings.schedule.timezone
    at = came.arrived_at.astimezone(zone)
    yield words(
        "list",
        "head",
        number=came.number,
        at=f"{at:%d.%m.%Y %H:%M}",
        sender=kept.sender or "отправитель не назван",
        subject=kept.subject,
    )
    if came.kind != UNCLEAR:
        yield f"    {words('kinds', came.kind)}"
    yield from _of_whom(kept)
    if kept.text and came.kind in (UNCLEAR, ANSWER, DISMISSED):
        yield words("list", "text", text=one_line(kept.text)[:LONGEST])
    for file in kept.files:
        yield _file(application, file)
    if kept.left_out:
        yield words("list", "left_out", count=kept.left_out)
    yield from _what_became(came)


def _of_whom(kept: KeptMessage) -> Iterator[str]:
    if kept.institution:
        key = f"{kept.municipality}/{kept.institution}"
        yield words("list", "of", institution=key, address=speaker(kept.is_registered))
    if kept.requirements:
        yield words("list", "requirements", requirements=", ".join(kept.requirements))


def _what_became(came: Received) -> Iterator[str]:
    kept = came.kept
    if came.kind == UNCLEAR:
        yield words("list", "reason", reason=reason_of(kept))
        if proposed := _proposed(kept):
            yield words("list", "proposal", told=proposed)
        name = kept.institution or "УЧРЕЖДЕНИЕ"
        yield words("list", "place", number=came.number, institution=name)
    elif came.kind == ANSWER:
        yield words("list", "answer", numbers=", ".join(map(str, kept.answers)))
    elif came.kind == BOUNCE:
        yield words("list", "bounce", recipient=kept.recipient, text=one_line(kept.text))
    elif came.kind == DISMISSED:
        yield words("list", "dismissed", text=kept.decision, by=came.decided_by)


def _proposed(kept: KeptMessage) -> str:
    found = kept.proposal
    told = [words("proposal", found.kind)] if found.kind else []
    if found.count is not None:
        told.append(words("proposal", "count", count=found.count, of=found.of))
    changes = [f"{name}: {value}" for name, value in found.corrections]
    return ", ".join([*told, *filter(None, (found.document, found.post)), *changes])


def _file(application: Application, file: Attachment) -> str:
    """What it is, by what stands in it."""
    content = attachments.content_of(application.engine, file.digest)
    if content is None:
        note = words("list", "removed")
    elif is_misnamed(file.name, content):
        note = words("list", "misnamed", kind=kind_of(content))
    else:
        note = ""
    return words("list", "file", file=file.name, size=file.size, misnamed=note, digest=file.digest)


def came_back(engine: Engine, zone: ZoneInfo) -> Mapping[str, str]:
    """By the address that letters did not reach: its last bounce, as a sentence."""
    return {one.kept.recipient: _bounced(one, zone) for one in received.bounces(engine)}


def _bounced(message: Received, zone: ZoneInfo) -> str:
    at, text = f"{message.arrived_at.astimezone(zone):%d.%m.%Y}", one_line(message.kept.text)
    return words("outbox", "bounced", recipient=message.kept.recipient, at=at, text=text)

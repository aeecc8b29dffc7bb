"""What `send --dry-run` says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from monitor.application import Application
from monitor.mail.consent import why_unreachable
from monitor.mail.plan import Plan, Planned
from monitor.mail.planned import in_line, news_in_words, role_in_words, table, words
from monitor.mail.recipients import to_whom
from monitor.storage.roles import INSTITUTION
from monitor.storage.unsent import Unsent
from reports.ground import name_of
from reports.model import Audit
from reports.words import moment


def say_plan(application: Application, audit: Audit, found: Plan) -> None:
    zone = application.settings.schedule.timezone
    print(words("head", audit=audit.id, on=moment(audit.as_of, zone)))
    going = [one for one in found.letters if one.goes]
    staying = [one for one in found.letters if not one.goes]
    for name, letters in (("going", going), ("staying", staying)):
        if letters:
            print("", words(name, count=len(letters)), sep="\n")
            print(*(line for one in letters for line in _lines(application, one)), sep="\n")
    _say_in_line(in_line(application))
    if found.unreachable:
        print("", words("unreachable", count=len(found.unreachable)), sep="\n")
        print(*(f"  {why_unreachable(one)}" for one in found.unreachable), sep="\n")
    if not application.settings.mail.institutions:
        print("", words("off"), sep="\n")


def _say_in_line(waiting: Sequence[Unsent]) -> None:
    if waiting:
        print("", words("in_line", count=len(waiting)), sep="\n")
        print(*(f"  {to_whom(one.role, one.recipient)}" for one in waiting), sep="\n")


def _lines(application: Application, planned: Planned) -> Iterator[str]:
    role = role_in_words(application, planned.role, planned.name)
    yield f"  {to_whom(planned.role, planned.recipient)} — {role}"
    yield f"      {table('why', planned.why)}"
    yield f"      {words('subject', subject=planned.subject)}"
    if planned.told is None:
        yield f"      {words('first_letter')}"
        return
    on = moment(planned.told.as_of, application.settings.schedule.timezone)
    told = words("last", audit=planned.told.audit, on=on, subject=planned.told.subject)
    yield f"      {told}"
    if planned.news is not None:
        yield f"      {words('differs', news=news_in_words(planned.news))}"


def planned_as_json(application: Application, audit: Audit, found: Plan) -> str:
    letters = [_as_json(one) for one in found.letters]
    nowhere = [_nowhere(one.key, name_of(one)) for one in found.unreachable]
    waiting = [
        {"role": one.role, "recipient": one.recipient, "goes": True, "why": "in_line"}
        for one in in_line(application)
    ]
    told = [{"audit": audit.id, **one} for one in (*letters, *nowhere, *waiting)]
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_json(planned: Planned) -> Mapping[str, Any]:
    told = planned.told
    return {
        "role": planned.role,
        "recipient": planned.recipient,
        "goes": planned.goes,
        "why": planned.why,
        "subject": planned.subject,
        "last": {"audit": told.audit, "as_of": told.as_of.isoformat(), "subject": told.subject}
        if told
        else None,
        "differs": asdict(planned.news) if planned.news else None,
    }


def _nowhere(key: str, name: str) -> Mapping[str, Any]:
    why = "no_address"
    return {
        "role": f"{INSTITUTION}{key}",
        "name": name,
        "recipient": None,
        "goes": False,
        "why": why,
    }

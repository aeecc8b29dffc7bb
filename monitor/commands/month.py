"""The month that the demo's town plays between its audits: who was told, who answered what.

`month.toml` says it, and it is recorded by the functions that the commands call, each at its own
moment. No finding is made up: what came of an answer is what the next audit read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor.application import Application
from monitor.cases import answers, recording
from monitor.commands.recorded import full_id, institution_named
from monitor.config import Settings
from reports.friday import next_friday
from rules.cases.model import InstitutionAnswer
from rules.cases.terms import last_day
from rules.law.workdays import is_working_day
from rules.model import Attestation, Institution, Municipality, Waiver

IMPORTANT = "major"  # of what is told so that its term ends by Friday
BACK = range(7, 27)  # days within which ten working days begin, long holidays or not


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    said: Mapping[str, Any]


def month_of(settings: Settings, town: Municipality, now: datetime) -> Iterator[Step]:
    """In the order of their moments; none is later than `now`."""
    said = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["step"]
    told = (Step(_moment(settings, town, one, number, now), one) for number, one in enumerate(said))
    yield from sorted(told, key=lambda step: step.at)


def _moment(
    settings: Settings, town: Municipality, said: Mapping[str, Any], number: int, now: datetime
) -> datetime:
    days = -_days_back(settings, town, now) if said.get("friday") else said["day"]
    return min(now, now + timedelta(days=days, minutes=1 + number))


def _days_back(settings: Settings, town: Municipality, now: datetime) -> int:
    """The latest working day from which a term has its last day by Friday."""
    today = town.day_of(now)
    workdays = settings.cases.terms.workdays[IMPORTANT]
    for back in BACK:
        told_on = today - timedelta(days=back)
        ends = last_day(told_on, workdays, town.days_off)
        if ends and ends <= next_friday(today) and is_working_day(told_on, town.days_off):
            return back
    return BACK.stop


class Player:
    """Says what is due between two audits; remembers the numbers of answers for who decides."""

    def __init__(self, application: Application, now: datetime) -> None:
        (self._town,) = application.municipalities
        self._application = application
        self._left = list(month_of(application.settings, self._town, now))
        self._numbers: dict[str, int | None] = {}

    def play(self, until: datetime | None) -> None:
        """What is said before that moment; None: all that is left."""
        while self._left and (until is None or self._left[0].at < until):
            step = self._left.pop(0)
            self._say(replace(self._application, clock=partial(_at, step)), step)

    def _say(self, application: Application, step: Step) -> None:
        said = step.said
        match said["do"]:
            case "tell":
                self._tell(application, said)
            case "assign":
                self._assign(application, step)
            case "waive":
                recording.record(application, *self._waiver(application, step), by=said["by"])
            case "answer":
                self._answer(application, step)
            case "accept":
                answers.accept(application, self._number(said), by=said["by"])
            case "reject":
                answers.reject(
                    application, self._number(said), by=said["by"], reason=said["reason"]
                )

    def _tell(self, application: Application, said: Mapping[str, Any]) -> None:
        institution, requirement = _whose(application, said)
        recording.tell(
            application, institution, by=said["by"], requirement=requirement, how=said["how"]
        )

    def _assign(self, application: Application, step: Step) -> None:
        said = step.said
        institution, requirement = _whose(application, said)
        assert requirement is not None
        recording.assign(
            application,
            institution,
            requirement,
            to=said["to"],
            by=said["by"],
            until=self._day(step.at) + timedelta(days=said["until"] - said["day"]),
        )

    def _waiver(self, application: Application, step: Step) -> tuple[Institution, Waiver]:
        said = step.said
        institution, requirement = _whose(application, said)
        assert requirement is not None
        return institution, Waiver(
            requirement=requirement,
            reason=said["reason"],
            by=said["by"],
            until=self._day(step.at) + timedelta(days=said["until"] - said["day"]),
            document=said["document"],
        )

    def _answer(self, application: Application, step: Step) -> None:
        said = step.said
        institution, requirement = _whose(application, said)
        given = InstitutionAnswer(
            kind=said["kind"],
            by=said["by"],
            on=self._day(step.at),
            requirement=requirement,
            page=said.get("page"),
            document=said.get("document", ""),
            text=said["text"],
            attestation=self._attestation(step) if "attests" in said else None,
        )
        noted = answers.answer(application, institution, given, by=said["by"])
        if "as" in said:
            self._numbers[said["as"]] = noted.recorded.number

    def _attestation(self, step: Step) -> Attestation:
        said = step.said
        return Attestation(
            kind=said["attests"],
            value=True,
            stated_by=said["by"],
            stated_on=self._day(step.at),
            count=said.get("count"),
            of=said.get("of_count"),
            document=said.get("document", ""),
            source="database",
        )

    def _number(self, said: Mapping[str, Any]) -> int:
        number = self._numbers[said["of"]]
        assert number is not None
        return number

    def _day(self, moment: datetime) -> date:
        return self._town.day_of(moment)


def _at(step: Step) -> datetime:
    return step.at


def _whose(application: Application, said: Mapping[str, Any]) -> tuple[Institution, str | None]:
    institution = institution_named(application, said["who"])
    return institution, full_id(application, institution, said.get("requirement"))

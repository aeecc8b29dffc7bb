"""The weekly letter to the deputy head: what got worse and was put right since the last one, the
share then and now, and what waits for a person's answer.

It is made of two audits that the deputy head could already know of. The newer one's findings are
compared with those of the older one, so a fault that came and went between the two is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reports import counting
from reports.first_screen import build_changes, has_nothing_to_read, institutions_in, numbers
from reports.ground import Ground, ground, mark_of, place_of, portion, standing_of, title_of
from reports.mail import Letter, dressed
from reports.model import Report
from reports.templating import one_line, render
from reports.view import Changes, Numbers, Portion
from reports.words import day, moment
from rules.model import Finding, Municipality, Outcome

SHOWN = 15  # lines of a kind; the rest stands in the report of the night


@dataclass(frozen=True, slots=True)
class TownStanding:
    """Where a municipality stood at one moment."""

    on: str
    numbers: Numbers
    share: Portion
    unseen: Portion


@dataclass(frozen=True, slots=True)
class Question:
    """A requirement that a person must look at, and at how many institutions."""

    title: str
    clause: str
    institutions: int
    since: str | None  # since when the oldest of them waits


@dataclass(frozen=True, slots=True)
class Objection:
    institution: str
    title: str
    place: str
    mark: str


@dataclass(frozen=True, slots=True)
class Part:
    """One municipality."""

    name: str
    nothing_registered: bool
    now: TownStanding
    then: TownStanding | None  # None: nothing to compare with
    changes: Changes
    questions: tuple[Question, ...]
    objections: tuple[Objection, ...]


def weekly_letter(now: Report, then: Report | None, nights: int) -> Letter:
    """`now`: its findings compared with those of `then`; `nights`: audits since that moment."""
    parts = tuple(build_part(now, then, one) for one in now.municipalities)
    values = {
        "parts": parts,
        "audit": now.audit.id,
        "nights": nights,
        "complete": now.audit.complete,
        "unread": now.audit.collection.unread,
        "pages": now.audit.collection.pages,
        "shown": SHOWN,
    }
    return Letter(
        subject=one_line(render("letter-week-subject.txt.j2", values)),
        text=render("letter-week.txt.j2", values),
        html=dressed(render("letter-week.html.j2", values)),
        attachments=(),
    )


def build_part(now: Report, then: Report | None, town: Municipality) -> Part:
    today = ground(now, town)
    return Part(
        name=town.name,
        nothing_registered=has_nothing_to_read(today),
        now=build_town_standing(today),
        then=build_town_standing(ground(then, town)) if then else None,
        changes=build_changes(today),
        questions=build_questions(today),
        objections=tuple(
            Objection(
                institution=today.names[one.institution],
                title=title_of(today, one.requirement),
                place=place_of(today, one),
                mark=mark_of(today, one),
            )
            for one in today.all
            if one.disputed
        ),
    )


def build_town_standing(ground: Ground) -> TownStanding:
    asked = counting.tally(ground.asked)
    return TownStanding(
        on=moment(ground.report.audit.as_of, ground.zone),
        numbers=numbers(standing_of(ground, one) for one in ground.institutions),
        share=portion(counting.compliance_in(asked)),
        unseen=portion(counting.unseen_in(asked)),
    )


def build_questions(ground: Ground) -> tuple[Question, ...]:
    """What waits at the most institutions comes first; among equals, the gravest."""
    alike: dict[str, list[Finding]] = {}
    for one in ground.all:
        if one.outcome is Outcome.REVIEW:
            alike.setdefault(one.requirement, []).append(one)
    order = sorted(alike.values(), key=lambda same: (-institutions_in(same), _gravest(same)))
    return tuple(_question(ground, same) for same in order)


def _gravest(findings: Iterable[Finding]) -> tuple[int, str]:
    """To sort by: that of the gravest among them."""
    return min(map(counting.gravity, findings))


def _question(ground: Ground, findings: Sequence[Finding]) -> Question:
    known: list[date] = [one.since for one in findings if one.since]
    return Question(
        title=title_of(ground, findings[0].requirement),
        clause=findings[0].clause,
        institutions=institutions_in(findings),
        since=day(min(known)) if known else None,
    )

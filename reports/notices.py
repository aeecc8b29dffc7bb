"""Notices of created and deleted pages: to whom, until when, and what to write.

Events of the registry and the database ──> Notice, one an event and a recipient

The recipients and their terms come from the acts' requirements that are judged by `noticed`; an
act that does not bind yet is shown ahead of time, and nobody is late with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from reports.ground import Ground, ground
from reports.model import Format, Rendered, Report
from reports.templating import render
from reports.words import day, word
from rules.force import edition_of, force_of
from rules.model import Act, Event, Institution, Requirement
from rules.predicates.notices import first_notice
from rules.workdays import CalendarUncoveredError, add_working_days

NOTICED = "noticed"  # the predicate of every requirement to tell somebody of a page
EVENTS = ("page_created", "page_deleted")
UNTOLD_FIRST = ("late", "due", "unclear", "ahead", "sent_late", "sent")


@dataclass(frozen=True, slots=True)
class Notice:
    """`state`: late, due, sent, sent_late; unclear (a date or a calendar is not known);
    ahead (the act does not bind yet and nothing was sent)."""

    state: str
    to: str  # department | cur
    kind: str  # page_created | page_deleted
    institution: str
    name: str
    ogrn: str
    key: str  # institution's id, for the command that records the notice
    network: str
    page: str
    on: str
    is_estimate: bool
    due: str | None
    told: str | None
    workdays: int
    clause: str
    act: str


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    on: str
    notices: tuple[Notice, ...]
    asked: bool  # some act of this town demands notices
    binding: bool  # and one of them is in force


def towns(report: Report) -> tuple[Town, ...]:
    return tuple(_town(ground(report, one)) for one in report.municipalities)


def _town(base: Ground) -> Town:
    duties = tuple(_duties(base))
    found = (notice for duty in duties for notice in _notices(base, duty))
    return Town(
        name=base.municipality.name,
        on=day(_today(base)),
        notices=tuple(sorted(found, key=lambda one: UNTOLD_FIRST.index(one.state))),
        asked=bool(duties),
        binding=any(duty.binds for duty in duties),
    )


def _today(base: Ground) -> date:
    return base.report.audit.as_of.astimezone(base.zone).date()


@dataclass(frozen=True, slots=True)
class _Duty:
    """One clause that demands a notice, in the wording of today."""

    act: Act
    requirement: Requirement
    to: str
    workdays: int
    binds: bool
    since: date | None


def _duties(base: Ground) -> Iterator[_Duty]:
    for act in base.report.acts:
        if act.id in base.municipality.packs:
            force = force_of(act, base.municipality, _today(base))
            for one in act.requirements:
                edition = edition_of(one, _today(base)) if one.predicate == NOTICED else None
                if edition is not None:
                    to, workdays = edition.parameters["to"], edition.parameters["within_workdays"]
                    binds = force.refusal is None
                    yield _Duty(act, one, to, workdays, binds, force.entered if binds else None)


def _notices(base: Ground, duty: _Duty) -> Iterator[Notice]:
    for institution in base.institutions:
        for event in _events(institution.events, duty, _today(base)):
            yield _notice(base, duty, institution, event)


def _events(events: Iterable[Event], duty: _Duty, today: date) -> Iterator[Event]:
    """What happened to a page since the act binds."""
    for one in events:
        if one.kind in EVENTS and one.page and (duty.since or one.on) <= one.on <= today:
            yield one


def _of_others(base: Ground, own: str, page: str | None) -> Iterator[Event]:
    """The authority writes to the ЦУР, and in its own log as a rule."""
    for one in base.institutions:
        if one.id != own and one.kind == "authority":
            yield from (told for told in one.events if told.page == page)


def _notice(base: Ground, duty: _Duty, institution: Institution, event: Event) -> Notice:
    due = _due(base, duty, event)
    log = (*institution.events, *_of_others(base, institution.id, event.page))
    told = first_notice(log, event, duty.to, _today(base))
    return Notice(
        state=_state(duty, event, due, told, _today(base)),
        to=duty.to,
        kind=event.kind,
        institution=base.names[institution.id],
        name=institution.name,
        ogrn=institution.ogrn or "",
        key=institution.id,
        network=_network(institution, event),
        page=event.page or "",
        on=day(event.on),
        is_estimate=event.is_estimate,
        due=day(due) if due else None,
        told=day(told) if told else None,
        workdays=duty.workdays,
        clause=duty.requirement.clause,
        act=duty.act.short_title,
    )


def _due(base: Ground, duty: _Duty, event: Event) -> date | None:
    """None where the working days of that year are not known yet."""
    try:
        return add_working_days(event.on, duty.workdays, base.municipality.days_off)
    except CalendarUncoveredError:
        return None


def _state(duty: _Duty, event: Event, due: date | None, told: date | None, today: date) -> str:
    if told is not None:
        return "sent_late" if due and told > due and not event.is_estimate else "sent"
    if not duty.binds:
        return "ahead"
    if due is None:
        return "unclear"
    if today <= due:
        return "due"
    return "unclear" if event.is_estimate else "late"


def _network(institution: Institution, event: Event) -> str:
    found = [one.network for one in institution.pages if one.address == event.page]
    return word("networks", found[0], "title") if found else ""


def render_notices(report: Report) -> Rendered:
    return Rendered(render("notices.txt.j2", {"towns": towns(report)}).encode())


def render_notices_html(report: Report) -> Rendered:
    return Rendered(render("notices.html.j2", {"towns": towns(report)}).encode())


FORMAT = Format(
    slug="notices",
    suffix="-notices.txt",
    title="уведомления о созданных и удалённых страницах",
    render=render_notices,
)
HTML = Format(
    slug="notices-html",
    suffix="-notices.html",
    title="те же уведомления частью веб-страницы",
    render=render_notices_html,
)

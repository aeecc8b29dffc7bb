"""What the deputy head decides on, what is assigned, and what was decided of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from monitor.cases.words import titled
from monitor.cases.words import words as case_words
from monitor.desk.calendar.words import words
from monitor.desk.gate.words import words as gate_words
from monitor.desk.ground import Desk
from monitor.desk.institution.things import key_in_form
from monitor.desk.model import Ask
from monitor.desk.queue.items import Item, Items, path_of, titles_of
from monitor.desk.queue.lists import today_of
from monitor.storage import calendar, journal, waiting
from monitor.storage.calendar import Ending
from monitor.storage.waiting import EXPIRING, Shown
from reports.ground import name_of
from reports.words import count
from rules.cases.model import InstitutionAnswer, Recorded, Said
from rules.cases.public import unnamed, unnamed_texts

MOST, LATELY = 50, 20  # lines of a list
BACK = "deputy"  # where a form leads back to


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case or term. `query`: by what a form of the institution knows it and leads back."""

    item: Item
    query: str
    state: str = ""
    until: date | None = None  # its own last day, or that of the assignment
    is_late: bool = False
    to: str = ""
    is_waiver: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    title: str
    lines: Sequence[Line]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    at: datetime
    role: str
    told: str
    institution: str
    path: str  # "": the registry has it no more


class Deputy:
    """The lists of one page; each costs a statement or two, however many there are."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._engine, self._ask = desk.application.engine, ask
        self._towns = {town.id: town for town in desk.towns(ask)}
        self._items, self._titles = Items(desk, ask), titles_of(desk.application)
        self._today = today_of(desk, ask)
        towns = list(self._towns)
        self._disputed = calendar.disputed_cases(self._engine, towns, self._today, MOST)
        self._unassigned, self._assigned = calendar.seen_to(self._engine, towns, MOST)
        lists = (self._disputed, self._unassigned, self._assigned)
        cases = [Shown(*one) for rows, _ in lists for one in rows]
        self._of = dict(
            zip((one.row.thing for one in cases), self._items.cases(cases), strict=True)
        )

    def disputed(self) -> Listed:
        rows, total = self._disputed
        said = waiting.statements_by_number(
            self._engine, [one.row.answer for one in rows if one.row.answer]
        )
        lines = [self._objected(one, said.get(one.row.answer)) for one in rows]
        return _listed("disputed", "objection", lines, total)

    def _objected(self, ending: Ending, said: Said | None) -> Line:
        line = self._case(ending)
        if not isinstance(said, InstitutionAnswer) or said.kind != "disagrees":
            return line
        shown = unnamed(said)
        told = words("deputy", "by", by=shown.by, on=f"{shown.on:%d.%m.%Y}")
        return replace(line, item=replace(line.item, text=shown.text, who=told))

    def unassigned(self) -> Listed:
        rows, total = self._unassigned
        return _listed("unassigned", "case", [self._case(one) for one in rows], total)

    def ending(self) -> Listed:
        """Waivers and confirmations, within the days in which a waiver can be thought over."""
        span = self._today, self._today + EXPIRING
        rows, total = calendar.ending(self._engine, list(self._towns), *span, MOST)
        return _listed("ending", "statement", [self._term(one) for one in rows], total)

    def assigned(self) -> Listed:
        rows, total = self._assigned
        return _listed("assigned", "case", [self._given(one) for one in rows], total)

    def _case(self, ending: Ending) -> Line:
        row = ending.row
        return Line(
            item=self._of[row.thing],
            query=_query(row.requirement, row.page, row.about),
            state=case_words("states", row.state),
            until=row.due,
            is_late=row.due is not None and row.due < self._today,
        )

    def _given(self, ending: Ending) -> Line:
        row = ending.row
        return replace(
            self._case(ending),
            to=unnamed_texts({"to": row.assigned})["to"],
            until=row.assigned_until,
            is_late=row.assigned_until is not None and row.assigned_until < self._today,
        )

    def _term(self, ending: Ending) -> Line:
        row = ending.row
        (item,) = self._items.terms([Shown(*ending)])
        told = item.told.replace(f", {row.requirement}", "", 1)
        return Line(
            item=replace(item, told=told),
            query=_query(row.requirement or "", row.page, None),
            until=row.until,
            is_waiver=row.kind == "waiver",
        )

    # --- what was decided ---------------------------------------------------------------------

    def decided(self) -> Sequence[Decided]:
        made = journal.newest_decisions(self._engine, self._ask.visitor.towns, LATELY)
        return [self._decided(stated, role) for stated, role in made]

    def _decided(self, stated: Recorded, role: str) -> Decided:
        assert stated.at
        town = self._towns.get(stated.municipality)
        owner = town.by_id.get(stated.institution) if town else None
        return Decided(
            at=stated.at.astimezone(town.timezone) if town else stated.at,
            role=gate_words("roles", role or "terminal"),
            told=titled(unnamed(stated.said), self._titles),
            institution=name_of(owner) if owner else stated.institution,
            path=path_of(stated.municipality, stated.institution) if owner else "",
        )


def waiting_for(several: Sequence[Listed], *, is_held: bool) -> str:
    """«5 решений ждут заместителя главы»; "": none does."""
    total = sum(one.total for one in several) + is_held
    return count(total, "waiting_decision") if total else ""


def _query(requirement: str, page: str | None, about: str | None) -> str:
    return urlencode({"thing": key_in_form(requirement, page, about), "back": BACK})


def _listed(name: str, counted: str, lines: Sequence[Line], total: int) -> Listed:
    title = words("deputy", name, count=count(total, counted))
    return Listed(title, lines, total)

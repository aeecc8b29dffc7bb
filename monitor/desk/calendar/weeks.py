"""Days of several weeks, and what ends on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from collectors import networks
from monitor.desk.calendar.notices import day_of, owed
from monitor.desk.calendar.words import sentences, words
from monitor.desk.ground import Desk
from monitor.desk.model import Ask
from monitor.desk.queue.items import titles_of
from monitor.storage import calendar
from monitor.storage.calendar import Ending
from reports.ground import name_of
from reports.words import day_of_month
from rules.cases.terms import reminding_day
from rules.model import Municipality
from rules.terms.notices import Account, State
from rules.text.sentences import cited

WEEKS = 5
AHEAD = timedelta(days=21)  # a term that ends later is reminded of later
MOST = 1500  # rows of a kind that are read for one page
ON_A_DAY = 20  # that are shown of one day
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that ends. `kind`: a word of [kinds]."""

    kind: str
    title: str
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    title: str
    entries: Sequence[Entry]
    more: int
    is_today: bool


@dataclass(frozen=True, slots=True)
class Week:
    title: str
    days: Sequence[Day]
    count: int


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


class Weeks:
    """Of whoever asks, from a Monday on."""

    def __init__(self, desk: Desk, ask: Ask, first: date, today: date) -> None:
        self._desk, self._ask, self._first, self._today = desk, ask, first, today
        self._last = first + WEEKS * _WEEK - _DAY
        self._towns = {town.id: town for town in desk.towns(ask)}
        self._application = desk.application
        self._titles = titles_of(desk.application)

    @property
    def weeks(self) -> Sequence[Week]:
        return [self._week(self._first + number * _WEEK) for number in range(WEEKS)]

    def _week(self, monday: date) -> Week:
        days = [self._day(monday + number * _DAY) for number in range(7)]
        title = words("said", "week", first=day_of_month(monday), last=day_of_month(days[-1].on))
        return Week(title, days, sum(len(one.entries) + one.more for one in days))

    def _day(self, on: date) -> Day:
        found = self._entries.get(on, ())
        shown = found[:ON_A_DAY]
        known = max(len(found), self._counts.get(on, 0) + self._beside[on])
        return Day(on, day_of_month(on), shown, known - len(shown), on == self._today)

    # --- what ends ------------------------------------------------------------------------------

    @cached_property
    def _counts(self) -> Mapping[date, int]:
        """Also of what is not listed."""
        engine, span = self._application.engine, (self._first, self._last)
        found = defaultdict[date, int](int)
        for day, count in calendar.terms_by_day(engine, list(self._towns), *span).items():
            found[day] += count
        for (_, __, day), (cases, _) in self._cases_by_day.items():
            found[day] += cases if day <= self._last else 0
        return found

    @cached_property
    def _cases_by_day(self) -> Mapping[tuple[str, str, date], tuple[int, int]]:
        engine = self._application.engine
        return calendar.counts_by_day(engine, list(self._towns), self._first, self._last + AHEAD)

    @cached_property
    def _entries(self) -> Mapping[date, Sequence[Entry]]:
        found = defaultdict[date, list[Entry]](list)
        for day, entry in (*self._other, *self._terms(), *self._cases()):
            found[day].append(entry)
        return found

    @cached_property
    def _other(self) -> Sequence[tuple[date, Entry]]:
        """Notices and reminders, which no row counts."""
        return [*self._notices(), *self._reminders()]

    @cached_property
    def _beside(self) -> Mapping[date, int]:
        found = defaultdict[date, int](int)
        for day, _ in self._other:
            found[day] += 1
        return found

    def _terms(self) -> Iterator[tuple[date, Entry]]:
        rows = calendar.terms(
            self._application.engine, list(self._towns), self._first, self._last, MOST
        )
        for ending in rows:
            row = ending.row
            is_waiver = row.kind == "waiver"
            text = self._titles.get(row.requirement, row.told) if is_waiver else row.told
            yield row.until, _entry("waiver" if is_waiver else "term", ending, text)

    def _cases(self) -> Iterator[tuple[date, Entry]]:
        rows = calendar.due(
            self._application.engine, list(self._towns), self._first, self._last, MOST
        )
        for ending in rows:
            yield ending.row.due, _entry("due", ending, case_in_words(ending, self._titles))

    def _notices(self) -> Iterator[tuple[date, Entry]]:
        for town, account in owed(self._application, list(self._towns.values()), self._ask.now):
            day = day_of(account, self._today)
            if self._first <= day <= self._last:
                yield day, _notice(town, account)

    def _reminders(self) -> Iterator[tuple[date, Entry]]:
        """Of terms that run: some working days before their end, by a letter if any are written."""
        name = "remind" if self._desk.settings.mail.institutions else "remind_yourself"
        workdays = self._desk.settings.cases.terms.remind_workdays
        told = defaultdict[tuple[date, date], int](int)
        for (town, state, due), (_, institutions) in self._cases_by_day.items():
            on = reminding_day(due, workdays, self._towns[town].days_off)
            if state == "to_do" and on and max(self._first, self._today) <= on <= self._last:
                told[on, due] += institutions
        for (on, due), count in told.items():
            told_to = words("said", _plural(count), count=count)
            text = words("said", name, until=day_of_month(due), count=told_to)
            yield on, Entry(kind="remind", title="", text=text)


def _plural(count: int) -> str:
    is_one = count % 10 == 1 and count % 100 != 11
    return "institutions_one" if is_one else "institutions_many"


def _entry(kind: str, ending: Ending, text: str) -> Entry:
    return Entry(kind=kind, title=ending.title, text=text, path=path_of(ending))


def path_of(ending: Ending) -> str:
    return f"/institutions/{ending.row.municipality}/{ending.row.institution}"


def case_in_words(ending: Ending, titles: Mapping[str, str]) -> str:
    """What is asked comes first: many requirements are unknown for the same reason."""
    row = ending.row
    title = titles.get(row.requirement, row.requirement)
    page = networks.page_title(row.network) if row.network else ""
    name = "case_on_page" if page else "case"
    told = [words("said", name, title=title, page=page, because=row.because)]
    if row.due_clause:
        told.append(words("said", "due_by_law", clause=cited(row.due_clause)))
    if row.assigned:
        name = "assigned_until" if row.assigned_until else "assigned"
        until = f"{row.assigned_until:%d.%m.%Y}" if row.assigned_until else ""
        told.append(words("said", name, to=row.assigned, until=until))
    return "; ".join(one.rstrip(".") for one in told)


def _notice(town: Municipality, account: Account) -> Entry:
    owner = town.by_id[account.owner]
    text = words(
        "said",
        "notice_ahead" if account.state is State.AHEAD else "notice",
        addressee=sentences()["addressees"].get(account.to, account.to),
        page=account.event.page or "",
        what=sentences()["events"].get(account.event.kind, ""),
        on=f"{account.event.on:%d.%m.%Y}",
        clause=account.requirement.clause,
        act=account.act.short_title,
    )
    kind = "notice_late" if account.state is State.LATE else "notice"
    path = f"/institutions/{town.id}/{owner.id}"
    return Entry(kind=kind, title=name_of(owner), text=text, path=path)

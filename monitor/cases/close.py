"""One institution seen close: all that a page about it alone shows, in few statements.

nights ──> what changed from each to the next
cases, statements, letters ──> as the lists and reports have them
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from monitor.application import Application
from monitor.audit.compare import Counterparts
from monitor.cases.answers import waiting_among
from monitor.cases.book import CaseBook, book_of
from monitor.cases.listing import ListedStatement, statements_of
from monitor.cases.past import Behind, Past
from monitor.storage import judged
from monitor.storage.judged import JudgedNight
from rules.cases.model import InstitutionCase
from rules.model import Finding, Institution, Municipality

SHOWN = 30  # nights, each beside the one before it


@dataclass(frozen=True, slots=True)
class Change:
    """`before` None: there was no such finding; `after` None: there is none any more."""

    before: Finding | None
    after: Finding | None


@dataclass(frozen=True, slots=True)
class SeenNight:
    night: JudgedNight
    changes: tuple[Change, ...]
    is_first: bool  # nothing to compare with


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLook:
    """`nights` are newest first; `cases` with those that are settled."""

    institution: Institution
    municipality: Municipality
    as_of: datetime
    nights: tuple[SeenNight, ...]
    more_nights: int
    newest: tuple[Finding, ...]
    cases: tuple[InstitutionCase, ...]
    statements: tuple[ListedStatement, ...]


def close_look(
    application: Application, municipality: Municipality, institution: Institution
) -> CloseLook:
    """`municipality` as the registry has it."""
    book = book_of(application, municipality, institutions=[institution], settled=True)
    book = _with_all_nights(book, institution)
    cases = book.of(institution)
    behind = book.past.of(institution, book.as_of)
    newest = behind.found.get(behind.nights[-1].number, ()) if behind.nights else ()
    return CloseLook(
        institution=institution,
        municipality=municipality,
        as_of=book.as_of,
        nights=tuple(_seen(behind)),
        more_nights=max(0, len(behind.nights) - SHOWN),
        newest=newest,
        cases=cases,
        statements=tuple(_statements(book, municipality, institution, cases, newest)),
    )


def _statements(
    book: CaseBook,
    town: Municipality,
    institution: Institution,
    cases: Sequence[InstitutionCase],
    newest: Sequence[Finding],
) -> Iterator[ListedStatement]:
    made = book.stated.get(institution.id, ())
    today = book.calendar.day_of(book.as_of)
    unread = {each.number for each, _, _ in waiting_among(made, cases)}
    return statements_of(institution, town, made, newest, book.kinds, unread, today)


def _seen(behind: Behind) -> Iterator[SeenNight]:
    """Newest first."""
    nights = behind.nights[-SHOWN:]
    earlier = behind.nights[-SHOWN - 1 : -SHOWN] if len(behind.nights) > SHOWN else ()
    all_of_them = (*earlier, *nights)
    for at in range(len(all_of_them) - 1, len(earlier) - 1, -1):
        now = behind.found.get(all_of_them[at].number, ())
        if at == 0:
            yield SeenNight(all_of_them[0], (), is_first=True)
            continue
        before = behind.found.get(all_of_them[at - 1].number, ())
        yield SeenNight(all_of_them[at], tuple(changes(before, now)), is_first=False)


def changes(before: Sequence[Finding], now: Sequence[Finding]) -> Iterator[Change]:
    """What came out otherwise than the night before, and what there was not, or is not now."""
    then, since = Counterparts(before), Counterparts(now)
    for one in now:
        was = then.of(one)
        if was is None or was.outcome is not one.outcome:
            yield Change(was, one)
    yield from (Change(one, None) for one in before if since.of(one) is None)


# --- looked up together -------------------------------------------------------------------------


def _with_all_nights(book: CaseBook, institution: Institution) -> CaseBook:
    engine = book.application.engine
    past = _PastOfOne(engine, institution, book)
    return CaseBook(
        book.application, book.calendar, book.kinds, book.as_of, book.stated, past, book.settled
    )


class _PastOfOne(Past):
    """Asked for again and again, and looked up once."""

    def __init__(self, engine: Engine, institution: Institution, book: CaseBook) -> None:
        super().__init__(engine, (), book.as_of, book.calendar)
        nights = judged.nights(engine, institution, book.as_of)
        letters = judged.letters_to(engine, institution)
        self._behind = Behind(nights, letters, _Found(engine, nights))

    def of(self, institution: Institution, until: datetime) -> Behind:
        assert until == self._until
        return self._behind


class _Found(Mapping[int, tuple[Finding, ...]]):
    """Findings by their night: the last nights in one statement, all before them in another."""

    def __init__(self, engine: Engine, nights: Sequence[JudgedNight]) -> None:
        self._engine = engine
        self._late = [one.number for one in nights[-SHOWN - 1 :]]
        self._early = [one.number for one in nights[: -SHOWN - 1]]
        self._bodies: dict[int, bytes] = {}
        self._read: dict[int, tuple[Finding, ...]] = {}

    def __getitem__(self, number: int) -> tuple[Finding, ...]:
        if number not in self._read:
            self._read[number] = judged.read_back(self._body(number))
        return self._read[number]

    def _body(self, number: int) -> bytes:
        if number not in self._bodies:
            some = self._late if number in self._late else self._early
            if number not in some:
                raise KeyError(number)
            self._bodies |= judged.bodies_of(self._engine, some)
        return self._bodies[number]

    def __iter__(self) -> Iterator[int]:
        return iter((*self._early, *self._late))

    def __len__(self) -> int:
        return len(self._early) + len(self._late)

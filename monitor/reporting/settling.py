"""What institutions have to settle, and what was seen on their pages, for reports that ask for it.

Both are worked out for one institution when somebody asks, and not kept: those of a region do not
fit in memory, and letters and cards are written one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from typing import Any

from sqlalchemy import Engine

from collectors.model import Address, Observation
from monitor.application import Application
from monitor.cases.book import CaseBook, book_of
from monitor.storage import judged, observations
from reports.model import Audit, Sender, Settling
from rules.cases.model import CaseKey, InstitutionCase
from rules.cases.replay import Calendar
from rules.cases.terms import last_day
from rules.model import Institution

REMEMBERED = 64  # institutions: the parts of a report go over those of a town in turn
LOOKS = 3  # back to one that a finding rests on
ADDRESSES = 4  # of an institution: its findings speak of its pages in turn


class Settlings(Mapping[str, Settling]):
    """Institution's key → what it has to settle as of an audit."""

    def __init__(
        self,
        application: Application,
        audit: Audit,
        institutions: Sequence[Institution],
        written_at: datetime | None = None,
    ) -> None:
        """`application` without what people stated: cases look that up themselves. `written_at`:
        when letters that tell of it are written; None: at the audit's own moment."""
        self._application, self._audit = application, audit
        self._written_at = max(written_at or audit.as_of, audit.as_of)
        self._institutions = {one.key: one for one in institutions}
        self._book = lru_cache(maxsize=1)(self._open_book)
        self._kept = lru_cache(maxsize=REMEMBERED)(self._settling)

    def __getitem__(self, key: str) -> Settling:
        return self._kept(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._institutions)

    def __len__(self) -> int:
        return len(self._institutions)

    def _settling(self, key: str) -> Settling:
        institution = self._institutions[key]
        book = self._book(institution.municipality)
        engine, as_of = self._application.engine, self._audit.as_of
        letter = judged.last_letter_before(engine, institution, as_of)
        cases = book.of(institution)
        return Settling(
            cases=cases,
            last_days=dict(self._last_days(book.calendar, cases)),
            written_at=letter.at if letter else None,
            written_of=letter.of if letter else None,
            written=_Later(partial(book.of, institution, letter.of)) if letter else (),
        )

    def _last_days(
        self, calendar: Calendar, cases: Iterable[InstitutionCase]
    ) -> Iterator[tuple[CaseKey, date]]:
        told_on = calendar.day_of(self._written_at)
        for case in cases:
            workdays = calendar.terms.of(case.finding)
            is_told = case.due is not None or case.told_on is not None
            if is_told or workdays is None:
                continue
            if last := last_day(told_on, workdays, calendar.days_off):
                yield case.key, last

    def _open_book(self, town: str) -> CaseBook:
        found = next(one for one in self._application.municipalities if one.id == town)
        members = [one for one in self._institutions.values() if one.municipality == town]
        return book_of(self._application, found, self._audit.as_of, members, settled=True)


class _Later(Sequence[InstitutionCase]):
    """Worked out when it is first looked at: only letters ask how cases stood then."""

    def __init__(self, work_out: Callable[[], tuple[InstitutionCase, ...]]) -> None:
        self._work_out = work_out

    @cached_property
    def _cases(self) -> tuple[InstitutionCase, ...]:
        return self._work_out()

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, at: Any) -> Any:
        return self._cases[at]


class Looks(Mapping[Address, Sequence[Observation]]):
    """(network, address) → its last readings up to a moment, newest first."""

    def __init__(self, engine: Engine, as_of: datetime) -> None:
        self._engine, self._as_of = engine, as_of
        self._kept = lru_cache(maxsize=ADDRESSES)(self._look)

    def __getitem__(self, address: Address) -> Sequence[Observation]:
        return self._kept(address)

    def _look(self, address: Address) -> Sequence[Observation]:
        return _NewestFirst(self._read(address, 1), partial(self._read, address, LOOKS))

    def _read(self, address: Address, most: int) -> Sequence[Observation]:
        return observations.shown(self._engine, {address}, self._as_of, most=most)[address]

    def __iter__(self) -> Iterator[Address]:
        raise TypeError("looks are asked for by address")

    def __len__(self) -> int:
        raise TypeError("looks are asked for by address")


class _NewestFirst(Sequence[Observation]):
    """Nearly every finding rests on the newest: older ones are read where it does not."""

    def __init__(
        self, newest: Sequence[Observation], read_all: Callable[[], Sequence[Observation]]
    ) -> None:
        self._newest, self._read_all = newest, read_all

    @cached_property
    def _all(self) -> Sequence[Observation]:
        return self._read_all()

    def __iter__(self) -> Iterator[Observation]:
        yield from self._newest
        yield from self._all[len(self._newest) :]

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, at: Any) -> Any:
        return self._all[at]


def sender_of(application: Application) -> Sender:
    mail = application.settings.mail
    return Sender(
        reply_to=mail.answers_to or "",
        signature=mail.signature,
        phone=mail.signature_phone,
    )

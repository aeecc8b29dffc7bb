"""What people stated, a row each: who, when, until when, and which findings rest on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from reports.book import SheetCounts
from reports.ground import Ground, mark_of, title_of
from reports.model import Stated
from reports.table_words import say
from reports.words import word
from rules.model import Institution, Outcome

Value = str | int | date | None


def records(book: SheetCounts) -> Iterator[Mapping[str, Value]]:
    is_empty = True
    for base in book.grounds:
        for institution in base.institutions:
            for stated in base.report.stated.get(institution.key, ()):
                is_empty = False
                yield _row(base, institution, stated)
    if is_empty:
        yield {"institution": say("no_records")}


def _row(base: Ground, institution: Institution, stated: Stated) -> Mapping[str, Value]:
    return {
        "town": base.municipality.name,
        "institution": base.names[institution.id],
        "id": institution.id,
        "number": stated.number,
        "what": stated.what,
        "by": stated.by,
        "on": stated.on,
        "document": stated.document,
        "until": stated.until,
        "state": stated.state,
        "holds": None if stated.holds else str(Outcome.UNKNOWN),
        "page": stated.page,
        "effect": "; ".join(_effects(base, stated)),
    }


def _effects(base: Ground, stated: Stated) -> Iterator[str]:
    """«Двухфакторная защита: выполнено», each once, however many pages it is of."""
    told = (
        f"{title_of(base, one.requirement)}: {word('marks', mark_of(base, one), 'word')}"
        for one in stated.changed
    )
    yield from dict.fromkeys(told)

"""What people stated of institutions, for the workbook: a municipality's when somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from collectors.barrier import barrier
from monitor.application import Application
from monitor.audit.careful import STORES
from monitor.cases.listing import (
    IN_FORCE,
    WAITING,
    ListedStatement,
    attestation_of,
    day_of,
    list_statements,
)
from monitor.cases.words import in_words, words
from reports.model import Audit, Stated
from reports.seen import masked
from rules.cases.public import unnamed
from rules.model import Institution


class Statements(Mapping[str, Sequence[Stated]]):
    """Institution's key → what was stated of it by the day of an audit."""

    def __init__(
        self, application: Application, audit: Audit, institutions: Sequence[Institution]
    ) -> None:
        """`application` without what people stated, as for `Settlings`."""
        self._application, self._audit = application, audit
        self._institutions = {one.key: one for one in institutions}
        self._of_town = lru_cache(maxsize=1)(self._read)

    def __getitem__(self, key: str) -> Sequence[Stated]:
        return self._of_town(self._institutions[key].municipality).get(key, ())

    def __iter__(self) -> Iterator[str]:
        return iter(self._institutions)

    def __len__(self) -> int:
        return len(self._institutions)

    def _read(self, town: str) -> Mapping[str, Sequence[Stated]]:
        """All at once; where one institution breaks that, the others have theirs."""
        members = [one for one in self._institutions.values() if one.municipality == town]
        with barrier("part", "statements", passing=STORES):
            return self._of(members)
        found: dict[str, Sequence[Stated]] = {}
        for member in members:
            with barrier("part", f"statements of {member.key}", passing=STORES):
                found.update(self._of([member]))
        return found

    def _of(self, members: Sequence[Institution]) -> Mapping[str, Sequence[Stated]]:
        found: defaultdict[str, list[Stated]] = defaultdict(list)
        for one in list_statements(self._application, members, as_of=self._audit.as_of):
            found[one.institution.key].append(_in_words(one))
        return found


def _in_words(listed_one: ListedStatement) -> Stated:
    stated, said = listed_one.recorded, unnamed(listed_one.recorded.said)
    told = attestation_of(said)
    by = told.stated_by if told else getattr(said, "by", "")
    return Stated(
        number=stated.number,
        what=in_words(said),
        by=masked(by or ""),
        on=day_of(said) or stated.since,
        document=getattr(said, "document", "") or (told.document if told else ""),
        until=listed_one.until,
        state=words("statement_states", listed_one.state),
        holds=listed_one.state in (IN_FORCE, WAITING),
        page=getattr(said, "page", None),
        changed=listed_one.changed,
    )

"""What a workbook counts of each institution while its findings are in memory, and then keeps.

Findings ──> Counted, one an institution ──> the sheets after the first
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reports import counting
from reports.ground import Ground, mark_of, standing_of
from reports.standing import Stand, is_put_off
from rules.model import Finding, Institution, Outcome

IN_ORDER = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})

Marks = tuple[int, ...]  # requirements of each mark, in the order of `WORST_FIRST`


@dataclass(frozen=True, slots=True)
class Counted:
    """What the sheets after the first need of an institution, when its findings are gone."""

    stand: Stand
    marks: Marks
    put_off: int  # of the violated requirements
    pages: Mapping[str, tuple[Marks, str | None]]  # address → its marks, the network's own id


@dataclass(slots=True)
class SheetCounts:
    """Each institution's findings are read once, however many sheets count them."""

    grounds: Sequence[Ground]
    left_out: int = 0  # of a sheet that is not whole
    # requirement → mark → institutions
    asked: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    counted: dict[str, Counted] = field(default_factory=dict)

    def each_counted(self) -> Iterator[tuple[Ground, Institution, Counted]]:
        """In the order of the sheets; who was not asked for before is counted now."""
        for base in self.grounds:
            for one in base.institutions:
                yield base, one, self.of(base, one)

    def all(self) -> SheetCounts:
        """When everybody was counted."""
        for _ in self.each_counted():
            pass
        return self

    def of(self, base: Ground, institution: Institution) -> Counted:
        if institution.key not in self.counted:
            self.counted[institution.key] = self._count(base, institution)
        return self.counted[institution.key]

    def _count(self, base: Ground, institution: Institution) -> Counted:
        found = [(mark_of(base, finding), finding) for finding in base.findings[institution.id]]
        alike = {(mark, finding.requirement) for mark, finding in found}
        for mark, requirement in alike:
            self.asked[requirement][mark] += 1
        self.left_out += sum(finding.outcome in IN_ORDER for _, finding in found)
        return Counted(
            stand=standing_of(base, institution),
            marks=marks_of(mark for mark, _ in alike),
            put_off=_put_off(finding for mark, finding in found if mark == Outcome.FAIL),
            pages=_by_page(found),
        )


def _put_off(violations: Iterable[Finding]) -> int:
    """Requirements of which nothing is left to be telephoned about."""
    those = tuple(violations)
    open_ones = {one.requirement for one in those if not is_put_off(one)}
    return len({one.requirement for one in those} - open_ones)


def marks_of(marks: Iterable[str]) -> Marks:
    counted = Counter(marks)
    return tuple(counted[mark] for mark in counting.WORST_FIRST)


def _by_page(found: Iterable[tuple[str, Finding]]) -> Mapping[str, tuple[Marks, str | None]]:
    marks: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    ids: dict[str, str] = {}
    for mark, finding in found:
        if finding.page:
            marks[finding.page].add((mark, finding.requirement))
            if finding.page_id:
                ids[finding.page] = finding.page_id
    return {
        page: (marks_of(mark for mark, _ in those), ids.get(page)) for page, those in marks.items()
    }

"""A report or letter that one institution breaks is made all the same, and says so.

    whole ──> breaks ──> halves, until each that breaks it stands alone ──> whole, those unjudged

An institution whose stored findings cannot be read back, or hold what a format chokes on, stands in
it with everything unknown, by an error of the program; where even that breaks it, it is left out.
Either way an issue of the report names it, and the operator is told. Where nothing breaks, this
costs nothing; where something does, as much as drawing the report a few times over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

from collectors.barrier import Fault, caught, passes, retell, watched
from monitor.audit.breaks import left_out, shown_unjudged
from monitor.audit.careful import STORES, halves
from reports.findings import Findings, Selected
from reports.ground import name_of
from reports.model import FormatError, Issue, Rendered, Report, Streamed
from rules.engine import unjudged
from rules.model import Finding, Institution

MOST_BREAKING = 60  # institutions: a format that breaks on more of them is broken itself
PASSING = (*STORES, FormatError)

T = TypeVar("T")
Key = TypeVar("Key")
Value = TypeVar("Value", covariant=True)
Make = Callable[[Report], T]
Institutions = Sequence[Institution]


def mended(report: Report, what: str, make: Make[T], trial: Make[object] | None = None) -> T:
    """`make(report)`, with those that break it as unjudged. `what`: its name for the operator;
    `trial`: the same without a lasting trace. Raises what `make` does where nobody is to blame.
    """
    first = _tried(report, make)
    if first.error is None:
        return first.told()
    breaking = _breaking(report, trial or make)
    sick = [one for one in report.institutions if one.key in breaking]
    for mend in (_with_unjudged, _without) if sick else ():
        again = _tried(mend(report, sick), make)
        if again.error is None:
            for key, error in breaking.items():
                caught("left_out", f"{key}, {what}", error)
            return again.told()
    return first.told()


def exhaust(rendered: Rendered | Streamed) -> None:
    """Everything of it is made, and nothing kept."""
    deque(rendered.parts, maxlen=0)
    deque(rendered.beside, maxlen=0)


# --- trying -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tried(Generic[T]):
    """How it went. What barriers within have stopped is told of the attempt that counts alone."""

    result: T | None
    raised: Exception | None
    faults: Sequence[Fault]

    @property
    def error(self) -> Exception | None:
        """Also of a letter that would go without one of its files."""
        lacking = (one.error for one in self.faults if one.kind == "format")
        return self.raised or next(lacking, None)

    def told(self) -> T:
        retell(self.faults)
        if self.raised:
            raise self.raised
        return cast(T, self.result)


def _tried(report: Report, make: Make[T]) -> _Tried[T]:
    with watched() as faults:
        try:
            return _Tried(make(report), None, faults)
        except Exception as error:
            if passes(error, PASSING):
                raise
            return _Tried(None, error, faults)


# --- who is to blame --------------------------------------------------------------------------


def _breaking(report: Report, trial: Make[object]) -> Mapping[str, Exception]:
    """By their keys. Nobody, where it breaks without anything that was found of anybody."""
    everybody = list(report.institutions)
    if _tried(_with_unjudged(report, everybody), trial).error:
        return {}
    found: dict[str, Exception] = {}
    groups = halves(everybody)
    while groups and len(found) <= MOST_BREAKING:
        group = groups.pop()
        error = _tried(_part(report, group), trial).error
        if error and len(group) == 1:
            found[group[0].key] = error
        elif error:
            groups += halves(group)
    return found if len(found) <= MOST_BREAKING else {}


def _part(report: Report, some: Institutions) -> Report:
    towns = {one.municipality for one in some}
    return replace(
        report,
        municipalities=tuple(one for one in report.municipalities if one.id in towns),
        institutions=tuple(some),
        findings=Selected(report.found, some),
    )


# --- the report without them ------------------------------------------------------------------


def _with_unjudged(report: Report, sick: Institutions) -> Report:
    """Cases are derived from findings, and fragments from readings: of the sick there are none."""
    told = replace(
        report,
        findings=_WithUnjudged(report, sick),
        settling=_Hiding(report.settling, {one.key for one in sick}),
        stated=_Hiding(report.stated, {one.key for one in sick}),
        looks=_Hiding(report.looks, {page.key for one in sick for page in one.pages}),
    )
    return _saying(told, shown_unjudged(_names(sick)))


def _without(report: Report, sick: Institutions) -> Report:
    keys = {one.key for one in sick}
    rest = [one for one in report.institutions if one.key not in keys]
    return _saying(_part(report, rest), left_out(_names(sick)))


def _saying(report: Report, issue: Issue) -> Report:
    return replace(report, audit=replace(report.audit, issues=(issue, *report.audit.issues)))


def _names(sick: Institutions) -> list[str]:
    return [name_of(one) for one in sick]


class _Hiding(Mapping[Key, Value]):
    """All but some of it; what is hidden is never asked for, so it cannot break anything."""

    def __init__(self, whole: Mapping[Key, Value], hidden: Set[Key]) -> None:
        self._whole, self._hidden = whole, hidden

    def __getitem__(self, key: Key) -> Value:
        if key in self._hidden:
            raise KeyError(key)
        return self._whole[key]

    def __iter__(self) -> Iterator[Key]:
        return (key for key in self._whole if key not in self._hidden)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _WithUnjudged(Findings):
    """Of some nothing is known."""

    def __init__(self, report: Report, sick: Institutions) -> None:
        self._report, self._sick = report, {one.key for one in sick}

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        if institution.key not in self._sick:
            return self._report.found.of(institution)
        towns = self._report.municipalities
        packs = {name for one in towns if one.id == institution.municipality for name in one.packs}
        return unjudged(institution, [act for act in self._report.acts if act.id in packs])

    def __iter__(self) -> Iterator[Finding]:
        return (found for one in self._report.institutions for found in self.of(one))

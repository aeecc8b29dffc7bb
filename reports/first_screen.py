"""The first screen: who complies, whom to call, what is not met, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from collectors import networks
from reports import counting
from reports.asked_view import Called, Unmet
from reports.counting import Amount, Change
from reports.ground import (
    Ground,
    anchor_of,
    mark_of,
    place_of,
    title_of,
    told,
)
from reports.model import RegistryEntry
from reports.posts_view import Who
from reports.standing import Stand, Standing, is_put_off
from reports.view import (
    ChangeLine,
    Changes,
    Move,
    Numbers,
    PutOff,
    Unjudged,
    Violates,
    Waits,
)
from reports.words import day, moment, phrase
from rules.model import Finding, Institution, Outcome

LISTED = (Change.WORSE, Change.FIXED, Change.LOST)
LineOrder = tuple[bool, int, str]
WHO_SHOWN = 60  # names in a row on the first screen; a region has thousands


def has_address(institution: Institution) -> bool:
    return institution.site is not None or any(p.deleted_on is None for p in institution.pages)


def has_nothing_to_read(ground: Ground) -> bool:
    """No address here, or none in the whole audit that was due to be read."""
    read = ground.report.audit.collection
    none_due = read.pages + read.aside == 0
    return none_due or not any(has_address(i) for i in ground.institutions)


def without_address(ground: Ground, stands: Mapping[str, Stand]) -> tuple[Who, ...]:
    return tuple(
        Who(ground.names[i.id], anchor_of(i))
        for i in ground.institutions
        if not has_address(i) and stands[i.id].standing is not Standing.OUTSIDE
    )


def numbers(stands: Iterable[Stand]) -> Numbers:
    those = tuple(stands)
    counted = Counter(one.standing for one in those)
    return Numbers(
        complies=counted[Standing.COMPLIES],
        waiting=counted[Standing.WAITING],
        violates=counted[Standing.VIOLATES],
        put_off=sum(one.is_put_off for one in those),
        waived=sum(one.is_put_off and not one.is_disputed for one in those),
        disputed=sum(one.is_disputed for one in those),
        questions=sum(one.waiting for one in those if one.standing is Standing.WAITING),
        unjudged=counted[Standing.UNJUDGED],
        outside=counted[Standing.OUTSIDE],
        judged=counted.total() - counted[Standing.OUTSIDE],
    )


@dataclass(slots=True)
class Failing:
    """A requirement that is not met; no finding itself is kept, as a region has many."""

    clause: str
    title: str
    gravest: tuple[int, str]
    who: set[str] = field(default_factory=set)  # institutions' ids


def failing(ground: Ground) -> Mapping[tuple[str, str], Failing]:
    """By mark and requirement."""
    found: dict[tuple[str, str], Failing] = {}
    for one in ground.all:
        if one.outcome is Outcome.FAIL:
            key, gravity = (mark_of(ground, one), one.requirement), counting.gravity(one)
            if key not in found:
                found[key] = Failing(one.clause, title_of(ground, one.requirement), gravity)
            found[key].gravest = min(found[key].gravest, gravity)
            found[key].who.add(one.institution)
    return found


def build_unmet(ground: Ground, *, called: int) -> tuple[Unmet, ...]:
    """Violations before advice, the most frequent first, among equals the gravest.

    `called` is how many institutions each of them names.
    """
    order = sorted(failing(ground).items(), key=lambda item: unmet_order(item[0][0], item[1]))
    return tuple(
        Unmet(mark, name, it.clause, it.title, len(it.who), whom_to_call(ground, it, called))
        for (mark, name), it in order
    )


def whom_to_call(ground: Ground, it: Failing, called: int) -> tuple[Called, ...]:
    found = islice((one for one in ground.institutions if one.id in it.who), called)
    return tuple(Called(ground.names[i.id], anchor_of(i), i.phones) for i in found)


def unmet_order(mark: str, it: Failing) -> tuple[bool, int, tuple[int, str]]:
    return mark == counting.BELOW, -len(it.who), it.gravest


def institutions_in(findings: Iterable[Finding]) -> int:
    return len({f.institution for f in findings})


def build_changes(ground: Ground) -> Changes:
    """An institution at a time: those of a region do not fit in memory."""
    lines: dict[Change, list[tuple[LineOrder, ChangeLine]]] = {kind: [] for kind in LISTED}
    classes: Counter[Change] = Counter()
    is_comparable = False
    for institution in ground.institutions:
        found = ground.findings[institution.id]
        is_comparable |= any(f.previous is not None for f in found)
        classes.update(counting.change(f) for f in found if f.outcome is not Outcome.NOT_APPLICABLE)
        for kind in LISTED:
            lines[kind] += changed(ground, kind, found)
    worse, fixed, lost = (gravest_first(lines[kind]) for kind in LISTED)
    previous = ground.report.previous_as_of if is_comparable else None
    return Changes(
        since=moment(previous, ground.zone) if previous else None,
        worse=worse,
        fixed=fixed,
        lost=lost,
        new_violations=sum(1 for line in worse if line.mark == Outcome.FAIL),
        same=classes[Change.SAME],
        no_data=classes[Change.NO_DATA],
        new=classes[Change.NEW],
        entered=moves(ground, ground.report.entered),
        left=moves(ground, ground.report.left),
    )


def changed(
    ground: Ground, kind: Change, found: Iterable[Finding]
) -> Iterator[tuple[LineOrder, ChangeLine]]:
    """Of one institution, a line a requirement."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        if counting.change(finding) is kind:
            key = mark_of(ground, finding), finding.requirement
            alike.setdefault(key, []).append(finding)
    for (mark, _), same in alike.items():
        order = (mark == counting.BELOW, *min(map(counting.gravity, same)))
        yield order, change_line(ground, mark, same)


def gravest_first(lines: Iterable[tuple[LineOrder, ChangeLine]]) -> tuple[ChangeLine, ...]:
    """Violations before advice."""
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def moves(ground: Ground, entries: Iterable[RegistryEntry]) -> tuple[Move, ...]:
    return tuple(
        Move(
            name=one.name,
            what=networks.page_title(one.network) if one.network else phrase("institution"),
            url=one.address,
        )
        for one in entries
        if one.municipality == ground.municipality.id
    )


def change_line(ground: Ground, mark: str, found: Sequence[Finding]) -> ChangeLine:
    """Of one requirement of one institution: as it is counted everywhere."""
    first = min(found, key=counting.gravity)
    return ChangeLine(
        mark=mark,
        institution=ground.names.get(first.institution, first.institution),
        anchor=f"{first.municipality}--{first.institution}",
        title=title_of(ground, first.requirement),
        place="; ".join(dict.fromkeys(filter(None, (place_of(ground, one) for one in found)))),
        because=told(ground, first),
    )


def build_put_off(ground: Ground) -> tuple[PutOff, ...]:
    """A line an institution: what was waived, and what is disputed, be it found or only asked."""
    pairs = ((i, put_off_of(ground, i)) for i in ground.institutions)
    return tuple(build_put_off_line(ground, one, found) for one, found in pairs if found)


def put_off_of(ground: Ground, institution: Institution) -> list[Finding]:
    told = (Outcome.FAIL, Outcome.REVIEW)
    found = (f for f in ground.findings[institution.id] if mark_of(ground, f) in told)
    return sorted((f for f in found if is_put_off(f)), key=counting.gravity)


def build_put_off_line(
    ground: Ground, institution: Institution, found: Sequence[Finding]
) -> PutOff:
    return PutOff(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        what="; ".join(why_put_off(found)),
        first=title_of(ground, found[0].requirement),
    )


def why_put_off(found: Sequence[Finding]) -> Iterable[str]:
    """What is waived and disputed as well is told as disputed: that awaits an answer."""
    ends = [f.waiver.until for f in found if f.waiver and not f.disputed]
    if ends:
        yield phrase("waived", str(len(ends)), day(min(ends)))
    if disputed := sum(f.disputed for f in found):
        yield phrase("disputed", str(disputed))


def build_complying(ground: Ground, stands: Mapping[str, Stand]) -> tuple[Who, ...]:
    return tuple(
        Who(ground.names[i.id], anchor_of(i))
        for i in ground.institutions
        if stands[i.id].standing is Standing.COMPLIES
    )


def build_violating(ground: Ground, stands: Mapping[str, Stand]) -> tuple[Violates, ...]:
    return tuple(
        Violates(
            name=ground.names[one.id],
            anchor=anchor_of(one),
            violations=(amount := violations_in(ground, one)).requirements,
            pages=amount.pages,
            is_put_off=stands[one.id].is_put_off,
        )
        for one in ground.institutions
        if stands[one.id].standing is Standing.VIOLATES
    )


def violations_in(ground: Ground, institution: Institution) -> Amount:
    """All of them, put off or not."""
    found = ground.findings[institution.id]
    return counting.amount(f for f in found if mark_of(ground, f) == Outcome.FAIL)


def build_waiting(ground: Ground, stands: Mapping[str, Stand]) -> tuple[Waits, ...]:
    return tuple(
        Waits(ground.names[i.id], anchor_of(i), stands[i.id].waiting)
        for i in ground.institutions
        if stands[i.id].standing is Standing.WAITING
    )


def build_unjudged(ground: Ground, stands: Mapping[str, Stand]) -> tuple[Unjudged, ...]:
    """One line a reason: eight institutions without an address are one thing to do."""
    alike: dict[str, list[Who]] = {}
    for one in ground.institutions:
        if stands[one.id].standing is Standing.UNJUDGED:
            alike.setdefault(stands[one.id].obstacle, []).append(
                Who(ground.names[one.id], anchor_of(one))
            )
    return tuple(
        Unjudged(because, tuple(who[:WHO_SHOWN]), len(who[WHO_SHOWN:]))
        for because, who in alike.items()
    )

"""The first screen: who complies, whom to call, what is not met, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from collectors import networks
from reports import counting
from reports.counting import Change, Standing
from reports.ground import (
    Ground,
    anchor_of,
    mark_of,
    place_of,
    title_of,
)
from reports.model import Entry
from reports.view import (
    Call,
    Changes,
    Line,
    Move,
    Numbers,
    Unjudged,
    Unmet,
    Who,
)
from reports.words import moment, phrase
from rules.model import Finding, Institution, Outcome

WHO_SHOWN = 60  # names in a row on the first screen; a region has thousands


def has_address(institution: Institution) -> bool:
    return institution.site is not None or any(p.deleted_on is None for p in institution.pages)


def has_nothing_to_read(ground: Ground) -> bool:
    """No address here, or none in the whole audit that was due to be read."""
    none_due = ground.report.audit.collection.pages == 0
    return none_due or not any(has_address(i) for i in ground.institutions)


def without_address(ground: Ground, standings: Mapping[str, Standing]) -> tuple[str, ...]:
    return tuple(
        ground.names[i.id]
        for i in ground.institutions
        if not has_address(i) and standings[i.id] is not Standing.OUTSIDE
    )


def numbers(standings: Iterable[Standing]) -> Numbers:
    counted = Counter(standings)
    return Numbers(
        complies=counted[Standing.COMPLIES],
        violates=counted[Standing.VIOLATES],
        unjudged=counted[Standing.UNJUDGED],
        outside=counted[Standing.OUTSIDE],
        judged=counted.total() - counted[Standing.OUTSIDE],
    )


def build_unmet(ground: Ground) -> tuple[Unmet, ...]:
    """Violations before advice, the most frequent first, among equals the gravest."""
    who: dict[tuple[str, str], list[Finding]] = {}
    for finding in ground.all:
        if finding.outcome is Outcome.FAIL:
            who.setdefault((mark_of(ground, finding), finding.requirement), []).append(finding)
    order = sorted(who.items(), key=lambda one: unmet_order(one[0][0], one[1]))
    return tuple(build_unmet_line(ground, mark, found) for (mark, _), found in order)


def unmet_order(mark: str, findings: Sequence[Finding]) -> tuple[bool, int, tuple[int, str]]:
    return mark == counting.BELOW, -institutions_in(findings), min(map(counting.gravity, findings))


def institutions_in(findings: Iterable[Finding]) -> int:
    return len({f.institution for f in findings})


def build_unmet_line(ground: Ground, mark: str, findings: Sequence[Finding]) -> Unmet:
    first = findings[0]
    title = title_of(ground, first.requirement)
    return Unmet(mark, first.clause, title, institutions_in(findings))


def build_changes(ground: Ground) -> Changes:
    is_comparable = any(f.previous is not None for f in ground.all)
    previous = ground.report.previous_as_of if is_comparable else None
    worse = changed(ground, Change.WORSE)
    judged = (f for f in ground.all if f.outcome is not Outcome.NOT_APPLICABLE)
    classes = Counter(counting.change(f) for f in judged)
    entries = ground.report
    return Changes(
        since=moment(previous, ground.zone) if previous else None,
        worse=worse,
        fixed=changed(ground, Change.FIXED),
        lost=changed(ground, Change.LOST),
        new_violations=sum(1 for line in worse if line.mark == Outcome.FAIL),
        same=classes[Change.SAME],
        no_data=classes[Change.NO_DATA],
        new=classes[Change.NEW],
        entered=moves(ground, entries.entered),
        left=moves(ground, entries.left),
    )


def moves(ground: Ground, entries: Iterable[Entry]) -> tuple[Move, ...]:
    return tuple(
        Move(
            name=one.name,
            what=networks.page_title(one.network) if one.network else phrase("institution"),
            url=one.address,
        )
        for one in entries
        if one.municipality == ground.municipality.id
    )


def changed(ground: Ground, wanted: Change) -> tuple[Line, ...]:
    found = [f for f in ground.all if counting.change(f) is wanted]
    marked = ((mark_of(ground, f), f) for f in found)
    gravest = sorted(
        marked, key=lambda pair: (pair[0] == counting.BELOW, *counting.gravity(pair[1]))
    )
    return tuple(change_line(ground, mark, finding) for mark, finding in gravest)


def change_line(ground: Ground, mark: str, finding: Finding) -> Line:
    return Line(
        mark=mark,
        institution=ground.names.get(finding.institution, finding.institution),
        anchor=f"{finding.municipality}--{finding.institution}",
        title=title_of(ground, finding.requirement),
        place=place_of(ground, finding),
    )


def build_calls(ground: Ground) -> tuple[Call, ...]:
    """The institutions with violations: the most critical ones first, then the most."""
    pairs = [(i, violations_of(ground, i)) for i in ground.institutions]
    ranked = sorted((p for p in pairs if p[1]), key=lambda pair: misery(pair[1]))
    return tuple(build_call(ground, institution, found) for institution, found in ranked)


def violations_of(ground: Ground, institution: Institution) -> list[Finding]:
    """Gravest first; what an authority has put off goes last."""
    found = [f for f in ground.findings[institution.id] if mark_of(ground, f) == Outcome.FAIL]
    return sorted(found, key=lambda f: (f.waiver is not None, *counting.gravity(f)))


def misery(violations: Sequence[Finding]) -> tuple[int, ...]:
    """Sort key: the most violations of the gravest kind first."""
    counted = Counter(f.severity for f in violations)
    return tuple(-counted[severity] for severity in counting.SEVERITIES)


def build_call(ground: Ground, institution: Institution, violations: Sequence[Finding]) -> Call:
    first = violations[0]
    return Call(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        phones=institution.phones,
        violations=len(violations),
        first=first.because,
    )


def who(ground: Ground, standings: Mapping[str, Standing], wanted: Standing) -> tuple[Who, ...]:
    return tuple(
        Who(ground.names[i.id], anchor_of(i))
        for i in ground.institutions
        if standings[i.id] is wanted
    )


def build_unjudged(ground: Ground, standings: Mapping[str, Standing]) -> tuple[Unjudged, ...]:
    """One line a reason: eight institutions without an address are one thing to do."""
    alike: dict[str, list[Who]] = {}
    for one in ground.institutions:
        if standings[one.id] is Standing.UNJUDGED:
            alike.setdefault(obstacle(ground, one), []).append(
                Who(ground.names[one.id], anchor_of(one))
            )
    return tuple(
        Unjudged(because, tuple(who[:WHO_SHOWN]), len(who[WHO_SHOWN:]))
        for because, who in alike.items()
    )


def obstacle(ground: Ground, institution: Institution) -> str:
    """The commonest reason for which something of it stayed unseen."""
    blind = [f.because for f in ground.findings[institution.id] if counting.hides_a_page(f)]
    return Counter(blind).most_common(1)[0][0] if blind else ""

"""Each requirement's own place: who does not meet it, who is to look, of whom nothing was seen.

A finding of the authority about another institution stands under that other one's name, and the
authority is named once, as the one to be called.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports import counting
from reports.asked_view import Asked, Called, Places, Standings
from reports.ground import Ground, anchor_of, mark_of
from rules.model import Institution, Outcome, Requirement

QUIET = (Outcome.PASS, Outcome.NOT_APPLICABLE)  # nobody is telephoned about these

Marks = dict[tuple[str, str], str]  # (who answers, of whom it speaks or "") → the worst mark


def build_places(ground: Ground) -> Places:
    """In the acts' order; what everybody meets has no place of its own."""
    found = marks_by_requirement(ground)
    asked = (
        build_asked(ground, requirement, found[requirement.id])
        for requirement in ground.requirements.values()
        if requirement.id in found
    )
    return Places(tuple(one for one in asked if any(not group.is_quiet for group in one.groups)))


def marks_by_requirement(ground: Ground) -> dict[str, Marks]:
    found: dict[str, Marks] = {}
    for finding in ground.all:
        who = finding.institution, finding.about or ""
        marks = found.setdefault(finding.requirement, {})
        mark = mark_of(ground, finding)
        marks[who] = counting.worst((marks.get(who, mark), mark))
    return found


def build_asked(ground: Ground, requirement: Requirement, marks: Marks) -> Asked:
    by_id = {one.id: one for one in ground.institutions}
    owing = {who for who, about in marks if about}
    return Asked(
        requirement=requirement.id,
        anchor=f"{ground.municipality.id}--{requirement.id.replace('/', '--')}",
        clause=requirement.clause,
        title=requirement.title,
        answers=called(ground, by_id[owing.pop()]) if len(owing) == 1 else None,
        groups=tuple(build_standings(ground, by_id, marks)),
    )


def build_standings(
    ground: Ground, by_id: dict[str, Institution], marks: Marks
) -> Iterator[Standings]:
    for mark in counting.WORST_FIRST:
        alike = [who for who, found in marks.items() if found == mark]
        if alike:
            who = tuple(named(ground, by_id[one], about) for one, about in alike)
            yield Standings(mark, who, is_quiet=mark in QUIET)


def named(ground: Ground, institution: Institution, about: str) -> Called:
    if about:
        return Called(ground.names.get(about, about), anchor_of(institution), ())
    return called(ground, institution)


def called(ground: Ground, institution: Institution) -> Called:
    return Called(ground.names[institution.id], anchor_of(institution), institution.phones)

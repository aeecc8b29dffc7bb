"""From a report to its view.

Report ──> ground (one a municipality) ──> first screen, matrix, cards, previews ──> Section
                                           Section ──> InRegion ──> Region ──> View
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collectors import networks
from reports import counting
from reports.absent import SHOWN, SHOWN_IN_INDEX, build_absent
from reports.asked import build_places
from reports.asked_view import Places, Unmet
from reports.cards import Cards
from reports.first_screen import (
    WHO_SHOWN,
    build_changes,
    build_complying,
    build_put_off,
    build_unjudged,
    build_unmet,
    build_violating,
    build_waiting,
    has_nothing_to_read,
    numbers,
    without_address,
)
from reports.friday import build_friday
from reports.ground import (
    Ground,
    anchor_of,
    ground,
    known,
    part_of,
    place_of,
    portion,
    standing_of,
)
from reports.history import build_history, build_month
from reports.issues import issue_in_words
from reports.matrix import (
    build_matrix,
)
from reports.model import Audit, Report
from reports.posts_view import Who
from reports.region import build_region
from reports.rhythm import build_posts
from reports.towns import ONE_FILE_INSTITUTIONS, by_town
from reports.view import (
    ActLine,
    InRegion,
    Preview,
    Previews,
    Run,
    Section,
    View,
)
from reports.words import count, moment, word, zone_name
from rules.model import Act, Finding, Municipality, Outcome, Requirement

CALLS_SHOWN = 10
UNMET_SHOWN = 5
IN_INDEX = 6  # lines of a list on the page of very many; the cards have the rest
PREVIEWS_SHOWN = 20
CHANGES_LISTED = 200  # of a kind, by all municipalities together
FEWEST_LISTED = 6  # by each


def build(report: Report, *, is_index: bool = False) -> View:
    """The whole report; as an index, without its cards and without a column a requirement."""
    built = list(build_towns(report, is_index=is_index))
    return view_of(report, [town for _, town in built], [section for section, _ in built])


def build_summary(report: Report) -> View:
    """What is told of all together: of several municipalities, whose sections do not fit in memory,
    none is kept."""
    if len(report.municipalities) == 1:
        return build(report, is_index=True)
    return view_of(report, [town for _, town in build_towns(report, is_index=True)])


def build_towns(report: Report, *, is_index: bool) -> Iterator[tuple[Section, InRegion]]:
    """One a municipality, each built when its turn comes."""
    return (build_town(part, is_index=is_index) for part in by_town(report))


def build_town(part: Report, *, is_index: bool) -> tuple[Section, InRegion]:
    """`part`: of one municipality."""
    base = ground(part, part.municipalities[0])
    # an index has everybody's telephone in its register
    unmet = build_unmet(base, called=0 if is_index else WHO_SHOWN)
    section = build_section(base, unmet, is_index)
    return section, in_region(base, section, unmet)


def town_view(report: Report, part: Report, section: Section) -> View:
    """Of one municipality of a region; what was read is counted of all together, and told so. What
    was noticed about the others is none of its business."""
    packs = part.municipalities[0].packs
    asking = (act for act in part.acts if act.id in packs or act.short_title in section.acts)
    view = view_of(replace(part, acts=tuple(asking)), (), (section,))
    return replace(view, run=replace(build_run(report), issues=()), is_of_region=True)


def view_of(report: Report, towns: Sequence[InRegion], sections: Sequence[Section] = ()) -> View:
    return View(
        run=build_run(report),
        sections=tuple(sections),
        acts=tuple(act_line(act, report) for act in report.acts),
        marks=counting.WORST_FIRST,
        history=build_history(report),
        month=build_month(report),
        region=build_region(towns, report.municipalities) if len(towns) > 1 else None,
        is_of_region=len(towns) > 1,
        changes_listed=max(FEWEST_LISTED, CHANGES_LISTED // max(1, len(sections))),
    )


def in_region(ground: Ground, section: Section, unmet: tuple[Unmet, ...]) -> InRegion:
    changes = section.changes
    return InRegion(
        anchor=section.anchor,
        name=section.name,
        as_of=section.as_of,
        nothing_registered=section.nothing_registered,
        institutions=tuple(Who(ground.names[i.id], anchor_of(i)) for i in ground.institutions),
        numbers=section.numbers,
        share=section.share,
        unseen=section.unseen,
        unmet=unmet,
        since=changes.since,
        worse=len(changes.worse),
        new_violations=changes.new_violations,
        fixed=len(changes.fixed),
        lost=len(changes.lost),
    )


def build_section(ground: Ground, unmet: tuple[Unmet, ...], is_index: bool) -> Section:
    stands = {i.id: standing_of(ground, i) for i in ground.institutions}
    is_short = is_index and len(ground.institutions) > ONE_FILE_INSTITUTIONS
    listed, short = (IN_INDEX, IN_INDEX) if is_short else (WHO_SHOWN, CALLS_SHOWN)
    friday = build_friday(ground)
    violating = build_violating(ground, stands)
    asked = counting.tally(ground.asked)
    as_of = ground.report.audit.as_of
    complying, waiting = build_complying(ground, stands), build_waiting(ground, stands)
    put_off = build_put_off(ground)
    matrix = build_matrix(ground, stands, with_columns=not is_index)
    shown = {} if is_index else stands
    return Section(
        anchor=ground.municipality.id,
        name=ground.municipality.name,
        as_of=moment(as_of, ground.zone),
        zone=zone_name(as_of, ground.zone),
        nothing_registered=has_nothing_to_read(ground),
        without_address=len(no_address := without_address(ground, stands)),
        no_address=no_address[:WHO_SHOWN],
        numbers=numbers(stands.values()),
        complying=complying[:WHO_SHOWN],
        more_complying=len(complying[WHO_SHOWN:]),
        violating=violating[:listed],
        more_violating=len(violating[listed:]),
        waiting=waiting[:WHO_SHOWN],
        more_waiting=len(waiting[WHO_SHOWN:]),
        unjudged=build_unjudged(ground, stands),
        share=portion(counting.compliance_in(asked)),
        unseen=portion(counting.unseen_in(asked)),
        reviews=counting.tally(ground.all)["review"],
        unmet=unmet[:UNMET_SHOWN],
        more_unmet=len(unmet[UNMET_SHOWN:]),
        places=Places() if is_index else build_places(ground),
        changes=build_changes(ground),
        friday=friday,
        calls=friday.calls[:short],
        more_calls=len(friday.calls[short:]),
        put_off=put_off[:short],
        more_put_off=len(put_off[short:]),
        matrix=matrix,
        rows=matrix.rows,
        cards=Cards(ground, shown),
        previews=build_previews(ground),
        posts=build_posts(ground),
        absent=build_absent(ground, SHOWN_IN_INDEX if is_short else SHOWN),
        kinds=options("kinds", (i.kind for i in ground.institutions)),
        networks=tuple(
            (slug, networks.title(slug))
            for slug in sorted({f.network for f in ground.all if f.network})
        ),
        acts=binding_acts(ground),
    )


def binding_acts(ground: Ground) -> tuple[str, ...]:
    """Short titles of the acts that ask something of somebody here."""
    applying = (f for f in known(ground) if f.outcome is not Outcome.NOT_APPLICABLE)
    return tuple(dict.fromkeys(ground.acts[f.requirement].short_title for f in applying))


def options(
    kind: str, slugs: Iterable[str], field: str | None = None
) -> tuple[tuple[str, str], ...]:
    return tuple((slug, word(kind, slug, field)) for slug in sorted(set(slugs)))


@dataclass(frozen=True, slots=True)
class Alike:
    """Previews of one requirement that came out alike; of the findings nothing else is kept."""

    mark: str
    clause: str
    title: str
    because: str


def build_previews(ground: Ground) -> tuple[Previews, ...]:
    by_act: dict[str, dict[tuple[str, Alike], list[str]]] = {}
    for finding in known(ground):
        if finding.preview is not None:
            of_act = by_act.setdefault(ground.acts[finding.requirement].id, {})
            key = finding.requirement, alike(ground, finding)
            of_act.setdefault(key, []).append(whose(ground, finding))
    acts = {act.id: act for act in ground.report.acts}
    return tuple(act_previews(ground, acts[act], found) for act, found in by_act.items())


def alike(ground: Ground, finding: Finding) -> Alike:
    requirement = ground.requirements[finding.requirement]
    return Alike(
        mark=preview_mark(requirement, finding),
        clause=finding.clause,
        title=requirement.title,
        because=finding.preview_because or "",
    )


def act_previews(
    ground: Ground, act: Act, found: Mapping[tuple[str, Alike], Sequence[str]]
) -> Previews:
    return Previews(
        act=act.short_title,
        draft=status_of(act, ground.municipality) == "draft",
        findings=sum(map(len, found.values())),
        lines=tuple(preview_line(one, places) for (_, one), places in found.items()),
    )


def preview_line(alike: Alike, places: Iterable[str]) -> Preview:
    told = tuple(dict.fromkeys(places))
    return Preview(
        mark=alike.mark,
        clause=alike.clause,
        title=alike.title,
        because=alike.because,
        places=told[:PREVIEWS_SHOWN],
        more=len(told[PREVIEWS_SHOWN:]),
    )


def whose(ground: Ground, finding: Finding) -> str:
    place = place_of(ground, finding)
    return ground.names[finding.institution] + (f" ({place})" if place else "")


def status_of(act: Act, municipality: Municipality) -> str:
    told = municipality.acts.get(act.id)
    return (told.status if told else None) or act.status


def preview_mark(requirement: Requirement, finding: Finding) -> str:
    is_advice = requirement.nature == "recommended"
    return counting.BELOW if finding.preview == Outcome.FAIL and is_advice else f"{finding.preview}"


def build_run(report: Report) -> Run:
    audit = report.audit
    return Run(
        audit=audit.id,
        complete=audit.complete,
        pages=audit.collection.pages,
        read=audit.collection.read,
        unread=audit.collection.unread,
        at_rest=audit.collection.at_rest,
        reasons=tuple(
            (word("failures", code), number)
            for code, number in sorted(
                audit.collection.reasons.items(), key=lambda r: (-r[1], r[0])
            )
        ),
        requests=tuple(
            (networks.title(slug), number) for slug, number in audit.collection.requests.items()
        ),
        started=moment(audit.started_at, report.municipalities[0].timezone),
        duration=duration(audit),
        part=part_of(report),
        whole=how_whole(report),
        issues=tuple(issue_in_words(issue) for issue in audit.issues),
    )


def how_whole(report: Report) -> str:
    """Which phrase says that nothing is missing: a run that asked for nothing has read nothing."""
    has_asked = any(report.audit.collection.requests.values())
    return ("read_part" if part_of(report) else "read_all") + ("" if has_asked else "_earlier")


def duration(audit: Audit) -> str | None:
    if audit.finished_at is None:
        return None
    seconds = round((audit.finished_at - audit.started_at).total_seconds())
    return count(seconds // 60, "minute") if seconds >= 120 else count(seconds, "second")


def act_line(act: Act, report: Report) -> ActLine:
    statuses = dict.fromkeys(
        status_of(act, one) for one in report.municipalities if act.id in one.packs
    )
    return ActLine(
        title=act.title,
        status=", ".join(word("statuses", s) for s in statuses or (act.status,)),
        digest=report.audit.packs.get(act.id, act.digest),
        notes=act.notes,
        not_checkable=tuple(
            (r.clause, r.title, r.why_not) for r in act.requirements if r.predicate is None
        ),
    )

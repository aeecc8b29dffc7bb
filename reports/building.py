"""From a report to its view.

Report ──> ground (one a municipality) ──> first screen, matrix, cards, previews ──> View
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collectors import networks
from reports import counting
from reports.absent import SHOWN, SHOWN_IN_INDEX, build_absent
from reports.asked import build_places
from reports.asked_view import Places
from reports.cards import Cards
from reports.first_screen import (
    WHO_SHOWN,
    Failings,
    build_changes,
    build_complying,
    build_put_off,
    build_unjudged,
    build_unmet,
    build_violating,
    build_waiting,
    failing,
    has_nothing_to_read,
    numbers,
    without_address,
)
from reports.friday import build_friday
from reports.ground import (
    Ground,
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
from reports.region import build_region
from reports.rhythm import build_posts
from reports.view import (
    ActLine,
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
IN_INDEX = 6  # lines of a list on a region's page; the cards have the rest
PREVIEWS_SHOWN = 20
CHANGES_LISTED = 200  # of a kind, by all municipalities together
FEWEST_LISTED = 6  # by each


def build(report: Report, *, is_index: bool = False) -> View:
    """The whole report; as an index, without its cards and without a column a requirement."""
    towns = [build_town(ground(report, one), is_index) for one in report.municipalities]
    sections = tuple(section for section, _ in towns)
    failings = [failings for _, failings in towns]
    return View(
        run=build_run(report),
        sections=sections,
        acts=tuple(act_line(act, report) for act in report.acts),
        marks=counting.WORST_FIRST,
        history=build_history(report),
        month=build_month(report),
        region=build_region(sections, report.municipalities, failings) if len(towns) > 1 else None,
        changes_listed=max(FEWEST_LISTED, CHANGES_LISTED // max(1, len(sections))),
    )


def build_town(ground: Ground, is_index: bool) -> tuple[Section, Failings]:
    """With what its region counts, while its findings are in memory."""
    failings = failing(ground)
    return build_section(ground, failings, is_index), failings


def build_section(ground: Ground, failings: Failings, is_index: bool) -> Section:
    stands = {i.id: standing_of(ground, i) for i in ground.institutions}
    listed, short = (IN_INDEX, IN_INDEX) if is_index else (WHO_SHOWN, CALLS_SHOWN)
    called = 0 if is_index else WHO_SHOWN  # an index has everybody's telephone in its register
    unmet, friday = build_unmet(ground, failings, called), build_friday(ground)
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
        absent=build_absent(ground, SHOWN_IN_INDEX if is_index else SHOWN),
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

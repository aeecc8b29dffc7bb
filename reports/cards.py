"""The card of one institution: what failed, what a person must look at, what was not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from collectors import networks
from collectors.barrier import barrier
from collectors.model import SITE, Evidence, Page
from reports import counting
from reports.card_view import (
    Card,
    Done,
    DoneLine,
    Group,
    Item,
    Occurrence,
    PageLine,
    Record,
    Records,
    Seen,
    Subject,
    Tolerance,
)
from reports.folding import folded
from reports.ground import (
    Ground,
    anchor_of,
    audit_day,
    mark_of,
    place_of,
    read_of,
    readable,
    title_of,
    totals,
)
from reports.measures import measures
from reports.seen import fragment, rests_on
from reports.standing import Stand, said
from reports.words import day, moment, named, phrase, word
from rules.dossier.attestations import is_valid, valid_until
from rules.model import Attestation, Finding, Institution, Outcome, Waiver

EVIDENCE_SHOWN = 3  # a finding over a crawled site rests on hundreds; the JSON has them all


class Cards(Sequence[Card]):
    """Those of a town, each built when its turn comes and then forgotten."""

    def __init__(self, ground: Ground, stands: Mapping[str, Stand]) -> None:
        self._ground, self._stands = ground, stands
        self._shown = [one for one in ground.institutions if one.id in stands]

    def __len__(self) -> int:
        return len(self._shown)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return tuple(map(self._card, self._shown[at]))
        return self._card(self._shown[at])

    def __iter__(self) -> Iterator[Card]:
        return map(self._card, self._shown)

    def _card(self, institution: Institution) -> Card:
        return card_of(self._ground, institution, self._stands[institution.id])


def card_of(ground: Ground, institution: Institution, stand: Stand) -> Card:
    """As `build_card`; where that breaks, one that says so."""
    with barrier("card", institution.key):
        return build_card(ground, institution, stand)
    broken = Group(mark=Outcome.ERROR, because=phrase("card_broke"), networks="", subjects=())
    return Card(
        anchor=anchor_of(institution),
        name=ground.names[institution.id],
        full_name=institution.name,
        kind=institution.kind,
        kind_word=institution.kind,
        standing=stand.standing,
        said=said(stand),
        phones=(),
        emails=(),
        pages=(),
        exemptions=(),
        waivers=(),
        attestations=(),
        totals=(),
        failed=(),
        review=(),
        waiting=(broken,),
        passed=(),
        outside=(),
        outside_count=0,
        records=(),
        more_records=0,
    )


def build_card(ground: Ground, institution: Institution, stand: Stand) -> Card:
    by_mark = sorted_by_mark(ground, institution)
    found = [f for same in by_mark.values() for f in same]
    records = number_records(ground, found)
    waiting = [f for m in (Outcome.ERROR, Outcome.UNKNOWN, Outcome.PENDING) for f in by_mark[m]]
    return Card(
        anchor=anchor_of(institution),
        name=ground.names[institution.id],
        full_name=readable(institution.name),
        kind=institution.kind,
        kind_word=word("kinds", institution.kind),
        standing=stand.standing,
        said=said(stand),
        phones=institution.phones,
        emails=institution.emails,
        pages=tuple(page_lines(institution)),
        exemptions=tuple(exemption_lines(ground, institution)),
        waivers=tuple(waiver_lines(ground, institution)),
        attestations=tuple(attestation_lines(ground, institution)),
        totals=totals(ground, institution),
        failed=items(ground, [*by_mark[Outcome.FAIL], *by_mark[counting.BELOW]], records),
        review=items(ground, by_mark[Outcome.REVIEW], records),
        waiting=groups(ground, waiting),
        passed=done(ground, by_mark[Outcome.PASS], records),
        outside=groups(ground, by_mark[Outcome.NOT_APPLICABLE]),
        outside_count=len(by_mark[Outcome.NOT_APPLICABLE]),
        records=tuple(records.values()),
        more_records=len({e.record for f in found for e in f.evidence} - records.keys()),
    )


def sorted_by_mark(ground: Ground, institution: Institution) -> dict[str, list[Finding]]:
    by_mark: dict[str, list[Finding]] = {mark: [] for mark in counting.WORST_FIRST}
    for finding in ground.findings[institution.id]:
        by_mark[mark_of(ground, finding)].append(finding)
    return by_mark


def number_records(ground: Ground, findings: Iterable[Finding]) -> dict[str, Record]:
    """Every record that a card shows, by its id, in the order of the card."""
    shown = {e.record: e for f in findings for e in f.evidence[:EVIDENCE_SHOWN]}
    return {
        record: build_record(ground, evidence, number)
        for number, (record, evidence) in enumerate(shown.items(), start=1)
    }


def page_lines(institution: Institution) -> Iterable[PageLine]:
    if institution.site:
        yield PageLine(networks.page_title(SITE), institution.site, None)
    for page in institution.pages:
        yield PageLine(networks.page_title(page.network), page.address, deleted(page))


def deleted(page: Page) -> str | None:
    return day(page.deleted_on) if page.deleted_on else None


def exemption_lines(ground: Ground, institution: Institution) -> Iterable[str]:
    for one in institution.exemptions:
        if one.until and one.until < audit_day(ground):
            continue
        until = phrase("until", day(one.until)) if one.until else ""
        yield ", ".join(part for part in (one.ground, one.document, until) if part)


def waiver_lines(ground: Ground, institution: Institution) -> Iterable[str]:
    """Those that still hold on the audit's day, also where nothing is violated any more."""
    for one in institution.waivers:
        if one.until >= audit_day(ground):
            told = (title_of(ground, one.requirement), one.reason, one.by, one.document)
            yield ", ".join([*(part for part in told if part), phrase("until", day(one.until))])


def attestation_lines(ground: Ground, institution: Institution) -> Iterable[str]:
    """What persons stated and still holds: by office, never by name."""
    for one in institution.attestations:
        if is_valid(one, audit_day(ground)):
            until = phrase("until", day(valid_until(one)))
            denied = phrase("denied", "") if one.value is False else ""
            what = " ".join((word("attestations", one.kind), *question(ground, one)))
            told = (f"{what}{denied}", one.stated_by, day(one.stated_on), one.document, until)
            yield ", ".join(part for part in told if part)


def question(ground: Ground, attestation: Attestation) -> Iterable[str]:
    """Which finding was answered, and of whom it speaks."""
    if attestation.requirement:
        yield f"«{title_of(ground, attestation.requirement)}»"
    if attestation.about:
        yield f"({ground.names.get(attestation.about, attestation.about)})"


def items(ground: Ground, findings: Sequence[Finding], records: Records) -> tuple[Item, ...]:
    """One item a requirement and mark; violations first, gravest first, then by requirement."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((mark_of(ground, finding), finding.requirement), []).append(finding)
    order = sorted(grouped, key=lambda key: item_order(key[0], grouped[key]))
    return tuple(build_item(ground, key[0], grouped[key], records) for key in order)


def item_order(mark: str, findings: Sequence[Finding]) -> tuple[int, int]:
    return counting.WORST_FIRST.index(mark), min(counting.gravity(f)[0] for f in findings)


def build_item(ground: Ground, mark: str, findings: Sequence[Finding], records: Records) -> Item:
    first = min(findings, key=counting.gravity)
    requirement = ground.requirements.get(first.requirement)
    return Item(
        mark=mark,
        act=ground.acts[first.requirement].short_title if requirement else "",
        clause=first.clause,
        title=title_of(ground, first.requirement),
        law=requirement.law if requirement else "",
        severity=word("severities", first.severity),
        remedies=tuple(dict.fromkeys(f.remedy for f in findings if f.remedy)),
        networks=network_slugs(findings),
        cases=tuple(build_occurrence(ground, f, records) for f in findings),
    )


def done(ground: Ground, findings: Sequence[Finding], records: Records) -> tuple[Done, ...]:
    """One line for pages that show the same: what is in order is told briefly."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.requirement, []).append(finding)
    return tuple(
        Done(
            clause=same[0].clause,
            title=title_of(ground, requirement),
            networks=network_slugs(same),
            lines=done_lines(ground, same, records),
        )
        for requirement, same in grouped.items()
    )


def done_lines(
    ground: Ground, findings: Sequence[Finding], records: Records
) -> tuple[DoneLine, ...]:
    alike: dict[tuple[str, date | None], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((finding.because, finding.since), []).append(finding)
    return tuple(
        DoneLine(
            places=tuple(place for f in same if (place := place_of(ground, f))),
            because=because,
            since=day(since) if since else None,
            records=numbers_of(same, records),
        )
        for (because, since), same in alike.items()
    )


def numbers_of(findings: Iterable[Finding], records: Records) -> tuple[int, ...]:
    shown = (records[e.record].number for f in findings for e in f.evidence[:EVIDENCE_SHOWN])
    return tuple(dict.fromkeys(shown))


def network_slugs(findings: Iterable[Finding]) -> str:
    return " ".join(sorted({f.network for f in findings if f.network}))


def build_occurrence(ground: Ground, finding: Finding, records: Records) -> Occurrence:
    return Occurrence(
        place=place_of(ground, finding),
        network=finding.network or "",
        url=finding.page,
        told=folded(finding.because),
        because=finding.because,
        read=read_of(ground, finding),
        measured=measures("measures", finding.measured),
        required=measures("requirements", finding.required),
        seen=seen_of(ground, finding),
        since=day(finding.since) if finding.since else None,
        previous=was(ground, finding),
        change=counting.change(finding),
        records=numbers_of((finding,), records),
        waiver=tolerance(finding.waiver),
        disputed=finding.disputed,
        notes=tuple(note for note in finding.notes if note not in finding.because),
    )


def seen_of(ground: Ground, finding: Finding) -> Seen | None:
    """Of what is wrong or doubtful: the fragment that the reader may look at himself."""
    if finding.outcome not in (Outcome.FAIL, Outcome.REVIEW):
        return None
    looks = ground.report.looks.get((finding.network or "", _address(ground, finding)), ())
    look = next((one for one in looks if rests_on(finding, one)), None)
    found = fragment(finding, look, ground.zone)
    if found is None:
        return None
    at = moment(found.at, ground.zone) if found.at else ""
    return Seen(found.quotes, found.place, at, found.url)


def _address(ground: Ground, finding: Finding) -> str:
    """Of what was looked at: what a site shows is told of no page of it."""
    if finding.network != SITE:
        return finding.page or ""
    return ground.municipality.by_id[finding.institution].site or ""


def was(ground: Ground, finding: Finding) -> str | None:
    """Its word of the previous audit; advice was not a violation then either."""
    if finding.previous is None:
        return None
    is_binding = counting.is_mandatory(finding, ground.requirements)
    if finding.previous is Outcome.FAIL and not is_binding:
        return word("marks", counting.BELOW, "word")
    return word("previous", finding.previous)


def build_record(ground: Ground, evidence: Evidence, number: int) -> Record:
    return Record(
        number=number,
        url=evidence.url,
        fetched=moment(evidence.fetched_at, ground.zone),
        came=moment(evidence.bytes_at, ground.zone) if evidence.bytes_at else None,
        sha256=evidence.sha256,
        short=evidence.sha256[:12],
        record=evidence.record,
    )


def tolerance(waiver: Waiver | None) -> Tolerance | None:
    if waiver is None:
        return None
    told = (waiver.reason, waiver.by, waiver.document)
    return Tolerance(day(waiver.until), ", ".join(part for part in told if part))


def groups(ground: Ground, findings: Sequence[Finding]) -> tuple[Group, ...]:
    """One group a reason, so that twenty findings of one cause are one line."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((mark_of(ground, finding), common_reason(finding)), []).append(finding)
    return tuple(
        Group(mark, because, network_slugs(same), subjects(ground, same))
        for (mark, because), same in alike.items()
    )


def common_reason(finding: Finding) -> str:
    """The sentence without its clause, where the list that follows names the clauses."""
    if finding.outcome is Outcome.NOT_APPLICABLE and named("outside", finding.reason):
        return word("outside", finding.reason)
    return finding.because


def subjects(ground: Ground, findings: Sequence[Finding]) -> tuple[Subject, ...]:
    """Those of one clause stand together, where the first of them does: it is cited once."""
    places: dict[tuple[str, str], list[str]] = {}
    clauses = list(dict.fromkeys(finding.clause for finding in findings))
    for finding in sorted(findings, key=lambda finding: clauses.index(finding.clause)):
        place = place_of(ground, finding)
        places.setdefault((finding.clause, finding.requirement), []).extend(
            [place] if place else []
        )
    return tuple(
        Subject(clause, title_of(ground, requirement), tuple(dict.fromkeys(found)))
        for (clause, requirement), found in places.items()
    )

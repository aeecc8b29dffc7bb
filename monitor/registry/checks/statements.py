"""What people state: exemptions, attestations, events, waivers, and what they speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from collectors.networks import social_networks
from monitor.registry.addresses import page_address
from monitor.registry.checks.pages import found_page, link_problems
from monitor.registry.declaration import (
    AttestationTable,
    EventTable,
    InstitutionTable,
    WaiverTable,
)
from monitor.registry.faults import Problem, wording
from monitor.registry.shape import unknown
from rules.toml_lines import Loc


def statement_problems(
    institution: InstitutionTable, loc: Loc, known: Collection[str], bound: Collection[str]
) -> Iterator[Problem]:
    """`known`: ids of institutions; `bound`: the acts that bind the municipality."""
    yield from _exemptions(institution, loc, known)
    yield from _attestations(institution, loc, known)
    yield from _events(institution, loc)
    yield from _references(institution, loc, bound)


def _exemptions(
    institution: InstitutionTable, loc: Loc, known: Collection[str]
) -> Iterator[Problem]:
    scopes = ("pages", "site", *social_networks())
    for number, exemption in enumerate(institution.exemption):
        place: Loc = (*loc, "exemption", number)
        for index, scope in enumerate(exemption.scope):
            if scope not in scopes:
                yield unknown(scope, scopes, (*place, "scope", index), "bad_scope")
        if exemption.approved_by and exemption.approved_by not in known:
            yield unknown(exemption.approved_by, known, (*place, "approved_by"), "unknown_approver")


def _attestations(
    institution: InstitutionTable, loc: Loc, known: Collection[str]
) -> Iterator[Problem]:
    for number, attestation in enumerate(institution.attestation):
        place: Loc = (*loc, "attestation", number)
        if attestation.about is not None and attestation.about not in known:
            yield unknown(attestation.about, known, (*place, "about"), "unknown_about")
        yield from _answer(attestation, place)
        yield from _counts(attestation, place)


def _answer(attestation: AttestationTable, loc: Loc) -> Iterator[Problem]:
    if attestation.kind != "finding":
        if attestation.value is None:
            yield Problem(loc, "no_value", {"value": attestation.kind, "key": "value"})
        return
    for key in ("requirement", "outcome"):
        if getattr(attestation, key) is None:
            yield Problem(loc, "finding_without", {"key": key})


def _counts(attestation: AttestationTable, loc: Loc) -> Iterator[Problem]:
    count, of = attestation.count, attestation.of
    if (count is None) != (of is None):
        yield Problem((*loc, "count" if of is None else "of"), "half_count")
    if count is not None and of is not None and count > of:
        yield Problem((*loc, "count"), "more_than_all", {"value": count, "other": of})


def _events(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    reasons = wording()["reasons"]
    for number, event in enumerate(institution.event):
        place: Loc = (*loc, "event", number)
        if event.kind == "notice_sent":
            for key in ("to", "about", "page"):
                if getattr(event, key) is None:
                    yield Problem(place, "notice_without", {"key": key, "why": reasons[key]})
        elif event.kind.startswith("page_") and event.page is None:
            yield Problem(place, "event_without_page", {"value": event.kind, "key": "page"})


def _references(
    institution: InstitutionTable, loc: Loc, bound: Collection[str]
) -> Iterator[Problem]:
    """Pages and requirements that an attestation, event or waiver speaks of."""
    registered = {found for page in institution.page if (found := found_page(page))}
    spoken: Iterable[tuple[str, int, AttestationTable | EventTable | WaiverTable]] = (
        *(("attestation", i, table) for i, table in enumerate(institution.attestation)),
        *(("event", i, table) for i, table in enumerate(institution.event)),
        *(("waiver", i, table) for i, table in enumerate(institution.waiver)),
    )
    for word, number, table in spoken:
        place: Loc = (*loc, word, number)
        if table.page is not None:
            yield from _spoken_page(table.page, registered, (*place, "page"))
        act = (table.requirement or "").partition("/")[0]
        if act and act not in bound:
            yield unknown(act, bound, (*place, "requirement"), "act_not_named")


def _spoken_page(url: str, registered: Collection[tuple[str, str]], loc: Loc) -> Iterator[Problem]:
    faults = list(link_problems(url, loc))
    yield from faults
    if not faults and page_address(url) not in registered:
        yield Problem(loc, "unlisted_page", {"value": url})

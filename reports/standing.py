"""Where an institution stands: decided here, once, for every report, letter, table and metric.

    no finding at all ....................... cannot be judged
    nothing obliges it (exempt, draft) ...... outside
    a duty is not met ....................... violates, also where that is put off or disputed
    a page hidden, a weighty duty unseen .... cannot be judged
    only questions to a person .............. waiting
    every weighty duty seen and met ......... complies

Nobody is praised by mistake: whoever "complies" has no page or site, asked for by an act, that was
not seen open, and no critical or major duty that is anything but met. What an act recommends
decides nothing, a preview of a draft neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.counting import Requirements, amount, is_blind, is_mandatory
from reports.words import word, words
from rules.model import Finding, Outcome, Severity

WEIGHTY = frozenset({Severity.CRITICAL, Severity.MAJOR})
SETTLED = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})
OPEN = "live"  # of a page, as `measured` tells it


class Standing(StrEnum):
    """Every institution has exactly one. The words are in words.toml."""

    COMPLIES = "complies"
    WAITING = "waiting"
    VIOLATES = "violates"
    UNJUDGED = "unjudged"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Stand:
    """A standing, and what a reader has to be told with it."""

    standing: Standing
    waiting: int  # requirements that wait for a person's decision
    is_put_off: bool  # violates, but each violation is waived or disputed
    is_disputed: bool  # likewise, and one of them is disputed
    obstacle: str  # why it cannot be judged, where a finding says so


def stand_of(findings: Sequence[Finding], requirements: Requirements) -> Stand:
    duties = [one for one in findings if is_duty(one, requirements)]
    standing = _standing(findings, duties)
    failed = [one for one in duties if one.outcome is Outcome.FAIL]
    return Stand(
        standing=standing,
        waiting=amount(one for one in findings if one.outcome is Outcome.REVIEW).requirements,
        is_put_off=(put_off := bool(failed) and all(map(is_put_off, failed))),
        is_disputed=put_off and any(one.disputed for one in failed),
        obstacle=_obstacle(duties) if standing is Standing.UNJUDGED else "",
    )


def is_duty(finding: Finding, requirements: Requirements) -> bool:
    """It obliges this institution today; to use a right, as an exemption, is none."""
    return finding.outcome is not Outcome.NOT_APPLICABLE and is_mandatory(finding, requirements)


def is_put_off(finding: Finding) -> bool:
    """An authority bears with it, or somebody objects: nobody is to be telephoned about it."""
    return finding.waiver is not None or finding.disputed


def said(stand: Stand) -> str:
    """«нарушений не видно, ждут решения 3»."""
    return word("standings", stand.standing, "word").format(stand.waiting)


def count_standings(
    judged: Iterable[Sequence[Finding]], requirements: Requirements
) -> Mapping[Standing, int]:
    """`judged`: the findings of each institution."""
    counted = Counter(stand_of(found, requirements).standing for found in judged)
    return {standing: counted[standing] for standing in Standing}


def _standing(findings: Sequence[Finding], duties: Sequence[Finding]) -> Standing:
    if not findings:
        return Standing.UNJUDGED
    if not duties:
        return Standing.OUTSIDE
    if any(one.outcome is Outcome.FAIL for one in duties):
        return Standing.VIOLATES
    if any(map(_is_unseen, duties)) or _shut(duties):
        return Standing.UNJUDGED
    if any(one.outcome is Outcome.REVIEW and one.severity in WEIGHTY for one in duties):
        return Standing.WAITING
    if any(one.outcome is Outcome.PASS for one in duties):
        return Standing.COMPLIES
    return Standing.UNJUDGED


def _is_unseen(finding: Finding) -> bool:
    """A weighty duty of which nothing can be said yet, or anything that hides a page."""
    is_open = is_blind(finding) or finding.outcome is Outcome.PENDING
    return hides_a_page(finding) or (is_open and finding.severity in WEIGHTY)


def hides_a_page(finding: Finding) -> bool:
    """A page or site stayed unseen as a whole, however light the duty (words.toml, `hides`)."""
    return is_blind(finding) and finding.reason in words()["hides"]["reasons"]


def _shut(duties: Iterable[Finding]) -> frozenset[str]:
    """Official pages that are not open, though another one beside them satisfies the act."""
    kept = tuple(duties)
    official = {one.page for one in kept if one.page}
    return frozenset(page for page, state in _states(kept) if page in official and state != OPEN)


def _states(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Page and how it was seen («live»), from every finding that tells it."""
    for one in findings:
        pages = one.measured.get("pages")
        if isinstance(pages, Mapping):
            yield from pages.items()


def _obstacle(duties: Sequence[Finding]) -> str:
    """What hides a page before what hides one fact; of equals the gravest, then the commonest."""
    shut = _shut(duties)
    open_ones = [one for one in duties if one.outcome not in SETTLED]
    for those in (
        [one for one in open_ones if one.reason in words()["hides"]["closed"]],
        [one for one in open_ones if hides_a_page(one)],
        [one for one in open_ones if _is_unseen(one)],
        [one for one in open_ones if one.page in shut],
        [one for one in open_ones if is_blind(one) or one.outcome is Outcome.PENDING],
    ):
        if those:
            return _commonest(those)
    return word("values", "page_not_open") if shut else ""


def _commonest(findings: Sequence[Finding]) -> str:
    order = tuple(Severity)
    gravest = min(order.index(one.severity) for one in findings)
    told = Counter(one.because for one in findings if order.index(one.severity) == gravest)
    return told.most_common(1)[0][0]

"""Who has no page in a network that an act asks for: a list of its own, by network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collectors import networks
from reports import counting
from reports.friday_view import Absent, Lacking
from reports.ground import Ground, anchor_of, mark_of, told
from reports.words import phrase
from rules.model import Finding, Institution, Outcome
from rules.reasons import Reason

ASKS_FOR_A_PAGE = "page_exists"  # the predicate
SHOWN = 60
SHOWN_IN_INDEX = 8  # of a region; the cards have the rest
LACKS = (Outcome.FAIL, counting.BELOW)
SILENT = (Outcome.PASS, Outcome.NOT_APPLICABLE)


def build_absent(ground: Ground, shown: int = SHOWN) -> tuple[Absent, ...]:
    by_network: dict[str, dict[str, Lacking]] = {}
    for institution in ground.institutions:
        for network, line in _lacking(ground, institution):
            lines = by_network.setdefault(network, {})
            known = lines.get(line.anchor)
            if known is None or _badness(line) < _badness(known):
                lines[line.anchor] = line
    return tuple(_absent(name, by_network[name].values(), shown) for name in sorted(by_network))


def _lacking(ground: Ground, institution: Institution) -> Iterator[tuple[str, Lacking]]:
    for finding in ground.findings[institution.id]:
        network = _network_asked_of(ground, finding)
        if network and finding.outcome not in SILENT:
            yield (
                network,
                Lacking(
                    mark=mark_of(ground, finding),
                    institution=ground.names[institution.id],
                    anchor=anchor_of(institution),
                    because=told(ground, finding),
                    is_blocked=finding.reason == Reason.PAGE_BANNED,
                ),
            )


def _network_asked_of(ground: Ground, finding: Finding) -> str | None:
    """Where the finding is of a clause that asks for a page; None of any other."""
    asked = ground.requirements.get(finding.requirement)
    is_asked = asked is not None and asked.predicate == ASKS_FOR_A_PAGE
    return finding.network if is_asked else None


def _badness(line: Lacking) -> int:
    """To sort by: the worst mark first."""
    return counting.WORST_FIRST.index(line.mark)


def _absent(network: str, lines: Iterable[Lacking], shown: int) -> Absent:
    order = tuple(sorted(lines, key=_badness))
    lacking = sum(one.mark in LACKS for one in order)
    blocked = sum(one.is_blocked for one in order[:lacking])
    return Absent(
        network=networks.title(network),
        lacking=lacking,
        said=_said(lacking - blocked, blocked),
        unclear=len(order) - lacking,
        lines=order[:shown],
        more=len(order[shown:]),
    )


def _said(absent: int, blocked: int) -> str:
    """A page that its network blocks is not open, but it is there."""
    told = [("lacks_page", absent), ("page_blocked", blocked)]
    return ", ".join(phrase(name, str(number)) for name, number in told if number)

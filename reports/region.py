"""Several municipalities side by side: their places, and what is not met most widely.

    InRegion, one a municipality ──> Region: ranked, and those of whom too little was seen

The place follows from the share of what is met and from nothing else; it enters no outcome. What
was not seen counts for nobody and against nobody, so a town of which much was not seen has no
place: its share would say more of our reading than of the town.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reports.asked_view import Unmet
from reports.counting import BELOW, Share
from reports.ground import portion
from reports.view import InRegion, Portion, Ranked, Region, Totals, Unranked, Widespread
from reports.words import count, whole_percent, word
from rules.model import Municipality

MOST_UNSEEN = 33  # per cent of what applies: with more, a town has no place
WIDESPREAD_SHOWN = 10


def build_region(towns: Sequence[InRegion], municipalities: Sequence[Municipality]) -> Region:
    placed = [one for one in towns if not obstacle(one)]
    unmet = widespread(towns)
    return Region(
        name=region_name(municipalities),
        towns=tuple(towns),
        totals=totals(towns),
        ranked=tuple(ranked(placed)),
        unranked=tuple(Unranked(one, why) for one in towns if (why := obstacle(one))),
        most_unseen=MOST_UNSEEN,
        unmet=unmet[:WIDESPREAD_SHOWN],
        more_unmet=unmet[WIDESPREAD_SHOWN:],
    )


def region_name(towns: Sequence[Municipality]) -> str:
    """«Томская область» where all registries say so, else «12 муниципалитетов»."""
    regions = {one.region for one in towns}
    name = regions.pop()
    return name if name and not regions else count(len(towns), "municipality")


def obstacle(town: InRegion) -> str:
    """Why a municipality has no place; "" where it has one."""
    if town.nothing_registered:
        return word("unranked", "nothing_registered")
    if not town.numbers.judged or not town.share.whole:
        return word("unranked", "unjudged")
    is_blind = town.unseen.part * 100 > MOST_UNSEEN * town.unseen.whole
    return word("unranked", "unseen") if is_blind else ""


def ranked(towns: Iterable[InRegion]) -> Iterable[Ranked]:
    """Equal where the printed shares are equal: nobody is worse by what no reader can see."""
    by_share: defaultdict[int, list[InRegion]] = defaultdict(list)
    for one in towns:
        by_share[whole_percent(one.share.part, one.share.whole) or 0].append(one)
    place = 1
    for share in sorted(by_share, reverse=True):
        alike = sorted(by_share[share], key=lambda town: town.name)
        last = place + len(alike) - 1
        for one in alike:
            yield Ranked(one, f"{place}" if last == place else f"{place}–{last}")
        place = last + 1


def totals(towns: Sequence[InRegion]) -> Totals:
    numbers = [one.numbers for one in towns]
    return Totals(
        complies=sum(one.complies for one in numbers),
        waiting=sum(one.waiting for one in numbers),
        violates=sum(one.violates for one in numbers),
        put_off=sum(one.put_off for one in numbers),
        unjudged=sum(one.unjudged for one in numbers),
        judged=sum(one.judged for one in numbers),
        share=portion(together(one.share for one in towns)),
        unseen=portion(together(one.unseen for one in towns)),
        since=next((one.since for one in towns if one.since), None),
        worse=sum(one.worse for one in towns),
        new_violations=sum(one.new_violations for one in towns),
        fixed=sum(one.fixed for one in towns),
        lost=sum(one.lost for one in towns),
    )


def together(shares: Iterable[Portion]) -> Share:
    those = tuple(shares)
    return Share(sum(one.part for one in those), sum(one.whole for one in those))


def widespread(towns: Iterable[InRegion]) -> tuple[Widespread, ...]:
    """Violations before advice; those of the most first."""
    found: defaultdict[tuple[str, str], list[Unmet]] = defaultdict(list)
    for one in (unmet for town in towns for unmet in town.unmet):
        found[one.mark, one.requirement].append(one)
    lines = (line_of(those) for those in found.values())
    return tuple(
        sorted(lines, key=lambda line: (line.mark == BELOW, -line.institutions, line.title))
    )


def line_of(in_towns: Sequence[Unmet]) -> Widespread:
    return Widespread(
        mark=in_towns[0].mark,
        clause=in_towns[0].clause,
        title=in_towns[0].title,
        institutions=sum(one.institutions for one in in_towns),
        municipalities=len(in_towns),
    )

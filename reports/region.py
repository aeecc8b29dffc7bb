"""Several municipalities side by side: their places, and what is not met most widely.

    Section, one a municipality ──> Region: ranked, and those of whom too little was seen

The place follows from the share of what is met and from nothing else; it enters no outcome. What
was not seen counts for nobody and against nobody, so a town of which much was not seen has no
place: its share would say more of our reading than of the town.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reports.counting import BELOW, Share
from reports.first_screen import Failing, Failings
from reports.ground import portion
from reports.view import Portion, Ranked, Region, Section, Totals, Unranked, Widespread
from reports.words import count, whole_percent, word
from rules.model import Municipality

MOST_UNSEEN = 33  # per cent of what applies: with more, a town has no place
WIDESPREAD_SHOWN = 10


def build_region(
    sections: Sequence[Section], towns: Sequence[Municipality], failings: Iterable[Failings]
) -> Region:
    placed = [one for one in sections if not obstacle(one)]
    return Region(
        name=region_name(towns),
        municipalities=len(sections),
        totals=totals(sections),
        ranked=tuple(ranked(placed)),
        unranked=tuple(Unranked(one, why) for one in sections if (why := obstacle(one))),
        most_unseen=MOST_UNSEEN,
        unmet=(found := widespread(failings))[:WIDESPREAD_SHOWN],
        more_unmet=len(found[WIDESPREAD_SHOWN:]),
    )


def region_name(towns: Sequence[Municipality]) -> str:
    """«Томская область» where all registries say so, else «12 муниципалитетов»."""
    regions = {one.region for one in towns}
    name = regions.pop()
    return name if name and not regions else count(len(towns), "municipality")


def obstacle(section: Section) -> str:
    """Why a municipality has no place; "" where it has one."""
    if section.nothing_registered:
        return word("unranked", "nothing_registered")
    if not section.numbers.judged or not section.share.whole:
        return word("unranked", "unjudged")
    is_blind = section.unseen.part * 100 > MOST_UNSEEN * section.unseen.whole
    return word("unranked", "unseen") if is_blind else ""


def ranked(sections: Iterable[Section]) -> Iterable[Ranked]:
    """Equal where the printed shares are equal: nobody is worse by what no reader can see."""
    by_share: defaultdict[int, list[Section]] = defaultdict(list)
    for one in sections:
        by_share[whole_percent(one.share.part, one.share.whole) or 0].append(one)
    place = 1
    for share in sorted(by_share, reverse=True):
        alike = sorted(by_share[share], key=lambda town: town.name)
        last = place + len(alike) - 1
        for one in alike:
            yield Ranked(one, f"{place}" if last == place else f"{place}–{last}")
        place = last + 1


def totals(sections: Sequence[Section]) -> Totals:
    numbers = [one.numbers for one in sections]
    changes = [one.changes for one in sections]
    return Totals(
        complies=sum(one.complies for one in numbers),
        waiting=sum(one.waiting for one in numbers),
        violates=sum(one.violates for one in numbers),
        put_off=sum(one.put_off for one in numbers),
        unjudged=sum(one.unjudged for one in numbers),
        judged=sum(one.judged for one in numbers),
        share=portion(together(one.share for one in sections)),
        unseen=portion(together(one.unseen for one in sections)),
        since=next((one.since for one in changes if one.since), None),
        worse=sum(len(one.worse) for one in changes),
        new_violations=sum(one.new_violations for one in changes),
        fixed=sum(len(one.fixed) for one in changes),
        lost=sum(len(one.lost) for one in changes),
    )


def together(shares: Iterable[Portion]) -> Share:
    those = tuple(shares)
    return Share(sum(one.part for one in those), sum(one.whole for one in those))


def widespread(failings: Iterable[Failings]) -> tuple[Widespread, ...]:
    """`failings`: of each municipality. Violations before advice; those of the most first."""
    found: defaultdict[tuple[str, str], list[Failing]] = defaultdict(list)
    for of_town in failings:
        for key, one in of_town.items():
            found[key].append(one)
    lines = (line_of(mark, those) for (mark, _), those in found.items())
    return tuple(
        sorted(lines, key=lambda line: (line.mark == BELOW, -line.institutions, line.title))
    )


def line_of(mark: str, in_towns: Sequence[Failing]) -> Widespread:
    return Widespread(
        mark=mark,
        clause=in_towns[0].clause,
        title=in_towns[0].title,
        institutions=sum(len(one.who) for one in in_towns),
        municipalities=len(in_towns),
    )

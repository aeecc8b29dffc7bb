"""What a town's groups in OK take of requests, night by night, where nothing is asked in vain.

    python -m benchmarks.ok_nights [--groups 60] [--nights 15] [--all]

Whole audits by public pages of the sandbox, without keys, judged by the decree of Kedrovy. Habits
of posting are made up (most post three times a week, some hardly), one group in twelve does not say
how to call, and once a month somebody changes a head. `--all` reads all groups every night. A
region's hours are by OK's pace alone, one request a second.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Figure, Size, table
from benchmarks.ok import FIRST_ID, REGION
from benchmarks.running import NOW
from monitor.sandbox import Change, OkGroup, Post, Running, World, serve
from tests.monitor.pipeline import Town, school

CALL, TEXT = "8 (38250) 3-55-46", "Новость нашей школы. " * 6
ADDRESS = "636615, Томская область, г. Кедровый, 1-й мкр., д. 61"
WEEKLY = ((5, 3, 2, 1, 0.3), (25, 40, 20, 10, 5))  # posts a week; of a hundred groups
BACK = timedelta(weeks=12)
NIGHT = timedelta(days=1)
SILENT_ABOUT_CALLS, CHANGES = 1 / 12, 1 / 30  # of groups; of heads, a night
SIZES: Mapping[Size, tuple[int, int]] = {  # groups, nights
    Size.TINY: (6, 3),
    Size.QUICK: (60, 15),
    Size.FULL: (200, 22),
}


def figures(size: Size) -> Iterator[Figure]:
    groups, nights = SIZES[size]
    yield from _figures(requests(groups, nights), groups)


def _figures(asked: list[int], groups: int) -> Iterator[Figure]:
    first, *later = (count / groups for count in asked)
    mean = sum(later) / len(later)
    yield Figure(what="OK, requests a group, the first night", value=first, unit="")
    yield Figure(what="OK, requests a group, later nights", value=mean, unit="", ratio=mean / first)
    yield Figure(what="OK, the fullest later night", value=max(later), unit="")
    yield Figure(
        what="OK, a region's night without keys", value=REGION * mean / 3600, unit="h", at_most=1
    )


def requests(groups: int, nights: int, *, thrifty: bool = True) -> list[int]:
    """By the night."""
    random = Random(f"{groups} {nights}")
    world = World(
        ok_groups=tuple(_group(at, nights, random) for at in range(groups)),
        clock=NOW,
    )
    with TemporaryDirectory() as folder, serve(world) as sandbox:
        members = [_member(at) for at in range(groups)]
        town = Town(Path(folder), sandbox, members, {"ok": {"thrifty": thrifty}})
        return [asked_in_night(town, sandbox, number, "ok_page") for number in range(nights)]


def asked_in_night(town: Town, sandbox: Running, number: int, surface: str) -> int:
    """Requests that its audit makes of the sandbox there."""
    moment = NOW + number * NIGHT
    sandbox.forget_log()
    sandbox.set_clock(moment)
    town.audit(moment)
    return sum(count for name, count in sandbox.counters().items() if name.startswith(surface))


def _member(at: int) -> dict[str, Any]:
    return school(
        at,
        f"https://ok.ru/group/{FIRST_ID + at}",
        phones=[CALL],
        emails=[f"school{at}@example.org"],
        address=ADDRESS,
    )


def _group(at: int, nights: int, random: Random) -> OkGroup:
    """It changes on some nights, an hour before they are read."""
    changed = [number for number in range(1, nights) if random.random() < CHANGES]
    return OkGroup(
        id=FIRST_ID + at,
        name=f"Школа № {at}",
        description=f"«Школа № {at}». Учим, растим, поём: school{at}@example.org",
        address=ADDRESS,
        phone="" if random.random() < SILENT_ABOUT_CALLS else CALL,
        government_mark=True,
        posts=tuple(_posts(nights, random)),
        later=tuple(
            Change(
                at=NOW + number * NIGHT - timedelta(hours=1),
                values={"description": f"«Школа № {at}». Учим: {number}, school{at}@example.org"},
            )
            for number in changed
        ),
    )


def _posts(nights: int, random: Random) -> Iterator[Post]:
    """Newest first, as they stand there."""
    (weekly,) = random.choices(*WEEKLY)
    at, found = NOW - BACK, []
    while (at := at + timedelta(days=random.expovariate(weekly / 7))) < NOW + nights * NIGHT:
        found.append(at)
    for number, moment in reversed(list(enumerate(found, 1))):
        yield Post(id=number, published_at=moment, text=TEXT)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--groups", type=int, default=SIZES[Size.QUICK][0])
    parser.add_argument("--nights", type=int, default=SIZES[Size.QUICK][1])
    parser.add_argument("--all", action="store_true")
    given = parser.parse_args()
    asked = requests(given.groups, given.nights, thrifty=not given.all)
    print(" ".join(f"{count / given.groups:.2f}" for count in asked))
    print(table(list(_figures(asked, given.groups))))


if __name__ == "__main__":
    main()

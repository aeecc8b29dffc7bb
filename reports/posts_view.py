"""What pages write, as templates print it (reports/rhythm.py builds it)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Who:
    """One institution by name."""

    name: str
    anchor: str
    others_wrote: bool = False  # posts of other authors stand there


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week of the heat map."""

    label: str  # «16 нояб.», its Monday
    span: str  # «16–22 ноября 2026»
    is_short: bool  # holidays: too few working days, the rules do not judge it


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One page, week by week; None: that week was not read whole."""

    institution: str
    anchor: str
    place: str
    url: str
    counts: tuple[int | None, ...]
    last: str  # «31 октября 2026», the day of its newest own post
    others: str  # likewise, of others, where theirs is newer; "" else
    silent: int | None  # days since then
    reposts: str  # «3 из 12»
    others_by_week: tuple[bool, ...]  # whether somebody else wrote there


@dataclass(frozen=True, slots=True)
class Spread:
    """How many pages had no post in a week, one, or more; and of how many nothing is known."""

    week: Week
    none: int
    one: int
    more: int
    unread: int


@dataclass(frozen=True, slots=True)
class Posts:
    weeks: tuple[Week, ...]  # oldest first
    pages: tuple[Rhythm, ...]
    spread: tuple[Spread, ...]
    last: Spread | None  # the newest week that is not short
    silent: tuple[Who, ...]  # without an own post in that week
    more_silent: int
    is_summary: bool  # too many pages for a line each
    reposts: str  # of all pages together: «25 %, 3 из 12»
    not_counted: int  # pages of whose posts nothing is known

"""A report as its templates print it: everything counted, sorted, worded and dated.

    Report ──> View(run, sections, region, method)
                     │         └─ Region: what several municipalities come to
                     └─ Section, one a municipality: first screen, matrix, cards, previews

Templates only loop and print. The same report gives an equal view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.asked_view import Places, Unmet
from reports.card_view import Card
from reports.friday_view import Absent, Call, Friday
from reports.posts_view import Posts, Who
from reports.standing import Standing

# --- the parts of a section -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Portion:
    """A share, printable: «82 %», 9 of 11; `percent` is None where there is nothing to divide."""

    percent: str | None
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change since the previous audit."""

    mark: str
    institution: str
    anchor: str
    title: str
    place: str
    because: str


@dataclass(frozen=True, slots=True)
class Move:
    """An institution or a page that entered the registry, or left it."""

    name: str
    what: str  # «учреждение», «страница ВКонтакте»
    url: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    since: str | None  # None: nothing to compare with
    worse: tuple[ChangeLine, ...]
    fixed: tuple[ChangeLine, ...]
    lost: tuple[ChangeLine, ...]
    new_violations: int
    same: int
    no_data: int  # with `lost`: one of the two looks saw nothing
    new: int  # findings that the previous audit did not have
    entered: tuple[Move, ...]
    left: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Violates:
    """An institution that violates: how many requirements, and on how many pages."""

    name: str
    anchor: str
    violations: int
    pages: int
    is_put_off: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """An institution without a violation in sight, and how many decisions it waits for."""

    name: str
    anchor: str
    decisions: int


@dataclass(frozen=True, slots=True)
class PutOff:
    """Of one institution what nobody is to be telephoned about: waived or disputed."""

    institution: str
    anchor: str
    what: str  # «отложено 1, до 10 января 2027; оспаривается 2»
    first: str


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Institutions of which nobody can say how they stand, for one and the same reason."""

    because: str  # "" where nothing was hidden and yet nothing could be judged
    who: tuple[Who, ...]
    more: int


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    requirement: str
    clause: str
    title: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """Columns of the matrix under one clause of one act."""

    act: str
    clause: str
    columns: tuple[MatrixColumn, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    mark: str
    tip: str


@dataclass(frozen=True, slots=True)
class Row:
    institution: str
    anchor: str
    kind: str
    phones: tuple[str, ...]
    found: str  # «fail@vk review@», for the filter: all that is neither met nor not applicable
    standing: Standing
    said: str  # its words
    cells: tuple[Cell | None, ...]  # None: the requirement says nothing of this institution
    totals: tuple[tuple[str, int], ...]  # mark → findings, for the list on narrow screens
    by_mark: Mapping[str, int]  # the same with the zeros


@dataclass(frozen=True, slots=True)
class Rest:
    """Requirements that are not shown: met by everybody, or not seen of somebody."""

    met: int
    unclear: int


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A clause that obliges the authority alone, and how it stands."""

    mark: str
    requirement: str
    clause: str
    title: str


@dataclass(frozen=True, slots=True)
class Matrix:
    acts: tuple[tuple[str, int], ...]  # short title, columns
    clauses: tuple[Clauses, ...]
    columns: tuple[MatrixColumn, ...]
    rows: tuple[Row, ...]
    marks: tuple[str, ...]  # for the legend: those that occur
    rest: Rest  # requirements without a column: nobody has anything to do at them
    is_wide: bool  # wider than a screen
    own: tuple[OwnLine, ...]  # what concerns the authority alone
    own_rest: Rest


@dataclass(frozen=True, slots=True)
class Preview:
    """Previews that came out alike, and whose they are."""

    mark: str
    clause: str
    title: str
    because: str
    places: tuple[str, ...]  # institution, and where it is not the whole of it, the page
    more: int


@dataclass(frozen=True, slots=True)
class Previews:
    """What a draft act, or a voluntary page, would have got. It is in no count."""

    act: str
    draft: bool
    findings: int
    lines: tuple[Preview, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Institutions by standing."""

    complies: int
    waiting: int
    violates: int
    put_off: int  # of those that violate: only what is waived or disputed
    waived: int  # of these: nothing disputed
    disputed: int
    questions: int  # of those that wait: what a person has to look at
    unjudged: int
    outside: int
    judged: int  # all but `outside`


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str
    name: str
    as_of: str
    zone: str
    nothing_registered: bool
    without_address: int
    no_address: tuple[Who, ...]  # the first of them
    numbers: Numbers
    complying: tuple[Who, ...]
    more_complying: int
    violating: tuple[Violates, ...]
    more_violating: int
    waiting: tuple[Waits, ...]
    more_waiting: int
    unjudged: tuple[Unjudged, ...]
    share: Portion
    unseen: Portion
    reviews: int
    unmet: tuple[Unmet, ...]
    more_unmet: int
    places: Places
    changes: Changes
    friday: Friday
    calls: tuple[Call, ...]
    more_calls: int
    put_off: tuple[PutOff, ...]
    more_put_off: int
    matrix: Matrix
    rows: tuple[Row, ...]
    cards: Sequence[Card]  # of one town, each built when it is asked for
    previews: tuple[Previews, ...]
    posts: Posts | None
    absent: tuple[Absent, ...]
    kinds: tuple[tuple[str, str], ...]
    networks: tuple[tuple[str, str], ...]
    acts: tuple[str, ...]


# --- the parts of the whole -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """How the reading went."""

    audit: int
    complete: bool
    pages: int
    read: int
    unread: int
    at_rest: int  # of those read: they or their walls were left for another night
    reasons: tuple[tuple[str, int], ...]
    requests: tuple[tuple[str, int], ...]
    started: str
    duration: str | None
    part: str  # «МКОУ СОШ № 1 и ещё 2», of an audit that was not of everything; else ""
    whole: str  # the phrase of words.toml for a run that left nothing unread
    issues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActLine:
    title: str
    status: str
    digest: str
    notes: tuple[str, ...]
    not_checkable: tuple[tuple[str, str, str], ...]  # clause, title, why


@dataclass(frozen=True, slots=True)
class Past:
    """One audit of the trend."""

    on: str
    label: str  # «16 нояб.»
    counts: Mapping[str, int]
    share: Portion  # of what could be judged
    unseen: Portion  # of what applies
    violates: int | None  # institutions; None: not counted then


@dataclass(frozen=True, slots=True)
class Month:
    """What became of it in a month."""

    on: str  # «2 ноября»
    then: int | None  # institutions that violate; None: not counted then
    now: int
    course: str  # «с тех пор на 1 учреждение больше; с прошлой проверки без изменений»
    share_then: str
    share_now: str


# --- several municipalities -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InRegion:
    """What a region tells of one of its municipalities: its section need not be kept for that."""

    anchor: str
    name: str
    as_of: str
    nothing_registered: bool
    institutions: tuple[Who, ...]
    numbers: Numbers
    share: Portion
    unseen: Portion
    unmet: tuple[Unmet, ...]  # all of them
    since: str | None  # None: nothing to compare with
    worse: int
    new_violations: int
    fixed: int
    lost: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A municipality and its place: «2», or «2–3» where shares are equal."""

    town: InRegion
    place: str


@dataclass(frozen=True, slots=True)
class Unranked:
    town: InRegion
    because: str


@dataclass(frozen=True, slots=True)
class Widespread:
    """A requirement that is not met, and how widely."""

    mark: str
    clause: str
    title: str
    institutions: int
    municipalities: int


@dataclass(frozen=True, slots=True)
class Totals:
    """All municipalities together."""

    complies: int
    waiting: int
    violates: int
    put_off: int
    unjudged: int
    judged: int
    share: Portion
    unseen: Portion
    since: str | None  # None: nothing to compare with
    worse: int
    new_violations: int
    fixed: int
    lost: int


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    towns: tuple[InRegion, ...]
    totals: Totals
    ranked: tuple[Ranked, ...]
    unranked: tuple[Unranked, ...]
    most_unseen: int  # per cent, beyond which there is no place
    unmet: tuple[Widespread, ...]
    more_unmet: tuple[Widespread, ...]


@dataclass(frozen=True, slots=True)
class View:
    run: Run
    sections: tuple[Section, ...]  # none where only the region is told of
    acts: tuple[ActLine, ...]
    marks: tuple[str, ...]
    history: tuple[Past, ...]
    month: Month | None
    region: Region | None  # of several municipalities
    is_of_region: bool  # of them, or of one of them: its run is counted over all together
    changes_listed: int = 200  # lines of a kind of change, in each section

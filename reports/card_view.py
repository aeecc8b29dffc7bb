"""The card of one institution as its templates print it (reports/cards.py builds it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.counting import Change
from reports.standing import Standing
from rules.model import Outcome


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of evidence; a card lists each once, and its findings name the number."""

    number: int
    url: str
    fetched: str
    came: str | None  # earlier: `fetched` is when the server said that nothing changed since
    sha256: str
    short: str
    record: str


Records = Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A waiver: the violation stays, an authority bears with it until a day."""

    until: str
    ground: str


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that a reader takes in at once, and the list that was in it, to be unfolded."""

    gist: str
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen where something was looked for."""

    quotes: tuple[str, ...]
    place: str
    at: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One finding under its requirement: one page, or one institution that it speaks of."""

    place: str
    network: str
    url: str | None
    told: Told
    because: str
    read: str | None  # on which day, if on an earlier one than the audit's
    measured: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, str], ...]
    seen: Seen | None
    since: str | None
    previous: str | None
    change: Change
    records: tuple[int, ...]
    waiver: Tolerance | None
    disputed: bool
    notes: tuple[str, ...]

    @property
    def is_measured(self) -> bool:
        return bool(self.measured or self.required or self.notes)

    @property
    def tells_previous(self) -> bool:
        """«С 2 ноября» says already that it was so at the previous audit."""
        is_same = self.change in (Change.SAME, Change.NEW) and self.since is not None
        return self.previous is not None and not is_same


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement with the findings that came out alike."""

    mark: str
    act: str
    clause: str
    title: str
    law: str
    severity: str
    remedies: tuple[str, ...]
    networks: str  # slugs, for the filter
    cases: tuple[Occurrence, ...]

    @property
    def is_measured(self) -> bool:
        return any(one.is_measured for one in self.cases)


@dataclass(frozen=True, slots=True)
class DoneLine:
    """Pages on which the same was seen since the same day."""

    places: tuple[str, ...]
    because: str
    since: str | None
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A requirement that is met."""

    clause: str
    title: str
    networks: str
    lines: tuple[DoneLine, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a group of like findings concerns."""

    clause: str
    title: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings with one and the same reason, told once."""

    mark: str
    because: str
    networks: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    word: str
    url: str
    deleted_on: str | None


@dataclass(frozen=True, slots=True)
class Card:
    anchor: str
    name: str
    full_name: str
    kind: str
    kind_word: str
    standing: Standing
    said: str  # its words: «есть нарушения»
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    pages: tuple[PageLine, ...]
    exemptions: tuple[str, ...]
    waivers: tuple[str, ...]
    attestations: tuple[str, ...]
    totals: tuple[tuple[str, int], ...]
    failed: tuple[Item, ...]
    review: tuple[Item, ...]
    waiting: tuple[Group, ...]
    passed: tuple[Done, ...]
    outside: tuple[Group, ...]
    outside_count: int
    records: tuple[Record, ...]
    more_records: int  # that findings rest on and that are not shown

    @property
    def violated(self) -> tuple[Item, ...]:
        return tuple(item for item in self.failed if item.mark == Outcome.FAIL)

    @property
    def advised(self) -> tuple[Item, ...]:
        """What is only recommended, and not done."""
        return tuple(item for item in self.failed if item.mark != Outcome.FAIL)

    @property
    def is_open(self) -> bool:
        """Unfolded when the report is opened: something is violated."""
        return bool(self.violated)

    @property
    def waiting_count(self) -> int:
        return sum(len(group.subjects) for group in self.waiting)

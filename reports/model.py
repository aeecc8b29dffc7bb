"""The words of the third stage: one audit as a reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from collectors.errors import OperatorError
from collectors.model import Address, Facts, Observation
from reports.findings import Findings, Listed
from rules.cases.model import CaseKey, InstitutionCase
from rules.model import Act, Finding, Institution, Municipality, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """How much of what was due could be read. Counts of pages and sites, and of requests."""

    pages: int
    read: int
    unread: int
    requests: Mapping[str, int] = field(default_factory=dict)  # network → requests
    reasons: Mapping[str, int] = field(default_factory=dict)  # FailureCode → pages unread
    at_rest: int = 0  # of those read, the ones that, or whose wall, were left for another night
    aside: int = 0  # registered, unread, and owed by nobody: in none of these counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something the operator must know of this run; `text` is Russian."""

    code: str
    text: str
    addresses: tuple[str, ...] = ()  # which it concerns, where that is not simply all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One run, as stored."""

    id: int
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    complete: bool
    scope: tuple[str, ...] | None  # institution keys; None: all
    collection: Collection
    kind: str = "audit"  # audit | collect | evaluate; what only collected is no report
    registries: Mapping[str, str] = field(default_factory=dict)  # municipality → sha256
    packs: Mapping[str, str] = field(default_factory=dict)  # act → sha256
    issues: tuple[Issue, ...] = ()
    standings: Mapping[str, int] = field(default_factory=dict)  # Standing → institutions


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one past audit, for the trend."""

    audit: int
    as_of: datetime
    counts: Mapping[Outcome, int]
    standings: Mapping[str, int] = field(default_factory=dict)  # empty: not counted then


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a page wrote, by the newest reading of its wall."""

    weeks: Mapping[
        date, int
    ]  # Monday → own posts, reposts too; a week that was not read whole is absent
    last: datetime | None  # its newest own post; None: none was seen
    recent: int  # posts of the weeks that the heat map shows
    reposts: int  # of them
    others: Mapping[date, int] = field(default_factory=dict)  # as `weeks`: of somebody else
    others_last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEntry:
    """A line of the registry that came or went: an institution, or one of its pages."""

    municipality: str
    institution: str  # id
    name: str
    network: str | None = None  # None: the institution itself
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What one institution has to settle as of the audit; also what it has settled."""

    cases: tuple[InstitutionCase, ...]
    last_days: Mapping[CaseKey, date] = field(default_factory=dict)
    """Of open cases of which nobody was told: the last day, if a letter of today tells of them."""
    written_at: datetime | None = None  # when its last letter went,
    written_of: datetime | None = None  # and as of when the audit was that it told of
    written: Sequence[InstitutionCase] = ()  # as they stood in the audit that it told of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Something that somebody stated of an institution, as the record has it; in Russian words."""

    number: int | None  # None: the registry's file says it
    what: str
    by: str
    on: date | None
    document: str
    until: date | None
    state: str
    holds: bool  # it is in force, or waits for somebody
    page: str | None
    changed: tuple[Finding, ...]  # the newest findings that rest on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes to institutions for the administration. Empty: the registry's authority."""

    reply_to: str = ""
    signature: str = ""
    phone: str = ""
    desk_url: str = ""  # where answers can be given in a form; "": nowhere
    desk_days: int = 0  # how long that address leads there


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a format needs. `findings`: institution by institution, in the acts' order; of a
    stored audit they are read while they are iterated over, and `found` reads one institution's."""

    audit: Audit
    municipalities: tuple[Municipality, ...]
    institutions: tuple[Institution, ...]  # those in scope, in the registry's order
    acts: tuple[Act, ...]
    findings: Sequence[Finding]
    trend: tuple[Tally, ...] = ()  # oldest first, this audit last
    previous_as_of: datetime | None = None
    weeks: Mapping[tuple[str, str], Mapping[date, int]] = field(default_factory=dict)
    """(network, address) → Monday → posts; a week that was not read whole is absent, not 0."""
    writings: Mapping[tuple[str, str], Writing] = field(default_factory=dict)
    entered: tuple[RegistryEntry, ...] = ()  # in the registry now, and not at the previous audit
    left: tuple[RegistryEntry, ...] = ()
    facts: Mapping[tuple[str, str], Facts] = field(default_factory=dict)
    """(network, address) → what a fresh reading showed; only the ЦУР's table asks for it."""
    lacks_towns: bool = False  # a municipality of today's settings was not audited
    of_some: str = ""  # «kedrovy-minvody» where a reader gets these of the audit's municipalities
    settling: Mapping[str, Settling] = field(default_factory=dict)  # by the institution's key
    looks: Mapping[Address, Sequence[Observation]] = field(default_factory=dict)
    """(network, address) → its last readings, newest first; fragments are cut from them."""
    stated: Mapping[str, Sequence[Stated]] = field(default_factory=dict)  # likewise
    sender: Sender = field(default_factory=Sender)

    def __post_init__(self) -> None:
        if not isinstance(self.findings, Findings):
            object.__setattr__(self, "findings", Listed(self.findings))

    @property
    def found(self) -> Findings:
        assert isinstance(self.findings, Findings)
        return self.findings

    @property
    def is_partial(self) -> bool:
        """Not of everything: it must never be taken for the whole."""
        return self.audit.scope is not None or self.lacks_towns


class FormatError(OperatorError):
    """A format cannot be written on this machine; the text is Russian and says what is missing."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report in one format: its file, and what belongs beside it."""

    main: bytes
    beside: Iterable[tuple[str, bytes]] = ()
    """Relative path and content; rendered one at a time, so that memory is bounded."""

    @property
    def parts(self) -> Iterator[bytes]:
        return iter((self.main,))


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """The same, its file in parts: whoever writes it down holds one of them at a time."""

    parts_anew: Callable[[], Iterable[bytes]]  # from the first one on, each time
    beside: Iterable[tuple[str, bytes]] = ()

    @property
    def parts(self) -> Iterator[bytes]:
        return iter(self.parts_anew())

    @property
    def main(self) -> bytes:
        """All of it at once, for a letter and for tests."""
        return b"".join(self.parts)

    def __eq__(self, other: object) -> bool:
        """By what is written, as `Rendered`."""
        if not isinstance(other, Rendered | Streamed):
            return NotImplemented
        return self.main == other.main and self.beside == other.beside

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What an entry point of the group `dozor.formats` names: one way to write a report down."""

    slug: str  # "html", as in `report --format html`
    suffix: str  # ".html"
    title: str  # Russian, for `--help`
    render: Callable[[Report], Rendered | Streamed]  # the same report gives the same bytes
    whole_only: bool = False  # of a part it would look like the whole: the table of the ЦУР

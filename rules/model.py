"""The words of the second stage: what the law asks, of whom, and whether it is met.

`Institution` and its parts are the registry as values; `Act` and `Requirement` are a pack as
values; a `Dossier` brings one institution and its observations together as of a moment; a
`Finding` is what the engine says of it. All frozen, all without a clock, network or database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from collectors.model import Evidence, Observation, Page

# --- the registry, as values ------------------------------------------------------------------

Kind = Literal[
    "authority",
    "department",
    "school",
    "kindergarten",
    "additional_education",
    "culture",
    "library",
    "sport",
    "finance",
    "accounting",
    "other",
]
Category = Literal["flagship", "active", "card"]


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included; None: open on that side."""

    since: date | None
    until: date | None

    def covers(self, on: date) -> bool:
        return (self.since or on) <= on <= (self.until or on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody by office; a name is never kept."""

    role: str  # head | organiser | filler | authorised
    post: str = ""
    rank: str = "other"  # head | deputy_head | acting | other
    order: str = ""
    ordered_on: date | None = None
    esia_on: date | None = None
    employee: bool | None = None
    since: date | None = None
    until: date | None = None

    def is_in_office(self, on: date) -> bool:
        return Period(self.since, self.until).covers(on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A person's dated, expiring answer where no machine can see."""

    kind: str
    stated_by: str
    stated_on: date
    value: bool | None = None  # False is an admission
    page: str | None = None  # canonical address
    count: int | None = None
    of: int | None = None
    document: str = ""
    valid_until: date | None = None  # None: 12 months
    requirement: str | None = None  # kind "finding": which review it closes
    outcome: str | None = None  # kind "finding": pass | fail
    about: str | None = None  # kind "finding": of whom a finding of the authority speaks
    source: str = "registry"  # registry | database | cur_table
    number: int | None = None  # of the same statement on record, where a table was made from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: str
    on: date
    page: str | None = None
    to: str | None = None  # of a notice: department | cur
    about: str | None = None  # of a notice: what it announces
    document: str = ""
    requirement: str | None = None  # of a dispute: which finding
    is_estimate: bool = False  # noticed by the crawler: `on` is the latest possible date
    earliest: date | None = None  # of an estimate
    number: int | None = None  # as of an attestation


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """The law excludes the institution (clause 4 of both acts)."""

    scope: tuple[str, ...] = ("pages",)  # pages | site | a network
    ground: str = ""
    approved_by: str = ""  # id of the body that agreed
    document: str = ""
    since: date | None = None
    until: date | None = None

    def covers(self, on: date) -> bool:
        return Period(self.since, self.until).covers(on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An authority tolerates a violation until a date: it stays `fail`, shown with the waiver."""

    requirement: str
    reason: str
    by: str
    until: date
    page: str | None = None
    document: str = ""
    number: int | None = None  # as of an attestation


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPage:
    """Somebody confirmed that there is no page in this network."""

    confirmed_on: date
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """Who is audited. Everything but id, name and kind may be missing."""

    id: str
    municipality: str
    name: str
    kind: str
    short_name: str = ""
    popular_names: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    parent: str | None = None
    ogrn: str | None = None
    inn: str | None = None
    category: str | None = None  # flagship | active | card
    site: str | None = None  # canonical
    site_aliases: tuple[str, ...] = ()
    no_site: bool = False
    address: str | None = None
    phones: tuple[str, ...] = ()  # as written in the registry
    emails: tuple[str, ...] = ()
    no_email: bool = False
    since: date | None = None
    until: date | None = None
    pages: tuple[Page, ...] = ()  # of the networks; the site is `site`
    no_pages: Mapping[str, NoPage] = field(default_factory=dict)  # network → confirmed absence
    exemptions: tuple[Exemption, ...] = ()
    persons: tuple[Person, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    events: tuple[Event, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def key(self) -> str:
        """Unique over all registries: `municipality/institution`."""
        return f"{self.municipality}/{self.id}"

    def is_active(self, on: date) -> bool:
        """Registered by then, and not closed."""
        return Period(self.since, self.until).covers(on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActStatus:
    """What the act's file cannot know and the registry may say (`[acts."id"]`)."""

    status: str | None = None  # draft | in_force | repealed
    effective_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """One registry file."""

    id: str
    name: str
    timezone: ZoneInfo
    packs: tuple[str, ...] = ()
    authority: str | None = None
    region: str = ""
    days_off: tuple[date, ...] = ()  # regional days off
    acts: Mapping[str, ActStatus] = field(default_factory=dict)
    institutions: tuple[Institution, ...] = ()
    digest: str = ""  # sha256 of the file
    by_id: Mapping[str, Institution] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {one.id: one for one in self.institutions}
        object.__setattr__(self, "by_id", found)  # frozen, yet asked for at every finding

    def day_of(self, moment: datetime) -> date:
        """Its own day (G05)."""
        return moment.astimezone(self.timezone).date()

    def acts_in(self, acts: Mapping[str, Act]) -> tuple[Act, ...]:
        """Those that bind its institutions, in the registry's order."""
        return tuple(acts[name] for name in self.packs)


# --- a pack, as values ------------------------------------------------------------------------


class Outcome(StrEnum):
    """XCCDF's words where it has them."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    PENDING = "pending"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    ADVISORY = "advisory"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The wording and thresholds of a requirement from a date on."""

    since: date
    parameters: Mapping[str, Any]
    until: date | None = None  # repealed; the requirement stays in the pack
    borrowed: tuple[str, ...] = ()  # parameters that only the clause it inherits gives

    def is_in_force(self, on: date) -> bool:
        return Period(self.since, self.until).covers(on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestor:
    """A clause of another act that a requirement repeats, tightens or refers to."""

    requirement: str  # full id
    clause: str
    act: str  # short title


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One checkable clause of an act."""

    id: str  # "kedrovy-2022-298/6.4-recommended"
    clause: str  # "6.4"
    title: str
    law: str  # paraphrase
    quote: str  # exact words, only where they decide
    looks_at: str
    how: str  # what is pass, fail, review, unknown
    source: str
    nature: str  # mandatory | recommended | right
    severity: Severity
    per: str  # institution | network | page | about | event
    subjects: Mapping[str, Any]  # selectors: listed, kind, parent, category, authority, …
    networks: tuple[str, ...]  # a page in each of them, unless `any_network`
    predicate: str | None  # None: not checkable, `why_not` says why
    editions: tuple[Edition, ...]
    advice: str
    exempt_scope: str | None = "pages"  # which exemption takes it away: pages | site | None
    worst: Outcome = Outcome.FAIL  # `review`: this clause never accuses by itself
    outcomes: tuple[Outcome, ...] = ()  # all that it can have, each shown by a case of the tests
    why_not: str = ""
    uncertainty: str = ""
    any_network: bool = False  # a page in one of `networks` is enough
    norm: Mapping[str, str] = field(default_factory=dict)  # the act's numbers: at_least | at_most
    inherits: tuple[Ancestor, ...] = ()  # the nearest first
    checked_on: date | None = None  # when somebody last held it against the act's text
    valid_until: date | None = None  # where it is known that it will change

    def is_in_force(self, on: date) -> bool:
        return any(edition.is_in_force(on) for edition in self.editions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A decree: one pack, one file."""

    id: str
    title: str
    short_title: str
    status: str  # draft | in_force | repealed
    signed_on: date | None
    effective_date: date | None
    listed: tuple[str, ...]  # names of the bodies that the act names as bound
    exempt: tuple[str, ...]  # names of the bodies that the act itself excludes
    requirements: tuple[Requirement, ...]
    notes: tuple[str, ...] = ()
    digest: str = ""  # sha256 of the file

    def networks(self, on: date) -> frozenset[str]:
        """Whose pages it speaks of on that day; a page elsewhere is kept of one's own will."""
        return frozenset().union(
            *(one.networks for one in self.requirements if one.is_in_force(on))
        )


# --- judging ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is known of one institution as of a moment.

    `observations` are this institution's and those of the authority's site; for the authority
    also those of everybody's pages, of which presence and names are enough. Each page's newest
    first, none later than `as_of`. The registry's and the database's attestations, events and
    waivers are already joined in `institution`.
    """

    municipality: Municipality
    institution: Institution
    as_of: datetime
    observations: Mapping[
        tuple[str, str], tuple[Observation, ...]
    ]  # (network, address) → newest first
    freshness_days: int = 7
    shared_texts: Mapping[str, int] = field(default_factory=dict)  # Post.digest → pages

    @property
    def today(self) -> date:
        """The day of `as_of`, where the municipality is."""
        return self.municipality.day_of(self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An outcome bound to a requirement, a page and an audit, with its sentence."""

    institution: str  # id
    municipality: str
    requirement: str
    clause: str
    outcome: Outcome
    severity: Severity
    reason: str  # a code; every code has a Russian sentence
    because: str  # that sentence, filled in: measured, required
    network: str | None = None
    page: str | None = None
    about: str | None = None
    page_id: str | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)  # JSON values only
    required: Mapping[str, Any] = field(default_factory=dict)
    remedy: str | None = None  # only for fail and review
    evidence: tuple[Evidence, ...] = ()
    preview: Outcome | None = None  # what a draft act or a voluntary page would have got
    preview_because: str | None = None
    previous: Outcome | None = None
    since: date | None = None
    waiver: Waiver | None = None
    disputed: bool = False
    notes: tuple[str, ...] = ()  # information beside the outcome
    read_on: date | None = None  # the local day of the oldest look that it rests on

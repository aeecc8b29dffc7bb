"""The words of the first stage: what is looked at, and what was seen.

A value here is frozen and travels unchanged through rules, reports and storage. In `Facts` the
difference between *not shown to us* and *seen, and absent* is the whole point: `None` is the
first, `False`, `""` or `()` the second. Nothing downstream may turn the first into an accusation.

Three small protocols (`EvidenceSink`, `Budget`, `Collector`) say what the outside must offer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

VK = "vk"
OK = "ok"
SITE = "site"

Role = Literal["official", "branch", "project", "authority"]
"""`authority` is only for sites: the site of the administration, which is read in full."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""`Wall.covered_since` of a wall that was read to its first post."""


Address = tuple[str, str]
"""Network and canonical address: by it a page is found in storage and dossiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An address to look at: a page in a network, or an official site (network `site`)."""

    institution: str  # "municipality/institution"
    network: str  # a slug, so that a new network needs no change here
    address: str  # canonical, see collectors/addresses.py
    role: Role = "official"
    created_on: date | None = None
    deleted_on: date | None = None
    known_id: str | None = None  # the network's own id from an earlier reading: survives a rename

    @property
    def key(self) -> Address:
        """By which observations are kept: the address in its network."""
        return self.network, self.address

    def has_begun(self, on: date) -> bool:
        return self.created_on is None or self.created_on <= on

    def stands(self, on: date) -> bool:
        """Created by then, and not deleted: only such a page is registered as of the date."""
        return self.has_begun(on) and (self.deleted_on is None or self.deleted_on > on)


class FailureCode(StrEnum):
    """Why something could not be read. A closed list: each has a Russian sentence in the rules."""

    # the way there
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    REDIRECTS = "redirects"
    ADDRESS_REFUSED = "address_refused"  # leads into a private network, or is not http(s)
    # the answer
    SERVER_ERROR = "server_error"  # 5xx, or the platform's own "internal error"
    FORBIDDEN = "forbidden"  # 401, 403
    RATE_LIMITED = "rate_limited"  # 429, flood control
    ROBOTS = "robots"
    LOGIN_WALL = "login_wall"
    CAPTCHA = "captcha"
    EMPTY = "empty"
    STUB = "stub"  # a page instead of the site: maintenance, a hoster's default page
    NEEDS_JAVASCRIPT = "needs_javascript"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"  # not JSON, of another shape
    CUT = "cut"  # its end did not come: what was seen may help, what was not proves nothing
    UNRECOGNISED = "unrecognised"  # no selector matched: the platform changed its pages
    INCOMPLETE = "incomplete"  # the wall or the crawl was not read far enough
    # us
    TOKEN_MISSING = "token_missing"
    TOKEN_REFUSED = "token_refused"  # bad, expired, revoked, of the wrong kind or address
    QUOTA = "quota"  # the day's calls are used up
    NOT_DUE = "not_due"  # another page needed tonight's calls more
    OUR_FAULT = "our_fault"  # a bad parameter, no such method, an error that nobody foresaw
    INTERRUPTED = "interrupted"
    # the page
    NOT_VISIBLE = "not_visible"  # closed to us; proves nothing by itself
    NOT_A_COMMUNITY = "not_a_community"  # the address belongs to a person or an application
    CONTROL_SILENT = "control_silent"  # no control page showed this signal in this run (G20)
    NOT_OFFERED = "not_offered"  # this way of reading never shows this fact


# Then nobody asked: an earlier look may serve while it is fresh. Judging, coverage, planning and
# the second look have to agree on it, or one would accuse where another says "not read".
NOT_TRIED = frozenset({FailureCode.NOT_DUE, FailureCode.QUOTA})


@dataclass(frozen=True, slots=True)
class Failure:
    """A named reason, with an English detail for the log (never a secret)."""

    code: FailureCode
    detail: str = ""


# --- evidence ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as they went over the wire; may still hold secrets."""

    network: str
    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    body: bytes  # decoded from its transfer and content encoding
    fetched_at: datetime  # real time, aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the bytes of an exchange are kept. `sha256` is of the stored, redacted body."""

    record: str  # "urn:uuid:…", the WARC record
    sha256: str
    url: str  # without secrets
    fetched_at: datetime
    status: int


class EvidenceSink(Protocol):
    def keep(self, exchange: Exchange) -> Evidence:
        """Store the exchange, secrets removed; from any thread, several at a time.

        A failure to store stops the run (OSError).
        """
        ...


# --- what was seen ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number that is shown. Either `e164` or, where no area code is given, `local`."""

    original: str
    place: str
    e164: str | None = None  # "+73825035546"
    extension: str | None = None  # "2"
    local: str | None = None  # digits of a number without a code: "35546"
    of_another: bool = False  # it stands only where the text speaks of another body


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    value: str  # lower case, domain in Unicode
    original: str
    place: str
    of_another: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    original: str
    place: str
    of_another: bool = False


class Shown(StrEnum):
    """How a site shows the address of a page where a plain link to it is not to be seen."""

    ITEM = "item"  # a link to one post, photo or topic, from which a visitor reaches the page
    PARAMETER = "parameter"  # within another address, which may or may not lead on to it
    WIDGET = "widget"  # the network's own frame or script shows the page
    CODE = "code"  # in an attribute, a script, a drawing: perhaps a link, perhaps not
    TEXT = "text"  # to be read, not to be followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    place: str
    text: str = ""
    page: Address | None = None  # of a network, to which it leads; see `SiteFacts.networks`
    shown: Shown | None = None  # None: a link to be followed


class HintKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    POSTAL = "postal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a reader may take for a contact though no finder understands it: «school1@example. org».

    It proves nothing, and keeps from calling that contact absent.
    """

    kind: HintKind
    original: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Everything that is shown, from every place that was read (guard G15)."""

    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    addresses: tuple[PostalAddress, ...] = ()
    links: tuple[Link, ...] = ()
    hints: tuple[Hint, ...] = ()


class Author(StrEnum):
    """Of a visitor nothing more is kept than that somebody other than the page wrote."""

    PAGE = "page"  # the community itself
    OTHER = "other"  # a personal profile: a visitor, or a secretary (guard G08)
    UNTOLD = "untold"  # the network does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One entry of a wall."""

    key: str  # the network's id of the entry
    published_at: datetime  # aware, UTC
    author: Author = Author.PAGE
    is_pinned: bool = False
    is_repost: bool = False
    is_advertisement: bool = False
    own_length: int | None = None  # characters of the page's own text; None: not read
    digest: str | None = None  # of the page's own text, normalised: finds autoposting
    blur_hours: int = 0  # how far off `published_at` may be (a date without a time or a zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The posts that were read, newest first, and how far back nothing is missing."""

    posts: tuple[Post, ...]
    covered_since: datetime | None  # every unpinned post since then is in `posts`; None: not known
    total: int | None = None  # entries, as the network counts them


class Presence(StrEnum):
    LIVE = "live"
    BANNED = "banned"  # a positive statement of the platform
    DELETED = "deleted"  # a positive statement of the platform
    ABSENT = "absent"  # an unknown id, 404, 410, no such name: an absence, not yet a proof (G01)


class Access(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    PRIVATE = "private"


class WallAccess(StrEnum):
    OFF = "off"
    OPEN = "open"
    LIMITED = "limited"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a site's page under one heading or in one table row: may be a card."""

    heading: str
    text: str
    contacts: Contacts = field(default_factory=Contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One page of a crawled site."""

    url: str
    status: int
    title: str = ""
    headings: tuple[str, ...] = ()
    breadcrumbs: tuple[str, ...] = ()
    anchors: tuple[Link, ...] = ()  # every link, with its text; `place` is this page's url
    text_length: int = 0
    documents: int = 0  # links to PDF, DOCX, … (noted, not read)
    latest_date: date | None = None
    blocks: tuple[Block, ...] = ()
    mentions: tuple[str, ...] = ()  # dates and numbers of acts named in the text: "№ 298"
    hints: tuple[Link, ...] = ()  # pages of networks that are shown, but not by a link


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """How far a site was read. Only a complete crawl can show that something is missing."""

    complete: bool
    read: int
    frontier: int  # addresses known and not read
    skipped: Mapping[str, int] = field(default_factory=dict)  # FailureCode → count


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    final_url: str
    pages: tuple[SitePage, ...]
    crawl: Crawl
    pos_widgets: tuple[str, ...] | None = None  # addresses of ПОС forms; () = looked, none
    certificate: str | None = None  # a note on a certificate that our store does not accept
    text: str | None = None  # how the home page begins and ends; None: kept by an earlier version
    numbers: tuple[str, ...] = ()  # ОГРН and ИНН on any page: they tell whose site it is
    networks: tuple[str, ...] | None = None
    """Whose pages were looked for in its links. None: an earlier version, which did not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one page showed, in words that fit every network. `None`: not shown to us."""

    presence: Presence | None = None
    access: Access | None = None
    wall_access: WallAccess | None = None
    page_id: str | None = None  # the network's own id, digits
    screen_name: str | None = None
    kind: str | None = None  # group, page, event
    title: str | None = None
    description: str | None = None
    status: str | None = None
    topic: str | None = None
    pinned_text: str | None = None  # "" = no pinned post
    created_at: datetime | None = None
    government_mark: bool | None = (
        None  # «Госорганизация»; False only when a control page proved it
    )
    verified: bool | None = None  # the network's own tick, which is another thing (G19)
    has_avatar: bool | None = None
    has_cover: bool | None = None
    members_count: int | None = None
    topics_count: int | None = None  # OK: posts, as the network counts them
    clips_count: int | None = None  # VK: clips are in no wall (guard G09)
    contacts: Contacts | None = None  # the union of all places; () inside = looked, none
    menu: tuple[Link, ...] | None = None
    unread_places: tuple[str, ...] = ()  # wiki pages and articles that may hold contacts, unread
    wall: Wall | None = None
    site: SiteFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one page showed at one moment. Append-only: a later look is a new observation.

    `failure` says that nothing at all could be read (then `facts` is None). `gaps` names single
    facts that could not, by field name of `Facts`: the wall may fail where the title did not.
    """

    page: Page
    observed_at: datetime  # the run's `as_of`; the evidence keeps the real time
    facts: Facts | None = None
    failure: Failure | None = None
    gaps: Mapping[str, Failure] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    reader: str = ""  # fingerprint of the token that read it, or "public"


# --- what the outside offers ------------------------------------------------------------------


class Budget(Protocol):
    def take(self, reader: str, method: str, calls: int) -> int:
        """Reserve up to `calls` calls of `method` for today; the number that was granted."""
        ...

    def exhaust(self, reader: str, method: str) -> None:
        """The platform itself said that today's quota is used up."""
        ...

    def left(self, reader: str, method: str) -> int:
        """Calls of `method` that may still be taken for today."""
        ...

    def frees_in(self, reader: str, method: str) -> float | None:
        """Seconds until more calls may be taken; None: not within the hour, no use in waiting."""
        ...


class Turns(Protocol):
    def next(self, reader: str, seconds: float) -> float:
        """Take the reader's next turn, which lasts so long; the seconds until it begins."""
        ...

    def put_off(self, reader: str, late: float) -> bool:
        """The turn taken last began so late; False: the one after it is another's already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every collector of one run shares."""

    as_of: datetime  # the run's clock: relative dates are resolved by it, later posts ignored
    walls_since: datetime  # posts are wanted from here on
    evidence: EvidenceSink
    budget: Budget
    turns: Turns | None = None  # where other processes use the same readers; None: nobody else does
    user_agent: str = "Dozor/0.1 (audit of official pages; contact: see the operator)"


class Collector(Protocol):
    """A network's module. Yields observations batch by batch, exactly one for every page asked."""

    def __call__(
        self, pages: Sequence[Page], run: Run
    ) -> AsyncIterator[tuple[Observation, ...]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many calls of one method a platform grants a token in 24 hours."""

    per_day: int
    reserve: int = 0  # kept for audits on demand


def _no_quotas(_: Any) -> Mapping[str, Quota]:
    return {}


def _no_readers(_: Any) -> tuple[str, ...]:
    return ()


def _no_cost(_: Observation | None) -> Mapping[str, int]:
    return {}


class Health(StrEnum):
    """What `dozor doctor` says of a thing."""

    GOOD = "в порядке"
    WARNING = "внимание"
    FAULT = "ошибка"


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of the doctor, for the operator."""

    state: Health
    what: str
    advice: str = ""


CallsLeft = Callable[[str, str], int | None]
"""Reader and method → calls that the day still has; None: nobody has counted yet."""


def _no_widgets(_: str) -> tuple[str | None, ...]:
    return ()


def _no_signs(_: Any, __: CallsLeft) -> tuple[Sign, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What an entry point of the group `dozor.networks` names: one network, whole.

    Only the first five are needed; `docs/collectors.md` tells what a network gains by each other.

    `settings` is a frozen dataclass; its fields are the keys of `[slug]` in config.toml.
    `secrets` maps fields of `settings` to environment variables (NAME, or NAME_FILE), whose
    value reaches the field as a string, "" when unset; secrets never stand in config.toml.
    Fields in `many` may hold several, a line each, or with blanks, commas or semicolons between:
    they reach the field with commas.
    """

    slug: str
    title: str  # as Russian readers know it: «ВКонтакте»
    canonical: Callable[[str], str]  # any written form of an address → the one we keep; ValueError
    settings: type[Any]
    collector: Callable[[Any], Collector]  # takes an instance of `settings`
    secrets: Mapping[str, str] = field(default_factory=dict)
    many: frozenset[str] = frozenset()
    quotas: Callable[[Any], Mapping[str, Quota]] = _no_quotas  # settings → method → quota
    readers: Callable[[Any], tuple[str, ...]] = _no_readers  # settings → tokens, as Budget has them
    cost: Callable[[Observation | None], Mapping[str, int]] = _no_cost
    """The last reading of a page → method → calls that the next one will take."""
    where: str = ""  # «во «ВКонтакте»»
    page_title: str = ""  # «страница ВКонтакте»
    hosts: frozenset[str] = frozenset()  # of its own, every spelling
    page_in_link: Callable[[str], str | None] | None = None
    """A full address → the page that it opens; else None or ValueError. Without it: `canonical`."""
    item_in_link: Callable[[str], str | None] | None = None
    """A full address → the page of which it opens one item; else None or ValueError."""
    addresses_of: Callable[[str | None, str | None], Iterable[str]] | None = None
    """The network's own id and the name of a page → canonical addresses that open it as well."""
    in_widgets: Callable[[str], Iterable[str | None]] = _no_widgets
    """Markup of a site → pages that the network's widgets show; None: one that is not told."""
    check: Callable[[Any, CallsLeft], Iterable[Sign]] = _no_signs
    """Settings → what the doctor says of keys and tokens; may ask the network."""

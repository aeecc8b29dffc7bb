"""The world that the sandbox shows: communities, groups, sites, keys and limits, all frozen.

Nothing here knows a protocol; `vk.py`, `ok_api.py`, `ok_pages.py` and `sites.py` put it into the
platforms' forms. Times are absolute and aware. A thing may carry `later`: dated changes, so that
an earlier night shows an earlier state. In texts `{site:NAME}` becomes that site's address, which
is known only when the sandbox listens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From `at` on, the fields named in `values` have these values."""

    at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One entry of a wall. `author` is None for the page itself, else a person's id."""

    id: int
    published_at: datetime
    text: str = ""
    author: int | None = None
    pinned: bool = False
    repost_of: str | None = None  # the text of the original
    advertisement: bool = False
    removed_at: datetime | None = None
    edited_at: datetime | None = None  # MAX: moves the time that is told, and nothing else shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A VK community. `wall`: 0 off, 1 open, 2 limited, 3 closed; `is_closed`: 0, 1, 2 as in VK."""

    id: int
    name: str
    screen_name: str = ""  # without it the community answers to club<id>
    kind: Literal["group", "page", "event"] = "page"
    deactivated: Literal["deleted", "banned"] | None = None
    is_closed: Literal[0, 1, 2] = 0
    wall: Literal[0, 1, 2, 3] = 1
    wall_error: int | None = None  # what wall.get answers instead of posts
    description: str = ""
    status: str = ""
    activity: str = "Образовательное учреждение"
    site: str = ""
    city: str = ""
    address: str = ""
    address_phone: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    government_mark: bool = False
    verified: bool = False
    has_avatar: bool = True
    has_cover: bool = True
    members: int = 100
    clips: int | None = None
    posts: Sequence[Post] = ()  # any order; may be computed when it is asked for
    exists_from: datetime = BEGINNING
    later: tuple[Change, ...] = ()

    @property
    def domain(self) -> str:
        return self.screen_name or f"club{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OkGroup:
    """A group in OK. `login_wall`: its public page asks a visitor to sign in."""

    id: int
    name: str
    shortname: str = ""
    description: str = ""
    category: str = "Образование"
    access: Literal["OPEN", "CLOSED", "SECRET"] = "OPEN"
    blocked: bool = False
    deleted: bool = False
    login_wall: bool = False
    phone: str = ""
    address: str = ""
    city: str = ""
    homepage_url: str = ""
    government_mark: bool = False
    premium: bool = False
    has_avatar: bool = True
    has_cover: bool = True
    members: int = 100
    posts: Sequence[Post] = ()
    created_at: datetime = BEGINNING
    later: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxMember:
    """A bot in a channel: its standing, and what it may do as an administrator."""

    status: Literal["active", "removed", "left", "closed", "suspended"] = "active"
    permissions: tuple[str, ...] = ("read_all_messages",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxChannel:
    """A channel in MAX. `bots`: by token; who is not there is a stranger to it."""

    chat_id: int
    name: str
    link: str | None = None
    description: str = ""
    kind: Literal["channel", "chat", "dialog"] = "channel"
    is_public: bool = True
    members: int = 100
    has_icon: bool = True
    bots: Mapping[str, MaxMember] = field(default_factory=dict)
    posts: Sequence[Post] = ()
    exists_from: datetime = BEGINNING
    later: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxEvent:
    """A bot was let in, or put out; told for 24 hours to the bot's own token."""

    at: datetime
    chat_id: int
    token: str
    kind: Literal["bot_added", "bot_removed"] = "bot_added"
    is_channel: bool = True


Trouble = Literal[
    "hang",  # accepts and never answers
    "drip",  # a byte now and then, for ever
    "endless",  # a body without an end
    "cut",  # announces more bytes than it sends
    "bomb",  # a small gzip that unpacks to `bomb_bytes`
    "refuse",  # closes the connection without a word
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One answer of a site. A `location` makes it a redirect (status 302 unless told)."""

    body: str = ""
    status: int = 200
    location: str = ""
    content_type: str = "text/html"
    encoding: str = "utf-8"
    declare_encoding: bool = True
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An official site on a loopback address of its own. `tls`: https, with such a certificate."""

    name: str
    address: str  # 127.0.x.y
    pages: Mapping[str, SitePage] = field(default_factory=dict)
    everywhere: SitePage | None = None  # answers every path: a site that is down
    tls: Literal["trusted", "unknown_root", "expired", "wrong_name"] | None = None
    later: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A VK key. `sees_marks`: is_government_organization and menu are shown to it."""

    value: str
    kind: Literal["service", "user", "group"] = "service"
    may_execute: bool = True
    sees_marks: bool = True
    valid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OkKey:
    """An application of OK. `methods`: what it may call beyond url.getInfo; None: everything."""

    application_key: str
    secret_key: str
    access_token: str = ""
    session_secret_key: str = ""  # when OK has handed it out apart from the token
    methods: frozenset[str] | None = None
    external: bool = True  # an external application needs a session for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the platforms allow; None switches a limit off."""

    requests_per_second: int | None = 3
    wall_get_per_day: int | None = 5000
    execute_calls: int | None = 25
    execute_operations: int | None = 1000
    answer_bytes: int | None = 5_000_000
    latency: float = 0.0  # seconds before every answer of VK


FaultKind = Literal["error", "status", "hang", "cut", "not_json", "null", "null_item", "body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with some of the requests to VK or OK.

    `method` is a VK or OK method ("*": any; "page" for OK's public pages). It strikes from the
    `first` matching call on, `times` times (None: for ever). `about` must occur in a parameter
    (an id, a screen name, a path). An `error` has a `code`; a `status` an HTTP `code`; a `body`
    its `text`; with a `null_item`, null stands where the community or group `about` should.
    Inside `execute` only `error` strikes inner calls. On OK's public pages an `error` is the
    login wall.
    """

    kind: FaultKind = "error"
    code: int = 10
    text: str = ""
    method: str = "*"
    token: str | None = None
    about: str | None = None
    first: int = 1
    times: int | None = 1


def no_community(_: int | str) -> Community | None:
    return None


def no_ok_group(_: int | str) -> OkGroup | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that there is. `more_*` find things that are made only when somebody asks for them."""

    communities: tuple[Community, ...] = ()
    more_communities: Callable[[int | str], Community | None] = no_community
    ok_groups: tuple[OkGroup, ...] = ()
    more_ok_groups: Callable[[int | str], OkGroup | None] = no_ok_group
    persons: Mapping[str, int] = field(default_factory=dict)  # screen name → id
    sites: tuple[Site, ...] = ()
    tokens: tuple[Token, ...] = ()
    ok_keys: tuple[OkKey, ...] = ()
    limits: Limits = Limits()
    faults: tuple[Fault, ...] = ()
    clock: datetime | None = None  # None: the real time
    ok_timezone: str = "Europe/Moscow"
    projection_keeps_gaps: bool = True  # `@.x` gives null for an item without x, or drops it
    control_pages: tuple[str, ...] = ()  # VK pages known to carry the mark
    ok_control_pages: tuple[str, ...] = ()
    max_channels: tuple[MaxChannel, ...] = ()
    max_bots: tuple[str, ...] = ()  # tokens that read
    max_teller: str = ""  # the token of a bot that only writes
    max_events: tuple[MaxEvent, ...] = ()
    max_control_pages: tuple[str, ...] = ()
    max_keeps_nulls: bool = False  # the real server leaves out what is null


Thing = TypeVar("Thing", Community, OkGroup, MaxChannel, Site)


def as_of(thing: Thing, moment: datetime) -> Thing:
    """The thing with all its changes up to `moment`."""
    due = [change for change in thing.later if change.at <= moment]
    values = {k: v for change in sorted(due, key=lambda c: c.at) for k, v in change.values.items()}
    return replace(thing, **values) if values else thing


def shown(posts: Sequence[Post], moment: datetime) -> list[Post]:
    """What a visitor sees at `moment`: the pinned one first, then the newest first."""
    there = [
        post
        for post in posts
        if post.published_at <= moment and (post.removed_at is None or moment < post.removed_at)
    ]
    return sorted(there, key=lambda post: (post.pinned, post.published_at, post.id), reverse=True)

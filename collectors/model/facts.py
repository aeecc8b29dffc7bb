"""What one page showed: `None` is *not shown to us*, `False`, `""` and `()` *seen, and absent*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from collectors.model.contacts import Contacts, Link
from collectors.model.evidence import Evidence
from collectors.model.failures import Failure, FailureCode
from collectors.model.pages import Page
from collectors.model.sites import SiteFacts
from collectors.model.walls import Wall


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
    reader_may_write: bool | None = None  # what our reader was given there is more than it needs
    schema: str | None = None  # of the network's answers, the version that they agreed with
    unread_places: tuple[str, ...] = ()  # wiki pages and articles that may hold contacts, unread
    wall: Wall | None = None
    site: SiteFacts | None = None


WITH_A_WALL = frozenset({"wall", "pinned_text", "contacts"})  # what a look at a wall shows


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

    @property
    def is_left(self) -> bool:
        """It was left for another night; of a site no more than the home page was read."""
        return self.failure is not None and self.failure.code is FailureCode.AT_REST

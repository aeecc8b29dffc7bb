"""The words of the first stage: what is looked at, and what was seen.

    pages      Page: what is looked at
    failures   FailureCode, Failure: why something could not be read
    evidence   Exchange, Evidence: the bytes that came
    contacts   Phone, Email, PostalAddress, Link, Hint
    walls      Post, Wall
    sites      SitePage, Crawl, SiteFacts
    facts      Facts, Observation: what one page showed at one moment
    running    Run, Collector: what a run and a collector owe each other
    networks   Network: what a network tells of itself

A value here is frozen and travels unchanged through rules, reports and storage. In `Facts` the
difference between *not shown to us* and *seen, and absent* is the whole point: `None` is the
first, `False`, `""` or `()` the second. Nothing downstream may turn the first into an accusation.

Every word is imported from here, whichever of the modules holds it.
"""

from __future__ import annotations

from collectors.model.contacts import (
    Contacts,
    Email,
    Hint,
    HintKind,
    Link,
    Phone,
    PostalAddress,
    Shown,
)
from collectors.model.evidence import (
    Copy,
    Evidence,
    EvidenceSink,
    Exchange,
    Original,
    Originals,
    Route,
)
from collectors.model.facts import (
    WITH_A_WALL,
    Access,
    Facts,
    Observation,
    Presence,
    WallAccess,
)
from collectors.model.failures import (
    AT_ITS_DOOR,
    NOT_OURS_TO_READ,
    NOT_TRIED,
    Failure,
    FailureCode,
)
from collectors.model.networks import (
    AddressOwner,
    Admission,
    CallsLeft,
    Dated,
    Health,
    Heard,
    Network,
    Places,
    Quota,
    Sign,
    Spared,
)
from collectors.model.pages import OK, SITE, VK, Address, Page, Role
from collectors.model.running import Budget, Collector, Memories, Run, SiteMemory, Turns
from collectors.model.sites import ROBOTS, Block, Crawl, SiteFacts, SitePage
from collectors.model.walls import BEGINNING, Author, Post, Wall

__all__ = [
    "AT_ITS_DOOR",
    "BEGINNING",
    "NOT_OURS_TO_READ",
    "NOT_TRIED",
    "OK",
    "ROBOTS",
    "SITE",
    "VK",
    "WITH_A_WALL",
    "Access",
    "Address",
    "AddressOwner",
    "Admission",
    "Author",
    "Block",
    "Budget",
    "CallsLeft",
    "Collector",
    "Contacts",
    "Copy",
    "Crawl",
    "Dated",
    "Email",
    "Evidence",
    "EvidenceSink",
    "Exchange",
    "Facts",
    "Failure",
    "FailureCode",
    "Health",
    "Heard",
    "Hint",
    "HintKind",
    "Link",
    "Memories",
    "Network",
    "Observation",
    "Original",
    "Originals",
    "Page",
    "Phone",
    "Places",
    "Post",
    "PostalAddress",
    "Presence",
    "Quota",
    "Role",
    "Route",
    "Run",
    "Shown",
    "Sign",
    "SiteFacts",
    "SiteMemory",
    "SitePage",
    "Spared",
    "Turns",
    "Wall",
    "WallAccess",
]

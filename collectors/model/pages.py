"""What is looked at: pages of institutions, each by its address in a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

VK = "vk"
OK = "ok"
SITE = "site"
Role = Literal["official", "branch", "project", "authority"]
"""`authority` is only for sites: the site of the administration, which is read in full."""


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

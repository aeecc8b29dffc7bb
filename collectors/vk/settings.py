"""What an operator may set in `[vk]`, and the tokens that come from the environment."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from collectors.model import Observation, Quota, Spared
from collectors.settings import above_zero, demand, http_addresses, not_below_zero, pages
from collectors.vk.addresses import vk_address

WALL_GET = "wall.get"
FULL_SHEET = 100  # the most that wall.get gives
LOOKED_BACK = timedelta(weeks=10)  # by an audit
USUAL_POSTS = 52  # of a first sheet, for these weeks
MAX_SHEETS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class VkSettings:
    """`tokens` is the secret VK_TOKENS: comma-separated, user or service tokens."""

    api_url: str = "https://api.vk.ru"
    api_version: str = "5.199"
    requests_per_second: float = 3
    wall_get_per_day: int = 5000
    reserve_per_day: int = 300
    control_pages: tuple[str, ...] = ()
    timeout: float = 30  # seconds, for the whole of one answer
    thrifty: bool = True  # a wall that cannot change a verdict tonight is left for another night
    backoff: float = 1  # seconds before the first repetition; doubles, with jitter
    tokens: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        demand(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from http_addresses(self, "api_url")
        yield from above_zero(self, "requests_per_second", "timeout")
        yield from not_below_zero(self, "wall_get_per_day", "reserve_per_day", "backoff")
        yield from pages(self, "control_pages", vk_address)

    @property
    def token_list(self) -> tuple[str, ...]:
        """Each token once, in the order given."""
        listed = (one.strip() for one in self.tokens.replace("\n", ",").split(","))
        return tuple(dict.fromkeys(one for one in listed if one))


def quotas(settings: VkSettings) -> Mapping[str, Quota]:
    """VK counts only `wall.get` by the day: 5,000 a token (SevereCloud/vk-limits)."""
    return {WALL_GET: Quota(per_day=settings.wall_get_per_day, reserve=settings.reserve_per_day)}


def spared(settings: VkSettings) -> Spared:
    return Spared.WALL if settings.thrifty else Spared.NOTHING


def readers(settings: VkSettings) -> tuple[str, ...]:
    return tuple(fingerprint(token) for token in settings.token_list)


def cost(last: Observation | None) -> Mapping[str, int]:
    """Calls of wall.get for a page that posts as it did: a first sheet as long as it takes, then
    full ones."""
    wall = last.facts.wall if last and last.facts else None
    shown = wall.count_since(last.observed_at - LOOKED_BACK) if last and wall else 0
    return {WALL_GET: min(MAX_SHEETS, math.ceil(wanted(shown) / FULL_SHEET))}


def wanted(shown: int) -> int:
    """How many posts to ask for, where so many were shown last time; a first sheet is as cheap by
    the day's calls when it is full as when it is short. A tenth more, and one that is older."""
    return shown + shown // 10 + 1


def fingerprint(token: str) -> str:
    """Names a token in logs and in the ledger without telling it."""
    return hashlib.sha256(token.encode()).hexdigest()[:8]

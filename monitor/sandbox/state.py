"""What changes while the sandbox runs: its clock, faults, revoked keys, counters and the log."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.sandbox.world import (
    Community,
    Fault,
    MaxChannel,
    OkGroup,
    OkKey,
    Site,
    Token,
    World,
    as_of,
)

DAY = timedelta(hours=24)
LOG_SIZE = 200_000
SITE_MARK = re.compile(r"\{site:([\w-]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One line of the request log. An inner call of `execute` has `inner` set."""

    at: float  # real time, seconds since the epoch
    surface: str  # vk, ok_api, ok_page, site
    method: str  # groups.getById, /group/1/topics, adm/contacts
    token: str = ""
    inner: bool = False
    outcome: str = ""  # "ok", "error 6", "status 502", "hang"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Strike:
    """A fault and how many matching calls it has seen."""

    fault: Fault
    seen: int = 0

    def hits(self) -> bool:
        self.seen += 1
        last = None if self.fault.times is None else self.fault.first + self.fault.times
        return self.seen >= self.fault.first and (last is None or self.seen < last)


@dataclass(slots=True)
class State:
    """The running world. Only the server's thread changes it; others read the log."""

    world: World
    clock: datetime | None = None
    strikes: list[Strike] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    log: deque[Call] = field(default_factory=lambda: deque(maxlen=LOG_SIZE))
    counters: Counter[str] = field(default_factory=Counter)
    site_urls: dict[str, str] = field(default_factory=dict)
    recent: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    walls_read: defaultdict[str, deque[datetime]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    by_key: dict[int | str, Community] = field(default_factory=dict)
    ok_by_key: dict[int | str, OkGroup] = field(default_factory=dict)
    max_by_id: dict[int, MaxChannel] = field(default_factory=dict)
    max_sent: list[tuple[int, str]] = field(default_factory=list)  # chat and text, as posted
    tokens: dict[str, Token] = field(default_factory=dict)
    ok_keys: dict[str, OkKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = self.world.clock
        self.strikes = [Strike(fault) for fault in self.world.faults]
        self.tokens = {token.value: token for token in self.world.tokens}
        self.ok_keys = {key.application_key: key for key in self.world.ok_keys}
        self.max_by_id = {channel.chat_id: channel for channel in self.world.max_channels}
        for community in self.world.communities:
            self.by_key[community.id] = community
            self._name(community, community.screen_name)
        for group in self.world.ok_groups:
            self.ok_by_key[group.id] = group
            self.ok_by_key[group.shortname.lower() or group.id] = group

    def _name(self, community: Community, *names: str) -> None:
        """A renamed community answers to its new name only; both are looked up, then checked."""
        later = [change.values.get("screen_name", "") for change in community.later]
        for name in (*names, *later):
            if name:
                self.by_key[name.lower()] = community

    def now(self) -> datetime:
        return self.clock or datetime.now(UTC)

    def community(self, key: int | str) -> Community | None:
        """The community as of now, by id or by its present screen name."""
        key = key.lower() if isinstance(key, str) else key
        found = self.by_key.get(key) or self.world.more_communities(key)
        if found is None or found.exists_from > self.now():
            return None
        found = as_of(found, self.now())
        return None if isinstance(key, str) and key != found.domain.lower() else found

    def ok_group(self, key: int | str) -> OkGroup | None:
        key = key.lower() if isinstance(key, str) else key
        found = self.ok_by_key.get(key) or self.world.more_ok_groups(key)
        if found is None or found.created_at > self.now():
            return None
        return as_of(found, self.now())

    def max_channel(self, chat_id: int) -> MaxChannel | None:
        found = self.max_by_id.get(chat_id)
        if found is None or found.exists_from > self.now():
            return None
        return as_of(found, self.now())

    def site(self, site: Site) -> Site:
        return as_of(site, self.now())

    def fill(self, text: str) -> str:
        """Put the sites' addresses in place of their marks."""
        if "{site:" not in text:
            return text
        return SITE_MARK.sub(lambda mark: self.site_urls[mark[1]].rstrip("/"), text)

    def note(self, call: Call) -> None:
        self.log.append(call)
        self.counters[f"{call.surface}:{call.method}"] += 1

    def strike(self, method: str, token: str, params: Mapping[str, str]) -> Fault | None:
        """The first fault that strikes this call. Every matching one counts the call."""
        struck = [s for s in self.strikes if _matches(s.fault, method, token, params) and s.hits()]
        return struck[0].fault if struck else None

    def too_fast(self, token: str) -> bool:
        """Whether this request is over the token's rate; a refused request does not count."""
        limit = self.world.limits.requests_per_second
        if limit is None:
            return False
        times, now = self.recent[token], time.monotonic()
        while times and now - times[0] >= 1.0:
            times.popleft()
        if len(times) >= limit:
            return True
        times.append(now)
        return False

    def wall_quota_is_over(self, token: str) -> bool:
        """Counts one wall.get of the rolling day, or says that there is none left."""
        limit = self.world.limits.wall_get_per_day
        if limit is None:
            return False
        times, now = self.walls_read[token], self.now()
        while times and now - times[0] >= DAY:
            times.popleft()
        if len(times) >= limit:
            return True
        times.append(now)
        return False


def _matches(fault: Fault, method: str, token: str, params: Mapping[str, str]) -> bool:
    if fault.method not in ("*", method) or (fault.token or token) != token:
        return False
    return fault.about is None or any(fault.about in value for value in params.values())

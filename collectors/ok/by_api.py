"""Reading groups by the API, and knowing what the key may not.

Whatever the API does not tell — for want of rights, of health, or of the group — is left to the
public pages, so nothing here is a failure of a page.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from collectors.halving import Halvings
from collectors.http.client import Client
from collectors.http.errors import ReadError
from collectors.model import Evidence, Failure, FailureCode, Page, Run
from collectors.numbers import number_in as number_as_told
from collectors.ok import beans
from collectors.ok.api import Api
from collectors.ok.errors import ApiError, ErrorKind
from collectors.ok.public import Head, Topics, concluded
from collectors.ok.settings import OkSettings
from collectors.ok.turns import in_turns
from collectors.ok.walls import TopicsReading, is_enough

log = logging.getLogger(__name__)

WAYS_TO_TOPICS = ("stream.get", "mediatopic.getTopics")
MOST_TROUBLES = 5
"""Calls in a row that came to nothing: then the API is down, and the night is short."""

IN_VAIN = 10  # halvings in a row: one guilty group of a call causes seven
MAY_BE_OF_ONE = frozenset(
    {
        FailureCode.TIMEOUT,
        FailureCode.CONNECTION,
        FailureCode.SERVER_ERROR,
        FailureCode.TOO_LARGE,
        FailureCode.MALFORMED,
        FailureCode.CUT,
    }
)

Beans = dict[str, tuple[beans.Bean, tuple[Evidence, ...]]]


@dataclass(slots=True)
class ByApi:
    """One run's use of the API. `stopped`: why no more calls are made in this run."""

    settings: OkSettings
    run: Run
    api: Api
    stopped: Failure | None = None
    shown: frozenset[str] = frozenset()  # keys of any group's bean in this run
    refused: set[str] = field(default_factory=set)  # methods that are not for this key
    troubles: int = 0
    halvings: Halvings = field(default_factory=lambda: Halvings(patience=IN_VAIN))

    async def heads(self, pages: Sequence[Page]) -> dict[Page, Head]:
        """The pages of which the API told something definite."""
        answers = await in_turns(pages, self._uid)
        found = {p: a for p, a in zip(pages, answers, strict=True) if isinstance(a, Head)}
        uids = {p: a for p, a in zip(pages, answers, strict=True) if isinstance(a, str)}
        told = await self._groups(list(dict.fromkeys(uids.values())))
        self.shown |= beans.shown_keys(bean for bean, _ in told.values())
        for page, (bean, evidence) in ((p, told[u]) for p, u in uids.items() if u in told):
            found[page] = Head(facts=beans.facts(bean, self.shown), evidence=evidence)
        return found

    async def topics_count(self, uid: str) -> tuple[int | None, tuple[Evidence, ...]]:
        method = "group.getCounters"
        if not self._may(method):
            return None, ()
        try:
            told = await self.api.topics_count(uid)
        except ReadError as error:
            self._learn(error, method)
            return None, error.evidence
        self.troubles = 0
        return told.value, told.evidence

    async def topics(self, uid: str, total: int | None) -> Topics | None:
        """None when no method lists the topics of this group for this key."""
        for way in WAYS_TO_TOPICS:
            if not self._may(way):
                continue
            try:
                return await self._topics_by(way, uid, total)
            except ReadError as error:
                self._learn(error, way)
        return None

    async def _topics_by(self, way: str, uid: str, total: int | None) -> Topics | None:
        reading, anchor = TopicsReading(total=total), ""
        kept: tuple[Evidence, ...] = ()
        for _ in range(self.settings.max_topic_pages):
            told = await self.api.topics(way, uid, anchor)
            entries, anchor = told.value
            before, reading = reading.entries, reading.plus(entries)
            kept += told.evidence
            reading = replace(reading, is_ended=not anchor or reading.entries == before)
            if reading.is_ended or self._is_enough(reading):
                break
        topics = concluded(reading, None, kept, self.run)
        return topics if topics.wall else None

    def _is_enough(self, reading: TopicsReading) -> bool:
        return is_enough(reading, self.run.as_of, self.run.walls_since)

    async def _uid(self, page: Page) -> str | Head | None:
        """The group's number, from the address, an earlier reading, or url.getInfo."""
        number = number_in(page.address) or page.known_id
        if number or not self._may("url.getInfo"):
            return number
        try:
            told = await self.api.thing_at(page.address)
        except ReadError as error:
            self._learn(error, "url.getInfo")
            return None
        kind, found = told.value
        if kind == "GROUP" and (number := number_as_told(found)):
            return number
        return _not_a_group(kind, told.evidence)

    async def _groups(self, uids: list[str]) -> Beans:
        """A call that fails for one group's sake is halved until that group stands alone."""
        if not uids or not self._may("group.getInfo"):
            return {}
        try:
            told = await self.api.groups(uids)
        except ReadError as error:
            if not self._may_halve(uids, error):
                self._learn(error, "group.getInfo")
                return {}
            half = len(uids) // 2
            return await self._groups(uids[:half]) | await self._groups(uids[half:])
        self.halvings.was_answered()
        self.troubles = 0
        return {beans.uid(bean): (bean, told.evidence) for bean in told.value}

    def _may_halve(self, uids: Sequence[str], error: ReadError) -> bool:
        """For what OK says of a group, and as often as is worth it for what it breaks down over."""
        if _is_about_a_group(error):
            return len(uids) > 1
        return error.failure.code in MAY_BE_OF_ONE and self.halvings.may(uids)

    def _may(self, method: str) -> bool:
        return self.stopped is None and method not in self.refused

    def _learn(self, error: ReadError, method: str) -> None:
        log.warning("OK %s: %s", method, error.failure.detail)
        kind = error.kind if isinstance(error, ApiError) else ErrorKind.RETRY
        if kind is ErrorKind.KEY:
            self.stopped = error.failure
        elif kind in (ErrorKind.METHOD, ErrorKind.PAUSE):
            self.refused.add(method)
        elif kind is ErrorKind.RETRY:
            self.troubles += 1
            self.stopped = error.failure if self.troubles >= MOST_TROUBLES else self.stopped


def by_api(client: Client, settings: OkSettings, run: Run) -> ByApi | None:
    return ByApi(settings, run, Api(client, settings)) if settings.has_key else None


def number_in(address: str) -> str | None:
    name = urlsplit(address).path.strip("/").removeprefix("group/")
    return number_as_told(name)


def _not_a_group(kind: str, evidence: tuple[Evidence, ...]) -> Head | None:
    if not kind:
        return None
    failure = Failure(FailureCode.NOT_A_COMMUNITY, f"the address is a {kind}")
    return Head(failure=failure, evidence=evidence)


def _is_about_a_group(error: ReadError) -> bool:
    kinds = (ErrorKind.ABSENT, ErrorKind.HIDDEN, ErrorKind.OURS)
    return isinstance(error, ApiError) and error.kind in kinds

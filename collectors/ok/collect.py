"""The night's reading of OK: by the API where a key may, by public pages otherwise.

One observation for every page that was asked, a few at a time. What the API refuses — a key, a
method, a group — is read from the public page instead; what neither shows stays unknown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

from collectors.addresses import AddressError, ok_address
from collectors.contacts import find_contacts, union
from collectors.http import Client, ReadError, open_client
from collectors.model import (
    OK,
    Access,
    Evidence,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Presence,
    Run,
)
from collectors.ok import beans
from collectors.ok.api import MOST_GROUPS, Api
from collectors.ok.errors import ApiError, Meaning
from collectors.ok.public import Head, Public, Topics, concluded
from collectors.ok.settings import OkSettings
from collectors.ok.signature import fingerprint
from collectors.ok.walls import Reading, to_wall

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 4  # so that slow answers do not slow the pace; the pace itself is the client's
PUBLIC = "public"
WAYS_TO_TOPICS = ("stream.get", "mediatopic.getTopics")


async def collect(
    settings: OkSettings, pages: Sequence[Page], run: Run
) -> AsyncIterator[tuple[Observation, ...]]:
    if not pages:
        return
    async with open_client(OK, run, settings.limits(), settings.guard()) as client:
        reader = _Reader(settings, run, client)
        for chunk in _chunks(pages, MOST_GROUPS):
            heads = await reader.heads_by_api(chunk)
            for few in _chunks(chunk, AT_ONCE):
                yield tuple(await _together([reader.observe(p, heads.get(p)) for p in few]))


@dataclass(slots=True)
class _Reader:
    """One run's knowledge of what the key may and which signals the control pages showed."""

    settings: OkSettings
    run: Run
    client: Client
    api: Api | None = None
    public: Public = field(init=False)
    shown: frozenset[str] = frozenset()  # keys of any group's bean in this run
    refused: set[str] = field(default_factory=set)  # methods that the key may not call
    marked: dict[str, Head | None] = field(default_factory=dict)  # reader → a control page's proof
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.public = Public(self.client, self.settings, self.run, datetime.now(UTC))
        self.api = Api(self.client, self.settings) if self.settings.has_key else None

    # --- by the API

    async def heads_by_api(self, pages: Sequence[Page]) -> dict[Page, Head]:
        """The pages of which the API told something definite; the rest are for the public way."""
        found: dict[Page, Head] = {}
        uids: dict[Page, str] = {}
        for page, uid in zip(pages, await _in_turns(pages, self._uid), strict=True):
            if isinstance(uid, Head):
                found[page] = uid
            elif uid:
                uids[page] = uid
        beans_of = await self._groups(list(dict.fromkeys(uids.values())))
        self.shown |= beans.shown_keys(bean for bean, _ in beans_of.values())
        for page, uid in uids.items():
            if uid in beans_of:
                bean, evidence = beans_of[uid]
                found[page] = Head(facts=beans.facts(bean, self.shown), evidence=evidence)
        return found

    async def _uid(self, page: Page) -> str | Head | None:
        """The group's number, from the address, an earlier reading, or url.getInfo."""
        number = _number(page.address) or page.known_id
        if number or self.api is None or "url.getInfo" in self.refused:
            return number
        try:
            told = await self.api.thing_at(page.address)
        except ReadError as error:
            self._learn(error, "url.getInfo")
            return None
        kind, number = told.value
        if kind == "GROUP" and number.isdigit():
            return str(number)
        return _not_a_group(kind, told.evidence)

    async def _groups(self, uids: list[str]) -> dict[str, tuple[beans.Bean, tuple[Evidence, ...]]]:
        """A call that fails for one group's sake is divided until that group stands alone."""
        if not uids or self.api is None or "group.getInfo" in self.refused:
            return {}
        try:
            told = await self.api.groups(uids)
        except ReadError as error:
            self._learn(error, "group.getInfo")
            if len(uids) == 1 or not _is_about_a_group(error):
                return {}
            half = len(uids) // 2
            return await self._groups(uids[:half]) | await self._groups(uids[half:])
        return {beans.uid(bean): (bean, told.evidence) for bean in told.value}

    def _learn(self, error: ReadError, method: str) -> None:
        log.warning("OK %s: %s", method, error.failure.detail)
        if not isinstance(error, ApiError):
            return
        if error.meaning is Meaning.KEY:
            self.api = None
        elif error.meaning is Meaning.METHOD:
            self.refused.add(method)

    async def _topics_count(self, uid: str) -> tuple[int | None, tuple[Evidence, ...]]:
        method = "group.getCounters"
        if self.api is None or method in self.refused:
            return None, ()
        try:
            told = await self.api.topics_count(uid)
        except ReadError as error:
            self._learn(error, method)
            return None, error.evidence
        return told.value, told.evidence

    async def _topics_by_api(self, uid: str, total: int | None) -> Topics | None:
        """None when no method lists the topics of this group for this key."""
        for way in WAYS_TO_TOPICS:
            if self.api is None or way in self.refused:
                continue
            try:
                return await self._topics_by(self.api, way, uid, total)
            except ReadError as error:
                self._learn(error, way)
        return None

    async def _topics_by(self, api: Api, way: str, uid: str, total: int | None) -> Topics | None:
        reading, anchor = Reading(total=total), ""
        kept: tuple[Evidence, ...] = ()
        for _ in range(self.settings.max_topic_pages):
            told = await api.topics(way, uid, anchor)
            entries, anchor = told.value
            kept += told.evidence
            more = reading.plus(entries)
            is_end = len(more.entries) == len(reading.entries) or not anchor
            reading = more
            if is_end or to_wall(reading, self.run.as_of, self.run.walls_since)[1] is None:
                break
        topics = concluded(reading, None, kept, self.run)
        return topics if topics.wall else None

    # --- one page

    async def observe(self, page: Page, head: Head | None) -> Observation:
        """`head`: what the API told of the page, if anything."""
        reader = fingerprint(self.settings.access_token) if head else PUBLIC
        head = head or await self.public.head(page)
        if head.facts is None or head.facts.presence is not Presence.LIVE:
            return self._observation(page, head, reader)
        if reader != PUBLIC and head.facts.unread_places:
            head = await self._completed(page, head, head.facts)
        observation = self._observation(page, head, reader)
        observation = await self._with_topics(observation, by_api=reader != PUBLIC)
        return await self._with_mark(observation)

    async def _completed(self, page: Page, head: Head, facts: Facts) -> Head:
        """Places that the API did not show may stand on the public page."""
        public = await self.public.head(replace(page, known_id=facts.page_id))
        evidence = head.evidence + public.evidence
        if public.facts is None or public.facts.contacts is None:
            return replace(head, evidence=evidence)
        more = public.facts
        facts = replace(
            facts,
            contacts=union(*filter(None, [facts.contacts, more.contacts])),
            description=more.description if facts.description is None else facts.description,
            government_mark=facts.government_mark or more.government_mark,
            unread_places=more.unread_places,
        )
        return replace(head, facts=facts, evidence=evidence)

    def _observation(self, page: Page, head: Head, reader: str) -> Observation:
        gaps = {} if head.facts is None else _gaps(head.facts)
        return Observation(
            page=page,
            observed_at=self.run.as_of,
            facts=head.facts,
            failure=head.failure,
            gaps=gaps,
            evidence=head.evidence,
            reader=reader,
        )

    async def _with_topics(self, seen: Observation, by_api: bool) -> Observation:
        facts, topics = seen.facts or Facts(), None
        uid = facts.page_id
        if by_api and uid:
            total, kept = await self._topics_count(uid)
            facts = replace(facts, topics_count=total)
            topics = await self._topics_by_api(uid, total)
            seen = replace(seen, evidence=seen.evidence + kept)
        page = replace(seen.page, known_id=uid or seen.page.known_id)
        topics = topics or await self.public.topics(page, facts.topics_count)
        return _joined(seen, facts, topics)

    async def _with_mark(self, seen: Observation) -> Observation:
        """«Госорганизация» is absent only if a control page showed it, to the same reader (G20)."""
        if seen.facts is None or seen.facts.government_mark:
            return seen
        proof = await self._proof(seen.reader)
        if proof is None:
            silent = Failure(FailureCode.CONTROL_SILENT, "no control page showed the mark")
            facts = replace(seen.facts, government_mark=None)
            return replace(seen, facts=facts, gaps={**seen.gaps, "government_mark": silent})
        facts = replace(seen.facts, government_mark=False)
        return replace(seen, facts=facts, evidence=seen.evidence + proof.evidence)

    async def _proof(self, reader: str) -> Head | None:
        async with self.asking:
            if reader not in self.marked:
                self.marked[reader] = await self._find_proof(reader)
        return self.marked[reader]

    async def _find_proof(self, reader: str) -> Head | None:
        pages = [_control(address) for address in self.settings.control_pages]
        known = {} if reader == PUBLIC else await self.heads_by_api(pages)
        for page in pages:
            head = known.get(page) if reader != PUBLIC else await self.public.head(page)
            if head and head.facts and head.facts.government_mark:
                return head
        return None


def _joined(seen: Observation, facts: Facts, topics: Topics) -> Observation:
    gaps = dict(seen.gaps)
    if facts.topics_count is None and topics.wall is not None:
        facts = replace(facts, topics_count=topics.wall.total)
    if facts.topics_count is None:
        gaps["topics_count"] = Failure(FailureCode.NOT_OFFERED, "no counter of topics")
    if topics.gap:
        is_closed = facts.access in (Access.CLOSED, Access.PRIVATE) and topics.wall is None
        gaps["wall"] = Failure(FailureCode.NOT_VISIBLE, "closed") if is_closed else topics.gap
    return replace(
        seen,
        facts=_with_wall(facts, topics),
        gaps=gaps,
        evidence=seen.evidence + topics.evidence,
    )


def _with_wall(facts: Facts, topics: Topics) -> Facts:
    """Who shows topics to everybody is open; the pinned one may hold contacts (G15)."""
    is_open = topics.wall is not None
    contacts = facts.contacts
    if topics.pinned:
        contacts = union(*filter(None, [contacts, find_contacts(topics.pinned, "pinned")]))
    return replace(
        facts,
        access=Access.OPEN if is_open and facts.access is None else facts.access,
        wall=topics.wall,
        pinned_text=topics.pinned,
        contacts=contacts,
    )


def _gaps(facts: Facts) -> dict[str, Failure]:
    if facts.presence is not Presence.LIVE:
        return {}
    missing = [name for name in ("title", "contacts") if getattr(facts, name) is None]
    return {name: Failure(FailureCode.UNRECOGNISED, "no selector matched") for name in missing}


def _not_a_group(kind: str, evidence: tuple[Evidence, ...]) -> Head | None:
    if not kind:
        return None
    failure = Failure(FailureCode.NOT_A_COMMUNITY, f"the address is a {kind}")
    return Head(failure=failure, evidence=evidence)


def _is_about_a_group(error: ReadError) -> bool:
    meanings = (Meaning.ABSENT, Meaning.HIDDEN, Meaning.OURS)
    return isinstance(error, ApiError) and error.meaning in meanings


def _number(address: str) -> str | None:
    name = urlsplit(address).path.strip("/").removeprefix("group/")
    return name if name.isdecimal() else None


def _control(address: str) -> Page:
    try:
        return Page(institution="", network=OK, address=ok_address(address))
    except AddressError:
        log.error("ok.control_pages: %r is not an address of OK", address)
        return Page(institution="", network=OK, address=address)


def _chunks(pages: Sequence[Page], size: int) -> list[Sequence[Page]]:
    rest = iter(pages)
    return list(iter(lambda: list(islice(rest, size)), []))


async def _in_turns(pages: Sequence[Page], ask: Callable[[Page], Awaitable[T]]) -> list[T]:
    answers: list[T] = []
    for few in _chunks(pages, AT_ONCE):
        answers += await _together([ask(page) for page in few])
    return answers


async def _together(work: Sequence[Awaitable[T]]) -> list[T]:
    """All results in order; the first error ends the others and is raised as it is."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

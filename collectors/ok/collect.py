"""The night's reading of OK: by the API where a key may, by public pages otherwise.

One observation for every page that was asked, a few at a time. What the API refuses — a key, a
method, a group — is read from the public page instead; what neither shows stays unknown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from collectors.addresses import AddressError
from collectors.barrier import barrier
from collectors.contacts import find_contacts, union
from collectors.guard import Guard, guard
from collectors.http.client import open_client
from collectors.http.limits import Limits
from collectors.model import (
    OK,
    Access,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Presence,
    Run,
)
from collectors.ok.addresses import ok_address
from collectors.ok.api import MOST_GROUPS
from collectors.ok.by_api import ByApi, by_api
from collectors.ok.public import Head, Public, Topics
from collectors.ok.settings import OkSettings
from collectors.ok.signature import fingerprint
from collectors.ok.turns import AT_ONCE, chunks, together
from collectors.resting import with_contacts, without_wall

log = logging.getLogger(__name__)

PUBLIC = "public"
MAY_GO_ON = ("access", "title", "description", "contacts", "government_mark")


async def collect(
    settings: OkSettings, pages: Sequence[Page], run: Run
) -> AsyncIterator[tuple[Observation, ...]]:
    if not pages:
        return
    async with open_client(OK, run, limits_of(settings), guard_of(settings)) as client:
        public = Public(client, settings, run, datetime.now(UTC))
        reader = _Reader(settings, run, public, by_api(client, settings, run))
        for chunk in chunks(pages, MOST_GROUPS):
            heads = await reader.heads_by_api(chunk)
            for few in chunks(chunk, AT_ONCE):
                yield tuple(await together([reader.read(p, heads.get(p)) for p in few]))


def limits_of(settings: OkSettings) -> Limits:
    return Limits(
        requests_per_second=settings.requests_per_second,
        read_timeout=settings.timeout,
        total_timeout=2 * settings.timeout,
        first_wait=settings.first_wait,
    )


def guard_of(settings: OkSettings) -> Guard:
    return guard(own_urls=(settings.api_url, settings.site_url))


@dataclass(slots=True)
class _Reader:
    """One run's two ways of reading, and what the control pages showed to each."""

    settings: OkSettings
    run: Run
    public: Public
    api: ByApi | None
    proofs: dict[str, Head | None] = field(default_factory=dict)  # reader → a page with the mark
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def heads_by_api(self, pages: Sequence[Page]) -> dict[Page, Head]:
        return await self.api.heads(pages) if self.api else {}

    async def read(self, page: Page, head: Head | None) -> Observation:
        """As `observe`; what breaks it costs this page."""
        with barrier("page", page.address) as crossing:
            return await self.observe(page, head)
        return Observation(page=page, observed_at=self.run.as_of, failure=crossing.failure)

    async def observe(self, page: Page, head: Head | None) -> Observation:
        """`head`: what the API told of the page, if anything."""
        reader = fingerprint(self.settings.access_token) if head else PUBLIC
        head = head or await self.public.head(page)
        if head.facts is None or head.facts.presence is not Presence.LIVE:
            return self._observation(page, head, reader)
        if reader != PUBLIC and head.facts.unread_places:
            head = await self._complete(page, head, head.facts)
        observation = self._observation(page, head, reader)
        if resting := await self._at_rest(observation):
            return resting
        observation = await self._with_topics(observation)
        return await self._with_mark(observation)

    async def _at_rest(self, seen: Observation) -> Observation | None:
        """The head alone; None where the topics have to be read."""
        last = self.run.at_rest.get(seen.page.key)
        if last is None or seen.facts is None or last.reader != seen.reader:
            return None
        seen = await self._with_mark(seen)
        gaps = without_wall(seen.facts or Facts(), seen.gaps, last, wall_opens=True)
        return None if gaps is None else replace(seen, gaps=gaps)

    async def _complete(self, page: Page, head: Head, facts: Facts) -> Head:
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
            unread_places=facts.unread_places if public.gap else more.unread_places,
        )
        return replace(head, facts=facts, evidence=evidence)

    def _observation(self, page: Page, head: Head, reader: str) -> Observation:
        gaps = {} if head.facts is None else _gaps(head.facts, head.gap)
        if reader == PUBLIC and self.api and self.api.stopped:
            gaps["created_at"] = self.api.stopped  # only the API tells it: the operator must know
        return Observation(
            page=page,
            observed_at=self.run.as_of,
            facts=head.facts,
            failure=head.failure,
            gaps=gaps,
            evidence=head.evidence,
            reader=reader,
        )

    async def _with_topics(self, seen: Observation) -> Observation:
        facts, topics = seen.facts or Facts(), None
        uid = facts.page_id
        if self.api and uid and seen.reader != PUBLIC:
            total, kept = await self.api.topics_count(uid)
            facts = replace(facts, topics_count=total)
            topics = await self.api.topics(uid, total)
            seen = replace(seen, evidence=seen.evidence + kept)
        page = replace(seen.page, known_id=uid or seen.page.known_id)
        if topics is None or topics.gap:
            topics = _better(topics, await self.public.topics(page, facts.topics_count))
        return _join(seen, facts, topics)

    async def _with_mark(self, seen: Observation) -> Observation:
        """«Госорганизация» is absent only if a control page showed it, to the same reader (G20)."""
        if seen.facts is None or seen.facts.government_mark:
            return seen
        if "government_mark" in seen.gaps:
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
            if reader not in self.proofs:
                self.proofs[reader] = await self._find_proof(reader)
        return self.proofs[reader]

    async def _find_proof(self, reader: str) -> Head | None:
        pages = [_control(address) for address in self.settings.control_pages]
        known = {} if reader == PUBLIC else await self.heads_by_api(pages)
        for page in pages:
            head = known.get(page) if reader != PUBLIC else await self.public.head(page)
            if head and head.facts and head.facts.government_mark:
                return head
        return None


def _better(told: Topics | None, public: Topics) -> Topics:
    """The wall that reaches further back; the evidence of both."""
    if told is None:
        return public
    best = public if public.gap is None else told
    return replace(best, evidence=told.evidence + public.evidence)


def _join(seen: Observation, facts: Facts, topics: Topics) -> Observation:
    gaps = dict(seen.gaps)
    if facts.topics_count is None and topics.wall is not None:
        facts = replace(facts, topics_count=topics.wall.total)
    if facts.topics_count is None:
        gaps["topics_count"] = Failure(FailureCode.NOT_OFFERED, "no counter of topics")
    if facts.access in (Access.CLOSED, Access.PRIVATE) and not (topics.wall and topics.wall.posts):
        hidden = Failure(FailureCode.NOT_VISIBLE, "a closed group hides its topics")
        topics = replace(topics, wall=None, gap=hidden, pinned=None)
    if topics.gap:
        gaps["wall"] = topics.gap
    return replace(
        seen,
        facts=_with_wall(facts, topics),
        gaps=gaps,
        evidence=seen.evidence + topics.evidence,
    )


def _with_wall(facts: Facts, topics: Topics) -> Facts:
    """Who shows topics to everybody is open; the pinned one may hold contacts (G15)."""
    is_open = topics.wall is not None
    return replace(
        with_contacts(facts, find_contacts(topics.pinned or "", "pinned")),
        access=Access.OPEN if is_open and facts.access is None else facts.access,
        wall=topics.wall,
        pinned_text=topics.pinned,
    )


def _gaps(facts: Facts, part: Failure | None) -> dict[str, Failure]:
    """`part`: what was seen is there; what was not may be there too."""
    if facts.presence is not Presence.LIVE:
        return {}
    if part:
        return dict.fromkeys(MAY_GO_ON, part)
    missing = [name for name in ("title", "contacts") if getattr(facts, name) is None]
    return {name: Failure(FailureCode.UNRECOGNISED, "no selector matched") for name in missing}


def _control(address: str) -> Page:
    try:
        return Page(institution="", network=OK, address=ok_address(address))
    except AddressError:
        log.error("ok.control_pages: %r is not an address of OK", address)
        return Page(institution="", network=OK, address=address)

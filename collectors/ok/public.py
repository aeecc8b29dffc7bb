"""Reading a group's public pages: the head, and the list of topics until the window is covered.

Parsing runs in a thread: a big page takes a second, and the other networks share the loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from collectors.ends import has_end, without_loose_end
from collectors.http.answers import Answer
from collectors.http.client import Client
from collectors.http.errors import ReadError
from collectors.model import Evidence, Facts, Failure, FailureCode, Page, Presence, Run, Wall
from collectors.ok.group import facts_in_part, group_facts, topics_count
from collectors.ok.page import (
    CUT,
    PageText,
    names_another,
    parse,
    says_no_topics,
    stated_presence,
    trouble,
)
from collectors.ok.settings import OkSettings
from collectors.ok.topics import entries, shows_topics
from collectors.ok.walls import Entry, TopicsReading, is_enough, pinned_text, to_wall

log = logging.getLogger(__name__)

MOST_TROUBLES = 12
"""Requests in a row, all repeated in vain: the server is down or has had enough of us."""
_GONE = (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is known of a group without its topics: facts, or why there are none."""

    facts: Facts | None = None
    failure: Failure | None = None
    gap: Failure | None = None  # why there may be more to every fact, and other ones
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What is known of a group's wall, and why it is not all."""

    wall: Wall | None = None
    gap: Failure | None = None
    pinned: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(slots=True)
class Public:
    """One run's reading of public pages."""

    client: Client
    settings: OkSettings
    run: Run
    began: datetime  # real time: a long night moves "today" on
    troubles: int = 0
    given_up: Failure | None = None

    async def head(self, page: Page) -> Head:
        """By its address; a short name that is gone is followed by the number known before."""
        head = await self._head(page, _path(page))
        gone = head.facts is not None and head.facts.presence is Presence.ABSENT
        if not gone or not page.known_id or _path(page) == f"/group/{page.known_id}":
            return head
        renamed = await self._head(page, f"/group/{page.known_id}")
        evidence = head.evidence + renamed.evidence
        return replace(renamed if renamed.facts else head, evidence=evidence)

    async def _head(self, page: Page, path: str) -> Head:
        try:
            answer = await self._get(path)
        except ReadError as error:
            return Head(failure=await self._behind(error, page), evidence=error.evidence)
        if answer.status in _GONE:
            return Head(facts=Facts(presence=Presence.ABSENT), evidence=answer.evidence)
        return await asyncio.to_thread(_read_head, self._page_text(answer), page, answer.evidence)

    async def topics(self, page: Page, total: int | None) -> Topics:
        """Page by page until `walls_since`; `total` as the network counts topics."""
        part = _Part(TopicsReading(total=total))
        for number in range(1, self.settings.max_topic_pages + 1):
            before = part.reading.entries
            part = await self._more(page, number, part)
            if not part.failure and part.reading.entries == before:
                part = replace(part, reading=replace(part.reading, is_ended=True))
            if part.failure or part.reading.is_ended or self._is_enough(part.reading):
                break
        return concluded(part.reading, part.failure, part.evidence, self.run)

    def _is_enough(self, reading: TopicsReading) -> bool:
        return is_enough(reading, self.run.as_of, self.run.walls_since)

    async def _more(self, page: Page, number: int, part: _Part) -> _Part:
        parameters = {"st.page": str(number)} if number > 1 else None
        try:
            answer = await self._get(f"{_path(page)}/topics", parameters)
        except ReadError as error:
            why = await self._behind(error, page)
            return _Part(part.reading, part.evidence + error.evidence, why)
        evidence = part.evidence + answer.evidence
        if answer.status in _GONE:
            gone = Failure(FailureCode.UNRECOGNISED, f"the list of topics: {answer.status}")
            return _Part(part.reading, evidence, gone)
        reading, failure = await asyncio.to_thread(self._read_topics, answer, page, part.reading)
        return _Part(reading, evidence, failure)

    def _read_topics(
        self, answer: Answer, page: Page, reading: TopicsReading
    ) -> tuple[TopicsReading, Failure | None]:
        shown = self._page_text(answer)
        soup = parse(shown)
        if failure := trouble(soup, shown, page):
            return reading, failure
        more = entries(soup, self._clock(answer), page)
        if not shown.is_whole:
            return _plus_part(reading, more), CUT
        counted = topics_count(soup)
        total = reading.total if counted is None else counted
        if total is None and not reading.entries and says_no_topics(soup):
            total = 0
        return replace(reading, total=total).plus(more), None

    def _clock(self, answer: Answer) -> datetime:
        """The run's clock when the answer came."""
        came = answer.evidence[-1].fetched_at if answer.evidence else datetime.now(UTC)
        return self.run.as_of + max(came - self.began, timedelta())

    async def _get(self, path: str, parameters: dict[str, str] | None = None) -> Answer:
        if self.given_up:
            raise ReadError(self.given_up)
        url = self.settings.site_url.rstrip("/") + path
        try:
            answer = await self.client.get(url, params=parameters, partly=True)
        except ReadError as error:
            self._count(error.failure)
            raise
        self.troubles = 0
        return answer

    def _count(self, failure: Failure) -> None:
        self.troubles += 1
        if self.troubles >= MOST_TROUBLES and self.given_up is None:
            log.warning("OK: given up after %s failures in a row", self.troubles)
            self.given_up = Failure(failure.code, f"{failure.detail}; not asked again in this run")

    def _page_text(self, answer: Answer) -> PageText:
        """With the path as it is on ok.ru, whatever stands in for it."""
        path = answer.url.removeprefix(self.settings.site_url.rstrip("/"))
        is_whole = has_end(answer.body) or not answer.body.strip()
        body = answer.body if is_whole else without_loose_end(answer.body)
        return PageText(path, body.decode("utf-8", errors="replace"), is_whole)

    async def _behind(self, error: ReadError, page: Page) -> Failure:
        """A refusal whose page says more: a captcha or a login behind a 403."""
        if error.answer is None or error.answer.status not in (401, 403, 429):
            return error.failure
        shown = self._page_text(error.answer)
        found = await asyncio.to_thread(_trouble, shown, page)
        told = (FailureCode.CAPTCHA, FailureCode.LOGIN_WALL)
        return found if found and found.code in told else error.failure


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read so far, and what stopped it."""

    reading: TopicsReading
    evidence: tuple[Evidence, ...] = ()
    failure: Failure | None = None


def concluded(
    reading: TopicsReading, failure: Failure | None, evidence: tuple[Evidence, ...], run: Run
) -> Topics:
    """A list without topics is an empty wall only if the network counts none."""
    if not reading.entries and not reading.is_whole:
        nothing = Failure(FailureCode.UNRECOGNISED, "no topics, and no counter that says none")
        return Topics(gap=failure or nothing, evidence=evidence)
    wall, gap = to_wall(reading, run.as_of, run.walls_since)
    return Topics(
        wall=wall, gap=gap and (failure or gap), pinned=pinned_text(reading), evidence=evidence
    )


def _path(page: Page) -> str:
    return urlsplit(page.address).path


def _trouble(shown: PageText, page: Page) -> Failure | None:
    return trouble(parse(shown), shown, page)


def _read_head(shown: PageText, page: Page, evidence: tuple[Evidence, ...]) -> Head:
    soup = parse(shown)
    failure = trouble(soup, shown, page)
    if not shown.is_whole:
        return _head_in_part(soup, page, failure, evidence)
    stated = _stated_of_itself(soup, page)
    if failure and not (stated and failure.code is FailureCode.UNRECOGNISED):
        return Head(failure=failure, evidence=evidence)
    facts = Facts(presence=stated) if failure else group_facts(soup, page)
    if stated in (Presence.BANNED, Presence.DELETED):
        facts = replace(facts, presence=stated)
    return Head(facts=facts, evidence=evidence)


def _head_in_part(
    soup: BeautifulSoup, page: Page, failure: Failure | None, evidence: tuple[Evidence, ...]
) -> Head:
    """Half a page that says "blocked" may say of whom, or show topics, in its other half."""
    if failure or stated_presence(soup):
        return Head(failure=failure or CUT, evidence=evidence)
    return Head(facts=facts_in_part(soup, page), gap=CUT, evidence=evidence)


def _plus_part(reading: TopicsReading, more: Sequence[Entry]) -> TopicsReading:
    """The last entry may go on, and a first one alone may be pinned: its date tells nothing."""
    joined = reading.plus(more[:-1])
    return joined if len(joined.entries) > 1 else reading


def _stated_of_itself(soup: BeautifulSoup, page: Page) -> Presence | None:
    """What OK says of the group itself; not where the page is another's or shows topics."""
    if names_another(soup, page) or shows_topics(soup):
        return None
    return stated_presence(soup)

"""The VK collector: who the pages are, then their walls, one observation a page."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from collectors.barrier import barrier
from collectors.contacts import find_contacts
from collectors.model import (
    Collector,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Presence,
    Run,
)
from collectors.resting import with_contacts, without_wall
from collectors.vk.facts import Gaps, address_contacts, group_facts, has_wall
from collectors.vk.groups import Found, find_pages
from collectors.vk.posts import pinned_text_of, wall_of
from collectors.vk.reader import TokenReader
from collectors.vk.reading import WallReading
from collectors.vk.settings import VkSettings
from collectors.vk.walls import read_walls

log = logging.getLogger(__name__)

Batch = tuple[Observation, ...]


def vk_collector(settings: VkSettings) -> Collector:
    def collect(pages: Sequence[Page], run: Run) -> AsyncIterator[Batch]:
        return _collect(settings, pages, run)

    return collect


async def _collect(settings: VkSettings, pages: Sequence[Page], run: Run) -> AsyncIterator[Batch]:
    if not pages:
        return
    if not settings.token_list:
        yield tuple(_without_token(page, run) for page in pages)
        return
    readers = [TokenReader(settings, token, run) for token in settings.token_list]
    try:
        async for batch in _read(readers, settings, list(dict.fromkeys(pages)), run):
            yield batch
    finally:
        for reader in readers:
            reader.close()


async def _read(
    readers: Sequence[TokenReader], settings: VkSettings, pages: Sequence[Page], run: Run
) -> AsyncIterator[Batch]:
    told = _observe_without_wall(find_pages(readers, pages, settings.control_pages, run), run)
    async for batch in read_walls(readers, told, run):
        yield tuple(
            one if isinstance(one, Observation) else _observe(one.found, one, run) for one in batch
        )


async def _observe_without_wall(
    found: AsyncIterator[list[Found | Observation]], run: Run
) -> AsyncIterator[list[Found | Observation]]:
    """What has no wall is observed at once, and what may be left at rest tonight."""
    async for batch in found:
        yield [_observe_head(one, run) if isinstance(one, Found) else one for one in batch]


def _observe_head(found: Found, run: Run) -> Found | Observation:
    """The page itself, where its wall has to be read."""
    if not has_wall(found.group):
        return _observe(found, None, run)
    last = run.at_rest.get(found.page.key)
    if last is None:
        return found
    with barrier("page", found.page.address):
        return _at_rest(found, last, run) or found
    return found


def _observe(found: Found, reading: WallReading | None, run: Run) -> Observation:
    """As `observation`; what breaks it costs this page."""
    with barrier("page", found.page.address) as crossing:
        return observation(found, reading, run)
    return Observation(
        page=found.page,
        observed_at=run.as_of,
        failure=crossing.failure,
        evidence=found.evidence,
        reader=found.reader.name,
    )


def observation(found: Found, reading: WallReading | None, run: Run) -> Observation:
    """`reading` None: there is no wall to read."""
    facts, gaps = group_facts(found.group, found.reader.signals)
    if facts.presence is Presence.LIVE:
        facts, gaps = _with_addresses(facts, gaps, found)
        facts, gaps = _with_wall(facts, gaps, reading, run)
    return Observation(
        page=found.page,
        observed_at=run.as_of,
        facts=facts,
        gaps=gaps,
        evidence=tuple(dict.fromkeys((*found.evidence, *(reading.evidence if reading else ())))),
        reader=found.reader.name,
    )


def _at_rest(found: Found, last: Observation, run: Run) -> Observation | None:
    """The head alone; None where its wall has to be read."""
    facts, gaps = group_facts(found.group, found.reader.signals)
    facts, gaps = _with_addresses(facts, gaps, found)
    left = without_wall(facts, gaps, last)
    if left is None:
        return None
    return Observation(
        page=found.page,
        observed_at=run.as_of,
        facts=facts,
        gaps=left,
        evidence=tuple(dict.fromkeys(found.evidence)),
        reader=found.reader.name,
    )


def _with_addresses(facts: Facts, gaps: Gaps, found: Found) -> tuple[Facts, Gaps]:
    shown = address_contacts(found.more_addresses, "addresses")
    if found.gap is not None:
        gaps = {**gaps, "contacts": found.gap}
    return with_contacts(facts, shown), gaps


def _with_wall(
    facts: Facts, gaps: Gaps, reading: WallReading | None, run: Run
) -> tuple[Facts, Gaps]:
    if reading is None:
        off = Failure(FailureCode.NOT_VISIBLE, "the wall is switched off")
        return replace(facts, pinned_text=""), {**gaps, "wall": off}
    if not reading.sheets:
        failure = reading.failure or Failure(FailureCode.INTERRUPTED)
        return facts, {"contacts": failure, **gaps, "wall": failure, "pinned_text": failure}
    pinned = pinned_text_of(reading.sheets)
    facts = with_contacts(facts, find_contacts(pinned or "", "pinned"))
    facts = replace(facts, wall=wall_of(reading.sheets, run.as_of), pinned_text=pinned)
    if pinned is None:
        hidden = Failure(FailureCode.MALFORMED, "the first item of the wall is no post")
        gaps = {"contacts": hidden, **gaps, "pinned_text": hidden}
    return facts, gaps  # a wall that was read in part says so itself, by `covered_since`


def _without_token(page: Page, run: Run) -> Observation:
    failure = Failure(FailureCode.TOKEN_MISSING, "VK_TOKENS is not set")
    return Observation(page=page, observed_at=run.as_of, failure=failure)

"""What a dossier needs of others: the authority's site, and whether everybody's pages still stand.

The site is large, so one reading of it is shared by all dossiers of a municipality. Of the pages
the authority's dossier keeps no more than presence and names, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine

from collectors.barrier import barrier
from collectors.model import SITE, Address, Facts, Observation, Presence
from monitor.audit.careful import STORES
from monitor.audit.scope import pages_of
from monitor.storage import observations
from rules.model import Institution, Municipality

Seen = Mapping[Address, tuple[Observation, ...]]


def authority_site(engine: Engine, municipality: Municipality, as_of: datetime) -> Seen:
    """Readings of the administration's site; empty where the registry has none. One that cannot be
    read back was never seen, for everybody but the authority, on whom judging breaks.
    """
    authority = municipality.by_id.get(municipality.authority or "")
    if authority is None or not authority.site:
        return {}
    with barrier("page", authority.site, passing=STORES):
        return observations.history_to_judge(engine, {(SITE, authority.site)}, as_of)
    return {}


def standing_pages(
    engine: Engine, municipality: Municipality, institution: Institution, as_of: datetime
) -> Seen:
    """For the authority: presence and names of all other institutions' pages. Else nothing."""
    if institution.id != municipality.authority:
        return {}
    others = [one for one in municipality.institutions if one.id != institution.id]
    pages = pages_of(others, municipality, as_of)
    addresses = [page.key for page in pages if page.network != SITE]
    newest = _bare_each(observations.each_history(engine, addresses, as_of, most=1))
    gone = [address for address, readings in newest.items() if not any(map(_lives, readings))]
    return {**newest, **_bare_each(observations.each_history(engine, gone, as_of))}


def _bare_each(read: Iterable[tuple[Address, tuple[Observation, ...]]]) -> Seen:
    """One by one: the walls of a town are much to hold at once."""
    return {address: tuple(map(_presence_alone, readings)) for address, readings in read}


def _lives(reading: Observation) -> bool:
    """Then one reading is enough; of a page that does not, all: its absences are counted."""
    return reading.facts is not None and reading.facts.presence is Presence.LIVE


def _presence_alone(reading: Observation) -> Observation:
    """The reading without its contents: whether the page was there, and which it was."""
    if reading.facts is None:
        return reading
    told = reading.facts
    facts = Facts(
        presence=told.presence,
        access=told.access,
        page_id=told.page_id,
        screen_name=told.screen_name,
        created_at=told.created_at,
    )
    return replace(reading, facts=facts, gaps={})

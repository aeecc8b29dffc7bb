"""What a dossier needs of others: the authority's site, and whether everybody's pages still stand.

The site is large, so one reading of it is shared by all dossiers of a municipality. Of the pages
the authority's dossier keeps no more than presence and names, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine

from collectors.model import SITE, Address, Facts, Observation, Page, Presence
from monitor.scope import pages_of
from monitor.storage import observations
from rules.model import Institution, Municipality

Seen = Mapping[Address, tuple[Observation, ...]]


def authority_site(engine: Engine, municipality: Municipality, as_of: datetime) -> Seen:
    """Readings of the administration's site; empty where the registry has none."""
    authority = municipality.by_id.get(municipality.authority or "")
    if authority is None or not authority.site:
        return {}
    return observations.history(engine, {(SITE, authority.site)}, as_of)


def standing_pages(
    engine: Engine, municipality: Municipality, institution: Institution, as_of: datetime
) -> Seen:
    """For the authority: presence and names of all other institutions' pages. Else nothing."""
    if institution.id != municipality.authority:
        return {}
    others = [one for one in municipality.institutions if one.id != institution.id]
    return {
        (page.network, page.address): tuple(_presence(engine, page, as_of))
        for page in pages_of(others, municipality, as_of)
        if page.network != SITE
    }


def _presence(engine: Engine, page: Page, as_of: datetime) -> Iterator[Observation]:
    """One reading of a page that lives; all of one that does not, as absences are counted."""
    address = (page.network, page.address)
    newest = observations.history(engine, {address}, as_of, most=1)[address]
    if any(one.facts and one.facts.presence is Presence.LIVE for one in newest):
        return map(_bare, newest)
    return map(_bare, observations.history(engine, {address}, as_of)[address])


def _bare(reading: Observation) -> Observation:
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

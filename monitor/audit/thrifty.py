"""What may be left unread tonight: what can change no verdict before the next night.

Whoever judges writes down until when his findings hold without a newer look at each wall
(`rules.reading.lasting`), and whether a page accuses: then its head is read every night. Here that
is read back, with what else asks for a look: a whole one that would soon be stale, something that
was stated since, another registry or act, a look that failed. Whatever is not known is read. That
the head of a page whose wall rests is as it was is seen by the collector.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.model import (
    ROBOTS,
    SITE,
    WITH_A_WALL,
    Address,
    Failure,
    FailureCode,
    Observation,
    Page,
    Spared,
)
from collectors.networks import networks
from monitor.application import Context
from monitor.audit.coverage import ANSWERS
from monitor.audit.scope import pages_of
from monitor.registry.remembered import program_digest
from monitor.storage import walls
from monitor.storage.walls import RestingWall
from reports.model import Audit
from rules.engine import NOT_DUE, JudgedInstitution
from rules.law.workdays import starts_at
from rules.model import Dossier, Finding, Outcome
from rules.reading import READ_ANEW, WHILE_FRESH

NIGHT = timedelta(days=1)
DAWN = timedelta(hours=12)  # nights are not of one length: one begins late, the next in time
SPARE = 2  # nights before a look is stale: tonight's may fail
UNSETTLED = frozenset((Outcome.FAIL, Outcome.PENDING, Outcome.ERROR))
STANDING = frozenset((FailureCode.ROBOTS, FailureCode.NEEDS_JAVASCRIPT, FailureCode.TOO_LARGE))
"""Why a page of a site is left out of every crawl; so are those beyond our own limit."""
EARLIER = (0, 0, 0, 1, 1, 2)  # nights: what was read in one night is not renewed in one


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered when a night is planned. `stated`: when something last was, by
    institution."""

    walls: Mapping[Address, Sequence[RestingWall]] = field(default_factory=dict)
    stated: Mapping[str, datetime] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)  # by municipality
    freshness: timedelta = timedelta(days=7)


NOTHING_KNOWN = Known()


def known_of(context: Context, pages: Iterable[Page], audit: Audit, as_of: datetime) -> Known:
    freshness = timedelta(days=context.settings.rules.freshness_days)
    addresses = {page.key for page in pages}
    return Known(
        walls=walls.of_pages(context.engine, addresses, as_of - freshness),
        stated=walls.last_stated(context.engine, as_of),
        bases={town: basis_of(audit, town) for town in audit.registries},
        freshness=freshness,
    )


def basis_of(audit: Audit, municipality: str) -> str:
    """By which registry, acts and program an audit judges there: another program may see more."""
    acts, program = sorted(audit.packs.values()), program_digest() or ""
    told = (audit.registries.get(municipality, ""), *acts, program)
    return hashlib.sha256(" ".join(told).encode()).hexdigest()[:16]


def sparing(page: Page, last: Observation, known: Known, as_of: datetime) -> Spared:
    """What of it may rest; `last`: the newest look that tried the wall. What nobody has told of
    may not."""
    most = told_to_rest(page, known, as_of)
    is_young = as_of < last.observed_at + rest_of(last, known.freshness)
    if not (most and is_young and is_whole(last)):
        return Spared.NOTHING
    if not all(_holds(one, last, known) for one in known.walls[page.key]):
        return Spared.NOTHING
    return most if has_no_trouble(last) else _least(page)


def told_to_rest(page: Page, known: Known, as_of: datetime) -> Spared:
    """By what was told of it alone, before a look is read back."""
    told = known.walls.get(page.key, ())
    is_of_all = page.role == "authority"  # its whole town is judged by that site
    if is_of_all or not told or any(one.until <= as_of for one in told):
        return Spared.NOTHING
    rests_whole = all(one.page_until and as_of < one.page_until for one in told)
    return Spared.PAGE if rests_whole else _least(page)


def _least(page: Page) -> Spared:
    """A site has no wall that could rest alone."""
    return Spared.NOTHING if page.network == SITE else Spared.WALL


def _holds(told: RestingWall, last: Observation, known: Known) -> bool:
    """By the same law and registry, and nothing was stated since the look.

    Who told had seen that look: one that was judged by a killed night, or by one that was not
    thrifty, may accuse, and an older word knows nothing of it.
    """
    basis = known.bases.get(told.institution.partition("/")[0])
    stated = known.stated.get(told.institution, last.observed_at)
    return stated <= last.observed_at <= told.judged_at and told.basis == basis


def has_no_trouble(look: Observation) -> bool:
    """Whatever it lacks is never shown, so another look would lack it as well."""
    return all(gap.code in ANSWERS for gap in look.gaps.values())


def at_rest(page: Page, as_of: datetime) -> Observation:
    why = Failure(FailureCode.AT_REST, "nothing that it shows can change a verdict tonight")
    return Observation(page=page, observed_at=as_of, failure=why)


def is_whole(look: Observation) -> bool:
    """It lacked nothing that comes with a wall; of a site nothing that another look would bring."""
    if look.facts and look.facts.site:
        return STANDING.issuperset(look.facts.site.crawl.skipped)
    wall = look.facts.wall if look.facts else None
    is_read = wall is not None and wall.covered_since is not None
    return is_read and WITH_A_WALL.isdisjoint(look.gaps)


def rest_of(last: Observation, freshness: timedelta) -> timedelta:
    """How long after this look the wall may rest; as by a lot that page and day draw together."""
    told = f"{last.page.address} {last.observed_at.date()}"
    nights = freshness // NIGHT - SPARE - EARLIER[zlib.crc32(told.encode()) % len(EARLIER)]
    return max(nights * NIGHT - DAWN, timedelta(0))


def head_of(look: Observation) -> Observation:
    """Without the posts, of a site the home page alone: thousands are held through a night.

    So of what a look rests on only robots.txt: a site's hundreds would fill half of the memory.
    """
    rules = tuple(one for one in look.evidence if one.url.endswith(ROBOTS))
    facts = look.facts
    if facts is None:
        return replace(look, evidence=rules)
    site = facts.site and replace(facts.site, pages=facts.site.pages[:1])
    return replace(look, facts=replace(facts, wall=None, site=site), evidence=rules)


# --- what was judged --------------------------------------------------------------------------


def walls_of(
    context: Context, audit: Audit, heard: JudgedInstitution, dossier: Dossier
) -> Iterable[RestingWall]:
    """Of the institution's pages, what is to be remembered until the next night."""
    settings = context.settings.networks
    freshness = timedelta(days=dossier.freshness_days)
    broke = any(one.outcome is Outcome.ERROR for one in heard.findings)
    basis = basis_of(audit, dossier.municipality.id)
    for key in _own_addresses(dossier):
        if not networks()[key[0]].thrifty(settings[key[0]]):
            continue
        day = READ_ANEW if broke else heard.good_until.get(key, WHILE_FRESH)
        until = end_of(day, dossier.as_of, dossier.municipality.timezone, freshness)
        yield RestingWall(
            address=key,
            institution=dossier.institution.key,
            judged_at=dossier.as_of,
            until=until,
            page_until=None if is_accused(key, heard.findings, dossier) else until,
            basis=basis,
        )


def _own_addresses(dossier: Dossier) -> Iterable[Address]:
    """Of the institution's pages and its site, those of which there is a look."""
    pages = pages_of([dossier.institution], dossier.municipality, dossier.as_of)
    return dict.fromkeys(page.key for page in pages if page.key in dossier.observations)


def is_accused(address: Address, found: Iterable[Finding], dossier: Dossier) -> bool:
    """By anything of the page. What accuses by a site names it by its materials alone."""
    looks = dossier.observations[address] if address[0] == SITE else ()
    records = {item.record for look in looks for item in look.evidence}
    return any(
        accuses(one, address)
        or (is_open(one) and any(item.record in records for item in one.evidence))
        for one in found
    )


def accuses(finding: Finding, address: Address) -> bool:
    """That page, or some page that may be that one; also where a term runs, or a look was late."""
    return is_open(finding) and _may_speak_of(finding, address)


def is_open(finding: Finding) -> bool:
    return finding.outcome in UNSETTLED or NOT_DUE in finding.measured


def _may_speak_of(finding: Finding, address: Address) -> bool:
    """A finding about all pages, or those of a network, names in `measured` what it looked at."""
    network, page = address
    if finding.page:
        return (finding.network, finding.page) == address
    of_network = finding.network or finding.measured.get("in_network")
    return of_network == network or page in str(finding.measured)


def end_of(day: date, as_of: datetime, zone: ZoneInfo, freshness: timedelta) -> datetime:
    """Of the day, where the municipality is; of one that is over, now."""
    today = as_of.astimezone(zone).date()
    last = min(day, today + freshness)
    return as_of if last < today else starts_at(last + NIGHT, zone)

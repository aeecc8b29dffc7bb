"""One clause, one institution, one page or network: all that a predicate may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from collectors.model import SITE, Facts, Failure, Page
from rules.dossier import attestations
from rules.dossier.attestations import Statement
from rules.dossier.bench import Hearing
from rules.dossier.exemptions import Claim, bodies, claim
from rules.dossier.views import View
from rules.law.force import Force
from rules.law.norms import Clause, Kin, Norm
from rules.model import Act, Dossier, Edition, Event, Institution, Municipality, Requirement
from rules.names.literal import Place, street_and_house

T = TypeVar("T")

OF_ONE_NETWORK = ("page", "network", "event")  # clauses, by what each of their findings is about
DATES_DIFFER = timedelta(days=1)  # G26: so much may a date of creation differ from the oldest post
RECENT = timedelta(days=63)  # a creation that long ago excuses nothing any more


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a predicate is given. Facts have passed the guards: `None` is not shown to us."""

    hearing: Hearing
    clause: Clause
    norm: Norm | None = None  # its parameters for this institution; None: not in force
    kin: Kin = ()  # clauses of all binding acts that ask the same
    network: str | None = None
    page: Page | None = None
    about: str | None = None  # the institution that a finding of the authority speaks of
    events: tuple[Event, ...] = ()  # what happened to the page of a notice, and the whole log
    event_log: tuple[Event, ...] = ()
    event_page: str | None = None

    @property
    def dossier(self) -> Dossier:
        return self.hearing.dossier

    @property
    def institution(self) -> Institution:
        return self.hearing.institution

    @property
    def municipality(self) -> Municipality:
        return self.hearing.municipality

    @property
    def today(self) -> date:
        """The day of `as_of`, where the municipality is."""
        return self.hearing.today

    @property
    def act(self) -> Act:
        return self.clause.act

    @property
    def requirement(self) -> Requirement:
        return self.clause.requirement

    @property
    def force(self) -> Force:
        """Whether the act binds here as of that day."""
        return self.clause.force

    @property
    def edition(self) -> Edition | None:
        """The wording of the date; None: the clause has none then."""
        return self.clause.edition

    @property
    def networks(self) -> frozenset[str]:
        """Whose pages the clause speaks of; one that names none speaks of those of its act."""
        return frozenset(self.requirement.networks) or self.hearing.bench.networks(self.act)

    @property
    def is_voluntary(self) -> bool:
        """About a page that nobody has to keep: its network is none of those that are named."""
        one = self.requirement
        if self.network is None or self.network in one.networks or one.per not in OF_ONE_NETWORK:
            return False
        return bool(self.networks) and self.network not in self.networks

    def look(self, page: Page) -> View:
        """The guarded view of any page, computed once a dossier."""
        return self.hearing.look(page)

    def once(self, key: object, compute: Callable[[], T]) -> T:
        """What several clauses of one dossier ask for is computed once."""
        return self.hearing.answers.once(key, compute)

    @property
    def zone(self) -> ZoneInfo:
        return self.hearing.municipality.timezone

    @property
    def days_off(self) -> tuple[date, ...]:
        return self.hearing.municipality.days_off

    @property
    def in_force_since(self) -> date | None:
        """None: not known; deadlines from it are unknown."""
        return self.force.entered

    @property
    def is_authority(self) -> bool:
        return is_authority(self.hearing.municipality, self.institution)

    @cached_property
    def view(self) -> View:
        assert self.page is not None, "this requirement concerns no single page"
        return self.look(self.page)

    @cached_property
    def about_institution(self) -> Institution:
        """Of whom a finding of the authority speaks."""
        return self.hearing.municipality.by_id[self.about or ""]

    @property
    def facts(self) -> Facts:
        return self.view.facts

    def day_of(self, moment: datetime) -> date:
        """Its date where the municipality is."""
        return moment.astimezone(self.zone).date()

    def missing(self, *names: str) -> tuple[Failure, ...]:
        return self.view.missing(*names)

    def official_pages(self, *networks: str) -> tuple[Page, ...]:
        key = ("official pages", networks)
        return self.once(key, lambda: official_pages(self.dossier, networks))

    @property
    def place(self) -> Place:
        """Where the registry says that the institution is."""
        address = self.institution.address or ""
        return self.once("place", lambda: street_and_house(address))

    def statement(
        self, kind: str, page: str | None = None, ended_by: Sequence[str] = ()
    ) -> Statement:
        return attestations.statement(self.dossier, kind, page, self.today, ended_by)

    @property
    def term_starts(self) -> date | None:
        """Entry into force, or a later registration of the institution."""
        if self.in_force_since is None:
            return None
        return max(self.in_force_since, self.institution.since or self.in_force_since)

    @cached_property
    def exemption(self) -> Claim:
        """As it covers the network of the case, where the clause speaks of pages."""
        scope = self.requirement.exempt_scope or "pages"
        network = self.network if scope == "pages" else None
        key = ("exemption", self.act.id, scope, network)
        return self.once(key, lambda: self._claim(frozenset({scope, network or scope})))

    def _claim(self, scope: frozenset[str]) -> Claim:
        named = bodies(self.hearing.bench.answers, self.act.exempt)
        return claim(self.dossier, named, scope, self.today)

    @cached_property
    def site(self) -> View | None:
        """The institution's own site, as it may be judged."""
        if not self.institution.site:
            return None
        return self.look(
            Page(institution=self.institution.key, network=SITE, address=self.institution.site)
        )

    @cached_property
    def authority_site(self) -> View | None:
        """The administration's site, if its observations are in this dossier."""
        town = self.hearing.municipality
        authority = town.by_id.get(town.authority or "")
        if authority is None or not authority.site:
            return None
        return self.look(Page(institution=authority.key, network=SITE, address=authority.site))

    @cached_property
    def born(self) -> date | None:
        """The latest date of creation that is told; None: unknown, or contradicted by a post."""
        return None if self.has_date_conflict else self.latest_birth

    @cached_property
    def has_date_conflict(self) -> bool:
        """A recent date of creation, and yet an older post is seen (G26)."""
        told, wall = self.latest_birth, self.view.wall
        if told is None or self.today - told > RECENT or not wall or not wall.posts:
            return False
        oldest = min(post.published_at for post in wall.posts).astimezone(self.zone).date()
        return told - oldest > DATES_DIFFER

    @property
    def is_recent(self) -> bool:
        """Created so lately that it explains why there is little to judge."""
        return self.born is not None and self.today - self.born <= RECENT

    @property
    def latest_birth(self) -> date | None:
        return latest_birth(self.view, self.institution, self.zone)


def is_authority(municipality: Municipality, institution: Institution) -> bool:
    """The administration itself, as the registry names it, or the only one of its kind.

    Of a Duma and an administration without a word which is meant, neither is accused.
    """
    if municipality.authority:
        return institution.id == municipality.authority
    if institution.kind != "authority":
        return False
    bodies = [one for one in municipality.institutions if one.kind == "authority"]
    tops = [one.id for one in bodies if one.parent not in {body.id for body in bodies}]
    return tops == [institution.id]


def authorities(municipality: Municipality) -> tuple[Institution, ...]:
    """The administration itself; none where the registry does not tell which body it is."""
    return tuple(one for one in municipality.institutions if is_authority(municipality, one))


def latest_birth(view: View, owner: Institution, zone: ZoneInfo) -> date | None:
    """The latest date of creation that registry, network or log tell."""
    return max(_births(view, owner, zone), default=None)


def _births(view: View, owner: Institution, zone: ZoneInfo) -> Iterator[date]:
    if view.page.created_on:
        yield view.page.created_on
    if view.facts.created_at:
        yield view.facts.created_at.astimezone(zone).date()
    for event in owner.events:
        is_creation = event.kind == "page_created" and not event.is_estimate
        if is_creation and event.page == view.page.address:
            yield event.on


def standing_pages(dossier: Dossier, networks: Sequence[str]) -> tuple[Page, ...]:
    """Registered pages of these networks that are there already, and not yet history."""
    on = dossier.today
    pages = dossier.institution.pages
    return tuple(page for page in pages if page.network in networks and page.stands(on))


def official_pages(dossier: Dossier, networks: Sequence[str]) -> tuple[Page, ...]:
    """Only these are judged by their contents (G21)."""
    return tuple(page for page in standing_pages(dossier, networks) if page.role == "official")

"""The registered pages of an institution, held against what sites link to.

A page is demanded only if it was read tonight, lives, and is older than the tolerance. A page that
could not be read is neither missing nor dead; one that is gone need not be linked, and a link to
it is told. A page goes by its address, its number and its present name (guard G14). Of a network
whose pages nobody looked for in the links, nothing is missing either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from collectors.model import Address, Link, Page, Presence
from collectors.networks import other_addresses
from rules.dossier.case import Case, latest_birth
from rules.dossier.views import PageState, View
from rules.law.workdays import add_working_days
from rules.model import Institution
from rules.predicates.site_links import SiteLinks


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A registered page, every address that it goes by, and what may be asked of a link to it."""

    page: Page
    view: View
    addresses: frozenset[Address]
    is_old: bool  # there, or gone, for longer than the tolerance
    tolerated_until: date  # its last day; long ago, where nobody knows when it began

    @property
    def is_gone(self) -> bool:
        return self.view.state is PageState.GONE or self.page.deleted_on is not None

    @property
    def is_blocked(self) -> bool:
        """By its network, which may undo it: the page is still the official one."""
        return self.view.gone_by is Presence.BANNED and self.page.deleted_on is None

    @property
    def is_unread(self) -> bool:
        return (
            self.view.state in (PageState.UNREAD, PageState.GONE_UNCONFIRMED) and not self.is_gone
        )

    @property
    def is_live(self) -> bool:
        return not self.is_gone and not self.is_unread

    def is_linked(self, links: SiteLinks) -> bool:
        return not self.addresses.isdisjoint(links.pages)


@dataclass(frozen=True, slots=True)
class KnownPages:
    """Those of one institution, or of all of a municipality."""

    pages: tuple[KnownPage, ...]

    def __bool__(self) -> bool:
        return bool(self.pages)

    def are_demanded(self, links: SiteLinks) -> bool:
        """A link is asked for, or one leads to a page that is gone."""
        return any(not page.is_gone or page.is_linked(links) for page in self.pages)

    def tally(self, links: SiteLinks) -> Tally:
        absent = [page for page in self.pages if not page.is_linked(links) and not page.is_gone]
        sought = [page for page in absent if page.page.network in links.networks]
        due = [
            (page, links.hint(page.addresses)) for page in sought if page.is_live and page.is_old
        ]
        dead = [
            page for page in self.pages if page.is_gone and page.is_old and page.is_linked(links)
        ]
        hinted = [(page.page.address, hint) for page, hint in due if hint]
        blamed = (*(page for page, _ in due), *dead)
        fresh = [page for page in sought if not page.is_old]
        return Tally(
            missing=_addresses(page for page, hint in due if hint is None),
            hinted=tuple(sorted(hinted, key=_first)),
            fresh=_addresses(fresh),
            fresh_until=max((page.tolerated_until for page in fresh), default=None),
            unread=tuple(page for page in sought if page.is_unread and page.is_old),
            unsought=_addresses(page for page in absent if page.page.network not in links.networks),
            dead=_addresses(page for page in dead if not page.is_blocked),
            blocked=_addresses(page for page in dead if page.is_blocked),
            tolerated_until=min((page.tolerated_until for page in blamed), default=None),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Registered pages held against a set of links; addresses, sorted."""

    missing: tuple[str, ...]  # live, old enough, not shown at all
    hinted: tuple[tuple[str, Link], ...]  # as these, but shown in another way than by a link
    fresh: tuple[str, ...]  # not linked, but lately created
    unread: tuple[KnownPage, ...]  # not linked, and nobody knows whether there still is such a page
    unsought: tuple[str, ...]  # not found, but nobody looked for pages of that network
    dead: tuple[str, ...]  # linked, and gone for long enough
    blocked: tuple[str, ...]  # likewise, but only blocked by the network
    tolerated_until: date | None  # the first of the missing, hinted and dead
    fresh_until: date | None  # the last of the fresh

    @property
    def is_whole(self) -> bool:
        return not (self.dead or self.blocked or self.absent)

    @property
    def absent(self) -> tuple[str, ...]:
        """All that no link leads to, whatever the reason."""
        hinted = (address for address, _ in self.hinted)
        unread = (known.page.address for known in self.unread)
        return tuple(sorted({*self.missing, *hinted, *self.fresh, *unread, *self.unsought}))


def _first(hinted: tuple[str, Link]) -> str:
    return hinted[0]


def _addresses(known: Iterable[KnownPage]) -> tuple[str, ...]:
    return tuple(sorted(page.page.address for page in known))


def known_pages(case: Case, owner: Institution, lag: int) -> KnownPages:
    """Official pages that are, or were, registered; an address that is in use again is not dead.

    Only of networks that the clause, or else its act, speaks of: no link is due to another page.
    """
    pages = [
        page
        for page in owner.pages
        if page.role == "official" and page.has_begun(case.today)
        and (page.network in case.networks or not case.networks)
    ]  # fmt: skip
    standing = {page.address for page in pages if page.stands(case.today)}
    return KnownPages(
        tuple(
            _known_page(case, owner, page, lag)
            for page in pages
            if page.stands(case.today) or page.address not in standing
        )
    )


def _known_page(case: Case, owner: Institution, page: Page, lag: int) -> KnownPage:
    view = case.look(page)
    since = _gone_since(case, owner, view) if _is_gone(page, view) else _born(case, owner, view)
    until = date.min if since is None else add_working_days(since, lag, case.days_off)
    return KnownPage(page, view, frozenset(addresses_of(view)), until < case.today, until)


def _is_gone(page: Page, view: View) -> bool:
    return view.state is PageState.GONE or page.deleted_on is not None


def _born(case: Case, owner: Institution, view: View) -> date | None:
    return latest_birth(view, owner, case.zone)


def _gone_since(case: Case, owner: Institution, view: View) -> date | None:
    """The latest day on which it may have gone: always in favour of who keeps the list."""
    told = [
        event.on
        for event in owner.events
        if event.kind == "page_deleted" and event.page == view.page.address
    ]
    seen = view.gone_since.astimezone(case.zone).date() if view.gone_since else None
    return max([day for day in (view.page.deleted_on, seen, *told) if day], default=case.today)


def addresses_of(view: View) -> Iterator[Address]:
    """The registered address, and those that the network gives to its number and its name."""
    yield view.page.network, view.page.address
    for address in other_addresses(view.page, view.page_id, view.facts.screen_name):
        yield view.page.network, address

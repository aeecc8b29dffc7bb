"""Links from sites to official pages: what is missing, what leads to nothing, what elsewhere.

A page is demanded only if it was read tonight, lives, and is older than the tolerance. A page that
could not be read is neither missing nor dead; one that is gone need not be linked, and a link to
it is told. A page goes by its address, its number and its present name (guard G14).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from collectors.addresses import SHORTENERS, page_in_link
from collectors.model import Address, Failure, Page, SiteFacts, SitePage
from rules.case import Case, is_active, stands, told_birth
from rules.exemptions import claim
from rules.model import Institution
from rules.predicates.cards import cards
from rules.predicates.crawls import (
    inapplicable,
    is_strange,
    names,
    of_site,
    site_facts,
    unread_parts,
)
from rules.predicates.owners import came_in_part, owned, told_of
from rules.reading import Reading
from rules.reasons import Reason
from rules.same import Same
from rules.views import State, View
from rules.workdays import add_working_days

BY_NUMBER = {"vk": "https://vk.com/club{}", "ok": "https://ok.ru/group/{}"}
BY_NAME = {"vk": "https://vk.com/{}", "ok": "https://ok.ru/{}"}
SHOWN = 50  # of the links that a finding lists
DOCUMENTS = (".pdf", ".doc", ".docx", ".rtf", ".odt", ".xls", ".xlsx", ".ods", ".zip")


@dataclass(frozen=True, slots=True)
class Known:
    """A registered page, every address that it goes by, and what may be asked of a link to it."""

    page: Page
    view: View
    addresses: frozenset[Address]
    is_old: bool  # there, or gone, for longer than the tolerance

    @property
    def is_gone(self) -> bool:
        return self.view.state is State.GONE or self.page.deleted_on is not None

    @property
    def is_unread(self) -> bool:
        return self.view.state in (State.UNREAD, State.GONE_UNCONFIRMED) and not self.is_gone


@dataclass(frozen=True, slots=True)
class Tally:
    """Registered pages held against a set of links; addresses, sorted."""

    missing: tuple[str, ...]  # live, old enough, not linked
    fresh: tuple[str, ...]  # not linked, but lately created
    unread: tuple[Known, ...]  # not linked, and nobody knows whether there still is such a page
    dead: tuple[str, ...]  # linked, and gone for long enough

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.fresh or self.unread or self.dead)


def card_links_pages(case: Case, *, sync_lag_workdays: int) -> Reading:
    """Every official page is linked: strictly from the card, generously from anywhere."""
    one = case.about_institution
    known = _known(case, one, sync_lag_workdays)
    in_card = frozenset(_linked(_card_links(case, case.site, one)))
    anywhere = _linked_on(case.site)
    if not _is_demanded(known, anywhere):
        return inapplicable(Reason.NO_PAGE_TO_LINK if known else Reason.NO_PAGE_TO_JUDGE)
    card, whole = _tally(known, in_card), _tally(known, anywhere)
    foreign = sorted(address for _, address in in_card - _familiar(case, one))
    lost = [address for address in whole.missing if not _may_be_renamed(case, one, address)]
    short = _short_on(case.site)
    between = Reason.PAGE_LINKS_DEAD if whole.dead else Reason.PAGES_LINKED_ELSEWHERE
    reading = of_site(
        case,
        strict=card.is_whole and not (whole.dead or foreign or came_in_part(site_facts(case))),
        generous=len(lost) <= len(short),
        reasons=(
            Reason.PAGES_LINKED,
            Reason.PAGES_NOT_LINKED,
            Reason.PAGES_LINKED_SHORT if whole.missing and short and not foreign else between,
        ),
        measured={**_measured(one, whole), "foreign": foreign, "short": sorted(short)[:SHOWN]},
    )
    settled = bool(whole.missing or whole.dead or foreign)
    return _with_open_ends(reading, whole, settled)


def all_pages_listed(case: Case, *, sync_lag_workdays: int, list_stems: list[str]) -> Reading:
    """Every registered page of the municipality on the authority's site; strict on one page."""
    owners = [one for one in case.dossier.municipality.institutions if _must_be_listed(case, one)]
    known = [page for one in owners for page in _known(case, one, sync_lag_workdays) if page.is_old]
    site = site_facts(case)
    listed = [frozenset(_linked(_page_links(page))) for page in (site.pages if site else ())]
    anywhere = frozenset().union(*listed)
    if not _is_demanded(known, anywhere):
        return inapplicable(Reason.NO_PAGE_TO_JUDGE)
    tally = _tally(known, anywhere)
    lost = [address for address in tally.missing if not _stands_otherwise(case, owners, address)]
    others = [one for one in known if one.page.institution != case.institution.key]
    short = _short_on(case.site)
    is_hidden = bool(lost) and len(lost) <= len(short)
    unread = bool(lost) and _may_be_listed_unread(site, others, list_stems)
    reading = of_site(
        case,
        strict=any(_tally(known, links).is_whole for links in listed) and not came_in_part(site),
        generous=not tally.dead and (not lost or is_hidden or unread),
        reasons=(
            Reason.ALL_PAGES_LISTED,
            Reason.PAGES_NOT_LINKED if lost else Reason.PAGE_LINKS_DEAD,
            _why_unsure(tally, is_hidden=is_hidden or (not lost and bool(short)), unread=unread),
        ),
        measured={
            **_measured(case.institution, tally),
            "foreign": sorted(address for _, address in anywhere - _of_town(case))[:SHOWN],
            "short": sorted(short)[:SHOWN],
        },
    )
    return _with_open_ends(reading, tally, bool(tally.missing or tally.dead))


def _why_unsure(tally: Tally, *, is_hidden: bool, unread: bool) -> Reason:
    """What a person should open: short links, a document, an unknown page."""
    if not tally.missing:
        return Reason.PAGES_LISTED_APART
    if is_hidden:
        return Reason.PAGES_LINKED_SHORT
    return Reason.PAGES_LISTED_IN_DOCUMENT if unread else Reason.PAGES_LINKED_UNKNOWN


def site_links_to_pages(case: Case, *, sync_lag_workdays: int) -> Reading:
    """Strict: from the authority's card and from the own site. Generous: from either."""
    one = case.institution
    known = _known(case, one, sync_lag_workdays)
    views = _sites_to_link(case)
    links = [_linked_on(view) for view in views.values() if view]
    anywhere = frozenset().union(*links)
    if not _is_demanded(known, anywhere):
        return inapplicable(Reason.NO_PAGE_TO_LINK if known else Reason.NO_PAGE_TO_JUDGE)
    tally = _tally(known, anywhere)
    seen = [view for view in views.values() if view]
    short = frozenset().union(*map(_short_on, seen))
    is_hidden = bool(tally.missing) and len(tally.missing) <= len(short)
    reading = Reading(
        strict=all(_links_all(case, name, view, known) for name, view in views.items()),
        generous=any(not _tally(known, each).missing for each in links) or is_hidden,
        met=Reason.PAGES_LINKED,
        unmet=Reason.PAGES_NOT_LINKED,
        between=Reason.PAGES_LINKED_SHORT if is_hidden else Reason.PAGES_LINKED_ONCE,
        missing=tuple(part for view in seen for part in unread_parts(view, view.facts.site)),
        unseen=_why_unseen(case, views),
        measured={
            **_strange_site(case, views),
            **_measured(one, tally),
            "short": sorted(short)[:SHOWN],
        },
        evidence=tuple(item for view in seen for item in view.evidence),
    )
    return _with_open_ends(reading, tally, bool(tally.missing or tally.dead))


def _sites_to_link(case: Case) -> dict[str, View | None]:
    """The own site, unless it is known that there is none, and the authority's."""
    if case.is_authority:
        return {"own": case.site}
    own = {} if case.institution.no_site and case.site is None else {"own": case.site}
    return {**own, "authority": case.authority_site}


def _strange_site(case: Case, views: dict[str, View | None]) -> dict[str, object]:
    strange = (view for view in views.values() if view and is_strange(case, view))
    return next((told_of(view, owned(case, view)) for view in strange), {})


def _why_unseen(case: Case, views: dict[str, View | None]) -> Reason | None:
    if any(view is None for view in views.values()):
        return Reason.SITE_NOT_REGISTERED
    if any(is_strange(case, view) for view in views.values()):
        return Reason.SITE_UNFAMILIAR
    return next((view.unread for view in views.values() if view and not view.facts.site), None)


def _links_all(case: Case, name: str, view: View | None, known: Sequence[Known]) -> bool:
    if view is None or came_in_part(view.facts.site):
        return False
    if name == "own":
        return _tally(known, _linked_on(view)).is_whole
    return _tally(known, frozenset(_linked(_card_links(case, view, case.institution)))).is_whole


def _with_open_ends(reading: Reading, tally: Tally, settled: bool) -> Reading:
    """What is too young, or was not read, leaves the answer open, unless it is settled anyway."""
    if settled or reading.missing or reading.unseen:
        return reading
    if tally.unread:
        return replace(reading, unseen=Reason.PAGES_NOT_READ, missing=_why_unread(tally.unread))
    return replace(reading, pending=Reason.PAGES_ARE_NEW) if tally.fresh else reading


def _why_unread(pages: Iterable[Known]) -> tuple[Failure, ...]:
    return tuple(page.view.failure for page in pages if page.view.failure)


def _measured(one: Institution, tally: Tally) -> dict[str, object]:
    return {
        "institution": one.short_name or one.name,
        "missing": list(tally.missing),
        "dead": list(tally.dead),
        "new": list(tally.fresh),
        "unread": [known.page.address for known in tally.unread],
    }


# --- the registered pages -----------------------------------------------------------------------


def _known(case: Case, one: Institution, lag: int) -> list[Known]:
    """Official pages that are, or were, registered; an address that is in use again is not dead."""
    pages = [page for page in one.pages if page.role == "official" and _has_begun(page, case.today)]
    standing = {page.address for page in pages if stands(page, case.today)}
    return [
        _as_known(case, one, page, lag)
        for page in pages
        if stands(page, case.today) or page.address not in standing
    ]


def _has_begun(page: Page, on: date) -> bool:
    return page.created_on is None or page.created_on <= on


def _as_known(case: Case, one: Institution, page: Page, lag: int) -> Known:
    view = case.look(page)
    since = _gone_since(case, one, view) if _is_gone(page, view) else _born(case, one, view)
    is_old = since is None or add_working_days(since, lag, case.days_off) < case.today
    return Known(page, view, frozenset(_addresses(view)), is_old)


def _is_gone(page: Page, view: View) -> bool:
    return view.state is State.GONE or page.deleted_on is not None


def _born(case: Case, one: Institution, view: View) -> date | None:
    return told_birth(view, one, case.zone)


def _gone_since(case: Case, one: Institution, view: View) -> date | None:
    """The latest day on which it may have gone: always in favour of who keeps the list."""
    told = [
        event.on
        for event in one.events
        if event.kind == "page_deleted" and event.page == view.page.address
    ]
    seen = view.gone_since.astimezone(case.zone).date() if view.gone_since else None
    return max([day for day in (view.page.deleted_on, seen, *told) if day], default=case.today)


def _addresses(view: View) -> Iterator[Address]:
    network = view.page.network
    yield network, view.page.address
    if view.page_id and network in BY_NUMBER:
        yield network, BY_NUMBER[network].format(view.page_id)
    if view.facts.screen_name and network in BY_NAME:
        yield network, BY_NAME[network].format(view.facts.screen_name.lower())


def _is_live(known: Known) -> bool:
    return not known.is_gone and not known.is_unread


def _tally(known: Iterable[Known], links: frozenset[Address]) -> Tally:
    known = list(known)
    absent = [one for one in known if not one.addresses & links and not one.is_gone]
    return Tally(
        missing=_sorted(one for one in absent if _is_live(one) and one.is_old),
        fresh=_sorted(one for one in absent if not one.is_old),
        unread=tuple(one for one in absent if one.is_unread and one.is_old),
        dead=_sorted(one for one in known if one.is_gone and one.is_old and one.addresses & links),
    )


def _sorted(known: Iterable[Known]) -> tuple[str, ...]:
    return tuple(sorted(one.page.address for one in known))


def _is_demanded(known: Sequence[Known], links: frozenset[Address]) -> bool:
    """A link is asked for, or one leads to a page that is gone."""
    return any(not one.is_gone or one.addresses & links for one in known)


def _must_be_listed(case: Case, one: Institution) -> bool:
    """Who is exempt by clause 4 is rightly absent from the list."""
    if not is_active(one, case.today):
        return False
    dossier = replace(case.dossier, institution=one)
    return not claim(dossier, case.act, frozenset({"pages"}), case.today).is_claimed


# --- what a link may mean -----------------------------------------------------------------------


def _familiar(case: Case, one: Institution) -> frozenset[Address]:
    """Pages that a card may show: its own of any role, the parent's and the authority's."""
    town = case.dossier.municipality
    above = (town.by_id.get(name or "") for name in (one.parent, town.authority))
    owners = [one, *(body for body in above if body is not None)]
    return frozenset(
        address
        for owner in owners
        for page in owner.pages
        for address in _addresses(case.look(page))
    )


def _of_town(case: Case) -> frozenset[Address]:
    members = case.dossier.municipality.institutions
    return frozenset(
        found for one in members for page in one.pages for found in _addresses(case.look(page))
    )


def _stands_otherwise(case: Case, owners: Iterable[Institution], address: str) -> bool:
    return any(
        _may_be_renamed(case, one, address)
        for one in owners
        if any(page.address == address for page in one.pages)
    )


def _may_be_renamed(case: Case, one: Institution, address: str) -> bool:
    """The card leads to a community that we do not know, or over a shortener: perhaps it is it."""
    urls = list(_card_links(case, case.site, one))
    network = next(page.network for page in one.pages if page.address == address)
    strange = frozenset(_linked(urls)) - _familiar(case, one)
    return any(found == network for found, _ in strange) or any(map(_is_shortened, urls))


def _short_on(view: View | None) -> frozenset[str]:
    """Shortened links of a site: each may lead to one page that is missed, none to two."""
    if view is None or view.facts.site is None:
        return frozenset()
    return _all_short(Same(view.facts.site))


@lru_cache(maxsize=8)
def _all_short(site: Same[SiteFacts]) -> frozenset[str]:
    return frozenset(url for url in _all_links(site.value) if _is_shortened(url))


def _is_shortened(url: str) -> bool:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "") in SHORTENERS


def _may_be_listed_unread(site: SiteFacts | None, known: Sequence[Known], stems: list[str]) -> bool:
    """A document, a scan, a table drawn by a script or kept elsewhere: it is noted, not read."""
    listed = frozenset(address for one in known for address in one.addresses)
    return any(
        _is_bare_list(page, listed, stems) or any(_leads_away(page, stems))
        for page in (site.pages if site else ())
    )


def _is_bare_list(page: SitePage, listed: frozenset[Address], stems: list[str]) -> bool:
    """Its own title is that of the list (a block of a menu is not), and it links to no page."""
    headed = names((page.title, *page.headings[:1]), stems)
    return headed and not listed & frozenset(_linked(_page_links(page)))


def _leads_away(page: SitePage, stems: list[str]) -> Iterator[bool]:
    """Links called the list that lead to a document, or to a place that is not this site."""
    host = urlsplit(page.url).hostname
    for link in page.anchors:
        target = urlsplit(link.url)
        unread = target.path.lower().endswith(DOCUMENTS) or target.hostname not in (None, host)
        yield unread and not page_in_link(link.url) and names((link.text,), stems)


# --- links --------------------------------------------------------------------------------------


def _card_links(case: Case, site: View | None, one: Institution) -> Iterator[str]:
    return (link.url for block in cards(case, site, one) for link in block.contacts.links)


def _linked_on(view: View | None) -> frozenset[Address]:
    """All pages that a site links to from anywhere."""
    if view is None or view.facts.site is None:
        return frozenset()
    return _all_linked(Same(view.facts.site))


@lru_cache(maxsize=8)
def _all_linked(site: Same[SiteFacts]) -> frozenset[Address]:
    """The authority's site is held against every institution of a town: read it once."""
    return frozenset(_linked(_all_links(site.value)))


def _all_links(site: SiteFacts) -> frozenset[str]:
    """Every page repeats the menu."""
    return frozenset(url for page in site.pages for url in _page_links(page))


def _page_links(page: SitePage) -> Iterator[str]:
    yield from (link.url for link in page.anchors)
    yield from (link.url for block in page.blocks for link in block.contacts.links)


def _linked(urls: Iterable[str]) -> Iterator[Address]:
    yield from (found for url in urls if (found := page_in_link(url)))

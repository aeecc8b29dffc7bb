"""Links from sites to official pages: what is missing, what leads to nothing, what elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from collectors.model import Address, Failure, Link, SiteFacts, SitePage
from rules.dossier.case import Case
from rules.dossier.exemptions import bodies, claim
from rules.dossier.views import View
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
from rules.predicates.known_pages import (
    KnownPage,
    KnownPages,
    Tally,
    addresses_of,
    known_pages,
)
from rules.predicates.owners import came_in_part, owner_fields, ownership
from rules.predicates.site_links import (
    NO_LINKS,
    SiteLinks,
    links_of,
    links_on,
    links_on_page,
    read,
    together,
)
from rules.reading import Because, Bounds, Reading, Seen
from rules.reasons import Reason
from rules.terms.terms import doubt_early_look
from rules.text.sentences import manner_word

SHOWN = 50  # of the links that a finding lists
DOCUMENTS = (".pdf", ".doc", ".docx", ".rtf", ".odt", ".xls", ".xlsx", ".ods", ".zip")


def card_links_pages(case: Case, *, sync_lag_workdays: int) -> Reading:
    """Every official page is linked: strictly from the card, generously from anywhere."""
    one = case.about_institution
    known = known_pages(case, one, sync_lag_workdays)
    in_card, anywhere = _in_card(case, case.site, one), links_on(case, case.site)
    if not known.are_demanded(anywhere):
        return inapplicable(Reason.NO_PAGE_TO_LINK if known else Reason.NO_PAGE_TO_JUDGE)
    card, whole = known.tally(in_card), known.tally(anywhere)
    foreign = sorted(address for _, address in in_card.pages - _familiar(case, one))
    lost = [address for address in whole.missing if not _may_be_renamed(case, one, address)]
    reading = of_site(
        case,
        strict=card.is_whole
        and not (whole.dead or whole.blocked or foreign or came_in_part(site_facts(case))),
        generous=len(lost) <= len(anywhere.short),
        reasons=(
            Reason.PAGES_LINKED,
            Reason.PAGES_NOT_LINKED,
            _why_not_in_card(whole, has_short=bool(anywhere.short), has_foreign=bool(foreign)),
        ),
        measured={
            **_fields(one, whole, anywhere),
            "foreign": foreign,
            "outside": list(card.absent),
        },
    )
    settled = bool(whole.missing or whole.dead or whole.blocked or foreign)
    return _with_open_ends(case, reading, whole, settled)


def _why_not_in_card(whole: Tally, *, has_short: bool, has_foreign: bool) -> Reason:
    if whole.missing and has_short and not has_foreign:
        return Reason.PAGES_LINKED_SHORT
    if whole.dead or whole.blocked:
        return Reason.PAGE_LINKS_DEAD if whole.dead else Reason.PAGE_LINKS_BLOCKED
    if whole.hinted:
        return Reason.PAGES_SHOWN_OTHERWISE
    return Reason.PAGES_LINKED_ELSEWHERE if has_foreign else Reason.PAGES_LINKED_OUTSIDE


def all_pages_listed(case: Case, *, sync_lag_workdays: int, list_stems: list[str]) -> Reading:
    """Every registered page of the municipality on the authority's site; strict on one page."""
    owners = [one for one in case.municipality.institutions if _must_be_listed(case, one)]
    known = KnownPages(
        tuple(
            page
            for owner in owners
            for page in known_pages(case, owner, sync_lag_workdays).pages
            if page.is_old
        )
    )
    site, anywhere = site_facts(case), links_on(case, case.site)
    if not known.are_demanded(anywhere):
        return inapplicable(Reason.NO_PAGE_TO_JUDGE)
    whole = known.tally(anywhere)
    lost = [address for address in whole.missing if not _stands_otherwise(case, owners, address)]
    others = [page for page in known.pages if page.page.institution != case.institution.key]
    short = anywhere.short
    is_hidden = bool(lost) and len(lost) <= len(short)
    unread = bool(lost) and _may_be_listed_unread(site, others, list_stems)
    reading = of_site(
        case,
        strict=_is_on_one_page(site, known) and not came_in_part(site),
        generous=not whole.dead and (not lost or is_hidden or unread),
        reasons=(
            Reason.ALL_PAGES_LISTED,
            Reason.PAGES_NOT_LINKED if lost else Reason.PAGE_LINKS_DEAD,
            _why_unsure(whole, is_hidden=is_hidden or (not lost and bool(short)), unread=unread),
        ),
        measured={
            **_fields(case.institution, whole, anywhere),
            "foreign": sorted(address for _, address in anywhere.pages - _of_town(case))[:SHOWN],
        },
    )
    return _with_open_ends(case, reading, whole, bool(whole.missing or whole.dead or whole.blocked))


def _is_on_one_page(site: SiteFacts | None, known: KnownPages) -> bool:
    pages = site.pages if site else ()
    return site is not None and any(
        known.tally(links_on_page(site, page)).is_whole for page in pages
    )


def _why_unsure(whole: Tally, *, is_hidden: bool, unread: bool) -> Reason:
    """What a person should open: short links, a document, an unknown page."""
    if not whole.missing and whole.blocked:
        return Reason.PAGE_LINKS_BLOCKED
    if not whole.missing:
        return Reason.PAGES_SHOWN_OTHERWISE if whole.hinted else Reason.PAGES_LISTED_APART
    if is_hidden:
        return Reason.PAGES_LINKED_SHORT
    return Reason.PAGES_LISTED_IN_DOCUMENT if unread else Reason.PAGES_LINKED_UNKNOWN


def site_links_to_pages(case: Case, *, sync_lag_workdays: int) -> Reading:
    """Strict: from the authority's card and from the own site. Generous: from either."""
    one = case.institution
    known = known_pages(case, one, sync_lag_workdays)
    views = _sites_to_link(case)
    seen = [view for view in views.values() if view]
    links = [links_on(case, view) for view in seen]
    anywhere = together(each for each, view in zip(links, seen, strict=True) if view.facts.site)
    if not known.are_demanded(anywhere):
        return inapplicable(Reason.NO_PAGE_TO_LINK if known else Reason.NO_PAGE_TO_JUDGE)
    whole = known.tally(anywhere)
    is_hidden = bool(whole.missing) and len(whole.missing) <= len(anywhere.short)
    reading = Reading(
        bounds=Bounds(
            strict=all(_links_all(case, name, view, known) for name, view in views.items()),
            generous=any(not known.tally(each).missing for each in links) or is_hidden,
        ),
        because=Because(
            met=Reason.PAGES_LINKED,
            unmet=Reason.PAGES_NOT_LINKED,
            between=_why_not_on_both(whole, is_hidden=is_hidden),
        ),
        seen=Seen(
            missing=tuple(part for view in seen for part in unread_parts(view, view.facts.site)),
            evidence=tuple(item for view in seen for item in view.evidence),
            read_at=min((view.read_at for view in seen if view.read_at), default=None),
        ),
        unseen=_why_unseen(case, views),
        measured={**_strange_site(case, views), **_fields(one, whole, anywhere)},
    )
    return _with_open_ends(case, reading, whole, bool(whole.missing or whole.dead or whole.blocked))


def _why_not_on_both(whole: Tally, *, is_hidden: bool) -> Reason:
    if is_hidden:
        return Reason.PAGES_LINKED_SHORT
    return Reason.PAGES_SHOWN_OTHERWISE if whole.hinted else Reason.PAGES_LINKED_ONCE


def _sites_to_link(case: Case) -> dict[str, View | None]:
    """The own site, unless it is known that there is none, and the authority's."""
    if case.is_authority:
        return {"own": case.site}
    own = {} if case.institution.no_site and case.site is None else {"own": case.site}
    return {**own, "authority": case.authority_site}


def _strange_site(case: Case, views: dict[str, View | None]) -> dict[str, object]:
    strange = (view for view in views.values() if view and is_strange(case, view))
    return next((owner_fields(view, ownership(case, view)) for view in strange), {})


def _why_unseen(case: Case, views: dict[str, View | None]) -> Reason | None:
    if any(view is None for view in views.values()):
        return Reason.SITE_NOT_REGISTERED
    if any(is_strange(case, view) for view in views.values()):
        return Reason.SITE_UNFAMILIAR
    return next((view.unread for view in views.values() if view and not view.facts.site), None)


def _links_all(case: Case, name: str, view: View | None, known: KnownPages) -> bool:
    if view is None or came_in_part(view.facts.site):
        return False
    if name == "own":
        return known.tally(links_on(case, view)).is_whole
    return known.tally(_in_card(case, view, case.institution)).is_whole


def _in_card(case: Case, site: View | None, institution: Institution) -> SiteLinks:
    if site is None or site.facts.site is None:
        return NO_LINKS
    return links_of(site.facts.site, _card_links(case, site, institution))


def _card_links(case: Case, site: View | None, institution: Institution) -> Iterator[Link]:
    return (link for block in cards(case, site, institution) for link in block.contacts.links)


def _with_open_ends(case: Case, reading: Reading, whole: Tally, settled: bool) -> Reading:
    """What is too young, or was not read, leaves the answer open, unless it is settled anyway.

    So does a site that was read while a link, or its absence, was still to be tolerated.
    """
    if whole.tolerated_until:
        reading = doubt_early_look(case, reading, whole.tolerated_until)
    if settled or reading.seen.missing or reading.unseen:
        return reading
    if whole.unsought:
        return replace(reading, unseen=Reason.LINKS_NOT_SOUGHT)
    if whole.unread:
        return replace(reading.lack(*_why_unread(whole.unread)), unseen=Reason.PAGES_NOT_READ)
    return replace(reading, pending=Reason.PAGES_ARE_NEW) if whole.fresh else reading


def _why_unread(pages: Iterable[KnownPage]) -> Iterator[Failure]:
    return (page.view.failure for page in pages if page.view.failure)


def _fields(institution: Institution, whole: Tally, links: SiteLinks) -> dict[str, object]:
    return {
        "institution": institution.short_name or institution.name,
        "missing": list(whole.missing),
        "dead": list(whole.dead),
        **({"blocked": list(whole.blocked)} if whole.blocked else {}),
        "new": list(whole.fresh),
        **({"due": whole.fresh_until.isoformat()} if whole.fresh_until else {}),
        "unread": [known.page.address for known in whole.unread],
        "short": sorted(links.short)[:SHOWN],
        **({"hints": list(_hint_lines(whole))} if whole.hinted else {}),
        **({"unsought": list(whole.unsought)} if whole.unsought else {}),
    }


def _hint_lines(whole: Tally) -> Iterator[str]:
    """«https://vk.com/x — виджетом соцсети (https://школа.рф/)»: what is shown, how, and where."""
    for address, hint in whole.hinted[:SHOWN]:
        is_told = hint.page is not None and hint.page[1] != ""
        how = manner_word(str(hint.shown) if is_told else f"{hint.shown}_unnamed")
        yield f"{address} — {how} ({hint.place})"


def _must_be_listed(case: Case, institution: Institution) -> bool:
    """Who is exempt by clause 4 is rightly absent from the list."""
    if not institution.is_active(case.today):
        return False
    dossier = replace(case.dossier, institution=institution)
    named = bodies(case.hearing.bench.answers, case.act.exempt)
    return not claim(dossier, named, frozenset({"pages"}), case.today).is_claimed


# --- what a link may mean -----------------------------------------------------------------------


def _familiar(case: Case, institution: Institution) -> frozenset[Address]:
    """Pages that a card may show: its own of any role, the parent's and the authority's."""
    town = case.municipality
    above = (town.by_id.get(name or "") for name in (institution.parent, town.authority))
    owners = [institution, *(body for body in above if body is not None)]
    return frozenset(
        address
        for owner in owners
        for page in owner.pages
        for address in addresses_of(case.look(page))
    )


def _of_town(case: Case) -> frozenset[Address]:
    members = case.municipality.institutions
    return frozenset(
        found for one in members for page in one.pages for found in addresses_of(case.look(page))
    )


def _stands_otherwise(case: Case, owners: Iterable[Institution], address: str) -> bool:
    return any(
        _may_be_renamed(case, one, address)
        for one in owners
        if any(page.address == address for page in one.pages)
    )


def _may_be_renamed(case: Case, institution: Institution, address: str) -> bool:
    """The card leads to a community that we do not know, or over a shortener: perhaps it is it."""
    links = _in_card(case, case.site, institution)
    network = next(page.network for page in institution.pages if page.address == address)
    strange = links.pages - _familiar(case, institution)
    return any(found == network for found, _ in strange) or bool(links.short)


def _may_be_listed_unread(
    site: SiteFacts | None, known: Sequence[KnownPage], stems: list[str]
) -> bool:
    """A document, a scan, a table drawn by a script or kept elsewhere: it is noted, not read."""
    if site is None:
        return False
    listed = frozenset(address for one in known for address in one.addresses)
    return any(
        _is_bare_list(site, page, listed, stems) or any(_leads_away(site, page, stems))
        for page in site.pages
    )


def _is_bare_list(
    site: SiteFacts, page: SitePage, listed: frozenset[Address], stems: list[str]
) -> bool:
    """Its own title is that of the list (a block of a menu is not), and it links to no page."""
    headed = names((page.title, *page.headings[:1]), stems)
    return headed and not listed & links_on_page(site, page).pages


def _leads_away(site: SiteFacts, page: SitePage, stems: list[str]) -> Iterator[bool]:
    """Links called the list that lead to a document, or to a place that is not this site."""
    host = urlsplit(page.url).hostname
    for link in page.anchors:
        target = urlsplit(link.url)
        unread = target.path.lower().endswith(DOCUMENTS) or target.hostname not in (None, host)
        yield unread and not read(site, link).page and names((link.text,), stems)

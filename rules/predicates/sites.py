"""Official sites: whether there is one, and what the authority's site says.

Only a complete crawl can show that something is missing from a site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from collectors.addresses import page_in_link
from collectors.contacts import parse_phones
from collectors.model import Block, Failure, FailureCode, Page, SiteFacts, SitePage
from rules.attestations import Statement
from rules.case import Case
from rules.exemptions import is_body
from rules.matching import Match, names_match, same_address, same_email, same_phone
from rules.model import Institution, Outcome, Severity
from rules.reading import Reading
from rules.reasons import Reason
from rules.views import State, View
from rules.workdays import add_working_days


def site_works(case: Case) -> Reading:
    """Clause 3 demands information on «the official site»; having no own one is a question."""
    view = case.site
    if view is None:
        return Reading(
            strict=False, generous=True, met=Reason.SITE_WORKS, unmet=Reason.NO_OWN_SITE,
            worst=Outcome.REVIEW, severity=Severity.INFO if case.institution.no_site else None,
            evidence=(),
        )  # fmt: skip
    return Reading(
        strict=view.state is State.LIVE,
        generous=view.state is not State.GONE,
        met=Reason.SITE_WORKS,
        unmet=Reason.SITE_GONE,
        between=Reason.SITE_GONE_UNCONFIRMED,
        missing=_failures(view) if view.state is State.UNREAD else (),
        unseen=view.unread if view.state is State.UNREAD else None,
        measured={"site": case.institution.site, "state": str(view.state)},
        evidence=view.evidence,
    )


def listed_bodies(case: Case) -> Reading:
    """Every institution of the registry stands in a list of the act, and the other way round."""
    named = (*case.act.listed, *case.act.exempt)
    ours = [one for one in case.dossier.municipality.institutions if _is_judged(one, case)]
    extra = [one.name for one in ours if not any(is_body(name, one) for name in named)]
    absent = [name for name in named if not any(is_body(name, one) for one in ours)]
    return Reading(
        strict=not extra and not absent,
        generous=True,
        met=Reason.LIST_AGREES,
        unmet=Reason.LIST_DIFFERS,
        worst=Outcome.REVIEW,
        measured={"not_in_act": extra, "not_in_registry": absent},
        evidence=(),
    )


def _is_judged(one: Institution, case: Case) -> bool:
    on = case.today
    active = (one.since or on) <= on <= (one.until or on)
    return active and one.id != case.dossier.municipality.authority and one.kind != "authority"


def section_present(
    case: Case, *, stems: list[str], min_chars: int, fresh_days: int = 0, attested_by: str = ""
) -> Reading:
    """Strict: a heading of a page with contents. Generous: any link, title or heading."""
    site = _site(case)
    pages = site.pages if site else ()
    said = case.statement(attested_by) if attested_by else Statement()
    headed = [
        one for one in pages if _names(_headings(one), stems) and _has_contents(one, min_chars)
    ]
    fresh = [one for one in headed if _is_fresh(one, case.today, fresh_days)]
    return _of_site(
        case,
        strict=bool(fresh) or said.confirms,
        generous=bool(headed) or any(_names(_everything(one), stems) for one in pages),
        reasons=(
            Reason.SECTION_FOUND,
            Reason.SECTION_ABSENT,
            Reason.SECTION_STALE if headed else Reason.SECTION_UNCLEAR,
        ),
        measured={"found": [one.url for one in (fresh or headed)][:3]},
        required={"fresh_days": fresh_days, "min_chars": min_chars},
    )


def _headings(page: SitePage) -> Iterable[str]:
    return (page.title, *page.headings, *page.breadcrumbs)


def _everything(page: SitePage) -> Iterator[str]:
    yield from _headings(page)
    yield from (link.text for link in page.anchors)
    yield from (block.heading for block in page.blocks)


def _names(texts: Iterable[str], stems: Sequence[str]) -> bool:
    return any(stem in plain(text) for text in texts for stem in stems)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _has_contents(page: SitePage, min_chars: int) -> bool:
    return page.status == 200 and (page.text_length >= min_chars or page.documents > 0)


def _is_fresh(page: SitePage, on: date, fresh_days: int) -> bool:
    if not fresh_days:
        return True
    return page.latest_date is not None and on - page.latest_date <= timedelta(days=fresh_days)


def act_published(case: Case, *, number: str) -> Reading:
    """The act on the site is half of clause 11; the bulletin is attested."""
    site = _site(case)
    said = case.statement("bulletin")
    found = [page.url for page in (site.pages if site else ()) if _mentions(page, number)]
    return _of_site(
        case,
        strict=bool(found) and said.confirms,
        generous=bool(found),
        reasons=(Reason.ACT_PUBLISHED, Reason.ACT_NOT_ON_SITE, Reason.BULLETIN_NOT_ATTESTED),
        measured={"found": found[:3], **said.measured},
        required={"number": number},
    )


def _mentions(page: SitePage, number: str) -> bool:
    said = (*page.mentions, page.title, *(link.text for link in page.anchors))
    wanted = re.compile(rf"№\s*{re.escape(number)}(?!\d)")
    return any(wanted.search(one) for one in said)


def _site(case: Case) -> SiteFacts | None:
    return case.site.facts.site if case.site else None


def _of_site(
    case: Case,
    *,
    strict: bool,
    generous: bool,
    reasons: tuple[Reason, Reason, Reason],
    measured: Mapping[str, object],
    required: Mapping[str, object] | None = None,
    worst: Outcome = Outcome.FAIL,
) -> Reading:
    """What is common to all that is looked for on a site: unread, or not read completely."""
    met, unmet, between = reasons
    view, site = case.site, _site(case)
    return Reading(
        strict=strict,
        generous=generous,
        met=met,
        unmet=unmet,
        between=between,
        missing=_unread_parts(view, site),
        unseen=_why_unread(view, site),
        worst=worst,
        measured=measured,
        required=required or {},
        evidence=view.evidence if view else (),
    )


def _why_unread(view: View | None, site: SiteFacts | None) -> Reason | None:
    if view is None:
        return Reason.SITE_NOT_REGISTERED
    return view.unread if site is None else None


def _unread_parts(view: View | None, site: SiteFacts | None) -> tuple[Failure, ...]:
    if view is None:
        return ()
    if site is None:
        return view.missing("site") or _failures(view)
    return () if site.crawl.complete else (Failure(FailureCode.INCOMPLETE, "site"),)


def _failures(view: View) -> tuple[Failure, ...]:
    return (view.failure,) if view.failure else ()


# --- what the authority's site says of an institution (8.1) -----------------------------------


def card(case: Case, *, atom: str) -> Reading:
    """One thing in the institution's card: name, postal, email, phones, words, page links."""
    one = case.about_institution
    blocks = list(_cards(case, one))
    if atom == "email" and (one.no_email or not one.emails):
        return _inapplicable(Reason.NO_EMAIL_TO_SHOW)
    if not blocks or (atom != "name" and not any(map(_shows_contacts, blocks))):
        return _no_card(case, atom)
    shown, found = ATOMS[atom](one, blocks)
    everywhere = ATOMS[atom](one, list(_blocks(case)))[1]
    return _of_site(
        case,
        strict=found,
        generous=found or shown or everywhere,
        reasons=(Reason.CARD_SHOWS, Reason.CARD_LACKS, Reason.CARD_UNCLEAR),
        measured={"atom": ATOM_NAMES[atom], "institution": one.short_name or one.name},
    )


def card_tells(case: Case, *, stems: list[str], what: str) -> Reading:
    """Words in the card or on its page; a machine cannot judge them, so at worst a question."""
    one = case.about_institution
    blocks = list(_cards(case, one))
    told = any(_names((block.heading, block.text), stems) for block in blocks)
    if not blocks:
        return _no_card(case, "words")
    return _of_site(
        case,
        strict=told,
        generous=True,
        reasons=(Reason.CARD_SHOWS, Reason.CARD_LACKS, Reason.CARD_UNCLEAR),
        measured={"atom": what, "institution": one.short_name or one.name},
        worst=Outcome.REVIEW,
    )


def _inapplicable(why: Reason) -> Reading:
    return Reading(strict=False, generous=True, met=why, unmet=why, inapplicable=why, evidence=())


def _no_card(case: Case, atom: str) -> Reading:
    """The site may tell of the institution where we do not understand it: never a violation."""
    one = case.about_institution
    reading = _of_site(
        case,
        strict=False,
        generous=True,
        reasons=(Reason.CARD_SHOWS, Reason.CARD_NOT_FOUND, Reason.CARD_NOT_FOUND),
        measured={"institution": one.short_name or one.name},
        worst=Outcome.REVIEW,
    )
    unknown = reading.unseen or Reason.CARD_NOT_FOUND
    is_complete = case.site is not None and not _unread_parts(case.site, _site(case))
    return replace(reading, unseen=reading.unseen if is_complete and atom == "name" else unknown)


def _blocks(case: Case) -> Iterator[Block]:
    site = _site(case)
    for page in site.pages if site else ():
        yield from page.blocks


def _cards(case: Case, one: Institution) -> Iterator[Block]:
    """Blocks headed by its name, and all blocks of a page that bears it."""
    site = _site(case)
    for page in site.pages if site else ():
        whole = any(_is_named(one, text) for text in (page.title, *page.headings[:1]))
        yield from (block for block in page.blocks if whole or _is_named(one, block.heading))


def _shows_contacts(block: Block) -> bool:
    """A card says something of how to reach the institution; a piece of news does not."""
    shown = block.contacts
    return bool(shown.phones or shown.emails or shown.addresses)


def _is_named(one: Institution, text: str) -> bool:
    return bool(text) and names_match(one, text, ()).strict


def _phones(one: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    ours = [phone for written in one.phones for phone in parse_phones(written)]
    shown = [phone for block in blocks for phone in block.contacts.phones]
    agree = any(same_phone(own, other) for own in ours for other in shown)
    return bool(shown), agree or (bool(shown) and not ours)


def _emails(one: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    shown = [email.value for block in blocks for email in block.contacts.emails]
    return bool(shown), any(same_email(own, other) for own in one.emails for other in shown)


def _postal(one: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    shown = [address.original for block in blocks for address in block.contacts.addresses]
    ours = one.address or ""
    agree = any(same_address(ours, other) is Match.SAME for other in shown)
    return bool(shown), agree or (bool(shown) and not ours)


def _name(_one: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    return bool(blocks), bool(blocks)


ATOMS = {"phones": _phones, "email": _emails, "postal": _postal, "name": _name}
ATOM_NAMES = {
    "phones": "телефона",
    "email": "электронной почты",
    "postal": "почтового адреса",
    "name": "наименования",
}


def card_links_pages(case: Case) -> Reading:
    """Every official page is linked: strictly from the card, generously from anywhere."""
    one = case.about_institution
    wanted = {(page.network, page.address) for page in _standing(one, case.today)}
    if not wanted:
        return _inapplicable(Reason.NO_PAGE_TO_JUDGE)
    site = _site(case)
    in_card = set(_linked(link.url for block in _cards(case, one) for link in block.contacts.links))
    anywhere = set(_linked(_all_links(site))) if site else set()
    missing = sorted(address for network, address in wanted - anywhere)
    return _of_site(
        case,
        strict=wanted <= in_card,
        generous=wanted <= anywhere or bool(in_card - wanted),
        reasons=(Reason.PAGES_LINKED, Reason.PAGES_NOT_LINKED, Reason.PAGES_LINKED_ELSEWHERE),
        measured={
            "institution": one.short_name or one.name,
            "missing": missing,
            "foreign": sorted(address for _, address in in_card - wanted),
        },
    )


def all_pages_listed(case: Case, *, sync_lag_workdays: int) -> Reading:
    """Every registered page of the municipality on the authority's site; strict on one page."""
    days_off, on = case.days_off, case.today
    wanted = {
        (page.network, page.address)
        for one in case.dossier.municipality.institutions
        for page in _standing(one, on)
        if not page.created_on
        or add_working_days(page.created_on, sync_lag_workdays, days_off) < on
    }
    site = _site(case)
    listed = [set(_linked(_page_links(page))) for page in (site.pages if site else ())]
    anywhere = set().union(*listed)
    missing = sorted(address for _, address in wanted - anywhere)
    return _of_site(
        case,
        strict=bool(wanted) and any(wanted <= links for links in listed),
        generous=not missing,
        reasons=(Reason.ALL_PAGES_LISTED, Reason.PAGES_NOT_LINKED, Reason.PAGES_LISTED_APART),
        measured={
            "institution": case.institution.short_name or case.institution.name,
            "missing": missing,
            "foreign": sorted(address for _, address in anywhere - wanted),
        },
    )


def _standing(one: Institution, on: date) -> Iterator[Page]:
    for page in one.pages:
        if page.role == "official" and (page.deleted_on is None or page.deleted_on > on):
            yield page


def _all_links(site: SiteFacts) -> Iterator[str]:
    for page in site.pages:
        yield from _page_links(page)


def _page_links(page: SitePage) -> Iterator[str]:
    yield from (link.url for link in page.anchors)
    yield from (link.url for block in page.blocks for link in block.contacts.links)


def _linked(urls: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from (found for url in urls if (found := _page_in_link(url)))


@lru_cache(maxsize=65536)
def _page_in_link(url: str) -> tuple[str, str] | None:
    return page_in_link(url)


# --- the federal minimum ----------------------------------------------------------------------


def site_email(case: Case) -> Reading:
    """An address of e-mail for requests stands on the site."""
    contacts = case.site.facts.contacts if case.site else None
    shown = [email.value for email in contacts.emails] if contacts else []
    return _of_site(
        case,
        strict=bool(shown),
        generous=bool(shown),
        reasons=(Reason.EMAIL_SHOWN, Reason.EMAIL_NOT_ON_SITE, Reason.EMAIL_NOT_ON_SITE),
        measured={"shown": shown[:5]},
    )


def site_links_to_pages(case: Case) -> Reading:
    """Strict: from the own site and the authority's. Generous: from either."""
    wanted = {(page.network, page.address) for page in _standing(case.institution, case.today)}
    if not wanted:
        return _inapplicable(Reason.NO_PAGE_TO_JUDGE)
    views = [view for view in (case.site, case.authority_site) if view is not None]
    links = [set(_linked(_all_links(view.facts.site))) for view in views if view.facts.site]
    missing = sorted(address for _, address in wanted - set().union(*links))
    return Reading(
        strict=len(links) == 2 and all(wanted <= one for one in links),
        generous=any(wanted <= one for one in links),
        met=Reason.PAGES_LINKED,
        unmet=Reason.PAGES_NOT_LINKED,
        between=Reason.PAGES_LINKED_ONCE,
        missing=tuple(part for view in views for part in _unread_parts(view, view.facts.site)),
        unseen=None if views else Reason.SITE_NOT_REGISTERED,
        measured={
            "institution": case.institution.short_name or case.institution.name,
            "missing": missing,
        },
        evidence=tuple(item for view in views for item in view.evidence),
    )

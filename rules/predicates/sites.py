"""Official sites: whether there is one, and which sections the authority's has.

Only a complete crawl can show that something is missing from a site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from collectors.model import Address, Contacts, Failure, HintKind, SitePage
from rules.dossier.attestations import Statement
from rules.dossier.case import Case
from rules.dossier.exemptions import bodies, body, names_of
from rules.dossier.views import PageState, View
from rules.model import Institution, Outcome, Severity
from rules.names.hints import hints_in
from rules.names.literal import holds_email
from rules.names.matching import same_email
from rules.predicates.crawls import failures_of, holds_any, of_site, plain, site_facts, unread_parts
from rules.predicates.owners import Ownership, came_in_part, owner_fields, ownership
from rules.predicates.pages import gone_before_today
from rules.reading import NO_EVIDENCE, READ_ANEW, Because, Bounds, Reading, Seen
from rules.reasons import Reason


def site_works(case: Case) -> Reading:
    """Clause 3 demands information on «the official site»; having no own one is a question."""
    view = case.site
    if view is None:
        return Reading(
            bounds=Bounds(strict=False, generous=True),
            because=Because(met=Reason.SITE_WORKS, unmet=Reason.NO_OWN_SITE),
            worst=Outcome.REVIEW,
            severity=Severity.INFO if case.institution.no_site else None,
            seen=NO_EVIDENCE,
        )
    is_live, whose = view.state is PageState.LIVE, ownership(case, view)
    is_unread = view.state is PageState.UNREAD
    return Reading(
        bounds=Bounds(strict=is_live and whose.surely, generous=view.state is not PageState.GONE),
        because=Because(
            met=Reason.SITE_WORKS,
            unmet=Reason.SITE_GONE,
            between=_unlike(whose) if is_live else Reason.SITE_GONE_UNCONFIRMED,
        ),
        seen=Seen(
            missing=failures_of(view)
            if is_unread
            else (*_cut(view), *gone_before_today(case, [view])),
            evidence=view.evidence,
            read_at=view.read_at,
        ),
        unseen=view.unread if is_unread else None,
        measured={"state": str(view.state), **owner_fields(view, whose)},
    )


def _cut(view: View) -> tuple[Failure, ...]:
    """The sign that was not seen may stand in what did not come."""
    return unread_parts(view, view.facts.site) if came_in_part(view.facts.site) else ()


def _unlike(whose: Ownership) -> Reason:
    return Reason.SITE_OWNER_UNCLEAR if whose.perhaps else Reason.SITE_UNFAMILIAR


def listed_bodies(case: Case) -> Reading:
    """Every institution of the registry stands in a list of the act, and the other way round."""
    named = (*case.act.listed, *case.act.exempt)
    ours = [one for one in case.municipality.institutions if _is_judged(one, case)]
    listed = bodies(case.hearing.bench.answers, named)
    theirs = {name for institution in ours for name in names_of(institution)}
    extra = [one.name for one in ours if listed.isdisjoint(names_of(one))]
    absent = [name for name in named if body(name) not in theirs]
    return Reading(
        bounds=Bounds(strict=not extra and not absent, generous=True),
        because=Because(met=Reason.LIST_AGREES, unmet=Reason.LIST_DIFFERS),
        worst=Outcome.REVIEW,
        measured={"not_in_act": extra, "not_in_registry": absent},
        seen=NO_EVIDENCE,
    )


def _is_judged(institution: Institution, case: Case) -> bool:
    is_authority = institution.kind == "authority" or institution.id == case.municipality.authority
    return institution.is_active(case.today) and not is_authority


def section_present(
    case: Case, *, stems: list[str], min_chars: int, fresh_days: int = 0, attested_by: str = ""
) -> Reading:
    """Strict: a heading of a page with contents. Generous: any link, title or heading."""
    site = site_facts(case)
    pages = site.pages if site else ()
    said = case.statement(attested_by) if attested_by else Statement()
    told = _search_texts(case)
    headed = [
        page
        for page, folded in zip(pages, told.headings, strict=True)
        if holds_any(folded, stems) and _has_contents(page, min_chars)
    ]
    fresh = [one for one in headed if _is_fresh(one, case.today, fresh_days)]
    reading = of_site(
        case,
        strict=bool(fresh) or said.confirms,
        generous=bool(headed) or any(holds_any(folded, stems) for folded in told.everything),
        reasons=(
            Reason.SECTION_FOUND if fresh or not said.confirms else Reason.ATTESTED,
            Reason.SECTION_ABSENT,
            Reason.SECTION_STALE if headed else Reason.SECTION_UNCLEAR,
        ),
        measured={"found": [one.url for one in (fresh or headed)][:3], **said.measured},
        required={**({"fresh_days": fresh_days} if fresh_days else {}), "min_chars": min_chars},
    )
    lasts = _fresh_until(case.site, fresh, fresh_days)
    return replace(reading, good_until=lasts, settled=bool(lasts))


def _fresh_until(
    view: View | None, fresh: Iterable[SitePage], fresh_days: int
) -> Mapping[Address, date]:
    """After that the site is asked anew, before anybody is asked why nothing new stands there."""
    days = [page.latest_date for page in fresh if page.latest_date]
    if view is None or not fresh_days:
        return {}
    last = max(days) + timedelta(days=fresh_days) if days else READ_ANEW
    return {view.page.key: last}


@dataclass(frozen=True, slots=True)
class _SearchTexts:
    """The words of a site's pages, ready to be searched: a dozen clauses ask for a section each."""

    headings: tuple[str, ...] = ()
    everything: tuple[str, ...] = ()


def _search_texts(case: Case) -> _SearchTexts:
    site, view = site_facts(case), case.site
    if site is None or view is None:
        return _SearchTexts()
    return case.once(("told", view.page.address), lambda: _fold(site.pages))


def _fold(pages: Sequence[SitePage]) -> _SearchTexts:
    return _SearchTexts(
        headings=tuple(plain("\n".join(_headings(page))) for page in pages),
        everything=tuple(plain("\n".join(_everything(page))) for page in pages),
    )


def _headings(page: SitePage) -> Iterable[str]:
    return (page.title, *page.headings, *page.breadcrumbs)


def _everything(page: SitePage) -> Iterator[str]:
    yield from _headings(page)
    yield from (link.text for link in page.anchors)
    yield from (block.heading for block in page.blocks)


def _has_contents(page: SitePage, min_chars: int) -> bool:
    return page.status == 200 and (page.text_length >= min_chars or page.documents > 0)


def _is_fresh(page: SitePage, on: date, fresh_days: int) -> bool:
    if not fresh_days:
        return True
    return page.latest_date is not None and on - page.latest_date <= timedelta(days=fresh_days)


def act_published(case: Case, *, number: str) -> Reading:
    """The act on the site is half of clause 11; the bulletin is attested."""
    site = site_facts(case)
    said = case.statement("bulletin")
    found = [page.url for page in (site.pages if site else ()) if _mentions(page, number)]
    return of_site(
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


def site_email(case: Case) -> Reading:
    """The institution's address of e-mail for requests stands on the site: a founder's is none."""
    contacts = (case.site.facts.contacts if case.site else None) or Contacts()
    site, ours = site_facts(case), case.institution.emails
    texts = [site.text] if site and site.text else []
    known = [one for one in ours if holds_email(texts, one)]
    shown = [*known, *(email.value for email in contacts.emails)]
    agree = any(same_email(one, other) for one in ours for other in shown)
    others = _emails_of_others(case)
    is_own = any(not one.of_another and one.value not in others for one in contacts.emails)
    seen = [] if shown else hints_in(contacts, texts, HintKind.EMAIL)
    return of_site(
        case,
        strict=agree or (is_own and not ours),
        generous=bool(shown or seen),
        reasons=(
            Reason.EMAIL_SHOWN,
            Reason.EMAIL_NOT_ON_SITE,
            _unlike_ours(shown, is_own=is_own, is_known=bool(ours)),
        ),
        measured={"shown": shown[:5], "seen": seen, "site": case.institution.site},
        required={"registry": list(ours)},
    )


def _emails_of_others(case: Case) -> set[str]:
    """Addresses that the registry gives to other institutions of the town."""
    town, ours = case.municipality.institutions, case.institution
    told = (email for one in town if one.id != ours.id for email in one.emails)
    return {email.lower() for email in told} - {email.lower() for email in ours.emails}


def _unlike_ours(shown: Sequence[str], *, is_own: bool, is_known: bool) -> Reason:
    if not shown:
        return Reason.EMAIL_ODD_ON_SITE
    return Reason.EMAIL_DIFFERS_ON_SITE if is_own and is_known else Reason.EMAIL_OF_ANOTHER

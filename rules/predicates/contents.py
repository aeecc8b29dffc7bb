"""All that a page must say of its institution, judged as one: the worst of it decides."""

from __future__ import annotations

from dataclasses import replace

from collectors.model import Page
from rules.dossier.case import Case
from rules.predicates.contacts import (
    activity_told,
    address_shown,
    email_shown,
    name_shown,
    phone_shown,
    site_shown,
)
from rules.predicates.pages import oldest_of_all
from rules.reading import (
    NO_EVIDENCE,
    Because,
    Bounds,
    Reading,
    lasting,
    least,
    outcome_of,
    tell_unread,
    worst_of,
)
from rules.reasons import Reason
from rules.terms.ages import allow_for_age

GRACE_DAYS = 14  # of a new page, where all atoms are judged as one (G03)


def page_contents(case: Case, *, min_about_chars: int, not_sites: list[str]) -> Reading:
    """All that a page must say, over all official pages: the worst of it decides."""
    pages = case.official_pages(*case.requirement.networks)
    if not pages:
        return _no_pages()
    atoms = {
        f"{page.address} {name}": reading
        for page in pages
        for name, reading in _atoms(
            replace(case, page=page, network=page.network), min_about_chars, not_sites
        ).items()
    }
    lasts = least(lasting(one, outcome_of(one)) for one in atoms.values())
    views = [case.look(page) for page in pages]
    worst = worst_of(atoms)
    seen = replace(
        worst.seen,
        evidence=tuple(item for view in views for item in view.evidence),
        read_at=oldest_of_all(views),
    )
    worst = replace(worst, good_until=lasts, settled=True, seen=seen)
    meant = str(worst.measured["worst"]).partition(" ")[0]
    return _of_page(worst, next(one for one in pages if one.address == meant), len(pages) > 1)


def _of_page(worst: Reading, page: Page, is_one_of_several: bool) -> Reading:
    """«На странице» of several says which; and its network says where something was looked for."""
    told = {**worst.measured, "of_network": page.network}
    if not is_one_of_several:
        return replace(worst, measured=told)
    told["of_page"] = page.address
    return replace(worst, aside=(Reason.PAGE_MEANT,), measured=told)


def _atoms(case: Case, min_about_chars: int, not_sites: list[str]) -> dict[str, Reading]:
    atoms = {
        "name": name_shown(case),
        "about": activity_told(case, min_about_chars=min_about_chars),
        "postal": address_shown(case),
        "email": email_shown(case),
        "phone": phone_shown(case),
        "site": site_shown(case, not_sites=not_sites),
    }
    return {
        name: allow_for_age(case, GRACE_DAYS, tell_unread(one, case.view.unread))
        for name, one in atoms.items()
    }


def _no_pages() -> Reading:
    return Reading(
        bounds=Bounds(strict=False, generous=True),
        because=Because(met=Reason.PAGE_LIVE, unmet=Reason.PAGE_NOT_REGISTERED),
        unseen=Reason.PAGE_NOT_REGISTERED,
        seen=NO_EVIDENCE,
    )

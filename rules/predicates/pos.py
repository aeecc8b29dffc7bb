"""Whether a page is connected to the ПОС: links in its menu, links anywhere, the site's widget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from collectors.model import Page
from rules.dossier.case import Case
from rules.model import Outcome
from rules.predicates.pages import oldest_of_all
from rules.reading import Because, Bounds, Reading, Seen
from rules.reasons import Reason

_TEMPLATE = re.compile(r"OGRN|REG-CODE|MUN-CODE|opaId=ID\b|\s|%20")


def connected(case: Case, *, reading: Literal["", "pages_must_be_connected"] = "") -> Reading:
    """Strict: a link with its own ОГРН. The clause is ambiguous, so it accuses nobody.

    Once the administration confirms that the pages must be connected, a pack says so in `reading`
    (and leaves out `worst`): then «not connected», said by the institution itself, is a fail.
    """
    links = list(dict.fromkeys(_links(case)))
    said, views = case.statement("pos"), [case.look(page) for page in _pages(case)]
    if reading and case.site:  # it may accuse, so also by the form that the site does not show
        views.append(case.site)
    whole = [link for link in links if not _TEMPLATE.search(link)]
    own = [link for link in whole if case.institution.ogrn in _ogrns(link)]
    return Reading(
        bounds=Bounds(strict=bool(own), generous=bool(links) or not said.admits),
        because=Because(met=Reason.POS_CONNECTED, unmet=_why(case, links, whole, said.confirms)),
        unseen=None if links or (said.attestation and not said.refusal) else Reason.POS_NOT_SEEN,
        worst=Outcome.FAIL if reading else Outcome.REVIEW,
        measured={"links": links[:5], **said.measured},
        required={"ogrn": case.institution.ogrn},
        seen=Seen(
            evidence=tuple(item for view in views for item in view.evidence),
            read_at=oldest_of_all(views),
        ),
    )


def _why(case: Case, links: list[str], whole: list[str], attested: bool) -> Reason:
    if links and not whole:
        return Reason.POS_LINK_TEMPLATE
    if any(_ogrns(link) for link in whole) and case.institution.ogrn:
        return Reason.POS_LINK_FOREIGN
    return Reason.POS_UNCLEAR if whole or attested else Reason.POS_ABSENT


def _pages(case: Case) -> tuple[Page, ...]:
    return case.official_pages(*case.requirement.networks)


def _links(case: Case) -> Iterator[str]:
    for page in _pages(case):
        facts = case.look(page).facts
        shown = (*(facts.menu or ()), *(facts.contacts.links if facts.contacts else ()))
        yield from (link.url for link in shown if _is_pos(link.url))
    site = case.site.facts.site if case.site else None
    yield from (site.pos_widgets or ()) if site else ()


def _is_pos(url: str) -> bool:
    return urlsplit(url if "//" in url else f"//{url}").hostname == "pos.gosuslugi.ru"


def _ogrns(url: str) -> set[str]:
    told = parse_qs(urlsplit(url).query).get("utm_campaign", [])
    return {one for one in told if re.fullmatch(r"\d{13}", one)}

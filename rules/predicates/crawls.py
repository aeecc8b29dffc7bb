"""What is common to all that is looked for on a site: unread, or not read completely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collectors.model import Failure, FailureCode, SiteFacts
from rules.dossier.case import Case
from rules.dossier.views import PageState, View
from rules.model import Outcome
from rules.names.literal import one_alphabet
from rules.predicates.owners import came_in_part, owner_fields, ownership
from rules.reading import NO_EVIDENCE, Because, Bounds, Reading, Seen
from rules.reasons import Reason


def site_facts(case: Case) -> SiteFacts | None:
    return case.site.facts.site if case.site else None


def of_site(
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
    view, site = case.site, site_facts(case)
    stranger = is_strange(case, view)
    return Reading(
        bounds=Bounds(strict=strict and not stranger, generous=generous),
        because=Because(met=met, unmet=unmet, between=between),
        seen=Seen(
            missing=unread_parts(view, site),
            evidence=view.evidence if view else (),
            read_at=view.read_at if view else None,
        ),
        unseen=Reason.SITE_UNFAMILIAR if stranger else _why_unread(view, site),
        worst=worst,
        measured={
            **measured,
            **(owner_fields(view, ownership(case, view)) if view and stranger else {}),
        },
        required=required or {},
    )


def is_strange(case: Case, view: View | None) -> bool:
    """It opens, and nothing of its owner is seen there: what it shows or lacks proves nothing."""
    if view is None or view.state is not PageState.LIVE or view.facts.site is None:
        return False
    return not ownership(case, view).perhaps


def _why_unread(view: View | None, site: SiteFacts | None) -> Reason | None:
    if view is None:
        return Reason.SITE_NOT_REGISTERED
    return view.unread if site is None else None


def unread_parts(view: View | None, site: SiteFacts | None) -> tuple[Failure, ...]:
    if view is None:
        return ()
    if site is None:
        return view.missing("site") or failures_of(view)
    if site.crawl.complete:
        return ()
    code = FailureCode.CUT if came_in_part(site) else FailureCode.INCOMPLETE
    return (Failure(code, "site"),)


def failures_of(view: View) -> tuple[Failure, ...]:
    return (view.failure,) if view.failure else ()


def names(texts: Iterable[str], stems: Sequence[str]) -> bool:
    return holds_any(plain("\n".join(texts)), stems)


def holds_any(folded: str, stems: Sequence[str]) -> bool:
    return any(stem in folded for stem in stems)


def plain(text: str) -> str:
    return one_alphabet(text.casefold().replace("ё", "е"))


def inapplicable(why: Reason) -> Reading:
    return Reading(
        bounds=Bounds(strict=False, generous=True),
        because=Because(met=why, unmet=why),
        inapplicable=why,
        seen=NO_EVIDENCE,
    )

"""Whether there is a page, and whether it carries the mark and the style that the act asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from collectors.model import Evidence, Failure, Page, Presence
from rules.dossier.absences import absence
from rules.dossier.case import Case, latest_birth, standing_pages
from rules.dossier.views import PageState, View
from rules.law.workdays import starts_at
from rules.model import Outcome, Severity
from rules.predicates.owners import is_of_another
from rules.reading import (
    NO_EVIDENCE,
    READ_ANEW,
    Because,
    Bounds,
    Reading,
    Seen,
    outcome_of,
    worst_of,
)
from rules.reasons import Reason
from rules.terms.terms import doubt_early_look, not_due

_GONE_BY = {
    Presence.BANNED: Reason.PAGE_BANNED,
    Presence.DELETED: Reason.PAGE_DELETED,
    Presence.ABSENT: Reason.PAGE_ABSENT,
}


BEST_FIRST = (Outcome.PASS, Outcome.PENDING, Outcome.UNKNOWN, Outcome.REVIEW, Outcome.FAIL)


def page_exists(case: Case) -> Reading:
    """A live and open page in the case's network; without one, in all or any of the clause's."""
    if case.network:
        return _in_network(case, case.network)
    readings = {network: _in_network(case, network) for network in case.requirement.networks}
    if case.requirement.any_network:
        return min(readings.values(), key=lambda reading: BEST_FIRST.index(outcome_of(reading)))
    return worst_of(readings)


def _in_network(case: Case, network: str) -> Reading:
    return case.once(("in network", network), lambda: _read_in_network(case, network))


def _read_in_network(case: Case, network: str) -> Reading:
    pages = standing_pages(case.dossier, (network,))
    if not pages:
        return _without_page(case, network)
    of_others = [page for page in pages if is_of_another(page, case.institution)]
    own = [page for page in pages if page not in of_others]
    reading = presence(case, network, [case.look(page) for page in own or pages])
    is_settled = own and outcome_of(reading) is Outcome.PASS
    return reading if is_settled or not of_others else _of_another(reading, of_others)


def _of_another(reading: Reading, pages: Sequence[Page]) -> Reading:
    """An address that says that it is another's is a question, whether the page was read or not."""
    asked = reading.doubt().ask(Reason.ADDRESS_OF_ANOTHER).lack()
    told = [page.address for page in pages]
    return replace(asked, unseen=None, pending=None, measured={**asked.measured, "of_others": told})


def _without_page(case: Case, network: str) -> Reading:
    """No address and no confirmed absence: nobody knows whether there is a page."""
    told = absence(case, network)
    return Reading(
        bounds=Bounds(strict=False, generous=False),
        because=Because(met=Reason.PAGE_LIVE, unmet=Reason.PAGE_MISSING),
        unseen=told.refusal,
        measured={**told.measured, "in_network": network},
        seen=NO_EVIDENCE,
    )


def presence(case: Case, network: str, views: Sequence[View]) -> Reading:
    """Strict: an official page is live and open. Generous: a page is there, or may be.

    Other pages of the institution count where none is registered as official (G21); beside an
    official one they keep the network from being called empty, and so does one of unknown state.
    Nobody lacks a page by yesterday's look: it may be there again.
    """
    judged = [view for view in views if view.page.role == "official"] or list(views)
    standing = [view for view in judged if view.state is not PageState.GONE]
    unclear = [view for view in standing or views if _is_unclear(view)]
    shown = (
        [view for view in judged if view.is_open]
        or [view for view in judged if view.state is PageState.CLOSED]
        or judged
    )
    return Reading(
        bounds=Bounds(
            strict=any(view.is_open for view in judged),
            generous=any(view.state is not PageState.GONE for view in views),
        ),
        because=Because(
            met=Reason.PAGE_LIVE,
            unmet=_GONE_BY[shown[0].gone_by or Presence.ABSENT],
            between=_between(judged, views),
        ),
        seen=Seen(
            missing=(
                *(failure for view in unclear for failure in view.missing("access")),
                *gone_before_today(case, views),
            ),
            evidence=tuple(item for view in shown for item in view.evidence),
            read_at=oldest(shown),
        ),
        unseen=next((view.unread for view in unclear), None),
        severity=Severity.CRITICAL,
        measured={
            "pages": {view.page.address: str(view.state) for view in views},
            "in_network": network,  # a clause about several says which of them it speaks of
        },
    )


def _is_unclear(view: View) -> bool:
    return view.state is PageState.UNREAD or (view.state is PageState.LIVE and not view.is_open)


def _between(judged: Sequence[View], views: Sequence[View]) -> Reason:
    if any(view.is_open for view in views):
        return Reason.OTHER_PAGE_LIVE
    if any(view.state is PageState.CLOSED for view in judged):
        return Reason.PAGE_CLOSED
    if all(view.state is PageState.GONE for view in judged):
        return Reason.OTHER_PAGE_STANDS
    return Reason.GONE_UNCONFIRMED


def fixed_pages(case: Case, *, addresses: dict[str, str]) -> Reading:
    """The addresses that the act itself names, read as if they were registered."""
    return worst_of(
        {network: _fixed_page(case, network, url) for network, url in sorted(addresses.items())}
    )


def _fixed_page(case: Case, network: str, address: str) -> Reading:
    page = Page(institution=case.institution.key, network=network, address=address)
    reading = presence(case, network, [case.look(page)])
    registered = [one.address for one in case.official_pages(network)]
    if not registered or address in registered or not reading.bounds.strict:
        return reading
    return Reading(
        bounds=Bounds(strict=False, generous=True),
        because=Because(met=Reason.PAGE_LIVE, unmet=Reason.ADDRESS_DIFFERS),
        measured={**reading.measured, "registered": registered, "address": address},
        seen=Seen(evidence=reading.seen.evidence, read_at=reading.seen.read_at),
    )


def government_mark(case: Case, *, renamed_days: int = 0) -> Reading:
    """The mark, seen or attested; «нет» only where a control page proved that it can be seen.

    VK takes the mark away when a community is renamed: the office gets time to ask for it again.
    Where another official page bears it, a person decides which of them the clause means; while one
    was not seen, nobody knows whether it bears it.
    """
    renamed, page = _rename_day(case), case.view.page.address
    said = case.statement("gos_mark", page)
    seen, elsewhere = case.facts.government_mark, _marks_beside(case)
    unseen = [] if seen is not False or said.admits or elsewhere else _unknown_beside(case)
    until = renamed + timedelta(days=renamed_days - 1) if renamed else None
    reading = Reading(
        bounds=Bounds(
            strict=seen is True or said.confirms, generous=seen is True or bool(elsewhere)
        ),
        because=Because(
            met=Reason.MARK_SEEN if seen else Reason.MARK_ATTESTED,
            unmet=Reason.MARK_NOT_CONFIRMED if said.admits else Reason.MARK_ABSENT,
            between=Reason.MARK_ELSEWHERE if elsewhere else None,
        ),
        seen=Seen(
            missing=() if said.admits else case.missing("government_mark"),
            evidence=_evidence_of(case.view, *elsewhere) if elsewhere else None,
            read_at=case.view.head_at,
        ),
        unseen=Reason.MARK_BESIDE_UNSEEN if unseen else None,
        pending=Reason.PAGE_RENAMED if until and case.today <= until else None,
        measured={
            "mark": seen,
            **({"renamed_on": renamed.isoformat()} if renamed else {}),
            **({"due": until.isoformat()} if until else {}),
            **_fields_beside(page, elsewhere=elsewhere, beside_unseen=unseen),
            **said.measured,
        },
    )
    return doubt_early_look(case, reading, until) if until and not said.admits else reading


def _evidence_of(*views: View) -> tuple[Evidence, ...]:
    return tuple(item for view in views for item in view.evidence)


def _beside(case: Case) -> list[View]:
    """The other official pages of the network."""
    network, own = case.view.page.network, case.view.page.address
    return [case.look(page) for page in case.official_pages(network) if page.address != own]


def _marks_beside(case: Case) -> list[View]:
    """Those that bear the mark, seen or attested."""
    return [
        view for view in _beside(case) if view.facts.government_mark or _is_attested(case, view)
    ]


def _unknown_beside(case: Case) -> list[View]:
    """Those of which nobody knows; one that is gone bears none."""
    standing = [view for view in _beside(case) if view.state is not PageState.GONE]
    return [view for view in standing if view.facts.government_mark is None]


def _fields_beside(page: str, **views: list[View]) -> dict[str, object]:
    told = {key: [one.page.address for one in several] for key, several in views.items() if several}
    return {"address": page, **told} if told else {}


def _is_attested(case: Case, view: View) -> bool:
    statement = case.statement("gos_mark", view.page.address)
    return (
        statement.confirms
        and statement.attestation is not None
        and statement.attestation.page is not None
    )


def _rename_day(case: Case) -> date | None:
    address, today = case.view.page.address, case.today
    told = [
        one.on
        for one in case.institution.events
        if one.kind == "page_renamed" and one.page == address and one.on <= today
    ]
    return max(told, default=None)


def house_style(case: Case) -> Reading:
    """Avatar, cover and the ЦУР's consent. The clause asks for a style: it never accuses."""
    said = case.statement("style", case.view.page.address)
    looks = bool(case.facts.has_avatar and case.facts.has_cover)
    return Reading(
        bounds=Bounds(strict=looks and said.confirms, generous=True),
        because=Because(
            met=Reason.STYLE_AGREED,
            unmet=Reason.STYLE_NOT_ATTESTED if looks else Reason.STYLE_INCOMPLETE,
        ),
        seen=Seen(missing=case.missing("has_avatar", "has_cover"), read_at=case.view.head_at),
        worst=Outcome.REVIEW,
        measured={
            "avatar": case.facts.has_avatar,
            "cover": case.facts.has_cover,
            **said.measured,
        },
    )


def page_kept(case: Case, *, abandon_days: int) -> Reading:
    """Strict: each page published something lately. Generous: one of them did.

    «Обеспечить их дальнейшее ведение»: of each page, or of the pages together. The number of days
    is ours, so it only asks, and never by a wall that knows nothing of yesterday.
    """
    views = [case.look(page) for page in case.official_pages(*case.requirement.networks)]
    since = case.dossier.as_of - timedelta(days=abandon_days)
    midnight = starts_at(case.today, case.zone)
    silent = [view for view in views if view.wall and not _has_published(view, since)]
    unread = [view for view in silent if not view.wall_at or view.wall_at < midnight]
    alive = any(_has_published(view, since) for view in views)
    born = [latest_birth(view, case.institution, case.zone) for view in silent]
    young = [day for day in born if day and day >= case.day_of(since)]
    is_new = bool(silent) and len(young) == len(silent)
    return Reading(
        bounds=Bounds(
            strict=bool(views) and all(_has_published(view, since) for view in views),
            generous=alive,
        ),
        because=Because(
            met=Reason.PAGE_KEPT, unmet=Reason.PAGE_ABANDONED, between=Reason.PAGES_KEPT_PARTLY
        ),
        seen=Seen(
            missing=(
                *(failure for view in views for failure in view.missing("wall")),
                *(not_due("wall") for _ in unread[:1]),
            ),
            evidence=tuple(item for view in views for item in view.evidence),
            read_at=min((view.wall_at for view in views if view.wall_at), default=None),
        ),
        unseen=next((view.unread for view in views if not view.wall and view.unread), None)
        if views
        else Reason.PAGE_NOT_REGISTERED,
        pending=Reason.PAGE_IS_NEW if is_new else None,
        otherwise=Reason.PAGES_KEPT_PARTLY if alive else Reason.PAGE_ABANDONED,
        worst=Outcome.REVIEW,
        measured={
            "silent": [view.page.address for view in silent],
            "until": case.today.isoformat(),
            **(_term(max(young), abandon_days) if is_new else {}),
        },
        required={"abandon_days": abandon_days},
        good_until={
            view.page.key: READ_ANEW if view in silent else _kept_until(case, view, abandon_days)
            for view in views
        },
        settled=True,
    )


def _kept_until(case: Case, view: View, abandon_days: int) -> date:
    """The last whole day on which its newest post is new enough."""
    posts = view.wall.posts if view.wall else ()
    newest = max((one.published_at for one in posts), default=None)
    return case.day_of(newest + timedelta(days=abandon_days - 1)) if newest else READ_ANEW


def _term(created_on: date, days: int) -> dict[str, str]:
    due = created_on + timedelta(days=days)
    return {"created_on": created_on.isoformat(), "due": due.isoformat()}


def _has_published(view: View, since: datetime) -> bool:
    return view.wall is not None and any(one.published_at >= since for one in view.wall.posts)


# --- days of looks ------------------------------------------------------------------------------


def gone_before_today(case: Case, views: Sequence[View]) -> tuple[Failure, ...]:
    """All of them were found gone, but not all on the day of the audit."""
    if any(view.state is not PageState.GONE for view in views):
        return ()
    days = {case.day_of(view.read_at) for view in views if view.read_at}
    return () if days == {case.today} else (not_due("presence"),)


def oldest(views: Iterable[View]) -> datetime | None:
    return min((view.head_at for view in views if view.head_at), default=None)


def oldest_of_all(views: Sequence[View]) -> datetime | None:
    """The oldest look, walls' included, where all were read: of what was not no day is told."""
    is_read = bool(views) and not any(view.unread for view in views)
    return min((view.read_at for view in views if view.read_at), default=None) if is_read else None

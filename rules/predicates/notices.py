"""Notices of created and deleted pages, in working days; a delay is charged to who caused it."""

from __future__ import annotations

from rules.dossier.case import Case
from rules.model import Outcome, Severity
from rules.reading import NO_EVIDENCE, Because, Bounds, Reading, worst_of
from rules.reasons import Reason
from rules.terms.notices import Account, account_of


def noticed(case: Case, *, to: str, within_workdays: int, after: str = "") -> Reading:
    """Every creation and deletion of the page was told to `to` in time.

    `after` names the recipient whom the institution itself has to tell first (3.2.4 after 3.3.2).
    """
    return worst_of(
        {
            f"{event.kind} {event.on.isoformat()}": _read(
                account_of(case, event, to=to, within_workdays=within_workdays, after=after)
            )
            for event in case.events
        }
    )


def _read(account: Account) -> Reading:
    return Reading(
        bounds=Bounds(strict=account.is_in_time, generous=account.is_in_time or account.is_excused),
        because=Because(
            met=Reason.NOTICE_IN_TIME,
            unmet=Reason.NOTICE_LATE if account.told else Reason.NOTICE_MISSING,
            between=Reason.NOTICE_DELAYED_BY_OTHER,
        ),
        pending=Reason.DEADLINE_NOT_OVER if account.is_open else None,
        unseen=_why_unknown(account),
        worst=Outcome.REVIEW if account.event.is_estimate else Outcome.FAIL,
        severity=Severity.MINOR if account.told else None,
        measured=_fields(account),
        required={"within_workdays": account.workdays},
        seen=NO_EVIDENCE,
    )


def _why_unknown(account: Account) -> Reason | None:
    if account.due is None:
        return Reason.CALENDAR_UNCOVERED
    return None if account.is_dated else Reason.DEADLINE_UNKNOWN


def _fields(account: Account) -> dict[str, str | int | None]:
    year = {"year": account.uncovered} if account.uncovered else {}
    doubt = {"estimated_on": account.event.on.isoformat()} if account.event.is_estimate else {}
    return {
        "event": account.event.kind,
        "on": account.event.on.isoformat(),
        "told_on": account.told.isoformat() if account.told else None,
        "due": account.due.isoformat() if account.due else None,
        **year,
        **doubt,
    }

"""The states of a case, and all that moves it from one to another. Nothing else does.

    to_do ──── answered ───> answered ── accepted ──> rereading ── found settled ──> settled
    overdue                     └────── rejected ──> to_do

    to_do ──── corrected ──> rereading ── found open ──> to_do
    to_do ──── not seen ───> rereading
    to_do ──── disputed ───> disputed ── dispute over ──> to_do
    to_do ──── waived ─────> waived ── waiver over ──> to_do
    to_do ──── term over ──> overdue
    settled ── found open ─> to_do: another case

Most of these are not only moments: they last. A case that comes back to `to_do` while one of them
lasts goes on to its state at once (`LASTING`, in that order).
"""

from __future__ import annotations

from enum import StrEnum

from rules.cases.model import CaseState, Transitions

TO_DO, ANSWERED, DISPUTED = CaseState.TO_DO, CaseState.ANSWERED, CaseState.DISPUTED
WAIVED, REREADING = CaseState.WAIVED, CaseState.REREADING
OVERDUE, SETTLED = CaseState.OVERDUE, CaseState.SETTLED


class Step(StrEnum):
    """What can happen to a case."""

    FOUND_OPEN = "found_open"  # by a reading that could see it; after an answer, by a later one
    NOT_SEEN = "not_seen"
    FOUND_SETTLED = "found_settled"
    ANSWERED = "answered"  # «подтверждаем», «поправьте»: an operator decides
    CORRECTED = "corrected"  # «исправили»: the next reading decides
    DISPUTED = "disputed"  # «не согласны», or a dispute that was opened
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DISPUTE_OVER = "dispute_over"
    WAIVED = "waived"
    WAIVER_OVER = "waiver_over"
    WITHDRAWN = "withdrawn"  # the answer by which it stands where it stands
    TERM_OVER = "term_over"


OPEN = (TO_DO, OVERDUE)  # the institution's turn
HELD = (ANSWERED, DISPUTED, WAIVED, REREADING)  # anybody's but the institution's: no term runs

TABLE: Transitions = {
    (SETTLED, Step.FOUND_OPEN): TO_DO,
    (REREADING, Step.FOUND_OPEN): TO_DO,
    **{(state, Step.NOT_SEEN): REREADING for state in (*OPEN, WAIVED)},
    **{(state, Step.FOUND_SETTLED): SETTLED for state in (*OPEN, *HELD)},
    **{(state, Step.ANSWERED): ANSWERED for state in (*OPEN, WAIVED)},
    **{(state, Step.CORRECTED): REREADING for state in (*OPEN, ANSWERED, WAIVED)},
    (REREADING, Step.ANSWERED): ANSWERED,
    **{(state, Step.DISPUTED): DISPUTED for state in (*OPEN, ANSWERED, REREADING, WAIVED)},
    (ANSWERED, Step.ACCEPTED): REREADING,
    (ANSWERED, Step.REJECTED): TO_DO,
    (ANSWERED, Step.WITHDRAWN): TO_DO,
    (REREADING, Step.REJECTED): TO_DO,
    (REREADING, Step.WITHDRAWN): TO_DO,
    (DISPUTED, Step.DISPUTE_OVER): TO_DO,
    **{(state, Step.WAIVED): WAIVED for state in OPEN},
    (WAIVED, Step.WAIVER_OVER): TO_DO,
    (TO_DO, Step.TERM_OVER): OVERDUE,
}
"""Whatever is not named leaves a case in its state."""

LASTING = (Step.DISPUTED, Step.ANSWERED, Step.CORRECTED, Step.NOT_SEEN, Step.WAIVED)


def moved(state: CaseState, step: Step) -> CaseState:
    return TABLE.get((state, step), state)

"""One account of notices: what the list says and what is judged can never differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from rules.dossier.bench import Bench
from rules.engine import judge_alone
from rules.model import ActStatus, Event, Outcome
from rules.packs import load_act, shipped
from rules.terms.notices import State, accounts
from tests.cast import ADMINISTRATION, SCHOOL, TOWN, dossier

MINVODY = load_act(shipped()["minvody-draft"])
PAGE = "https://vk.com/kedr_school1"
DAYS = st.dates(date(2026, 4, 1), date(2026, 6, 1))
MEANT = {
    State.SENT: {Outcome.PASS, Outcome.UNKNOWN},  # unknown: since when the act binds
    State.SENT_LATE: {Outcome.FAIL},
    State.LATE: {Outcome.FAIL},
    State.DUE: {Outcome.PENDING},
    State.EXCUSED: {Outcome.REVIEW},
    State.UNCLEAR: {Outcome.REVIEW, Outcome.UNKNOWN},
}


def events_of(created: date, is_estimate: bool, told: dict[str, date]) -> tuple[Event, ...]:
    happened = Event(kind="page_created", on=created, page=PAGE, is_estimate=is_estimate)
    sent = (Event(kind="notice_sent", on=on, page=PAGE, to=to) for to, on in told.items())
    return (happened, *sent)


@given(
    created=DAYS,
    told=st.dictionaries(st.sampled_from(["department", "cur"]), DAYS),
    on=DAYS,
    effective=st.sampled_from([None, date(2026, 4, 1), date(2026, 5, 1)]),
)
def test_a_notice_is_judged_as_it_is_listed(
    created: date, told: dict[str, date], on: date, effective: date | None
) -> None:
    school = replace(SCHOOL, events=events_of(created, False, told))
    town = replace(
        TOWN,
        packs=("minvody-draft",),
        acts={"minvody-draft": ActStatus(status="in_force", effective_date=effective)},
        institutions=(ADMINISTRATION, school),
    )
    as_of = datetime.fromisoformat(f"{on}T12:00:00+07:00")
    for body in town.institutions:
        known = dossier(body, municipality=town, as_of=as_of)
        bench = Bench(town, [MINVODY], known.today)
        listed = {one.requirement.id: one.state for one in accounts(known, bench) if one.binds}
        judged = {
            one.requirement: one.outcome
            for one in judge_alone(known, [MINVODY])
            if one.requirement in listed
        }
        assert judged.keys() == listed.keys()
        assert all(judged[name] in MEANT[state] for name, state in listed.items())

"""Every route with every role: who is let in, who is sent away, and whose municipality it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
import pytest

from monitor.application import Application
from monitor.cases.answers import answer
from monitor.desk.entry import FIRST_VISIT
from monitor.desk.forms import FIELD, token_for
from monitor.desk.gate.visiting import SESSION
from monitor.desk.model import Role
from monitor.desk.routes import ROUTES, Route
from monitor.storage import accounts, aside, links
from monitor.storage.database import session
from monitor.storage.roles import institution_of
from monitor.storage.tables import MessageRow
from rules.cases.model import InstitutionAnswer
from tests.cast import NOW
from tests.monitor.desk.files import PDF
from tests.monitor.desk.people import account, key_of
from tests.monitor.desk.served import Visit
from tests.monitor.desk.test_link import token_for as token_for_link

PARTS = {"town": "town", "institution": "school-1", "kind": "csv"}
ELSEWHERE = {"town": "next", "institution": "school-9", "kind": "csv"}
NAMES = [f"{one.method} {one.path}" for one in ROUTES]
VISIT = "visit"
OWN = {
    *("/login", "/logout", "/enrol"),
    *("/account/password", "/account/second-factor", "/account/sessions"),
    *("/summary/filters", "/summary/filters/{number}/drop"),
}
"""What whoever only reads may change: his own account, and what he likes to look at."""


def key(desk: Application, role: str) -> str:
    """Of a session of its own, for a log-out may be tried; "": nobody's."""
    if role == Role.GUEST:
        return ""
    is_whole = role != Role.ENTERING
    number = account(desk.engine, role if is_whole else Role.OPERATOR, name=f"role-{role}")
    return key_of(desk.engine, number, is_whole=is_whole)


def link(desk: Application, days: int) -> str:
    """The token of a new link; 0 days: a dead one."""
    return token_for_link(desk, "town/school-1", days)


def asked(
    visitor: Visit, route: Route, key: str, parts: Mapping[str, str], **heads: str
) -> httpx.Response:
    """With a form of ours, empty, where it is a POST."""
    return sent(visitor, route, key, parts, token_for(key or VISIT), **heads)


def sent(
    visitor: Visit, route: Route, key: str, parts: Mapping[str, str], token: str, **heads: str
) -> httpx.Response:
    visitor.client.cookies.clear()
    visitor.client.cookies.set(SESSION, key)
    visitor.client.cookies.set(FIRST_VISIT, VISIT)
    path = re.sub(r"{(\w+)}", lambda part: parts.get(part[1], "1"), route.path)
    if route.method == "GET":
        return visitor.get(path)
    named = {name.replace("_", "-"): value for name, value in heads.items()}
    return visitor.client.post(path, data={FIELD: token}, headers=named)


def check(route: Route, role: Role, answer: httpx.Response) -> None:
    if role in route.who:
        assert answer.status_code < 500, role
        assert answer.status_code != 403, role
    else:
        assert answer.status_code in (303, 403, 404), role
        assert answer.headers.get("location", "/login").startswith("/login"), role


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_route_lets_in_whom_the_table_names_and_nobody_else(
    visitor: Visit, desk: Application, route: Route
) -> None:
    for role in (Role.GUEST, Role.ENTERING, *map(Role, accounts.ROLES)):
        check(route, role, asked(visitor, route, key(desk, role), PARTS))


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
@pytest.mark.parametrize("days", [30, 0], ids=["live", "dead"])
def test_who_has_a_link_is_an_institution_by_it_and_a_guest_elsewhere(
    visitor: Visit, desk: Application, route: Route, days: int
) -> None:
    is_by_link = days > 0 and "{token}" in route.path
    answer = asked(visitor, route, "", {**PARTS, "token": link(desk, days)})
    if not days and route.late:
        assert answer.status_code in (403, 410)  # the page says that the link has ended
    else:
        check(route, Role.INSTITUTION if is_by_link else Role.GUEST, answer)
    if not days and Role.INSTITUTION in route.who:
        assert "СОШ" not in answer.text


@pytest.mark.parametrize(
    "route",
    [one for one in ROUTES if "{town}" in one.path],
    ids=[name for name in NAMES if "{town}" in name],
)
def test_another_municipality_is_not_there(visitor: Visit, desk: Application, route: Route) -> None:
    for role in (role for role in accounts.ROLES if role in route.who and role != Role.REGION):
        assert asked(visitor, route, key(desk, role), ELSEWHERE).status_code == 404, role


def test_who_only_reads_changes_nothing_but_what_is_his_own() -> None:
    for role in (Role.CUR, Role.REGION):
        changes = {one.path for one in ROUTES if one.method == "POST" and role in one.who}
        assert changes == OWN


CHANGES = [one for one in ROUTES if one.method == "POST"]


@pytest.mark.parametrize("route", CHANGES, ids=[one.path for one in CHANGES])
def test_a_form_that_is_not_of_this_page_changes_nothing_for_anybody(
    visitor: Visit, desk: Application, route: Route
) -> None:
    others = token_for(key(desk, Role.OPERATOR))
    parts = {**PARTS, "token": link(desk, 30)}
    for role in route.who - ({Role.GUEST} if "{token}" in route.path else set()):
        own = "" if role is Role.INSTITUTION else key(desk, role)
        for token in ("", "\ud7ff", token_for(""), others):
            assert sent(visitor, route, own, parts, token).status_code == 403, role
        for place in ("cross-site", "same-site", "same-origin, none"):
            answer = asked(visitor, route, own, parts, Sec_Fetch_Site=place)
            assert answer.status_code == 403, (role, place)
        answer = asked(visitor, route, own, parts, Origin="https://evil.example.org")
        assert answer.status_code == 403, role


# --- what has a number --------------------------------------------------------------------------

NO_NUMBERS = ("x", "0", "-1", "1e3", "1.0", "%D9%A3", "%C2%B2", "9" * 10, "9" * 300, "99999")
NUMBERED = [one for one in ROUTES if "{number}" in one.path]


@pytest.fixture(scope="module")
def others(desk: Application) -> Mapping[str, int]:
    """What the neighbour has, or another account; by a word of the path."""
    school = next(town for town in desk.municipalities if town.id == "next").by_id["school-9"]
    said = InstitutionAnswer(kind="corrected", by="директор", on=NOW.date())
    answered = answer(desk, school, said, [("a.pdf", PDF)], by="почта").recorded.number
    letter = MessageRow(
        role=institution_of("next/school-9"), recipient="school9@town.example.org", subject="",
        body=b"", state="parked", queued_at=NOW, due_at=NOW,
    )  # fmt: skip
    with session(desk.engine) as opened:
        opened.add(letter)
        opened.flush()
        parked = letter.id
    token = token_for_link(desk, "next/school-9", 30)
    given = links.by_token(desk.engine, token)
    somebody = account(desk.engine, "cur", name="who-filters")
    aside.keep_filter(desk.engine, somebody, "мой", "search=x")
    (kept,) = aside.filters_of(desk.engine, somebody)
    assert answered
    assert parked
    assert given
    assert kept.id
    numbers = {"answers": answered, "letters": parked, "statements": answered, "mail": 1}
    return {**numbers, "links": given.number, "filters": kept.id, "proposals": answered}


@pytest.mark.parametrize("route", NUMBERED, ids=[f"{one.method} {one.path}" for one in NUMBERED])
def test_what_is_no_number_is_told_like_what_is_not_there_and_what_is_anothers(
    visitor: Visit, desk: Application, others: Mapping[str, int], route: Route
) -> None:
    named = route.path.partition("/{number}")[0].rpartition("/")[2]
    numbers = (*NO_NUMBERS, f"{others[named]}")
    for role in route.who:
        own = key(desk, role)
        told = {
            (one.status_code, one.text)
            for one in (asked(visitor, route, own, {**PARTS, "number": n}) for n in numbers)
        }
        assert [status for status, _ in told] == [404], role


def test_a_decision_on_what_is_not_there_is_told_like_one_on_what_is_anothers(
    visitor: Visit, desk: Application, others: Mapping[str, int]
) -> None:
    own = key(desk, Role.OPERATOR)
    visitor.client.cookies.set(SESSION, own)
    things = ['["answer", 99999]', f'["answer", {others["answers"]}]', '["answer", "x"]', "x"]
    things += ['["case", "next", "school-9", "6.5", null, null, null]', '["case", "\\ud800"]']
    things += ['["case", "town", "school-1", "6.5", "\\u0000", null, null]']
    told = set()
    for thing in things:
        form = {FIELD: token_for(own), "thing": thing, "do": "accept"}
        answer = visitor.client.post("/decide", data=form)
        told.add((answer.status_code, answer.text))
    assert [status for status, _ in told] == [404]

"""Every route with every role: who is let in, who is sent away, and whose municipality it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from monitor.application import Application
from monitor.desk.entry import FIRST_VISIT
from monitor.desk.forms import FIELD, token_for
from monitor.desk.gate.visiting import SESSION
from monitor.desk.model import Role
from monitor.desk.routes import ROUTES, Route
from monitor.storage import accounts
from tests.monitor.desk.people import account, key_of
from tests.monitor.desk.served import Visit, application_in, served, visit

PARTS = {"town": "town", "institution": "school-1", "kind": "csv"}
ELSEWHERE = {"town": "next", "institution": "school-9", "kind": "csv"}
NAMES = [f"{one.method} {one.path}" for one in ROUTES]
OWN = {
    *("/login", "/logout", "/enrol"),
    *("/account/password", "/account/second-factor", "/account/sessions"),
    *("/summary/filters", "/summary/filters/{number}/drop"),
}
"""What whoever only reads may change: his own account, and what he likes to look at."""


@pytest.fixture(scope="module")
def desk(audited: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = Path(copytree(audited, tmp_path_factory.mktemp("roles") / "office"))
    with application_in(folder) as found:
        yield found


@pytest.fixture(scope="module")
def at(desk: Application) -> Iterator[str]:
    with served(desk) as address:
        yield address


@pytest.fixture
def browser(at: str) -> Iterator[Visit]:
    with visit(at) as found:
        yield found


def key(desk: Application, role: str) -> str:
    """Of a session of its own, for a log-out may be tried; "": nobody's."""
    if role == Role.GUEST:
        return ""
    is_whole = role != Role.ENTERING
    number = account(desk.engine, role if is_whole else Role.OPERATOR, name=f"role-{role}")
    return key_of(desk.engine, number, is_whole=is_whole)


def asked(browser: Visit, route: Route, key: str, parts: dict[str, str]) -> httpx.Response:
    """With a form of ours, empty, where it is a POST."""
    browser.client.cookies.clear()
    browser.client.cookies.set(SESSION, key)
    browser.client.cookies.set(FIRST_VISIT, "visit")
    path = re.sub(r"{(\w+)}", lambda part: parts.get(part[1], "1"), route.path)
    if route.method == "GET":
        return browser.get(path)
    return browser.client.post(path, data={FIELD: token_for(key or "visit")})


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_route_lets_in_whom_the_table_names_and_nobody_else(
    browser: Visit, desk: Application, route: Route
) -> None:
    for role in (Role.GUEST, Role.ENTERING, *map(Role, accounts.ROLES)):
        answer = asked(browser, route, key(desk, role), PARTS)
        if role in route.who:
            assert answer.status_code < 500, role
            assert answer.status_code != 403, role
        else:
            assert answer.status_code in (303, 403, 404), role
            assert answer.headers.get("location", "/login").startswith("/login"), role


@pytest.mark.parametrize(
    "route",
    [one for one in ROUTES if "{town}" in one.path],
    ids=[name for name in NAMES if "{town}" in name],
)
def test_another_municipality_is_not_there(browser: Visit, desk: Application, route: Route) -> None:
    for role in (role for role in accounts.ROLES if role in route.who and role != Role.REGION):
        assert asked(browser, route, key(desk, role), ELSEWHERE).status_code == 404, role


def test_who_only_reads_changes_nothing_but_what_is_his_own() -> None:
    for role in (Role.CUR, Role.REGION):
        changes = {one.path for one in ROUTES if one.method == "POST" and role in one.who}
        assert changes == OWN


def test_a_form_without_its_token_is_refused_everywhere(browser: Visit, desk: Application) -> None:
    for route in ROUTES:
        if route.method == "POST" and Role.OPERATOR in route.who:
            key_now = key(desk, Role.OPERATOR)
            browser.client.cookies.clear()
            browser.client.cookies.set(SESSION, key_now)
            path = re.sub(r"{(\w+)}", lambda part: PARTS.get(part[1], "1"), route.path)
            assert browser.client.post(path, data={}).status_code == 403, route.path

"""Screens asked as the dispatcher asks them, by visitors of a test's own making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bs4 import BeautifulSoup

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Goto, Page, Role, Visitor
from monitor.desk.routes import ROUTES, Route
from tests.monitor.desk.asks import OPERATOR as PETROVA
from tests.monitor.desk.asks import ask_of, drawn

OPERATOR = replace(PETROVA, account=None)  # the journal knows no such account
DEPUTY = replace(OPERATOR, role=Role.DEPUTY, name="Сидоров")
OF_THE_NEIGHBOUR = replace(OPERATOR, towns=frozenset({"next"}))


@dataclass(frozen=True)
class Office:
    """Who asks which desk."""

    desk: Desk
    visitor: Visitor = OPERATOR

    def by(self, visitor: Visitor) -> Office:
        return replace(self, visitor=visitor)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return self._answer("GET", path, query or {}, {})

    def post(self, path: str, form: Mapping[str, str | Sequence[str]] | None = None) -> Answer:
        typed = {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in (form or {}).items()
        }
        return self._answer("POST", path, {}, typed)

    def page(self, path: str, query: Mapping[str, str] | None = None) -> BeautifulSoup:
        """As a reader gets it."""
        return self._read(self.get(path, query), path)

    def refused(self, path: str, form: Mapping[str, str | Sequence[str]]) -> BeautifulSoup:
        """The form again, after it was not taken."""
        answer = self.post(path, form)
        assert isinstance(answer, Page)
        assert answer.status == 400
        return self._read(answer, path)

    def sent(self, path: str, form: Mapping[str, str | Sequence[str]] | None = None) -> Goto:
        answer = self.post(path, form)
        if isinstance(answer, Page):
            raise AssertionError(self._read(answer, path).get_text(" ", strip=True))
        assert isinstance(answer, Goto)
        return answer

    def _read(self, answer: Answer, path: str) -> BeautifulSoup:
        return drawn(answer, ask_of(self.desk, path, visitor=self.visitor))

    def _answer(
        self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, Sequence[str]]
    ) -> Answer:
        route, parts = routed(method, path)
        assert self.visitor.role in route.who
        address = f"{path}?{urlencode(query)}"
        ask = ask_of(self.desk, address, form, self.visitor, **parts)
        answer: Answer = route.screen(self.desk, ask)
        return answer


def routed(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """By whole parts, as Starlette does it; fixed ones go before `{…}`."""
    asked = path.strip("/").split("/")
    fits = [
        (route, parts)
        for route in ROUTES
        if route.method == method
        and (parts := _parts(route.path.strip("/").split("/"), asked)) is not None
    ]
    return min(fits, key=lambda found: len(found[1]))


def _parts(pattern: Sequence[str], asked: Sequence[str]) -> dict[str, str] | None:
    if len(pattern) != len(asked):
        return None
    found = {}
    for one, typed in zip(pattern, asked, strict=True):
        if one.startswith("{"):
            found[one.strip("{}")] = typed
        elif one != typed:
            return None
    return found

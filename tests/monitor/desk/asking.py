"""Screens asked as the dispatcher asks them, by visitors of a test's own making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from bs4 import BeautifulSoup
from sqlalchemy import Engine, event

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Goto, Page, Role, Visitor
from monitor.desk.rendering import render
from monitor.desk.routes import ROUTES, Route

PETROVA = Visitor(role=Role.OPERATOR, account=1, name="Петрова", towns=None, secret="s")
OPERATOR = replace(PETROVA, account=None)  # where the database knows no accounts
DEPUTY = replace(OPERATOR, role=Role.DEPUTY, name="Сидоров")
OF_THE_NEIGHBOUR = replace(OPERATOR, towns=frozenset({"next"}))


def ask_of(
    desk: Desk,
    address: str = "/",
    form: Mapping[str, Any] | None = None,
    visitor: Visitor = OPERATOR,
    **parts: str,
) -> Ask:
    place = urlsplit(address)
    fields = {
        name: [value] if isinstance(value, str) else value for name, value in (form or {}).items()
    }
    return Ask(
        visitor=visitor,
        parts=parts,
        query=dict(parse_qsl(place.query)),
        form=fields,
        files=(),
        now=desk.clock(),
        path=place.path,
        address="127.0.0.1",
        cookies={},
    )


def drawn(answer: Answer, ask: Ask) -> BeautifulSoup:
    assert isinstance(answer, Page), answer
    return BeautifulSoup(render(answer, ask, {"menu": (), "fault": (), "said": ""}), "lxml")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are put to the database meanwhile; neither BEGIN nor COMMIT."""
    put: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        put.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield put
    finally:
        event.remove(engine, "before_cursor_execute", note)


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
        before, _, name = one.partition("{")
        if not typed.startswith(before) or (not name and one != typed):
            return None
        if name:
            found[name.rstrip("}")] = typed.removeprefix(before)
    return found

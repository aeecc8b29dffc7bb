"""Screens asked without a server: what a visitor is shown, and what comes of his forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup
from sqlalchemy import Engine, event

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Page, Role, Screen, Visitor
from monitor.desk.rendering import render

OPERATOR = Visitor(role=Role.OPERATOR, account=1, name="Петрова", towns=None, secret="s")


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


def shown(desk: Desk, screen: Screen, ask: Ask) -> BeautifulSoup:
    return drawn(screen(desk, ask), ask)


def drawn(answer: Answer, ask: Ask) -> BeautifulSoup:
    assert isinstance(answer, Page), answer
    return BeautifulSoup(render(answer, ask, {"menu": (), "fault": (), "said": ""}), "lxml")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are put to the database meanwhile."""
    put: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        put.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield put
    finally:
        event.remove(engine, "before_cursor_execute", note)

"""An address with its query, asked for by a visitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Visitor
from tests.monitor.desk.asking import PETROVA, Office


def given(desk: Desk, address: str, visitor: Visitor = PETROVA) -> Answer:
    place = urlsplit(address)
    return Office(desk, visitor).get(place.path, dict(parse_qsl(place.query)))


def shown(desk: Desk, address: str, visitor: Visitor = PETROVA) -> BeautifulSoup:
    place = urlsplit(address)
    return Office(desk, visitor).page(place.path, dict(parse_qsl(place.query)))


def sent(
    desk: Desk,
    path: str,
    form: Mapping[str, Any] | None = None,
    visitor: Visitor = PETROVA,
) -> Answer:
    return Office(desk, visitor).post(path, form)

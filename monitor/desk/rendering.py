"""Pages as HTML: the report's own look, words and signs."""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader

from collectors.networks import page_title
from monitor.desk.forms import FIELD, token_for
from monitor.desk.model import Ask, Page
from monitor.desk.once import FIELD as ONCE
from monitor.desk.veil import veiled
from reports.templating import asset, environment

STYLES, SCRIPT, ICON = "desk.css", "desk.js", "desk.svg"
KINDS: Mapping[str, str] = {
    STYLES: "text/css",
    SCRIPT: "text/javascript",
    ICON: "image/svg+xml",
}


@cache
def templates() -> Environment:
    """Those of the desk, over those of reports: their macros draw signs and names alike."""
    own = PackageLoader("monitor.desk", "templates")
    found = environment().overlay(loader=ChoiceLoader([own, PackageLoader("reports", "templates")]))
    found.globals |= {"desk_word": desk_word, "static": static_path, "form_field": FIELD}
    found.globals |= {"once_field": ONCE, "drawn": partial(secrets.token_urlsafe, 12)}
    found.filters |= {"short_day": short_day, "moment": moment, "page_title": page_title}
    return found


def render(page: Page, ask: Ask, common: Mapping[str, Any]) -> bytes:
    values = {
        "ask": ask,
        "visitor": ask.visitor,
        "form_token": token_for(ask.visitor.secret),
        **common,
        **page.values,
    }
    text = templates().get_template(page.template).render({"folder": "", **values})
    return veiled(text, ask).encode("utf-8", "replace")


@cache
def words() -> Mapping[str, Any]:
    return tomllib.loads(files("monitor.desk").joinpath("words.toml").read_text("utf-8"))


def desk_word(section: str, key: str, **values: object) -> str:
    return str(words()[section][key]).format(**values)


def short_day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def moment(at: datetime | None, zone: Any = None) -> str:
    """In the municipality's own time, where there is one."""
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M}" if at else ""


@cache
def static(name: str) -> bytes:
    """Of `KINDS`. The report's own style stands first: the desk adds to it."""
    own = files("monitor.desk").joinpath("templates", name).read_text("utf-8")
    return (f"{asset('report.css')}\n{own}" if name == STYLES else own).encode()


def static_path(name: str) -> str:
    """Kept by browsers for ever: what changes has another digest."""
    return f"/static/{hashlib.sha256(static(name)).hexdigest()[:16]}/{name}"

"""What the address of the table asks for, and what there is to choose."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from collectors import networks
from monitor.cases.deriving import fold
from monitor.desk.ground import Desk
from monitor.desk.model import Ask
from monitor.desk.queue.items import titles_of
from monitor.desk.queue.lists import page_number
from monitor.storage.summary import SORTS, Sieve
from reports.words import words as report_words

LONGEST = 200  # signs of what is looked for
NAMES = tuple(one.name for one in fields(Sieve))


def words(section: str, name: str, /, **values: object) -> str:
    return str(sentences()[section][name]).format(**values)


@cache
def sentences() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`typed`: the text as it was typed; the sieve has it folded."""

    sieve: Sieve
    typed: Mapping[str, str]
    sort: str
    at: int

    def address(self, path: str = "/summary", **other: str) -> str:
        told = {**self.typed, "sort": self.sort if self.sort != "name" else "", **other}
        query = urlencode({name: it for name, it in told.items() if it})
        return f"{path}?{query}" if query else path

    @property
    def pages(self) -> str:
        """Before the number of a page."""
        mark = "&" if "?" in self.address() else "?"
        return f"{self.address()}{mark}page="


def asked(given: Mapping[str, str], at: int = 1) -> Asked:
    typed = {name: given.get(name, "").strip()[:LONGEST] for name in NAMES}
    sort = given.get("sort", "")
    return Asked(
        sieve=Sieve(**{**typed, "text": fold(typed["text"])}),
        typed={name: it for name, it in typed.items() if it},
        sort=sort if sort in SORTS else "name",
        at=at,
    )


def asked_in(ask: Ask) -> Asked:
    return asked(ask.query, page_number(ask))


def asked_by_form(ask: Ask) -> Asked:
    return asked({name: ask.typed(name) for name in (*NAMES, "sort")})


Options = Sequence[tuple[str, str]]


def choices(desk: Desk, ask: Ask) -> Mapping[str, Options]:
    """By the name of a field: what may be chosen, and how it is called."""
    towns = desk.towns(ask)
    members = [one for town in towns for one in town.institutions]
    kinds = {one.kind for one in members}
    seen = {page.network for one in members for page in one.pages}
    packs = {act.id for town in towns for act in town.acts_in(desk.application.acts)}
    return {
        "town": [(one.id, one.name) for one in towns],
        "kind": _by_name([(one, report_words()["kinds"].get(one, one)) for one in kinds]),
        "standing": list(sentences()["standings"].items()),
        "state": list(sentences()["states"].items()),
        "requirement": _requirements(desk, packs),
        "network": _by_name([(one, networks.title(one)) for one in seen]),
        "sort": list(sentences()["sorts"].items()),
    }


def _requirements(desk: Desk, packs: Set[str]) -> Options:
    """Of several acts each names its own: «п. 4» stands in all of them."""
    acts = desk.application.acts
    found = [
        (one, title, acts[pack].short_title)
        for one, title in titles_of(desk.application).items()
        if (pack := one.partition("/")[0]) in packs
    ]
    return [(one, f"{title} · {act}" if len(packs) > 1 else title) for one, title, act in found]


def _by_name(options: Options) -> Options:
    """As a reader looks for them: what they are called by inside says nothing to him."""
    return sorted(options, key=lambda option: (option[1].casefold(), option[0]))

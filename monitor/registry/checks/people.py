"""Names of people in what becomes public: a post is enough, and the report shows no more."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.registry.declaration import InstitutionTable
from monitor.registry.faults import Problem
from rules.names.people import names_in, without_names
from rules.toml_lines import Loc

_FIELDS = {
    "exemption": ("ground", "document"),
    "person": ("post", "order"),
    "attestation": ("stated_by", "document"),
    "event": ("document",),
    "waiver": ("by", "reason", "document"),
}


def people_problems(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    for at, text in _texts(institution, loc):
        if names_in(text):
            about = {"value": text, "rest": without_names(text) or "—"}
            yield Problem(at, "person_named", about)


def _texts(institution: InstitutionTable, loc: Loc) -> Iterator[tuple[Loc, str]]:
    for number, phone in enumerate(institution.phones):
        yield (*loc, "phones", number), phone
    for network, absence in institution.no_page.items():
        yield (*loc, "no_page", network, "by"), absence.by
    for word, fields in _FIELDS.items():
        for number, table in enumerate(getattr(institution, word)):
            yield from (((*loc, word, number, field), getattr(table, field)) for field in fields)

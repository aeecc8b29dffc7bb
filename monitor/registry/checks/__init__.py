"""Faults of sense (requirements.md D.10): what is well written and cannot be so.

A check is a generator over the declaration; it yields problems and never stops at the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from monitor.registry.checks.among import among_institutions
from monitor.registry.checks.contacts import contact_problems
from monitor.registry.checks.dates import date_problems
from monitor.registry.checks.municipality import municipality_problems
from monitor.registry.checks.pages import page_problems
from monitor.registry.checks.people import people_problems
from monitor.registry.checks.statements import statement_problems
from monitor.registry.declaration import Registry
from monitor.registry.faults import Problem
from rules.toml_lines import Loc


@dataclass(frozen=True, slots=True)
class Setting:
    """What a registry is held against. None: not known, hence not checked."""

    today: date | None = None
    packs: Collection[str] | None = None


def problems(registry: Registry, setting: Setting) -> Iterator[Problem]:
    """Every fault of sense in one registry."""
    yield from municipality_problems(registry, setting.packs)
    yield from among_institutions(registry.institution)
    known = [institution.id for institution in registry.institution]
    bound = registry.municipality.packs
    for number, institution in enumerate(registry.institution):
        loc: Loc = ("institution", number)
        yield from contact_problems(institution, loc)
        yield from page_problems(institution, loc)
        yield from statement_problems(institution, loc, known, bound)
        yield from people_problems(institution, loc)
        yield from date_problems(institution, loc, setting.today or date.max)

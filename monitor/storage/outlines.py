"""Readings of a page as a judgement looks back on them: the newest whole, older ones in outline.

A site that was read fills nearly all of its reading, and of all looks at it only the latest one
that has it is ever judged (`rules.dossier.views`): what older looks tell is presence, number and
name. Walls stay: their union is what is judged. So facts that are kept apart are kept twice: whole,
and without the site (docs/decisions/tricks.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import NamedTuple, TypeVar

from collectors.model import Facts, Observation, SiteFacts
from monitor.storage.bodies import joined

Part = TypeVar("Part")
FACTS = "facts"


class Bodies(NamedTuple):
    """Of an observation as it is stored, and of its facts where they are kept apart: those of a
    site. `outline`: the same without the site; None: kept before that was done (schema 0020)."""

    body: bytes
    facts: bytes | None = None
    outline: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithoutSite(Facts):
    """What is stored of the site is passed over: no value is made of it."""

    site: SiteFacts | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline(Observation):
    facts: _WithoutSite | None = None


_TOLD = tuple(one.name for one in fields(Facts) if one.name != "site")
_LOOK = tuple(one.name for one in fields(Observation) if one.name != "facts")


def whole(kind: type[Part], stored: Bodies) -> Part:
    """Raises pydantic.ValidationError for a body that no version of the program wrote; as do all
    here."""
    return joined(kind, stored.body, FACTS, stored.facts)


def part(kind: type[Part], stored: Bodies) -> Part:
    """As `whole`, for a kind that has no field of the site."""
    return joined(kind, stored.body, FACTS, stored.outline or stored.facts)


def read_back(bodies: Iterable[Bodies]) -> Iterator[Observation]:
    """Newest first, as they come. Of what lies behind a reading with its site, `site` is None."""
    is_behind = False
    for stored in bodies:
        look = _in_outline(stored) if is_behind else whole(Observation, stored)
        is_behind = is_behind or (look.facts is not None and look.facts.site is not None)
        yield look


def _in_outline(stored: Bodies) -> Observation:
    if stored.outline is not None:
        return part(Observation, stored)
    seen = part(_Outline, stored)
    told = {name: getattr(seen.facts, name) for name in _TOLD} if seen.facts else None
    facts = Facts(**told) if told is not None else None
    return Observation(facts=facts, **{name: getattr(seen, name) for name in _LOOK})

"""Readings of a page as a judgement looks back on them: the newest whole, older ones in outline.

A site that was read fills nearly all of its reading, and of all looks at it only the latest one
that has it is ever judged (`rules.dossier.views`): what older looks tell is presence, number and
name. Walls stay: their union is what is judged. In outline a reading of sixty pages comes back in
a quarter of the CPU (docs/decisions/tricks.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

from collectors.model import Facts, Observation, SiteFacts
from monitor.storage.bodies import joined

FACTS = "facts"
Bodies = tuple[bytes, bytes | None]  # of an observation, and of its facts where they are kept apart


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithoutSite(Facts):
    """What is stored of the site is passed over: no value is made of it."""

    site: SiteFacts | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline(Observation):
    facts: _WithoutSite | None = None


_TOLD = tuple(one.name for one in fields(Facts) if one.name != "site")
_LOOK = tuple(one.name for one in fields(Observation) if one.name != "facts")


def read_back(bodies: Iterable[Bodies]) -> Iterator[Observation]:
    """Newest first, as they come. Of what lies behind a reading with its site, `site` is None.

    Raises pydantic.ValidationError for a body that no version of the program wrote.
    """
    is_behind = False
    for body, facts in bodies:
        look = _in_outline(body, facts) if is_behind else joined(Observation, body, FACTS, facts)
        is_behind = is_behind or (look.facts is not None and look.facts.site is not None)
        yield look


def _in_outline(body: bytes, apart: bytes | None) -> Observation:
    seen = joined(_Outline, body, FACTS, apart)
    told = {name: getattr(seen.facts, name) for name in _TOLD} if seen.facts else None
    facts = Facts(**told) if told is not None else None
    return Observation(facts=facts, **{name: getattr(seen, name) for name in _LOOK})

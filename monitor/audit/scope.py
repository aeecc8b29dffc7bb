"""Which institutions an audit is about, and which pages it has to read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from collectors.errors import UsageError
from collectors.model import SITE, Address, Page
from rules.model import Act, Institution, Municipality


class UnknownInstitutionError(UsageError):
    """No registry has this institution; the text is Russian and names the nearest."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an audit is about: institutions, and the registries and acts that hold for them."""

    municipalities: tuple[Municipality, ...]
    acts: Mapping[str, Act]
    institutions: tuple[Institution, ...]

    @property
    def registries(self) -> Mapping[str, str]:
        """Digests, by municipality."""
        return {one.id: one.digest for one in self.municipalities}

    @property
    def packs(self) -> Mapping[str, str]:
        """Digests of the acts in use, by act."""
        used = {name for one in self.municipalities for name in one.packs}
        return {act.id: act.digest for name, act in self.acts.items() if name in used}

    @property
    def zones(self) -> Mapping[str, ZoneInfo]:
        return {one.id: one.timezone for one in self.municipalities}

    def members(self, municipality: Municipality) -> list[Institution]:
        return [one for one in self.institutions if one.municipality == municipality.id]

    def part(self, municipality: str, keys: Iterable[str]) -> Scope:
        """The institutions of one municipality that have these keys."""
        wanted = set(keys)
        return replace(
            self,
            municipalities=tuple(one for one in self.municipalities if one.id == municipality),
            institutions=tuple(
                one
                for one in self.institutions
                if one.municipality == municipality and one.key in wanted
            ),
        )


def in_scope(
    municipalities: Sequence[Municipality], names: Sequence[str], as_of: datetime
) -> tuple[Institution, ...]:
    """The named institutions, or all; by `id` or `municipality/id`. UnknownInstitutionError.

    Institutions that are not yet, or no longer, registered as of the moment are left out.
    """
    found = tuple(_present(municipalities, frozenset(names), as_of))
    for name in names:
        if not any(name in (one.id, one.key) for one in found):
            raise _unknown(name, _present(municipalities, frozenset(), as_of))
    return found


def _present(
    municipalities: Iterable[Municipality], named: frozenset[str], as_of: datetime
) -> Iterator[Institution]:
    """Of those that have these names, or of all."""
    for municipality in municipalities:
        today = municipality.day_of(as_of)
        for one in municipality.institutions:
            is_meant = not named or one.id in named or one.key in named
            if is_meant and one.is_active(today):
                yield one


def pages_of(
    institutions: Iterable[Institution], municipality: Municipality, as_of: datetime
) -> Iterator[Page]:
    """Every page and site that is due; a page not yet created, or deleted, is not read."""
    today = municipality.day_of(as_of)
    for institution in institutions:
        yield from (page for page in institution.pages if page.stands(today))
        if institution.site:
            is_authority = institution.id == municipality.authority
            yield Page(
                institution=institution.key,
                network=SITE,
                address=institution.site,
                role="authority" if is_authority else "official",
            )


def read_once(pages: Iterable[Page]) -> tuple[Page, ...]:
    """Each address once, in the order of the registry.

    Where a school and the authority share an address, it is read as the authority's, in full.
    """
    chosen: dict[Address, Page] = {}
    for page in pages:
        if page.key not in chosen or page.role == "authority":
            chosen[page.key] = page
    return tuple(chosen.values())


def with_known_ids(pages: Iterable[Page], seen: Mapping[Address, str]) -> tuple[Page, ...]:
    """With the id that each is known by.

    The registry's own number goes first: a wrong one that was corrected is not read again.
    """
    return tuple(
        replace(page, known_id=seen[page.key]) if not page.known_id and page.key in seen else page
        for page in pages
    )


def _unknown(name: str, present: Iterable[Institution]) -> UnknownInstitutionError:
    near = difflib.get_close_matches(name, [one.id for one in present], n=3)
    hint = f"; похожие: {', '.join(near)}" if near else ""
    return UnknownInstitutionError(f"учреждения «{name}» в реестре нет{hint}")

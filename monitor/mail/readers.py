"""Which deputy heads read of which municipalities: each person one letter, however often named."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from monitor.config import Every, Mail
from monitor.storage.roles import DEPUTY, deputy_of

OFTEN: tuple[Every, ...] = ("night", "week", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who reads of the same municipalities; of all of them where none is named."""

    towns: tuple[str, ...]
    recipients: tuple[str, ...]
    every: Every


def readers_of(mail: Mail, audited: Collection[str] | None = None) -> Iterator[Readers]:
    """Whoever reads of all municipalities gets no letter about one of them beside it. `audited`:
    of the others nothing can be told yet."""
    if mail.recipients:
        yield Readers(towns=(), recipients=mail.recipients, every=mail.report_every)
    groups: dict[tuple[str, ...], list[str]] = {}
    for reader, own in _towns_by_reader(mail, audited).items():
        groups.setdefault(tuple(own), []).append(reader)
    for towns, readers in groups.items():
        every = min((mail.municipalities[town].report_every for town in towns), key=OFTEN.index)
        yield Readers(towns=towns, recipients=tuple(readers), every=every)


def _towns_by_reader(mail: Mail, audited: Collection[str] | None) -> dict[str, list[str]]:
    spelt: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    whole = {one.casefold() for one in mail.recipients}
    for name, town in mail.municipalities.items():
        for reader in town.recipients if audited is None or name in audited else ():
            if reader.casefold() not in whole:
                found.setdefault(spelt.setdefault(reader.casefold(), reader), []).append(name)
    return found


def informed(mail: Mail, towns: Collection[str], roles: Collection[str]) -> frozenset[str]:
    """Of these municipalities those whose deputy head is among the roles: the own one, if any."""
    groups = tuple(readers_of(mail))
    own = {town: {deputy_of(*one.towns) for one in groups if town in one.towns} for town in towns}
    return frozenset(town for town in towns if (own[town] or {DEPUTY}) & set(roles))

"""Links of institutions as whoever has a shell on the server ends them: all of an institution's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from collectors.errors import UsageError
from monitor.desk.gate.words import words
from monitor.storage import journal, links
from monitor.storage.journal import Entry, What


def keys_of(engine: Engine, names: Sequence[str]) -> tuple[str, ...]:
    """Of institutions by `id` or `municipality/id`, as links know them: also of one that has left
    the registry. Raises UsageError with a line for each that never had a link."""
    known = links.institutions(engine)
    found, faults = list[str](), list[str]()
    for name in names:
        same = [key for key in known if name in (key, key.partition("/")[2])]
        if len(same) == 1:
            found += same
        elif same:
            faults.append(words("links", "several", name=name, keys=", ".join(same)))
        else:
            faults.append(words("links", "never", name=journal.one_line(name)))
    if faults:
        raise UsageError(faults)
    return tuple(dict.fromkeys(found))


def end_links(engine: Engine, key: str, *, at: datetime) -> int:
    """How many were alive and are no more."""
    town, _, name = key.partition("/")
    who = words("roles", "terminal")
    alive = [one for one in links.of(engine, town, name) if one.is_live(at)]
    ended = [one for one in alive if links.end(engine, one.number, by=who, at=at)]
    if ended:
        told = ", ".join(f"№ {one.number}" for one in ended)
        entry = Entry(
            at=at, what=What.LINK_ENDED, who=who, municipality=town, institution=name, detail=told
        )
        journal.note(engine, entry)
    return len(ended)

"""What changes between two values of a registry, as places in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.registry.write import document
from rules.model import Municipality
from rules.toml_lines import Loc

PARTS = ("page", "exemption", "person", "attestation", "event", "waiver")
"""Tables of an institution of which it may have many."""

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """A key of the table at `loc` says this; None: the key goes."""

    loc: Loc
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Add:
    """One more table in the list at `loc`; a dictionary's tables are named by their key."""

    loc: Loc
    table: Table


@dataclass(frozen=True, slots=True)
class Drop:
    """The table at `loc` goes, with all that is inside it."""

    loc: Loc


Edit = Put | Add | Drop


def between(old: Municipality, new: Municipality) -> tuple[Edit, ...]:
    """Places are those of the file that says `old`: its institutions stand in the same order."""
    return tuple(_between(document(old), document(new)))


def _between(old: Table, new: Table) -> Iterator[Edit]:
    yield from _puts(("municipality",), old["municipality"], new["municipality"])
    yield from _named(("acts",), old["acts"], new["acts"])
    now = {told["id"]: told for told in new["institution"]}
    was = {told["id"]: number for number, told in enumerate(old["institution"])}
    for name, number in was.items():
        loc = ("institution", number)
        if name in now:
            yield from _institution(loc, old["institution"][number], now[name])
        else:
            yield Drop(loc)
    yield from (Add(("institution",), told) for name, told in now.items() if name not in was)


def _institution(loc: Loc, old: Table, new: Table) -> Iterator[Edit]:
    yield from _puts(loc, _flat(old), _flat(new))
    yield from _pages((*loc, "page"), old.get("page", ()), new.get("page", ()))
    for word in PARTS[1:]:
        yield from _parts((*loc, word), old.get(word, ()), new.get(word, ()))
    yield from _named((*loc, "no_page"), old.get("no_page", {}), new.get("no_page", {}))


def _flat(told: Table) -> Table:
    return {key: value for key, value in told.items() if key not in (*PARTS, "no_page")}


def _puts(loc: Loc, old: Table, new: Table) -> Iterator[Edit]:
    for key in dict.fromkeys((*new, *old)):
        if old.get(key) != new.get(key):
            yield Put(loc, key, new.get(key))


def _pages(loc: Loc, old: Sequence[Table], new: Sequence[Table]) -> Iterator[Edit]:
    """A page goes by its address; of two alike one is gone, the other stays."""
    left = list(new)
    for number, page in enumerate(old):
        same = next((one for one in left if one["url"] == page["url"]), None)
        if same is None:
            yield Drop((*loc, number))
        else:
            left.remove(same)
            yield from _puts((*loc, number), page, same)
    yield from (Add(loc, page) for page in left)


def _parts(loc: Loc, old: Sequence[Table], new: Sequence[Table]) -> Iterator[Edit]:
    """What people say is never edited, only added or taken out."""
    left = list(new)
    for number, part in enumerate(old):
        if part in left:
            left.remove(part)
        else:
            yield Drop((*loc, number))
    yield from (Add(loc, part) for part in left)


def _named(loc: Loc, old: Mapping[str, Table], new: Mapping[str, Table]) -> Iterator[Edit]:
    for name in dict.fromkeys((*new, *old)):
        if name not in new:
            yield Drop((*loc, name))
        elif name not in old:
            yield Add((*loc, name), new[name])
        else:
            yield from _puts((*loc, name), old[name], new[name])

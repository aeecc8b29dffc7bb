"""VKScript for `execute`: walls of many pages in one call, projected to what the rules need.

Only `return`, `var`, array and object literals, `API.x.y({…})`, `@.`, `.length` and `.push` are
used. How `@.` treats a key that some items lack is not documented, so every list comes back with
the number of items: a shorter one is not zipped, and the wall is read again in whole items.

Of a repost only the number of originals matters, while the originals themselves, with their
pictures, are the heaviest part of a wall. Whether `@.length` counts them is not documented either,
so both are asked for until an answer has shown it (`Originals`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from collectors.numbers import count

CALLS = 25  # of one execute
MOST_ITEMS = 1000  # of one wall; VK gives a hundred
KEYS = ("id", "from_id", "date", "is_pinned", "marked_as_ads", "post_type")
TEXT = "text"
WHOLE, COUNTED = "copy_history", "copies"

WallValues = Mapping[str, Any]


class OriginalsAsked(Enum):
    """How the originals of reposts are asked for."""

    UNPROVEN = (WHOLE, COUNTED)
    COUNTED = (COUNTED,)
    WHOLE = (WHOLE,)


def wall_values(owner: int, offset: int, count: int) -> WallValues:
    """`filter=all`: a secretary who posts from a personal profile is hidden by `owner` (G08)."""
    return {"owner_id": owner, "offset": offset, "count": count, "filter": "all"}


def keys_of(originals: OriginalsAsked) -> tuple[str, ...]:
    """Texts are read on a wall's first sheet only, where the pinned and the newest posts are."""
    return (*KEYS, *originals.value)


def walls_script(walls: Sequence[WallValues], whole: bool, originals: OriginalsAsked) -> str:
    """Returns a list, one entry a wall: {n, count, items} whole, or {n, count, <key>: [...]}."""
    lines = ["var all=[];"]
    for number, values in enumerate(walls):
        name = f"w{number}"
        call = json.dumps(dict(values), separators=(",", ":"))
        entry = [f'"count":{name}.count', f'"n":{name}.items.length']
        entry += [f'"items":{name}.items'] if whole else _columns(name, values, originals)
        lines.append(f"var {name}=API.wall.get({call});all.push({{{','.join(entry)}}});")
    return "\n".join([*lines, "return all;"])


def _columns(name: str, values: WallValues, originals: OriginalsAsked) -> list[str]:
    keys = keys_of(originals) + ((TEXT,) if values["offset"] == 0 else ())
    return [f'"{key}":{name}.items@.{_path(key)}' for key in keys]


def _path(key: str) -> str:
    return f"{WHOLE}@.length" if key == COUNTED else key


def proof(entries: Iterable[Any]) -> OriginalsAsked:
    """What walls that were asked for both ways show of `@.length`."""
    rows = [row for entry in entries if isinstance(entry, dict) for row in _both(entry)]
    if not rows:
        return OriginalsAsked.UNPROVEN
    counted = all(isinstance(one, list) and count == len(one) for one, count in rows)
    return OriginalsAsked.COUNTED if counted else OriginalsAsked.WHOLE


def _both(entry: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The originals and their number, for every post that is a repost."""
    whole, counts = entry.get(WHOLE), entry.get(COUNTED)
    if not isinstance(whole, list) or not any(whole):
        return []
    if not isinstance(counts, list) or len(counts) != len(whole):
        return [((), None)]  # not a count a post: as good as wrong
    return [(one, count) for one, count in zip(whole, counts, strict=True) if one or count]


class MisalignedError(Exception):
    """A projected list is shorter than the list of items."""


def items_of(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of one wall, from either form.

    Raises MisalignedError, LookupError, TypeError or ValueError.
    """
    if "items" in entry:
        return list(entry["items"])
    number = count(entry["n"])
    if number is None or number > MOST_ITEMS:
        raise ValueError("no number of items")
    reposts = WHOLE if WHOLE in entry else COUNTED
    columns = {key: _column(entry[key], number) for key in KEYS}
    columns |= {WHOLE: _column(entry[reposts], number), TEXT: _column(entry.get(TEXT, []), number)}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _column(values: Any, number: int) -> Sequence[Any]:
    """An empty list beside items is one that no item contributed to: nobody has the key."""
    if isinstance(values, list) and len(values) == number:
        return values
    if values == []:
        return [None] * number
    raise MisalignedError

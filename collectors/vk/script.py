"""VKScript for `execute`: walls of many pages in one call, projected to what the rules need.

Only `return`, `var`, array and object literals, `API.x.y({…})`, `@.`, `.length` and `.push` are
used. How `@.` treats a key that some items lack is not documented, so every list comes back with
the number of items: a shorter one is not zipped, and the wall is read again in whole items.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

CALLS = 25  # of one execute
KEYS = ("id", "from_id", "date", "is_pinned", "marked_as_ads", "post_type", "copy_history", "text")

WallValues = Mapping[str, Any]


def wall_values(owner: int, offset: int, count: int) -> WallValues:
    """`filter=all`: a secretary who posts from a personal profile is hidden by `owner` (G08)."""
    return {"owner_id": owner, "offset": offset, "count": count, "filter": "all"}


def walls_script(walls: Sequence[WallValues], whole: bool) -> str:
    """Returns a list, one entry a wall: {n, count, items} whole, or {n, count, <key>: [...]}."""
    lines = ["var all=[];"]
    for number, values in enumerate(walls):
        name = f"w{number}"
        call = json.dumps(dict(values), separators=(",", ":"))
        entry = [f'"count":{name}.count', f'"n":{name}.items.length']
        entry += (
            [f'"items":{name}.items'] if whole else [f'"{key}":{name}.items@.{key}' for key in KEYS]
        )
        lines.append(f"var {name}=API.wall.get({call});all.push({{{','.join(entry)}}});")
    return "\n".join([*lines, "return all;"])


class MisalignedError(Exception):
    """A projected list is shorter than the list of items."""


def items_of(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of one wall, from either form. Raises MisalignedError, LookupError or TypeError."""
    if "items" in entry:
        return list(entry["items"])
    number = int(entry["n"])
    columns = {key: _column(entry[key], number) for key in KEYS}
    return [{key: column[row] for key, column in columns.items()} for row in range(number)]


def _column(values: Any, number: int) -> Sequence[Any]:
    """An empty list beside items is one that no item contributed to: nobody has the key."""
    if isinstance(values, list) and len(values) == number:
        return values
    if values == []:
        return [None] * number
    raise MisalignedError

"""Where a key stands in a TOML file, so that a fault can name its line.

No kept TOML library tells positions (tomllib, tomlkit and rtoml were looked at), and packs,
registries and settings are written by people who must be told the line. The index is built only
when there is something to complain about.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Place = tuple[str | int, ...]
_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(#.*)?$")
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


class TomlError(Exception):
    """A file that is no TOML; the text is Russian and names file, line and column."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path, self.line, self.message = path, line, message


@dataclass(frozen=True, slots=True)
class TomlFile:
    path: Path
    text: str
    content: Mapping[str, Any]

    def line_of(self, place: Sequence[str | int]) -> int | None:
        """The line of the nearest enclosing key that is written out; None if there is none.

        `place` is a path as pydantic gives it: ("institution", 3, "page", 0, "url").
        """
        index = dict(_index(self.text))
        for length in range(len(place), 0, -1):
            if (line := index.get(tuple(place[:length]))) is not None:
                return line
        return None


def read_toml(path: Path) -> TomlFile:
    """Raises TomlError for bytes that are no UTF-8 and for every fault of syntax; OSError."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise TomlError(path, None, "файл не в кодировке UTF-8: сохраните его в UTF-8") from None
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from None


def _syntax_error(path: Path, text: str, message: str) -> TomlError:
    found = _POSITION.search(message)
    line = int(found[1]) if found else len(text.splitlines())
    words = message.split(" (at ")[0]
    return TomlError(
        path, line, f"запись не по правилам TOML ({words}); проверьте кавычки и скобки"
    )


def _index(text: str) -> Iterator[tuple[Place, int]]:
    """Every table and key with its line, counted from 1."""
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, statement in _statements(text):
        if header := _HEADER.match(statement):
            table = _table_place(_keys(f"{header[2]} = 0"), header[1] == "[[", counts)
            yield table, number
            if isinstance(table[-1], int) and table[-1] == 0:
                yield table[:-1], number
        elif keys := _keys(f"{statement.partition('=')[0]} = 0"):
            for length in range(1, len(keys) + 1):
                yield (*table, *keys[:length]), number


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and whole `key = value` statements, which may span lines."""
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        start = start if pending else number
        pending = f"{pending}{line}\n"
        if _HEADER.match(pending) or _is_toml(pending):
            yield start, pending
            pending = ""


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _keys(statement: str) -> tuple[str, ...]:
    try:
        nested: Any = tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(nested, dict):
        ((key, nested),) = nested.items()
        keys.append(key)
    return tuple(keys)


def _table_place(keys: tuple[str, ...], is_array: bool, counts: dict[Place, int]) -> Place:
    """The place of a header: the last element of every array of tables on the way is meant."""
    place: Place = ()
    for position, key in enumerate(keys):
        place = (*place, key)
        if is_array and position == len(keys) - 1:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place

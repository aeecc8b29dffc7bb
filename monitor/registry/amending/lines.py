"""Edits of a TOML text by its lines.

A kept library was tried for this: what it adds to a table comes under the remark that stands
before the next one, so that the remark speaks of another institution (docs/decisions/registry.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from collectors.errors import UsageError
from monitor.registry.amending.edits import Add, Drop, Edit, Put, Table
from monitor.registry.amending.remarks import remark_of
from monitor.registry.write import institution_lines, toml_block, toml_value
from rules.toml_lines import Loc, Place, loaded, places

INDENT = "  "  # of an institution's inner tables
ALONE = ("exemption",)  # of which one may stand alone
NAMED = ("no_page", "acts")  # whose tables go by a name
UNUSUAL = (
    "файл реестра записан непривычно, и программа не берётся поправить его сама: внесите "
    "изменение в файл или замените его целиком: dozor registry import"
)


class UnusualFileError(UsageError):
    """The file is written in a way that cannot be changed line by line."""

    def __init__(self) -> None:
        super().__init__([UNUSUAL])


def amended(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits; their places are those of the text as it is given.

    Read again it says just what was meant. Raises UnusualFileError.
    """
    lines = _Lines(text)
    for edit in edits:
        match edit:
            case Put(loc, key, value):
                lines.put(loc, key, value)
            case Add(loc, table):
                lines.add(loc, table)
            case Drop(loc):
                lines.drop(loc)
    if not lines.say_what_is_meant():
        raise UnusualFileError
    return lines.text


class _Lines:
    """Lines by their numbers, from 1: which go, what comes instead, and what comes after each."""

    def __init__(self, text: str) -> None:
        self._meant: Any = _several(_read(text))
        self._tree = places(text)
        self._lines = text.split("\n")
        self._end = "\r" if "\r\n" in text else ""
        self._gone: set[int] = set()
        self._instead: dict[int, list[str]] = {}
        self._after: dict[int, list[str]] = {}

    @property
    def text(self) -> str:
        return "\n".join(self._all())

    def _all(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, 1):
            if number in self._instead:
                yield from (f"{one}{self._end}" for one in self._instead[number])
            elif number not in self._gone:
                yield line
            yield from (f"{one}{self._end}" for one in self._after.get(number, ()))

    def say_what_is_meant(self) -> bool:
        return bool(_filled(_several(_read(self.text))) == _filled(self._meant))

    # --- edits ----------------------------------------------------------------------------------

    def put(self, loc: Loc, key: str, value: Any) -> None:
        table, place = self._value(loc), self._at(loc)
        table.pop(key, None)
        if value is not None:
            table[key] = value
        if place is None or not place.is_block:
            self._write_anew(loc)
        elif (known := place.inside.get(key)) is None:
            self._insert(_last_key_of(place), [self._key_line(place, key, value)])
        elif value is None:
            self._remove(known)
        else:
            self._replace(known, toml_value(value))

    def add(self, loc: Loc, table: Table) -> None:
        *around, word = loc
        is_named = around[-1:] in (["no_page"], ["acts"])
        owner, known = self._at(tuple(around)), self._at(loc)
        if is_named:
            self._value(tuple(around))[word] = dict(table)
        else:
            self._value(tuple(around)).setdefault(word, []).append(dict(table))
        if self._write_anew(loc):
            return
        if known is not None and _is_alone(known) and known.line not in self._gone:
            header = self._lines[known.line - 1]
            self._instead[known.line] = [header.replace("[", "[[", 1).replace("]", "]]", 1)]
        if loc == ("institution",):
            self._insert(_end_of(known) if known else self._last, ["", *institution_lines(table)])
        elif is_named and owner is not None and owner.is_block:
            self._insert(_last_key_of(owner), [self._key_line(owner, f"{word}", dict(table))])
        else:
            self._insert_block(loc, table, known, is_named=is_named)

    def drop(self, loc: Loc) -> None:
        place, around = self._at(loc), self._value(loc[:-1])
        if isinstance(around, list):
            around[int(loc[-1])] = None  # the places of the others stay what they are
        else:
            around.pop(loc[-1], None)
        if place is None or not place.is_block:
            self._write_anew(loc)
            return
        last = _end_of(place)
        while last < len(self._lines) and not self._lines[last].strip():
            last += 1  # blank lines after it
        self._gone |= set(range(self._first_remark(place.line), last + 1))
        self._instead.pop(place.line, None)

    # --- how it is written ------------------------------------------------------------------------

    def _write_anew(self, loc: Loc) -> bool:
        """The outermost statement around a place that stands within brackets, if it does."""
        for length in range(1, len(loc) + 1):
            place = self._at(loc[:length])
            if place is not None and place.last and not place.is_block:
                told = _filled(self._value(loc[:length], ends=True))
                if told in (None, {}, []):
                    self._remove(place)
                else:
                    self._replace(place, toml_value(told))
                return True
        return False

    def _remove(self, statement: Place) -> None:
        self._gone |= set(range(statement.line, statement.last + 1))
        self._instead.pop(statement.line, None)

    def _replace(self, place: Place, value: str) -> None:
        """In place of a statement; the remarks beside it stay, above it where it had many lines."""
        own = self._lines[place.line - 1 : place.last]
        head = own[0].partition("=")[0].rstrip()
        remarks = [one for one in map(remark_of, own) if one]
        line = f"{head} = {value}"
        if len(own) == 1:
            written = ["  ".join((line, *remarks))]
        else:
            written = [*(f"{_indent(head)}{one}" for one in remarks), line]
        self._remove(place)
        self._instead[place.line] = written

    def _insert(self, after: int, lines: Sequence[str]) -> None:
        self._after.setdefault(after, []).extend(lines)

    def _insert_block(self, loc: Loc, table: Table, known: Place | None, *, is_named: bool) -> None:
        """After its likes, or else after all that its owner has."""
        header = ".".join(_key(part) for part in loc if isinstance(part, str))
        indent = INDENT if loc[0] == "institution" else ""
        block = toml_block(f"[{header}]" if is_named else f"[[{header}]]", table, indent)
        owner = known or self._at(loc[:-1]) or self._at(loc[:-2])
        self._insert((owner and _end_of(owner)) or self._last, ["", *block])

    def _key_line(self, table: Place, key: str, value: Any) -> str:
        """As its neighbour above is written."""
        return f"{_indent(self._lines[_last_key_of(table) - 1])}{_key(key)} = {toml_value(value)}"

    def _first_remark(self, number: int) -> int:
        """The first of the remarks that stand right above a header."""
        while number > 1 and self._lines[number - 2].lstrip().startswith("#"):
            number -= 1
        return number

    # --- places -----------------------------------------------------------------------------------

    @property
    def _last(self) -> int:
        """The last line that holds anything."""
        filled = (number for number, line in enumerate(self._lines, 1) if line.strip())
        return max(filled, default=1)

    def _at(self, loc: Loc) -> Place | None:
        place: Place | None = self._tree
        for part in loc:
            if not (place and part == 0 and _is_alone(place)):
                place = place.inside.get(part) if place else None
        return place

    def _value(self, loc: Loc, *, ends: bool = False) -> Any:
        """What is meant there; a table that is not there yet is begun, unless it `ends` with it."""
        found = self._meant
        for part in loc:
            if isinstance(found, list):
                found = found[int(part)]
            else:
                found = found.get(part) if ends else found.setdefault(part, {})
        return found


def _several(told: Any) -> Any:
    """With lists of one where a file may hold one table instead (`[institution.exemption]`)."""
    for school in told.get("institution", ()) if isinstance(told, dict) else ():
        for word in ALONE:
            if isinstance(school, dict) and isinstance(school.get(word), dict):
                school[word] = [school[word]]
    return told


def _is_alone(place: Place) -> bool:
    """Whether it is the block of one table where there might be several."""
    return place.is_block and 0 not in place.inside


def _read(text: str) -> Any:
    try:
        return loaded(text)
    except (ValueError, RecursionError):
        raise UnusualFileError from None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _key(word: str) -> str:
    is_bare = word.isascii() and word.replace("-", "").replace("_", "").isalnum()
    return word if is_bare else toml_value(word)


def _last_key_of(table: Place) -> int:
    """The line after which one more key of a block belongs."""
    own = (place.last for place in table.inside.values() if not place.is_block)
    return max(table.last, *own, 0)


def _end_of(place: Place) -> int:
    """The last line of all that is inside."""
    return max(place.last, *map(_end_of, place.inside.values()), 0)


def _filled(told: Any) -> Any:
    """Without what is empty, or was dropped."""
    if isinstance(told, dict):
        found = {key: _filled(one) for key, one in told.items()}
        return {key: one for key, one in found.items() if one not in (None, {}, [])}
    if isinstance(told, list):
        return [one for one in map(_filled, told) if one not in (None, {})]
    return told

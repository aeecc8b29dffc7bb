"""TOML files that people write: read with their faults told, and where each key stands.

No kept TOML library tells positions (tomllib, tomlkit and rtoml were looked at), and packs,
registries and settings are written by people who must be told the line. The scanner only finds
places: the text was already accepted by `tomllib`, hence it may be trusting.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from collectors.errors import OperatorError

Loc = tuple[str | int, ...]
"""Path to a value as pydantic gives it: ("institution", 3, "page", 0, "url")."""

MOST_PARTS = 50  # of a dotted key
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


class TomlError(OperatorError):
    """A file that is no TOML; the text is Russian and names file, line and column."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path, self.line, self.message = path, line, message


@dataclass(frozen=True, slots=True)
class TomlFile:
    path: Path
    text: str
    content: Mapping[str, Any]

    def line_of(self, loc: Sequence[str | int]) -> int | None:
        """The line of the nearest enclosing key that is written out; None if there is none.

        The text is scanned only here, when there is something to complain about.
        """
        tree = places(self.text)
        return tree.line_of(tuple(loc)) if loc and loc[0] in tree.inside else None


def read_toml(path: Path) -> TomlFile:
    """Raises TomlError for bytes that are no UTF-8 and for every fault of syntax; OSError."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise TomlError(path, None, "файл не в кодировке UTF-8: сохраните его в UTF-8") from None
    try:
        return TomlFile(path, text, loaded(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from None
    except RecursionError:
        raise TomlError(
            path, None, "слишком много вложенных скобок или точек в одном имени: проверьте их"
        ) from None


def loaded(text: str) -> dict[str, Any]:
    """As `tomllib.loads`, which is not prepared for a key of thousands of parts (its memory grows
    with their square) nor for a number of thousands of figures.

    Raises TOMLDecodeError, RecursionError.
    """
    if any(map(_is_deep, text.splitlines())):
        raise RecursionError("a key of too many parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        raise tomllib.TOMLDecodeError(f"Number too long ({error})") from None


def _is_deep(line: str) -> bool:
    """Dots that only lead the eye stand side by side."""
    key = line.partition("=")[0]
    return key.count(".") > MOST_PARTS and ".." not in key.replace(" ", "")


def _syntax_error(path: Path, text: str, message: str) -> TomlError:
    found = _POSITION.search(message)
    line = int(found[1]) if found else len(text.splitlines())
    words = message.split(" (at ")[0]
    return TomlError(
        path, line, f"запись не по правилам TOML ({words}); проверьте кавычки и скобки"
    )


# --- places -------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""
      (?P<skip>[ \t\r]+|\#[^\n]*)
    | (?P<newline>\n)
    | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*')
    | (?P<mark>[\[\]{},=.])
    | (?P<bare>[^\s\[\]{},=.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


@dataclass(slots=True)
class Place:
    """A value's line, and the places of what is inside it.

    `last`: the last line of what is written there itself, what is inside a block aside; a block is
    a table under a header of its own. 0: it is written nowhere, what is inside it only implies it.
    """

    line: int
    inside: dict[str | int, Place] = field(default_factory=dict)
    last: int = 0
    is_block: bool = False

    def line_of(self, loc: Loc) -> int:
        """The line of `loc`, or of the nearest thing around it that stands in the text."""
        place = self
        for part in loc:
            if part in place.inside:
                place = place.inside[part]
            elif part != 0:  # a single table may stand where a list of them is allowed
                break
        return place.line


def places(text: str) -> Place:
    """The tree of places of a valid TOML text."""
    return _Scanner(text).document()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
    yield _Token("end", "", line)


class _Scanner:
    """Recursive descent over statements; `_at` is the index of the next token."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def document(self) -> Place:
        root = table = Place(1)
        while self._peek().kind != "end":
            if self._peek().kind == "newline":
                self._at += 1
            elif self._peek().text == "[":
                table = self._header(root)
            else:
                self._assignment(table)
        return root

    def _peek(self, ahead: int = 0) -> _Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _take(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    @property
    def _end(self) -> int:
        """The line on which the last token that was taken ends."""
        token = self._peek(-1)
        return token.line + token.text.count("\n")

    def _header(self, root: Place) -> Place:
        is_array = self._peek(1).text == "["
        line = self._peek().line
        self._at += 2 if is_array else 1
        *parents, last = self._key()
        self._at += 2 if is_array else 1
        around = _descend(root, parents, line)
        if not is_array:
            place = around.inside.setdefault(last, Place(line))
            place.line = line
        else:
            place = _append(around.inside.setdefault(last, Place(line)), line)
        place.last, place.is_block = line, True
        return place

    def _key(self) -> list[str]:
        parts = [_name(self._take().text)]
        while self._peek().text == ".":
            self._at += 1
            parts.append(_name(self._take().text))
        return parts

    def _assignment(self, table: Place) -> None:
        line = self._peek().line
        *parents, last = self._key()
        self._at += 1  # the sign of equality
        value = self._value(line)
        value.last = self._end
        _descend(table, parents, line).inside[last] = value

    def _value(self, line: int) -> Place:
        opening = self._take()
        if opening.text == "[":
            return self._array(line)
        if opening.text == "{":
            return self._inline_table(line)
        while self._peek().text in {".", "="} or self._peek().kind == "bare":
            self._at += 1  # the rest of a number or of a time
        return Place(line)

    def _array(self, line: int) -> Place:
        array = Place(line)
        while self._peek().text != "]" and self._peek().kind != "end":
            if self._peek().kind == "newline" or self._peek().text == ",":
                self._at += 1
            else:
                array.inside[len(array.inside)] = self._value(self._peek().line)
        self._at += 1
        return array

    def _inline_table(self, line: int) -> Place:
        table = Place(line)
        while self._peek().text != "}" and self._peek().kind != "end":
            if self._peek().kind == "newline" or self._peek().text == ",":
                self._at += 1
            else:
                self._assignment(table)
        self._at += 1
        return table


def _descend(place: Place, parts: list[str], line: int) -> Place:
    """Into the tables named, and into the last element of an array of tables."""
    for part in parts:
        place = place.inside.setdefault(part, Place(line))
        if 0 in place.inside:
            place = place.inside[len(place.inside) - 1]
    return place


def _append(array: Place, line: int) -> Place:
    place = Place(line)
    array.inside[len(array.inside)] = place
    return place


def _name(written: str) -> str:
    """A key without its quotes and escapes."""
    if written[:1] not in {'"', "'"}:
        return written
    try:
        return str(next(iter(tomllib.loads(f"{written} = 0"))))
    except tomllib.TOMLDecodeError:  # only in a text that is no TOML
        return written.strip("\"'")

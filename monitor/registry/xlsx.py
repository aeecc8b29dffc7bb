"""A workbook (XLSX) as rows: values, links, merged cells, and no other part of it.

Whatever else stands in the file (themes, fills, names, rules, drawings, comments, pivot tables)
is not opened, so it can refuse nothing. Tags are known by their local name: «Strict Open XML» and
other programs have namespaces of their own. docs/decisions/registry.md tells why no library does.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import IO
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from collectors.text import normalised
from monitor.registry.grid import CellError, Content, Formula

_PROLOG = 1_000_000  # bytes of a part before its first element, padded by whoever means harm
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_ESCAPED = re.compile(r"(?:_x[0-9A-Fa-f]{4}_)+")
_UNHELD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.IGNORECASE)
_TO_A_PLACE = re.compile(
    r'=?\s*(?:HYPERLINK|ГИПЕРССЫЛКА)\(\s*"((?:[^"]|"")*)"\s*(?:[,;].*)?\)\s*', re.I | re.S
)
_SHOWN = re.compile(r'[,;]\s*"((?:[^"]|"")*)"\s*\)\s*$')

_TRUTH = {"TRUE()": True, "FALSE()": False}
"""How LibreOffice keeps a cell that is ticked: a value, though written as a formula."""

Area = tuple[int, int, int, int]  # first row, last row, first column, last column


class BookError(Exception):
    """The workbook cannot be read; the message is Russian, to follow «это не таблица XLSX: »."""


@dataclass(slots=True)
class XlsxSheet:
    """One sheet. `links` and `merged` stand behind the rows: they are there once `rows` ended."""

    title: str
    book: Book
    part: str
    links: list[tuple[Area, str]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)

    def rows(self, most: int) -> Iterator[tuple[int, tuple[Content, ...]]]:
        """Row number and cells; what stands beyond column `most` stands there.

        BookError when the XML is broken.
        """
        number = 0
        targets = self.book.targets(self.part)
        for element in self.book.elements(self.part, "row", "mergeCell", "hyperlink"):
            name = _name(element)
            if name == "row":
                number = _whole(element.get("r")) or number + 1
                yield number, self._cells(element, number, most)
            elif area := _area(element.get("ref", "")):
                self._note(name, element, area, targets)

    def _note(
        self, name: str, element: ElementTree.Element, area: Area, targets: Mapping[str, str]
    ) -> None:
        if name == "mergeCell":
            self.merged.append(area)
            return
        target, inside = targets.get(_id(element), ""), element.get("location", "")
        address = f"{target}#{inside}" if target and inside else target or inside
        if address:
            self.links.append((area, normalised(address)))

    def _cells(self, row: ElementTree.Element, number: int, most: int) -> tuple[Content, ...]:
        found: dict[int, Content] = {}
        place = -1
        for cell in row:
            place = _column(cell.get("r", ""), place + 1)
            content = self._content(cell, (number, number, place, place))
            if content is not None:
                found[min(place, most)] = content
        return tuple(found.get(place) for place in range(max(found, default=-1) + 1))

    def _content(self, cell: ElementTree.Element, area: Area) -> Content:
        parts = {_name(part): part for part in cell}
        if "f" not in parts:
            return self._value(cell, parts)
        formula = parts["f"].text or ""
        if formula.upper() in _TRUTH:
            return _TRUTH[formula.upper()]
        link = linked(formula)
        if link is None:
            return Formula(formula)
        self.links.append((area, link[0]))
        shown = self._value(cell, parts)
        return shown if isinstance(shown, str) else Formula(formula)

    def _value(
        self, cell: ElementTree.Element, parts: Mapping[str, ElementTree.Element]
    ) -> Content:
        kind = cell.get("t", "n")
        written = (parts["v"].text or "") if "v" in parts else ""
        if kind == "inlineStr":
            return _text(_visible_text(parts["is"])) if "is" in parts else None
        if not written.strip():
            return None
        if kind == "s":
            number = _whole(written)
            known = self.book.strings
            return known[number] if number is not None and number < len(known) else CellError("#?")
        if kind == "e":
            return CellError(written)
        if kind == "b":
            return written.strip().lower() in ("1", "true")
        if kind == "d":
            return _iso(written)
        return _text(written) if kind == "str" else self.book.number(written, cell.get("s"))


class Book:
    """The parts of a workbook that hold values. Every method raises BookError."""

    def __init__(self, content: bytes) -> None:
        try:
            self._packed = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise BookError("файл повреждён") from error
        self._names = {_plain(name): name for name in self._packed.namelist()}
        self._main = self._main_part()
        self._epoch = WINDOWS_EPOCH

    def parts(self) -> Sequence[zipfile.ZipInfo]:
        return self._packed.infolist()

    def sheets(self) -> list[XlsxSheet]:
        kinds = self._relations(self._main)
        found = []
        for element in self.elements(self._main, "workbookPr", "sheet"):
            if _name(element) == "workbookPr":
                is_mac = element.get("date1904", "").lower() in ("1", "true")
                self._epoch = MAC_EPOCH if is_mac else WINDOWS_EPOCH
                continue
            kind, target = kinds.get(_id(element), ("", ""))
            if kind.endswith("/worksheet"):
                found.append(XlsxSheet(_text(element.get("name", "")) or "", self, target))
        return found

    def targets(self, part: str) -> dict[str, str]:
        """Id → address, of what a part names outside of the book."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self._has(path):
            return {}
        elements = self.elements(path, "Relationship")
        return {one.get("Id", ""): one.get("Target", "") for one in elements}

    def elements(self, part: str, *names: str) -> Iterator[ElementTree.Element]:
        """Elements of these names, whole, each forgotten when the next is asked for."""
        try:
            with self._opened(part) as file:
                yield from _elements(file, names)
        except (ElementTree.ParseError, LookupError, ValueError) as error:
            raise BookError(f"часть {part} повреждена") from error
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
            raise BookError("файл повреждён") from error

    @cached_property
    def strings(self) -> list[str | None]:
        """The texts that cells name by number."""
        part = self._part_of(self._main, "/sharedStrings")
        return [_text(_visible_text(one)) for one in self.elements(part, "si")] if part else []

    def number(self, written: str, style: str | None) -> Content:
        """A number, or the day that it stands for in a cell that is formatted as one."""
        try:
            number = int(written) if written.strip().isdecimal() else float(written)
        except ValueError:
            return _text(written)
        is_day, is_span = self._styles.get(_whole(style or "0") or 0, (False, False))
        if not is_day:
            return number
        try:
            found = from_excel(number, self._epoch, timedelta=is_span)
        except (OverflowError, ValueError):
            return number
        return found.date() if isinstance(found, datetime) else str(found)

    @cached_property
    def _styles(self) -> Mapping[int, tuple[bool, bool]]:
        """Which formats show a day or a span of time; where they cannot be read, none does."""
        try:
            part = self._part_of(self._main, "/styles")
            return _styles(self.elements(part, "numFmt", "cellXfs")) if part else {}
        except BookError:
            return {}

    def _main_part(self) -> str:
        if self._has("content.xml"):
            raise BookError("это таблица OpenDocument (.ods)")
        part = self._part_of("", "/officeDocument") or "xl/workbook.xml"
        if part.endswith(".bin"):
            raise BookError("это двоичная книга (.xlsb)")
        return part

    def _part_of(self, part: str, kind: str) -> str | None:
        found = (target for known, target in self._relations(part).values() if known.endswith(kind))
        return next(filter(self._has, found), None)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id → kind and path, of the parts that a part names."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self._has(path):
            return {}
        return {
            one.get("Id", ""): (one.get("Type", ""), _path(folder, one.get("Target", "")))
            for one in self.elements(path, "Relationship")
        }

    def _has(self, part: str) -> bool:
        return _plain(part) in self._names

    def _opened(self, part: str) -> IO[bytes]:
        name = self._names.get(_plain(part))
        if name is None:
            raise BookError(f"в файле нет части {part}")
        try:
            with self._packed.open(name) as file:
                prolog = file.read(_PROLOG)
            if any(told in prolog for told in _DOCTYPES):
                raise BookError("в ней есть DOCTYPE")
            return self._packed.open(name)
        except (NotImplementedError, RuntimeError) as error:  # a way of packing; a password
            raise BookError("файл упакован необычно или закрыт паролем") from error


def linked(formula: str) -> tuple[str, str] | None:
    """Where `HYPERLINK("address", "text")` leads, and what it shows; None if it is computed."""
    found = _TO_A_PLACE.fullmatch(formula)
    if found is None:
        return None
    address = normalised(found[1].replace('""', '"')).strip()
    shown = _SHOWN.search(formula)
    return address, normalised(shown[1].replace('""', '"')) if shown else address


def unescape(text: str) -> str:
    """`_x000D_` is a carriage return, `_x005F_` an underscore that begins no such sign."""
    if "_x" not in text:
        return text
    return _UNHELD.sub(" ", _ESCAPED.sub(_signs, text))


def escape(text: str) -> str:
    """As Excel keeps a text in which such a sign would be read."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def unescape_text(text: str) -> str:
    """As `unescape`, of signs that show nothing only: in CSV nobody escapes a letter."""
    if "_x" not in text:
        return text
    return _UNHELD.sub(" ", normalised(_ESCAPED.sub(_unseen, text)))


def _unseen(match: re.Match[str]) -> str:
    signs = _signs(match)
    return match[0] if normalised(signs).isprintable() and normalised(signs) else signs


def _signs(match: re.Match[str]) -> str:
    """Signs beyond the first 65,536 come as two."""
    codes = re.findall(r"[0-9A-Fa-f]{4}", match[0])
    units = b"".join(int(code, 16).to_bytes(2, "little") for code in codes)
    return units.decode("utf-16-le", "replace")


def _elements(file: IO[bytes], names: Sequence[str]) -> Iterator[ElementTree.Element]:
    """What is above them is emptied meanwhile: a sheet may have a hundred thousand rows."""
    above: list[ElementTree.Element] = []
    for event, element in ElementTree.iterparse(file, ("start", "end")):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        if _name(element) in names:
            yield element
            if above:
                above[-1].clear()


def _styles(elements: Iterator[ElementTree.Element]) -> Mapping[int, tuple[bool, bool]]:
    formats = dict(BUILTIN_FORMATS)
    for element in elements:
        if _name(element) == "numFmt":
            formats[_whole(element.get("numFmtId")) or 0] = element.get("formatCode", "")
            continue
        used = [formats.get(_whole(one.get("numFmtId")) or 0, "") for one in element]
        return {
            number: (is_date_format(form), is_timedelta_format(form))
            for number, form in enumerate(used)
        }
    return {}


def _visible_text(element: ElementTree.Element) -> str:
    """The text of a string and its runs; how it is pronounced is left out."""
    readings = [one for one in element.iter() if _name(one) == "rPh"]
    left_out = {id(text) for one in readings for text in one.iter()}
    texts = (one for one in element.iter() if _name(one) == "t" and id(one) not in left_out)
    return "".join(one.text or "" for one in texts)


def _text(written: str) -> str | None:
    """With its escapes read and one sign for the end of a line; None where nothing is seen."""
    text = normalised(unescape(written)).replace("\r\n", "\n").replace("\r", "\n")
    return text if text.strip() else None


def _iso(written: str) -> Content:
    try:
        return date.fromisoformat(written.strip()[:10])
    except ValueError:
        return _text(written)


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _id(element: ElementTree.Element) -> str:
    """`r:id`, whatever the namespace of relations is called."""
    return next((value for name, value in element.items() if name.endswith("}id")), "")


def _whole(written: str | None) -> int | None:
    return int(written) if written is not None and re.fullmatch(r"\s*\d{1,9}\s*", written) else None


def _column(written: str, otherwise: int) -> int:
    place = _PLACE.fullmatch(written)
    return _number(place[1]) if place else otherwise


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _area(written: str) -> Area | None:
    """«B2:D4», «B2»."""
    first, _, last = written.partition(":")
    begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
    if begin is None or end is None:
        return None
    top, bottom = sorted((int(begin[2]), int(end[2])))
    left, right = sorted((_number(begin[1]), _number(end[1])))
    return top, bottom, left, right


def _path(folder: str, target: str) -> str:
    """A target from the root of the package, or beside the part that names it."""
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()

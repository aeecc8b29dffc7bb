"""What was made of a page last night, while nothing has changed from which it was made.

To parse a page takes three times as long as to fetch it, and most pages of most sites are what they
were. A value is kept under a digest of *all* that it depends on: the bytes, the address, whose page
it is, whether its end came, and the program itself (`parsers_version`). So a value that is
recalled is the value that the parser would give: a cut or partly read page stays one.
"""

from __future__ import annotations

import hashlib
import platform
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Generic, TypeVar

from lxml import etree

from collectors.installed import installed_under
from collectors.model import SiteMemory
from collectors.sources import digest_of, sources_of_parsers

Value = TypeVar("Value")

# Whose versions may change what is read; the others that collectors use only fetch.
LIBRARIES = ("beautifulsoup4", "httpx", "idna", "lxml", "phonenumbers")


@dataclass(frozen=True, slots=True)
class Remembered(Generic[Value]):
    """The place of one value in the memory of a site. Made by `remembered`."""

    memory: SiteMemory | None
    kind: type[Value]
    place: str
    digest: str

    def recall(self) -> Value | None:
        return self.memory.recall(self.kind, self.place, self.digest) if self.memory else None

    def keep(self, value: Value | None) -> None:
        if self.memory and value is not None:
            self.memory.remember(self.place, self.digest, value)


def recall_slot(
    memory: SiteMemory | None, kind: type[Value], url: str, *made_from: object
) -> Remembered[Value]:
    """`made_from`: all that the parser is given: texts, numbers, bytes, frozen values of these."""
    known = parsers_version() if memory else None
    if known is None:
        return Remembered(None, kind, "", "")
    place = hashlib.sha256(f"{kind.__qualname__} {url}".encode("utf-8", "backslashreplace"))
    told = (known, kind.__qualname__, *made_from)
    return Remembered(memory, kind, place.hexdigest()[:32], fingerprint(told))


def fingerprint(value: object) -> str:
    """Equal values have equal ones, in every process; of different ones they differ."""
    told = "\n".join(_lines_of(value)).encode("utf-8", "backslashreplace")
    return hashlib.sha256(told).hexdigest()


def _lines_of(value: Any) -> Iterator[str]:
    """A line each, none of which holds a line break."""
    if isinstance(value, bytes):
        yield f"bytes {hashlib.sha256(value).hexdigest()}"
    elif isinstance(value, frozenset):
        yield from _each("set", sorted(value))
    elif isinstance(value, tuple):
        yield from _each("tuple", value)
    elif is_dataclass(value):
        names = [one.name for one in fields(value)]
        yield from _each(type(value).__qualname__, [getattr(value, name) for name in names])
    elif value is None or isinstance(value, str | int):
        yield repr(value)
    else:
        raise TypeError(f"{type(value).__qualname__} has no fingerprint")


def _each(kind: str, values: list[Any] | tuple[Any, ...]) -> Iterator[str]:
    yield f"{kind} {len(values)}"
    for one in values:
        yield from _lines_of(one)


# --- the program itself ---------------------------------------------------------------------------


@cache
def parsers_version() -> str | None:
    """A digest of everything by which a page is read: our sources and those of all networks, and
    the versions of what parses below. Any change of any of them is another parser.

    None where a source is not to be found: then nothing is kept, for nobody could tell a change.
    """
    sources = sources_of_parsers()
    return None if sources is None else digest_of(sources, _versions())


def _versions() -> Iterator[str]:
    yield f"{platform.python_implementation()} {platform.python_version()}"
    yield f"unicode {unicodedata.unidata_version}"
    yield f"libxml2 {etree.LIBXML_VERSION}"
    for point in sorted(installed_under("dozor.networks")):
        yield f"{point.name} = {point.value} {point.dist.version if point.dist else ''}"
    for name in LIBRARIES:
        yield f"{name} {version(name)}"

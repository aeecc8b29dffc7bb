"""Titles of columns that we know: of our own sheets, and of the table of a ЦУР."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.registry.grid import Cells, Content
from monitor.registry.sheets import sheets

HEADER_WITHIN = 20  # rows: titles and dates may stand above the header


@cache
def cur_words() -> Mapping[str, Any]:
    """cur.toml as it is."""
    return tomllib.loads(files("monitor.registry").joinpath("cur.toml").read_text("utf-8"))


def cur_word(title: str) -> str | None:
    """Which column of the ЦУР table has this title: it is known by its beginning."""
    plain = one_line(title).casefold().replace("ё", "е")
    known: Mapping[str, str] = cur_words()["columns"]
    return next((word for word, start in known.items() if plain.startswith(start)), None)


def is_title(text: str) -> bool:
    return one_line(text).casefold() in _own() or cur_word(text) is not None


def one_line(content: object) -> str:
    """The words of a cell without the line ends and blanks between them."""
    return " ".join(("" if content is None else str(content)).split())


def untitled(
    header: Cells, rows: Iterable[tuple[int, Cells]]
) -> Iterator[tuple[int, int, Content]]:
    """Row, place, content: the first value of every column that has no title, hence is not read."""
    titled = {place for place, title in enumerate(header) if one_line(title)}
    for number, contents in rows:
        for place, content in enumerate(contents):
            if content is not None and place not in titled:
                titled.add(place)
                yield number, place, content


@cache
def _own() -> frozenset[str]:
    return frozenset(column.title.casefold() for sheet in sheets() for column in sheet.columns)

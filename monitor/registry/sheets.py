"""The sheets of the workbook, as sheets.toml describes them, and what a cell of each may hold."""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from collectors.networks import social_networks
from monitor.registry.declaration import TABLES

CellKind = Literal["text", "date", "bool", "int", "choice", "texts", "dates"]

SPECIAL = {"acts": "act", "no_page": "network"}
"""Tables that are named by their key in the file: which column holds the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    key: str
    title: str
    note: str
    sample: str
    width: int
    kind: CellKind
    required: bool
    is_text: bool = False  # Excel must not take it for a number
    choices: Mapping[str, str] | None = None  # code → Russian word

    @property
    def is_address(self) -> bool:
        """Where a cell's link may say what its text does not."""
        return self.key in ("url", "page", "pages", "site", "site_aliases", "emails")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    title: str
    table: str  # word of the registry's table
    columns: tuple[Column, ...]


@cache
def described() -> Mapping[str, Any]:
    """sheets.toml as it is."""
    return tomllib.loads(files("monitor.registry").joinpath("sheets.toml").read_text("utf-8"))


@cache
def sheets() -> tuple[Sheet, ...]:
    """Every sheet that holds data, in the workbook's order."""
    return tuple(_sheet(told) for told in described()["sheet"])


def sheet_of(table: str) -> Sheet:
    """The sheet of one of the registry's tables."""
    return next(sheet for sheet in sheets() if sheet.table == table)


def _sheet(told: Mapping[str, Any]) -> Sheet:
    table = told["table"]
    columns = tuple(_column(table, column) for column in told["columns"])
    return Sheet(title=told["title"], table=table, columns=columns)


def _column(table: str, told: Mapping[str, Any]) -> Column:
    key = told["key"]
    found = _field(table, key)
    kind = "texts" if key == "pages" else _kind(found.annotation if found else str)
    return Column(
        key=key,
        title=told["title"],
        note=told["note"].replace("{networks}", ", ".join(social_networks())),
        sample=told["sample"],
        width=told["width"],
        kind=kind,
        required=_is_required(found, key) and not told.get("proposed", False),
        is_text=told.get("text", False),
        choices=_choices(table, key) if kind == "choice" else None,
    )


def _is_required(found: FieldInfo | None, key: str) -> bool:
    return found.is_required() if found else key != "pages"


def _field(table: str, key: str) -> FieldInfo | None:
    fields = TABLES[table].model_fields
    return next((one for name, one in fields.items() if (one.alias or name) == key), None)


def _kind(annotation: Any) -> CellKind:
    """What a cell holds, by the type of the declared field."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) is list:
        return "dates" if get_args(annotation)[0] is date else "texts"
    simple: dict[Any, CellKind] = {date: "date", bool: "bool", int: "int"}
    return simple.get(annotation, "text")


def _choices(table: str, key: str) -> Mapping[str, str]:
    """`kind` means one thing of an institution and another of an event."""
    name = "event_kind" if key == "about" else f"{table}_{key}"
    known: Mapping[str, Mapping[str, str]] = described()["choices"]
    return known[name if name in known else key]

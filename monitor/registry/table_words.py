"""A problem in the words of a table: who fills in a sheet knows its columns, and no key of a file.

key "parent" of [[institution]]   →   столбец «Код учредителя», лист «Учреждения»
"notice_sent"                     →   «послано уведомление»
"""

from __future__ import annotations

from collections.abc import Mapping

from collectors.networks import social_networks
from monitor.registry.declaration import TABLES
from monitor.registry.faults import Problem
from monitor.registry.sheets import SPECIAL, Column, Sheet, sheets
from rules.toml_lines import Loc

_KEYS = ("key", "first")
"""What of a problem's values names a key of the file."""


def in_table_words(problem: Problem) -> Mapping[str, object]:
    """The values with which a sentence on this problem is filled in."""
    sheet = _sheet_at(problem.loc)
    if sheet is None:
        return dict(problem.about)
    column = _column(sheet, _last_key(problem))
    values = {name: _in_words(name, value, sheet) for name, value in problem.about.items()}
    values["table"] = f"«{sheet.title}»"
    values["key"] = column.title if column else values.get("key", "")
    if column is not None:
        values["example"] = column.sample or column.note
    if column is not None and column.choices and "known" in values:
        values["known"] = ", ".join(column.choices.values())
    return values


def _sheet_at(loc: Loc) -> Sheet | None:
    """The sheet of the innermost table around the key."""
    around = [part for part in loc if isinstance(part, str)]
    if loc and isinstance(loc[-1], str) and _is_key(loc):
        around = around[:-1]
    tables = [part for part in around if part in TABLES]
    return next((sheet for sheet in sheets() if tables and sheet.table == tables[-1]), None)


def _is_key(loc: Loc) -> bool:
    """Not the name of an act or of a network, by which such a table goes in the file."""
    return len(loc) > 1 and loc[-2] not in SPECIAL


def _last_key(problem: Problem) -> str:
    if named := problem.about.get("key"):
        return str(named)
    return next((part for part in reversed(problem.loc) if isinstance(part, str)), "")


def _column(sheet: Sheet, key: str) -> Column | None:
    return next((column for column in sheet.columns if column.key == key), None)


def _in_words(name: str, value: object, sheet: Sheet) -> object:
    if name in _KEYS and (column := _column(sheet, str(value))):
        return column.title
    if name == "network" and str(value) in social_networks():
        return social_networks()[str(value)].title
    kind = _column(sheet, "kind")
    choices = kind.choices if kind and name == "value" else None
    return (choices or {}).get(str(value), value)

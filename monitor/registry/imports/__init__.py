"""From a spreadsheet to the text of a registry file.

A sheet becomes the same document that a registry file is, with the cell of every key kept beside
it; then the same checks run, and their problems are told by sheet, row and column.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Any

from collectors.text import normalised
from monitor.registry import cur, shape, values
from monitor.registry.checks import Setting
from monitor.registry.faults import Problem, RegistryError, RegistryFault, fault
from monitor.registry.files import latest_day
from monitor.registry.grid import Grid
from monitor.registry.imports.cur_table import from_cur, sheets_beside
from monitor.registry.imports.draft import Cell, Draft
from monitor.registry.imports.header import likely_sheets, named_sheets
from monitor.registry.imports.judging import Warn, checked_registry
from monitor.registry.imports.placing import from_sheets
from monitor.registry.latin import latin
from monitor.registry.sheets import described
from monitor.registry.tables import grids
from monitor.registry.write import to_toml
from rules.model import Municipality


def import_table(
    path: Path | str,
    *,
    municipality: str | None = None,
    name: str | None = None,
    timezone: str | None = None,
    stated_on: date | None = None,
    today: date | None = None,
    found: Sequence[Grid] | None = None,
    warn: Warn | None = None,
    earlier: Municipality | None = None,
) -> str:
    """The text of a registry file with what an XLSX or CSV table holds.

    Known are the workbook of `template`, one sheet of it as CSV, and the ЦУР table. `municipality`
    (its id), `name` and `timezone` stand in where the table does not say whose it is;
    `stated_on` is the date of a ЦУР table (default: the one in the file's name, else of its last
    change); `found` what `grids(path)` gave to a caller who has read the file already;
    `warn` hears what is doubtful or was not read, and refuses nothing; `earlier` is the registry
    that is to be replaced: institutions without a code keep the one that they have there.
    RegistryError has every fault with sheet, row and column.
    """
    path = Path(path)
    draft = _read(path, found or grids(path), stated_on, earlier)
    remark = ""
    if "municipality" not in draft.document:
        given = {"id": municipality, "name": name, "timezone": timezone}
        draft.document["municipality"] = _stand_in_municipality(path) | {
            k: normalised(v) for k, v in given.items() if v
        }
        remark = "" if municipality and name else described()["unnamed"]["remark"] + "\n"
    registry = checked_registry(draft, path, Setting(today or latest_day()), warn)
    return remark + to_toml(values.municipality(registry, digest=""))


def import_tables(
    path: Path | str,
    *,
    timezone: str | None = None,
    stated_on: date | None = None,
    today: date | None = None,
    found: Sequence[Grid] | None = None,
    warn: Warn | None = None,
) -> Mapping[str, str]:
    """Id → text of a registry, one a municipality, of a ЦУР table with a column that names them.

    Empty where the table names none, or one only. RegistryError has the faults of all of them.
    """
    path = Path(path)
    found = found or grids(path)
    for grid in found:
        table = cur.recognised(grid)
        towns = cur.by_town(grid, table) if table else {}
        if table and len(towns) > 1:
            setting, day = Setting(today or latest_day()), stated_on or cur.day_of(path)
            beside = sheets_beside(grid, found)
            return _registries(path, table, towns, timezone, setting, day, beside, warn)
    return {}


def _registries(
    path: Path,
    table: cur.Table,
    towns: Mapping[str, Grid],
    timezone: str | None,
    setting: Setting,
    stated_on: date,
    beside: Sequence[tuple[Cell, Problem]],
    warn: Warn | None,
) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    faults: list[RegistryFault] = []
    for name, grid in towns.items():
        draft = from_cur(grid, table, stated_on)
        draft.problems += [] if texts or faults else beside  # told once, not by every town
        number = _free(shape.slug(latin(name)), texts)
        draft.document["municipality"] = {
            **described()["municipality"],
            "id": number,
            "name": name,
            **({"timezone": timezone} if timezone else {}),
        }
        try:
            registry = checked_registry(draft, path, setting, warn)
            texts[number] = to_toml(values.municipality(registry, digest=""))
        except RegistryError as error:
            faults += error.faults
    if faults:
        raise RegistryError(faults)
    return texts


def _free(wanted: str, taken: Container[str]) -> str:
    """«severny», and for another of that name «severny-2»."""
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(one for one in names if one not in taken)


def _stand_in_municipality(path: Path) -> dict[str, Any]:
    """A table that does not say whose it is: the office fills it in before anything is judged."""
    return {**described()["municipality"], "id": shape.slug(path.stem)}


def _read(
    path: Path, found: Sequence[Grid], stated_on: date | None, earlier: Municipality | None
) -> Draft:
    if named := named_sheets(found):
        return from_sheets(named, found, earlier)
    for grid in found:
        if table := cur.recognised(grid):
            draft = from_cur(grid, table, stated_on or cur.day_of(path))
            draft.problems += sheets_beside(grid, found)
            return draft
    if likely := likely_sheets(found):
        return from_sheets(likely, found, earlier)
    raise RegistryError([fault(path, 1, Problem((), "no_sheets"))])

"""A table that somebody uploaded, beside the registry: what it changes, and taking it over."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from collectors.errors import UsageError
from collectors.text import normalised
from monitor.desk.ground import Desk
from monitor.desk.model import Ask, Upload
from monitor.desk.registry.drafts import Line, TableDraft
from monitor.desk.registry.source import Source
from monitor.desk.registry.words import words
from monitor.desk.registry.writing import check_text, entry, source_of, write
from monitor.registry import diff
from monitor.registry.amending import rewritten
from monitor.registry.amending.beside import PARTS, beside, recognised
from monitor.registry.amending.remarks import lost
from monitor.registry.faults import RegistryFault
from monitor.registry.files import load_text
from monitor.registry.grid import Grid
from monitor.registry.imports import import_table, import_tables
from monitor.registry.sheets import sheet_of
from monitor.registry.tables import grids
from monitor.storage.joining import join_numbered
from monitor.storage.journal import Entry
from rules.model import Attestation, Institution, Municipality

NAME = re.compile(r"[^\w.() №-]+")
MOST_NAME, MOST_NAME_BYTES = 80, 200  # a folder's entry has 255 bytes, a letter up to four
MOST_ENTRIES = 300  # of one table in the journal


def draft_of(
    desk: Desk, ask: Ask, town: Municipality, upload: Upload, *, is_whole: bool
) -> TableDraft:
    """What the table changes. Raises RegistryError with what is wrong in it, UsageError."""
    source = source_of(desk, town)
    warnings: dict[RegistryFault, None] = {}
    told = _unrecorded(
        told_in(town, upload, warnings), join_numbered(desk.application.engine, town), town
    )
    new = recognised(town, told) if is_whole else beside(town, told)
    text = rewritten(source.text, source.path, town, new)
    found = check_text(desk, town, text, source.path)
    return TableDraft(
        account=ask.visitor.account,
        town=town.id,
        table=_safe_name(upload.name),
        at=ask.now,
        source=source,
        text=text,
        changes=list(_changes(desk, ask, town, found)),
        warnings=[in_table(one) for one in warnings],
        lost=_loss_in_words(source, text),
    )


def _changes(desk: Desk, ask: Ask, old: Municipality, new: Municipality) -> Iterator[Line]:
    acts = tuple(desk.application.acts.values())
    for change in diff(old, new, acts, old.day_of(ask.now)):
        yield Line(change.text, change.institution)


def _loss_in_words(source: Source, text: str) -> str:
    gone = lost(source.text, text)
    return words("table", "lost", count=gone.count, first=gone.first) if gone else ""


def in_table(fault: RegistryFault) -> str:
    """By sheet, row and column; the file is the one that was uploaded."""
    parts = [
        words("table", "sheet", sheet=fault.sheet) if fault.sheet else "",
        words("table", "row", row=fault.line),
        words("table", "column", column=fault.column) if fault.column else "",
    ]
    place = ", ".join(filter(None, parts))
    return f"{place}: {fault.message}. {fault.advice}".rstrip()


STATED = ("attestations", "events", "waivers")


def _unrecorded(told: Municipality, recorded: Municipality, town: Municipality) -> Municipality:
    """Without what stands in the database and not in the file: a table that was taken from here has
    it as well, and a table that comes back unchanged changes nothing."""
    institutions = []
    for one in told.institutions:
        known, own = recorded.by_id.get(one.id), town.by_id.get(one.id)
        if known and own:
            new: dict[str, Any] = {name: _new(name, one, known, own) for name in STATED}
            one = replace(one, **new)
        institutions.append(one)
    return replace(told, institutions=tuple(institutions))


def _new(name: str, told: Institution, known: Institution, own: Institution) -> tuple[Any, ...]:
    in_file = [_plain_said(one) for one in getattr(own, name)]
    elsewhere = [_plain_said(one) for one in getattr(known, name)]
    gone = [one for one in elsewhere if one not in in_file]
    return tuple(one for one in getattr(told, name) if _plain_said(one) not in gone)


def _plain_said(said: Any) -> Any:
    """By what it says, wherever it stands."""
    plain = replace(said, number=None)
    return replace(plain, source="registry") if isinstance(said, Attestation) else plain


# --- read ---------------------------------------------------------------------------------------


def told_in(
    town: Municipality, upload: Upload, warnings: dict[RegistryFault, None]
) -> Municipality:
    """Cells have no line breaks and no blanks in a row: what differs in these alone is as the file
    has it."""
    told = _read_table(town, upload, warnings)
    institutions = (
        _as_in_file(one, town.by_id[one.id]) if one.id in town.by_id else one
        for one in told.institutions
    )
    return replace(told, institutions=tuple(institutions))


def _as_in_file(told: Institution, own: Institution) -> Institution:
    changed: dict[str, Any] = {}
    for name in Institution.__dataclass_fields__:
        new, old = getattr(told, name), getattr(own, name)
        if name in PARTS:
            changed[name] = tuple(_same(one, old) or one for one in new)
        elif new != old and _squeezed(new) == _squeezed(old):
            changed[name] = old
    return replace(told, **changed)


def _same(told: Any, several: Iterable[Any]) -> Any:
    return next((one for one in several if _squeezed(one) == _squeezed(told)), None)


def _squeezed(value: Any) -> Any:
    match value:
        case str():
            return " ".join(value.split())
        case tuple() if all(isinstance(one, str) for one in value):
            return tuple(filter(None, map(_squeezed, "\n".join(value).splitlines())))
        case tuple():
            return tuple(map(_squeezed, value))
        case _ if is_dataclass(value):
            return type(value), [_squeezed(getattr(value, one.name)) for one in fields(value)]
    return value


def _read_table(
    town: Municipality, upload: Upload, warnings: dict[RegistryFault, None]
) -> Municipality:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _safe_name(upload.name)
        path.write_bytes(upload.content)
        found = grids(path)
        if several := import_tables(path, found=found, warn=warnings.setdefault):
            return _of_several(town, several, path)
        text = import_table(
            path,
            municipality=town.id,
            name=town.name,
            timezone=town.timezone.key,
            found=found,
            warn=warnings.setdefault,
            earlier=town,
        )
        return _of_one(town, load_text(normalised(text), path), found)


def _of_several(town: Municipality, several: Mapping[str, str], path: Path) -> Municipality:
    """The part of a region's table that is about this municipality."""
    told = [load_text(normalised(text), path) for text in several.values()]
    for one in told:
        if town.id == one.id or _plain(town.name) == _plain(one.name):
            return replace(town, institutions=one.institutions)
    names = ", ".join(f"«{one.name}»" for one in told)
    raise UsageError([words("refused", "no_town", names=names, town=town.name)])


def _of_one(town: Municipality, told: Municipality, found: Sequence[Grid]) -> Municipality:
    if not any(grid.title == sheet_of("municipality").title for grid in found):
        return replace(town, institutions=told.institutions)  # the table says of none
    if told.id != town.id:
        raise UsageError([words("refused", "another_town", name=told.name)])
    return told


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())


def _safe_name(name: str) -> str:
    """The last part, without what a folder or a journal could not hold."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = NAME.sub("_", last).strip(" .")
    short = plain[-MOST_NAME:].encode()[-MOST_NAME_BYTES:].decode("utf-8", "ignore")
    return short or "table"


# --- taken over ---------------------------------------------------------------------------------


def accept(desk: Desk, ask: Ask, town: Municipality, draft: TableDraft) -> None:
    """Raises ChangedMeanwhileError, NotWrittenError."""
    write(desk, draft.source, draft.text, list(_entries(ask, town, draft)))


def _entries(ask: Ask, town: Municipality, draft: TableDraft) -> Iterator[Entry]:
    for line in draft.changes[:MOST_ENTRIES]:
        detail = words("journal", "table", name=draft.table, line=line.text)
        yield entry(ask, town, detail, institution=line.institution)
    if len(draft.changes) > MOST_ENTRIES:
        counted = {"name": draft.table, "count": len(draft.changes), "first": MOST_ENTRIES}
        yield entry(ask, town, words("journal", "more", **counted))

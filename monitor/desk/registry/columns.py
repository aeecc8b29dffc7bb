"""One column of the registry's tables: as a form shows it, and as somebody has typed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from collectors.errors import UsageError
from monitor.desk.model import Ask
from monitor.desk.registry.words import words
from monitor.registry.amending.edits import Edit
from monitor.registry.sheets import Column
from rules.model import Municipality

OF_AN_INSTITUTION = ("parent", "approved_by")  # whose cell holds the id of another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of the table, and what stands there."""

    name: str  # of the form's field
    key: str
    title: str
    note: str
    kind: str  # text | texts | choice | bool | date
    value: str
    is_set: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What somebody has corrected: how it is told, and how it is written."""

    title: str
    old: Any
    new: Any
    edit: Edit


def shown(column: Column, name: str, value: Any, town: Municipality) -> Field:
    options = tuple((column.choices or {}).items())
    if column.key in OF_AN_INSTITUTION:
        options = tuple(_institutions(town, value))
    return Field(
        name=name,
        key=column.key,
        title=column.title,
        note=column.note,
        kind="choice" if options else column.kind,
        value=_typed(value),
        is_set=value is True,
        options=options,
    )


def as_typed(field: Field, ask: Ask) -> Field:
    """As somebody has filled it in, in a form that was refused."""
    ticked = ask.ticked(field.name)
    value = "\n".join(ticked) if field.kind == "several" else ask.typed(field.name)
    return replace(field, value=value, is_set=bool(ticked))


def _institutions(town: Municipality, value: Any) -> Iterator[tuple[str, str]]:
    """With what stands there, if it is none of them: a form must not lose what nobody touched."""
    if value and value not in town.by_id:
        yield value, value
    yield from ((one.id, one.short_name or one.name) for one in town.institutions)


def _typed(value: Any) -> str:
    """As it stands in a form."""
    if isinstance(value, list | tuple):
        return "\n".join(map(_typed, value))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None or isinstance(value, bool) else f"{value}"


def value_of(ask: Ask, column: Column, name: str) -> Any:
    """As the file has it; None: nothing."""
    typed = ask.typed(name)
    match column.kind:
        case "texts":
            return [line.strip() for line in typed.splitlines() if line.strip()] or None
        case "bool":
            return True if typed else None
        case "date":
            return _day(column, typed) if typed else None
    return " ".join(typed.split()) or None


def differs(old: Any, new: Any) -> bool:
    """Nobody has corrected the blanks and line breaks of a file that a form does not give back."""
    shown_as = " ".join(old.split()) if isinstance(old, str) else old
    return bool((shown_as or None) != new)


def _day(column: Column, typed: str) -> date:
    try:
        return date.fromisoformat("-".join(reversed(typed.split("."))))
    except ValueError:
        raise UsageError([words("refused", "bad_day", title=column.title, value=typed)]) from None

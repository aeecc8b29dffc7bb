"""Single fields of an institution, as a form shows them and as somebody has corrected them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from collectors.errors import UsageError
from collectors.networks import page_title
from monitor.desk.ground import Desk
from monitor.desk.model import Ask
from monitor.desk.registry.words import words
from monitor.desk.registry.writing import check_text, entry, in_words, source_of, write
from monitor.registry.amending import amended
from monitor.registry.amending.edits import Add, Drop, Edit, Put
from monitor.registry.sheets import Column, sheet_of
from monitor.registry.write import table
from monitor.storage.journal import Entry
from rules.model import Institution, Municipality
from rules.toml_lines import Loc

FIRST = ("phones", "emails", "no_email", "address", "site", "no_site", "popular_names")
"""What is corrected most; the rest stands folded."""

NEVER = ("id", "pages")  # an id is what earlier audits know it by
OF_PAGE = ("role", "created_on", "deleted_on")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFields:
    """A page of the institution."""

    number: int
    address: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What somebody has corrected: how it is told, and how it is written."""

    title: str
    old: Any
    new: Any
    edit: Edit


def seen(institution: Institution) -> str:
    """What a form has shown of it: of two who correct it, the second is told."""
    return hashlib.sha256(repr(institution).encode()).hexdigest()[:32]


# --- shown --------------------------------------------------------------------------------------


def fields_of(institution: Institution, town: Municipality) -> tuple[Field, ...]:
    told = table("institution", institution)
    return tuple(
        _field(column, f"f-{column.key}", told.get(column.key), town)
        for column in sheet_of("institution").columns
        if column.key not in NEVER
    )


def pages_of(institution: Institution, town: Municipality) -> tuple[PageFields, ...]:
    return tuple(
        PageFields(
            number=number,
            address=page.address,
            fields=tuple(_page_fields(number, table("page", page), town)),
        )
        for number, page in enumerate(institution.pages)
    )


def _page_fields(number: int, told: dict[str, Any], town: Municipality) -> Iterator[Field]:
    for column in sheet_of("page").columns:
        if column.key in OF_PAGE:
            value = told.get(column.key, "official" if column.key == "role" else None)
            yield _field(column, f"page-{number}-{column.key}", value, town)


def _field(column: Column, name: str, value: Any, town: Municipality) -> Field:
    options = tuple((column.choices or {}).items())
    if column.key == "parent":
        options = tuple((one.id, one.short_name or one.name) for one in town.institutions)
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


def _typed(value: Any) -> str:
    """As it stands in a form."""
    if isinstance(value, list | tuple):
        return "\n".join(map(_typed, value))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None or isinstance(value, bool) else f"{value}"


# --- corrected ----------------------------------------------------------------------------------


def changes_of(ask: Ask, institution: Institution, town: Municipality) -> tuple[FieldChange, ...]:
    """Of the fields that the form has had; the others stay as they are."""
    place: Loc = ("institution", town.institutions.index(institution))
    had = set(ask.ticked("has"))
    return (
        *_of_fields(ask, institution, place, had),
        *_of_pages(ask, institution, place, had),
        *_of_a_new_page(ask, place),
        *_of_an_absence(ask, institution, place),
    )


def _of_fields(
    ask: Ask, institution: Institution, place: Loc, had: set[str]
) -> Iterator[FieldChange]:
    told = table("institution", institution)
    for column in sheet_of("institution").columns:
        name = f"f-{column.key}"
        if name in had and column.key not in NEVER:
            old, new = told.get(column.key), _value(ask, column, name)
            if (old or None) != new:
                yield FieldChange(column.title, old, new, Put(place, column.key, new))


def _of_pages(
    ask: Ask, institution: Institution, place: Loc, had: set[str]
) -> Iterator[FieldChange]:
    for number, page in enumerate(institution.pages):
        loc, told = (*place, "page", number), table("page", page)
        if ask.typed(f"page-{number}-drop"):
            title = words("journal", "page", page=page.address)
            yield FieldChange(title, words("words", "page_added"), None, Drop(loc))
            continue
        for column in sheet_of("page").columns:
            name = f"page-{number}-{column.key}"
            if column.key in OF_PAGE and name in had:
                default = "official" if column.key == "role" else None
                old, new = told.get(column.key, default), _value(ask, column, name)
                if old != new:
                    title = words(
                        "journal", "page_key", page=page.address, key=column.title.lower()
                    )
                    yield FieldChange(title, old, new, Put(loc, column.key, new))


def _of_a_new_page(ask: Ask, place: Loc) -> Iterator[FieldChange]:
    if not (url := ask.typed("new-url")):
        return
    told: dict[str, Any] = {"url": url}
    column = next(one for one in sheet_of("page").columns if one.key == "created_on")
    if created := _value(ask, column, "new-created_on"):
        told["created_on"] = created
    title = words("journal", "page", page=url)
    yield FieldChange(title, None, words("words", "page_added"), Add((*place, "page"), told))


def _of_an_absence(ask: Ask, institution: Institution, place: Loc) -> Iterator[FieldChange]:
    """Whoever says that there is no page in a network says it of a day, by his office."""
    if not (network := ask.typed("absent")):
        return
    sheet = {one.key: one for one in sheet_of("no_page").columns}
    told = {
        "confirmed_on": _value(ask, sheet["confirmed_on"], "absent-on"),
        "by": _value(ask, sheet["by"], "absent-by"),
    }
    title = words("journal", "absent", network=page_title(network))
    loc, known = (*place, "no_page", network), institution.no_pages.get(network)
    if known is None:
        given = {key: it for key, it in told.items() if it}
        yield FieldChange(title, None, told["by"], Add(loc, given))
        return
    for key, new in told.items():
        if (old := getattr(known, key) or None) != new:
            yield FieldChange(title, old, new, Put(loc, key, new))


def _value(ask: Ask, column: Column, name: str) -> Any:
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


def _day(column: Column, typed: str) -> date:
    try:
        return date.fromisoformat("-".join(reversed(typed.split("."))))
    except ValueError:
        raise UsageError([words("refused", "bad_day", title=column.title, value=typed)]) from None


# --- written ------------------------------------------------------------------------------------


def correct(
    desk: Desk, ask: Ask, institution: Institution, *, why: str, statement: int | None = None
) -> int:
    """How many fields were changed. Raises UsageError, NotWrittenError; nothing is written then."""
    town = desk.town(ask, institution.municipality)
    if not why:
        raise UsageError([words("refused", "no_why")])
    if ask.typed("seen") != seen(institution):
        raise UsageError([words("refused", "changed")])
    changes = changes_of(ask, institution, town)
    if not changes:
        raise UsageError([words("refused", "nothing")])
    source = source_of(desk, town)
    text = amended(source.text, [one.edit for one in changes])
    check_text(desk, town, text, source.path)
    write(desk, source, text, _entries(ask, town, institution, changes, why, statement))
    return len(changes)


def _entries(
    ask: Ask,
    town: Municipality,
    institution: Institution,
    changes: Sequence[FieldChange],
    why: str,
    statement: int | None,
) -> list[Entry]:
    return [
        entry(
            ask,
            town,
            words(
                "journal",
                "field",
                field=one.title,
                old=in_words(one.old),
                new=in_words(one.new),
                why=why,
            ),
            institution=institution.id,
            statement=statement,
        )
        for one in changes
    ]

"""Single fields of an institution, as a form shows them and as somebody has corrected them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.errors import UsageError
from collectors.networks import page_title
from monitor.desk.ground import Desk
from monitor.desk.model import Ask
from monitor.desk.registry.columns import Field, FieldChange, differs, shown, value_of
from monitor.desk.registry.exemptions import of_exemptions
from monitor.desk.registry.words import words
from monitor.desk.registry.writing import check_text, entry, in_words, source_of, write
from monitor.registry.amending import amended
from monitor.registry.amending.edits import Add, Drop, Put
from monitor.registry.keeping import ChangedMeanwhileError
from monitor.registry.sheets import sheet_of
from monitor.registry.write import table
from monitor.storage.journal import Entry
from rules.model import Institution, Municipality
from rules.toml_lines import Loc

FIRST = ("phones", "emails", "no_email", "address", "site", "no_site", "popular_names")
"""What is corrected most; the rest stands folded."""

NEVER = ("id", "pages")  # an id is what earlier audits know it by
OF_PAGE = ("role", "created_on", "deleted_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFields:
    """A page of the institution."""

    number: int
    address: str
    fields: tuple[Field, ...]
    is_dropped: bool = False

    @property
    def drop(self) -> str:
        """The box that strikes it out."""
        return f"page-{self.number}-drop"


def seen(institution: Institution) -> str:
    """What a form has shown of it: of two who correct it, the second is told."""
    return hashlib.sha256(repr(institution).encode()).hexdigest()[:32]


# --- shown --------------------------------------------------------------------------------------


def fields_of(institution: Institution, town: Municipality) -> tuple[Field, ...]:
    told = table("institution", institution)
    return tuple(
        shown(column, f"f-{column.key}", told.get(column.key), town)
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
            yield shown(column, f"page-{number}-{column.key}", value, town)


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
        *of_exemptions(ask, institution, place, had),
    )


def _of_fields(
    ask: Ask, institution: Institution, place: Loc, had: set[str]
) -> Iterator[FieldChange]:
    told = table("institution", institution)
    for column in sheet_of("institution").columns:
        name = f"f-{column.key}"
        if name in had and column.key not in NEVER:
            old, new = told.get(column.key), value_of(ask, column, name)
            if differs(old, new):
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
                old, new = told.get(column.key, default), value_of(ask, column, name)
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
    if created := value_of(ask, column, "new-created_on"):
        told["created_on"] = created
    title = words("journal", "page", page=url)
    yield FieldChange(title, None, words("words", "page_added"), Add((*place, "page"), told))


def _of_an_absence(ask: Ask, institution: Institution, place: Loc) -> Iterator[FieldChange]:
    """Whoever says that there is no page in a network says it of a day, by his office."""
    if not (network := ask.typed("absent")):
        return
    sheet = {one.key: one for one in sheet_of("no_page").columns}
    told = {
        "confirmed_on": value_of(ask, sheet["confirmed_on"], "absent-on"),
        "by": value_of(ask, sheet["by"], "absent-by"),
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


# --- written ------------------------------------------------------------------------------------


def correct(
    desk: Desk, ask: Ask, institution: Institution, *, why: str, statement: int | None = None
) -> int:
    """How many fields were changed. Raises UsageError, NotWrittenError; nothing is written then."""
    town = desk.town(ask, institution.municipality)
    if not why:
        raise UsageError([words("refused", "no_why")])
    if ask.typed("seen") != seen(institution):
        raise ChangedMeanwhileError(words("refused", "changed"))
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

"""Exemptions of an institution at its form: each shown, corrected, taken out; one more added."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from collectors.errors import UsageError
from collectors.networks import page_title, social_networks
from monitor.desk.model import Ask
from monitor.desk.registry.columns import Field, FieldChange, differs, shown, value_of
from monitor.desk.registry.words import words
from monitor.desk.registry.writing import in_words
from monitor.registry.amending.edits import Add, Drop, Put
from monitor.registry.sheets import Column, sheet_of
from monitor.registry.write import table
from rules.model import Exemption, Institution, Municipality
from rules.toml_lines import Loc

UNTOLD = Exemption()  # what is left out of the file; whoever adds one begins with it
NEW = "new"
SCOPE = "scope"
PLACES = ("pages", "site")  # what an exemption may be from, beside single networks


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionFields:
    """`number`: its place in the file, or NEW."""

    number: str
    title: str
    fields: tuple[Field, ...]
    is_dropped: bool = False

    @property
    def drop(self) -> str:
        """The box that strikes it out."""
        return f"exemption-{self.number}-drop"


def exemptions_of(institution: Institution, town: Municipality) -> tuple[ExemptionFields, ...]:
    """Those of the file, in its order."""
    return tuple(
        _fields(f"{number}", exemption, town)
        for number, exemption in enumerate(institution.exemptions)
    )


def new_exemption(town: Municipality) -> ExemptionFields:
    return _fields(NEW, UNTOLD, town)


def _fields(number: str, exemption: Exemption, town: Municipality) -> ExemptionFields:
    told = _told(exemption)
    every = (shown(one, _name(number, one), told.get(one.key), town) for one in _columns())
    return ExemptionFields(
        number=number,
        title=in_words(exemption.ground),
        fields=tuple(_with_places(one) if one.key == SCOPE else one for one in every),
    )


def _with_places(field: Field) -> Field:
    """Ticked, not typed: nobody at the desk knows the words of the file."""
    options = tuple((scope, _place(scope)) for scope in (*PLACES, *social_networks()))
    return replace(field, kind="several", options=options)


def _place(scope: str) -> str:
    return words("scopes", scope) if scope in PLACES else page_title(scope)


def _columns() -> tuple[Column, ...]:
    return tuple(one for one in sheet_of("exemption").columns if one.key != "institution")


def _name(number: str, column: Column) -> str:
    return f"exemption-{number}-{column.key}"


def _told(exemption: Exemption) -> dict[str, Any]:
    return {SCOPE: list(UNTOLD.scope)} | table("exemption", exemption)


# --- corrected ----------------------------------------------------------------------------------


def of_exemptions(
    ask: Ask, institution: Institution, place: Loc, had: Collection[str]
) -> Iterator[FieldChange]:
    """Of the fields that the form has had."""
    for number, exemption in enumerate(institution.exemptions):
        title = words("journal", "exemption", ground=in_words(exemption.ground))
        loc = (*place, "exemption", number)
        if ask.typed(f"exemption-{number}-drop"):
            yield FieldChange(title, _in_words(_told(exemption)), None, Drop(loc))
        else:
            yield from _of_one(ask, f"{number}", exemption, loc, title, had)
    if told := _added(ask, had):
        title = words("journal", "exemption_added")
        yield FieldChange(title, None, _in_words(told), Add((*place, "exemption"), told))


def _of_one(
    ask: Ask, number: str, exemption: Exemption, loc: Loc, title: str, had: Collection[str]
) -> Iterator[FieldChange]:
    told = _told(exemption)
    for column, new in _typed(ask, number, told, had):
        if differs(old := told.get(column.key), new):
            key = words("journal", "exemption_key", exemption=title, key=column.title.lower())
            old, new_told = _value_in_words(column.key, old), _value_in_words(column.key, new)
            yield FieldChange(key, old, new_told, Put(loc, column.key, new))


def _added(ask: Ask, had: Collection[str]) -> dict[str, Any]:
    """Nothing where its part of the form was left as it was."""
    untold = _told(UNTOLD)
    told = {one.key: new for one, new in _typed(ask, NEW, untold, had) if new}
    return {} if told == untold else told


def _typed(
    ask: Ask, number: str, told: dict[str, Any], had: Collection[str]
) -> Iterator[tuple[Column, Any]]:
    """As the file has it."""
    for column in _columns():
        if (name := _name(number, column)) in had:
            yield column, _value(ask, column, name, told)


def _value(ask: Ask, column: Column, name: str, told: dict[str, Any]) -> Any:
    """Of a scope without any place the file would mean pages, which nobody has ticked."""
    if column.key != SCOPE:
        return value_of(ask, column, name)
    ticked = list(dict.fromkeys(ask.ticked(name)))
    if not ticked:
        raise UsageError([words("refused", "no_scope", title=column.title)])
    return told[SCOPE] if set(ticked) == set(told[SCOPE]) else ticked


def _in_words(told: dict[str, Any]) -> str:
    parts = ((one.title, one.key) for one in _columns() if one.key in told)
    return "; ".join(f"{title}: {_value_in_words(key, told[key])}" for title, key in parts)


def _value_in_words(key: str, value: Any) -> str:
    return in_words([_place(scope) for scope in value] if key == SCOPE else value)

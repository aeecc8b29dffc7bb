"""A table beside the registry: what it tells goes before, what it does not tell stays.

The table of a ЦУР has a few columns of everybody; a school's own has one row. Nobody is dropped
because he is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from rules.model import Institution, Municipality

PARTS = ("pages", "exemptions", "persons", "attestations", "events", "waivers")
EXCLUDES = {"site": "no_site", "no_site": "site", "emails": "no_email", "no_email": "emails"}
DESCRIBED = ("id", "municipality", "name", "kind", "parent")
"""What the registry knows better of an institution that the table calls by another code."""


def beside(old: Municipality, table: Municipality) -> Municipality:
    """`old` with what the table tells of its institutions, and with those that only it has."""
    table = recognised(old, table)
    told = table.by_id
    known = [_told_of(one, told[one.id]) if one.id in told else one for one in old.institutions]
    new = [one for one in table.institutions if one.id not in old.by_id]
    return replace(old, institutions=(*known, *new))


def recognised(old: Municipality, table: Municipality) -> Municipality:
    """The table by the registry's codes: an institution goes by ОГРН, page or name as well."""
    codes = dict(_codes(old, table))
    return replace(
        table, institutions=tuple(_called(one, codes, old) for one in table.institutions)
    )


def _codes(old: Municipality, table: Municipality) -> Iterator[tuple[str, str]]:
    """The table's code → the registry's; none that is taken, or that would be one of two."""
    taken = {one.id for one in table.institutions if one.id in old.by_id}
    for one in table.institutions:
        if one.id not in old.by_id:
            found = {known.id for known in old.institutions if _is_same(known, one)} - taken
            if len(found) == 1:
                taken |= found
                yield one.id, found.pop()


def _is_same(known: Institution, told: Institution) -> bool:
    if known.ogrn and told.ogrn:
        return known.ogrn == told.ogrn
    pages = {page.key for page in known.pages} & {page.key for page in told.pages}
    return bool(pages) or bool(_names(known) & _names(told))


def _names(institution: Institution) -> set[str]:
    names = (institution.name, institution.short_name)
    return {" ".join(name.casefold().split()) for name in names if name}


def _called(told: Institution, codes: Mapping[str, str], old: Municipality) -> Institution:
    parent = codes.get(told.parent or "", told.parent)
    code = codes.get(told.id)
    if code is None:
        return replace(told, parent=parent, municipality=old.id)
    known = old.by_id[code]
    kept: dict[str, Any] = {name: getattr(known, name) for name in DESCRIBED}
    pages = tuple(replace(page, institution=known.key) for page in told.pages)
    return replace(told, **kept, pages=pages)


def _told_of(known: Institution, told: Institution) -> Institution:
    changed: dict[str, Any] = {}
    for field in fields(Institution):
        value = getattr(told, field.name)
        if field.name in PARTS:
            changed[field.name] = _joined(getattr(known, field.name), value)
        elif field.name == "no_pages":
            changed[field.name] = {**known.no_pages, **value}
        elif value not in (None, "", (), False):
            changed[field.name] = value
            if other := EXCLUDES.get(field.name):
                changed[other] = getattr(_EMPTY, other)
    return replace(known, **changed)


def _joined(known: tuple[Any, ...], told: tuple[Any, ...]) -> tuple[Any, ...]:
    """A page that both have is as the table tells it, so far as it tells of it."""
    keys = {getattr(one, "key", None): number for number, one in enumerate(known)}
    found = list(known)
    for one in told:
        place = keys.get(getattr(one, "key", None)) if hasattr(one, "key") else None
        if place is not None:
            found[place] = _told_page(known[place], one)
        elif one not in found:
            found.append(one)
    return tuple(found)


def _told_page(known: Any, told: Any) -> Any:
    names = ("created_on", "deleted_on", "known_id")
    return replace(known, **{name: value for name in names if (value := getattr(told, name))})


_EMPTY = Institution(id="", municipality="", name="", kind="other")

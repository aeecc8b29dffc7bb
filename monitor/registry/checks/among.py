"""Institutions among themselves: what two of them share, and whose parent is whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor.registry.checks.contacts import found_site
from monitor.registry.checks.names import RESERVED
from monitor.registry.checks.pages import found_page
from monitor.registry.declaration import InstitutionTable
from monitor.registry.faults import Problem
from monitor.registry.shape import unknown
from rules.toml_lines import Loc


def among_institutions(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    yield from _ids(institutions)
    yield from _files(institutions)
    yield from _parents(institutions)
    yield from _same_ogrn(institutions)
    yield from _shared_pages(institutions)
    yield from _shared_sites(institutions)


def _ids(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, institution in enumerate(institutions):
        if institution.id in first:
            about = {"value": institution.id, "other": ("institution", first[institution.id], "id")}
            yield Problem(("institution", number, "id"), "twice_institution", about)
        first.setdefault(institution.id, number)


def _files(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    """Ids name files: on a disk without case two of them are one, and Windows keeps some names."""
    first: dict[str, str] = {}
    for number, institution in enumerate(institutions):
        loc: Loc = ("institution", number, "id")
        other = first.setdefault(institution.id.lower(), institution.id)
        if other != institution.id:
            yield Problem(loc, "one_file", {"value": institution.id, "other": other})
        if RESERVED.fullmatch(institution.id):
            yield Problem(loc, "no_file_name", {"value": institution.id})


def _parents(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    parents = {institution.id: institution.parent for institution in institutions}
    reported: set[str] = set()
    for number, institution in enumerate(institutions):
        loc: Loc = ("institution", number, "parent")
        if institution.parent is not None and institution.parent not in parents:
            yield unknown(institution.parent, parents, loc, "no_parent")
        circle = _circle(institution.id, parents)
        if circle and not reported & set(circle):
            reported.update(circle)
            yield Problem(loc, "parent_circle", {"value": " → ".join((*circle, circle[0]))})


def _circle(start: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The circle of parents that goes through `start`, if there is one."""
    path = [start]
    above = parents.get(start)
    while above is not None and above not in path:
        path.append(above)
        above = parents.get(above)
    return tuple(path) if above == start else ()


def _same_ogrn(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for number, institution in enumerate(institutions):
        if institution.ogrn is None:
            continue
        if institution.ogrn in first:
            about = {"value": institution.ogrn, "other": first[institution.ogrn]}
            yield Problem(("institution", number, "ogrn"), "same_ogrn", about)
        first.setdefault(institution.ogrn, institution.id)


def _shared_pages(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    owner: dict[tuple[str, str], str] = {}
    for number, institution in enumerate(institutions):
        for place, page in enumerate(institution.page):
            found = found_page(page)
            if found is not None and page.deleted_on is None:
                loc: Loc = ("institution", number, "page", place, "url")
                other = owner.setdefault(found, institution.id)
                if other != institution.id:
                    yield Problem(loc, "page_shared", {"value": found[1], "other": other})


def _shared_sites(institutions: Sequence[InstitutionTable]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for number, institution in enumerate(institutions):
        site = found_site(institution.site) if institution.site else None
        if site is not None:
            other = owner.setdefault(site, institution.id)
            if other != institution.id:
                about = {"value": site, "other": other}
                yield Problem(("institution", number, "site"), "site_shared", about)

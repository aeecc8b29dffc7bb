"""From a checked declaration to the values that the rules read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from collectors.model import Page
from monitor.registry.addresses import page_address, site_address
from monitor.registry.declaration import (
    AttestationTable,
    EventTable,
    ExemptionTable,
    InstitutionTable,
    PageTable,
    PersonTable,
    Registry,
    WaiverTable,
)
from monitor.registry.people import without_names
from rules.model import (
    ActStatus,
    Attestation,
    Event,
    Exemption,
    Institution,
    Municipality,
    NoPage,
    Person,
    Waiver,
)

UNNAMED = "не указано"  # where only a name was written, and something must be


def municipality(registry: Registry, digest: str) -> Municipality:
    """The value of a registry without faults; `digest` is of the file."""
    town = registry.municipality
    return Municipality(
        id=town.id,
        name=town.name,
        timezone=ZoneInfo(town.timezone),
        packs=tuple(town.packs),
        authority=town.authority,
        region=town.region,
        days_off=tuple(town.days_off),
        acts={
            act: ActStatus(status=told.status, effective_date=told.effective_date)
            for act, told in registry.acts.items()
        },
        institutions=tuple(_institution(one, town.id) for one in registry.institution),
        digest=digest,
    )


def _institution(one: InstitutionTable, town: str) -> Institution:
    return Institution(
        id=one.id,
        municipality=town,
        name=one.name,
        kind=one.kind,
        short_name=one.short_name,
        popular_names=tuple(one.popular_names),
        former_names=tuple(one.former_names),
        parent=one.parent,
        ogrn=one.ogrn,
        inn=one.inn,
        category=one.category,
        site=site_address(one.site) if one.site else None,
        site_aliases=tuple(site_address(alias) for alias in one.site_aliases),
        no_site=one.no_site,
        address=one.address,
        phones=tuple(map(without_names, one.phones)),
        emails=tuple(one.emails),
        no_email=one.no_email,
        since=one.since,
        until=one.until,
        pages=tuple(_page(page, f"{town}/{one.id}") for page in one.page),
        no_pages={
            network: NoPage(confirmed_on=told.confirmed_on, by=without_names(told.by))
            for network, told in one.no_page.items()
        },
        exemptions=tuple(map(_exemption, one.exemption)),
        persons=tuple(map(_person, one.person)),
        attestations=tuple(map(_attestation, one.attestation)),
        events=tuple(map(_event, one.event)),
        waivers=tuple(map(_waiver, one.waiver)),
    )


def _page(table: PageTable, institution: str) -> Page:
    network, address = page_address(table.url, table.network)
    return Page(
        institution=institution,
        network=network,
        address=address,
        role=table.role,
        created_on=table.created_on,
        deleted_on=table.deleted_on,
        known_id=table.known_id,
    )


def _exemption(table: ExemptionTable) -> Exemption:
    return Exemption(**_public(table) | {"scope": tuple(table.scope)})


def _person(table: PersonTable) -> Person:
    return Person(**_public(table))


def _attestation(table: AttestationTable) -> Attestation:
    return Attestation(**_public(table) | {"page": _page_spoken_of(table.page)})


def _event(table: EventTable) -> Event:
    return Event(**_public(table) | {"page": _page_spoken_of(table.page)})


def _waiver(table: WaiverTable) -> Waiver:
    return Waiver(**_public(table) | {"page": _page_spoken_of(table.page)})


_FREE_TEXTS = ("post", "order", "by", "stated_by", "ground", "document", "reason")
_NEEDED = ("by", "stated_by", "reason")


def _public(table: BaseModel) -> dict[str, Any]:
    """As it may be shown: whatever was written, no report names a person."""
    kept = table.model_dump()
    for key in _FREE_TEXTS:
        if isinstance(text := kept.get(key), str) and text:
            kept[key] = without_names(text) or (UNNAMED if key in _NEEDED else "")
    return kept


def _page_spoken_of(page: str | None) -> str | None:
    return None if page is None else page_address(page)[1]

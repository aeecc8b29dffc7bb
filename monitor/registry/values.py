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
from rules.cases.public import unnamed_texts
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
from rules.names.people import without_names


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


def _institution(table: InstitutionTable, town: str) -> Institution:
    return Institution(
        id=table.id,
        municipality=town,
        name=table.name,
        kind=table.kind,
        short_name=table.short_name,
        popular_names=tuple(table.popular_names),
        former_names=tuple(table.former_names),
        parent=table.parent,
        ogrn=table.ogrn,
        inn=table.inn,
        category=table.category,
        site=site_address(table.site) if table.site else None,
        site_aliases=tuple(site_address(alias) for alias in table.site_aliases),
        no_site=table.no_site,
        address=table.address,
        phones=tuple(map(without_names, table.phones)),
        emails=tuple(table.emails),
        no_email=table.no_email,
        since=table.since,
        until=table.until,
        pages=tuple(_page(page, f"{town}/{table.id}") for page in table.page),
        no_pages={
            network: NoPage(confirmed_on=told.confirmed_on, by=without_names(told.by))
            for network, told in table.no_page.items()
        },
        exemptions=tuple(map(_exemption, table.exemption)),
        persons=tuple(map(_person, table.person)),
        attestations=tuple(map(_attestation, table.attestation)),
        events=tuple(map(_event, table.event)),
        waivers=tuple(map(_waiver, table.waiver)),
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
        known_id=table.known_id or (str(table.chat_id) if table.chat_id else None),
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


def _public(table: BaseModel) -> dict[str, Any]:
    """As it may be shown: whatever was written, no report names a person."""
    kept = table.model_dump()
    return kept | unnamed_texts(kept)


def _page_spoken_of(page: str | None) -> str | None:
    return None if page is None else page_address(page)[1]

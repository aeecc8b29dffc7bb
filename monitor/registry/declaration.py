"""What people write in a registry file, before it is believed.

Strict and closed: a typing error in a key is a fault with its line, and a date is a date without
quotation marks. The order of keys here is the order in which a registry is written out.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from rules.model import Category, Kind

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][\w.-]*/[\w.|-]+$")]

PageRole = Literal["official", "branch", "project"]
PersonRole = Literal["head", "organiser", "filler", "authorised"]
Rank = Literal["head", "deputy_head", "acting", "other"]
AttestationKind = Literal[
    "two_factor",
    "job_description",
    "gos_mark",
    "gospabliki",
    "pos",
    "style",
    "esia",
    "filler",
    "coordination",
    "control",
    "bulletin",
    "no_checks",
    "no_treaties",
    "finding",
]
EventKind = Literal[
    "page_created",
    "page_deleted",
    "page_renamed",
    "notice_sent",
    "admin_changed",
    "appointed",
    "released",
    "coordination",
    "dispute_opened",
    "dispute_closed",
]
Addressee = Literal["department", "cur"]
ActState = Literal["draft", "in_force", "repealed"]
StatedOutcome = Literal["pass", "fail"]
AttestationSource = Literal["registry", "cur_table"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_max_length=10_000, frozen=True)


class PageTable(_Table):
    url: Written
    network: Slug | None = None
    role: PageRole = "official"
    created_on: date | None = None
    deleted_on: date | None = None
    known_id: Written | None = None
    chat_id: int | None = None  # the same number, as MAX and its bots call it


class NoPageTable(_Table):
    confirmed_on: date
    by: Text = ""


class ExemptionTable(_Table):
    scope: list[Slug] = ["pages"]
    ground: Text = ""
    approved_by: Text = ""
    document: Text = ""
    since: date | None = Field(None, alias="from")
    until: date | None = None


class PersonTable(_Table):
    role: PersonRole
    post: Text = ""
    rank: Rank = "other"
    order: Text = ""
    ordered_on: date | None = None
    esia_on: date | None = None
    employee: bool | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = None


class AttestationTable(_Table):
    kind: AttestationKind
    value: bool | None = None
    page: Written | None = None
    count: int | None = Field(None, ge=0)
    of: int | None = Field(None, ge=0)
    requirement: RequirementId | None = None
    outcome: StatedOutcome | None = None
    about: Slug | None = None
    document: Text = ""
    stated_by: Written
    stated_on: date
    valid_until: date | None = None
    source: AttestationSource = "registry"
    number: int | None = Field(None, ge=1)


class EventTable(_Table):
    kind: EventKind
    on: date
    page: Written | None = None
    to: Addressee | None = None
    about: EventKind | None = None
    document: Text = ""
    requirement: RequirementId | None = None
    is_estimate: bool = False
    earliest: date | None = None
    number: int | None = Field(None, ge=1)


class WaiverTable(_Table):
    requirement: RequirementId
    page: Written | None = None
    reason: Written
    by: Written
    document: Text = ""
    until: date
    number: int | None = Field(None, ge=1)


class InstitutionTable(_Table):
    id: Slug
    name: Written
    short_name: Text = ""
    popular_names: list[Written] = []
    former_names: list[Written] = []
    kind: Kind
    parent: Slug | None = None
    ogrn: Written | None = None
    inn: Written | None = None
    category: Category | None = None
    site: Written | None = None
    site_aliases: list[Written] = []
    no_site: bool = False
    address: Written | None = None
    phones: list[Written] = []
    emails: list[Written] = []
    no_email: bool = False
    since: date | None = Field(None, alias="from")
    until: date | None = None
    page: list[PageTable] = []
    no_page: dict[Slug, NoPageTable] = {}
    exemption: Annotated[list[ExemptionTable], BeforeValidator(_as_list)] = []
    person: list[PersonTable] = []
    attestation: list[AttestationTable] = []
    event: list[EventTable] = []
    waiver: list[WaiverTable] = []


class MunicipalityTable(_Table):
    id: Slug
    name: Written
    region: Text = ""
    timezone: Written
    packs: list[Slug] = []
    authority: Slug | None = None
    days_off: list[date] = []


class ActTable(_Table):
    status: ActState | None = None
    effective_date: date | None = None


class Registry(_Table):
    """One registry file."""

    municipality: MunicipalityTable
    acts: dict[Slug, ActTable] = {}
    institution: list[InstitutionTable] = []


TABLES: dict[str, type[BaseModel]] = {
    "": Registry,
    "municipality": MunicipalityTable,
    "acts": ActTable,
    "institution": InstitutionTable,
    "page": PageTable,
    "no_page": NoPageTable,
    "exemption": ExemptionTable,
    "person": PersonTable,
    "attestation": AttestationTable,
    "event": EventTable,
    "waiver": WaiverTable,
}
"""The tables of a registry by the word that opens them."""


def keys(table: str) -> tuple[str, ...]:
    """The keys that may stand in a table, as they are written."""
    fields = TABLES[table].model_fields
    return tuple(field.alias or name for name, field in fields.items())

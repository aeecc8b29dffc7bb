"""The sections of the settings that are neither mail nor a schedule, nor a network's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from monitor.clocks.ntp import address
from monitor.registry.mailboxes import is_server
from monitor.storage.addresses import usable_address
from rules.cases.terms import CaseTerms
from rules.model import Severity

NO_TEXT = "в тексте стоит знак с кодом 0: наберите значение заново"
MOST_DAYS = 36_500  # a date that many days ago is still one


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_of_its_kind(cls, given: Any, about: ValidationInfo) -> Any:
        """What would be read as another kind: `keep_days = true` would be one day."""
        wanted = cls.model_fields[about.field_name or ""].annotation
        if isinstance(given, bool) and wanted in (int, float):
            raise PydanticCustomError("int_type" if wanted is int else "float_type", "no number")
        if isinstance(given, str) and "\0" in given:
            raise ValueError(NO_TEXT)
        return given


class Storage(Section):
    database: str = Field(default="sqlite:///var/dozor.db", repr=False)  # may hold a password
    evidence: Path = Path("var/evidence")
    evidence_days: int = Field(default=365, ge=0, le=MOST_DAYS)

    @field_validator("database")
    @classmethod
    def _is_address(cls, written: str) -> str:
        return usable_address(written)


class Reports(Section):
    directory: Path = Path("var/reports")
    keep_days: int = Field(default=90, ge=0, le=MOST_DAYS)  # what the nights wrote; 0: for ever


class Rules(Section):
    freshness_days: PositiveInt = Field(default=7, le=MOST_DAYS)
    packs: tuple[Path, ...] = ()  # of one's own, beside those that come with the program
    mass_change_share: float = Field(default=0.2, gt=0, le=1)


class Workers(Section):
    """How a run is shared out where workers share it (PostgreSQL only)."""

    pages: PositiveInt = Field(default=500, le=1_000_000)  # of a batch
    # after three without one, a worker's batch is another's
    heartbeat_seconds: PositiveInt = Field(default=10, le=3600)


class Cases(Section):
    """By when the administration wants a case settled, and when it reminds of it."""

    workdays: Mapping[Severity, PositiveInt] = Field(default_factory=dict)  # by severity
    remind_workdays: int = Field(default=3, ge=0, le=MOST_DAYS)

    @field_validator("workdays")
    @classmethod
    def _has_terms(cls, given: Mapping[Severity, int]) -> Mapping[Severity, int]:
        """What is only for information has none, whatever is written."""
        if Severity.INFO in given:
            raise ValueError("у сведений (info) срока не бывает: уберите info")
        return given

    @property
    def terms(self) -> CaseTerms:
        """Severities that the settings do not name keep their usual terms."""
        usual = CaseTerms()
        named = {str(severity): days for severity, days in self.workdays.items()}
        return CaseTerms({**usual.workdays, **named}, self.remind_workdays)


class Clock(Section):
    """Who else knows the time."""

    ntp_server: str = ""  # asked before anything is removed; "": nobody

    @field_validator("ntp_server")
    @classmethod
    def _is_server(cls, written: str) -> str:
        if written and not is_server(_host_of(written)):
            raise ValueError(
                f"«{written}» — не сервер времени: пишите имя, например ntp.town.ru, "
                "и, если порт не 123, его через двоеточие"
            )
        return written


class EvidenceStamps(Section):
    """Who sets a stamp over what was kept (RFC 3161); "": nobody."""

    tsa_url: str = ""
    tsa_ca_file: Path | None = None  # the roots by which its signature is checked

    @field_validator("tsa_url")
    @classmethod
    def _is_url(cls, written: str) -> str:
        if written and not re.fullmatch(r"https?://[^\s/@]+\S*", written):
            raise ValueError(
                f"«{written}» — не адрес службы штампов времени: пишите целиком, "
                "например http://tsa.example.org/tsr"
            )
        return written


def _host_of(written: str) -> str:
    try:
        return address(written)[0]
    except ValueError:
        return ""

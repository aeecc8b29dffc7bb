"""How a pack is written: the declarations, strict, so that a typo is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rules.model import Act, Ancestor, Edition, Outcome, Requirement, Severity

BuildsOn = tuple[tuple[Ancestor, ...], frozenset[str]]
"""The clauses of other acts that a requirement inherits, and the parameters that they lend."""

ALONE: BuildsOn = ((), frozenset())
_SAID_OTHERWISE = {"id", "edition", "subjects", "exempt_scope", "networks", "inherits"}


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Subjects(_Declaration):
    """Selectors; see rules/dossier/subjects.py. What is not named selects everybody."""

    authority: bool | None = None
    kind: tuple[str, ...] | None = None
    not_kind: tuple[str, ...] | None = None
    parent: tuple[str, ...] | None = None
    institution: tuple[str, ...] | None = None
    category: tuple[str, ...] | None = None
    not_category: tuple[str, ...] | None = None


class Networks(_Declaration):
    """The networks that a clause speaks of: a page in each of them, or in one at least.

    A plain list is `all_of`.
    """

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def may_be_a_list(cls, written: Any) -> Any:
        return {"all_of": written} if isinstance(written, list) else written

    @model_validator(mode="after")
    def says_one(self) -> Networks:
        if bool(self.all_of) is bool(self.any_of):
            raise ValueError("either `all_of` or `any_of` names networks")
        return self


class DeclaredEdition(_Declaration):
    since: date
    until: date | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)

    def to_edition(self, lent: frozenset[str]) -> Edition:
        return Edition(borrowed=tuple(sorted(lent - set(self.parameters))), **self.model_dump())


class DeclaredRequirement(_Declaration):
    id: str = Field(pattern=r"^[A-Za-z0-9.\-_]+$")
    clause: str
    title: str
    law: str
    quote: str = ""
    looks_at: str
    how: str
    source: str
    nature: Literal["mandatory", "recommended", "right"]
    severity: Severity
    per: Literal["institution", "network", "page", "about", "event"] = "institution"
    subjects: Subjects = Subjects()
    networks: Networks | None = None
    predicate: str | None = None
    norm: dict[str, Literal["at_least", "at_most"]] = Field(default_factory=dict)
    inherits: str | None = None
    edition: tuple[DeclaredEdition, ...] = Field(min_length=1)
    advice: str
    exempt_scope: Literal["pages", "site", "none"] = "pages"
    worst: Literal[Outcome.FAIL, Outcome.REVIEW] = Outcome.FAIL
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    why_not: str = ""
    uncertainty: str = ""
    checked_on: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def says_why_not(self) -> DeclaredRequirement:
        if self.predicate is None and not self.why_not:
            raise ValueError("without a predicate, `why_not` must say why it cannot be checked")
        return self

    @model_validator(mode="after")
    def recommends_softly(self) -> DeclaredRequirement:
        if self.nature == "recommended" and self.severity not in (Severity.ADVISORY, Severity.INFO):
            raise ValueError("severity: a recommendation is `advisory` or `info`")
        return self

    @model_validator(mode="after")
    def names_possible_outcomes(self) -> DeclaredRequirement:
        if self.worst is Outcome.REVIEW and Outcome.FAIL in self.outcomes:
            raise ValueError("outcomes: `worst` is review, so fail is impossible")
        if self.predicate is None and self.outcomes != (Outcome.NOT_APPLICABLE,):
            raise ValueError("outcomes: without a predicate only not_applicable is possible")
        return self

    def to_requirement(self, act: str, builds_on: BuildsOn) -> Requirement:
        ancestors, lent = builds_on
        return Requirement(
            id=f"{act}/{self.id}",
            editions=tuple(one.to_edition(lent) for one in self.edition),
            subjects=self.subjects.model_dump(exclude_none=True),
            exempt_scope=None if self.exempt_scope == "none" else self.exempt_scope,
            networks=(self.networks.all_of or self.networks.any_of) if self.networks else (),
            any_network=bool(self.networks and self.networks.any_of),
            inherits=ancestors,
            **self.model_dump(exclude=_SAID_OTHERWISE),
        )


class DeclaredAct(_Declaration):
    id: str
    title: str
    short_title: str
    status: Literal["draft", "in_force", "repealed"]
    signed_on: date | None = None
    effective_date: date | None = None
    supersedes: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checked_on: date | None = None  # of every clause that says no other day
    valid_until: date | None = None
    requirement: tuple[DeclaredRequirement, ...]

    def to_act(self, digest: str, builds_on: Mapping[str, BuildsOn]) -> Act:
        """`builds_on` is by the requirement's own number; who stands alone is not in it."""
        return Act(
            requirements=tuple(
                self._dated(one).to_requirement(self.id, builds_on.get(one.id, ALONE))
                for one in self.requirement
            ),
            digest=digest,
            **self.model_dump(exclude={"requirement", "supersedes", "checked_on", "valid_until"}),
        )

    def _dated(self, asked: DeclaredRequirement) -> DeclaredRequirement:
        told = {
            "checked_on": asked.checked_on or self.checked_on,
            "valid_until": asked.valid_until or self.valid_until,
        }
        return asked.model_copy(update=told)

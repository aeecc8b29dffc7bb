"""A requirement in five parts that a reader understands; commands and documents print them."""

from __future__ import annotations

from dataclasses import dataclass

from rules.model import Requirement
from rules.text.sentences import cited, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the law says, what is looked at, what each outcome means, what to do, the source."""

    id: str
    clause: str
    title: str
    law: str
    quote: str
    looks_at: str
    outcomes: str
    advice: str
    source: str
    uncertainty: str
    not_checkable: str  # why nothing is checked; "" where something is
    kin: str = ""  # the clauses of other acts that it builds on

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Headings and texts in reading order, empty parts left out."""
        parts = (
            ("law", self.law),
            ("quote", f"«{self.quote}»" if self.quote else ""),
            ("looks_at", self.looks_at),
            ("how", self.not_checkable or self.outcomes),
            ("kin", self.kin),
            ("advice", self.advice),
            ("uncertainty", self.uncertainty),
            ("source", self.source),
        )
        return tuple((words(f"explained_{part}"), text) for part, text in parts if text)


def explain(requirement: Requirement) -> Explanation:
    return Explanation(
        id=requirement.id,
        clause=requirement.clause,
        title=requirement.title,
        law=requirement.law,
        quote=requirement.quote,
        looks_at=requirement.looks_at,
        outcomes=requirement.how,
        advice=requirement.advice,
        source=requirement.source,
        uncertainty=requirement.uncertainty,
        not_checkable=requirement.why_not,
        kin=_kin(requirement),
    )


def _kin(requirement: Requirement) -> str:
    named = [f"{one.act}, {cited(one.clause)} ({one.requirement})" for one in requirement.inherits]
    return words("inherits").format(clauses="; ".join(named)) if named else ""


def explained(requirement: Requirement) -> tuple[tuple[str, str], ...]:
    """The parts that a command or a document prints, in reading order."""
    return explain(requirement).parts

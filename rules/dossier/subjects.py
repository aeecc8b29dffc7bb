"""Whom a requirement binds: selectors by office, list, kind, parent and category."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from rules.dossier.case import is_authority
from rules.model import Dossier, Requirement
from rules.reasons import Reason

Selector = Callable[[Dossier, Any], bool]

# A selector that is not named selects everybody; all that are named must hold.
SELECTORS: Mapping[str, Selector] = {
    "authority": lambda dossier, wanted: (
        is_authority(dossier.municipality, dossier.institution) is wanted
    ),
    "kind": lambda dossier, kinds: dossier.institution.kind in kinds,
    "not_kind": lambda dossier, kinds: dossier.institution.kind not in kinds,
    "parent": lambda dossier, parents: dossier.institution.parent in parents,
    "institution": lambda dossier, ids: dossier.institution.id in ids,
    "category": lambda dossier, wanted: dossier.institution.category in wanted,
    "not_category": lambda dossier, refused: dossier.institution.category not in refused,
}


def not_a_subject(requirement: Requirement, dossier: Dossier, on: date) -> Reason | None:
    """Why the requirement does not bind this institution; None if it does."""
    institution = dossier.institution
    if not institution.is_active(on):
        return Reason.INSTITUTION_NOT_ACTIVE
    refused = [
        name
        for name, wanted in requirement.subjects.items()
        if not SELECTORS[name](dossier, wanted)
    ]
    if "not_category" in refused:
        return Reason.CATEGORY_WITHOUT_NORM
    return Reason.NOT_A_SUBJECT if refused else None

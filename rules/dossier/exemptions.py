"""Who need not have pages or a site: clause 4 of both acts (guard G12)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.dossier.answers import Answers
from rules.model import Dossier, Exemption, Institution
from rules.names.words import stem

# Words that tell the legal form or the town, not the body.
_FORMS = frozenset(
    map(stem, ("муниципальное", "казенное", "бюджетное", "автономное", "учреждение", "город", "г"))
) | {"му", "мку", "мбу", "мау"}
NOT_ON_RECORD = Exemption()

Body = frozenset[str]  # the words of a name
Bodies = frozenset[Body]
_TOWN = re.compile(r"муниципальн\w+ образовани\w+")


@dataclass(frozen=True, slots=True)
class Claim:
    """What stands for an exemption: the act's own list, or the registry's record."""

    is_named: bool = False
    record: Exemption | None = None
    has_consent: bool = False

    @property
    def is_claimed(self) -> bool:
        return self.is_named or self.record is not None

    @property
    def is_founded(self) -> bool:
        return self.is_named or self.has_consent

    @property
    def measured(self) -> dict[str, Any]:
        one = self.record or NOT_ON_RECORD
        return {"ground": one.ground, "approved_by": one.approved_by, "document": one.document}


def claim(dossier: Dossier, named: Bodies, scope: frozenset[str], on: date) -> Claim:
    """The exemption from what `scope` names (pages, site, a network) as of the date.

    `named` are the bodies that the act itself exempts.
    """
    record = _record(dossier.institution, scope, on)
    return Claim(
        is_named=bool(named) and not named.isdisjoint(names_of(dossier.institution)),
        record=record,
        has_consent=record is not None and _has_consent(record, dossier),
    )


def _record(institution: Institution, scope: frozenset[str], on: date) -> Exemption | None:
    """The one that covers the date and the scope; the best founded of several."""
    found = [one for one in institution.exemptions if scope & set(one.scope) and one.covers(on)]
    return max(
        found,
        key=lambda record: sum(map(bool, (record.ground, record.approved_by, record.document))),
        default=None,
    )


def _has_consent(record: Exemption, dossier: Dossier) -> bool:
    """Ground, document, and the consent of a body above the institution."""
    if not (record.ground and record.document and record.approved_by):
        return False
    return dossier.institution.parent is None or record.approved_by in _bodies_above(dossier)


def _bodies_above(dossier: Dossier) -> frozenset[str]:
    """Ids and names of the bodies above the institution; the authority stands above all."""
    by_id = dossier.municipality.by_id
    found = {dossier.municipality.authority or ""}
    parent = dossier.institution.parent
    climbed: set[str] = set()
    while parent and parent not in climbed:
        climbed.add(parent)
        parent = by_id[parent].parent if parent in by_id else None
    ids = (found | climbed) - {""}
    return frozenset(ids | {by_id[one].name for one in ids if one in by_id})


# --- bodies by name -----------------------------------------------------------------------------


def bodies(answers: Answers, names: tuple[str, ...]) -> Bodies:
    """The bodies that an act lists, legal form and writing apart."""
    return answers.once(("bodies", names), lambda: frozenset(map(body, names)))


def names_of(institution: Institution) -> Iterator[Body]:
    """What an act may call it."""
    told = (institution.name, institution.short_name, *institution.former_names)
    return filter(None, map(body, told))


def body(name: str) -> Body:
    plain = _TOWN.sub(" ", name.casefold().replace("ё", "е"))
    return frozenset(stem(word) for word in re.findall(r"\d+|[^\W\d_]+", plain)) - _FORMS

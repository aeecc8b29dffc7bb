"""Outside ratings as data with editions: counted from measured facts only, told apart.

A rating is somebody else's arithmetic. It never enters an outcome: nothing in the engine imports
this module. What was not measured takes its points out of the sum that could be reached, and the
share of such points is told beside the result.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from collectors.model import BEGINNING, Page
from rules.dossier.attestations import statement
from rules.dossier.case import official_pages
from rules.dossier.views import View, look, today
from rules.model import Dossier

Measure = Callable[[View, Dossier, Mapping[str, Any]], float | None]


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Declaration):
    """One line of a rating: so many points for what `measure` finds (0 to 1; None: unknown)."""

    name: str
    measure: str
    points: float = Field(gt=0)
    parameters: dict[str, Any] = Field(default_factory=dict)


class RatingEdition(_Declaration):
    since: date
    until: date | None = None
    part: tuple[Part, ...]


class Rating(_Declaration):
    id: str
    title: str
    method: str  # how it is counted, for a reader
    source: str
    confirmed: Literal["official", "quoted"]  # `quoted`: the official text was not found
    networks: tuple[str, ...]
    edition: tuple[RatingEdition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingResult:
    """Of one page. `share` is reached of what could be measured; None: nothing could be."""

    rating: str
    page: str
    reached: float
    possible: float  # points that were measured
    total: float  # points of the whole rating
    parts: Mapping[str, float | None]  # points by name; None: not measured
    method: str
    source: str

    @property
    def share(self) -> float | None:
        return self.reached / self.possible if self.possible else None

    @property
    def unknown_share(self) -> float:
        return 1 - self.possible / self.total


def shipped_ratings() -> Mapping[str, Rating]:
    """The ratings that come with the program: id → rating."""
    folder = Path(str(files("rules"))) / "ratings"
    found = [load_rating(path) for path in sorted(folder.glob("*.toml"))]
    return {one.id: one for one in found}


def load_rating(path: Path) -> Rating:
    """Raises pydantic.ValidationError, tomllib.TOMLDecodeError, KeyError (unknown measure)."""
    rating = Rating.model_validate(tomllib.loads(path.read_text("utf-8")))
    for part in (part for edition in rating.edition for part in edition.part):
        MEASURES[part.measure]
    return rating


def rate(dossier: Dossier, rating: Rating) -> tuple[RatingResult, ...]:
    """Each official page of the rating's networks; empty where no edition covers the date."""
    on = today(dossier)
    found = [one for one in rating.edition if one.since <= on <= (one.until or on)]
    if not found:
        return ()
    edition = max(found, key=lambda one: one.since)
    pages = official_pages(dossier, rating.networks)
    return tuple(_rated(dossier, rating, edition, page) for page in pages)


def _rated(dossier: Dossier, rating: Rating, edition: RatingEdition, page: Page) -> RatingResult:
    view = look(page, dossier)
    parts = {part.name: _points(part, view, dossier) for part in edition.part}
    measured = [part for part in edition.part if parts[part.name] is not None]
    return RatingResult(
        rating=rating.id,
        page=page.address,
        reached=sum(points for points in parts.values() if points is not None),
        possible=sum(part.points for part in measured),
        total=sum(part.points for part in edition.part),
        parts=parts,
        method=rating.method,
        source=rating.source,
    )


def _points(part: Part, view: View, dossier: Dossier) -> float | None:
    share = MEASURES[part.measure](view, dossier, part.parameters)
    return None if share is None else share * part.points


# --- measures -----------------------------------------------------------------------------------


def _yes(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _mark(view: View, _dossier: Dossier, _: Mapping[str, Any]) -> float | None:
    return _yes(view.facts.government_mark)


def _attested(view: View, dossier: Dossier, told: Mapping[str, Any]) -> float | None:
    said = statement(dossier, told["kind"], view.page.address, today(dossier))
    return 1.0 if said.confirms else 0.0 if said.admits else None


def _avatar(view: View, _dossier: Dossier, _: Mapping[str, Any]) -> float | None:
    return _yes(view.facts.has_avatar)


def _cover(view: View, _dossier: Dossier, _: Mapping[str, Any]) -> float | None:
    return _yes(view.facts.has_cover)


def _description(view: View, _dossier: Dossier, _: Mapping[str, Any]) -> float | None:
    shown = view.facts.description
    return None if shown is None else float(bool(shown.strip()))


def _widgets(view: View, _dossier: Dossier, told: Mapping[str, Any]) -> float | None:
    """Links to the ПОС in the menu: half for one of two."""
    if view.facts.menu is None:
        return None
    shown = {link.url for link in view.facts.menu if "pos.gosuslugi.ru" in link.url}
    return min(len(shown), int(told["wanted"])) / int(told["wanted"])


def _posts(view: View, dossier: Dossier, told: Mapping[str, Any]) -> float | None:
    """Posts of the last days; too few are known to be so only where the wall was read so far."""
    if view.wall is None:
        return None
    since = dossier.as_of - timedelta(days=int(told["days"]))
    count = sum(post.published_at >= since for post in view.wall.posts)
    if count >= int(told["at_least"]):
        return 1.0
    covered = view.wall.covered_since
    return 0.0 if covered is not None and max(covered, BEGINNING) <= since else None


def _never(_view: View, _dossier: Dossier, _: Mapping[str, Any]) -> float | None:
    """Reach is told to the page's own administrators only."""
    return None


MEASURES: Mapping[str, Measure] = {
    "attested": _attested,
    "avatar": _avatar,
    "cover": _cover,
    "description": _description,
    "mark": _mark,
    "not_measurable": _never,
    "posts": _posts,
    "widgets": _widgets,
}

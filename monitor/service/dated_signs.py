"""What the doctor says of what was taken for so long ago: platforms change, and so do acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from collectors.errors import OperatorError
from collectors.model import Dated, Health, Network, Sign
from collectors.networks import networks
from monitor.application import load_acts, real_time
from monitor.config import Settings
from monitor.registry import RegistryError, load_all
from monitor.service.stored import look_at_stored
from monitor.storage import observations
from rules.model import Act

YEAR = timedelta(days=365)
LONG_AGO = "{what}: проверено {on:%d.%m.%Y}, больше года назад"
OVER = "{what}: верно было до {until:%d.%m.%Y}"
ADVICE = (
    "сверьте с источником ({source}) и попросите разработчиков обновить дату; "
    "список: docs/platforms.md"
)
CLAUSES = "{act}: пункты {clauses}"
PACK = "текст акта"
MET = "{network}: при чтении {on:%d.%m.%Y} ответы соответствовали схеме {schema}"


def dated_signs(settings: Settings) -> Iterator[Sign]:
    """Nothing, where everything was looked at within a year."""
    today = real_time().date()
    for network in networks().values():
        for fact in network.dated():
            yield from _of_fact(f"{network.title}: {fact.what}", fact, today)
    try:
        acts = load_acts(settings.rules.packs).values()
    except OperatorError:
        return  # told by the sign of the acts
    for act in acts:
        yield from _of_act(act, today)
    with look_at_stored(settings) as engine:
        if engine is not None:
            yield from _schemas(engine, settings)


def _of_fact(what: str, fact: Dated, today: date) -> Iterator[Sign]:
    advice = ADVICE.format(source=fact.source)
    if fact.valid_until and fact.valid_until < today:
        yield Sign(Health.WARNING, OVER.format(what=what, until=fact.valid_until), advice)
    elif today - fact.checked_on > YEAR:
        yield Sign(Health.WARNING, LONG_AGO.format(what=what, on=fact.checked_on), advice)


def _of_act(act: Act, today: date) -> Iterator[Sign]:
    """One line for the clauses that were looked at on one day."""
    by_day: dict[tuple[date, date | None], list[str]] = {}
    for one in act.requirements:
        if one.checked_on is not None:
            by_day.setdefault((one.checked_on, one.valid_until), []).append(one.clause)
    for (checked, until), clauses in by_day.items():
        told = ", ".join(dict.fromkeys(clauses))
        what = CLAUSES.format(act=act.short_title, clauses=told)
        fact = Dated(what=what, source=PACK, checked_on=checked, valid_until=until)
        yield from _of_fact(what, fact, today)


# --- schemas --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFacts:
    schema: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaSeen:
    """Of an observation, as it is stored, the version that the answer agreed with."""

    observed_at: datetime
    facts: SchemaFacts | None = None


def _schemas(engine: Engine, settings: Settings) -> Iterator[Sign]:
    """Which version a run met last, of each network whose answers have versions."""
    try:
        towns = load_all(settings.registry)
    except RegistryError:
        return
    pages = {page.key for town in towns for one in town.institutions for page in one.pages}
    seen: dict[str, SchemaSeen] = {}
    for (slug, _), found in observations.each_part(SchemaSeen, engine, pages, real_time(), most=1):
        for one in found:
            if one.facts and one.facts.schema and _is_newer(one, seen.get(slug)):
                seen[slug] = one
    for slug, one in sorted(seen.items()):
        yield _met(networks()[slug], one)


def _is_newer(newer: SchemaSeen, known: SchemaSeen | None) -> bool:
    return known is None or newer.observed_at > known.observed_at


def _met(network: Network, seen: SchemaSeen) -> Sign:
    schema = seen.facts.schema if seen.facts else None
    told = MET.format(network=network.title, on=seen.observed_at, schema=schema)
    return Sign(Health.GOOD, told)

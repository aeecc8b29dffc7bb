"""Which pages an audit has to read, and how much of them is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from collectors.model import Address, Page
from monitor.application import Context
from monitor.audit.coverage import Look, Outline, coverage, look, rests_on_earlier
from monitor.audit.issues import issues_of
from monitor.audit.scope import Scope, pages_of, read_once, with_known_ids
from monitor.storage import observations
from reports.model import Collection, Issue
from rules.engine import declared_pages


def due_pages(scope: Scope, as_of: datetime) -> tuple[Page, ...]:
    """Every address of the scope once, and those that an act itself declares."""
    return read_once(_all_pages(scope, as_of))


def pages_to_read(engine: Engine, scope: Scope, as_of: datetime) -> tuple[Page, ...]:
    """The same with the numbers that they had: a renamed page is followed by it."""
    pages = due_pages(scope, as_of)
    unknown = (page.key for page in pages if not page.known_id)
    return with_known_ids(pages, observations.known_ids(engine, unknown, as_of))


def _all_pages(scope: Scope, as_of: datetime) -> Iterator[Page]:
    for municipality in scope.municipalities:
        members, acts = scope.members(municipality), municipality.acts_in(scope.acts)
        yield from pages_of(members, municipality, as_of)
        for institution in members:
            yield from declared_pages(institution, municipality, acts)


def coverage_of(
    context: Context,
    scope: Scope,
    pages: Sequence[Page],
    as_of: datetime,
    requests: Mapping[str, int],
) -> tuple[Collection, tuple[Issue, ...]]:
    """How much of these pages is read as of the moment, and what the operator must know of it."""
    looks = _looks(context, pages, as_of)
    unasked = frozenset(_unasked(scope, as_of))
    return coverage(pages, looks, requests, unasked), issues_of(pages, looks)


def _unasked(scope: Scope, as_of: datetime) -> Iterator[Address]:
    """Pages of networks that no act of their municipality speaks of: kept of one's own will."""
    for municipality in scope.municipalities:
        today = municipality.day_of(as_of)
        acts = municipality.acts_in(scope.acts)
        named = frozenset().union(*(act.networks(today) for act in acts))
        pages = (page for one in scope.members(municipality) for page in one.pages)
        yield from (page.key for page in pages if named and page.network not in named)


def _looks(context: Context, pages: Sequence[Page], as_of: datetime) -> Mapping[Address, Look]:
    """Of every page; outlines one by one, as the walls of a region would fill the memory."""
    read = partial(observations.each_part, Outline, context.engine, as_of=as_of)
    freshness = timedelta(days=context.settings.rules.freshness_days)
    look_at = partial(look, as_of=as_of, freshness=freshness)
    looks: dict[Address, Look] = {}
    earlier: list[Address] = []
    for address, newest in read({page.key for page in pages}, most=1):
        if any(map(rests_on_earlier, newest)):
            earlier.append(address)
        else:
            looks[address] = look_at(newest)
    return looks | {address: look_at(seen) for address, seen in read(earlier)}

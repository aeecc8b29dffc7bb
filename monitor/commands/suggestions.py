"""What the shell offers at Tab: institutions, municipalities, formats, acts, requirements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import typer

from collectors.errors import OperatorError
from monitor.application import load_acts, open_context, pack_files, with_database
from monitor.config import load_settings
from monitor.registry import load_all
from reports.formats import installed
from rules.model import Municipality

Offers = list[tuple[str, str]]  # what may be typed, and what it is


def institutions(context: typer.Context, incomplete: str) -> Offers:
    """By id, and by municipality/id where several registries have that id."""
    found = [one for town in _municipalities(context) for one in town.institutions]
    ids = Counter(one.id for one in found)
    named = ((one.id if ids[one.id] == 1 else one.key, one.short_name or one.name) for one in found)
    return [offer for offer in named if offer[0].startswith(incomplete)]


def municipalities(context: typer.Context, incomplete: str) -> Offers:
    towns = ((town.id, town.name) for town in _municipalities(context))
    return [offer for offer in towns if offer[0].startswith(incomplete)]


def users(context: typer.Context, incomplete: str) -> Offers:
    """Of the desk; nobody where there is no database yet, or it cannot be read."""
    from monitor.storage.accounts import listed

    try:
        settings = load_settings(context.params["config"])
        with open_context(with_database(settings)) as opened:
            known = listed(opened.engine)
    except (OperatorError, OSError):
        return []
    return [(one.name, one.role) for one in known if one.name.startswith(incomplete)]


def formats(incomplete: str) -> Offers:
    known = ((slug, one.title) for slug, one in installed().items())
    return [offer for offer in known if offer[0].startswith(incomplete)]


def acts(incomplete: str) -> Offers:
    known = ((name, act.short_title) for name, act in load_acts().items())
    return [offer for offer in known if offer[0].startswith(incomplete)]


def requirements(incomplete: str) -> Offers:
    known = ((one.id, one.title) for act in load_acts().values() for one in act.requirements)
    return [offer for offer in known if offer[0].startswith(incomplete)]


def _municipalities(context: typer.Context) -> Sequence[Municipality]:
    """Empty where the registry cannot be read: what is wrong is no answer to Tab."""
    try:
        settings = load_settings(context.params["config"])
        return load_all(settings.registry, packs=tuple(pack_files(settings.rules.packs)))
    except (OperatorError, OSError):
        return ()

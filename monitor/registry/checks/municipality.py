"""The municipality itself: its time zone, its authority, its acts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from monitor.registry.checks.names import RESERVED
from monitor.registry.declaration import Registry
from monitor.registry.faults import Problem
from monitor.registry.shape import suggestion, unknown
from rules.toml_lines import Loc


def municipality_problems(
    registry: Registry, installed: Collection[str] | None
) -> Iterator[Problem]:
    town = registry.municipality
    loc: Loc = ("municipality",)
    if RESERVED.fullmatch(town.id):
        yield Problem((*loc, "id"), "no_file_name", {"value": town.id})
    if not _is_timezone(town.timezone):
        about = {
            "value": town.timezone,
            "suggestion": suggestion(town.timezone, available_timezones()),
        }
        yield Problem((*loc, "timezone"), "no_timezone", about)
    known = [institution.id for institution in registry.institution]
    if town.authority is not None and town.authority not in known:
        yield unknown(town.authority, known, (*loc, "authority"), "no_authority")
    if installed is not None:
        yield from _packs(town.packs, installed)
    for act in registry.acts:
        if act not in town.packs:
            yield unknown(act, town.packs, ("acts", act), "act_not_named")


def _is_timezone(name: str) -> bool:
    """As `available_timezones` has it, which opens six hundred files to say it."""
    if name.startswith(("posix/", "right/", "posixrules")):  # other forms of the database
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _packs(named: Sequence[str], installed: Collection[str]) -> Iterator[Problem]:
    for number, pack in enumerate(named):
        if pack not in installed:
            yield unknown(pack, sorted(installed), ("municipality", "packs", number), "no_pack")

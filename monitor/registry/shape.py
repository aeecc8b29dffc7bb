"""Faults of shape: what pydantic found wrong, as problems with our words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.registry.declaration import TABLES, keys
from monitor.registry.faults import Problem, wording
from rules.toml_lines import Loc

_CODES = {
    "missing": "missing",
    "literal_error": "not_in_list",
    "string_type": "not_string",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "bool_type": "not_bool",
    "int_type": "not_int",
    "greater_than_equal": "not_int",
    "list_type": "not_list",
    "model_type": "not_table",
    "model_attributes_type": "not_table",
    "dict_type": "not_table",
}
"""pydantic's type of an error → our code; dates, patterns and unknown keys are decided below."""


def problems(error: ValidationError) -> Iterator[Problem]:
    """Every fault of shape; a key that is missing because it is mistyped is told once."""
    found = [_problem(detail) for detail in error.errors(include_url=False)]
    meant = {(*one.loc[:-1], one.about["nearest"]) for one in found if "nearest" in one.about}
    return (one for one in found if one.code != "missing" or one.loc not in meant)


def locs(error: ValidationError) -> list[Loc]:
    """Where the faults of shape are."""
    return [_loc(detail) for detail in error.errors(include_url=False)]


def suggestion(written: str, known: Iterable[str]) -> str:
    """«Возможно, «…». » with the nearest of the known words, or nothing."""
    near = nearest(written, known)
    return wording()["suggest"]["message"].format(value=near) if near else ""


def unknown(value: str, known: Collection[str], loc: Loc, code: str) -> Problem:
    """A word that is none of the known ones."""
    about = {"value": value, "known": ", ".join(known), "suggestion": suggestion(value, known)}
    return Problem(loc, code, about)


def slug(words: str) -> str:
    """An id from a file's name; "municipality" where nothing Latin is left of it."""
    latin = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    return latin or "municipality"


def nearest(written: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    found = difflib.get_close_matches(written, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def _loc(detail: ErrorDetails) -> Loc:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _problem(detail: ErrorDetails) -> Problem:
    loc = _loc(detail)
    if detail["type"] == "extra_forbidden":
        return _unknown_key(loc)
    value = detail["input"]
    code = _CODES.get(detail["type"]) or _code(detail["type"], _last_word(loc))
    about: dict[str, object] = {"value": _written(value), "path": _path(loc)}
    if code == "missing":
        about["table"] = wording()["tables"][_table(loc[:-1])]
    if code == "not_in_list":
        about |= _choice(str(value), detail.get("ctx", {}))
    return Problem(loc, code, about)


def _code(kind: str, key: str) -> str:
    if kind.startswith("date"):
        return "not_date"
    if kind == "string_pattern_mismatch":
        return "bad_requirement" if key == "requirement" else "bad_id"
    return "unfit"


def _choice(value: str, context: Mapping[str, Any]) -> dict[str, object]:
    """The words of a closed list; pydantic tells them as "'a', 'b' or 'c'"."""
    told = str(context.get("expected", "")).replace(" or ", ", ")
    known = [word.strip().strip("'") for word in told.split(",")]
    return {"known": ", ".join(known), "suggestion": suggestion(value, known)}


def _unknown_key(loc: Loc) -> Problem:
    """A typing error, a key of the outer table that slid into an inner one, or nonsense."""
    table, key = _table(loc[:-1]), str(loc[-1])
    about: dict[str, object] = {"key": key, "table": wording()["tables"][table]}
    home = _home(table, key)
    if home is not None:
        return Problem(loc, "misplaced_key", about | {"home": wording()["tables"][home]})
    near = nearest(key, keys(table))
    if near is None:
        return Problem(loc, "unknown_key", about | {"known": ", ".join(keys(table))})
    example = wording()["examples"].get(near, near)
    return Problem(loc, "mistyped_key", about | {"nearest": near, "hint": example})


def _home(table: str, key: str) -> str | None:
    """The outer table to which a key belongs that was written below an inner table's header."""
    if table in ("", "municipality", "institution"):
        return None
    return "institution" if key in keys("institution") else None


def _table(loc: Loc) -> str:
    """The word of the table at `loc`: "page" for ("institution", 3, "page", 0)."""
    words = [part for part in loc if isinstance(part, str)]
    known = [word for word in words if word in TABLES]
    return known[-1] if known else ""


def _last_word(loc: Loc) -> str:
    return next((part for part in reversed(loc) if isinstance(part, str)), "")


def _path(loc: Loc) -> str:
    return ".".join(part for part in loc if isinstance(part, str))


def _written(value: object) -> str:
    return str(value)[:80]

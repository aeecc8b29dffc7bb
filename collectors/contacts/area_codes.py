"""The area code that the writing of a number shows. No text around it is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers


def area_code(written: str, has_prefix: bool, national: str) -> str | None:
    """The code that the grouping shows; None where no number is grouped so (a date, a СНИЛС)."""
    if len(national) != 10:
        return None
    rest = re.sub(r"^\(?(?:\+\s?7|[78])", "", written) if has_prefix else written
    if bracket := re.search(r"\(([\d\s\-]{3,7})\)", rest):
        return digits_of(bracket[1])
    groups = re.findall(r"\d{1,11}", rest)
    if len(groups) == 1 or (has_prefix and _is_run_together(groups)):
        return _registered_code(national)
    sizes = [len(group) for group in groups]
    if (has_prefix and sizes[:2] == [2, 3]) or sizes == [3, 2, 5]:  # 8 38 250 3-55-46, 861-40-67226
        groups = [groups[0] + groups[1], *groups[2:]]
    if len(groups[0]) not in (3, 4, 5) or len(groups) > 6 or groups[1:] == ["345", "678"]:
        return None
    return groups[0] if max(map(len, groups[1:])) < 8 and groups[-1] != "" else None


def _is_run_together(groups: Sequence[str]) -> bool:
    """«8382502-13-45»: the code sticks to the number's first group."""
    return 6 <= len(groups[0]) <= 8 and all(len(group) == 2 for group in groups[1:])


@lru_cache(maxsize=16384)  # a number stands on every page of its site
def _registered_code(national: str) -> str:
    number = phonenumbers.parse(f"+7{national}", "RU")
    return national[: phonenumbers.length_of_geographical_area_code(number)]


def is_solid(written: str, has_prefix: bool) -> bool:
    """Code and number run together: «83825021345», «8382502-13-45»."""
    groups = re.findall(r"\d{1,11}", written)
    runs_on = len(groups[0]) > 5 + has_prefix or max(map(len, groups)) > 7
    return "(" not in written and runs_on


@lru_cache(maxsize=16384)
def exists(e164: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(e164, None))


def is_area(code: str) -> bool:
    """A mobile or toll-free code is nobody's town."""
    return bool(code) and code[0] in "348" and not code.startswith("80")


def digits_of(written: str) -> str:
    return re.sub(r"\D", "", written)

"""How far the wall of one page was read, and what one answer adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collectors import numbers
from collectors.model import Evidence, Failure, FailureCode
from collectors.vk.errors import VkError, numbered
from collectors.vk.groups import Found
from collectors.vk.posts import Sheet, sheet
from collectors.vk.reader import ApiAnswer
from collectors.vk.script import CALLS, items_of, wall_values
from collectors.vk.settings import FULL_SHEET, WALL_GET


@dataclass(frozen=True, slots=True, kw_only=True)
class WallReading:
    """How far the wall of one page was read."""

    found: Found
    count: int
    more: int = 0  # posts than of others a first sheet is asked for
    sheets: tuple[Sheet, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    failure: Failure | None = None
    whole: bool = False  # read whole items: the projection of this wall was not aligned
    alone: bool = False  # by a plain call
    tries: int = 0
    company: int = CALLS  # how many walls one execute may read with this one
    part: int = 0  # of a batch that failed: it is read with nobody else

    @property
    def owner(self) -> int:
        return -int(self.found.group["id"])

    @property
    def offset(self) -> int:
        return self.sheets[-1].next_offset if self.sheets else 0

    @property
    def values(self) -> Mapping[str, Any]:
        return wall_values(self.owner, self.offset, FULL_SHEET if self.sheets else self.count)


def is_failed(entry: Any) -> bool:
    """A failed inner call is `false`, and so nothing of it can be projected."""
    return not isinstance(entry, dict) or (entry.get("count") is None and not entry.get("n"))


def matching_errors(answer: ApiAnswer, refusals: int) -> list[VkError | None]:
    """VK names errors only in their order: they can be told apart if there is one a refusal."""
    told = answer.payload.get("execute_errors")
    errors: list[VkError | None] = [
        numbered(WALL_GET, one["error_code"], str(one.get("error_msg", "")))
        for one in (told if isinstance(told, list) else ())
        if isinstance(one, dict)
        and one.get("method") == WALL_GET
        and numbers.whole(one.get("error_code")) is not None
    ]
    return errors if len(errors) == refusals else [None] * refusals


def with_entry(reading: WallReading, entry: Any, evidence: tuple[Evidence, ...]) -> WallReading:
    """With one more sheet. Raises MisalignedError."""
    values = reading.values
    try:
        items, total = items_of(entry), numbers.count(entry.get("count"))
        read = sheet(reading.owner, items, total, values["offset"], values["count"])
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        failure = Failure(FailureCode.MALFORMED, f"{WALL_GET}: {type(error).__name__}")
        return failed_with(reading, failure, evidence)
    joined = tuple(dict.fromkeys((*reading.evidence, *evidence)))
    return replace(reading, sheets=(*reading.sheets, read), evidence=joined, tries=0)


def failed_with(
    reading: WallReading, failure: Failure, evidence: tuple[Evidence, ...]
) -> WallReading:
    joined = tuple(dict.fromkeys((*reading.evidence, *evidence)))
    return replace(reading, failure=failure, evidence=joined)

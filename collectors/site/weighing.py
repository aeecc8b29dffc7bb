"""Where an answer is taken apart: a heavy one in a process, a big one in a thread, a usual one at
once, and only one of these between two looks of the loop at everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from collectors.apart import HEAVY, Apart, OverrunError
from collectors.http.answers import Answer
from collectors.http.errors import ReadError
from collectors.model import Failure, FailureCode

P = ParamSpec("P")
Value = TypeVar("Value")

BIG = 30_000  # bytes: usual ones take some milliseconds
MANY_TAGS = 2_500
MANY_LINKS = 200  # each costs a hundred times what a line of text does


@dataclass(frozen=True, slots=True)
class Scales:
    """What the sites of one run share."""

    apart: Apart
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def weigh(
        self, answer: Answer, function: Callable[P, Value], *args: P.args, **kwargs: P.kwargs
    ) -> Value:
        """The function's value, without holding up the other sites. A usual answer takes some
        milliseconds, and handing it over to a thread and back would make that a fifth more.

        Raises ReadError where the answer asked for more work than any page is given.
        """
        if is_usual(answer.body):
            async with self.alone:
                value = function(*args, **kwargs)
                await asyncio.sleep(0)  # answers that came together are read one by one
            return value
        if len(answer.body) <= HEAVY:
            return await asyncio.to_thread(function, *args, **kwargs)
        try:
            return await self.apart.call(function, *args, **kwargs)
        except OverrunError as error:
            failure = Failure(FailureCode.CUT, f"{answer.url} is too much work")
            raise ReadError(failure, answer.evidence) from error


def is_usual(body: bytes) -> bool:
    """It is read before anybody notices."""
    if len(body) > BIG or body.count(b"<") > MANY_TAGS:
        return False
    links = body.count(b"href") + body.count(b"</loc")
    return links + body.count(b"@") // 4 <= MANY_LINKS

"""A few things at once, in order, with nothing left running behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

AT_ONCE = 4
"""So that slow answers do not slow the pace; the pace itself is the client's."""


def chunks(things: Sequence[T], size: int) -> list[list[T]]:
    rest = iter(things)
    return list(iter(lambda: list(islice(rest, size)), []))


async def in_turns(things: Sequence[T], do: Callable[[T], Awaitable[U]]) -> list[U]:
    answers: list[U] = []
    for few in chunks(things, AT_ONCE):
        answers += await together([do(thing) for thing in few])
    return answers


async def together(work: Sequence[Awaitable[T]]) -> list[T]:
    """All results in order; the first error ends the others and is raised as it is."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

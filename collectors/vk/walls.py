"""Walls of many pages, 25 a call through `execute`, several tokens sharing the work.

A token takes the next pages from one list, reserves its calls of `wall.get` for them, and puts
back what must be read on, or read otherwise. A batch that is too big for VK is halved, as is one
that fails as a whole, until the wall that makes it fail is alone (`halving.py`); a token that may
not `execute` reads one wall a call. Calls that the ledger frees within the hour, as
yesterday's run made them, are waited for.

Pages are found while walls are read, only so far ahead that no token has to wait for them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from dataclasses import replace
from itertools import count as numbers
from typing import Any

from collectors.halving import Halvings
from collectors.model import Evidence, Failure, FailureCode, Observation, Run
from collectors.vk.errors import MAY_NOT_EXECUTE, NEEDS_HALVING, Action, VkError
from collectors.vk.groups import Found
from collectors.vk.posts import reaches
from collectors.vk.reader import LINES, ApiAnswer, TokenReader
from collectors.vk.reading import WallReading, failed_with, is_failed, matching_errors, with_entry
from collectors.vk.script import (
    CALLS,
    MisalignedError,
    OriginalsAsked,
    proof,
    walls_script,
)
from collectors.vk.settings import FULL_SHEET, MAX_SHEETS, WALL_GET, wanted

POSTS_A_DAY = 0.75  # a first sheet covers the window of a page that posts five times a week
WEIGHT = 40_000  # bytes a wall: heavier walls are read in smaller first sheets
FEWEST_POSTS = 30  # of a first sheet: three posts a week for ten weeks
WAIT_SECONDS = 3600.0  # for calls that the ledger frees, in all
FREED_AT_ONCE = 1.0  # seconds in which freed calls gather, so that a batch is worth its request
UNREADY = frozenset({1, 10, 12})  # answers to a script whose `@.length` VK may not understand
EMPTY_BATCHES = 2  # answered null to the end, of a run
TRIES = 3  # of one wall, for errors inside an execute that may pass


Told = Sequence[Found | Observation]


def first_count(run: Run) -> int:
    """How many posts a wall is asked for first: what an active page writes since `walls_since`."""
    days = (run.as_of - run.walls_since).total_seconds() / 86400
    return max(20, min(FULL_SHEET, round(days * POSTS_A_DAY)))


def _more(run: Run, found: Found) -> int:
    """A page that posts much is asked for as many at once as it is likely to show."""
    return max(0, wanted(run.expected.get(found.page.key, 0)) - first_count(run))


async def read_walls(
    readers: Sequence[TokenReader], told: AsyncIterator[Told], run: Run
) -> AsyncIterator[tuple[WallReading | Observation, ...]]:
    """Every page once, batch by batch as answers come; a wall not read has a `failure`.

    What is told of a page that has no wall is passed on as it is.
    """
    walls = _Walls(readers, run)
    work = asyncio.create_task(walls.read_all(told))
    try:
        while (done := await walls.done.get()) is not None:
            yield done
        await work  # raises what stopped it, as a failure to store evidence
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


class _Walls:
    """The list of readings that wait, and the queue of those that are done."""

    def __init__(self, readers: Sequence[TokenReader], run: Run) -> None:
        self.done: asyncio.Queue[tuple[WallReading | Observation, ...] | None] = asyncio.Queue()
        self._waiting: deque[WallReading] = deque()
        self._all_told = False
        self._changed = asyncio.Event()
        self._readers = readers
        self._run = run
        self._projects = True
        self._company = CALLS
        self._halvings = Halvings()
        self._parts = numbers(1)
        self._too_big = 0
        self._emptied = 0
        self._originals = OriginalsAsked.UNPROVEN
        self._posts = first_count(run)
        self._patience = WAIT_SECONDS

    async def read_all(self, told: AsyncIterator[Told]) -> None:
        finding = asyncio.create_task(self._find(told))
        try:
            while self._ready() and await self._has_more():
                await _together(self._read_with(reader) for reader in self._ready())
            while await self._has_more():
                self._finish(replace(one, failure=self._why_not()) for one in self._taken())
            await finding  # raises what stopped it
        finally:
            finding.cancel()
            await asyncio.gather(finding, return_exceptions=True)
            self.done.put_nowait(None)

    def _ready(self) -> list[TokenReader]:
        return [reader for reader in self._readers if _may_read(reader)]

    def _taken(self) -> list[WallReading]:
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    # --- which pages there are ---

    async def _find(self, told: AsyncIterator[Told]) -> None:
        """Ahead of the reading by no more than what its lines are at."""
        try:
            async for batch in told:
                self._finish(one for one in batch if isinstance(one, Observation))
                count = first_count(self._run)
                self._waiting.extend(
                    WallReading(found=one, count=count, more=_more(self._run, one))
                    for one in batch
                    if not isinstance(one, Observation)
                )
                await self._told_and_read()
        finally:
            self._all_told = True
            self._changed.set()

    async def _told_and_read(self) -> None:
        """Tells the lines that there is more; back when little of it is left."""
        enough = CALLS * LINES * len(self._readers)
        self._changed.set()
        while len(self._waiting) >= enough:
            self._changed.clear()
            await self._changed.wait()

    async def _has_more(self) -> bool:
        """Whether a wall waits; while pages are still being found, one execute's worth of them."""
        self._changed.set()
        while len(self._waiting) < CALLS and not self._all_told:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._waiting)

    # --- a token's lines ---

    async def _read_with(self, reader: TokenReader) -> None:
        """The first batch alone: it shows whether the token may `execute`."""
        await self._read_next(reader)

        async def line() -> None:
            while await self._read_next(reader):
                pass

        await _together(line() for _ in range(LINES))

    async def _read_next(self, reader: TokenReader) -> bool:
        if not (_may_read(reader) and await self._has_more() and _may_read(reader)):
            return False
        batch = self._reserve(reader, self._next_batch(reader))
        if not batch:
            return await self._wait_for_calls(reader)
        try:
            await reader.rest(max(one.tries for one in batch))
            self._sort(await self._read(reader, batch))
        except BaseException:
            self._waiting.extendleft(reversed(batch))
            raise
        return True

    async def _wait_for_calls(self, reader: TokenReader) -> bool:
        """Whether calls of yesterday end their day soon: then the token goes on with them."""
        seconds = self._run.budget.frees_in(reader.name, WALL_GET)
        if seconds is None or self._patience <= 0:
            why = Failure(FailureCode.QUOTA, f"{WALL_GET}: today's calls are used up")
            reader.end_walls(why)
            return False
        pause = min(max(seconds, FREED_AT_ONCE), self._patience)
        self._patience -= pause
        await asyncio.sleep(pause)
        return True

    def _next_batch(self, reader: TokenReader) -> list[WallReading]:
        """Readings of one kind: several for `execute`, or one for a plain call."""
        batch = [self._waiting.popleft()]
        if batch[0].alone or not reader.may_execute:
            return batch
        whole = self._is_whole(batch[0])
        while self._waiting:
            following = self._waiting[0]
            if following.alone or self._is_whole(following) != whole:
                break
            if following.part != batch[0].part:
                break
            if len(batch) >= min(self._company, batch[0].company, following.company):
                break
            batch.append(self._waiting.popleft())
        return batch

    def _is_whole(self, reading: WallReading) -> bool:
        return reading.whole or not self._projects

    def _reserve(self, reader: TokenReader, batch: list[WallReading]) -> list[WallReading]:
        """What the day's quota leaves of the batch; the rest waits for another token."""
        granted = self._run.budget.take(reader.name, WALL_GET, len(batch))
        self._waiting.extendleft(reversed(batch[granted:]))
        return [one if one.sheets else self._with_count(one) for one in batch[:granted]]

    def _with_count(self, reading: WallReading) -> WallReading:
        return replace(reading, count=min(FULL_SHEET, self._posts + reading.more))

    # --- one call ---

    async def _read(self, reader: TokenReader, batch: list[WallReading]) -> list[WallReading]:
        if batch[0].alone or not reader.may_execute:
            return [await self._read_alone(reader, batch[0]), *batch[1:]]  # put back, not lost
        whole = self._is_whole(batch[0])
        try:
            script = walls_script([one.values for one in batch], whole, self._originals)
            answer = await reader.call("execute", code=script, is_part=_is_part(batch))
            return self._of_execute(reader, batch, answer)
        except VkError as error:
            return self._after(reader, batch, error)

    async def _read_alone(self, reader: TokenReader, reading: WallReading) -> WallReading:
        try:
            answer = await reader.call(WALL_GET, **reading.values)
            return with_entry(reading, answer.response, answer.evidence)
        except VkError as error:
            return self._refuse(reading, error)

    def _after(
        self, reader: TokenReader, batch: list[WallReading], error: VkError
    ) -> list[WallReading]:
        """What becomes of a batch whose `execute` failed as a whole."""
        if self._originals is OriginalsAsked.UNPROVEN and _is_unready(error):
            self._originals = OriginalsAsked.WHOLE
            return batch
        if error.number in MAY_NOT_EXECUTE:
            reader.may_execute = False
            return batch
        if error.number in NEEDS_HALVING:
            return self._halve(batch)
        if error.may_be_of_one and self._halvings.may(batch):
            return self._part(batch)
        return [self._refuse(reading, error) for reading in batch]

    def _part(self, batch: list[WallReading]) -> list[WallReading]:
        half = (len(batch) + 1) // 2
        halves = ((next(self._parts), half) for half in (batch[:half], batch[half:]))
        return [replace(one, part=number) for number, half in halves for one in half]

    def _halve(self, batch: list[WallReading]) -> list[WallReading]:
        """One heavy wall makes only its own batch smaller; the second full batch makes all so."""
        if len(batch) == 1:
            return [replace(batch[0], alone=True)]
        half = (len(batch) + 1) // 2
        self._too_big += len(batch) == self._company
        if self._too_big >= 2:
            self._company, self._too_big = half, 0
        return [replace(reading, company=half) for reading in batch]

    def _refuse(self, reading: WallReading, error: VkError) -> WallReading:
        """Put back if another token may read it, else failed; what was read before stays."""
        return reading if error.ends_work else failed_with(reading, error.failure, error.evidence)

    # --- one answer of execute ---

    def _of_execute(
        self, reader: TokenReader, batch: list[WallReading], answer: ApiAnswer
    ) -> list[WallReading]:
        entries = answer.response
        if not isinstance(entries, list) or len(entries) != len(batch):
            return self._of_empty(reader, batch)
        if self._originals is OriginalsAsked.UNPROVEN:
            self._originals = proof(entries)
        self._halvings.was_answered()
        self._weigh(batch, answer.size)
        errors = iter(matching_errors(answer, sum(map(is_failed, entries))))
        return [
            self._of_refusal(reader, reading, next(errors), answer.evidence)
            if is_failed(entry)
            else self._of_entry(reading, entry, answer.evidence)
            for reading, entry in zip(batch, entries, strict=True)
        ]

    def _weigh(self, batch: Sequence[WallReading], size: int) -> None:
        """Long texts make the first sheets shorter: those of pages that post much are read on."""
        first, weight = [one.count for one in batch if not one.sheets], size / len(batch)
        if first and weight > WEIGHT:
            asked = sum(first) / len(first)
            self._posts = min(self._posts, max(FEWEST_POSTS, int(asked * WEIGHT / weight)))

    def _of_empty(self, reader: TokenReader, batch: list[WallReading]) -> list[WallReading]:
        """`response: null`, as VK gives it when it could not bring the answer together.

        Tried again, then each wall is asked for by itself; a token to which this happened
        `EMPTY_BATCHES` times is not let `execute` any more, for every try costs the day's calls.
        """
        if batch[0].tries + 1 < TRIES:
            return [replace(one, tries=one.tries + 1) for one in batch]
        self._emptied += 1
        reader.may_execute = reader.may_execute and self._emptied < EMPTY_BATCHES
        return [replace(one, alone=True, tries=0) for one in batch]

    def _of_entry(
        self, reading: WallReading, entry: Any, evidence: tuple[Evidence, ...]
    ) -> WallReading:
        try:
            return with_entry(reading, entry, evidence)
        except MisalignedError:
            self._projects = False  # this VK drops missing keys: no use in asking so again
            return replace(reading, whole=True)

    def _of_refusal(
        self,
        reader: TokenReader,
        reading: WallReading,
        error: VkError | None,
        evidence: tuple[Evidence, ...],
    ) -> WallReading:
        """`error` None: the errors could not be told apart, so each wall is asked by itself."""
        if error is None:
            return replace(reading, alone=True)
        if error.ends_work:
            reader.draw_consequences(error, WALL_GET)
            return reading
        if error.action is Action.GIVE_UP or reading.tries + 1 >= TRIES:
            return failed_with(reading, error.failure, evidence)
        return replace(reading, tries=reading.tries + 1)

    # --- afterwards ---

    def _sort(self, readings: Sequence[WallReading]) -> None:
        """Done, or to be read on: what was begun is finished before the day's calls end."""
        self._finish(one for one in readings if self._is_done(one))
        left = [one for one in readings if not self._is_done(one)]
        self._waiting.extendleft(one for one in reversed(left) if _goes_on(one))
        self._waiting.extend(one for one in left if not _goes_on(one))

    def _is_done(self, reading: WallReading) -> bool:
        if reading.failure is not None:
            return True
        if not reading.sheets:
            return False
        last = reading.sheets[-1]
        read_enough = reaches(reading.sheets, self._run.walls_since)
        return read_enough or last.is_last or len(reading.sheets) >= MAX_SHEETS

    def _finish(self, readings: Iterable[WallReading | Observation]) -> None:
        if finished := tuple(readings):
            self.done.put_nowait(finished)

    def _why_not(self) -> Failure:
        reasons = [r.walls_ended or r.ended for r in self._readers]
        return next((one for one in reasons if one), Failure(FailureCode.INTERRUPTED))


async def _together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first error ends the others and is raised as it is, not in a group."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _goes_on(reading: WallReading) -> bool:
    """It has just got further; one that is tried again waits its turn."""
    return bool(reading.sheets) and not reading.tries


def _is_part(batch: Sequence[WallReading]) -> bool:
    """The last one, alone, has all the repetitions: what it is refused for is its own."""
    return len(batch) > 1 and batch[0].part > 0


def _may_read(reader: TokenReader) -> bool:
    return reader.ended is None and reader.walls_ended is None


def _is_unready(error: VkError) -> bool:
    """The answer to a script that VK could not run, or broke down over."""
    broken = error.number is None and error.failure.code in (
        FailureCode.SERVER_ERROR,
        FailureCode.MALFORMED,
    )
    return broken or error.number in UNREADY

"""A token at work: its lines, its pace, its repetitions, and what it has shown so far."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from collectors.model import Evidence, Failure, FailureCode, Run
from collectors.vk.errors import Action, VkError
from collectors.vk.settings import WALL_GET, VkSettings, fingerprint
from collectors.vk.transport import Line, Pace, Payload

log = logging.getLogger(__name__)

Value = TypeVar("Value")

LINES = 4  # three calls a second stay possible up to an answer's time of 1.3 s
KEEPERS = 1  # threads beside, which write evidence while all lines ask
ATTEMPTS = 4
PAUSE_ATTEMPTS = 2
PAUSE_FACTOR = 10  # a pause after flood control is so many times a repetition's
SILENT_ATTEMPTS = 12  # so many in a row without an answer end a token's work
TOO_FAST = 6  # VK's error "Too many requests per second"
UNREACHABLE = (FailureCode.TIMEOUT, FailureCode.CONNECTION, FailureCode.DNS)


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """The whole envelope: `response`, and beside it `execute_errors`."""

    payload: Payload
    evidence: tuple[Evidence, ...]
    size: int = 0  # bytes

    @property
    def response(self) -> Any:
        return self.payload["response"]


@dataclass(frozen=True, slots=True)
class Signals:
    """What the control pages showed to this token in this run (guard G20)."""

    mark: bool = False
    menu: bool = False


class TokenReader:
    """One token. `ended` holds why it stopped for this run; what it had read stays read."""

    def __init__(self, settings: VkSettings, token: str, run: Run) -> None:
        self.name = fingerprint(token)
        self.ended: Failure | None = None
        self.walls_ended: Failure | None = None
        self.may_execute = True
        self.signals = Signals()
        self.knows_controls = False
        self._run = run
        self._token = token
        self._backoff = settings.backoff
        self._pace = Pace(settings.requests_per_second, self.name, run.turns)
        self._threads = ThreadPoolExecutor(LINES + KEEPERS, thread_name_prefix=f"vk-{self.name}")
        self._lines: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        self._silent = 0
        for _ in range(LINES):
            self._lines.put_nowait(Line(settings, token, run.user_agent))

    async def call(self, method: str, *, is_part: bool = False, **values: Any) -> ApiAnswer:
        """Raises VkError when the repetitions are used up, and at once where none helps.

        `is_part`: of a batch that failed, to be halved again rather than repeated.
        """
        if self.ended is not None:
            raise VkError(Action.STOP_TOKEN, self.ended)
        before: list[VkError] = []
        patient = AsyncRetrying(
            before_sleep=lambda state: before.append(_trouble(state)),
            retry=retry_if_exception(_is_passing),
            stop=_has_failed_as_part if is_part else _has_tried_enough,
            wait=self._wait,
            reraise=True,
        )
        try:
            answer: ApiAnswer = await patient(self._once, method, values)
        except VkError as error:
            raise _most_telling([*before, error]) from None
        return answer

    def close(self) -> None:
        """Never waits: a thread that is still in a call ends with that call's time-out."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not self._lines.empty():
            self._lines.get_nowait().close()

    async def rest(self, tries: int) -> None:
        """Before a wall is asked for again that VK, inside an `execute`, could not give."""
        await asyncio.sleep(min(tries, ATTEMPTS) * self._backoff)

    def end_walls(self, failure: Failure) -> None:
        self.walls_ended = self.walls_ended or failure

    def _wait(self, state: RetryCallState) -> float:
        usual = wait_exponential_jitter(
            multiplier=self._backoff, max=8 * self._backoff, jitter=self._backoff
        )
        paused = _trouble(state).action is Action.PAUSE
        return usual(state) * (PAUSE_FACTOR if paused else 1)

    async def _once(self, method: str, values: Payload) -> ApiAnswer:
        line = await self._lines.get()
        try:
            call = await self._pace.turn(method)
            told, exchange = await self._in_thread(line.ask, method, values)
            self._pace.answered(call)
        finally:
            self._lines.put_nowait(line)
        keep = self._run.evidence.keep  # packing and hashing let the other lines go on
        evidence = (await self._in_thread(keep, exchange),) if exchange else ()
        silent = isinstance(told, VkError) and told.failure.code in UNREACHABLE
        self._silent = self._silent + 1 if silent else 0
        if isinstance(told, VkError):
            raise self._note(told, method, evidence)
        return ApiAnswer(told, evidence, len(exchange.body) if exchange else 0)

    async def _in_thread(self, work: Callable[..., Value], *given: Any) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _note(self, trouble: VkError, method: str, evidence: tuple[Evidence, ...]) -> VkError:
        """The same trouble with its evidence, its token masked, its consequences drawn."""
        detail = trouble.failure.detail.replace(self._token, "***")
        failure = Failure(trouble.failure.code, detail)
        action = trouble.action
        if self._silent >= SILENT_ATTEMPTS:
            action = Action.STOP_TOKEN
        log.warning("token %s: %s", self.name, detail)
        noted = VkError(action, failure, trouble.number, evidence)
        self.draw_consequences(noted, method)
        return noted

    def draw_consequences(self, trouble: VkError, method: str) -> None:
        """Also for errors inside `execute`, which arrive in an answer that is good as a whole."""
        counted = WALL_GET if method == "execute" else method
        if trouble.number == TOO_FAST:
            self._pace.widen()
        if trouble.number == 29:
            self._run.budget.exhaust(self.name, counted)
        if trouble.action is Action.STOP_METHOD and (method == WALL_GET or trouble.number == 29):
            self.end_walls(trouble.failure)
        if trouble.action is Action.STOP_TOKEN and not _may_mean_no_execute(trouble, method):
            log.error("token %s ends its work in this run: %s", self.name, trouble.failure.detail)
            self.ended = self.ended or trouble.failure


def _may_mean_no_execute(trouble: VkError, method: str) -> bool:
    """27 and 28 at `execute` speak of that method only; a dead token will say so again."""
    return method == "execute" and trouble.number in (27, 28)


def _most_telling(errors: Sequence[VkError]) -> VkError:
    """The last one; not that we asked too fast, where something else went wrong as well."""
    last = errors[-1]
    others = [one for one in errors if one.failure.code is not FailureCode.RATE_LIMITED]
    return others[-1] if others and not last.ends_work else last


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, VkError) and error.action in (Action.RETRY, Action.PAUSE)


def _trouble(state: RetryCallState) -> VkError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, VkError)  # only troubles are repeated
    return error


def _has_failed_as_part(state: RetryCallState) -> bool:
    return _trouble(state).may_be_of_one or _has_tried_enough(state)


def _has_tried_enough(state: RetryCallState) -> bool:
    paused = _trouble(state).action is Action.PAUSE
    return state.attempt_number >= (PAUSE_ATTEMPTS if paused else ATTEMPTS)

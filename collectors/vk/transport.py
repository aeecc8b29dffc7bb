"""One line to VK: the vk-api library over a session that is bounded in time and leaves a trace.

The library knows neither another base address nor a time-out, repeats error 6 without end and
breaks on a captcha without a picture (python273/vk_api 11.10.1): the adapter and the emptied
table of its error handlers cure all four.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import jconfig
import requests
import urllib3
import vk_api
from requests.adapters import HTTPAdapter

from collectors.model import VK, Exchange, Failure, FailureCode, Route, Turns
from collectors.numbers import has_endless_number, parsed, whole
from collectors.route import route_of_connection
from collectors.vk.errors import Action, VkError, malformed, numbered
from collectors.vk.settings import VkSettings

LIBRARY_BASE = "https://api.vk.ru/"  # what vk-api has built in
CONNECT_SECONDS = 5
MAX_BYTES = 16_000_000  # VK ends at 5 MB; more is not VK
CHUNK = 65536
SPACING, STEP, CAREFUL = 1.03, 0.025, 1.1  # intervals between calls, in bare ones
CATCHING_UP = 0.01  # of an interval: a turn that comes so late delays no other
HELD_UP = 0.5  # of an interval: a call that took longer still was rather answered slowly

Payload = Mapping[str, Any]


class Rebase(HTTPAdapter):
    """Sends to our base address, bounds the whole answer in time, and remembers the exchange."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__()
        self.base = urlsplit(base)
        self.timeout = timeout
        self.exchange: Exchange | None = None

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        del args  # the session gives everything by name
        self.exchange = None
        deadline = time.monotonic() + self.timeout
        request.url = self._rebase(str(request.url))
        options |= {"stream": True, "timeout": (min(CONNECT_SECONDS, self.timeout), self.timeout)}
        response = super().send(request, **options)
        body, route = bytearray(), route_of_connection(response.raw.connection)
        try:
            _read(response, body, deadline)
        finally:
            self.exchange = _exchange(request, response, bytes(body), route)
        response._content = _readable(bytes(body))
        if response.is_redirect:  # followed, a 307 would carry the token to another host
            raise requests.TooManyRedirects("the API answered with a redirect")
        return response

    def _rebase(self, url: str) -> str:
        asked = urlsplit(url)
        path = self.base.path.rstrip("/") + asked.path
        return urlunsplit((self.base.scheme, self.base.netloc, path, asked.query, ""))


def _read(response: requests.Response, body: bytearray, deadline: float) -> None:
    """Piece by piece, so that a slow drip cannot outlast the deadline."""
    try:
        while piece := response.raw.read1(CHUNK, decode_content=True):
            body += piece
            if time.monotonic() > deadline:
                raise requests.ReadTimeout("the answer dripped past its time-out")
            if len(body) > MAX_BYTES:
                raise requests.exceptions.ContentDecodingError("the answer is too large")
    except urllib3.exceptions.TimeoutError as error:
        raise requests.ReadTimeout(str(error)) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error


def _readable(body: bytes) -> bytes:
    """One endless number makes Python refuse the answer, and all that it tells of others."""
    if not has_endless_number(body):
        return body
    try:
        return json.dumps(parsed(body)).encode()
    except (ValueError, RecursionError):
        return body


def _exchange(
    request: requests.PreparedRequest,
    response: requests.Response,
    body: bytes,
    route: Route | None,
) -> Exchange:
    sent = request.body or b""
    return Exchange(
        network=VK,
        method=str(request.method),
        url=str(request.url),
        request_headers=dict(request.headers),
        request_body=sent.encode() if isinstance(sent, str) else bytes(sent),
        status=response.status_code,
        reason=_as_utf8(response.reason or ""),
        headers=tuple((name, _as_utf8(value)) for name, value in response.raw.headers.items()),
        body=body,
        fetched_at=datetime.now(UTC),
        route=route,
    )


def _as_utf8(text: str) -> str:
    """The library takes every byte of a head for a sign."""
    return text.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


class Line:
    """One VkApi object; serves one call at a time, in a thread."""

    def __init__(self, settings: VkSettings, token: str, user_agent: str) -> None:
        self._adapter = Rebase(settings.api_url, settings.timeout)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = user_agent
        self._session.mount(LIBRARY_BASE, self._adapter)
        self._api = vk_api.VkApi(
            token=token,
            session=self._session,
            api_version=settings.api_version,
            config=jconfig.MemoryConfig,
        )
        self._api.RPS_DELAY = 0  # the pace is kept over all lines of the token, in Pace
        self._api.error_handlers.clear()  # every numbered error comes to us as it is

    def ask(self, method: str, values: Payload) -> tuple[Payload | VkError, Exchange | None]:
        """The whole envelope of the answer, or what went wrong; never raises for the network."""
        self._adapter.exchange = None
        return self._ask(method, values), self._adapter.exchange

    def _ask(self, method: str, values: Payload) -> Payload | VkError:
        try:
            payload = self._api.method(method, dict(values), raw=True)
        except vk_api.ApiError as error:
            return _of_number(method, error.error)
        except vk_api.ApiHttpError as error:
            return _of_status(method, error.response.status_code)
        except requests.RequestException as error:
            return _of_network(method, error)
        except MemoryError:
            raise
        except Exception as error:  # an answer that the library trips over
            return malformed(method, f"not an answer of VK ({type(error).__name__})")
        if isinstance(payload, dict) and "response" in payload:
            return payload
        return malformed(method, "an answer without `response`")

    def close(self) -> None:
        self._session.close()


def _of_number(method: str, error: Mapping[str, Any]) -> VkError:
    code, subcode = whole(error.get("error_code")), whole(error.get("error_subcode"))
    if code is None:
        return malformed(method, "an error without a number")
    message = str(error.get("error_msg", ""))
    return numbered(method, code, message, subcode)


def _of_status(method: str, status: int) -> VkError:
    detail = f"{method}: HTTP {status}"
    if status >= 500:
        return VkError(Action.RETRY, Failure(FailureCode.SERVER_ERROR, detail))
    if status == 429:
        return VkError(Action.PAUSE, Failure(FailureCode.RATE_LIMITED, detail))
    code = FailureCode.FORBIDDEN if status in (401, 403) else FailureCode.OUR_FAULT
    return VkError(Action.GIVE_UP, Failure(code, detail))


def _of_network(method: str, error: requests.RequestException) -> VkError:
    """The text of the error may quote the request, so only its kind is told."""
    detail = f"{method}: {type(error).__name__}"
    code = _network_code(error)
    final = code in (FailureCode.REDIRECTS, FailureCode.TLS)
    return VkError(Action.GIVE_UP if final else Action.RETRY, Failure(code, detail))


def _network_code(error: requests.RequestException) -> FailureCode:
    for kind, code in (
        (requests.Timeout, FailureCode.TIMEOUT),
        (requests.TooManyRedirects, FailureCode.REDIRECTS),
        (requests.exceptions.SSLError, FailureCode.TLS),
        (requests.exceptions.ChunkedEncodingError, FailureCode.MALFORMED),
        (requests.exceptions.ContentDecodingError, FailureCode.MALFORMED),
        (requests.exceptions.JSONDecodeError, FailureCode.MALFORMED),
    ):
        if isinstance(error, kind):
            return code
    reason = getattr(error.args[0], "reason", None) if error.args else None
    unresolved = isinstance(reason, urllib3.exceptions.NameResolutionError)
    return FailureCode.DNS if unresolved else FailureCode.CONNECTION


@dataclass(slots=True)
class Sent:
    """One call on its way, by the monotonic clock."""

    method: str
    begun: float
    took: float | None = None

    def so_far(self) -> float:
        return time.monotonic() - self.begun if self.took is None else self.took


class Pace:
    """At most so many calls a second over all lines of a token, latency left out of the account.

    A little more than the bare interval, so that calls that bunch on the way stay within it; each
    time that VK finds it too fast, some more, up to a tenth. A call that took longer than others
    of its kind may have arrived that much later (a new connection, a busy machine): the second is
    counted from then. `turns`: where other processes use the token too, it says when it is ours.
    """

    def __init__(self, per_second: float, reader: str = "", turns: Turns | None = None) -> None:
        self._bare = 1 / per_second
        self._interval = SPACING * self._bare
        self._reader = reader
        self._turns = turns
        self._next = 0.0
        self._lock = asyncio.Lock()
        self._sent: deque[Sent] = deque(maxlen=max(1, round(per_second)))
        self._times: dict[str, list[float]] = {}  # the two quickest answers to each method

    async def turn(self, method: str = "") -> Sent:
        async with self._lock:
            if self._turns is None:
                await self._own_turn()
            else:
                await self._shared_turn(self._turns)
            self._sent.append(Sent(method, time.monotonic()))
            return self._sent[-1]

    def answered(self, call: Sent) -> None:
        call.took = call.so_far()
        known = self._times.setdefault(call.method, [])
        self._times[call.method] = sorted([*known, call.took])[:2]

    def _earliest(self) -> float:
        """So many calls may be on their way within one second, and no more."""
        if len(self._sent) < (self._sent.maxlen or 0):
            return 0.0
        first = self._sent[0]
        held_up = min(first.so_far() - self._usual(first), HELD_UP * self._bare)
        return first.begun + max(0.0, held_up) + len(self._sent) * self._bare

    def _usual(self, call: Sent) -> float:
        """What a call takes that nothing holds up; one answer alone cannot tell."""
        of_its_kind = self._times.get(call.method, [])
        known = of_its_kind if len(of_its_kind) > 1 else chain.from_iterable(self._times.values())
        return min(known, default=call.so_far())

    async def _own_turn(self) -> None:
        await asyncio.sleep(max(self._next, self._earliest()) - time.monotonic())
        late = time.monotonic() - self._next
        self._next += self._interval + (0.0 if late < CATCHING_UP * self._bare else late)

    async def _shared_turn(self, turns: Turns) -> None:
        """A turn that this machine was too busy for is let go when the next one is another's."""
        while True:
            wait = turns.next(self._reader, self._interval)
            begins = time.monotonic() + wait
            if wait and begins > self._next + self._interval / 2:
                self._interval = CAREFUL * self._bare  # another's was between: two ways to bunch
            await asyncio.sleep(max(begins, self._earliest()) - time.monotonic())
            late = time.monotonic() - begins
            self._next = begins + late + self._interval
            if late < CATCHING_UP * self._bare or turns.put_off(self._reader, late):
                return

    def widen(self) -> None:
        self._interval = min(self._interval + STEP * self._bare, CAREFUL * self._bare)

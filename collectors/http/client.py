"""One way to read over HTTP: named, paced, bounded, checked, and kept as evidence."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Container, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import httpx
from aiolimiter import AsyncLimiter

from collectors.apart import HEAVY
from collectors.guard import (
    Guard,
    GuardedNetwork,
    Resolver,
    check_url,
    resolve,
)
from collectors.http.answers import Answer, Extent, content_type
from collectors.http.bodies import read_body, read_nothing
from collectors.http.conditions import NOT_MODIFIED, Earlier, Held
from collectors.http.cookies import CookieStore
from collectors.http.errors import (
    EXPECTED,
    ReadError,
    TooManyRedirectsError,
    check_definite,
    read_error,
)
from collectors.http.limits import Limits
from collectors.http.locations import redirect_target
from collectors.http.retries import retrying
from collectors.http.transport import BYTES, GuardedTransport
from collectors.model import Evidence, Exchange, FailureCode, Original, Run
from collectors.roots import trust
from collectors.route import route_of_stream


@dataclass(slots=True)
class Client:
    """Reads addresses for one collector in one run. Made by `open_client`."""

    network: str
    run: Run
    limits: Limits
    http: httpx.AsyncClient  # makes requests
    transport: httpx.AsyncBaseTransport  # sends them
    cookies: CookieStore = field(default_factory=CookieStore)
    paces: dict[str, AsyncLimiter] = field(default_factory=dict)

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        attempts: int | None = None,
        only: Container[str] | None = None,
        partly: bool = False,
        earlier: Earlier | None = None,
    ) -> Answer:
        """Follows redirects, repeats what may pass. Raises ReadError, and OSError of the sink.

        `only`: content types whose bodies are read; of another one the answer has no body.
        `partly`: what came in part, and no better again, is an answer; it looks at `extent`.
        `earlier`: answers that are held, and taken where the server says that nothing changed.
        """
        asking = Asking(only, earlier)
        address = url if params is None else str(httpx.URL(url).copy_merge_params(dict(params)))
        follow = partial(self._follow, address, dict(headers or {}), asking)
        try:
            return await retrying(self.limits, attempts)(follow)
        except ReadError as error:
            if partly and (part := _part_of(error)):
                return part
            raise

    async def _follow(self, url: str, headers: Mapping[str, str], asking: Asking) -> Answer:
        trail: tuple[Evidence, ...] = ()
        for _ in range(self.limits.max_redirects + 1):
            answer = await self._hop(url, headers, asking, trail)
            target = redirect_target(answer)
            if target is None:
                return check_definite(answer)
            url, trail = target, answer.evidence
        raise read_error(TooManyRedirectsError(url), trail)

    async def _hop(
        self, url: str, headers: Mapping[str, str], asking: Asking, trail: tuple[Evidence, ...]
    ) -> Answer:
        """A 304 that stands for nothing is followed by a request without a condition."""
        request = self._request(url, headers, trail)
        if asking.earlier and (conditions := asking.earlier.conditions(request)):
            request.headers.update(conditions)
            answer = await self._exchange(request, asking, trail)
            if answer.status != NOT_MODIFIED:
                return answer
            trail, request = answer.evidence, self._request(url, headers, trail)
        return await self._exchange(request, asking, trail)

    def _request(
        self, url: str, headers: Mapping[str, str], trail: tuple[Evidence, ...]
    ) -> httpx.Request:
        try:
            address = check_url(url)
            if "#" in url:
                address = address.copy_with(fragment=None)
            request = self.http.build_request("GET", address, headers=headers)
            request.headers.encoding = BYTES
            self.cookies.add_to(request)
        except EXPECTED as error:
            raise read_error(error, trail) from error
        return request

    def _pace(self, url: httpx.URL) -> AsyncLimiter:
        host = url.host.removeprefix("www.")
        if host not in self.paces:
            self.paces[host] = AsyncLimiter(1, 1 / self.limits.requests_per_second)
        return self.paces[host]

    async def _exchange(
        self, request: httpx.Request, asking: Asking, trail: tuple[Evidence, ...]
    ) -> Answer:
        """One request, in its turn. What came before a failure is kept: it shows the failure."""
        async with self._pace(request.url):
            return await self._exchange_now(request, asking, trail)

    async def _exchange_now(
        self, request: httpx.Request, asking: Asking, trail: tuple[Evidence, ...]
    ) -> Answer:
        body, extent = bytearray(), Extent.WHOLE
        response: httpx.Response | None = None
        problem: Exception | None = None
        try:
            async with asyncio.timeout(self.limits.total_timeout):
                response = await self._send(request)
                if response.status_code == NOT_MODIFIED:
                    await read_nothing(response)
                elif asking.wants(response.headers):
                    extent = await read_body(response, body, self.limits.max_bytes)
                if not response.is_closed:
                    await response.aclose()
        except EXPECTED as error:
            problem = error
        held = asking.confirmed(request, response) if response and not problem else None
        if response is not None:
            exchange = self._exchange_of(request, response, bytes(body))
            last = asking.last(exchange)
            kept = replace(exchange, last=last, unchanged=held.copy if held else None)
            trail = (*trail, await self._keep(kept))
        if problem is not None or response is None:
            raise read_error(problem or RuntimeError("no answer"), trail) from problem
        return Answer(
            url=str(request.url),
            status=200 if held else response.status_code,
            headers=held.headers if held else response.headers,
            body=held.copy.body if held else bytes(body),
            evidence=trail,
            extent=extent,
            asked=request.headers,
        )

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Not by httpx's own `send`, which breaks off at a Location that it cannot parse."""
        response = await self.transport.handle_async_request(request)
        response.request = request
        response.extensions["route"] = route_of_stream(response.extensions.get("network_stream"))
        self.cookies.take_from(response)
        return response

    async def _keep(self, exchange: Exchange) -> Evidence:
        """A heavy body is searched for secrets and packed in a thread."""
        if len(exchange.body) <= HEAVY:
            return self.run.evidence.keep(exchange)
        return await asyncio.to_thread(self.run.evidence.keep, exchange)

    def _exchange_of(
        self, request: httpx.Request, response: httpx.Response, body: bytes
    ) -> Exchange:
        return Exchange(
            network=self.network,
            method=request.method,
            url=str(request.url),
            request_headers=dict(_headers_as_sent(request.headers)),
            request_body=b"",
            status=response.status_code,
            reason=_reason(response),
            headers=_headers_as_sent(response.headers),
            body=body,
            fetched_at=datetime.now(UTC),
            route=response.extensions.get("route"),
        )


@dataclass(frozen=True, slots=True)
class Asking:
    """What is wanted of the answers to one call."""

    only: Container[str] | None
    earlier: Earlier | None

    def wants(self, headers: httpx.Headers) -> bool:
        return self.only is None or content_type(headers) in self.only

    def last(self, exchange: Exchange) -> Original | None:
        if self.earlier is None or not exchange.body:
            return None
        return self.earlier.last(exchange.url, exchange.body)

    def confirmed(self, request: httpx.Request, response: httpx.Response) -> Held | None:
        """What is held and, as the server says, still there. It was wanted when it came."""
        if self.earlier is None or response.status_code != NOT_MODIFIED:
            return None
        held = self.earlier.held(request)
        if held is None or not held.is_confirmed_by(response):
            return None
        return held if self.wants(held.headers) else None


def _reason(response: httpx.Response) -> str:
    """As it came; httpx leaves out what is not ASCII."""
    phrase: bytes = response.extensions.get("reason_phrase", b"")
    return phrase.decode("utf-8", "surrogateescape")


def _headers_as_sent(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """In UTF-8, each read by itself; what is none keeps its bytes."""
    return tuple(
        (name.decode(BYTES).lower(), value.decode("utf-8", "surrogateescape"))
        for name, value in headers.raw
    )


def _part_of(error: ReadError) -> Answer | None:
    is_part = error.failure.code is FailureCode.CUT and error.answer and error.answer.body
    return error.answer if is_part else None


@asynccontextmanager
async def open_client(
    network: str,
    run: Run,
    limits: Limits,
    permit: Guard,
    *,
    resolver: Resolver = resolve,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Client]:
    """A client of one collector in one run; `resolver` and `trust` are for other worlds (tests)."""
    transport = GuardedTransport(GuardedNetwork(permit, resolver), trust or trust_store())
    async with httpx.AsyncClient(
        transport=transport,
        headers={
            "User-Agent": run.user_agent,
            "Accept-Encoding": "gzip",  # the one that `read_body` unpacks within bounds
            "Accept-Language": "ru",
            "Accept": "*/*",
        },
        timeout=httpx.Timeout(
            limits.read_timeout, connect=limits.connect_timeout, pool=limits.total_timeout
        ),
        follow_redirects=False,
        trust_env=False,
    ) as http:
        yield Client(network, run, limits, http, transport)


def trust_store(extra_roots: Path | None = None) -> ssl.SSLContext:
    """The public roots, and those of a file (of the Russian national authority, say).

    Without a file it is the same for all clients of the process: add nothing to it.
    """
    if extra_roots is None:
        return _public_roots()
    context = httpx.create_ssl_context(trust_env=False)
    trust(context, extra_roots)
    return context


@cache
def _public_roots() -> ssl.SSLContext:
    """Reading them takes as long as reading a small site: 22 ms of CPU."""
    return httpx.create_ssl_context(trust_env=False)

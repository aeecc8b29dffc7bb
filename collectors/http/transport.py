"""httpx over connection pools of httpcore whose network is guarded."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import cast

import httpcore
import httpx

from collectors.guard import (
    GuardedNetwork,
)

BYTES = "iso-8859-1"  # header text that stands for its bytes, one sign a byte
CONNECTIONS_A_HOST = 20
MOST_HOSTS = 100  # whose connections are kept open, if they are idle


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over httpcore pools whose network is guarded, one pool a host.

    So two sites of one server never share a checked connection; and httpcore, which looks at every
    connection of a pool at every request, does not look at those of all other hosts.
    """

    def __init__(self, network: GuardedNetwork, trust: ssl.SSLContext) -> None:
        self._network = network
        self._trust = trust
        self._pools: dict[tuple[bytes, bytes, int | None], httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._pool_of(request.url)
        given_up = self._oldest_idle()
        try:
            answer = await pool.handle_async_request(_as_httpcore(request))
        finally:
            for one in given_up:
                await one.aclose()
        response = httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer),
            extensions=answer.extensions,
        )
        response.headers.encoding = BYTES  # httpx would guess one for all headers together
        return response

    def _pool_of(self, url: httpx.URL) -> httpcore.AsyncConnectionPool:
        """The host's own; the last asked stands last."""
        key = (url.raw_scheme, url.raw_host, url.port)
        pool = self._pools.pop(key) if key in self._pools else self._new_pool()
        self._pools[key] = pool
        return pool

    def _oldest_idle(self) -> list[httpcore.AsyncConnectionPool]:
        """Taken out at once, with nothing awaited in between: nobody else will ask them."""
        beyond = list(self._pools.items())[: max(0, len(self._pools) - MOST_HOSTS)]
        idle = [key for key, pool in beyond if _is_idle(pool)]
        return [self._pools.pop(key) for key in idle]

    def _new_pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._trust,
            max_connections=CONNECTIONS_A_HOST,
            keepalive_expiry=15.0,
            network_backend=self._network,
        )

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()


def _is_idle(pool: httpcore.AsyncConnectionPool) -> bool:
    return all(one.is_idle() or one.is_closed() for one in pool.connections)


def _as_httpcore(request: httpx.Request) -> httpcore.Request:
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=cast(httpx.AsyncByteStream, request.stream),
        extensions=request.extensions,
    )


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()

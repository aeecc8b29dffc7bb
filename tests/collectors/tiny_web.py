"""A site of a few lines on a real socket, and a reading of it by the real collector."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from collectors.guard import Resolver, resolve
from collectors.model import Evidence, Exchange, Memories, Observation, Page, Role, Run
from collectors.site import SiteSettings
from collectors.site.collect import collect
from tests.cast import NOW

Routes = Mapping[str, Any]  # path → an HTML text, a whole reply, or what to do with the socket
QUICK: dict[str, Any] = {
    "requests_per_second_per_host": 1000.0,
    "first_wait": 0.01,
    "attempts": 2,
    "allow_addresses": ("127.0.0.0/8",),
    "connect_timeout": 60,  # long: on a busy machine an answer that is well may take seconds
    "read_timeout": 60,
    "total_timeout": 120,
    "control_hosts": (),
}
IMPATIENT: dict[str, Any] = {"connect_timeout": 0.5, "read_timeout": 0.5, "total_timeout": 2}


@dataclass
class Shelf:
    """Keeps evidence in memory."""

    exchanges: list[Exchange] = field(default_factory=list)

    def keep(self, exchange: Exchange) -> Evidence:
        self.exchanges.append(exchange)
        return Evidence(
            record=f"urn:uuid:{uuid4()}",
            sha256="0" * 64,
            url=exchange.url,
            fetched_at=exchange.fetched_at,
            status=exchange.status,
        )


class Plenty:
    """A budget without end."""

    def take(self, reader: str, method: str, calls: int) -> int:
        return calls

    def exhaust(self, reader: str, method: str) -> None:
        pass

    def left(self, reader: str, method: str) -> int:
        return 1

    def frees_in(self, reader: str, method: str) -> float | None:
        return None


def a_run(
    shelf: Shelf | None = None, as_of: datetime = NOW, memories: Memories | None = None
) -> Run:
    return Run(
        as_of=as_of,
        walls_since=as_of - timedelta(weeks=5),
        evidence=shelf or Shelf(),
        budget=Plenty(),
        memories=memories,
    )


def reply(
    body: str | bytes = "", status: int = 200, kind: str = "text/html; charset=utf-8", **more: str
) -> bytes:
    """An HTTP answer; `more` are headers, `location="/x"`."""
    content = body.encode() if isinstance(body, str) else body
    headers = {"content-type": kind, "content-length": str(len(content)), **more}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} x\r\n{head}connection: close\r\n\r\n".encode() + content


@asynccontextmanager
async def serve(routes: Routes, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of a server that answers by path; a path it does not know is 404."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            port = str(writer.get_extra_info("sockname")[1])
            found = routes.get(request.split(" ")[1], reply("нет такой страницы", 404))
            if callable(found):
                await found(writer)
            else:
                is_text = isinstance(found, str)
                whole = reply(found.replace("PORT", port)) if is_text else found
                writer.write(whole.replace(b"PORT", port.encode()))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)
    writer.close()


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte now and then: never a silence that a read time-out would notice."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
    while True:
        writer.write(b"<p>again</p>" * 1000)
        await writer.drain()


def names(**hosts: str) -> Resolver:
    """A resolver that knows only these: `names(school_example="127.0.0.1")`."""

    async def ask(host: str, port: int) -> tuple[str, ...]:
        known = hosts.get(host.replace(".", "_").replace("-", "_"))
        return (known,) if known else await resolve(f"{host}.invalid", port)

    return ask


def visit(
    routes: Routes,
    address: str = "http://127.0.0.1:PORT",
    *,
    role: Role = "official",
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext | None = None,
    shelf: Shelf | None = None,
    **settings: Any,
) -> Observation:
    """Serve `routes` and let the collector read `address`."""

    async def read() -> Observation:
        async with serve(routes, tls) as port:
            page = Page(
                institution="kedr/school",
                network="site",
                address=address.replace("PORT", str(port)),
                role=role,
            )
            wanted = SiteSettings(**{**QUICK, **settings})
            batches = collect(wanted, [page], a_run(shelf), resolver=resolver, trust=trust)
            (observation,) = [one async for batch in batches for one in batch]
            return observation

    return asyncio.run(read())


def long(text: str = "") -> str:
    """A page that has enough text not to be taken for an empty shell."""
    head = "<html><head><title>Школа</title></head>"
    return f"{head}<body>{text}<p>{'Учим детей. ' * 30}</p></body></html>"

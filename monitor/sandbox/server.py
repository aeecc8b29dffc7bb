"""The listening part: one port on 127.0.0.1 for the platforms, the same port for each site.

`serve` runs it in a thread of its own with its own event loop, so that a test in the same process
can call it with blocking code; `running` gives the addresses and steers it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from monitor.sandbox import control, max_api, ok_api, ok_pages, sites, vk
from monitor.sandbox.replies import Reply
from monitor.sandbox.state import Call, State, Strike
from monitor.sandbox.world import Fault, Site, World

LOOPBACK = "127.0.0.1"
CHUNK = b"<p>" + b"a" * 65_000 + b"</p>"
DRIP_SECONDS = 0.2
STOP_SECONDS = 0.2
TURNS = 4  # of the loop, until a connection is its server's: it takes two
PORT_TRIES = 20


@dataclass(slots=True)
class Running:
    """A sandbox that listens. Its methods may be called from any thread."""

    world: World
    state: State
    base: str
    port: int
    authority: bytes = b""  # PEM: who signed the certificates of the sites on https

    @property
    def vk_url(self) -> str:
        return f"{self.base}/vk"

    @property
    def ok_api_url(self) -> str:
        return f"{self.base}/ok-api"

    @property
    def ok_site_url(self) -> str:
        return f"{self.base}/ok"

    @property
    def max_url(self) -> str:
        return f"{self.base}/max"

    @property
    def control_url(self) -> str:
        return f"{self.base}/control"

    def site_url(self, name: str) -> str:
        return self.state.site_urls[name]

    def set_clock(self, moment: datetime | None) -> None:
        """From now on it is `moment`, and stays so; None brings the real time back."""
        self.state.clock = moment

    def add_fault(self, fault: Fault) -> None:
        self.state.strikes.append(Strike(fault))

    def clear_faults(self) -> None:
        self.state.strikes.clear()

    def revoke(self, token: str) -> None:
        self.state.revoked.add(token)

    def log(self, surface: str | None = None, method: str | None = None) -> list[Call]:
        calls = list(self.state.log)
        return [c for c in calls if surface in (None, c.surface) and method in (None, c.method)]

    def counters(self) -> dict[str, int]:
        """Calls by "surface:method"; those inside `execute` are counted too."""
        return dict(self.state.counters)

    def forget_log(self) -> None:
        self.state.log.clear()
        self.state.counters.clear()

    def settings(self) -> dict[str, str]:
        """Environment variables that point `dozor` at this sandbox.

        Loopback needs no politeness to OK and sites; VK keeps the pace that its limits ask.
        """
        rate = self.world.limits.requests_per_second
        tokens = [t.value for t in self.world.tokens if t.valid and t.kind != "group"]
        return {
            "DOZOR_VK__API_URL": self.vk_url,
            "DOZOR_VK__REQUESTS_PER_SECOND": str(rate or 1000),
            "DOZOR_VK__CONTROL_PAGES": _json(self.world.control_pages),
            "DOZOR_OK__API_URL": self.ok_api_url,
            "DOZOR_OK__SITE_URL": self.ok_site_url,
            "DOZOR_OK__REQUESTS_PER_SECOND": "50",
            "DOZOR_OK__CONTROL_PAGES": _json(self.world.ok_control_pages),
            "DOZOR_SITE__ALLOW_ADDRESSES": _json(["127.0.0.0/8"]),
            "DOZOR_SITE__REQUESTS_PER_SECOND_PER_HOST": "50",
            "VK_TOKENS": ",".join(tokens),
            **_ok_settings(self.world),
            **self._max_settings(),
        }

    def _max_settings(self) -> dict[str, str]:
        bots = ",".join(self.world.max_bots)
        known = {"MAX_TOKENS": bots, "MAX_TELL_TOKEN": self.world.max_teller}
        return {
            "DOZOR_MAX__API_URL": self.max_url,
            "DOZOR_MAX__REQUESTS_PER_SECOND": "500",
            "DOZOR_MAX__CONTROL_PAGES": _json(self.world.max_control_pages),
            **{name: value for name, value in known.items() if value},
        }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _ok_settings(world: World) -> dict[str, str]:
    if not world.ok_keys:
        return {}
    key = world.ok_keys[0]
    named = {
        "OK_APPLICATION_KEY": key.application_key,
        "OK_APPLICATION_SECRET_KEY": key.secret_key,
        "OK_ACCESS_TOKEN": key.access_token,
    }
    return {name: value for name, value in named.items() if value}


@contextlib.contextmanager
def serve(world: World, port: int = 0) -> Iterator[Running]:
    """Serve the world on loopback until the block ends. Port 0: any that is free.

    Raises OSError when a given port is taken on one of the addresses.
    """
    sockets = _bound([LOOPBACK, *(site.address for site in world.sites)], port)
    listening = _Listening(world, sockets)
    thread = threading.Thread(target=listening.run, name="sandbox", daemon=True)
    thread.start()
    listening.ready.wait()
    try:
        yield listening.running
    finally:
        listening.stop()
        thread.join()


def _bound(addresses: list[str], port: int) -> list[socket.socket]:
    """One listening socket an address, all on one port."""
    for left in range(PORT_TRIES if port == 0 else 1, 0, -1):
        sockets: list[socket.socket] = []
        try:
            for address in addresses:
                taken = sockets[0].getsockname()[1] if sockets else port
                sockets.append(_listening_socket(address, taken))
            return sockets
        except OSError:
            for one in sockets:
                one.close()
            if left == 1:
                raise
    raise AssertionError("unreachable")


def _listening_socket(address: str, port: int) -> socket.socket:
    one = socket.socket()
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((address, port))
        one.listen(512)
    except OSError:
        one.close()
        raise
    return one


@dataclass(slots=True)
class _Listening:
    """The thread's side: the loop, the runner, and the way to stop them."""

    world: World
    sockets: list[socket.socket]
    ready: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    running: Running = field(init=False)
    by_address: dict[str, Site] = field(init=False)
    contexts: dict[str, ssl.SSLContext] = field(init=False)

    def __post_init__(self) -> None:
        port: int = self.sockets[0].getsockname()[1]
        state = State(world=self.world)
        state.site_urls = {site.name: _url(site, port) for site in self.world.sites}
        self.by_address = {site.address: site for site in self.world.sites}
        self.contexts, authority = _contexts(self.world)
        self.running = Running(self.world, state, f"http://{LOOPBACK}:{port}", port, authority)

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            asyncio.set_event_loop(None)
            self.loop.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopping.set)

    async def _serve(self) -> None:
        server = web.Server(self._handle, access_log=None, handler_cancellation=True)
        runner = web.ServerRunner(server, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        for one in self.sockets:
            context = self.contexts.get(one.getsockname()[0])
            await web.SockSite(runner, one, ssl_context=context).start()
        self.ready.set()
        await self.stopping.wait()
        await self._stop_accepting()
        await runner.cleanup()
        await _end_the_rest()

    async def _stop_accepting(self) -> None:
        """Whoever is being let in comes in first: asyncio's server (Python 3.11) forgets a
        connection that is accepted while it closes, and nobody closes that one."""
        for one in self.sockets:
            self.loop.remove_reader(one)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        reply = await self._reply(request)
        if reply.trouble is None:
            return web.Response(body=reply.body, status=reply.status, headers=_headers(reply))
        return await self._misbehave(request, reply)

    async def _reply(self, request: web.BaseRequest) -> Reply:
        state, path = self.running.state, request.path
        assert request.transport is not None
        address = request.transport.get_extra_info("sockname")[0]
        if address in self.by_address:
            return sites.answer(state, self.by_address[address], request.path_qs)
        head, _, rest = path.lstrip("/").partition("/")
        match head:
            case "vk":
                return await self._vk(request, rest)
            case "ok-api":
                return ok_api.answer(state, rest, await _params(request))
            case "ok":
                language = request.headers.get("Accept-Language", "")
                return ok_pages.answer(state, rest, request.query, language)
            case "max":
                token = request.headers.get("Authorization", "")
                asked = max_api.Asked(request.method, rest, request.query, token)
                sent = await request.json() if request.can_read_body else {}
                return max_api.answer(state, asked, sent)
            case "control":
                given = await request.json() if request.can_read_body else {}
                return control.answer(state, request.method, rest, request.query, given)
        return Reply(status=404, body=b"{}")

    async def _vk(self, request: web.BaseRequest, rest: str) -> Reply:
        if self.world.limits.latency:
            await asyncio.sleep(self.world.limits.latency)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        method = rest.removeprefix("method/")
        return vk.answer(self.running.state, method, await _params(request), bearer)

    async def _misbehave(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        if reply.trouble == "bomb":
            return web.Response(body=reply.body, status=reply.status, headers=_headers(reply))
        if reply.trouble == "hang":
            await self.stopping.wait()
        elif reply.trouble != "refuse":
            with contextlib.suppress(ConnectionError):
                return await self._pour(request, reply)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _pour(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        """A body that is cut, comes by drips, or does not end."""
        response = web.StreamResponse(status=reply.status, headers=_headers(reply))
        if reply.trouble == "cut":
            response.content_length = len(reply.body) + 1000
        await response.prepare(request)
        await response.write(reply.body or b"<html>")
        while reply.trouble != "cut" and not self.stopping.is_set():
            await response.write(CHUNK if reply.trouble == "endless" else b" ")
            await asyncio.sleep(0 if reply.trouble == "endless" else DRIP_SECONDS)
        if request.transport is not None:
            request.transport.close()
        return response


async def _end_the_rest() -> None:
    """Handshakes that nobody goes on with, and what else still waits for somebody."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await asyncio.sleep(0)  # a transport ends in the turn after it was closed


def _url(site: Site, port: int) -> str:
    return f"{'https' if site.tls else 'http'}://{site.address}:{port}/"


def _contexts(world: World) -> tuple[dict[str, ssl.SSLContext], bytes]:
    """Certificates are made only for a world that has sites on https: it takes time and trustme."""
    if not any(site.tls for site in world.sites):
        return {}, b""
    from monitor.sandbox.tls import contexts

    return contexts(world.sites)


def _headers(reply: Reply) -> dict[str, str]:
    return {"Content-Type": reply.content_type, **reply.headers}


async def _params(request: web.BaseRequest) -> Mapping[str, str]:
    """Query and form together, as both platforms read them; a form goes first."""
    params = dict(request.query)
    if request.method == "POST":
        form = await request.post()
        params |= {key: value for key, value in form.items() if isinstance(value, str)}
    return params

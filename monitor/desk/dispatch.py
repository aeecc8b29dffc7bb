"""The ASGI application: routes, and what is the same for all of them.

request ──> who is it ──> may he ──> is the form ours ──> screen, in a thread ──> response
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import anyio
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Place
from starlette.routing import Router

from collectors.errors import OperatorError, TroubleError
from monitor.desk.bodies import BODY, ROOM, Body
from monitor.desk.entry import FIRST_VISIT, first_visit, visitor_of
from monitor.desk.forms import Form, check_origin, check_token, read_form
from monitor.desk.gate.calling import lines_for
from monitor.desk.gate.passwords import AT_ONCE
from monitor.desk.gate.visiting import SESSION
from monitor.desk.ground import Desk
from monitor.desk.guard import Guard
from monitor.desk.linked import TOKEN, give_back_bytes, take_bytes
from monitor.desk.model import (
    Answer,
    Ask,
    Cookie,
    File,
    Goto,
    NotFoundError,
    Page,
    RefusedPageError,
    Role,
    Text,
    Visitor,
)
from monitor.desk.once import number_of
from monitor.desk.places import by_path, location, mark_of
from monitor.desk.rendering import KINDS, desk_word, render, static
from monitor.desk.routes import Route
from monitor.desk.screens.menu import menu
from monitor.desk.uploads import MEGABYTE
from monitor.desk.veil import veil_file
from monitor.registry.mailboxes import is_server

log = logging.getLogger(__name__)

UPLOADS = 2  # files looked through at a time
THREADS = 8  # screens at work at a time; the rest wait their turn
FOR_EVER = "public, max-age=31536000, immutable"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LOG_IN, SECOND_FACTOR = "/login", "/login/code"


def desk_app(desk: Desk) -> Guard:
    secure = desk.settings.desk.public_url.startswith("https://")
    site = _Site(desk, CapacityLimiter(THREADS), secure=secure)
    places = [Place(path, _Endpoint(site, path, of)) for path, of in by_path().items()]
    places.append(Place("/static/{digest}/{name}", _Static(site)))
    inner = Router(places, redirect_slashes=False, default=_Nowhere(site))
    return Guard(inner, site.failure, desk.limits, _hosts(desk), secure=secure)


def _hosts(desk: Desk) -> set[str]:
    """By what names we are asked for: no other gets into an address that we write."""
    settings = desk.settings.desk
    own = urlsplit(settings.public_url).hostname or ""
    bound = settings.address.rpartition(":")[0]
    return {*LOOPBACK, *(name for name in (own, bound) if name and is_server(name))}


class _Site:
    """What all endpoints share."""

    def __init__(self, desk: Desk, threads: CapacityLimiter, *, secure: bool) -> None:
        self.desk, self.threads, self.secure = desk, threads, secure
        self.hashing, self.scanning = CapacityLimiter(AT_ONCE), CapacityLimiter(UPLOADS)

    def lane(self, route: Route, ask: Ask) -> CapacityLimiter:
        """What may take long keeps nobody from reading a page."""
        if route.hashes:
            return self.hashing
        return self.scanning if ask.files else self.threads

    def respond(self, answer: Answer, ask: Ask, cookies: tuple[Cookie, ...] = ()) -> Response:
        match answer:
            case Page():
                body = render(answer, ask, self._common(ask))
                response = Response(body, answer.status, media_type="text/html")
            case Goto():
                response = Response(
                    None, 303, {"Location": location(answer, _known_by(answer, ask))}
                )
            case File():
                file = veil_file(answer, ask)
                response = Response(file.content, 200, _attached(file.name))
                response.headers["Content-Type"] = file.kind
            case Text():
                response = Response(answer.content, media_type="text/plain")
        own = answer.cookies if isinstance(answer, Page | Goto) else ()
        for cookie in (*cookies, *own):
            self._set(response, cookie)
        return response

    def _common(self, ask: Ask) -> Mapping[str, Any]:
        return {"menu": menu(ask), "fault": self.desk.fault, "said": _said(ask)}

    def _set(self, response: Response, cookie: Cookie) -> None:
        options: Mapping[str, Any] = {"secure": self.secure, "httponly": True, "samesite": "lax"}
        if cookie.value is None:
            response.delete_cookie(self.cookie_name(cookie.name), **options)
        else:
            response.set_cookie(self.cookie_name(cookie.name), cookie.value, **options)

    def cookie_name(self, name: str) -> str:
        """`__Host-`: no other host of the same domain can set it."""
        return f"__Host-{name}" if self.secure else name

    def cookies_of(self, request: Request) -> dict[str, str]:
        prefix = "__Host-" if self.secure else ""
        return {
            name.removeprefix(prefix): value
            for name, value in request.cookies.items()
            if name.startswith(prefix)
        }

    def failure(self, status: int) -> Response:
        return self._failed(status, _nobody(self.desk))

    def _failed(self, status: int, ask: Ask, lines: tuple[str, ...] = ()) -> Response:
        told = lines or (desk_word("failures", str(status)),)
        page = Page("failure.html.j2", {"lines": told, "status": status}, status)
        return self.respond(page, ask)

    def refused(self, error: OperatorError, ask: Ask) -> Response:
        status = 400
        if isinstance(error, TroubleError):  # it names files and servers
            log.error("a page of the desk met trouble: %s", error)
            return self._failed(503, ask)
        if isinstance(error, NotFoundError):
            status = 404
        elif isinstance(error, RefusedPageError):
            status = error.http
        return self._failed(status, ask, lines_for(self.desk, ask, error))


class _Endpoint:
    """One path, by its methods. A class, so that Starlette hands every method over."""

    def __init__(self, site: _Site, path: str, routes: Mapping[str, Route]) -> None:
        self._site, self._path, self._routes = site, path, routes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["pattern"] = self._path
        request = Request(scope, receive)
        method = "GET" if request.method == "HEAD" else request.method
        route = self._routes.get(method)
        if route and route.method == "POST":
            most = self._site.desk.settings.desk.uploads_mb * MEGABYTE * route.uploads
            scope[BODY].allow(most + ROOM)
        response = await self._answer(request, route) if route else self._site.failure(405)
        await response(scope, receive, send)

    async def _answer(self, request: Request, route: Route) -> Response:
        site = self._site
        ask = await anyio.to_thread.run_sync(_begun, site, request, limiter=site.threads)
        ask, made = _known(ask)
        try:
            if turned := _turned_away(ask, route):
                return site.respond(turned, ask, made)
            if route.method == "POST":
                ask = await _with_form(site, route, ask, request)
        except OperatorError as error:
            return site.refused(error, ask)
        lane = site.lane(route, ask)
        return await anyio.to_thread.run_sync(_shown, site, route, ask, made, limiter=lane)


def _shown(site: _Site, route: Route, ask: Ask, made: tuple[Cookie, ...]) -> Response:
    try:
        screen = route.screen if ask.visitor.role in route.who else route.late or route.screen
        found = site.desk.forms.answer_once(ask.once, ask.now, lambda: screen(site.desk, ask))
        return site.respond(found, ask, made)
    except OperatorError as error:
        return site.refused(error, ask)


def _begun(site: _Site, request: Request) -> Ask:
    cookies, parts = site.cookies_of(request), dict(request.path_params)
    return replace(
        _nobody(site.desk),
        visitor=visitor_of(site.desk, cookies, parts),
        parts=parts,
        query=dict(request.query_params),
        path=request.url.path,
        address=request.client.host if request.client else "",
        cookies=cookies,
        agent=request.headers.get("user-agent", ""),
    )


def _known(ask: Ask) -> tuple[Ask, tuple[Cookie, ...]]:
    visitor, made = first_visit(ask.visitor)
    return replace(ask, visitor=visitor), made


def _nobody(desk: Desk) -> Ask:
    return Ask(
        visitor=Visitor(),
        parts={},
        query={},
        form={},
        files=(),
        now=desk.clock(),
        path="/",
        address="",
        cookies={},
    )


async def _with_form(site: _Site, route: Route, ask: Ask, request: Request) -> Ask:
    check_origin(request)
    by_link = route.uploads and TOKEN in ask.parts
    fields, files = await (_read_by_link(site, ask, request) if by_link else read_form(request))
    check_token(fields, ask.visitor.secret)
    once = number_of(ask.visitor.secret, ask.path, fields, files)
    return replace(ask, form=fields, files=tuple(files), once=once)


async def _read_by_link(site: _Site, ask: Ask, request: Request) -> Form:
    """Against the link's day, whatever becomes of it; what was announced and never came is not."""
    body: Body = request.scope[BODY]
    announced, apart = body.most if body.stated is None else body.stated, site.threads
    day = await anyio.to_thread.run_sync(take_bytes, site.desk, ask, announced, limiter=apart)
    try:
        return await read_form(request)
    finally:
        left = announced - body.came
        await anyio.to_thread.run_sync(give_back_bytes, site.desk, day, left, limiter=apart)


def _turned_away(ask: Ask, route: Route) -> Answer | None:
    """Where somebody is sent who may not come here. Raises for whom no other place is right."""
    role = ask.visitor.role
    if role in route.who:
        return None
    if Role.INSTITUTION in route.who:
        if route.late and ask.visitor.is_late:
            return None
        raise NotFoundError
    if role is Role.ENTERING:
        return Goto(SECOND_FACTOR)
    if role is Role.GUEST:
        back = {"next": ask.path} if route.method == "GET" and ask.path != "/" else {}
        return Goto(f"{LOG_IN}?{urlencode(back)}" if back else LOG_IN)
    raise RefusedPageError([desk_word("failures", "403")], 403)


def _known_by(answer: Goto, ask: Ask) -> str:
    """What the browser will be known by at the next page: a session may begin or end before."""
    for cookie in answer.cookies:
        if cookie.name == SESSION:
            return cookie.value or ask.cookies.get(FIRST_VISIT, "")
    return ask.visitor.secret


def _said(ask: Ask) -> str:
    """The sentence that a change leaves for the page after it: ours, by its key, and told to this
    very browser."""
    said, number = ask.query.get("said", ""), ask.query.get("number", "")
    mark = mark_of(ask.visitor.secret, said, number)
    if not mark or not hmac.compare_digest(mark.encode(), ask.query.get("mark", "").encode()):
        return ""
    return desk_word("said", said, number=number)


def _attached(name: str) -> dict[str, str]:
    """As RFC 6266 has it; the plain name is for those that know no other."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name
    )
    named = f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": named, "Cache-Control": "private, no-store"}


class _Static:
    def __init__(self, site: _Site) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = self._answer(scope["method"], scope["path_params"]["name"])
        await response(scope, receive, send)

    def _answer(self, method: str, name: str) -> Response:
        if method not in ("GET", "HEAD") or name not in KINDS:
            return self._site.failure(404)
        heads = {"Cache-Control": FOR_EVER}
        return Response(static(name), media_type=KINDS[name], headers=heads)


class _Nowhere:
    """Whatever no route is for."""

    def __init__(self, site: _Site) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._site.failure(404)(scope, receive, send)

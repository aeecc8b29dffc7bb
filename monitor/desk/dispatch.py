"""The ASGI application: routes, and what is the same for all of them.

request ──> who is it ──> may he ──> is the form ours ──> screen, in a thread ──> response
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import anyio
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Place
from starlette.types import ASGIApp

from collectors.errors import OperatorError, TroubleError
from monitor.desk.entry import first_visit, visitor_of
from monitor.desk.forms import check_origin, check_token, read_form
from monitor.desk.gate.calling import lines_for
from monitor.desk.gate.passwords import AT_ONCE
from monitor.desk.ground import Desk
from monitor.desk.guard import Guard
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
from monitor.desk.rendering import KINDS, desk_word, render, static
from monitor.desk.routes import ROUTES, Route
from monitor.desk.screens.menu import menu
from monitor.desk.veil import veiled_file
from monitor.registry.mailboxes import is_server

log = logging.getLogger(__name__)

THREADS = 8  # screens at work at a time; the rest wait their turn
FOR_EVER = "public, max-age=31536000, immutable"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LOG_IN, SECOND_FACTOR = "/login", "/login/code"
ROOM = 1_000_000  # bytes of a form beside its files


def desk_app(desk: Desk) -> ASGIApp:
    settings = desk.settings.desk
    most = settings.uploads_mb * 1_000_000 * 5 + ROOM
    secure = settings.public_url.startswith("https://")
    site = _Site(desk, CapacityLimiter(THREADS), secure=secure)
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    places = [Place(path, _Endpoint(site, path, of)) for path, of in by_path.items()]
    places.append(Place("/static/{digest}/{name}", _static))
    inner = Starlette(
        routes=places,
        exception_handlers={404: site.not_found, 405: site.not_found},
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(_hosts(desk)))],
    )
    inner.router.redirect_slashes = False
    return Guard(inner, site.failure, most, secure=secure)


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
        self.hashing = CapacityLimiter(AT_ONCE)

    def respond(self, answer: Answer, ask: Ask, cookies: tuple[Cookie, ...] = ()) -> Response:
        match answer:
            case Page():
                body = render(answer, ask, self._common(ask))
                response = Response(body, answer.status, media_type="text/html")
            case Goto():
                response = Response(None, 303, {"Location": _location(answer)})
            case File():
                file = veiled_file(answer, ask)
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

    def not_found(self, request: Request, error: Exception) -> Response:
        return self.failure(getattr(error, "status_code", 404))


class _Endpoint:
    """One path, by its methods. A class, so that Starlette hands every method over."""

    def __init__(self, site: _Site, path: str, routes: Mapping[str, Route]) -> None:
        self._site, self._path, self._routes = site, path, routes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["pattern"] = self._path
        request = Request(scope, receive)
        method = "GET" if request.method == "HEAD" else request.method
        route = self._routes.get(method)
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
                ask = await _with_form(ask, request)
        except OperatorError as error:
            return site.refused(error, ask)
        lane = site.hashing if route.hashes else site.threads
        return await anyio.to_thread.run_sync(_shown, site, route, ask, made, limiter=lane)


def _shown(site: _Site, route: Route, ask: Ask, made: tuple[Cookie, ...]) -> Response:
    try:
        screen = route.screen if ask.visitor.role in route.who else route.late or route.screen
        found = site.desk.forms.answered(ask.once, ask.now, lambda: screen(site.desk, ask))
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


async def _with_form(ask: Ask, request: Request) -> Ask:
    check_origin(request)
    fields, files = await read_form(request)
    check_token(fields, ask.visitor.secret)
    once = number_of(ask.visitor.secret, ask.path, fields, files)
    return replace(ask, form=fields, files=tuple(files), once=once)


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


def _location(answer: Goto) -> str:
    """Ours, always: what is no path of ours leads to the first page."""
    parts = urlsplit(answer.path)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return "/"
    path = quote(parts.path, safe="/%:@+,;=~")
    told = {"said": answer.said} if answer.said else {}
    if answer.number is not None:
        told["number"] = f"{answer.number}"
    query = "&".join(part for part in (parts.query, urlencode(told)) if part)
    place = f"#{quote(parts.fragment)}" if parts.fragment else ""
    return f"{path}?{query}{place}" if query else f"{path}{place}"


def _said(ask: Ask) -> str:
    """The sentence that a change leaves for the page after it: ours, by its key."""
    number = ask.query.get("number", "")
    shown = number if number.isascii() and number.isdigit() and len(number) < 12 else ""
    try:
        return desk_word("said", ask.query["said"], number=shown)
    except KeyError:
        return ""


def _attached(name: str) -> dict[str, str]:
    """As RFC 6266 has it; the plain name is for those that know no other."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name
    )
    named = f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": named, "Cache-Control": "private, no-store"}


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if request.method not in ("GET", "HEAD") or name not in KINDS:
        return Response(None, 404)
    return Response(static(name), media_type=KINDS[name], headers={"Cache-Control": FOR_EVER})

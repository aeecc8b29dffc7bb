"""Where an answer may lead: to pages of ours, whatever somebody typed into an address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from functools import cache
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from starlette.routing import compile_path

from monitor.desk.model import Goto, Role
from monitor.desk.routes import ROUTES, Route

FIRST = "/"
DOTS = (".", "..")  # a browser goes up by them


@cache
def by_path() -> Mapping[str, Mapping[str, Route]]:
    """Of each pattern its routes, by their methods; in the order in which they are looked at."""
    found: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        found.setdefault(route.path, {})[route.method] = route
    return found


def is_inside(path: str, role: Role) -> bool:
    """Whether it is a page for whoever has come in as `role`; one that anybody sees is none."""
    if any(part in DOTS for part in path.split("/")):
        return False
    fits = (of for pattern, of in by_path().items() if compile_path(pattern)[0].fullmatch(path))
    route = next(fits, {}).get("GET")
    return route is not None and role in route.who and Role.GUEST not in route.who


def location(answer: Goto, secret: str) -> str:
    """Ours, always: what is no path of ours leads to the first page. `secret`: what the browser
    will be known by there."""
    parts = _split(answer.path)
    path = quote(parts.path, safe="/%:@+,;=~", errors="replace")
    if answer.enters and not is_inside(unquote(path), answer.enters):
        return FIRST
    number = "" if answer.number is None else f"{answer.number}"
    said = {"said": answer.said, "number": number, "mark": mark_of(secret, answer.said, number)}
    told = {name: it for name, it in said.items() if it} if answer.said else {}
    asked = quote(parts.query, safe="%&=+:/?@,;~!$'()*", errors="replace")
    query = "&".join(part for part in (asked, urlencode(told)) if part)
    place = f"#{quote(parts.fragment, errors='replace')}" if parts.fragment else ""
    return f"{path}?{query}{place}" if query else f"{path}{place}"


def mark_of(secret: str, said: str, number: str) -> str:
    """By which we know that we told this browser so: an address that somebody else has made up
    says nothing in our name."""
    told = f"dozor said\n{said}\n{number}".encode()
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()[:16] if secret else ""


def _split(path: str) -> SplitResult:
    first = urlsplit(FIRST)
    try:
        parts = urlsplit(path)
    except ValueError:  # an address that looks like IPv6
        return first
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return parts if is_ours and not parts.path.startswith("//") else first

"""Official sites: what one answers on a path, its troubles included."""

from __future__ import annotations

import gzip
import time
from functools import cache

from monitor.sandbox.replies import Reply
from monitor.sandbox.state import Call, State
from monitor.sandbox.world import Site, SitePage

BOMB_BYTES = 200_000_000
NOT_FOUND = SitePage(
    status=404, body="<html><head><title>404</title></head><body>Страница не найдена</body></html>"
)


def answer(state: State, site: Site, path: str) -> Reply:
    """`path` with its query; a site knows the whole, or at least the part before `?`."""
    site = state.site(site)
    found = site.everywhere or site.pages.get(path) or site.pages.get(path.partition("?")[0])
    reply = shown(state, found or NOT_FOUND)
    call = Call(at=time.time(), surface="site", method=site.name + path, outcome=reply.outcome)
    state.note(call)
    return reply


def shown(state: State, page: SitePage) -> Reply:
    headers, status, body = {}, page.status, state.fill(page.body).encode(page.encoding)
    if page.location:
        headers["Location"] = state.fill(page.location)
        status = 302 if status == 200 else status
    if page.trouble == "bomb":
        headers["Content-Encoding"], body = "gzip", bomb()
    charset = f"; charset={page.encoding}" if page.declare_encoding else ""
    return Reply(
        body=body,
        status=status,
        content_type=page.content_type + charset,
        headers=headers,
        trouble=page.trouble,
        outcome=page.trouble or ("ok" if status == 200 else f"status {status}"),
    )


@cache
def bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES, compresslevel=9)

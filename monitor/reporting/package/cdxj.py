"""The index of a package (CDXJ): by a sortable spelling of its address a replay finds a record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from zlib import compressobj

AT_ONCE = 1024  # lines of a block, each packed by itself
SLASHES = re.compile(r"/{2,}")
WORLD = re.compile(r"^www\d*\.")
MOST_POSTED = 4096  # signs of what was posted, as other programs cut it
AS_IT_IS = "!#$%&'()*+,/:;=?@[]~"  # of a form; in anything else a blank would end the key
PORTS = {"http": 80, "https": 443}
NAME = "index.cdx.gz"
META = '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'


def url_key(url: str) -> str:
    """«org,example,school)/path?a=1&b=2»: host from its end, parameters in their order."""
    try:
        parts = urlsplit(url)
        host, port = WORLD.sub("", (parts.hostname or "").lower()), parts.port
    except ValueError:
        return url
    if not host:
        return url
    named = host if ":" in host else ",".join(reversed(host.split(".")))
    shown = f":{port}" if port and port != PORTS.get(parts.scheme) else ""
    path = SLASHES.sub("/", parts.path).rstrip("/").lower() or "/"
    query = "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    return f"{named}{shown}){path}{f'?{query}' if query else ''}"


def with_posted(url: str, method: str, posted: bytes) -> str:
    """Where a replay looks for what was posted: it is made a part of the address."""
    if method not in ("POST", "PUT"):
        return url
    told = quote(posted.decode("utf-8", "replace")[:MOST_POSTED], safe=AS_IT_IS)
    return f"{url}{'&' if '?' in url else '?'}__wb_method={method}{f'&{told}' if told else ''}"


def line(key: str, moment: str, fields: Mapping[str, Any]) -> str:
    """`moment`: 20261122200000."""
    return f"{key} {moment} {json.dumps(fields, ensure_ascii=True)}\n"


def packed(lines: Iterable[str]) -> tuple[bytes, str]:
    """Blocks of sorted lines, and the list by which a block is found."""
    blocks, table, ordered = b"", META, sorted(lines)
    for part in _portions(ordered):
        block = _gzip("".join(part).encode())
        key, moment, _ = part[0].split(" ", 2)
        where = {"offset": len(blocks), "length": len(block), "filename": NAME}
        table += f"{key} {moment} {json.dumps(where)}\n"
        blocks += block
    return blocks, table


def _portions(lines: list[str]) -> Iterator[list[str]]:
    for begin in range(0, len(lines), AT_ONCE):
        yield lines[begin : begin + AT_ONCE]


def _gzip(content: bytes) -> bytes:
    """Without a time of its own: the same lines give the same bytes."""
    pack = compressobj(wbits=31)
    return pack.compress(content) + pack.flush()

"""Where a redirect leads."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx

from collectors.guard import (
    RefusedAddressError,
    check_spelling,
)
from collectors.http.answers import Answer
from collectors.http.errors import read_error
from collectors.http.transport import BYTES

HOST = re.compile(r"(?:https?:)?//[^/?#]*", re.IGNORECASE)
MANY_SLASHES = re.compile(r"^((?:https?:)?//)/+", re.IGNORECASE)
ADDRESS_SIGNS = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}"  # stay as they are, as letters do


def redirect_target(answer: Answer) -> str | None:
    """The full address; None where the answer is no redirect. Raises ReadError."""
    places = set(filter(None, answer.headers.get_list("location")))
    if answer.status not in (301, 302, 303, 307, 308) or not places:
        return None
    try:
        (location,) = places  # of two that differ nobody knows which is meant
        check_spelling(location)
        return str(httpx.URL(answer.url).join(_in_ascii(location)))
    except (httpx.InvalidURL, ValueError, RefusedAddressError) as error:
        raise read_error(RefusedAddressError(f"redirect to {places!r}"), answer.evidence) from error


def _in_ascii(location: str) -> str:
    """The path byte for byte, whatever its encoding, as browsers ask for it; the host in UTF-8."""
    location = MANY_SLASHES.sub(r"\1", location)
    host = HOST.match(location)
    if host and host[0].endswith("/"):
        raise RefusedAddressError("no host")
    begins = host.end() if host else 0
    name = location[:begins].encode(BYTES).decode("utf-8")
    return name + quote(location[begins:].encode(BYTES), safe=ADDRESS_SIGNS)

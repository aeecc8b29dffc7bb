"""The way that an exchange went, as the open connection tells it: the address that was dialled and
the certificate that the server showed. Whoever doubts what was seen asks for both.
"""

from __future__ import annotations

from typing import Any

from collectors.model import Route


def route_of_stream(stream: Any) -> Route | None:
    """Of httpcore's stream. None where the connection tells nothing any more."""
    if stream is None:
        return None
    try:
        address, secured = stream.get_extra_info("server_addr"), stream.get_extra_info("ssl_object")
    except OSError:  # the other side has hung up
        return None
    return _route(address, secured)


def route_of_connection(connection: Any) -> Route | None:
    """Of urllib3's connection, while its socket is open."""
    plain = getattr(connection, "sock", None)
    if plain is None:
        return None
    try:
        address = plain.getpeername()
    except OSError:
        return None
    return _route(address, plain if hasattr(plain, "getpeercert") else None)


def _route(address: Any, secured: Any) -> Route | None:
    if not isinstance(address, tuple) or not address:
        return None
    shown = secured.getpeercert(binary_form=True) if secured else None
    return Route(str(address[0]).partition("%")[0], shown or b"")

"""What networks ask of their settings, told in Russian: what is wrong, and what to write.

A check is a generator of faults; `demand` raises them all at once as a ValueError of as many lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from collectors.addresses import site_address
from collectors.roots import RootsError, certificates_in


def demand(faults: Iterable[str]) -> None:
    if lines := list(faults):
        raise ValueError("\n".join(lines))


def above_zero(settings: Any, *names: str) -> Iterator[str]:
    for name in names:
        if not (math.isfinite(getattr(settings, name)) and getattr(settings, name) > 0):
            yield f"{name}: нужно число больше нуля"


def not_below_zero(settings: Any, *names: str) -> Iterator[str]:
    for name in names:
        if not (math.isfinite(getattr(settings, name)) and getattr(settings, name) >= 0):
            yield f"{name}: нужен ноль или число больше нуля"


def http_addresses(settings: Any, *names: str) -> Iterator[str]:
    for name in names:
        written = getattr(settings, name)
        if not _is_http(written):
            yield f"{name}: «{written}» — не адрес (нужен https://…)"


def _is_http(written: str) -> bool:
    try:
        parts = urlsplit(written)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def pages(settings: Any, name: str, canonical: Callable[[str], str]) -> Iterator[str]:
    for written in getattr(settings, name):
        try:
            canonical(written)
        except ValueError as error:
            yield f"{name}: {error}"


def address_ranges(settings: Any, name: str) -> Iterator[str]:
    for written in getattr(settings, name):
        try:
            ip_network(written, strict=False)
        except ValueError:
            yield (
                f"{name}: «{written}» — не сеть и не адрес; пишите, например, 10.0.0.0/8, "
                "192.168.1.5 или fd00::/8"
            )


def roots(settings: Any, name: str) -> Iterator[str]:
    """Raises OSError for a file that cannot be read."""
    try:
        certificates_in(getattr(settings, name))
    except RootsError as error:
        yield f"{name}: не прочитать {getattr(settings, name)}: {error}"


def host_names(settings: Any, name: str) -> Iterator[str]:
    for written in getattr(settings, name):
        try:
            is_host = site_address(f"https://{written}") and not set(written) & set("/?#@: ")
        except ValueError:
            is_host = False
        if not is_host:
            yield f"{name}: «{written}» — не имя сервера; пишите его одно, например vk.com"

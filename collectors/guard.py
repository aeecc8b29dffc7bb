"""Whom we may call: public http(s) addresses, and the very address that was looked at.

A registry and the redirects of foreign sites name the addresses that this program opens from
inside somebody's network. So an address is read twice with suspicion: as text (`check_url`), and
as the numbers it resolves to, at the moment of dialling (`GuardedNetwork`). The checked number is
the one that is dialled, hence a name that changes its mind between the two finds no window.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import chain

import anyio
import anyio.to_thread
import httpcore
import httpx

from collectors.heads import ForgivingStream

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port → every numeric address of the host. Raises `socket.gaierror`."""


class RefusedAddressError(Exception):
    """This address is not opened: the text says why, in English."""


IPV6_UNICAST = ip_network("2000::/3")
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "192.88.99.0/24",  # 6to4 relays, withdrawn (RFC 7526)
            "2001::/23",  # protocol assignments, Teredo and ORCHID among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: carries an IPv4 address of the sender's choice
            "3fff::/20",  # documentation (RFC 9637), unknown to Python 3.11
        ),
    )
)
NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
FORBIDDEN_IN_URL = re.compile(r"[\\\x00-\x1f\x7f]")
USER = re.compile(r"[^/?#]*//[^/?#]*@")
FORBIDDEN_IN_HOST = re.compile(r"[^0-9a-z._:\-]")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Reachable by everybody. IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is not."""
    if isinstance(address, IPv6Address) and address not in IPV6_UNICAST:
        return False  # `::ffff:`, `64:ff9b::`, link-local, multicast… all lie outside 2000::/3
    if any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


@lru_cache(maxsize=1024)  # of a page that is asked for it is asked by each who handles it
def check_url(text: str) -> httpx.URL:
    """The address, parsed once and for all by the parser that will also dial it."""
    check_spelling(text)
    if re.search(r"\s", text):
        raise RefusedAddressError("white space in the address")
    url = _parse(text)
    if url.scheme not in ("http", "https"):
        raise RefusedAddressError(f"scheme {url.scheme!r} is not http or https")
    if url.userinfo or USER.match(text):
        raise RefusedAddressError("the address carries a user name")
    _check_host(url.raw_host.decode("ascii").lower())
    if url.port is not None and not 0 < url.port < 65536:
        raise RefusedAddressError(f"no port: {url.port}")
    return url


def _parse(text: str) -> httpx.URL:
    """With a host that reads in Unicode, too: `url.host` decodes it, and raises where it cannot."""
    try:
        url = httpx.URL(text)
        _ = url.host
    except (httpx.InvalidURL, ValueError) as error:
        raise RefusedAddressError(f"not an address: {error}") from error
    return url


def check_spelling(text: str) -> None:
    """Parsers differ over backslashes and control characters, so there is no safe reading."""
    if FORBIDDEN_IN_URL.search(text):
        raise RefusedAddressError("backslash or control character in the address")


def _check_host(host: str) -> None:
    if FORBIDDEN_IN_HOST.search(host) or not _has_labels(host.removesuffix(".")):
        raise RefusedAddressError(f"not a host name: {host!r}")
    last = host.rstrip(".").rpartition(".")[2]
    if NUMBER.fullmatch(last) and not _is_plain_ipv4(host):
        raise RefusedAddressError(f"an unusual spelling of a number: {host!r}")


def _has_labels(host: str) -> bool:
    """None empty, none longer than the system's resolver takes: it raises instead of asking."""
    return len(host) < 254 and all(0 < len(label) < 64 for label in host.split("."))


def _is_plain_ipv4(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Guard:
    """What is excepted from the refusal; by default nothing is."""

    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    exempt: frozenset[tuple[str, int]] = frozenset()  # host and port, as in our own settings

    def check(self, host: str, port: int, addresses: Iterable[str]) -> tuple[str, ...]:
        """All addresses of a host; one bad among them refuses them all."""
        found = tuple(addresses)
        if (host.lower(), port) not in self.exempt:
            for address in found:
                self._check_address(host, address)
        return found

    def _check_address(self, host: str, text: str) -> None:
        try:
            address = ip_address(text)
        except ValueError as error:
            raise RefusedAddressError(f"{host}: {text!r} is not an address") from error
        if not (any(address in network for network in self.allow) or is_public(address)):
            raise RefusedAddressError(f"{host} leads to {text}, which is not public")


def guard(allow_addresses: Iterable[str] = (), own_urls: Iterable[str] = ()) -> Guard:
    """`allow_addresses`: networks such as `127.0.0.0/8`; `own_urls`: addresses in the settings.

    Raises ValueError for a network that is none.
    """
    urls = [httpx.URL(one) for one in own_urls]
    return Guard(
        allow=tuple(ip_network(one, strict=False) for one in allow_addresses),
        exempt=frozenset((url.raw_host.decode("ascii").lower(), port_of(url)) for url in urls),
    )


def port_of(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system. In a thread that may be left behind, as `getaddrinfo` cannot be stopped."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    answers = await anyio.to_thread.run_sync(ask, abandon_on_cancel=True)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves, checks every address, and dials the checked ones, in turn.

    Host header, SNI and the name in the certificate stay those of the URL: only the dialling is
    ours. Raises `RefusedAddressError` and `socket.gaierror` besides httpcore's own errors.
    """

    def __init__(self, permit: Guard, resolver: Resolver = resolve) -> None:
        self._permit = permit
        self._resolve = resolver
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = self._permit.check(host, port, await self._ask(host, port, timeout))
        stream = await self._first(addresses, port, timeout, local_address, socket_options)
        return ForgivingStream(stream)

    async def _ask(self, host: str, port: int, seconds: float | None) -> Sequence[str]:
        try:
            return (str(ip_address(host)),)
        except ValueError:
            pass
        try:
            with anyio.fail_after(seconds):
                return await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no answer to the question for {host}") from error
        except UnicodeError as error:  # a name that the system cannot even ask for
            raise RefusedAddressError(f"not a host name: {host!r}") from error

    async def _first(
        self,
        addresses: Sequence[str],
        port: int,
        seconds: float | None,
        local_address: str | None,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        failed: Exception = httpcore.ConnectError("the name has no address")
        kept = tuple(chain(options or ()))
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, seconds, local_address, kept)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

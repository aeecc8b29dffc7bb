"""The address guard: what is refused as text, and what is refused once it is a number."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import httpcore
import pytest

from collectors.guard import GuardedNetwork, RefusedAddressError, check_url, guard, is_public

NOT_PUBLIC = {
    "private": "10.1.2.3 172.16.0.1 192.168.1.1 fc00::1 fd12::1",
    "loopback": "127.0.0.1 127.8.8.8 ::1",
    "link-local": "169.254.169.254 fe80::1",
    "carrier NAT": "100.64.0.1 100.127.255.254",
    "multicast": "224.0.0.1 239.255.255.250 ff02::1 ff0e::1",
    "reserved": "240.0.0.1 255.255.255.255 192.0.0.1 198.18.0.1 203.0.113.5 2001:db8::1",
    "unspecified": "0.0.0.0 0.1.2.3 ::",
    "old relays": "192.88.99.1",
    "new documentation": "3fff::1 3fff:fff:ffff::1",
    "IPv4 in IPv6": "::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1",
    "6to4": "2002:7f00:1::1 2002:808:808::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "NAT64": "64:ff9b::7f00:1 64:ff9b:1::1",
    "site-local": "fec0::1",
}


@pytest.mark.parametrize("group", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(group: str) -> None:
    for text in NOT_PUBLIC[group].split():
        assert not is_public(ip_address(text)), text


@pytest.mark.parametrize("text", ["8.8.8.8", "95.213.4.1", "2a00:1450:4010::71", "2606:4700::1"])
def test_a_public_address_is_open(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http:\\\\127.0.0.1/",
        "http://example.org\t/",
        "http://exam ple.org/",
        "http://ex%61mple.org/",
        "http://[fe80::1%25eth0]/",
        "http://１２７.0.0.1/",
        "http:///path",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://example.org/",
        "//example.org/",
        "",
    ],
)
def test_a_tricky_spelling_is_refused(text: str) -> None:
    with pytest.raises(RefusedAddressError):
        check_url(text)


@pytest.mark.parametrize(
    "text",
    ["http://школа.рф/", "https://example.org:8443/a?b=c", "http://8.8.8.8/", "http://a_b.ru/"],
)
def test_an_ordinary_address_is_taken(text: str) -> None:
    assert check_url(text).host


def test_one_bad_address_among_good_ones_refuses_the_host() -> None:
    with pytest.raises(RefusedAddressError, match=r"10\.0\.0\.1"):
        guard().check("example.org", 80, ["95.213.4.1", "10.0.0.1"])


def test_a_network_of_the_settings_is_excepted() -> None:
    assert guard(["127.0.0.0/8"]).check("localhost", 80, ["127.0.0.1"]) == ("127.0.0.1",)


def test_an_exception_opens_nothing_beside_itself() -> None:
    with pytest.raises(RefusedAddressError):
        guard(["127.0.0.0/8"]).check("example.org", 80, ["::ffff:127.0.0.1"])


def test_an_address_of_the_settings_is_exempt_on_its_port_only() -> None:
    permit = guard(own_urls=["http://127.0.0.1:8000/method"])
    assert permit.check("127.0.0.1", 8000, ["127.0.0.1"])
    with pytest.raises(RefusedAddressError):
        permit.check("127.0.0.1", 8001, ["127.0.0.1"])


def test_the_checked_address_is_the_dialled_one() -> None:
    asked: list[str] = []

    async def turning(host: str, port: int) -> tuple[str, ...]:  # noqa: ARG001
        asked.append(host)
        return ("203.0.113.9",) if len(asked) > 1 else ("127.0.0.1",)

    async def dial() -> object:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        network = GuardedNetwork(guard(["127.0.0.0/8"]), turning)
        stream = await network.connect_tcp("example.org", port, timeout=1)
        peer = stream.get_extra_info("server_addr")
        await stream.aclose()
        server.close()
        return peer[0]

    assert asyncio.run(dial()) == "127.0.0.1"
    assert asked == ["example.org"]


def test_a_name_that_turns_private_is_refused_at_the_dialling() -> None:
    async def turned(host: str, port: int) -> tuple[str, ...]:  # noqa: ARG001
        return ("192.168.0.1",)

    with pytest.raises(RefusedAddressError):
        asyncio.run(GuardedNetwork(guard(), turned).connect_tcp("example.org", 80, timeout=1))


def test_a_resolver_that_hangs_is_a_timeout() -> None:
    async def hanging(host: str, port: int) -> tuple[str, ...]:  # noqa: ARG001
        await asyncio.sleep(5)
        return ()

    with pytest.raises(httpcore.ConnectTimeout):
        asyncio.run(GuardedNetwork(guard(), hanging).connect_tcp("example.org", 80, timeout=0.05))

"""Which network an address of the registry belongs to, and its canonical form there.

No network is named here: each installed one is asked whether the address is its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from collectors.model import SITE
from collectors.networks import networks, social_networks


class UnknownAddressError(ValueError):
    """No network takes the address; the message is Russian and says why."""


class AmbiguousAddressError(ValueError):
    """A bare name that several networks would take; `slugs` are those."""

    def __init__(self, slugs: tuple[str, ...]) -> None:
        super().__init__(", ".join(slugs))
        self.slugs = slugs


@lru_cache(maxsize=100_000)
def page_address(url: str, network: str | None = None) -> tuple[str, str]:
    """(network, canonical address) of a page; `network` decides where it is known."""
    accepted: dict[str, str] = {}
    refused: dict[str, str] = {}
    for slug in [network] if network else social_networks():
        try:
            accepted[slug] = networks()[slug].canonical(url)
        except ValueError as error:
            refused[slug] = str(error)
    if not accepted:
        raise UnknownAddressError(_reason(url, refused))
    if len(accepted) > 1:
        raise AmbiguousAddressError(tuple(accepted))
    return next(iter(accepted.items()))


@lru_cache(maxsize=100_000)
def site_address(url: str) -> str:
    """Canonical address of a site; ValueError with a Russian message."""
    return networks()[SITE].canonical(url)


def may_be_numbered(number: str, network: str, address: str) -> bool:
    """Whether `number` may be the network's own of the page at `address`.

    Not where the address holds another, or it is none: a network takes the address of its own
    numbers as it is. A network may not tell.
    """
    addresses_of = networks()[network].addresses_of
    own = next(iter(addresses_of(number, None)), None) if addresses_of else None
    if own is None:
        return True
    if not re.fullmatch(r"-?\d+", number, re.ASCII) or not _is_canonical(own, network):
        return False
    holds_one = re.fullmatch(re.escape(own.removesuffix(number)) + r"-?\d+", address)
    return own == address or not holds_one


def _is_canonical(address: str, network: str) -> bool:
    try:
        return networks()[network].canonical(address) == address
    except ValueError:
        return False


def _reason(url: str, refused: Mapping[str, str]) -> str:
    """What the network says whose slug stands in the address; else what each of them says."""
    meant = [slug for slug in refused if re.search(rf"\b{re.escape(slug)}\b", url.lower())]
    return "; ".join(refused[slug] for slug in meant or refused)

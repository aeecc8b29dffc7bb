"""An institution's pages, and the networks in which it is said to have none."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.networks import social_networks
from monitor.registry.addresses import AmbiguousAddressError, may_be_numbered, page_address
from monitor.registry.declaration import InstitutionTable, PageTable
from monitor.registry.faults import Problem
from monitor.registry.shape import unknown
from rules.toml_lines import Loc


def found_page(page: PageTable) -> tuple[str, str] | None:
    """(network, canonical address), or None where the address is a fault."""
    try:
        return page_address(page.url, page.network)
    except (ValueError, KeyError):
        return None


def page_problems(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for number, page in enumerate(institution.page):
        place: Loc = (*loc, "page", number)
        yield from _address(page.url, page.network, place)
        yield from _number(page, place)
        found = found_page(page)
        if found is not None and found in first:
            about = {"value": found[1], "other": (*loc, "page", first[found], "url")}
            yield Problem((*place, "url"), "page_twice", about)
        elif found is not None:
            first[found] = number
    yield from _official(institution, loc)
    yield from _absences(institution, loc)


def _number(page: PageTable, loc: Loc) -> Iterator[Problem]:
    """A number that differs from the one in the address would make the page another's for good."""
    found = found_page(page)
    for key, number in _numbers(page):
        if found and not may_be_numbered(number, *found):
            yield Problem((*loc, key), "bad_number", {"value": number, "page": found[1]})
    numbers = dict(_numbers(page))
    if len(set(numbers.values())) > 1:
        about = {"value": numbers["chat_id"], "other": numbers["known_id"]}
        yield Problem((*loc, "chat_id"), "two_numbers", about)


def _numbers(page: PageTable) -> Iterator[tuple[str, str]]:
    """What the table says of the network's own number, by the key that says it."""
    if page.known_id:
        yield "known_id", page.known_id
    if page.chat_id is not None:
        yield "chat_id", str(page.chat_id)


def _address(url: str, network: str | None, loc: Loc) -> Iterator[Problem]:
    """`loc` is the table's: the fault stands at `url` or at `network`."""
    if network is not None and network not in social_networks():
        yield unknown(network, social_networks(), (*loc, "network"), "no_network")
    else:
        yield from link_problems(url, (*loc, "url"), network)


def link_problems(url: str, loc: Loc, network: str | None = None) -> Iterator[Problem]:
    try:
        page_address(url, network)
    except AmbiguousAddressError as error:
        yield Problem(loc, "which_network", {"value": url, "first": error.slugs[-1]})
    except ValueError as error:
        yield Problem(loc, "bad_page", {"value": url, "reason": error})


def _live_official(institution: InstitutionTable) -> dict[str, list[int]]:
    """Network → numbers of the live official pages."""
    live: dict[str, list[int]] = {}
    for number, page in enumerate(institution.page):
        found = found_page(page)
        if found is not None and page.role == "official" and page.deleted_on is None:
            live.setdefault(found[0], []).append(number)
    return live


def _official(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    for network, numbers in _live_official(institution).items():
        for number in numbers[1:]:
            yield Problem((*loc, "page", number, "url"), "several_official", {"network": network})


def _absences(institution: InstitutionTable, loc: Loc) -> Iterator[Problem]:
    live = _live_official(institution)
    for network in institution.no_page:
        place: Loc = (*loc, "no_page", network)
        if network not in social_networks():
            yield unknown(network, social_networks(), place, "no_network")
        elif network in live:
            yield Problem(place, "page_and_no_page", {"network": network})

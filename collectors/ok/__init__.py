"""Одноклассники: groups, their marks, contacts and topics, by the API or from public pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from collectors.dated import dated_beside
from collectors.model import (
    OK,
    CallsLeft,
    Collector,
    Network,
    Observation,
    Page,
    Places,
    Run,
    Sign,
)
from collectors.ok.addresses import (
    OK_HOSTS,
    ok_address,
    ok_addresses,
    ok_item_in_link,
    ok_page_in_link,
)
from collectors.ok.settings import SECRETS, OkSettings, spared
from collectors.ok.widgets import ok_widgets

__all__ = ["NETWORK", "OkSettings"]


def _collector(settings: OkSettings) -> Collector:
    from collectors.ok.collect import collect

    def read(pages: Sequence[Page], run: Run) -> AsyncIterator[tuple[Observation, ...]]:
        return collect(settings, pages, run)

    return read


def _signs(settings: OkSettings, left: CallsLeft) -> Sequence[Sign]:
    from collectors.ok.check import signs

    return signs(settings, left)


NETWORK = Network(
    slug=OK,
    title="Одноклассники",
    where="в «Одноклассниках»",
    page_title="страница в Одноклассниках",
    new_page="открытую для всех группу",
    places=Places(texts=("описании", "закреплённой записи"), contacts=("сведениях о группе",)),
    hosts=OK_HOSTS,
    page_in_link=ok_page_in_link,
    item_in_link=ok_item_in_link,
    addresses_of=ok_addresses,
    in_widgets=ok_widgets,
    dated=dated_beside(__file__),
    check=_signs,
    canonical=ok_address,
    settings=OkSettings,
    collector=_collector,
    secrets=SECRETS,
    thrifty=spared,
)

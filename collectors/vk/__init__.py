"""VK, read through its API with the operator's tokens (user or service)."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.dated import dated_beside
from collectors.model import VK, CallsLeft, Collector, Network, Places, Sign
from collectors.vk.addresses import (
    VK_HOSTS,
    vk_address,
    vk_addresses,
    vk_item_in_link,
    vk_page_in_link,
)
from collectors.vk.settings import VkSettings, cost, quotas, readers, spared
from collectors.vk.widgets import vk_widgets


def _collector(settings: VkSettings) -> Collector:
    from collectors.vk.collector import vk_collector

    return vk_collector(settings)


def _signs(settings: VkSettings, left: CallsLeft) -> Iterator[Sign]:
    from collectors.vk.check import signs

    return signs(settings, left)


NETWORK = Network(
    slug=VK,
    title="ВКонтакте",
    where="во «ВКонтакте»",
    page_title="страница ВКонтакте",
    new_page="открытое для всех сообщество",
    places=Places(
        texts=("описании", "статусе", "закреплённой записи"), contacts=("контактах", "ссылках")
    ),
    hosts=VK_HOSTS,
    page_in_link=vk_page_in_link,
    item_in_link=vk_item_in_link,
    addresses_of=vk_addresses,
    in_widgets=vk_widgets,
    dated=dated_beside(__file__),
    check=_signs,
    canonical=vk_address,
    settings=VkSettings,
    collector=_collector,
    secrets={"tokens": "VK_TOKENS"},
    many=frozenset({"tokens"}),
    quotas=quotas,
    readers=readers,
    cost=cost,
    thrifty=spared,
)

"""VK, read through its API with the operator's tokens (user or service)."""

from __future__ import annotations

from collectors.addresses import vk_address
from collectors.model import VK, Collector, Network
from collectors.vk.settings import VkSettings, cost, quotas, readers


def _collector(settings: VkSettings) -> Collector:
    from collectors.vk.collector import vk_collector  # only when needed: to read

    return vk_collector(settings)


NETWORK = Network(
    slug=VK,
    title="ВКонтакте",
    canonical=vk_address,
    settings=VkSettings,
    collector=_collector,
    secrets={"tokens": "VK_TOKENS"},
    quotas=quotas,
    readers=readers,
    cost=cost,
)

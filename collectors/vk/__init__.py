"""VK, read through its API with the operator's tokens (user or service)."""

from __future__ import annotations

from collectors.addresses import vk_address
from collectors.model import VK, Network
from collectors.vk.collector import vk_collector
from collectors.vk.settings import VkSettings, quotas, readers
from collectors.vk.walls import cost

NETWORK = Network(
    slug=VK,
    title="ВКонтакте",
    canonical=vk_address,
    settings=VkSettings,
    collector=vk_collector,
    secrets={"tokens": "VK_TOKENS"},
    quotas=quotas,
    readers=readers,
    cost=cost,
)

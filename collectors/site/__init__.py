"""Official sites of institutions, and of the authority itself."""

from __future__ import annotations

from functools import partial

from collectors.addresses import site_address
from collectors.model import SITE, Collector, Network
from collectors.site.collect import collect
from collectors.site.settings import SiteSettings

__all__ = ["NETWORK", "SiteSettings", "collect"]


def _collector(settings: SiteSettings) -> Collector:
    return partial(collect, settings)


NETWORK = Network(
    slug=SITE,
    title="Официальный сайт",
    canonical=site_address,
    settings=SiteSettings,
    collector=_collector,
)

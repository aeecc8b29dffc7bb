"""Official sites of institutions, and of the authority itself."""

from __future__ import annotations

from functools import partial

from collectors.addresses import site_address
from collectors.model import SITE, Collector, Network
from collectors.site.settings import SiteSettings

__all__ = ["NETWORK", "SiteSettings"]


def _collector(settings: SiteSettings) -> Collector:
    from collectors.site.collect import collect  # only when needed: to read

    return partial(collect, settings)


NETWORK = Network(
    slug=SITE,
    title="сайт",
    where="на сайте",
    page_title="официальный сайт",
    canonical=site_address,
    settings=SiteSettings,
    collector=_collector,
)

"""Official sites of institutions, and of the authority itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from collectors.addresses import site_address
from collectors.model import SITE, CallsLeft, Collector, Network, Sign
from collectors.site.settings import SiteSettings, spared

__all__ = ["NETWORK", "SiteSettings"]


def _collector(settings: SiteSettings) -> Collector:
    from collectors.site.collect import collect

    return partial(collect, settings)


def _signs(settings: SiteSettings, left: CallsLeft) -> Iterable[Sign]:
    from collectors.site.check import signs

    return signs(settings, left)


NETWORK = Network(
    slug=SITE,
    title="сайт",
    where="на сайте",
    page_title="официальный сайт",
    canonical=site_address,
    check=_signs,
    settings=SiteSettings,
    collector=_collector,
    thrifty=spared,
)

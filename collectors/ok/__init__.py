"""Одноклассники: groups, their marks, contacts and topics, by the API or from public pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from collectors.addresses import ok_address
from collectors.model import OK, Collector, Network, Observation, Page, Run
from collectors.ok.settings import OkSettings

__all__ = ["NETWORK", "OkSettings"]


def _collector(settings: OkSettings) -> Collector:
    from collectors.ok.collect import collect  # only when needed: to read

    def read(pages: Sequence[Page], run: Run) -> AsyncIterator[tuple[Observation, ...]]:
        return collect(settings, pages, run)

    return read


NETWORK = Network(
    slug=OK,
    title="Одноклассники",
    canonical=ok_address,
    settings=OkSettings,
    collector=_collector,
    secrets={
        "application_key": "OK_APPLICATION_KEY",
        "application_secret_key": "OK_APPLICATION_SECRET_KEY",
        "access_token": "OK_ACCESS_TOKEN",
    },
)

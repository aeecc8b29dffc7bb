"""MAX: channels, read by bots that institutions have let in (docs/decisions/max.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from collectors.dated import dated_beside
from collectors.max.addresses import (
    MAX_HOSTS,
    max_address,
    max_addresses,
    max_item_in_link,
    max_owner,
    max_page_in_link,
)
from collectors.max.moments import in_link
from collectors.max.settings import LONGEST, SECRETS, MaxSettings, chats, readers
from collectors.model import (
    CallsLeft,
    Collector,
    Failure,
    Heard,
    Network,
    Observation,
    Page,
    Places,
    Run,
    Sign,
)

__all__ = ["NETWORK", "MaxSettings"]


def _collector(settings: MaxSettings) -> Collector:
    from collectors.max.collect import collect

    def read(pages: Sequence[Page], run: Run) -> AsyncIterator[tuple[Observation, ...]]:
        return collect(settings, pages, run)

    return read


def _signs(settings: MaxSettings, left: CallsLeft) -> Iterable[Sign]:
    from collectors.max.check import signs

    return signs(settings, left)


def _listen(settings: MaxSettings, markers: Mapping[str, int]) -> Heard:
    from collectors.max.listening import heard

    return heard(settings, markers)


def _tell(settings: MaxSettings, chat: str, text: str) -> Failure | None:
    from collectors.max.telling import told

    return told(settings, chat, text)


NETWORK = Network(
    slug="max",
    title="MAX",
    where="в MAX",
    page_title="канал в MAX",
    new_page="открытый для всех канал",
    places=Places(texts=("описании", "закреплённой записи")),
    control="",
    hosts=MAX_HOSTS,
    page_in_link=max_page_in_link,
    item_in_link=max_item_in_link,
    item_dated=in_link,
    addresses_of=max_addresses,
    owner_in_address=max_owner,
    listen=_listen,
    chats=chats,
    tell=_tell,
    longest_told=LONGEST,
    dated=dated_beside(__file__),
    check=_signs,
    canonical=max_address,
    settings=MaxSettings,
    collector=_collector,
    secrets=SECRETS,
    many=frozenset({"tokens"}),
    readers=readers,
)

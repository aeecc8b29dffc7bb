"""The section `[ok]` of config.toml; the three keys come from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.model import Spared
from collectors.ok.addresses import ok_address
from collectors.settings import above_zero, demand, http_addresses, not_below_zero, pages

SECRETS: Mapping[str, str] = {
    "application_key": "OK_APPLICATION_KEY",
    "application_secret_key": "OK_APPLICATION_SECRET_KEY",
    "access_token": "OK_ACCESS_TOKEN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OkSettings:
    api_url: str = "https://api.ok.ru"
    site_url: str = "https://ok.ru"
    requests_per_second: float = 1
    control_pages: tuple[str, ...] = ()  # groups known to carry the mark «Госорганизация»
    timeout: float = 20.0  # seconds of silence
    first_wait: float = 1.0  # seconds before the first repetition; doubles
    pause: float = 30.0  # seconds, when OK says that we ask too much
    max_topic_pages: int = 30  # of one group's list of topics
    thrifty: bool = True  # what cannot change a verdict tonight is left for another night
    application_key: str = ""
    application_secret_key: str = ""
    access_token: str = ""

    def __post_init__(self) -> None:
        demand(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from http_addresses(self, "api_url", "site_url")
        yield from above_zero(self, "requests_per_second", "timeout", "max_topic_pages")
        yield from not_below_zero(self, "first_wait", "pause")
        yield from pages(self, "control_pages", ok_address)

    @property
    def has_key(self) -> bool:
        return bool(self.application_key and self.application_secret_key and self.access_token)


def spared(settings: OkSettings) -> Spared:
    """With keys a hundred heads are one request, so they are read every night."""
    if not settings.thrifty:
        return Spared.NOTHING
    return Spared.WALL if settings.has_key else Spared.PAGE

"""The section `[max]` of config.toml; the tokens come from the environment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collectors.max.addresses import max_address
from collectors.settings import above_zero, demand, http_addresses, not_below_zero, pages, roots

SECRETS: Mapping[str, str] = {"tokens": "MAX_TOKENS", "tell_token": "MAX_TELL_TOKEN"}
LONGEST = 4000  # signs of a message
ONE_BOT = "MAX_TELL_TOKEN стоит и среди MAX_TOKENS: читать и писать должны разные боты"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxSettings:
    """`tokens`: of bots that institutions have let into their channels, to read.

    `tell_token`: of another bot, which only tells; it reads nothing.
    """

    api_url: str = "https://platform-api2.max.ru"
    requests_per_second: float = 10  # of the 30 that the host is said to take
    control_pages: tuple[str, ...] = ()  # channels that surely have a description and a pinned post
    extra_roots: Path | None = None  # else that of [site]: the national root, which signs the host
    timeout: float = 20.0  # seconds of silence
    first_wait: float = 1.0  # seconds before the first repetition; doubles
    max_sheets: int = 20  # of a hundred messages, of one channel
    tell_chat_ids: tuple[int, ...] = ()  # chats that the telling bot writes to
    tokens: str = field(default="", repr=False)
    tell_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        demand(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from http_addresses(self, "api_url")
        yield from above_zero(self, "requests_per_second", "timeout", "max_sheets")
        yield from not_below_zero(self, "first_wait")
        yield from pages(self, "control_pages", max_address)
        if self.extra_roots:
            yield from roots(self, "extra_roots")
        if self.tell_token and self.tell_token in self.token_list:
            yield ONE_BOT

    @property
    def token_list(self) -> tuple[str, ...]:
        """Each token once, in the order given."""
        listed = (one.strip() for one in self.tokens.replace("\n", ",").split(","))
        return tuple(dict.fromkeys(one for one in listed if one))


def readers(settings: MaxSettings) -> tuple[str, ...]:
    return tuple(fingerprint(token) for token in settings.token_list)


def chats(settings: MaxSettings) -> tuple[str, ...]:
    """Whereto there is a bot that tells."""
    return tuple(map(str, settings.tell_chat_ids)) if settings.tell_token else ()


def fingerprint(token: str) -> str:
    """Names a token in logs and signs without telling it."""
    return hashlib.sha256(token.encode()).hexdigest()[:8]

"""What a network tells of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any

from collectors.model.facts import Observation
from collectors.model.failures import Failure
from collectors.model.running import Collector


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many calls of one method a platform grants a token in 24 hours."""

    per_day: int
    reserve: int = 0  # kept for audits on demand


def _no_quotas(_: Any) -> Mapping[str, Quota]:
    return {}


def _no_readers(_: Any) -> tuple[str, ...]:
    return ()


def _no_cost(_: Observation | None) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where pages of a network tell of their owner, each as a reader is told it behind «в»."""

    texts: tuple[str, ...]  # «описании», «закреплённой записи»: what stands in no place else
    contacts: tuple[str, ...] = ()  # of their own for telephones and links: «контактах»


class Spared(IntEnum):
    """How much of a page a night may leave unread where it can change no verdict."""

    NOTHING = 0
    WALL = 1  # the head is read every night, of a site its home page
    PAGE = 2  # nights pass in which the page is not asked for at all


def _not_thrifty(_: Any) -> Spared:
    return Spared.NOTHING


class Health(StrEnum):
    """What `dozor doctor` says of a thing."""

    GOOD = "в порядке"
    WARNING = "внимание"
    FAULT = "ошибка"


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of the doctor, for the operator."""

    state: Health
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressOwner:
    """Whose an address says that it is, where a network's names hold that."""

    inn: str
    kind: str  # state | business


CallsLeft = Callable[[str, str], int | None]
"""Reader and method → calls that the day still has; None: nobody has counted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Something that we take for so of a network, and that may change without a word."""

    what: str  # Russian, for the operator
    source: str
    checked_on: date
    valid_until: date | None = None  # where that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Our reader was let into somebody's page, or put out of it, as the network told us."""

    reader: str  # fingerprint of the token
    number: str  # the network's own, of the page
    is_in: bool
    at: datetime
    address: str = ""  # canonical, where the network tells it
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a network told since the markers. `markers`: by reader, whereto it was heard.

    `failures`: by reader, why nothing more was.
    """

    markers: Mapping[str, int] = field(default_factory=dict)
    admissions: tuple[Admission, ...] = ()
    failures: Mapping[str, Failure] = field(default_factory=dict)


def _no_widgets(_: str) -> tuple[str | None, ...]:
    return ()


def _nothing_dated() -> tuple[Dated, ...]:
    return ()


def _no_chats(_: Any) -> tuple[str, ...]:
    return ()


def _no_signs(_: Any, __: CallsLeft) -> tuple[Sign, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What an entry point of the group `dozor.networks` names: one network, whole.

    Only the first five are needed; `docs/collectors.md` tells what a network gains by each other.

    `settings` is a frozen dataclass; its fields are the keys of `[slug]` in config.toml.
    `secrets` maps fields of `settings` to environment variables (NAME, or NAME_FILE), whose
    value reaches the field as a string, "" when unset; secrets never stand in config.toml.
    Fields in `many` may hold several, a line each, or with blanks, commas or semicolons between:
    they reach the field with commas.
    """

    slug: str
    title: str  # as Russian readers know it: «ВКонтакте»
    canonical: Callable[[str], str]  # any written form of an address → the one we keep; ValueError
    settings: type[Any]
    collector: Callable[[Any], Collector]  # takes an instance of `settings`
    secrets: Mapping[str, str] = field(default_factory=dict)
    many: frozenset[str] = frozenset()
    quotas: Callable[[Any], Mapping[str, Quota]] = _no_quotas  # settings → method → quota
    readers: Callable[[Any], tuple[str, ...]] = _no_readers  # settings → tokens, as Budget has them
    cost: Callable[[Observation | None], Mapping[str, int]] = _no_cost
    """The last reading of a page → method → calls that the next one will take."""
    thrifty: Callable[[Any], Spared] = _not_thrifty
    """Settings → what may be left for another night; walls are those that `Run.at_rest` names."""
    where: str = ""  # «во «ВКонтакте»»
    page_title: str = ""  # «страница ВКонтакте»
    new_page: str = ""  # what is to be created there: «открытую для всех группу»
    places: Places | None = None  # where something is looked for before it is called absent
    control: str = "страницу, на которой отметка точно есть"
    """What `control_pages` are to hold, for the doctor; "": its own check speaks of them."""
    hosts: frozenset[str] = frozenset()  # of its own, every spelling
    page_in_link: Callable[[str], str | None] | None = None
    """A full address → the page that it opens; else None or ValueError. Without it: `canonical`."""
    item_in_link: Callable[[str], str | None] | None = None
    """A full address → the page of which it opens one item; else None or ValueError."""
    item_dated: Callable[[str], datetime | None] | None = None
    """A full address of one item → when it was published, where the address itself tells."""
    addresses_of: Callable[[str | None, str | None], Iterable[str]] | None = None
    """The network's own id and the name of a page → canonical addresses that open it as well."""
    owner_in_address: Callable[[str], AddressOwner | None] | None = None
    """A canonical address → whose it says that it is; None: the name proves nothing."""
    in_widgets: Callable[[str], Iterable[str | None]] = _no_widgets
    """Markup of a site → pages that the network's widgets show; None: one that is not told."""
    listen: Callable[[Any, Mapping[str, int]], Heard] | None = None
    """Settings, and markers by reader → where readers were let in since; asked every few hours."""
    chats: Callable[[Any], tuple[str, ...]] = _no_chats
    """Settings → chats of the network to which the digest is sent, beside letters."""
    tell: Callable[[Any, str, str], Failure | None] | None = None
    """Settings, chat, text of at most `longest_told` signs → why it was not sent; None: it was."""
    longest_told: int = 4000
    dated: Callable[[], Iterable[Dated]] = _nothing_dated
    """What is taken for so, with the day on which somebody looked."""
    check: Callable[[Any, CallsLeft], Iterable[Sign]] = _no_signs
    """Settings → what the doctor says of keys and tokens; may ask the network."""

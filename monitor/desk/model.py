"""What a screen is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from collectors.errors import OperatorError


class Role(StrEnum):
    """Who comes in. The first three are nobody's account."""

    GUEST = "guest"
    ENTERING = "entering"  # gave the password; the second factor is still owed
    INSTITUTION = "institution"  # came by the link of a letter
    OPERATOR = "operator"
    DEPUTY = "deputy"
    CUR = "cur"
    REGION = "region"


ANYBODY = frozenset(Role)
PEOPLE = frozenset({Role.OPERATOR, Role.DEPUTY, Role.CUR, Role.REGION})
DECIDERS = frozenset({Role.OPERATOR, Role.DEPUTY})
INSTITUTIONS = frozenset({Role.INSTITUTION})
OPERATORS = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever asks. `towns`: the municipalities whose pages exist for him; None: all of them."""

    role: Role = Role.GUEST
    account: int | None = None
    name: str = ""
    towns: frozenset[str] | None = frozenset()
    secret: str = ""  # what his browser is known by; forms are bound to it
    is_late: bool = False  # came by a link that was alive once

    def sees(self, town: str) -> bool:
        return self.towns is None or town in self.towns


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as the browser sent it; neither its name nor its stated kind is to be believed."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request, after it was let through: who asks, for what, and what he typed.

    `form` and `files` are there in a POST only; that it came from our own page was checked.
    """

    visitor: Visitor
    parts: Mapping[str, str]  # of the path
    query: Mapping[str, str]
    form: Mapping[str, Sequence[str]]
    files: Sequence[Upload]
    now: datetime
    path: str
    address: str  # of the browser, as far as the trusted proxies tell
    cookies: Mapping[str, str] = field(repr=False)
    agent: str = ""  # what the browser calls itself
    once: str = ""  # of which form it is, in which words: monitor/desk/once.py

    def typed(self, name: str) -> str:
        """One field, without blanks around; "" where it was left empty or is not there."""
        return next(iter(self.form.get(name, ())), "").strip()

    def numbered(self, part: str) -> int:
        """The number that stands in the path; 0, which nothing has, for what is none. So whatever
        is not there is looked for, and told, in the same way."""
        typed = self.parts[part]
        is_number = typed.isascii() and typed.isdigit() and len(typed) < 10
        return int(typed) if is_number else 0

    def ticked(self, name: str) -> tuple[str, ...]:
        """All values of boxes of one name."""
        return tuple(self.form.get(name, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """To be set; `value` None: to be forgotten."""

    name: str
    value: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True, slots=True)
class Goto:
    """After every change: the page that shows it, so that «reload» repeats nothing.

    `path` is one of ours. `said` is the key of a sentence in words.toml that the page shows.
    `enters`: as whom somebody has just come in; then `path` may be anybody's wish, and what is no
    page for him is the first page.
    """

    path: str
    said: str = ""
    number: int | None = None
    cookies: tuple[Cookie, ...] = ()
    enters: Role | None = None


@dataclass(frozen=True, slots=True)
class File:
    """Given out to be kept, never to be shown by the browser itself."""

    name: str
    content: bytes = field(repr=False)
    kind: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Text:
    """For a program, not for a reader."""

    content: str


Answer = Page | Goto | File | Text


class NotFoundError(OperatorError):
    """There is no such thing, or not for whoever asks: he cannot tell which."""

    def __init__(self) -> None:
        super().__init__(["такой страницы нет"])


class RefusedPageError(OperatorError):
    """What was asked is not done; the lines, Russian, say why and what to do. `http` is told."""

    def __init__(self, lines: Sequence[str], http: int = 400) -> None:
        super().__init__(lines)
        self.http = http


Screen = Callable[["Any", Ask], Answer]

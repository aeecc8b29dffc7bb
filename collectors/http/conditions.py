"""Asking whether a page is what it was: conditional requests (RFC 9110, 13). No network.

A server's «304 Not Modified» is its word, not its page. It is believed where it was asked for, by
what the server itself had told of the very answer that we hold, and where it says again what it
stands for. Anything else is no answer: the page is asked for as if nothing were known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

from collectors.model import Copy, Original

NOT_MODIFIED = 304
TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]{1,200})"')
PACKED = "-gzip"  # which Apache puts at the end of a tag, and does not know again
SURE = timedelta(minutes=1)  # what was changed later than that may change within the same second


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """By what a server knows one answer again, and what it was asked with."""

    etag: str = ""
    modified: str = ""  # to the letter as it was told
    asked: tuple[tuple[str, str], ...] = ()  # headers of the request on which the answer depends

    @property
    def conditions(self) -> dict[str, str]:
        """Headers to ask with. Never both: who ignores the tag would go by the coarser date."""
        if self.etag:
            return {"If-None-Match": ", ".join(_forms(self.etag))}
        return {"If-Modified-Since": self.modified} if self.modified else {}

    def fit(self, request: httpx.Request) -> bool:
        """The request is like the one then; with a cookie it is somebody's own page."""
        heads = request.headers
        same = all(heads.get(name, "") == value for name, value in self.asked)
        return bool(self.conditions) and same and "cookie" not in heads

    def are_confirmed(self, head: httpx.Headers) -> bool:
        """A 304 repeats the tag (RFC 9110, 15.4.5), or the date where there was no tag."""
        told = head.get("etag", "").strip()
        if self.etag:
            return bool(told) and _bare(told) == _bare(self.etag)
        return not told and head.get("last-modified", self.modified) == self.modified


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An answer (200) that came whole, and whose body is at hand."""

    validators: Validators
    copy: Copy
    headers: httpx.Headers

    def is_confirmed_by(self, response: httpx.Response) -> bool:
        is_same = response.status_code == NOT_MODIFIED
        return is_same and self.validators.are_confirmed(response.headers)


class Earlier(Protocol):
    """What is known of earlier runs."""

    def conditions(self, request: httpx.Request) -> Mapping[str, str]:
        """Headers by which the request is made a conditional one; none where it must not be."""
        ...

    def held(self, request: httpx.Request) -> Held | None:
        """What a 304 to it may stand for."""
        ...

    def last(self, url: str, body: bytes) -> Original | None:
        """Where the address had this very body before."""
        ...


def validators_of(request: Mapping[str, str], answer: httpx.Headers) -> Validators | None:
    """None where the answer depends on more than anybody can repeat."""
    vary = [name.strip().lower() for name in answer.get("vary", "").split(",") if name.strip()]
    asked = {name.lower(): value for name, value in request.items()}
    if "*" in vary or "cookie" in asked:
        return None
    return Validators(
        etag=_tag(answer.get("etag", "")),
        modified=_date(answer),
        asked=tuple((name, asked.get(name, "")) for name in vary),
    )


def _tag(written: str) -> str:
    return written.strip() if TAG.fullmatch(written.strip()) else ""


def _date(answer: httpx.Headers) -> str:
    """ "" where the page may have changed once more within the second of the date."""
    written = answer.get("last-modified", "")
    modified, sent = _moment(written), _moment(answer.get("date", ""))
    return written if modified and sent and sent - modified >= SURE else ""


def _moment(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None


def _forms(tag: str) -> list[str]:
    """As it was told, and as the server may know it: Apache without what its packing added, nginx
    without the mark of weakness."""
    found = TAG.fullmatch(tag)
    assert found, tag
    names = dict.fromkeys((found[2], found[2].removesuffix(PACKED)))
    return [tag, *(form for name in names if (form := f'"{name}"') != tag)]


def _bare(tag: str) -> str:
    found = TAG.fullmatch(tag)
    return found[2].removesuffix(PACKED) if found else tag

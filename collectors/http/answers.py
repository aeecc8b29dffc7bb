"""What came back: an answer, how much of it, and of which type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from collectors.model import Evidence

MEDIA_TYPE = re.compile(r"[\s\"']*([\w.+-]+/[\w.+-]+)", re.ASCII)
NO_TYPE = ("unknown/unknown", "application/unknown")
PARTIAL_CONTENT = 206
NO_SUCH_PAGE = (404, 410)  # the status says it, whatever its page


class Extent(StrEnum):
    """How much of a body came."""

    WHOLE = "whole"
    UNTOLD = "untold"  # until the server closed the connection: nothing shows whether that was all
    CUT = "cut"  # it broke off before the end that was announced


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last exchange of a reading; `evidence` has every hop, the answer's own last."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes
    evidence: tuple[Evidence, ...] = ()
    extent: Extent = Extent.WHOLE
    asked: httpx.Headers = field(default_factory=httpx.Headers)  # with what

    @property
    def is_whole(self) -> bool:
        return self.extent is Extent.WHOLE


def content_type(headers: httpx.Headers) -> str:
    """`text/html`; "" where the server says nothing that is a type. Of several the last counts."""
    matches = (MEDIA_TYPE.match(part) for part in headers.get("content-type", "").split(","))
    types = [match[1].lower() for match in matches if match]
    return types[-1] if types and types[-1] not in NO_TYPE else ""

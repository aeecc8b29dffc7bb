"""When a post was published: by the number inside its id, which no document explains.

`mid` is `mid.`, 16 hexadecimal figures of the channel and 16 of the message. Without its last 16
bits the message's number counts milliseconds since 1970 (seen to agree with `timestamp`; see
docs/decisions/max.md). `timestamp` may move when a post is edited, and no field tells that it was.
So the number is believed only while what is read bears it out: of a channel `is_sound`, of the
whole run until one of its channels `ends_belief`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

_MID = re.compile(r"mid\.[0-9a-f]{16}([0-9a-f]{16})", re.ASCII)
_POST_BYTES = 8
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGAN, ENDS = datetime(2024, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""MAX is younger than the first; a number that says otherwise is no time."""

FEWEST = 10
"""Messages of a channel that speaks for the run: of a few most may have been edited by chance."""

Moments = Iterable[tuple[datetime | None, datetime]]
"""Of each message the time in its id, if there is one, and the time that the network tells."""


def in_mid(mid: str) -> datetime | None:
    """None where the id has another shape, or holds no time."""
    found = _MID.fullmatch(mid)
    return _moment(int(found[1], 16)) if found else None


def in_link(url: str) -> datetime | None:
    """Of `max.ru/name/AZv5-eGoI5I` and `max.ru/c/-123/AZv5-eGoI5I`: the link dates itself."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    if len(parts) != (3 if parts[:1] == ["c"] else 2) or parts[0] == "join":
        return None
    try:
        number = base64.b64decode(f"{parts[-1]}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return _moment(int.from_bytes(number, "big")) if len(number) == _POST_BYTES else None


def of_milliseconds(told: int) -> datetime | None:
    try:
        moment = EPOCH + timedelta(milliseconds=told)
    except OverflowError:
        return None
    return moment if BEGAN <= moment < ENDS else None


def _moment(sequence: int) -> datetime | None:
    return of_milliseconds(sequence >> 16)


def is_sound(moments: Moments) -> bool:
    """Whether the ids of one channel may be believed: none is later than what the network tells,
    and at least half agree to the millisecond. Ids of another shape do not."""
    pairs = list(moments)
    agreeing = sum(inner == told for inner, told in pairs)
    return not _is_any_later(pairs) and 2 * agreeing >= len(pairs)


def ends_belief(moments: Moments) -> bool:
    """Whether one channel shows that ids hold no time at all: an editing makes `timestamp` later,
    and nothing makes it earlier; nor is half of a channel edited that is not small."""
    pairs = list(moments)
    return _is_any_later(pairs) or (len(pairs) >= FEWEST and not is_sound(pairs))


def _is_any_later(moments: Moments) -> bool:
    return any(inner is not None and inner > told for inner, told in moments)

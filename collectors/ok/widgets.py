"""Groups that OK's widget shows on a site (apiok.ru/ext/group). No network is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.ok.addresses import ok_addresses

AROUND = 1500  # characters: the number stands in the call, or where the function around is called
_CALL = re.compile(r"OK\.CONNECT\.insertGroupWidget")
_ANY_CALL = re.compile(r"OK\.CONNECT\.")
_NUMBER = re.compile(r"[\"']([1-9]\d{5,18})[\"']|,\s{0,9}([1-9]\d{8,18})\s{0,9}[,)]")
# Looked through a second time, behind its name: two open stretches in one pattern would multiply.
_FRAME = re.compile(
    r"(?:ok|odnoklassniki)\.ru/dk\?(?=[^\s\"'<>]{0,400}?WidgetGroup([^\s\"'<>]{0,430}))",
    re.IGNORECASE,
)
_IN_FRAME = re.compile(r"(?:st\.groupId|st\.gid|groupId|gid)=([1-9]\d{5,18})", re.IGNORECASE)
_LIBRARY = re.compile(r"connect\.(?:ok|odnoklassniki)\.ru/connect\.js")


def ok_widgets(markup: str) -> Iterator[str | None]:
    """None: a widget whose group stands in a variable, or in a script beside the page."""
    plain = markup.replace("\\/", "/").replace("&amp;", "&").replace("&quot;", '"')
    calls = [plain[start:end] for start, end in _around_calls(plain)]
    called = [one or other for call in calls for one, other in _NUMBER.findall(call)]
    framed = [found[1] for frame in _FRAME.findall(plain) if (found := _IN_FRAME.search(frame))]
    for number in dict.fromkeys([*called, *framed]):
        yield from ok_addresses(number, None)
    if (calls and not called) or (_LIBRARY.search(plain) and not _ANY_CALL.search(plain)):
        yield None


def _around_calls(plain: str) -> list[tuple[int, int]]:
    """Stretches that overlap are one: each letter is looked at once."""
    spans: list[tuple[int, int]] = []
    for call in _CALL.finditer(plain):
        start, end = max(0, call.start() - AROUND), call.end() + AROUND
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans

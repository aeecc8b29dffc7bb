"""Groups that OK's widget shows on a site (apiok.ru/ext/group). No network is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.ok.addresses import ok_addresses

AROUND = 1500  # characters: the number stands in the call, or where the function around is called
_CALL = re.compile(r"OK\.CONNECT\.insertGroupWidget")
_ANY_CALL = re.compile(r"OK\.CONNECT\.")
_NUMBER = re.compile(r"[\"']([1-9]\d{5,18})[\"']|,\s{0,9}([1-9]\d{8,18})\s{0,9}[,)]")
_FRAME = re.compile(
    r"(?:connect\.)?(?:ok|odnoklassniki)\.ru/dk\?[^\s\"'<>]{0,400}?WidgetGroup"
    r"[^\s\"'<>]{0,400}?(?:st\.groupId|st\.gid|groupId|gid)=([1-9]\d{5,18})",
    re.IGNORECASE,
)
_LIBRARY = re.compile(r"connect\.(?:ok|odnoklassniki)\.ru/connect\.js")


def ok_widgets(markup: str) -> Iterator[str | None]:
    """None: a widget whose group stands in a variable, or in a script beside the page."""
    plain = markup.replace("\\/", "/").replace("&amp;", "&").replace("&quot;", '"')
    calls = [plain[max(0, c.start() - AROUND) : c.end() + AROUND] for c in _CALL.finditer(plain)]
    called = [one or other for call in calls for one, other in _NUMBER.findall(call)]
    for number in dict.fromkeys([*called, *_FRAME.findall(plain)]):
        yield from ok_addresses(number, None)
    if (calls and not called) or (_LIBRARY.search(plain) and not _ANY_CALL.search(plain)):
        yield None

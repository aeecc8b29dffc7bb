"""The form of «Платформа обратной связи» in a page or a script (platforms.md §2). No network."""

from __future__ import annotations

import html
import re

CALL = re.compile(r"Widget\(\s*[\"'`]https?://pos\.gosuslugi\.ru/form/?[\"'`]\s*,\s*[\"'`]?(\d+)")
FORM = re.compile(r"https?://pos\.gosuslugi\.ru/(?:form|og/org-activities)/?\?[^\s\"'`<>\\]+")
SIGN = re.compile(
    r"js-show-iframe-wrapper|pos-banner-(?:fluid|btn)|pos-block-action"
    r"|pos\.gosuslugi\.ru/(?:bin/(?:script|banner)|form\b|og/org-activities)"
)
NAMELESS = "https://pos.gosuslugi.ru/form/"


def pos_widgets(markup: str) -> tuple[str, ...]:
    """Addresses of the forms; `NAMELESS` where a widget is seen but not whose it is."""
    if "gosuslugi" not in markup and "pos-b" not in markup and "js-show" not in markup:
        return ()
    text = html.unescape(markup.replace("\\/", "/").replace("\\u002F", "/"))
    called = [f"{NAMELESS}?opaId={number}" for number in CALL.findall(text)]
    found = tuple(dict.fromkeys([*called, *FORM.findall(text)]))
    return found or ((NAMELESS,) if SIGN.search(text) else ())

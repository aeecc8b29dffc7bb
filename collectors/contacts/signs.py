"""Figures and letters in other signs as the usual ones: «8️⃣ (3️⃣8️⃣…», «８（３８２５０）», «&#64;»."""

from __future__ import annotations

import html
import re
import unicodedata

# Of these one alone may number a list or a footnote; several in a row are a number.
_RINGED = "\u24ea\u2460-\u2468\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792"
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u207e\u2080-\u208e"
_KEY = r"[0-9]\ufe0f?\u20e3"
_BETWEEN = r"[\s()+\-‐-―.]{0,4}"
_RUN = re.compile(
    rf"(?:{_KEY}|[{_RINGED}{_RAISED}])(?:{_BETWEEN}(?:{_KEY}|[{_RINGED}{_RAISED}])){{4,19}}"
)
_RUN_OF_KEYS = re.compile(rf"(?:{_KEY}|[{_RINGED}]){{1,20}}")
_TENS = re.compile("[\u2469-\u2473\U0001f51f]")  # ⑪ and 🔟 are one sign each
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][\da-fA-F]{2,5}|commat|period|nbsp|lpar|rpar|num|plus);")
_KEYCAP = re.compile(r"([0-9])\ufe0f?\u20e3")
_SOME = re.compile(rf"\u20e3|[{_RINGED}{_RAISED}]")
# Figures of other writings, letters and figures of mathematics, full-width signs; no emoji.
_ODD = re.compile(
    "[\u0660-\u1fff\ua620-\uabff\U000104a0-\U0001eeff\U0001fbf0-\U0001fbf9"
    "\uff01-\uff5e\ufe50-\ufe6b]"
)


def usual_signs(text: str) -> str:
    """Figures and signs as they stand on a keyboard; the length may change."""
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if text.isascii():
        return text
    if _SOME.search(text):
        text = _RUN.sub(lambda run: _plain_run(run[0]), text)
    return _ODD.sub(lambda sign: _plain(sign[0]), text)


def all_figures(text: str) -> str:
    """As `usual_signs`, and figures in rings or keys also where they stand alone."""
    return usual_signs(_plain_run(text)) if _SOME.search(text) else usual_signs(text)


def named_figures(text: str) -> str:
    """As a title's reader takes «№1️⃣1️⃣», «№ ①①», «№ ⑪»; raised figures are notes to the text."""
    if text.isascii():
        return text
    if _SOME.search(text):
        text = _RUN_OF_KEYS.sub(lambda run: _plain_run(run[0]), text)
    return usual_signs(_TENS.sub(lambda sign: str(int(unicodedata.numeric(sign[0], 10))), text))


def _plain_run(run: str) -> str:
    return "".join(map(_plain_figure, _KEYCAP.sub(r"\1", run)))


def _plain_figure(sign: str) -> str:
    figure = unicodedata.digit(sign, None)
    return _plain(sign) if figure is None else str(figure)


def _plain(sign: str) -> str:
    """The one usual sign that it stands for; itself where it stands for several or none."""
    figure = unicodedata.decimal(sign, None)
    usual = unicodedata.normalize("NFKC", sign) if figure is None else str(figure)
    usual = usual.replace("\u2212", "-")
    return usual if len(usual) == 1 and usual.isascii() else sign

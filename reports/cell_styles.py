"""How cells of a workbook look: each kind in each tint, with or without a rule above it.

The tints are those of the page (templates/report.css): a mark has one colour everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from reports.wrapping import FONT, SIZE

PLAIN, HEADING = "", "heading"
DEFAULT = {"font_name": FONT, "font_size": SIZE, "font_scheme": "none"}
ALL: Mapping[str, Any] = {**DEFAULT, "valign": "top", "text_wrap": True}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": "@"},
    "link": {"num_format": "@", "font_color": "#0B5394", "underline": 1},
    "day": {"num_format": "dd.mm.yyyy", "align": "left"},
    "number": {"num_format": "0", "align": "center"},
}
TINTS: Mapping[str, Mapping[str, Any]] = {
    PLAIN: {},
    "fail": {"bg_color": "#FDECEA", "font_color": "#A01C1C", "bold": True},
    "below": {"bg_color": "#FFF3D9", "font_color": "#7A4A00"},
    "review": {"bg_color": "#EEEBFA", "font_color": "#4B3A94"},
    "error": {"bg_color": "#E9EDF1", "font_color": "#47525E"},
    "unknown": {"bg_color": "#E9EDF1", "font_color": "#47525E"},
    "pending": {"bg_color": "#F5F7F9", "font_color": "#52606D"},
    "pass": {"bg_color": "#E6F4EA", "font_color": "#176136"},
    "not_applicable": {"font_color": "#52606D"},
    "none": {"font_color": "#8A96A3"},  # a count of nothing
}
HEAD: Mapping[str, Any] = {
    **ALL,
    "bold": True,
    "bg_color": "#DCE6F1",
    "bottom": 1,
    "bottom_color": "#52606D",
}
RULE: Mapping[str, Any] = {"top": 1, "top_color": "#52606D"}

Look = tuple[str, str, bool]  # kind, tint, whether a rule stands above


class Looks:
    """The formats of one workbook, made in one order: the same sheets give the same bytes."""

    def __init__(self, book: Workbook) -> None:
        self.heading = attribute(book.add_format(dict(HEAD)))
        self._of: dict[Look, str] = {
            (kind, tint, ruled): attribute(book.add_format(properties(kind, tint, ruled)))
            for kind, tint, ruled in product(KINDS, TINTS, (False, True))
        }

    def of(self, kind: str, tint: str = PLAIN, ruled: bool = False) -> str:
        """An attribute of a cell's element."""
        return self._of[kind, tint if tint in TINTS else PLAIN, ruled]


def properties(kind: str, tint: str = PLAIN, ruled: bool = False) -> dict[str, Any]:
    return {**ALL, **KINDS[kind], **TINTS[tint], **(RULE if ruled else {})}


def is_bold(tint: str) -> bool:
    return bool(TINTS.get(tint, {}).get("bold"))


def attribute(made: Format) -> str:
    return f' s="{made._get_xf_index()}"'


def kind_of(value: object, *, is_link: bool) -> str:
    if isinstance(value, str):
        return "link" if is_link else "text"
    return "day" if isinstance(value, date) else "number"

"""Plots as SVG to be put into a page: matplotlib's only home, imported when something is drawn.

Letters stay letters (no outlines), so that the picture is small, sharp in print and can be
searched. The same values give the same bytes: no date, no random ids. Every plot reads in black
and white: numbers stand in the cells, lines differ by dash and sign.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from io import StringIO
from itertools import groupby
from math import nan
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from reports.templating import one_line
from reports.view import Past, Posts, Week
from reports.words import word

INK, SOFT, LINE = "#1c2530", "#52606d", "#d5dbe1"
# From "no post" to "many": darker is more, in print as well.
SHADES = ("#ffffff", "#e3edf7", "#b9d3ea", "#6fa3d0", "#1f5f99")
EDGES = (0.5, 1.5, 2.5, 4.5)  # none, 1, 2, 3 and 4, more
UNREAD = "#e9edf1"
LONGEST = 60  # signs of a name
DARK = 5  # from so many posts on, a cell needs white letters
ROW, HEAD, WIDTH = 0.26, 0.75, 9.6  # inches
# What every number would repeat is a class of report.css.
CELL = 'style="font-size: 9px; font-family: sans-serif; text-anchor: middle; fill: {}"'
CLASSES = ((CELL.format(INK), 'class="c"'), (CELL.format("#ffffff"), 'class="c w"'))
NO_TRACE = dict.fromkeys(("Date", "Creator", "Format", "Type"))
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dozor",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.parse_math": False,  # a name with `$` is a name
    "text.color": INK,
    "axes.edgecolor": LINE,
    "xtick.color": INK,
    "ytick.color": INK,
}


def heat_map(posts: Posts, name: str) -> Markup:
    """A line a page, a column a week."""
    with rc_context(STYLE):
        figure, axes = canvas(HEAD + ROW * len(posts.pages))
        lines = range(len(posts.pages) + 1)
        axes.hlines(lines, 0, len(posts.weeks), colors=LINE, linewidth=0.5)
        for row, page in enumerate(posts.pages):
            shade(axes, row, page.counts)
            write_counts(axes, row, page.counts)
        axes.set_yticks([row + 0.5 for row in range(len(posts.pages))])
        axes.set_yticklabels([label(page.institution, page.place) for page in posts.pages])
        week_axis(axes, posts.weeks, 0.5)
        axes.set(xlim=(0, len(posts.weeks)), ylim=(len(posts.pages), 0))
        return drawn(figure, name)


def label(name: str, place: str) -> str:
    """A name that takes half of the sheet leaves no room for the picture."""
    shown = one_line(name)
    return f"{shown if len(shown) <= LONGEST else shown[:LONGEST] + '…'}, {place}"


def shade(axes: Axes, row: int, counts: Sequence[int | None]) -> None:
    """Neighbours of one shade are one strip: the picture stays small."""
    left = 0
    for colour, same in groupby(counts, key=shade_of):
        width = len(list(same))
        if colour != SHADES[0]:
            axes.barh(row + 0.5, width, height=1, left=left, color=colour, linewidth=0)
        left += width


def shade_of(count: int | None) -> str:
    return UNREAD if count is None else SHADES[bisect(EDGES, count)]


def write_counts(axes: Axes, row: int, counts: Sequence[int | None]) -> None:
    for column, count in enumerate(counts):
        axes.text(
            column + 0.5,
            row + 0.5,
            "?" if count is None else f"{count}",
            ha="center",
            va="center",
            color="#ffffff" if (count or 0) >= DARK else INK,
            fontweight="bold" if count == 0 else "normal",
        )


def week_axis(axes: Axes, weeks: Sequence[Week], middle: float) -> None:
    """Mondays; a short week has a star."""
    signs = [f"{week.label}{'*' * week.is_short}" for week in weeks]
    axes.set_xticks([place + middle for place in range(len(weeks))])
    axes.set_xticklabels([sign.replace("\N{NO-BREAK SPACE}", " ") for sign in signs])
    axes.xaxis.tick_top()
    plain(axes)


def bars(posts: Posts, name: str) -> Markup:
    """For a region: how many pages posted nothing, once, more often, week by week."""
    parts = (
        ("none", "#ffffff", "//"),
        ("one", "#b9d3ea", ""),
        ("more", "#1f5f99", ""),
        ("unread", UNREAD, ""),
    )
    with rc_context(STYLE):
        figure, axes = canvas(3.2)
        floor = [0] * len(posts.spread)
        for field, colour, hatch in parts:
            heights = [getattr(one, field) for one in posts.spread]
            axes.bar(
                range(len(heights)),
                heights,
                bottom=floor,
                color=colour,
                hatch=hatch,
                edgecolor=SOFT,
                linewidth=0.6,
                label=word("spread", field),
            )
            floor = [low + height for low, height in zip(floor, heights, strict=True)]
        week_axis(axes, posts.weeks, 0)
        axes.xaxis.tick_bottom()
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        return drawn(figure, name)


def trend(history: Sequence[Past], name: str) -> Markup:
    """Two shares in per cent over the last audits."""
    lines = (("share", "-", "o", INK), ("unseen", "--", "s", SOFT))
    with rc_context(STYLE):
        figure, axes = canvas(2.4)
        for field, dash, sign, colour in lines:
            shares = [getattr(past, field) for past in history]
            heights = [100 * one.part / one.whole if one.whole else nan for one in shares]
            told = word("trend", field)
            axes.plot(heights, linestyle=dash, marker=sign, color=colour, label=told)
        axes.set_ylim(0, 105)
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
        axes.set_xticks(range(len(history)))
        axes.set_xticklabels([past.label.replace("\N{NO-BREAK SPACE}", " ") for past in history])
        axes.grid(axis="y", color=LINE, linewidth=0.6)
        plain(axes)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        return drawn(figure, name)


# --- the sheet --------------------------------------------------------------------------------


def canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def plain(axes: Axes) -> None:
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def drawn(figure: Figure, name: str) -> Markup:
    """The SVG element alone, with ids of its own, so that several may stand in one page."""
    sheet = StringIO()
    with rc_context({"svg.hashsalt": name}):
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(sheet, metadata=NO_TRACE)
    return Markup(slimmed(sheet.getvalue()))


def slimmed(svg: str) -> str:
    """Without prologue, comments and the ids of groups, which nothing refers to."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style type=\"text/css\">.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="[A-Za-z0-9.]*_[\w.]*"', "", svg)
    svg = re.sub(r"'DejaVu Sans'[^;\"]*sans-serif", "sans-serif", svg)
    svg = re.sub(r' clip-path="[^"]*"| transform="rotate\(-0 [^"]*"', "", svg)
    svg = re.sub(r"<defs>\s*<clipPath.*?</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), svg)
    for written, told in CLASSES:
        svg = svg.replace(written, told)
    svg = re.sub(r"<g>\s*(<text[^>]*>[^<]*</text>)\s*</g>", r"\1", svg)
    svg = re.sub(r"\s+(?=[LMzQ\"])", "", svg)
    return re.sub(r">\s+<", "><", svg).replace("<svg ", '<svg aria-hidden="true" ', 1).strip()

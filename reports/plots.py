"""Plots as SVG to be put into a page: here every place is reckoned, the templates only print.

Letters stay letters, so that a picture is small, sharp in print and can be searched. What lies on
the paper has the colour of the text around it (`currentColor`), so that it reads on a light page
and on a dark one. Every plot reads in black and white: numbers stand in the cells, lines differ by
dash and sign.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import ceil, log10
from unicodedata import east_asian_width

from markupsafe import Markup

from reports.posts_view import Posts, Spread, Week
from reports.templating import one_line, render
from reports.view import Past, Portion
from reports.words import word

# From "no post" to "many": darker is more, in print as well. The first is the paper.
SHADES = (None, "#e3edf7", "#b9d3ea", "#6fa3d0", "#1f5f99")
EDGES = (0.5, 1.5, 2.5, 4.5)  # none, 1, 2, 3 and 4, more
UNREAD = "#e9edf1"
DARK = 5  # from so many posts on, a cell needs white letters

WIDTH = 691
HEAD, ROW = 16, 20  # heights: of the weeks above the map, of one of its lines
RIM = 10  # right of the map, for the half of a sign that is wider than its column
GAP = 4  # between a picture and its words
BASE = 3.2  # from the middle of a line down to the foot of its letters
WIDEST_LABEL = 430
LEGEND = 150  # what the words beside a picture take
TREND_HEIGHT, BARS_HEIGHT = 173, 230
FOOT = 16
MOST_MARKS = 7  # on the axis of the bars
# Of letters of nine units, in a wide font: no font is known here, and too much room does no harm.
LETTER, CAPITAL, IDEOGRAM, NARROW = 5.8, 6.9, 9.5, 3.0
THIN = frozenset(" .,:;!'|()-")


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign beside an axis, by its middle."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Neighbouring cells of one shade."""

    x: float
    width: float
    fill: str


@dataclass(frozen=True, slots=True)
class MapCell:
    x: float
    text: str
    tone: str  # of its letters: none, light, dark


@dataclass(frozen=True, slots=True)
class MapLine:
    """One page of the map."""

    y: float
    base: float  # of its letters
    label: str
    strips: tuple[Strip, ...]
    cells: tuple[MapCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    width: float
    height: float
    left: float
    right: float
    label_end: float
    row: float
    weeks: tuple[Mark, ...]
    lines: tuple[MapLine, ...]
    rules: tuple[float, ...]  # between the lines


@dataclass(frozen=True, slots=True)
class BarPart:
    """Of a bar; None as `fill` is hatched paper."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend."""

    y: float
    base: float
    text: str
    look: str | None  # a colour, or the kind of a line


@dataclass(frozen=True, slots=True)
class Bars:
    width: float
    height: float
    left: float
    floor: float
    key_left: float
    weeks: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    parts: tuple[BarPart, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    look: str
    path: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Trend:
    width: float
    height: float
    left: float
    right: float
    floor: float
    audits: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    curves: tuple[Curve, ...]
    keys: tuple[Key, ...]


# --- posts by page and week -------------------------------------------------------------------


def heat_map(posts: Posts, name: str) -> Markup:
    """A line a page, a column a week. `name` begins the ids, which no other plot may have."""
    labels = [label(page.institution, page.place) for page in posts.pages]
    weeks = posts.weeks[::-1]  # what happened last is read first, on a narrow screen as well
    left = px(max(map(text_width, labels), default=0) + 2 * GAP)
    step = (WIDTH - RIM - left) / max(len(weeks), 1)
    rows = len(posts.pages)
    figure = HeatMap(
        width=WIDTH,
        height=HEAD + ROW * rows + 1,
        left=left,
        right=WIDTH - RIM,
        label_end=px(left - GAP),
        row=ROW,
        weeks=week_marks(weeks, left + step / 2, step),
        lines=tuple(
            MapLine(
                y=HEAD + ROW * row,
                base=px(HEAD + ROW * (row + 0.5) + BASE),
                label=labels[row],
                strips=tuple(strips(page.counts[::-1], left, step)),
                cells=tuple(cells(page.counts[::-1], left, step)),
            )
            for row, page in enumerate(posts.pages)
        ),
        rules=tuple(HEAD + ROW * row for row in range(rows + 1)),
    )
    return render_plot("plot-weeks.svg.j2", figure, name)


def label(name: str, place: str) -> str:
    """A name that takes half of the sheet leaves no room for the picture."""
    end = f", {one_line(place)}"
    return f"{shortened(one_line(name), WIDEST_LABEL - text_width(end))}{end}"


def shortened(text: str, most: float) -> str:
    if text_width(text) <= most:
        return text
    return f"{text[: bisect([*accumulate(map(letter_width, text))], most - LETTER)]}…"


def strips(counts: Sequence[int | None], left: float, step: float) -> Iterator[Strip]:
    """Neighbours of one shade are one strip: the picture stays small."""
    column = 0
    for fill, same in groupby(counts, key=shade_of):
        columns = len(list(same))
        if fill is not None:
            yield Strip(px(left + step * column), px(step * columns), fill)
        column += columns


def shade_of(count: int | None) -> str | None:
    return UNREAD if count is None else SHADES[bisect(EDGES, count)]


def cells(counts: Sequence[int | None], left: float, step: float) -> Iterator[MapCell]:
    for column, count in enumerate(counts):
        yield MapCell(
            px(left + step * (column + 0.5)), "?" if count is None else f"{count}", tone_of(count)
        )


def tone_of(count: int | None) -> str:
    if count == 0:
        return "none"
    return "dark" if (count or 0) >= DARK else "light"


def week_marks(weeks: Sequence[Week], first: float, step: float) -> tuple[Mark, ...]:
    """Mondays; a short week has a star."""
    return marks_along([f"{week.label}{'*' * week.is_short}" for week in weeks], first, step)


# --- posts of a region ------------------------------------------------------------------------


def bars(posts: Posts, name: str) -> Markup:
    """For a region: how many pages posted nothing, once, more often, week by week."""
    most = max((one.none + one.one + one.more + one.unread for one in posts.spread), default=0)
    every = interval(most)
    left = px(text_width(f"{most}") + 2 * GAP)
    floor = BARS_HEIGHT - FOOT
    scale = (floor - ROW / 2) / (every * max(1, ceil(most / every)))
    step = (WIDTH - LEGEND - left) / max(len(posts.spread), 1)
    figure = Bars(
        width=WIDTH,
        height=BARS_HEIGHT,
        left=left,
        floor=floor,
        key_left=WIDTH - LEGEND + 2 * GAP,
        weeks=week_marks([one.week for one in posts.spread], left + step / 2, step),
        marks=tuple(
            Mark(px(floor - scale * count), f"{count}") for count in range(0, most + every, every)
        ),
        parts=tuple(
            part
            for column, one in enumerate(posts.spread)
            for part in bar_parts(
                one, px(left + step * (column + 0.1)), px(step * 0.8), floor, scale
            )
        ),
        keys=keys("spread", PARTS),
    )
    return render_plot("plot-bars.svg.j2", figure, name)


PARTS = (("none", None), ("one", "#b9d3ea"), ("more", "#1f5f99"), ("unread", UNREAD))


def bar_parts(
    spread: Spread, x: float, width: float, floor: float, scale: float
) -> Iterator[BarPart]:
    counts = [getattr(spread, field) for field, _ in PARTS]
    for (_, fill), count, below in zip(PARTS, counts, accumulate(counts, initial=0), strict=False):
        if count:
            yield BarPart(x, px(floor - scale * (below + count)), width, px(scale * count), fill)


def interval(most: int) -> int:
    """Between two marks of an axis: 1, 2 or 5, with as many noughts as it takes."""
    nought: int = 10 ** max(0, int(log10(max(most, 1))) - 1)
    return next(n * nought for n in (1, 2, 5, 10, 20, 50) if most <= n * nought * MOST_MARKS)


# --- the last audits --------------------------------------------------------------------------


def trend(history: Sequence[Past], name: str) -> Markup:
    """Two shares in per cent over the last audits."""
    left, right, floor = 36, WIDTH - LEGEND - 26, TREND_HEIGHT - FOOT
    margin = (right - left) / 20
    step = (right - left - 2 * margin) / max(len(history) - 1, 1)
    scale = (floor - ROW / 2) / 100
    figure = Trend(
        width=WIDTH,
        height=TREND_HEIGHT,
        left=left,
        right=right,
        floor=floor,
        audits=marks_along([past.label for past in history], left + margin, step),
        marks=tuple(
            Mark(px(floor - scale * share), f"{share} %") for share in (0, 25, 50, 75, 100)
        ),
        curves=tuple(
            curve(look, [getattr(past, look) for past in history], left + margin, step, floor)
            for look in ("share", "unseen")
        ),
        keys=keys("trend", (("share", "share"), ("unseen", "unseen"))),
    )
    return render_plot("plot-trend.svg.j2", figure, name)


def curve(look: str, portions: Sequence[Portion], first: float, step: float, floor: float) -> Curve:
    """It breaks where nothing could be divided: an audit without a share is no nought."""
    scale = (floor - ROW / 2) / 100
    points = [
        (px(first + step * place), px(floor - scale * 100 * one.part / one.whole))
        if one.whole
        else None
        for place, one in enumerate(portions)
    ]
    runs = [
        [*run] for is_seen, run in groupby(points, key=lambda point: point is not None) if is_seen
    ]
    path = " ".join("M" + "L".join(f"{x} {y}" for x, y in filter(None, run)) for run in runs)
    return Curve(look, path, tuple(filter(None, points)))


# --- of every plot ----------------------------------------------------------------------------


def keys(topic: str, looks: Iterable[tuple[str, str | None]]) -> tuple[Key, ...]:
    return tuple(
        Key(y=4 + 14 * row, base=11 + 14 * row, text=word(topic, field), look=look)
        for row, (field, look) in enumerate(looks)
    )


def marks_along(signs: Sequence[str], first: float, step: float) -> tuple[Mark, ...]:
    """As many of the signs as do not touch each other, the last one among them."""
    widest = max(map(text_width, signs), default=0)
    every = max(1, ceil((widest + GAP) / step))
    return tuple(
        Mark(px(first + step * place), sign)
        for place, sign in enumerate(signs)
        if (len(signs) - 1 - place) % every == 0
    )


def text_width(text: str) -> float:
    return sum(map(letter_width, text))


def letter_width(sign: str) -> float:
    if sign in THIN:
        return NARROW
    if sign.isupper():
        return CAPITAL
    return IDEOGRAM if east_asian_width(sign) in ("W", "F") else LETTER


def px(value: float) -> float:
    """A tenth of a unit is finer than any printer; a whole one needs no point."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def render_plot(template: str, figure: HeatMap | Bars | Trend, name: str) -> Markup:
    return Markup(render(template, {"figure": figure, "name": name}).strip())

"""The report as a file that opens from a disk, without a network.

A town is one file; of many institutions an index of them and, beside it, a folder with a card for
each. A region is an index of its municipalities, with a folder of their pages and one of the cards.
No file is too big to open, and a card can be sent on to the institution it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from zlib import compress, decompress

from markupsafe import Markup

from reports import plots
from reports.asked_view import Places
from reports.building import build, build_run, build_town, town_view, view_of
from reports.card_view import Card
from reports.cards import card_of
from reports.ground import anchor_of, ground, standing_of
from reports.model import Format, Rendered, Report
from reports.templating import render
from reports.towns import ONE_FILE_INSTITUTIONS, by_town, folder_of_towns, is_region
from reports.view import InRegion, View

ONE_FILE_BYTES = 500_000
FEW = 5  # institutions, of an audit on demand: always one file, and tables instead of plots
TREND_FROM = 2  # audits: one point is no line
MOST_PLOTS = 12  # towns on one page; of more, the weeks stand in tables alone
TOWNS = "towns"


def render_html(report: Report) -> Rendered:
    """The whole report, or its index and a card an institution beside it."""
    if is_region(report):
        return region(report)
    if len(report.institutions) > ONE_FILE_INSTITUTIONS:
        return Rendered(index(report), cards(report, {}))
    view = with_built_cards(build(report))
    if whole := one_file(view, is_few=is_small(report)):
        return Rendered(whole)
    built = {card.anchor: card for section in view.sections for card in section.cards}
    return Rendered(index(report), cards(report, built))


def with_built_cards(view: View) -> View:
    """Whether one file holds them is seen once they are printed, twice over: they are built once,
    and the few that are tried fit in memory."""
    return replace(view, sections=tuple(replace(s, cards=tuple(s.cards)) for s in view.sections))


def one_file(view: View, *, is_few: bool) -> bytes | None:
    """None where one file would be too big."""
    for told in (view, without_places(view)):
        content = page(told, folder="", with_plots=not is_few)
        if is_few or len(content) <= ONE_FILE_BYTES:
            return content
    return None


def without_places(view: View) -> View:
    """Everybody at every requirement is left out before the cards are."""
    return replace(view, sections=tuple(replace(one, places=Places()) for one in view.sections))


def is_small(report: Report) -> bool:
    """Whoever asks for one school is told its weeks by a table: a plot would be one line."""
    return report.audit.scope is not None and len(report.institutions) <= FEW


def index(report: Report) -> bytes:
    return page(build(report, is_index=True), folder=folder_of(report), with_plots=True)


def region(report: Report) -> Rendered:
    """Each municipality is printed before the next is built: all do not fit in memory. Nor do their
    pages as they are, of a hundred kilobytes each, and the index is made after them."""
    towns, packed = list[InRegion](), dict[str, bytes]()
    for part in by_town(report):
        section, town = build_town(part, is_index=True)
        view = town_view(report, part, section)
        content = page(view, folder=f"../{folder_of(report)}", with_plots=True)
        packed[f"{folder_of_towns(report, TOWNS)}/_{town.anchor}.html"] = compress(content, 1)
        towns.append(town)
    main = page(
        view_of(report, towns),
        folder=folder_of(report),
        towns_folder=folder_of_towns(report, TOWNS),
        with_plots=True,
    )
    pages = ((name, decompress(content)) for name, content in packed.items())
    return Rendered(main, chain(pages, cards(report, {})))


def page(view: View, folder: str, *, with_plots: bool, towns_folder: str = "") -> bytes:
    """The folders, as links from this page name them: of the cards, of the municipalities."""
    values = {
        "view": view,
        "folder": folder,
        "towns_folder": towns_folder,
        "plots": plots_of(view) if with_plots else {},
    }
    return tight(render("report.html.j2", values)).encode()


def tight(text: str) -> str:
    """Without the empty lines that templates leave."""
    return re.sub(r"\n\s*\n", "\n", text)


def folder_of(report: Report) -> str:
    """A card is the same in the report of a municipality and in that of its region."""
    return f"audit-{report.audit.id:06}-cards"


def cards(report: Report, built: Mapping[str, Card]) -> Iterator[tuple[str, bytes]]:
    """`built`: those that there are already, by their anchors."""
    run = build_run(report)
    for part in by_town(report):
        town = part.municipalities[0]
        base = ground(part, town)
        for one in base.institutions:
            card = built.get(anchor_of(one)) or card_of(base, one, standing_of(base, one))
            values = {"card": card, "run": run, "town": town.name}
            content = tight(render("institution.html.j2", values))
            yield f"{folder_of(report)}/{anchor_of(one)}.html", content.encode()


def plots_of(view: View) -> Mapping[str, Markup]:
    """Plots by name."""
    towns = view.sections if len(view.sections) <= MOST_PLOTS else ()
    drawn = {
        one.anchor: (plots.bars if one.posts.is_summary else plots.heat_map)(
            one.posts, f"posts-{one.anchor}"
        )
        for one in towns
        if one.posts
    }
    if len(view.history) >= TREND_FROM:
        drawn["trend"] = plots.trend(view.history, "trend")
    return drawn


FORMAT = Format(slug="html", suffix=".html", title="веб-страница", render=render_html)

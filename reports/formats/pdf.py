"""The report on paper: first screen, matrix, and of every card what is to be done.

An extra of the distribution (`dozor[pdf]`): WeasyPrint, which draws with the system's Pango. The
template is its own and keeps to blocks and tables, because a grid is slow and breaks on a page's
end. What was met, does not apply or was shown in detail stays in the HTML and in the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from reports.building import build, build_summary, build_town, town_view
from reports.model import Format, FormatError, Rendered, Report
from reports.templating import render
from reports.towns import ONE_FILE_INSTITUTIONS, by_town, folder_of_towns, is_region
from reports.words import phrase

WORD = re.compile(  # but not in a tag, a style or a drawing
    r"(<style.*?</style>|<svg.*?</svg>|<[^>]*>)|([^\s<>\u200b]{80,})", re.DOTALL
)
PIECE = re.compile(r"(?:&[#\w]{1,10};|.){1,40}")


def render_pdf(report: Report) -> Rendered:
    """Raises FormatError where WeasyPrint or Pango is not installed."""
    if not is_region(report):
        return Rendered(drawn(printed_html(report)))
    return Rendered(drawn(region_page(report)), towns(report))


def towns(report: Report) -> Iterator[tuple[str, bytes]]:
    for part in by_town(report):
        name = f"{folder_of_towns(report, 'pdf')}/{part.municipalities[0].id}.pdf"
        yield name, drawn(town_page(report, part))


def region_page(report: Report) -> str:
    values = {"view": build_summary(report), "folder": folder_of_towns(report, "pdf")}
    return render("print-region.html.j2", values)


def town_page(report: Report, part: Report) -> str:
    section, _ = build_town(part, is_index=True)
    return render("print.html.j2", {"view": town_view(report, part, section)})


def drawn(page: str) -> bytes:
    """Nothing is fetched for it, whatever stands in the page: not a file, not an address."""
    weasyprint = engine()
    nothing = weasyprint.URLFetcher(allowed_protocols=())
    document = weasyprint.HTML(string=breakable(page), url_fetcher=nothing)
    return bytes(document.write_pdf(pdf_tags=True))


def printed_html(report: Report) -> str:
    """Of many institutions without their cards: nobody prints five thousand of them."""
    is_index = len(report.institutions) > ONE_FILE_INSTITUTIONS
    return render("print.html.j2", {"view": build(report, is_index=is_index)})


def breakable(page: str) -> str:
    """Long words may break every so many signs: Pango tries each place of one that may not, and
    the time grows with the square of its length.
    """
    return WORD.sub(lambda found: found[1] or "\u200b".join(PIECE.findall(found[2])), page)


def engine() -> ModuleType:
    """An OSError is Pango's: the package is there, the libraries it loads are not."""
    try:
        return import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise FormatError(phrase("no_pdf")) from error


FORMAT = Format(slug="pdf", suffix=".pdf", title="PDF для печати", render=render_pdf)

"""The report on paper: first screen, matrix, and of every card what is to be done.

An extra of the distribution (`dozor[pdf]`): WeasyPrint, which draws with the system's Pango. The
template is its own and keeps to blocks and tables, because a grid is slow and breaks on a page's
end. What was met, does not apply or was shown in detail stays in the HTML and in the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from reports.building import build, build_run
from reports.findings import Selected
from reports.formats.html import ONE_FILE_INSTITUTIONS
from reports.model import Format, FormatError, Rendered, Report
from reports.templating import render
from reports.words import phrase
from rules.model import Municipality

WORD = re.compile(  # but not in a tag, a style or a drawing
    r"(<style.*?</style>|<svg.*?</svg>|<[^>]*>)|([^\s<>\u200b]{80,})", re.DOTALL
)
PIECE = re.compile(r"(?:&[#\w]{1,10};|.){1,40}")


def render_pdf(report: Report) -> Rendered:
    """Raises FormatError where WeasyPrint or Pango is not installed."""
    if not is_region(report):
        return Rendered(drawn(printed_html(report)))
    return Rendered(drawn(region_page(report)), towns(report))


def is_region(report: Report) -> bool:
    """Then each municipality is a file: all of them are too much for a printer, and for memory."""
    return len(report.municipalities) > 1 and len(report.institutions) > ONE_FILE_INSTITUTIONS


def towns(report: Report) -> Iterator[tuple[str, bytes]]:
    for town in report.municipalities:
        yield f"{folder_of(report)}/{town.id}.pdf", drawn(town_page(report, town))


def folder_of(report: Report) -> str:
    return f"audit-{report.audit.id:06}-pdf"


def region_page(report: Report) -> str:
    view = build(report, is_index=True)
    return render("print-region.html.j2", {"view": view, "folder": folder_of(report)})


def town_page(report: Report, town: Municipality) -> str:
    """Of the run it says what is true of the whole: what was read is counted together."""
    bodies = tuple(one for one in report.institutions if one.municipality == town.id)
    part = replace(
        report,
        municipalities=(town,),
        institutions=bodies,
        findings=Selected(report.found, bodies),
        acts=tuple(act for act in report.acts if act.id in town.packs),
        trend=(),
    )
    view = replace(build(part, is_index=True), run=build_run(report))
    return render("print.html.j2", {"view": view, "together": True})


def drawn(page: str) -> bytes:
    """Nothing is fetched for it, whatever stands in the page: not a file, not an address."""
    weasyprint = engine()
    nothing = weasyprint.URLFetcher(allowed_protocols=())
    document = weasyprint.HTML(string=breakable(page), url_fetcher=nothing)
    return bytes(document.write_pdf(pdf_tags=True))


def printed_html(report: Report) -> str:
    """Of many institutions without their cards: nobody prints five thousand of them."""
    is_index = len(report.institutions) > ONE_FILE_INSTITUTIONS
    together = len(report.municipalities) > 1
    return render("print.html.j2", {"view": build(report, is_index=is_index), "together": together})


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

"""The list of notices of created and deleted pages, and what to write: as text, and for a site."""

from __future__ import annotations

from reports.ground import part_of
from reports.model import Format, Rendered, Report
from reports.notices import towns
from reports.templating import render


def _values(report: Report) -> dict[str, object]:
    return {"towns": towns(report), "part": part_of(report)}


def render_notices(report: Report) -> Rendered:
    return Rendered(render("notices.txt.j2", _values(report)).encode())


def render_notices_html(report: Report) -> Rendered:
    return Rendered(render("notices.html.j2", _values(report)).encode())


FORMAT = Format(
    slug="notices",
    suffix="-notices.txt",
    title="уведомления о созданных и удалённых страницах",
    render=render_notices,
)
HTML = Format(
    slug="notices-html",
    suffix="-notices.html",
    title="те же уведомления частью веб-страницы",
    render=render_notices_html,
)

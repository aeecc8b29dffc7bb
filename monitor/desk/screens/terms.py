"""«Сроки»: what ends in the next weeks, and what is over."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.desk.calendar.weeks import WEEKS, Weeks, case_in_words, monday_of, path_of
from monitor.desk.calendar.words import sentences
from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, Page
from monitor.desk.queue.items import titles_of
from monitor.desk.queue.lists import freshness, page_number, today_of
from monitor.storage import calendar

OVERDUE = 50  # on a page
YEARS = timedelta(days=730)


def page(desk: Desk, ask: Ask) -> Answer:
    today = today_of(desk, ask)
    first = monday_of(_day(ask, today))
    engine, towns = desk.application.engine, [one.id for one in desk.towns(ask)]
    count = calendar.counts_by_state(engine, towns).get("overdue", 0)
    last = max(1, -(-count // OVERDUE))
    at = min(page_number(ask), last)
    over = calendar.overdue(engine, towns, OVERDUE, at)
    span, titles = timedelta(days=7 * WEEKS), titles_of(desk.application)
    return Page(
        "terms.html.j2",
        {
            "weeks": Weeks(desk, ask, first, today).weeks,
            "overdue": [(one, case_in_words(one, titles), path_of(one)) for one in over],
            "count": count,
            "at": at,
            "last": last,
            "kinds": sentences()["kinds"],
            "before": first - span,
            "after": first + span,
            "is_now": first == monday_of(today),
            "fresh": freshness(desk, ask),
        },
    )


def _day(ask: Ask, today: date) -> date:
    """The day that the address names, within reason."""
    try:
        asked = date.fromisoformat(ask.query.get("from", ""))
    except ValueError:
        return today
    return min(max(asked, today - YEARS), today + YEARS)

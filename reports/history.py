"""How it was at earlier audits: the trend, and what became of it in a month."""

from __future__ import annotations

from datetime import timedelta

from reports import counting
from reports.ground import portion
from reports.model import Report, Tally
from reports.standing import Standing
from reports.view import Month, Past
from reports.words import count, day_and_month, day_of_month, moment, phrase
from rules.model import Outcome

TREND_SHOWN = 12
MONTH = timedelta(days=28)


def build_history(report: Report) -> tuple[Past, ...]:
    return tuple(_past(one, report) for one in report.trend[-TREND_SHOWN:])


def build_month(report: Report) -> Month | None:
    """Against the newest audit that is a month old, else the oldest; None of a first audit."""
    if len(report.trend) < 2:
        return None
    *earlier, last = report.trend
    then = next((one for one in reversed(earlier) if one.as_of <= last.as_of - MONTH), earlier[0])
    was, now = _past(then, report), _past(last, report)
    on = report.municipalities[0].day_of(then.as_of)
    is_known = was.violates is not None and now.violates is not None
    return Month(
        on=day_of_month(on),
        then=was.violates if is_known else None,
        now=now.violates or 0,
        course=_course(was, _past(earlier[-1], report), now) if is_known else "",
        share_then=was.share.percent or "—",
        share_now=now.share.percent or "—",
    )


def _course(then: Past, before: Past, now: Past) -> str:
    """How many more or fewer violate: since `then`, and since the audit before, if that differs."""
    told = [phrase("course_month", _more(then, now))]
    if before.on != then.on and before.violates is not None:
        told.append(phrase("course_last", _more(before, now)))
    return "; ".join(told)


def _more(then: Past, now: Past) -> str:
    number = (now.violates or 0) - (then.violates or 0)
    kind = "course_more" if number > 0 else "course_fewer"
    return phrase(kind, count(abs(number), "institution")) if number else phrase("course_same")


def _past(tally: Tally, report: Report) -> Past:
    zeros = {outcome.value: 0 for outcome in Outcome}
    told = {outcome.value: number for outcome, number in tally.counts.items()}
    zone = report.municipalities[0].timezone
    return Past(
        on=moment(tally.as_of, zone),
        label=day_and_month(tally.as_of.astimezone(zone).date()),
        counts=(counts := zeros | told),
        share=portion(counting.compliance_in(counts)),
        unseen=portion(counting.unseen_in(counts)),
        violates=tally.standings.get(Standing.VIOLATES, 0) if tally.standings else None,
    )

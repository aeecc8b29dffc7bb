"""What became of an institution's earlier answers: one line an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from reports.letter.news import News
from reports.words import day, phrase
from rules.cases.matching import is_accepted, is_upheld
from rules.cases.model import Decision, InstitutionAnswer, InstitutionCase, Recorded
from rules.cases.openness import Openness, openness
from rules.model import Finding
from rules.names.people import without_names

TITLES_SHOWN = 3
RECENT = timedelta(days=31)  # of what is told where no earlier letter has told it
Title = Callable[[str], str]


class Line(NamedTuple):
    told: str
    is_decided: bool  # else it waits: no reason to write for


def answered(news: News, title: Title) -> tuple[Line, ...]:
    """What an earlier letter has told is not told again; an answer that waits is named anyway."""
    return tuple(_lines(news, title))


def _lines(news: News, title: Title) -> Iterator[Line]:
    today = news.terms.today
    for stated, cases in _by_answer(news.terms.settling.cases):
        if stated.since is None or not stated.counts(today):
            continue
        on, told = _outcome(stated, cases, today)
        if on is None or _is_told(news, stated, on):
            line = phrase("answered", _named(cases, title), day(stated.since), told)
            yield Line(line, on is not None)


def _is_told(news: News, stated: Recorded, on: date) -> bool:
    written = news.written
    if written is None:
        return on >= news.terms.today - RECENT
    decision = stated.decision(news.terms.today)
    if decision is not None:
        return decision.at is None or decision.at > written.at
    return not any(
        case.answer is not None and case.answer.number == stated.number and case.after
        for case in written.cases.values()
    )


def _by_answer(
    cases: Iterable[InstitutionCase],
) -> Iterable[tuple[Recorded, list[InstitutionCase]]]:
    found: dict[int, tuple[Recorded, list[InstitutionCase]]] = {}
    for case in cases:
        for stated in case.statements:
            if isinstance(stated.said, InstitutionAnswer) and stated.number is not None:
                found.setdefault(stated.number, (stated, []))[1].append(case)
    return [found[number] for number in sorted(found)]


def _named(cases: Iterable[InstitutionCase], title: Title) -> str:
    titles = list(dict.fromkeys(title(case.key.requirement) for case in cases))
    told = "; ".join(titles[:TITLES_SHOWN])
    more = len(titles[TITLES_SHOWN:])
    return phrase("others", told, str(more)) if more else told


def _outcome(
    stated: Recorded, cases: Iterable[InstitutionCase], today: date
) -> tuple[date | None, str]:
    """On which day it was settled, and how; no day: it waits."""
    said, decision = stated.said, stated.decision(today)
    assert isinstance(said, InstitutionAnswer)
    if decision is not None:
        return decision.since, _decided(said, decision)
    if said.kind != "corrected":
        return None, phrase("answer_waits")
    found = [case.after for case in cases if case.answer == stated and case.after]
    if not found:
        return None, phrase("answer_waits_for_reading")
    return _read(found, today)


def _decided(said: InstitutionAnswer, decision: Recorded) -> str:
    on = day(decision.since) if decision.since else ""
    assert isinstance(decision.said, Decision)
    if is_upheld(decision):
        return phrase("answer_upheld", on)
    if not is_accepted(decision):
        why = without_names(decision.said.reason).strip().rstrip(".")
        return phrase("answer_rejected", on, f": {why}" if why else "")
    kind = said.kind if said.kind in ("disagrees", "correct_registry") else "confirms"
    return phrase(f"answer_accepted_{kind}", on)


def result_of(stated: Recorded, cases: Iterable[InstitutionCase]) -> str:
    """What the reading after «исправили» has found; "" where none has come, or another answer has
    been given since."""
    found = [case.after for case in cases if case.answer == stated and case.after]
    return _read(found, found[0].read_on or date.min)[1] if found else ""


def _read(found: Iterable[Finding], today: date) -> tuple[date, str]:
    looks = list(found)
    on = max((one.read_on for one in looks if one.read_on), default=today)
    open_ones = [one for one in looks if openness(one) is not Openness.SETTLED]
    if not open_ones:
        return on, phrase("answer_read_settled", day(on))
    if all(openness(one) is Openness.UNSEEN for one in open_ones):
        return on, phrase("answer_read_unseen", day(on), open_ones[0].because)
    return on, phrase("answer_read_open", day(on), open_ones[0].because)

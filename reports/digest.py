"""The letter to the deputy head on one municipality, in at most 250 words.

    numbers ── what is over ── whom to call ── what changed ── who waits for what ── the report

The numbers are always told. Of each list as many lines as fit, the most pressing first; how many
there are more, and that they stand in the report, is told of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reports.friday_view import Call, DecisionDue, DueNotice
from reports.ground import Ground, ground, place_of, title_of
from reports.model import Report
from reports.news import is_new_violation
from reports.view import ChangeLine, Section
from reports.words import day, phrase, word
from rules.cases.terms import CaseTerm

MOST_WORDS = 250
PRESSING = 3  # lines of what is to be done now stand against one of the rest
AND_MORE = 2  # words «и ещё», once a list has lines
MOST_LINES = 8  # of one list
LONGEST_WHY = 20  # words of the sentence that says what was found


@dataclass(frozen=True, slots=True)
class DigestLine:
    """`soft` is what stands beside it in a weaker colour; `phones` can be dialled."""

    text: str
    soft: str = ""
    phones: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        parts = filter(None, (self.text, self.soft, ", ".join(self.phones)))
        return count_words(" — ".join(parts))


@dataclass(frozen=True, slots=True)
class DigestBlock:
    title: str
    lines: tuple[DigestLine, ...] = ()
    more: int = 0  # that stand in the report
    weight: int = 1  # lines of it that press as much as one of another list


def count_words(text: str) -> int:
    return len(text.split())


def blocks_of(
    report: Report, section: Section, overdue: Sequence[CaseTerm] = ()
) -> tuple[DigestBlock, ...]:
    """Everything that could be told, the most pressing first. `report`: beside the one that the
    reader had last."""
    base = ground(report, report.municipalities[0])
    notices = [one for one in section.friday.notices if not one.is_ahead]
    found = (
        _block("digest_over", [_overdue(base, term) for term in overdue], PRESSING),
        _block("digest_calls", [_call(one) for one in section.calls], PRESSING, section.more_calls),
        _block("digest_decisions_due", [_decision(one) for one in section.friday.decisions]),
        _block("digest_notices", [_notice(one) for one in notices]),
        *_changes(base, section),
        _block("digest_unjudged", [_unjudged(one.because, one.who) for one in section.unjudged], 2),
        _block(
            "digest_waiting",
            [_waiting(one.name, one.decisions) for one in section.waiting],
            1,
            section.more_waiting,
        ),
        _block(
            "digest_put_off",
            [_put_off(one.institution, one.what) for one in section.put_off],
            1,
            section.more_put_off,
        ),
        _block(
            "digest_complying",
            [DigestLine(one.name) for one in section.complying],
            1,
            section.more_complying,
        ),
    )
    return tuple(block for block in found if block.lines)


def fitted(
    blocks: Sequence[DigestBlock], count: Callable[[Sequence[DigestBlock]], int]
) -> tuple[DigestBlock, ...]:
    """As much of them as fits: `count` says how many words the letter has with some of them.

    First the first lines of each, then the next ones; a list that found no room stays as it is.
    """
    shown = [replace(block, lines=(), more=len(block.lines) + block.more) for block in blocks]
    room = MOST_WORDS - count(shown)
    for number, line in _by_turns(blocks):
        one = shown[number]
        words = line.words + (0 if one.lines else AND_MORE)
        if words <= room and _is_next(blocks[number], one, line):
            shown[number] = replace(one, lines=(*one.lines, line), more=one.more - 1)
            room -= words
    return tuple(shown)


def _by_turns(blocks: Sequence[DigestBlock]) -> Iterator[tuple[int, DigestLine]]:
    places = [
        (place // block.weight, number, place)
        for number, block in enumerate(blocks)
        for place in range(min(len(block.lines), MOST_LINES))
    ]
    return ((number, blocks[number].lines[place]) for _, number, place in sorted(places))


def _is_next(whole: DigestBlock, shown: DigestBlock, line: DigestLine) -> bool:
    """Nothing is left out in the middle of a list: its order says what presses most."""
    return whole.lines[len(shown.lines) : len(shown.lines) + 1] == (line,)


def _block(title: str, lines: Sequence[DigestLine], weight: int = 1, more: int = 0) -> DigestBlock:
    return DigestBlock(phrase(title, str(len(lines) + more)), tuple(lines), more, weight)


# --- lines ------------------------------------------------------------------------------------


def _overdue(base: Ground, term: CaseTerm) -> DigestLine:
    name = base.names.get(term.key.institution, term.key.institution)
    title = title_of(base, term.key.requirement)
    return DigestLine(f"{name}: {title}", phrase("digest_ended", day(term.ends_on)))


def _call(call: Call) -> DigestLine:
    """Whom to ask for, what about, by when: by the name of the requirement."""
    first = phrase("digest_new" if call.is_new else "digest_unmet", call.title)
    others = call.violations - 1
    counted = phrase("and_more", first, str(others)) if others else first
    what = [", ".join(filter(None, (counted, _by_when(call))))]
    if count_words(call.because) <= LONGEST_WHY:
        what.append(call.because)
    who = ", ".join(filter(None, (call.institution, call.post)))
    phones = call.phones or (phrase("no_telephone"),)
    return DigestLine(who, ". ".join(one.rstrip(".") for one in what), phones)


def _by_when(call: Call) -> str:
    """As the first screen says it; that nobody was told is said, too."""
    return phrase("digest_late", call.due) if call.is_overdue and call.due else call.term


def _decision(decision: DecisionDue) -> DigestLine:
    said = word("decisions", decision.kind)
    whose = f"{said}: {decision.institution}" if decision.institution else said
    return DigestLine(whose, ", ".join(filter(None, (decision.what, decision.when))))


def _notice(notice: DueNotice) -> DigestLine:
    late = phrase("digest_late" if notice.is_late else "digest_due", notice.due)
    return DigestLine(f"{notice.institution}: {notice.what}", late)


def _changes(base: Ground, section: Section) -> Iterator[DigestBlock]:
    """What was there to be compared; and violations that nobody could see before."""
    changes = section.changes
    if not changes.since:
        return
    for name, lines in (
        ("digest_worse", changes.worse),
        ("digest_appeared", tuple(_appeared(base))),
        ("digest_fixed", changes.fixed),
        ("digest_lost", changes.lost),
    ):
        yield _block(name, [_change(line) for line in lines])


def _appeared(base: Ground) -> Iterator[ChangeLine]:
    for one in base.all:
        if is_new_violation(one):
            name = base.names.get(one.institution, one.institution)
            title = title_of(base, one.requirement)
            yield ChangeLine(one.outcome, name, "", title, place_of(base, one), "")


def _change(line: ChangeLine) -> DigestLine:
    below = word("marks", "below", "word") if line.mark == "below" else ""
    beside = ", ".join(filter(None, (line.place, below)))
    return DigestLine(f"{line.institution}: {line.title}", beside)


def _unjudged(because: str, who: Iterable[object]) -> DigestLine:
    names = ", ".join(getattr(one, "name", "") for one in who)
    return DigestLine(names, because or word("values", "nothing_judged"))


def _waiting(name: str, decisions: int) -> DigestLine:
    return DigestLine(name, phrase("digest_decisions", str(decisions)))


def _put_off(name: str, what: str) -> DigestLine:
    return DigestLine(name, what)

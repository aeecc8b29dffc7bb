"""Every reason as the test worlds tell it: `python -m tests.rules.reasons_page > docs/reasons.md`.

Nothing here is written for the page: each sentence is what `judge` said of a case, so a reason
that no case yields, or a sentence that nobody would want to read, shows.
"""

from __future__ import annotations

import re
import string
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collectors import barrier
from collectors.model import FailureCode
from monitor.audit.issues import sentences as told_to_operators
from rules.engine import judge_alone
from rules.model import Finding, Institution, Outcome, Requirement
from rules.reasons import Reason
from rules.text.sentences import words
from tests import cast
from tests.rules.test_cases import ACTS, ALL
from tests.rules.test_other_acts import OWN, POSTS, found, pack, said
from tests.rules.world import world

TEXTS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    files("rules.text").joinpath("sentences.toml").read_text("utf-8")
)
KEDROVY = ACTS["kedrovy-2022-298"]


@dataclass
class Told:
    """What the worlds said for one reason: by template, as a file of sentences orders them."""

    outcomes: set[str] = field(default_factory=set)
    examples: dict[int, str] = field(default_factory=dict)
    remedy: str | None = None


# --- findings -----------------------------------------------------------------------------------


def findings() -> Iterator[Finding]:
    for case in ALL:
        yield from judge_alone(world(case), list(ACTS.values()))
    yield from _of_broken_and_old_wordings()
    yield from _of_registries_beside_the_list()
    with TemporaryDirectory() as folder:
        yield from _of_acts_that_build_on_others(Path(folder))


def _of_broken_and_old_wordings() -> Iterator[Finding]:
    one = next(one for one in KEDROVY.requirements if one.clause == "6.6")
    ended = replace(one.editions[0], until=date(2025, 1, 1))
    with _silence():
        yield from _of_the_school(replace(one, predicate="fixed_pages"))
    yield from _of_the_school(replace(one, editions=(ended,)))


def _of_the_school(changed: Requirement) -> Sequence[Finding]:
    return judge_alone(cast.dossier(cast.SCHOOL), [replace(KEDROVY, requirements=(changed,))])


@contextmanager
def _silence() -> Iterator[None]:
    """What breaks on purpose: its traceback would be taken for a fault of the page."""
    barrier.log.disabled = True
    try:
        yield
    finally:
        barrier.log.disabled = False


def _of_registries_beside_the_list() -> Iterator[Finding]:
    bodies = tuple(
        Institution(id=f"i{number}", municipality="kedr", name=name, kind="other", parent="adm")
        for number, name in enumerate((*KEDROVY.listed, *KEDROVY.exempt))
    )
    for shown in (bodies, bodies[1:], (*bodies, cast.MUSEUM)):
        town = replace(cast.TOWN, institutions=(cast.ADMINISTRATION, *shown))
        yield from judge_alone(cast.dossier(cast.ADMINISTRATION, municipality=town), [KEDROVY])


def _of_acts_that_build_on_others(folder: Path) -> Iterator[Finding]:
    region = pack(folder, "region", POSTS)
    yield from found(region, pack(folder, "town", {**OWN, "edition": said(5)})).values()
    town = pack(folder, "town", OWN)
    yield from found(region, town).values()
    yield from found(town).values()


# --- what they tell ------------------------------------------------------------------------------


@cache
def told() -> Mapping[Reason, Told]:
    by_reason = {reason: Told() for reason in Reason}
    for one in findings():
        by_reason[Reason(one.reason)].outcomes.add(one.outcome)
        _remember(by_reason[Reason(one.reason)], Reason(one.reason), one.because, one.remedy)
        for reason in ASIDES:
            if found := re.search(_pattern(TEXTS["reason"][reason]), one.because):
                _remember(by_reason[reason], reason, found[0], None)
        for reason, note in _notes(one):
            _remember(by_reason[reason], reason, note, None)
    return by_reason


def _remember(of: Told, reason: Reason, because: str, remedy: str | None) -> None:
    of.remedy = of.remedy or remedy
    of.examples.setdefault(_template_of((reason,), because)[1], because)


def _notes(one: Finding) -> Iterator[tuple[Reason, str]]:
    """A finding has its notes as sentences, without their codes."""
    yield from ((_template_of(Reason, note)[0], note) for note in one.notes)


def _template_of(reasons: Iterable[Reason], text: str) -> tuple[Reason, int]:
    """Which template was filled in: of those that fit, the one that says most by itself."""
    fitting = (
        (len(pattern.pattern), reason, number)
        for reason in reasons
        for number, pattern in enumerate(_patterns(reason))
        if pattern.fullmatch(text)
    )
    return max(fitting)[1:]


@cache
def _patterns(reason: Reason) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_pattern(one) + _ASIDE) for one in templates(reason))


def templates(reason: Reason) -> list[str]:
    written = TEXTS["reason"][reason]
    return [written] if isinstance(written, str) else written


def _pattern(template: str) -> str:
    parts = string.Formatter().parse(template)
    return "".join(re.escape(text) + (".+" if name else "") for text, name, _, _ in parts)


# What may be told in the same breath; of each there is one template.
ASIDES = (Reason.HAS_CLIPS, Reason.PAGE_MEANT)
_ASIDE = "".join(f"(?: {_pattern(TEXTS['reason'][one])})?" for one in ASIDES)


# --- the page ------------------------------------------------------------------------------------


def page() -> str:
    return "\n".join([*_head(), *_reasons(told()), *_failures()]) + "\n"


def _head() -> Iterable[str]:
    return (f"# {words('reasons_title')}", "", words("reasons_introduction"))


def _reasons(by_reason: Mapping[Reason, Told]) -> Iterator[str]:
    for reason, one in by_reason.items():
        yield f"\n### `{reason}`\n"
        known = [words(outcome) for outcome in Outcome if outcome in one.outcomes]
        yield f"**{words('reasons_outcomes')}.** {', '.join(known) or words('reasons_note')}"
        yield from (f"\n> {one.examples[number]}" for number in sorted(one.examples))
        if one.remedy:
            heading = "reasons_advice" if reason in TEXTS["advice"] else "reasons_usual_advice"
            yield f"\n**{words(heading)}.** {one.remedy}"


def _failures() -> Iterator[str]:
    yield f"\n## {words('reasons_failures')}\n"
    yield words("reasons_failures_head")
    yield "|---|---|---|"
    for code in FailureCode:
        yield f"| `{code}` | {TEXTS['failure'][code]} | {told_to_operators()[code]} |"


if __name__ == "__main__":
    sys.stdout.write(page())

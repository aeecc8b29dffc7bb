"""A guard against our own breakage: when too much turns bad at once, the report is held.

A platform that changes its pages can make a hundred schools look guilty in one night. A share of
pages that got worse in one requirement, or a fall of what could be read, beyond
`[rules] mass_change_share` is told to the operator instead of the deputy head; a person who has
looked at the report sends it (`dozor send --audit N`).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from reports.model import Audit, Collection, Issue
from rules.model import Finding, Outcome

LEAST = 5  # pages: fewer are no mass, unless they are
LEAST_OF_ALL = 3  # all that complied: docs/decisions/mass-change.md
HELD = "held."
JUDGED = frozenset({Outcome.PASS, Outcome.FAIL})


def is_held(audit: Audit) -> bool:
    return any(issue.code.startswith(HELD) for issue in audit.issues)


def mass_changes(
    found: Iterable[Finding], read: Collection, before: Collection | None, share: float
) -> tuple[Issue, ...]:
    """An issue for every requirement that turned, and one for pages that are no longer read."""
    return (*_issues_of_turns(found, share), *_issues_of_unread(read, before, share))


def _issues_of_turns(found: Iterable[Finding], share: float) -> Iterator[Issue]:
    judged: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    turned: Counter[str] = Counter()
    for one in found:
        judged[one.requirement] += one.outcome in JUDGED
        passed[one.requirement] += one.previous is Outcome.PASS
        turned[one.requirement] += one.previous is Outcome.PASS and one.outcome is Outcome.FAIL
    for requirement, count in turned.items():
        everybody = count == passed[requirement]
        many = count >= LEAST and count > share * judged[requirement]
        if many or (everybody and count >= LEAST_OF_ALL):
            told = {"requirement": requirement, "turned": count, "judged": judged[requirement]}
            yield Issue(code=f"{HELD}{requirement}", text=words("requirement", **told))


def _issues_of_unread(read: Collection, before: Collection | None, share: float) -> Iterator[Issue]:
    """A registry that has shrunk is no loss: what counts is the share of pages unread."""
    if before is None or not before.pages or not read.pages:
        return
    more = read.unread - before.unread
    worse = read.unread / read.pages - before.unread / before.pages
    if more >= LEAST and worse > share:
        told = {"read": read.read, "pages": read.pages}
        told |= {"before_read": before.read, "before_pages": before.pages}
        yield Issue(code=f"{HELD}unread", text=words("unread", **told))


def words(name: str, **values: object) -> str:
    return _sentences()[name].format(**values)


@cache
def _sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

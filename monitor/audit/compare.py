"""A finding beside the same finding of the audit before: what it was, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rules.model import Finding, Outcome

Key = tuple[str | None, ...]


def followed(
    findings: Iterable[Finding],
    earlier: Sequence[Finding],
    today: date,
    latest: Sequence[Finding] | None = None,
) -> tuple[Finding, ...]:
    """With `previous` and `since`; a finding that is new has none and begins today.

    `previous` is of `earlier`, the audit that reports compare with. `since` goes on from `latest`
    (None: `earlier`), which may be of this institution alone: what it saw is since then.

    Pages are compared by the network's own id where both audits know it, so that a rename is
    no new page, and another page at the same address is one; else by the registry's address.
    """
    compared, last = _by_key(earlier), _by_key(earlier if latest is None else latest)
    return tuple(
        replace(
            one,
            previous=outcome_of(_found_before(one, compared)),
            since=_since_when(one, last, today),
        )
        for one in findings
    )


class Counterparts:
    """Findings of one audit, among which the same as one of another is looked for."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._among = _by_key(findings)

    def of(self, finding: Finding) -> Finding | None:
        return _found_before(finding, self._among)


def _by_key(findings: Iterable[Finding]) -> Mapping[Key, Finding]:
    return {key: one for one in findings for key in _keys(one)}


def _found_before(finding: Finding, among: Mapping[Key, Finding]) -> Finding | None:
    """Of the same thing on the same page: a page that took over an address is another."""
    found = (among[key] for key in _keys(finding) if key in among)
    return next((one for one in found if _is_one_page(one, finding)), None)


def outcome_of(finding: Finding | None) -> Outcome | None:
    """None where there is none."""
    return finding.outcome if finding else None


def _since_when(finding: Finding, last: Mapping[Key, Finding], today: date) -> date:
    """As long as the outcome has not changed; else since today."""
    before = _found_before(finding, last)
    unchanged = before is not None and before.outcome is finding.outcome
    return before.since if before and unchanged and before.since else today


def _is_one_page(before: Finding, now: Finding) -> bool:
    return None in (before.page_id, now.page_id) or before.page_id == now.page_id


def _keys(finding: Finding) -> list[Key]:
    """By which it is found again: the page's number goes before its address."""
    common = (finding.municipality, finding.institution, finding.requirement, finding.network)
    by_address = (*common, "address", finding.page, finding.about)
    if finding.page_id is None:
        return [by_address]
    return [(*common, "id", finding.page_id, finding.about), by_address]

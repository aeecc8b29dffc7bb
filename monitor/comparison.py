"""A finding beside the same finding of the audit before: what it was, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rules.model import Finding

Key = tuple[str | None, ...]


def followed(
    findings: Iterable[Finding], earlier: Sequence[Finding], today: date
) -> tuple[Finding, ...]:
    """With `previous` and `since`; a finding that is new has none and begins today.

    Pages are compared by the network's own id where both audits know it, so that a rename is
    no new page, and another page at the same address is one; else by the registry's address.
    """
    by_key = {key: one for one in earlier for key in _keys(one)}
    return tuple(_beside(one, by_key, today) for one in findings)


def _beside(finding: Finding, earlier: Mapping[Key, Finding], today: date) -> Finding:
    found = (earlier[key] for key in _keys(finding) if key in earlier)
    before = next((one for one in found if _is_one_page(one, finding)), None)
    if before is None:
        return replace(finding, previous=None, since=today)
    unchanged = before.outcome is finding.outcome
    since = before.since if unchanged and before.since else today
    return replace(finding, previous=before.outcome, since=since)


def _is_one_page(before: Finding, now: Finding) -> bool:
    return None in (before.page_id, now.page_id) or before.page_id == now.page_id


def _keys(finding: Finding) -> list[Key]:
    common = (finding.municipality, finding.institution, finding.requirement, finding.network)
    by_address = (*common, "address", finding.page, finding.about)
    if finding.page_id is None:
        return [by_address]
    return [(*common, "id", finding.page_id, finding.about), by_address]

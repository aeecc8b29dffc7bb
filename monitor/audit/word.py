"""Whose word is taken that a page is what it was.

A site that says so (304) is believed for a few days, but never against its institution: where the
last audit found something wrong that rests on a site, its bytes are asked for. What is found anew
is looked at a second time in the same run, and a second look takes nobody's word
(monitor/audit/recheck.py). So no accusation of an audit rests on a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import Engine

from collectors.model import SITE, Page
from monitor.storage.findings import last_failed
from rules.model import Finding, Outcome


def believed_sites(engine: Engine, pages: Iterable[Page], as_of: datetime) -> Set[str]:
    """Their addresses: of those that stand for several institutions, if none is accused."""
    of_each: dict[str, set[str]] = {}
    for page in pages:
        of_each.setdefault(page.institution, set()).add(page.address)
    accused = {
        address
        for institution, failed in last_failed(engine, of_each, as_of)
        if any(_may_rest_on_site(one, is_long) for one, is_long in failed)
        for address in of_each[institution]
    }
    return set().union(*of_each.values()) - accused


def rests_on_word(finding: Finding) -> bool:
    """It accuses, and of some of what it rests on no bytes came."""
    is_accusing = finding.outcome is Outcome.FAIL
    return is_accusing and any(one.bytes_at is not None for one in finding.evidence)


def _may_rest_on_site(finding: Finding, is_long: bool) -> bool:
    """`is_long`: on many materials. What rests on none is the registry's or somebody's word."""
    is_of_sites = finding.network in (None, SITE)
    return is_of_sites and (is_long or bool(finding.evidence))

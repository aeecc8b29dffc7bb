"""What the operator must know of a run: which pages could not be read, why, what to do."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from collectors.model import SITE, Address, FailureCode, Page
from collectors.networks import networks
from monitor.audit.coverage import Look
from reports.model import Issue

# Troubles of the whole run: a list of every page would tell nothing more.
OF_ALL = frozenset(
    {
        FailureCode.TOKEN_MISSING,
        FailureCode.TOKEN_REFUSED,
        FailureCode.QUOTA,
        FailureCode.NOT_DUE,
        FailureCode.INTERRUPTED,
        FailureCode.CONTROL_SILENT,
    }
)
MAY_WRITE = "reader_may_write"  # no failure: what was seen, and must not be
MOST_NAMED = 500  # addresses of one issue


def issues_of(pages: Sequence[Page], looks: Mapping[Address, Look]) -> tuple[Issue, ...]:
    """One for every network and reason, the most frequent first."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for page in pages:
        seen = looks[page.network, page.address]
        for code in (*sorted(seen.troubles), *([MAY_WRITE] if seen.may_write else [])):
            found[page.network, code].append(page.address)
    often = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(_issue(network, code, addresses) for (network, code), addresses in often)


def _issue(network: str, code: str, addresses: Sequence[str]) -> Issue:
    told = noticed()[code] if code == MAY_WRITE else sentences()[code]
    text = f"{_titles()[network]}: {told} (адресов: {len(addresses)})"
    named = () if code in OF_ALL else tuple(addresses[:MOST_NAMED])
    return Issue(code=f"{network}.{code}", text=text, addresses=named)


def _titles() -> Mapping[str, str]:
    return {slug: one.title for slug, one in networks().items()} | {SITE: "Сайты"}


@cache
def sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


@cache
def noticed() -> Mapping[str, str]:
    """What was seen, and must not be so."""
    return tomllib.loads(Path(__file__).with_name("noticed.toml").read_text("utf-8"))

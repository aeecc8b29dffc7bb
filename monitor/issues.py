"""What the operator must know of a run: which pages could not be read, why, what to do."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from collectors.model import SITE, Address, FailureCode, Page
from collectors.networks import networks
from monitor.coverage import Look
from reports.model import Issue


def issues_of(pages: Sequence[Page], looks: Mapping[Address, Look]) -> tuple[Issue, ...]:
    """One for every network and reason, the most frequent first."""
    counts = Counter(
        (page.network, code)
        for page in pages
        for code in sorted(looks[page.network, page.address].troubles)
    )
    return tuple(_issue(network, code, count) for (network, code), count in counts.most_common())


def _issue(network: str, code: FailureCode, count: int) -> Issue:
    text = f"{_titles()[network]}: {sentences()[code]} (адресов: {count})"
    return Issue(code=f"{network}.{code}", text=text)


def _titles() -> Mapping[str, str]:
    return {slug: one.title for slug, one in networks().items()} | {SITE: "Сайты"}


@cache
def sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

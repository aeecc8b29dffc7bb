"""No format holds a region: a report's file is written in parts, an institution after another."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from reports.building import build
from reports.findings import Findings, Listed, Selected
from reports.formats import installed
from reports.formats.json import FORMAT as JSON
from reports.formats.json import as_json, iso
from reports.mail import digest
from reports.model import Format, Rendered, Report
from rules.model import Finding, Institution
from tests.cast import MUSEUM, SCHOOL
from tests.reports.test_region import of_towns
from tests.reports.town import FINDINGS, HOSTILE, REPORT, TWO_TOWNS, big_report

BODIES = 70  # more than one page in HTML has room for
REGION = of_towns(big_report(BODIES, pages=1), 7)
NOBODY = replace(REPORT, institutions=(), findings=())


class Values(dict[str, Any]):
    """What was measured; unlike a plain dictionary it tells when it is gone."""


class Fetched(Findings):
    """Makes an institution's findings anew each time, and counts how many are alive at once."""

    def __init__(self, source: Findings) -> None:
        self.source, self.alive, self.most = source, 0, 0

    def of(self, institution: Institution) -> tuple[Finding, ...]:
        told = Values()
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(told, self.gone)
        return tuple(
            replace(one, measured=told if not one.measured else one.measured)
            for one in self.source.of(institution)
        )

    def gone(self) -> None:
        self.alive -= 1

    def __iter__(self) -> Iterator[Finding]:
        raise AssertionError("all findings of a region were asked for at once")

    def __len__(self) -> int:
        return len(self.source)


def most_alive(report: Report, use: Callable[[Report], Any]) -> int:
    gc.collect()
    fetched = Fetched(report.found)
    use(replace(report, findings=fetched))
    return fetched.most


def written(slug: str, report: Report) -> None:
    rendered = installed()[slug].render(report)
    for _ in rendered.parts:
        pass
    for _ in rendered.beside:
        pass


def whole(report: Report) -> bytes:
    """As it was written before it was written in parts."""
    text = json.dumps(as_json(report), ensure_ascii=False, indent=1, default=iso)
    return f"{text}\n".encode()


FORMATS = [one for one in installed() if one not in ("pdf", "notices", "notices-html")]


@pytest.mark.parametrize("slug", FORMATS)
def test_no_format_holds_more_than_a_few_institutions(slug: str) -> None:
    assert most_alive(REGION, partial(written, slug)) <= 3


def test_nor_does_the_letter_with_the_report() -> None:
    assert most_alive(REGION, digest) <= 3


def test_nor_what_a_pdf_of_a_region_prints() -> None:
    assert most_alive(REGION, partial(build, is_index=True)) <= 3


@pytest.mark.parametrize("report", [REPORT, TWO_TOWNS, HOSTILE, NOBODY, REGION])
def test_json_in_parts_is_json_as_a_whole(report: Report) -> None:
    assert JSON.render(report).main == whole(report)


def test_no_part_of_json_is_more_than_a_finding() -> None:
    largest = max(len(one) for one in JSON.render(REPORT).parts)
    finding = max(len(one) for one in whole(REPORT).split(b'"requirement": '))
    assert largest <= finding + 100


@pytest.mark.parametrize("slug", ["csv", "json", "text", "xlsx"])
def test_the_parts_can_be_had_twice(slug: str) -> None:
    rendered = installed()[slug].render(REPORT)
    assert b"".join(rendered.parts) == b"".join(rendered.parts) == rendered.main


def test_a_format_from_outside_that_gives_bytes_is_one_part() -> None:
    outside = Format(slug="own", suffix=".own", title="своё", render=lambda _: Rendered(b"own"))
    assert list(outside.render(REPORT).parts) == [b"own"]


def test_findings_given_as_a_tuple_stay_one() -> None:
    assert REPORT.findings == FINDINGS


def test_of_findings_only_those_of_the_chosen_institutions_are_had() -> None:
    some = Selected(Listed(FINDINGS), [SCHOOL])
    assert some.of(SCHOOL) == REPORT.found.of(SCHOOL)
    assert some.of(MUSEUM) == ()
    assert len(some) == len(REPORT.found.of(SCHOOL))

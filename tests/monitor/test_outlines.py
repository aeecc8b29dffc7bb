"""Older readings in outline: a judgement sees the page as if all had been read back whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

from collectors.model import (
    Contacts,
    Crawl,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Presence,
    SiteFacts,
)
from monitor.storage.bodies import packed, unpacked
from monitor.storage.outlines import Bodies, read_back
from rules.dossier.views import look
from rules.names.own_names import NOWHERE
from tests import cast

SITE = Page(
    institution=cast.ADMINISTRATION.key, network="site", address=cast.ADMINISTRATION.site or ""
)
POSTPONED = {"site": Failure(FailureCode.NOT_DUE)}


def read(text: str) -> Facts:
    crawl = Crawl(complete=True, read=1, frontier=0)
    site = SiteFacts(final_url=SITE.address, pages=(), crawl=crawl, text=text)
    return Facts(presence=Presence.LIVE, title=text, contacts=Contacts(), site=site)


def at(night: int, facts: Facts | None, failure: Failure | None = None) -> Observation:
    when = cast.NOW - timedelta(days=night)
    return Observation(
        page=SITE, observed_at=when, facts=facts, failure=failure, evidence=(cast.EVIDENCE,)
    )


LOOKS = (
    at(0, read("Школа")),
    at(0, read("Школа переехала")),
    at(0, None, Failure(FailureCode.TIMEOUT)),
    at(0, None, Failure(FailureCode.NOT_DUE)),
    replace(at(0, Facts(presence=Presence.LIVE)), gaps=POSTPONED),
    at(0, Facts(presence=Presence.ABSENT)),
)


def bodies_of(*looks: Observation) -> list[Bodies]:
    """The facts of every second one lie apart, of every fourth in outline as well."""
    return [
        Bodies(
            packed(replace(one, facts=None)),
            packed(one.facts),
            packed(replace(one.facts, site=None)) if at % 4 == 3 else None,
        )
        if at % 2 and one.facts
        else Bodies(packed(one))
        for at, one in enumerate(looks)
    ]


def test_the_page_is_seen_as_if_every_reading_had_been_read_back_whole() -> None:
    for nights in product(LOOKS, repeat=4):
        bodies = [
            packed(replace(one, observed_at=cast.NOW - timedelta(days=back)))
            for back, one in enumerate(nights)
        ]
        whole = [unpacked(Observation, body) for body in bodies]
        outlined = list(read_back(map(Bodies, bodies)))
        views = [look(SITE, cast.dossier(cast.SCHOOL, *one), NOWHERE) for one in (whole, outlined)]
        assert views[0] == views[1]


def test_an_older_site_is_not_read_back_and_all_else_is() -> None:
    newest, *older = (at(night, read(f"Школа {night}")) for night in range(4))
    outlined = list(read_back(bodies_of(newest, *older)))
    bare = [replace(one, facts=one.facts and replace(one.facts, site=None)) for one in older]
    assert outlined == [newest, *bare]


def test_of_an_older_site_that_was_kept_in_outline_nothing_else_is_opened() -> None:
    newest, *_, older = bodies_of(*(at(night, read("Школа")) for night in range(4)))
    seen = list(read_back([newest, older._replace(facts=b"")]))
    assert seen[1].facts == replace(read("Школа"), site=None)


def test_behind_a_night_without_the_site_the_last_one_that_has_it_is_whole() -> None:
    nights = (at(0, None, Failure(FailureCode.NOT_DUE)), at(1, read("Школа")), at(2, read("Дом")))
    outlined = list(read_back(bodies_of(*nights)))
    assert [bool(one.facts and one.facts.site) for one in outlined] == [False, True, False]

"""Thrifty nights beside full ones, of sites: the parser's own readings, the law's own verdicts.

A world is the site of one school, a home page and an inner one, and its page in VK: contacts,
links, ПОС forms and numbers come and go on either, the site gets another title, is gone or does not
answer, and so does the page; nights are missed or come late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from hypothesis import event, given
from hypothesis import strategies as st

from collectors.contacts import union
from collectors.model import (
    SITE,
    Crawl,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Presence,
    SiteFacts,
    Spared,
)
from collectors.networks import social_networks
from collectors.site.home import Home
from collectors.site.markup import Source
from collectors.site.page import PageReading, read_page
from collectors.site.resting import LEFT, shows_the_same
from collectors.site.territory import Territory, territory
from monitor.audit.compare import followed
from monitor.audit.recheck import worsened_pages
from monitor.audit.thrifty import Known, end_of, head_of, is_accused, sparing
from monitor.storage.walls import RestingWall as Word
from rules.dossier.bench import Bench
from rules.engine import JudgedInstitution, hear
from rules.model import ActStatus, Attestation, Dossier, Finding, Outcome, Requirement
from rules.reading import WHILE_FRESH
from tests import cast
from tests.monitor.test_thrifty import (
    FRESH,
    TRUTH,
    by_key,
    changes,
    moments,
    night_of,
    told_within_freshness,
)
from tests.rules.test_cases import ACTS

HISTORY, NIGHTS = 14, 13
ZONE = cast.TOMSK
HOME, INNER = "https://school1.example", "https://school1.example/about"
SCHOOL_SITE = Page(institution="kedr/school", network=SITE, address=HOME)
TOWN_SITE = Page(
    institution="kedr/adm", network=SITE, address="https://kedradm.example", role="authority"
)
NOT_CONNECTED = Attestation(
    kind="pos", stated_by="school", stated_on=date(2026, 10, 1), value=False
)
OF_SITES = {"site_works", "site_email", "site_links_to_pages", "connected"}
TOWN = replace(
    cast.TOWN,
    packs=("kedrovy-2022-298", "fed-8fz"),
    acts={"fed-8fz": ActStatus(status="in_force", effective_date=date(2025, 1, 1))},
)
SCHOOL = replace(cast.SCHOOL, pages=(cast.SCHOOL_VK,), attestations=(NOT_CONNECTED,))


def demanding(one: Requirement) -> Requirement:
    """ПОС accuses nobody, but where the administration says that pages must be connected."""
    if one.predicate != "connected":
        return one
    edition = one.editions[0]
    told = {**edition.parameters, "reading": "pages_must_be_connected"}
    return replace(one, worst=Outcome.FAIL, editions=(replace(edition, parameters=told),))


LAW = [
    replace(
        act,
        requirements=tuple(demanding(r) for r in act.requirements if r.predicate in OF_SITES),
    )
    for act in (ACTS[name] for name in TOWN.packs)
]
STARTS = [datetime(2026, 10, day, 20, tzinfo=UTC) for day in (5, 29)]

POS = "https://pos.gosuslugi.ru/form/?opaId=1&utm_source=vk&utm_campaign=1027000000004"
SHOWN = {
    "email": "<p>E-mail: school1@example.org</p>",
    "other": "<p>E-mail: roo@example.org</p>",
    "phone": "<p>Тел. 8 (38250) 3-55-46</p>",
    "linked": '<a href="https://vk.com/kedr_school1">ВКонтакте</a>',
    "named": "<p>vk.com/kedr_school1</p>",
    "form": f'<iframe src="{POS}"></iframe>',
    "number": "<p>ОГРН 1027000000004</p>",
    "news": "<p>Завтра концерт</p>",
}
MENU = '<a href="/about">О школе</a> <a href="/news">Новости</a> <a href="/">Главная</a>'


@dataclass(frozen=True)
class Stand:
    """How the site stands on one day."""

    home: frozenset[str]
    inner: frozenset[str]
    title: str = "Школа № 1"
    trouble: str = ""  # down, gone

    def reading(self, url: str) -> PageReading:
        shown = self.home if url == HOME else self.inner
        return parsed(url, self.title, tuple(sorted(shown)))

    @property
    def facts(self) -> Facts:
        """As the collector puts them together."""
        if self.trouble == "gone":
            return Facts(presence=Presence.ABSENT)
        read = [self.reading(url) for url in (HOME, INNER)]
        return Facts(
            presence=Presence.LIVE,
            title=self.title,
            contacts=union(*(one.contacts for one in read)),
            site=SiteFacts(
                final_url=read[0].page.url,
                pages=tuple(one.page for one in read),
                crawl=Crawl(complete=True, read=2, frontier=0),
                pos_widgets=tuple(dict.fromkeys(form for one in read for form in one.pos)),
                text=read[0].text,
                numbers=tuple(dict.fromkeys(number for one in read for number in one.numbers)),
                networks=tuple(social_networks()),
            ),
        )


@cache
def land() -> Territory:
    return territory(HOME, HOME, whole_host=False)


@cache
def parsed(url: str, title: str, shown: Sequence[str]) -> PageReading:
    body = f"<html><head><title>{title}</title></head><body>{MENU}<h1>Школа № 1</h1>"
    body += "".join(SHOWN[name] for name in shown) + "<p>Учим детей с 1986 года.</p></body></html>"
    source = Source(url=url, status=200, content_type="text/html", body=body.encode())
    return read_page(source, land(), date(2026, 10, 5), with_blocks=False)


EMPTY_TOWN_SITE = Stand(frozenset({"news"}), frozenset(), "Администрация города Кедрового")


@dataclass(frozen=True)
class SiteWorld:
    nights: tuple[datetime, ...]
    stands: tuple[tuple[int, Stand], ...]
    pages: tuple[tuple[int, Facts], ...]  # of the school in VK

    def stand(self, night: int) -> Stand:
        return next(one for since, one in reversed(self.stands) if since <= night)

    def looked(self, page: Page, night: int, facts: Facts | None, why: Failure | None = None,
               turn: int = 0) -> Observation:  # fmt: skip
        number = ("site", "vk").index(page.network) * 10_000 + night * 10 + turn
        shown = replace(cast.EVIDENCE, record=f"urn:uuid:{UUID(int=number)}", url=page.address)
        at = self.nights[night]
        return Observation(page=page, observed_at=at, facts=facts, failure=why, evidence=(shown,))

    def whole(self, night: int, turn: int = 0) -> Observation:
        stand = self.stand(night)
        if stand.trouble == "down":
            why = Failure(FailureCode.TIMEOUT)
            return self.looked(SCHOOL_SITE, night, None, why, turn)
        return self.looked(SCHOOL_SITE, night, stand.facts, turn=turn)

    def thrifty(self, night: int, last: Observation) -> Observation:
        """As the collector reads a site that may rest."""
        stand = self.stand(night)
        is_there = stand.trouble == ""
        if is_there and shows_the_same(Home(stand.reading(HOME), land()), head_of(last)):
            return self.looked(SCHOOL_SITE, night, None, LEFT)
        return self.whole(night)

    def beside(self, night: int) -> Mapping[tuple[str, str], tuple[Observation, ...]]:
        """What every night reads."""
        vk = [
            self.looked(cast.SCHOOL_VK, one, facts)
            for one in range(night, max(-1, night - HISTORY), -1)
            for facts in [next(f for since, f in reversed(self.pages) if since <= one)]
        ]
        town = replace(self.looked(SCHOOL_SITE, night, EMPTY_TOWN_SITE.facts, turn=9))
        return {
            cast.SCHOOL_VK.key: tuple(vk),
            TOWN_SITE.key: (replace(town, page=TOWN_SITE),),
        }

    def dossier(self, night: int, seen: Sequence[Observation]) -> Dossier:
        return Dossier(
            municipality=TOWN,
            institution=SCHOOL,
            as_of=self.nights[night],
            observations={SCHOOL_SITE.key: tuple(seen[:HISTORY]), **self.beside(night)},
        )


Found = Mapping[Any, Finding]


@dataclass(frozen=True)
class Night:
    found: Found
    rested: bool = False


@cache
def bench_on(day: date) -> Bench:
    return Bench(TOWN, LAW, day)


def judged(dossier: Dossier) -> JudgedInstitution:
    return hear(bench_on(dossier.today), dossier)


def full(world: SiteWorld) -> Iterator[Night]:
    seen: list[Observation] = []
    for number in range(len(world.nights)):
        seen.insert(0, world.whole(number))
        yield Night(by_key(judged(world.dossier(number, seen))))


def thrifty(world: SiteWorld) -> Iterator[Night]:
    seen: list[Observation] = []
    word: Word | None = None
    found: tuple[Finding, ...] = ()
    for number, as_of in enumerate(world.nights):
        last = next((one for one in seen if not one.is_left), None)
        walls = {SCHOOL_SITE.key: [word]} if word else {}
        known = Known(walls=walls, bases={"kedr": ""}, freshness=FRESH)
        may_rest = last is not None and sparing(SCHOOL_SITE, last, known, as_of) is Spared.PAGE
        seen.insert(0, world.thrifty(number, last) if last and may_rest else world.whole(number))
        rested, dossier = seen[0].is_left, world.dossier(number, seen)
        heard = judged(dossier)
        now = followed(heard.findings, found, dossier.today)
        if SCHOOL_SITE.key in {page.key for page in worsened_pages(now, dossier)}:
            seen.insert(0, world.whole(number, turn=1))
            dossier, rested = world.dossier(number, seen), False
            heard = judged(dossier)
            now = followed(heard.findings, found, dossier.today)
        found, word = now, worded(dossier, heard)
        yield Night(by_key(heard), rested)


def worded(dossier: Dossier, heard: JudgedInstitution) -> Word:
    day = heard.good_until.get(SCHOOL_SITE.key, WHILE_FRESH)
    until = end_of(day, dossier.as_of, ZONE, FRESH)
    return Word(
        address=SCHOOL_SITE.key,
        institution="kedr/school",
        judged_at=dossier.as_of,
        until=until,
        page_until=None if is_accused(SCHOOL_SITE.key, heard.findings, dossier) else until,
        basis="",
    )


# --- worlds -----------------------------------------------------------------------------------

shown = st.frozensets(st.sampled_from(sorted(SHOWN)), max_size=5)
stands = st.builds(
    Stand,
    shown,
    shown,
    st.sampled_from(("Школа № 1", "Школа № 1", "Школа № 1", "Казино")),
    st.sampled_from(("",) * 8 + ("down", "gone")),
)
standing = st.builds(
    lambda first, later: ((0, first), *sorted(later, key=lambda one: one[0])),
    stands.map(lambda one: replace(one, title="Школа № 1", trouble="")),
    st.lists(st.tuples(night_of, stands), max_size=4),
)
GONE = Facts(presence=Presence.DELETED)
worlds = st.builds(
    lambda start, delays, standing, pages: SiteWorld(moments(start, delays), standing, pages),
    st.sampled_from(STARTS),
    st.lists(st.sampled_from((0, 0, 0, 0, 0, 0, 6, None)), min_size=NIGHTS, max_size=NIGHTS).map(
        lambda delays: (0, *delays[1:])
    ),
    standing,
    changes((cast.SCHOOL_FACTS, cast.SCHOOL_FACTS, GONE)),
)


@TRUTH
@given(worlds)
def test_thrifty_nights_of_sites_accuse_and_praise_nobody_whom_full_ones_would_not(
    world: SiteWorld,
) -> None:
    before, rested = list[Night](), 0
    for whole, spared in zip(full(world), thrifty(world), strict=True):
        before.append(whole)
        rested += spared.rested
        for key, finding in spared.found.items():
            told = told_within_freshness(world.nights, before, key)
            now = whole.found[key].outcome
            if finding.outcome is Outcome.FAIL:
                assert now is Outcome.FAIL, (key, finding)
            elif finding.outcome is Outcome.PASS:
                assert Outcome.PASS in told, (key, finding)
            elif finding.outcome is Outcome.UNKNOWN:
                assert Outcome.UNKNOWN in (told if spared.rested else {now}), (key, finding)
    event(f"rested {min(9, rested)} nights")


def test_of_worlds_in_which_nothing_happens_most_nights_rest_and_every_outcome_is_met() -> None:
    """Or the property above would hold of nothing."""
    nights = tuple(STARTS[0] + timedelta(days=number) for number in range(NIGHTS))
    good = Stand(frozenset({"email", "linked", "form"}), frozenset({"number"}))
    bad = Stand(frozenset(), frozenset({"number"}))
    outcomes, rests = set[Outcome](), list[int]()
    for stand in (good, bad):
        world = SiteWorld(nights, ((0, stand),), ((0, cast.SCHOOL_FACTS),))
        told = list(thrifty(world))
        rests.append(sum(night.rested for night in told))
        outcomes |= {one.outcome for night in told for one in night.found.values()}
    assert rests[0] > len(nights) / 2
    assert rests[1] == 0
    assert {Outcome.PASS, Outcome.FAIL, Outcome.REVIEW} <= outcomes

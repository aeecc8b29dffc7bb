"""Thrifty nights and sites: of one that may change no verdict only the home page is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from collectors.model import Crawl, Facts, FailureCode, Observation, Page, SiteFacts
from monitor.application import opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import collect, evaluate
from monitor.audit.thrifty import head_of
from monitor.sandbox import Change, Fault, OkGroup, Site, SitePage, World, serve
from monitor.storage import findings
from monitor.storage.database import session
from monitor.storage.walls import WallRow
from rules.model import Finding, Outcome
from tests.cast import EVIDENCE, NOW, TOMSK
from tests.monitor.pipeline import Done, Town, school
from tests.monitor.test_thrifty_groups import ADDRESS, CALL, FIRST, LIVELY, group

NIGHT = timedelta(days=1)
TUESDAY = NOW + NIGHT  # NOW is Monday, three at night in Tomsk
BEFORE_TUESDAY = TUESDAY - NIGHT / 2
EMAIL = "E-mail: school1@example.org"
MENU = '<a href="/contacts">Контакты</a> <a href="/about">О школе</a> <a href="/news">Новости</a>'
ABOUT, CONTACTS = "Учим детей с 1986 года.", f"{EMAIL}, тел. {CALL}"
WANTED, LINKED = "fed-8fz/site-email", "fed-8fz/site-links-to-pages"

Pages = Mapping[str, SitePage]


def page(text: str, title: str = "Школа № 1") -> SitePage:
    head = f"<head><title>{title}</title></head>"
    return SitePage(body=f"<html>{head}<body>{MENU} <p>{text}</p></body></html>")


def pages(home: str = "", contacts: str = CONTACTS, **more: str) -> Pages:
    """The site of the school, as it stands on one day."""
    told = {"/": page(f"Муниципальное учреждение «Школа № 1». {home}"), "/contacts": page(contacts)}
    return told | {"/about": page(ABOUT), "/news": page("Новостей нет."), **_each(more)}


def _each(more: Mapping[str, str]) -> Pages:
    return {f"/{name}": page(text) for name, text in more.items()}


@contextmanager
def town(
    folder: Path, first: Pages, *later: tuple[datetime, Pages], groups: tuple[OkGroup, ...] = (),
    packs: tuple[str, ...] = ("fed-8fz",), authority: bool = False, **settings: Any,
) -> Iterator[Town]:  # fmt: skip
    changes = tuple(Change(at=at, values={"pages": told}) for at, told in later)
    site = Site(name="school", address="127.0.9.91", pages=first, later=changes)
    with serve(World(sites=(site,), ok_groups=groups, clock=NOW)) as sandbox:
        told: dict[str, Any] = {"emails": ["school1@example.org"], "phones": [CALL]}
        told |= {"address": ADDRESS, "kind": "authority" if authority else "school"}
        urls = [f"https://ok.ru/group/{one.id}" for one in groups]
        one = school(1, *urls, site=sandbox.site_url("school"), **told)
        small = Town(folder, sandbox, [one], {"site": settings} if settings else {}, packs=packs)
        if authority:
            registry = folder / "town.toml"
            known = registry.read_text("utf-8")
            as_body = known.replace("[municipality]", '[municipality]\nauthority = "school-1"')
            registry.write_text(as_body, "utf-8")
        yield small


def at(town: Town, moment: datetime, *names: str) -> tuple[Done, set[str]]:
    """The audit, and of which pages of the site it asked."""
    town.sandbox.forget_log()
    town.sandbox.set_clock(moment)
    done = town.audit(moment, *names)
    asked = {name.rpartition("school")[2] for name in town.sandbox.counters() if "school/" in name}
    return done, {path for path in asked if path in pages() or path == "/robots.txt"}


def told(done: Done, requirement: str = WANTED) -> Finding:
    (found,) = [one for one in done.findings if one.requirement == requirement]
    return found


HOME_ALONE = {"/robots.txt", "/"}
ALL = {"/robots.txt", *pages()}


def test_of_a_site_that_may_change_no_verdict_the_home_page_alone_is_asked_for(
    tmp_path: Path,
) -> None:
    with town(tmp_path, pages()) as small:
        _, first = at(small, NOW)
        second, again = at(small, TUESDAY)
        _, named = at(small, TUESDAY + timedelta(hours=2), "school-1")
    assert first == named == ALL
    assert again == HOME_ALONE
    ((_, history),) = second.seen.items()
    assert history[0].failure is not None
    assert history[0].failure.code is FailureCode.AT_REST
    assert history[0].evidence, "what the home page answered is kept"
    assert second.audit.complete
    collection = second.audit.collection
    assert (collection.read, collection.at_rest) == (1, 1)
    assert not second.audit.issues
    email = told(second)
    assert email.outcome is Outcome.PASS
    assert email.read_on == NOW.astimezone(TOMSK).date()
    assert {one.record for one in email.evidence} == {one.record for one in history[1].evidence}


def test_no_site_rests_longer_than_a_missed_night_allows(tmp_path: Path) -> None:
    with town(tmp_path, pages()) as small:
        nights = [at(small, NOW + number * NIGHT)[1] for number in range(8)]
    read = [number for number, asked in enumerate(nights) if asked == ALL]
    assert read[0] == 0
    assert 2 <= len(read) <= 4
    assert all(later - before <= 5 for before, later in pairwise(read))


@pytest.mark.parametrize(
    ("home", "is_read_whole"),
    [
        ("Каникулы начнутся 27 декабря.", False),
        ("Обед привозят в 12 часов. Приходите к нам учиться!", False),
        (f"Звоните: {CALL}", False),  # it is known from another page
        ("Звоните: 8 (38250) 3-55-99", True),
        ("Пишите: other@example.org", True),
        ('<a href="https://vk.com/school1">Мы ВКонтакте</a>', True),
        ('<script>VK.Widgets.Group("x", {}, 123);</script>', True),
        ("ОГРН 1027000903259", True),
    ],
)
def test_the_whole_site_is_read_where_the_home_page_says_something_new_that_is_judged(
    tmp_path: Path, home: str, is_read_whole: bool
) -> None:
    with town(tmp_path, pages(), (BEFORE_TUESDAY, pages(home))) as small:
        at(small, NOW)
        assert at(small, TUESDAY)[1] == (ALL if is_read_whole else HOME_ALONE)


@pytest.mark.parametrize(
    "lost",
    [
        {"/": page("Муниципальное учреждение «Школа № 1».", "Казино")},
        {"/": SitePage(body="<html><title>Школа № 1</title><body>Школа № 1. Скоро!</body></html>")},
        {"/": SitePage(status=404)},
        {"/": SitePage(status=503)},
        {},
    ],
)
def test_what_befell_the_home_page_is_found_out_in_the_same_night(
    tmp_path: Path, lost: Pages
) -> None:
    with town(tmp_path, pages(), (BEFORE_TUESDAY, lost)) as small:
        at(small, NOW)
        second, _ = at(small, TUESDAY)
    ((_, history),) = second.seen.items()
    assert history[0].failure is None or history[0].failure.code is not FailureCode.AT_REST


def test_a_link_that_the_home_page_lost_is_looked_for_on_the_whole_site(tmp_path: Path) -> None:
    link = f'<a href="https://ok.ru/group/{FIRST + LIVELY}">Одноклассники</a>'
    moved = pages(contacts=f"{CONTACTS} {link}")
    with town(tmp_path, pages(link), (BEFORE_TUESDAY, moved), groups=(group(LIVELY),)) as small:
        first, _ = at(small, NOW)
        second, asked = at(small, TUESDAY)
    assert asked == ALL
    assert told(second, LINKED).outcome == told(first, LINKED).outcome


def test_a_site_that_accuses_is_read_whole_every_night_and_mended_in_the_same(
    tmp_path: Path,
) -> None:
    mended = (TUESDAY + NIGHT / 2, pages())
    with town(tmp_path, pages(contacts="Приходите."), mended) as small:
        first, second, third = (at(small, NOW + number * NIGHT) for number in range(3))
    assert [told(done).outcome for done, _ in (first, second, third)] == [
        Outcome.FAIL,
        Outcome.FAIL,
        Outcome.PASS,
    ]
    assert second[1] == third[1] == ALL


def test_what_went_from_an_inner_page_is_found_out_within_freshness_by_a_look_of_its_night(
    tmp_path: Path,
) -> None:
    with town(tmp_path, pages(), (BEFORE_TUESDAY, pages(contacts="Приходите."))) as small:
        at(small, NOW)
        nights = [told(at(small, TUESDAY + number * NIGHT)[0]) for number in range(6)]
    assert nights[0].outcome is Outcome.PASS
    assert nights[-1].outcome is Outcome.FAIL
    for number, found in enumerate(nights):
        if found.outcome is Outcome.FAIL:
            assert found.read_on == (TUESDAY + number * NIGHT).astimezone(TOMSK).date()


def test_the_site_of_the_authority_is_read_whole_every_night(tmp_path: Path) -> None:
    with town(tmp_path, pages(), authority=True) as small:
        at(small, NOW)
        assert at(small, TUESDAY)[1] >= ALL


def test_all_is_read_where_the_settings_say_so(tmp_path: Path) -> None:
    with town(tmp_path, pages(), thrifty=False) as small:
        at(small, NOW)
        assert at(small, TUESDAY)[1] == ALL


def test_what_another_program_said_of_it_counts_for_nothing(tmp_path: Path) -> None:
    with town(tmp_path, pages()) as small:
        at(small, NOW)
        with (
            opened(small.settings(), lambda: TUESDAY) as application,
            session(application.engine) as unit,
        ):
            unit.exec(update(WallRow).values(basis="of an earlier version"))
        assert at(small, TUESDAY)[1] == ALL
        assert at(small, TUESDAY + NIGHT)[1] == HOME_ALONE


def test_a_crawl_that_broke_off_is_made_again(tmp_path: Path) -> None:
    broken = {**pages(), "/about": SitePage(status=503)}
    with town(tmp_path, broken, (BEFORE_TUESDAY, pages())) as small:
        at(small, NOW)
        second, asked = at(small, TUESDAY)
    assert asked == ALL
    assert told(second).outcome is Outcome.PASS


CRAWL = Crawl(complete=True, read=2, frontier=0)
SITE_PAGE = Page(institution="town/school-1", network="site", address="https://school.example")
GROUP = f"https://ok.ru/group/{FIRST + LIVELY}"
TO_GROUP = f'<a href="{GROUP}">Одноклассники</a>'
LINKED_SINCE = (BEFORE_TUESDAY, pages(contacts=f"{CONTACTS} {TO_GROUP}"))


def register(town: Town, *institutions: Mapping[str, Any]) -> None:
    """In the registry alone: what was read stays."""
    database = town.folder / "var/dozor.db"
    known = database.read_bytes()
    town.institutions = institutions
    town.__post_init__()
    database.write_bytes(known)


def judged(town: Town, moment: datetime) -> Done:
    with opened(town.settings(), lambda: moment) as application:
        done = evaluate(application, AuditRequest(as_of=moment))
        return Done(done, findings.of_audit(application.engine, done), {})


def test_who_judges_without_a_network_accuses_by_no_site_that_the_night_had_left(
    tmp_path: Path,
) -> None:
    """By noon the registry knows whose the group is; since the evening an inner page links to it,
    and the night had no reason to read that."""
    with town(tmp_path, pages(), LINKED_SINCE, groups=(group(LIVELY),)) as small:
        one = {**small.institutions[0], "kind": "authority"}  # its own site alone has to link
        register(small, {**one, "page": []}, school(2, GROUP))
        at(small, NOW)
        _, asked = at(small, TUESDAY)
        register(small, one)
        noon = judged(small, TUESDAY + timedelta(hours=9))
    assert asked == HOME_ALONE
    assert told(noon, LINKED).outcome is Outcome.UNKNOWN


def test_who_only_collects_reads_all(tmp_path: Path) -> None:
    """Whoever judges it later has no network: what was left he could not read."""
    unread = Fault(kind="body", text="<html>", method="page", about=str(FIRST + LIVELY))
    with town(tmp_path, pages(), LINKED_SINCE, groups=(group(LIVELY),)) as small:
        register(small, {**small.institutions[0], "kind": "authority"})
        small.sandbox.add_fault(unread)
        first, _ = at(small, NOW)
        small.sandbox.clear_faults()
        small.sandbox.set_clock(TUESDAY)
        with opened(small.settings(), lambda: TUESDAY) as application:
            collect(application, AuditRequest(as_of=TUESDAY))
        second = judged(small, TUESDAY)
    assert told(first, LINKED).outcome is Outcome.UNKNOWN
    assert told(second, LINKED).outcome is Outcome.PASS


def test_whoever_would_be_accused_by_what_the_site_lacks_is_by_a_look_of_the_same_night(
    tmp_path: Path,
) -> None:
    """Its group could not be read, so no link to it was missed; now it can, and the site has one,
    on a page that nobody had to read."""
    unread = Fault(kind="body", text="<html>", method="page", about=str(FIRST + LIVELY))
    with town(tmp_path, pages(), LINKED_SINCE, groups=(group(LIVELY),)) as small:
        register(small, {**small.institutions[0], "kind": "authority"})
        small.sandbox.add_fault(unread)
        at(small, NOW)
        small.sandbox.clear_faults()
        second, asked = at(small, TUESDAY)
    ((_, looks),) = [one for one in second.seen.items() if one[0][0] == "site"]
    assert looks[0].facts
    assert [one.failure and one.failure.code for one in looks] == [None, FailureCode.AT_REST, None]
    assert asked == ALL
    assert told(second, LINKED).outcome is Outcome.PASS


def test_nobody_is_praised_for_the_first_time_by_an_older_look(tmp_path: Path) -> None:
    """The act enters into force, and the day before an inner page lost what it demands."""
    lost = (BEFORE_TUESDAY, pages(contacts="Приходите."))
    with town(tmp_path, pages(), lost) as small:
        registry = tmp_path / "town.toml"
        status = f'status = "in_force", effective_date = {TUESDAY.astimezone(TOMSK).date()}'
        known = registry.read_text("utf-8")
        registry.write_text(f"{known}\n[acts]\nfed-8fz = {{ {status} }}\n", "utf-8")
        first, _ = at(small, NOW)
        second, asked = at(small, TUESDAY)
    assert told(first).outcome is Outcome.NOT_APPLICABLE
    assert told(second).outcome is Outcome.FAIL
    assert asked == ALL


def rules(*forbidden: str) -> Pages:
    told = "".join(f"Disallow: {one}\n" for one in forbidden)
    return {"/robots.txt": SitePage(body=f"User-agent: *\n{told}", content_type="text/plain")}


def test_what_robots_txt_forbade_is_read_as_soon_as_it_does_not(tmp_path: Path) -> None:
    first = {**pages(), **rules("/contacts", "/search")}
    freed = TUESDAY + NIGHT / 2, {**pages(), **rules("/search")}
    with town(tmp_path, first, freed) as small:
        nights = [at(small, NOW + number * NIGHT) for number in range(3)]
    assert [told(done).outcome for done, _ in nights] == [
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
        Outcome.PASS,
    ]
    assert nights[1][1] == HOME_ALONE


def test_of_a_crawl_that_a_night_holds_only_robots_txt_stays_of_what_it_rests_on() -> None:
    """Thousands of sites have dozens of pages each, with a record of each."""
    urls = (
        "https://school.example/robots.txt",
        "https://school.example",
        "https://school.example/a",
    )
    shown = tuple(replace(EVIDENCE, url=url) for url in urls)
    for facts in (None, Facts(site=SiteFacts(final_url=urls[1], pages=(), crawl=CRAWL))):
        held = head_of(Observation(page=SITE_PAGE, observed_at=NOW, facts=facts, evidence=shown))
        assert held.evidence == shown[:1]


def test_an_e_mail_that_went_from_the_home_page_as_well_is_missed_in_the_same_night(
    tmp_path: Path,
) -> None:
    """It stood in the foot of every page, and the home page is asked for every night."""
    bore, bear = (pages(foot, contacts=f"Приходите! {foot}") for foot in (CONTACTS, CALL))
    with town(tmp_path, bore, (BEFORE_TUESDAY, bear)) as small:
        first, _ = at(small, NOW)
        second, asked = at(small, TUESDAY)
    assert asked == ALL
    assert (told(first).outcome, told(second).outcome) == (Outcome.PASS, Outcome.FAIL)

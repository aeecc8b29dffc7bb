"""A server's word that nothing changed: worth a pass for some days, and no accusation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from collectors.model import Page
from monitor.audit.recheck import worsened_pages
from monitor.audit.word import believed_sites, rests_on_word
from monitor.sandbox import Running, World, serve
from monitor.storage import audits, findings
from monitor.storage.database import connect
from rules.model import Finding, Outcome
from tests.cast import EVIDENCE, NOW, SCHOOL, SCHOOL_FACTS, SCHOOL_VK, dossier, seen
from tests.monitor.pipeline import Done, Town, school
from tests.monitor.test_revisits import LINKS, Shown, Web, tagged
from tests.monitor.test_storage import FINDING

HOME = f"{LINKS} Муниципальное учреждение «Школа № 1»"
MAIL = "E-mail: school1@example.org"
WANTED = "fed-8fz/site-email"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with serve(World()) as running:
        yield running


@contextmanager
def shown_by(web: Web) -> Iterator[Web]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    started = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(web.answer, "127.0.0.1", 0), loop
    )
    server = started.result()
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(ended(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def ended() -> None:
    """Connections that are still open."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def a_town(folder: Path, sandbox: Running, home: Shown, a: Shown) -> Iterator[tuple[Town, Web]]:
    with shown_by(Web(connect("sqlite://"), folder, {"/": home, "/a": a})) as web:
        one = school(1, site=web.address, emails=["school1@example.org"])
        whole = {"site": {"thrifty": False}}  # a site at rest is asked for no inner page
        yield Town(folder, sandbox, [one], whole, packs=["fed-8fz"]), web


def audited(town: Town, web: Web) -> tuple[Done, Finding]:
    web.asked = []
    done = town.audit(datetime.now(UTC))
    (found,) = [one for one in done.findings if one.requirement == WANTED]
    return done, found


def words(found: Finding) -> int:
    return len([one for one in found.evidence if one.bytes_at is not None])


def test_a_pass_may_rest_on_a_word_and_a_new_fault_may_not(
    tmp_path: Path, sandbox: Running
) -> None:
    with a_town(tmp_path, sandbox, tagged(f"{HOME} {MAIL}"), tagged("Сведения")) as (town, web):
        assert audited(town, web)[1].outcome is Outcome.PASS
        _, second = audited(town, web)
        assert (second.outcome, words(second)) == (Outcome.PASS, 2)
        web.pages["/"] = tagged(HOME, '"2"')
        _, third = audited(town, web)
        assert (third.outcome, words(third)) == (Outcome.FAIL, 0)
        assert [one for one in web.asked if one[0] == "/a"] == [("/a", '"1"'), ("/a", "")]


def test_where_a_fault_was_found_the_bytes_are_asked_for_until_it_is_gone(
    tmp_path: Path, sandbox: Running
) -> None:
    with a_town(tmp_path, sandbox, tagged(HOME), tagged("Сведения")) as (town, web):
        assert audited(town, web)[1].outcome is Outcome.FAIL
        web.pages["/"] = tagged(f"{HOME} {MAIL}")  # under the tag that it had
        _, second = audited(town, web)
        assert second.outcome is Outcome.PASS
        assert not [condition for _, condition in web.asked if condition]


# --- who is believed ----------------------------------------------------------------------------


SITE = Page(institution="kedr/school", network="site", address="http://school.example")
ON_SITE = replace(FINDING, network=None, page=None, evidence=(EVIDENCE,))


@pytest.mark.parametrize(
    ("finding", "is_believed"),
    [
        (replace(ON_SITE, outcome=Outcome.PASS), True),
        (replace(ON_SITE, outcome=Outcome.REVIEW), True),
        (replace(ON_SITE, network="vk", page=SCHOOL_VK.address), True),
        (replace(ON_SITE, evidence=()), True),  # the registry says so, or a person
        (ON_SITE, False),
        (replace(ON_SITE, network="site", page=SITE.address), False),
        (replace(ON_SITE, evidence=(EVIDENCE,) * 60), False),
    ],
)
def test_a_site_is_believed_while_nothing_on_it_accuses(
    engine: Engine, finding: Finding, is_believed: bool
) -> None:
    other = replace(SITE, institution="kedr/museum", address="http://museum.example")
    assert believed_sites(engine, [SITE], NOW) == {SITE.address}
    begun = audits.begin(
        engine, as_of=NOW, started_at=NOW, scope=None, registries={}, packs={}, documents=()
    )
    findings.add(engine, begun, [finding])
    audits.finish(
        engine, begun, finished_at=NOW, complete=True, collection=begun.collection, issues=()
    )
    later = NOW + timedelta(days=1)
    assert believed_sites(engine, [SITE, other], NOW) == {SITE.address, other.address}
    expected = {other.address} | ({SITE.address} if is_believed else set())
    assert believed_sites(engine, [SITE, other], later) == expected
    shared = replace(other, address=SITE.address)  # one site, of which one is accused
    assert believed_sites(engine, [SITE, shared], later) == ({SITE.address} & expected)


def test_what_accuses_by_a_word_is_looked_at_again_whatever_was_before() -> None:
    word = replace(EVIDENCE, status=304, bytes_at=NOW - timedelta(days=1))
    told = replace(ON_SITE, previous=Outcome.FAIL, evidence=(word,))
    looked = replace(seen(SITE, SCHOOL_FACTS), evidence=(word,))
    assert rests_on_word(told)
    assert not rests_on_word(replace(told, evidence=(EVIDENCE,)))
    assert not rests_on_word(replace(told, outcome=Outcome.UNKNOWN))
    there = dossier(SCHOOL, looked)
    assert worsened_pages([told], there) == (SITE,)
    assert worsened_pages([replace(told, outcome=Outcome.REVIEW)], there) == ()

"""What a site was read as is remembered, and is never anything but what the parser would give."""

from __future__ import annotations

import ast
import asyncio
import sys
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine

import collectors
from collectors.model import Block, Memories, Observation, Page
from collectors.site import SiteSettings
from collectors.site.budget import MOST_LINKS
from collectors.site.collect import collect
from collectors.site.memory import LIBRARIES, fingerprint
from collectors.site.page import PageReading
from collectors.site.territory import territory
from collectors.sources import digest_of, sources_in, sources_of_parsers
from monitor.storage.database import connect, migrate, session
from monitor.storage.site_memory import (
    KEPT,
    MOST_PLACES,
    MOST_VALUE,
    NOTED,
    SiteMemoryRow,
    StoredMemories,
    StoredSite,
    forget_old,
)
from tests.cast import NOW
from tests.collectors.tiny_web import QUICK, a_run, long, reply, serve

Value = TypeVar("Value")

TODAY = NOW.date()
LINKS = '<a href="/a">Контакты</a> <a href="/b">Сведения</a> <a href="/c">Новости</a>'
MAP = "<urlset><url><loc>http://127.0.0.1:PORT/{}</loc></url></urlset>"
WIDGET = "<script>Widget('https://pos.gosuslugi.ru/form', 70)</script>"
CARD = "<h2>Школа № 1</h2><p>8 (38250) 3-55-46, school@example.org, ул. Лесная, д. 5</p>"


def endless(text: str) -> bytes:
    """Nothing shows whether that was all."""
    return f"HTTP/1.1 200 x\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n{text}".encode()


def broken_off(text: str) -> bytes:
    return reply(text).replace(b"content-length: ", b"content-length: 9")


PAGES: Sequence[str | bytes] = (
    long(LINKS),
    long(f"{LINKS} тел. 8 (38250) 3-55-46 от 01.12.2026 и 12.03.2020 № 298"),
    long(f"{LINKS} <time datetime='2026-11-25'></time> 24.11.2026 <h1>Приём</h1>"),
    long(f"{LINKS} {CARD} <a href='https://vk.com/public101'>ВК</a> vk.com/school1"),
    long(f"{LINKS} {WIDGET} <script src='/menu.js'></script> ОГРН 1027000000004"),
    long("".join(f"<a href='/a#{n}'>x{n % 3}</a>" for n in range(MOST_LINKS + 1))),
    reply(f"<html><body>{LINKS} Приказ от 1 декабря 2022</body></html>".encode("cp1251")),
    reply(long(LINKS), refresh="0; url=/b"),
    endless(f"<html><body>{LINKS} <h2>Половина"),
    endless(f"<html><body>{LINKS} почта school@exam"),
    broken_off(f"<html><body>{LINKS} <p>8 (38250) 3-55-4"),
    reply("<html><body><script src='/menu.js'></script></body></html>"),
    reply("<html><head><title>Just a moment</title></head><body></body></html>"),
    reply("", 500),
    reply("", 404),
    reply(b"%PDF-1.4", kind="application/pdf"),
)
MAPS: Sequence[str | bytes] = (
    reply(MAP.format("b"), kind="text/xml"),
    reply(MAP.format("d")[:-9], kind="text/xml"),
    reply("", 404),
)
SCRIPTS: Sequence[str | bytes] = (
    reply("document.write('vk.com/club7')", kind="text/javascript"),
    reply("Widget('https://pos.gosuslugi.ru/form', 7)", kind="text/javascript"),
)
ROUTES = some.fixed_dictionaries(
    {
        **{f"/{name}": some.sampled_from(PAGES) for name in ("", "a", "b", "c", "d")},
        "/sitemap.xml": some.sampled_from(MAPS),
        "/menu.js": some.sampled_from(SCRIPTS),
    }
)


@dataclass
class Web:
    """A site whose pages are changed between the nights, and who reads it."""

    port: int
    routes: dict[str, str | bytes]

    async def read(
        self, memories: Memories | None, as_of: datetime = NOW, *, is_authority: bool = False
    ) -> Observation:
        """As it was seen, without its evidence."""
        role = "authority" if is_authority else "official"
        page = Page(
            institution="kedr/school",
            network="site",
            address=f"http://127.0.0.1:{self.port}",
            role=role,
        )
        run = a_run(as_of=as_of, memories=memories)
        wanted = SiteSettings(**QUICK)
        found = [one async for some in collect(wanted, [page], run)
                 for one in some]  # fmt: skip
        return replace(found[0], evidence=())


@asynccontextmanager
async def a_web(routes: Mapping[str, str | bytes]) -> AsyncIterator[Web]:
    shown = dict(routes)
    async with serve(shown) as port:
        yield Web(port, shown)


@pytest.fixture(scope="module")
def memories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredMemories]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('memory') / 'dozor.db'}")
    migrate(engine)
    yield StoredMemories(engine, TODAY)
    engine.dispose()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    nights=some.lists(ROUTES, min_size=2, max_size=3),
    again=some.booleans(),
    is_authority=some.booleans(),
    days=some.integers(-3, 9),
)
def test_a_site_reads_the_same_with_a_memory_and_without(
    memories: StoredMemories,
    nights: list[dict[str, str | bytes]],
    again: bool,
    is_authority: bool,
    days: int,
) -> None:
    """Whatever changes from night to night, and whichever day it is."""

    async def look() -> None:
        async with a_web(nights[0]) as web:
            for turn, routes in enumerate([*nights, *(nights[-1:] if again else [])]):
                web.routes.update(routes)
                as_of = NOW + turn * timedelta(days=days)
                plain = await web.read(None, as_of, is_authority=is_authority)
                assert await web.read(memories, as_of, is_authority=is_authority) == plain

    asyncio.run(look())


@dataclass
class Watched:
    """A memory, and the kinds of what was asked of it in vain."""

    of: StoredMemories
    missed: list[str] = field(default_factory=list)

    def of_site(self, site: str) -> WatchedSite:
        return WatchedSite(self.of.of_site(site), self.missed)


@dataclass
class WatchedSite:
    of: StoredSite
    missed: list[str]

    def recall(self, kind: type[Value], place: str, digest: str) -> Value | None:
        found = self.of.recall(kind, place, digest)
        self.missed += [] if found is not None else [kind.__name__]
        return found

    def remember(self, place: str, digest: str, value: object) -> None:
        self.of.remember(place, digest, value)

    def save(self) -> None:
        self.of.save()


def made_anew(engine: Engine, *nights: Mapping[str, str | bytes]) -> list[list[str]]:
    """By night."""
    missed = []

    async def look() -> None:
        async with a_web({}) as web:
            for routes in nights:
                web.routes.update(routes)
                watched = Watched(StoredMemories(engine, TODAY))
                await web.read(watched)
                missed.append(watched.missed)

    asyncio.run(look())
    return missed


SITE = {
    "/": long(f"{LINKS} <script src='/menu.js'></script>"),
    **{f"/{name}": long(f"<h1>{name}</h1>") for name in "abc"},
    "/sitemap.xml": MAPS[0],
    "/menu.js": SCRIPTS[0],
}


def test_what_did_not_change_is_not_parsed_again(engine: Engine) -> None:
    first, second, third = made_anew(engine, SITE, SITE, {"/b": long("<h1>Новое</h1>")})
    assert sorted(first) == ["PageReading"] * 4 + ["Scripted", "Sitemap"]
    assert (second, third) == ([], ["PageReading"])


def test_half_a_page_is_another_one_than_the_whole(engine: Engine) -> None:
    text = f"<html><body>{LINKS} {'Учим детей. ' * 30}"
    whole = reply(text)
    assert made_anew(engine, {"/": whole}, {"/": endless(text)}, {"/": whole})[1] == ["PageReading"]


# --- what it is known again by ------------------------------------------------------------------


URL = "http://school.example/"
HERE = territory(URL, URL, whole_host=False)


@pytest.mark.parametrize(
    "other",
    [
        ("PageReading", b"x", HERE, True),
        ("PageReading", b"y", HERE, False),
        ("PageReading", b"x", territory(URL, URL.replace("l.", "."), whole_host=False), False),
        ("PageReading", "x", HERE, False),
        ("PageReading", b"x", HERE, None),
        ("PageReading", b"x", replace(HERE, section="/x/"), False),
    ],
)
def test_values_made_from_something_else_have_another_fingerprint(other: object) -> None:
    told = ("PageReading", b"x", HERE, False)
    assert fingerprint(told) == fingerprint(("PageReading", b"x", replace(HERE), False))
    assert fingerprint(told) != fingerprint(other)


def test_texts_that_only_run_together_alike_differ() -> None:
    assert fingerprint(("a", "b")) != fingerprint(("a'\n'b",))
    assert fingerprint((("a",), "b")) != fingerprint(("a", ("b",)))
    with pytest.raises(TypeError):
        fingerprint([1])


def test_any_change_of_a_source_or_a_library_is_another_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "dated.toml").write_text("1")
    files, seen = sorted(tmp_path.iterdir()), set()
    for changed in (None, *files):
        if changed:
            changed.write_text("2")
        seen |= {digest_of(files, ["lxml 6.1"]), digest_of(files, ["lxml 6.2"])}
    assert len(seen) == 6
    assert digest_of(files[:1], []) != digest_of(files, [])


def test_the_parser_is_all_of_collectors_and_of_every_network() -> None:
    told = set(sources_of_parsers() or ())
    assert set(_written()) <= told
    assert not [path for path in told if path.suffix == ".pyc"]


def test_what_python_writes_for_a_moment_is_no_source(tmp_path: Path) -> None:
    """A first night hashed the name under which another thread was writing, and the second night
    was another program's."""
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    names = ("a.py", "words.toml", "__pycache__/a.cpython-311.pyc", "__pycache__/a.pyc.140234")
    for name in names:
        (tmp_path / name).write_text("1")
    assert {path.name for path in sources_in(tmp_path)} == {"a.py", "words.toml"}


def _written() -> Iterator[Path]:
    root = Path(str(collectors.__file__)).parent
    yield from root.rglob("*.py")
    yield from root.rglob("*.toml")


FETCH = {"aiolimiter", "anyio", "httpcore", "jconfig", "protego", "requests", "tenacity"} | {
    "urllib3",
    "vk_api",
}
NAMES = {"bs4": "beautifulsoup4"}


def test_every_library_that_parses_is_told_apart_by_its_version() -> None:
    """A new one is either named in LIBRARIES, or here, as one that only fetches."""
    tops = {
        name.partition(".")[0]
        for path in _written()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imported(node)
    }
    foreign = tops - set(sys.stdlib_module_names) - {"collectors"}
    assert {NAMES.get(name, name) for name in foreign - FETCH} == set(LIBRARIES)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


# --- how it is kept -----------------------------------------------------------------------------


BLOCK = Block(heading="Школа", text="текст")


def test_what_was_kept_comes_back_as_it_was_and_of_its_kind_only(engine: Engine) -> None:
    memory = StoredMemories(engine, TODAY).of_site("school")
    memory.remember("a", "1", BLOCK)
    memory.remember("b", "2", replace(BLOCK, text="другой"))
    memory.save()
    again = StoredMemories(engine, TODAY).of_site("school")
    assert again.recall(Block, "a", "1") == BLOCK
    assert again.recall(Block, "a", "2") is None
    assert again.recall(PageReading, "b", "2") is None
    assert again.recall(Block, "b", "2") is None  # it was found to be unreadable
    assert StoredMemories(engine, TODAY).of_site("museum").recall(Block, "a", "1") is None


@pytest.mark.parametrize("body", [b"", b"x", zlib.compress(b"[1]\n"), zlib.compress(b"{}")])
def test_a_row_that_cannot_be_read_is_as_none(engine: Engine, body: bytes) -> None:
    with session(engine) as opened:
        opened.add(SiteMemoryRow(site="school", used_on=TODAY, body=body))
    memory = StoredMemories(engine, TODAY).of_site("school")
    assert memory.recall(Block, "a", "1") is None
    memory.remember("a", "1", BLOCK)
    memory.save()
    assert StoredMemories(engine, TODAY).of_site("school").recall(Block, "a", "1") == BLOCK


def test_what_no_json_can_hold_or_is_too_large_is_made_anew(engine: Engine) -> None:
    memory = StoredMemories(engine, TODAY).of_site("school")
    memory.remember("a", "1", BLOCK)
    memory.remember("a", "2", replace(BLOCK, text="\ud800"))
    memory.remember("b", "1", replace(BLOCK, text="x" * MOST_VALUE))
    assert memory.kept == {}


def test_a_site_has_so_many_places(engine: Engine) -> None:
    memory = StoredMemories(engine, TODAY).of_site("school")
    for number in range(MOST_PLACES + 2):
        memory.remember(f"{number}", "1", BLOCK)
    assert len(memory.kept) == MOST_PLACES


def test_what_is_of_no_use_for_a_month_goes(engine: Engine) -> None:
    memory = StoredMemories(engine, TODAY).of_site("school")
    memory.remember("a", "1", BLOCK)
    memory.remember("b", "1", BLOCK)
    memory.save()
    later = StoredMemories(engine, TODAY + NOTED).of_site("school")
    assert later.recall(Block, "a", "1") == BLOCK
    later.save()
    last = StoredMemories(engine, TODAY + KEPT + timedelta(days=1)).of_site("school")
    last.remember("c", "1", BLOCK)
    last.save()
    assert set(last.kept) == {"a", "c"}


def test_the_memory_of_a_site_that_nobody_reads_goes_by_a_clock_that_is_believed(
    engine: Engine,
) -> None:
    for site, today in (("school", TODAY), ("museum", TODAY + NOTED)):
        memory = StoredMemories(engine, today).of_site(site)
        memory.remember("a", "1", BLOCK)
        memory.save()
    now = NOW + KEPT + timedelta(days=1)
    forget_old(engine, now, believed=False)
    assert len(StoredMemories(engine, TODAY).of_site("school").kept) == 1
    forget_old(engine, now, believed=True)
    kept = [len(StoredMemories(engine, TODAY).of_site(one).kept) for one in ("school", "museum")]
    assert kept == [0, 1]

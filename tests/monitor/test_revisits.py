"""A second night of a site: what it is asked by, and what is believed of its server's word."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from collectors.model import Evidence, Observation, Page, Run
from collectors.site import SiteSettings
from collectors.site.collect import collect
from monitor.storage import audits
from monitor.storage.evidence import WarcFile, seal
from monitor.storage.members import FileCount, members_of, mend
from monitor.storage.originals import OLDEST, stored_originals
from monitor.storage.site_memory import StoredMemories
from monitor.storage.verifying import verify
from reports.model import Audit
from tests.collectors.tiny_web import QUICK, a_run, long

DAY = timedelta(days=1)
LONG_AGO = "Sun, 01 Nov 2020 10:00:00 GMT"
LINKS = '<a href="/a">Контакты</a> <a href="/b">Сведения</a>'
PHONE = "тел. 8 (38250) 3-55-46"


@dataclass
class Shown:
    body: str
    etag: str = ""
    modified: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    answers_304: bool | None = None  # whatever it is asked; None: as it should


@dataclass
class Web:
    """What it shows, and how it was asked: path, and the condition if there was one."""

    engine: Engine
    folder: Path
    pages: dict[str, Shown]
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0
    dialled: int = 0
    changes: Callable[[bytes, str], bytes] = lambda told, _: told  # what it says, and was asked by

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dialled += 1
        try:
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                reply = self.changes(self._reply(asked), self.asked[-1][1])
                self.sent += len(reply)
                writer.write(reply)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _reply(self, asked: str) -> bytes:
        first, *lines = asked.split("\r\n")
        heads = {
            name.lower(): told.strip() for name, _, told in (one.partition(":") for one in lines)
        }
        condition = heads.get("if-none-match") or heads.get("if-modified-since") or ""
        path = first.split(" ")[1]
        self.asked.append((path, condition))
        shown = self.pages.get(path)
        if shown is None:
            return b"HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n"
        is_known = bool(shown.etag and shown.etag in condition) or condition == shown.modified != ""
        told = {"etag": shown.etag} if shown.etag else {}
        told |= {"last-modified": shown.modified} if shown.modified else {}
        told |= {"date": format_datetime(datetime.now(UTC), usegmt=True), **shown.more}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        if is_known if shown.answers_304 is None else shown.answers_304:
            return f"HTTP/1.1 304 x\r\n{head}\r\n".encode()
        body = shown.body.encode()
        kind = "text/plain" if path.endswith(".txt") else "text/html; charset=utf-8"
        length = f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n"
        return f"HTTP/1.1 200 OK\r\n{head}{length}\r\n".encode() + body

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def plain(self) -> Observation:
        """As who remembers nothing reads it."""
        asked, sent = list(self.asked), self.sent
        (found,) = [one async for one in self._read(a_run())]
        self.asked, self.sent = asked, sent
        return found

    async def night(self, days: float = 0, *, is_believed: bool = True) -> Night:
        now = datetime.now(UTC) + days * DAY
        audit = audits.begin(
            self.engine,
            as_of=now,
            started_at=now,
            scope=None,
            registries={},
            packs={},
            documents=(),
        )
        self.asked, self.sent, self.dialled = [], 0, 0
        with WarcFile(self.folder, audit, []) as file:
            run = replace(
                a_run(),
                evidence=file,
                memories=StoredMemories(self.engine, now.date()),
                originals=stored_originals(self.engine, self.folder, file, now),
                believed=frozenset([self.address] if is_believed else []),
            )
            (found,) = [one async for one in self._read(run)]
        seal(self.engine, audit, file)
        return Night(found, audit, file.path, tuple(self.asked), self.sent, self.dialled)

    async def _read(self, run: Run) -> AsyncIterator[Observation]:
        page = Page(institution="kedr/school", network="site", address=self.address)
        settings = SiteSettings(**{**QUICK, "attempts": 1})
        async for batch in collect(settings, [page], run):
            for one in batch:
                yield one


@dataclass(frozen=True)
class Night:
    seen: Observation
    audit: Audit
    path: Path
    asked: tuple[tuple[str, str], ...]
    sent: int
    dialled: int

    @property
    def conditions(self) -> dict[str, str]:
        """Of what was asked by one, the made-up ones among them."""
        return {path: condition for path, condition in self.asked if condition}

    @property
    def words(self) -> list[Evidence]:
        return [one for one in self.seen.evidence if one.bytes_at is not None]

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def counted(self) -> FileCount:
        return mend(self.path)


@asynccontextmanager
async def a_web(engine: Engine, folder: Path, **pages: Shown) -> AsyncIterator[Web]:
    named = {"/": pages.pop("home"), **{f"/{name}": shown for name, shown in pages.items()}}
    web = Web(engine, folder, named)
    server = await asyncio.start_server(web.answer, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()


def not_modified(condition: str) -> bytes:
    return f"HTTP/1.1 304 x\r\netag: {condition.partition(',')[0]}\r\n\r\n".encode()


def tagged(text: str, tag: str = '"1"', **more: object) -> Shown:
    news = " ".join(hashlib.sha256(b"%d" % at).hexdigest() for at in range(200))  # packs badly
    return Shown(long(f"{text} Учим детей. {news}"), etag=tag, **more)  # type: ignore[arg-type]


def site(**more: object) -> dict[str, Shown]:
    home, a, b = (tagged(text, **more) for text in (LINKS, PHONE, "<h1>Сведения</h1>"))
    return {"home": home, "a": a, "b": b}


def same(one: Observation, other: Observation) -> bool:
    return replace(one, evidence=()) == replace(other, evidence=())


# --- what is asked, and what is kept of it ------------------------------------------------------


def test_where_nothing_changed_hardly_anything_comes(engine: Engine, tmp_path: Path) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            first, second = await web.night(), await web.night()
            assert same(first.seen, second.seen)
            assert same(second.seen, await web.plain())
            assert {second.conditions[path] for path in ("/", "/a", "/b")} == {'"1"'}
            assert second.sent < first.sent / 10
            assert second.dialled == 1
            assert second.size < first.size / 3
            assert [one.status for one in second.words] == [304, 304, 304]
            came = {one.url: one for one in first.seen.evidence}
            for one in second.words:
                assert one.sha256 == came[one.url].sha256
                assert one.bytes_at == came[one.url].fetched_at.replace(microsecond=0)
        assert list(verify(engine, tmp_path)) == []

    asyncio.run(look())


def test_a_date_serves_where_there_is_no_tag(engine: Engine, tmp_path: Path) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site(tag="", modified=LONG_AGO)) as web:
            first, second = await web.night(), await web.night()
            assert {second.conditions[path] for path in ("/", "/a", "/b")} == {LONG_AGO}
            assert second.sent < first.sent / 10
            assert same(first.seen, second.seen)

    asyncio.run(look())


def test_bytes_that_come_again_are_kept_once(engine: Engine, tmp_path: Path) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site(tag="")) as web:
            first, second, third = [await web.night() for _ in range(3)]
            kinds = [one.kind for one in members_of(second.path)]
            assert kinds.count("revisit") == 3
            assert second.counted.refers_to == third.counted.refers_to == {first.path.name}
            assert second.words == []
            assert same(first.seen, third.seen)
            late = await web.night(OLDEST / DAY + 1)
            assert late.counted.refers_to == frozenset()

    asyncio.run(look())


def test_a_page_that_changed_comes(engine: Engine, tmp_path: Path) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            web.pages["/a"] = tagged("8 (38250) 3-11-22", '"2"')
            second = await web.night()
            assert len(second.words) == 2
            assert same(second.seen, await web.plain())
            third = await web.night()
            assert third.conditions["/a"] == '"2"'
            assert same(third.seen, second.seen)

    asyncio.run(look())


def test_after_some_days_the_bytes_are_asked_for(engine: Engine, tmp_path: Path) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            later = await web.night(8)
            assert later.words == []
            assert not {"/a", "/b"} & set(later.conditions)

    asyncio.run(look())


# --- what is not believed -----------------------------------------------------------------------


def test_a_site_on_which_an_accusation_rests_is_asked_for_its_bytes(
    engine: Engine, tmp_path: Path
) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            second = await web.night(is_believed=False)
            assert (second.conditions, second.words) == ({}, [])

    asyncio.run(look())


def test_a_server_that_says_304_to_anything_is_not_believed(engine: Engine, tmp_path: Path) -> None:
    """With the very tag that it is asked by."""

    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            web.pages["/a"].body = web.pages["/a"].body.replace("46", "47", 1)
            web.changes = lambda told, condition: not_modified(condition) if condition else told
            second = await web.night(3)
            assert second.words == []
            assert same(second.seen, await web.plain())
            assert (await web.night(3)).conditions == {}

    asyncio.run(look())


def test_a_page_that_came_otherwise_under_the_same_tag_ends_the_belief(
    engine: Engine, tmp_path: Path
) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            web.pages["/"].body = web.pages["/"].body.replace("Учим", "Любим", 1)
            web.pages["/a"].body = web.pages["/a"].body.replace("46", "47", 1)
            later = await web.night(3)  # when the home page is asked for itself
            assert later.words == []
            assert same(later.seen, await web.plain())
            assert (await web.night(4)).conditions == {}
            assert set((await web.night(40)).conditions)

    asyncio.run(look())


def test_words_taken_before_it_was_seen_are_taken_back(engine: Engine, tmp_path: Path) -> None:
    """A page beside the home page shows it: then all are asked for once more."""

    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            web.pages["/a"].body = web.pages["/a"].body.replace("46", "47", 1)
            web.pages["/a"].answers_304 = False  # it comes, under the tag that it had
            second = await web.night()
            assert ("/", '"1"') in second.asked
            assert ("/", "") in second.asked
            assert second.words == []
            assert same(second.seen, await web.plain())

    asyncio.run(look())


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"vary": "*"}, 0),
        ({"set-cookie": "a=b"}, 1),  # the home page is asked for before there is one
        ({"vary": "Cookie, user-agent"}, 3),
    ],
)
def test_what_is_another_for_everybody_is_asked_for_its_bytes(
    engine: Engine, tmp_path: Path, told: Mapping[str, str], words: int
) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site(more=told)) as web:
            await web.night()
            assert len((await web.night()).words) == words

    asyncio.run(look())


def test_a_304_that_nobody_asked_for_is_no_answer(engine: Engine, tmp_path: Path) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            web.pages["/a"].answers_304 = True
            for days in (0.0, 8.0):
                night = await web.night(days, is_believed=False)
                assert night.words == []
                assert same(night.seen, await web.plain())

    asyncio.run(look())


def test_a_304_with_another_tag_is_followed_by_a_plain_question(
    engine: Engine, tmp_path: Path
) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            await web.night()
            web.pages["/a"].body = web.pages["/a"].body.replace("46", "47", 1)
            web.changes = lambda told, _: told.replace(b'304 x\r\netag: "1"', b'304 x\r\netag: "7"')
            second = await web.night()
            assert [one for one in second.asked if one[0] == "/a"] == [("/a", '"1"'), ("/a", "")]
            assert second.words == []
            assert same(second.seen, await web.plain())

    asyncio.run(look())


@pytest.mark.parametrize("spoil", ["unlink", "change"])
def test_where_the_original_is_gone_the_bytes_are_asked_for(
    engine: Engine, tmp_path: Path, spoil: str
) -> None:
    async def look() -> None:
        async with a_web(engine, tmp_path, **site()) as web:
            first = await web.night()
            if spoil == "unlink":
                first.path.unlink()
            else:
                whole = first.path.read_bytes()
                first.path.write_bytes(bytes(byte ^ 1 for byte in whole))
            second = await web.night()
            assert second.words == []
            assert same(second.seen, await web.plain())

    asyncio.run(look())

"""Workers on PostgreSQL: they share a run, and the report is that of a single process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, func, make_url
from sqlmodel import select

from collectors.model import Page
from monitor.application import opened, real_time
from monitor.audit.begin import AuditRequest, StoppedError
from monitor.audit.executor import Executor, ExecutorError
from monitor.audit.reading import RunContext
from monitor.audit.run import audit
from monitor.config import Settings, load_settings
from monitor.reporting.stored import report_of, write
from monitor.sandbox import Community, Limits, OkGroup, Post, Running, Token, World, serve
from monitor.service.nights import Service
from monitor.service.queue_executor import SHARDS, QueueExecutor, by_host, queue_executor
from monitor.service.worker import order_night, work
from monitor.storage import jobs, nights
from monitor.storage.database import open_database, session
from monitor.storage.heartbeats import SCHEMA, alive, options_of, queue_fault
from monitor.storage.jobs import Job
from monitor.storage.tables import LockRow, ObservationRow
from monitor.storage.verifying import verify
from tests.cast import NOW
from tests.monitor.conftest import Office
from tests.monitor.pipeline import QUICK, school
from tests.monitor.sandboxes import SITE
from tests.monitor.starts import fork_server
from tests.monitor.test_postgresql import dozor
from tests.monitor.test_thrifty_groups import group as lively_group
from tests.monitor.test_thrifty_nights import community as lively_page
from tests.monitor.test_thrifty_nights import member as whole_member
from tests.waiting import until

ALONE, SHARED = ("first", "second"), ("third", "fourth")  # whose day is unspent
RATE, DAY = 6, 60
PAGES = 20  # of each of two towns


def _community(number: int) -> Community:
    posts = tuple(Post(id=n, published_at=NOW.replace(day=n), text=f"{number}/{n}") for n in (3, 9))
    return Community(
        id=number, name=f"Школа № {number}", posts=posts, government_mark=number % 3 > 0
    )


REGION = World(
    communities=tuple(_community(number) for number in range(1, 2 * PAGES + 1)),
    ok_groups=tuple(OkGroup(id=number, name=f"Школа № {number}") for number in (1, 2, PAGES + 1)),
    sites=(SITE,),
    tokens=tuple(Token(value=one) for one in (*ALONE, *SHARED)),
    limits=Limits(requests_per_second=RATE, wall_get_per_day=DAY),
    clock=NOW,
)


@dataclass
class Region:
    """Two towns in a sandbox; settings for the one database or the other."""

    folder: Path
    sandbox: Running
    pages: int = PAGES
    member: Callable[[int], dict[str, Any]] = lambda number: school(
        number, f"https://vk.com/club{number}"
    )

    def config(self, database: str) -> Path:
        for town, first in (("town", 1), ("village", PAGES + 1)):
            self._write_registry(town, first)
        sections = {
            **QUICK,
            "registry": ["town.toml", "village.toml"],
            "storage": {"database": database, "evidence": f"evidence-{len(database)}"},
            "workers": {"pages": 4, "heartbeat_seconds": 1},
            "vk": {**QUICK["vk"], "api_url": self.sandbox.vk_url, "requests_per_second": RATE,
                   "wall_get_per_day": DAY, "reserve_per_day": 0},
            "ok": {**QUICK["ok"], "api_url": self.sandbox.ok_api_url,
                   "site_url": self.sandbox.ok_site_url},
        }  # fmt: skip
        path = self.folder / f"config-{len(database)}.toml"
        path.write_text(tomli_w.dumps(sections), "utf-8")
        return path

    def settings(self, database: str, tokens: tuple[str, ...]) -> Settings:
        return load_settings(self.config(database), secrets(tokens))

    def _write_registry(self, town: str, first: int) -> None:
        members = [self.member(number) for number in range(first, first + self.pages)]
        members[0]["page"].append({"url": f"https://ok.ru/group/{first}"})
        members[0]["site"] = self.sandbox.site_url("school")
        registry = {
            "municipality": {"id": town, "name": town, "timezone": "Asia/Tomsk",
                             "packs": ["kedrovy-2022-298"]},
            "institution": members,
        }  # fmt: skip
        (self.folder / f"{town}.toml").write_text(tomli_w.dumps(registry), "utf-8")


def secrets(tokens: tuple[str, ...]) -> Mapping[str, str]:
    return {"VK_TOKENS": ",".join(tokens)}


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Region]:
    with serve(REGION) as sandbox:
        yield Region(tmp_path, sandbox)


def at_work(config: Path, secrets: Mapping[str, str]) -> None:
    """What `dozor worker` does."""
    work(load_settings(config, secrets), real_time)


@contextmanager
def crew(config: Path, secrets: Mapping[str, str], size: int) -> Iterator[list[ForkServerProcess]]:
    context = fork_server()
    members = [context.Process(target=at_work, args=(config, dict(secrets))) for _ in range(size)]
    for one in members:
        one.start()
    try:
        yield members
    finally:
        for one in members:
            if one.is_alive() and one.pid:
                os.kill(one.pid, signal.SIGTERM)
        for one in members:
            one.join()


def told(settings: Settings, path: Path, as_of: datetime = NOW, **options: Any) -> dict[str, Any]:
    """Audit the region; what the report says, but for times and the ids of records."""
    with opened(settings) as application:
        done = audit(application, AuditRequest(as_of=as_of), **options)
        assert list(verify(application.engine, settings.storage.evidence)) == []
        write(report_of(application, done), "json", path)
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for name in ("started_at", "finished_at"):
        content["audit"].pop(name)
    content["audit"]["collection"].pop("requests")  # control pages are asked for by each batch
    for institution in content["institutions"]:
        for finding in institution["findings"]:
            finding["evidence"] = sorted(one["url"] for one in finding["evidence"])
    return content


def test_three_workers_one_of_them_killed_report_what_one_process_reports(
    region: Region, new_database: str
) -> None:
    first = region.settings(f"sqlite:///{region.folder / 'one.db'}", ALONE)
    single = told(first, region.folder / "1")
    config, known = region.config(new_database), secrets(SHARED)
    with crew(config, known, 3) as members:
        killer = fork_server().Process(target=kill_one, args=(config, known))
        killer.start()
        both = told(load_settings(config, known), region.folder / "2", executors=queue_executor)
        killer.join()
    assert killer.exitcode == 0
    assert [one.exitcode for one in members].count(-signal.SIGKILL) == 1
    assert both == single
    _assert_within_limits(region.sandbox)


def test_workers_leave_unread_in_the_second_night_what_one_process_leaves(
    tmp_path: Path, new_database: str
) -> None:
    """Walls in VK, whole pages in OK, and a site but for its home page; who is accused (of no site)
    is asked for by both."""
    numbers = (1, 2, PAGES + 1, PAGES + 2)
    tuesday = NOW + timedelta(days=1)
    world = replace(
        REGION,
        communities=tuple(map(lively_page, numbers)),
        ok_groups=tuple(lively_group(number, id=number) for number in numbers),
    )
    with serve(world) as sandbox:
        small = Region(tmp_path, sandbox, pages=2, member=_in_both)
        alone = small.settings(f"sqlite:///{tmp_path}/one.db", ALONE)
        config, known = small.config(new_database), secrets(SHARED)
        together = load_settings(config, known)
        with crew(config, known, 2):
            nights = {}
            for as_of in (NOW, tuesday):
                sandbox.set_clock(as_of)
                nights[as_of] = (
                    told(alone, tmp_path / "1", as_of),
                    told(together, tmp_path / "2", as_of, executors=queue_executor),
                )
    first, second = nights[NOW], nights[tuesday]
    assert first[0] == first[1]
    assert second[0] == second[1]
    assert first[0]["audit"]["collection"]["at_rest"] == 0
    assert second[0]["audit"]["collection"]["at_rest"] == 5


def _in_both(number: int) -> dict[str, Any]:
    told = whole_member(number)
    is_first = number in (1, PAGES + 1)  # those have a page in OK already
    in_ok = [] if is_first else [{"url": f"https://ok.ru/group/{number}"}]
    return {**told, "page": [*told["page"], *in_ok]}


def _assert_within_limits(sandbox: Running) -> None:
    """Over any stretch: what three processes of three a second each would do is thrice as much."""
    log = [call for call in sandbox.log() if call.token in SHARED]
    for token in SHARED:
        times = [call.at for call in log if call.token == token and not call.inner]
        for first, begin in enumerate(times):
            for last, end in enumerate(times[first:], first):
                assert last - first <= RATE * (end - begin) + RATE
        assert sum(call.token == token and call.method == "wall.get" for call in log) <= DAY
    assert len([call for call in log if not call.inner]) > 2 * RATE


def kill_one(config: Path, secrets: Mapping[str, str]) -> None:
    """The first worker that has evidence, while it and the run are in the middle of it."""
    settings = load_settings(config, secrets)
    worker = _first_to_read(settings)
    engine = open_database(settings.storage.database)
    until(lambda: jobs.states(engine, "audit-1")["doing"] == 3)
    os.kill(worker, signal.SIGKILL)
    assert jobs.states(engine, "audit-1")["doing"] > 0  # its own; the others may be through theirs
    engine.dispose()


def _first_to_read(settings: Settings) -> int:
    """The number of the process that has written evidence first."""
    files = settings.storage.evidence
    file = until(lambda: next((one for one in files.glob("*-*-*.gz") if one.stat().st_size), None))
    return int(file.name.split("-")[2])


def test_a_worker_that_only_seemed_dead_spoils_nothing(region: Region, new_database: str) -> None:
    """Stopped until another has its job, then woken: it finds that the job is no longer its own."""
    first = region.settings(f"sqlite:///{region.folder / 'one.db'}", ALONE)
    single = told(first, region.folder / "1")
    config, known = region.config(new_database), secrets(SHARED)
    with crew(config, known, 2) as members:
        stopper = fork_server().Process(target=stop_one, args=(config, known))
        stopper.start()
        both = told(load_settings(config, known), region.folder / "2", executors=queue_executor)
        stopper.join()
        assert (stopper.exitcode, [one.exitcode for one in members]) == (0, [None, None])
    assert both == single


def stop_one(config: Path, secrets: Mapping[str, str]) -> None:
    settings = load_settings(config, secrets)
    worker = _first_to_read(settings)
    engine = open_database(settings.storage.database)
    until(lambda: _stopped_at_work(engine, worker))
    until(lambda: _given_away(engine))
    os.kill(worker, signal.SIGCONT)
    engine.dispose()


def _stopped_at_work(engine: Engine, worker: int) -> bool:
    """Both hold a job while this one stands still, with nothing locked in the database: another
    would wait for that. Else it is woken, for another try."""
    os.kill(worker, signal.SIGSTOP)
    if jobs.states(engine, "audit-1")["doing"] == 2 and not _transactions(engine):
        return True
    os.kill(worker, signal.SIGCONT)
    return False


def _transactions(engine: Engine) -> int:
    """Of all but this connection."""
    with engine.connect() as connection:
        count = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND state <> 'idle'"""
        return int(connection.exec_driver_sql(count).scalar_one())


def _given_away(engine: Engine) -> int:
    with engine.connect() as connection:
        count = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs WHERE attempts > 0"
        return int(connection.exec_driver_sql(count).scalar_one())


def test_a_night_whose_worker_is_killed_is_finished_by_another(
    region: Region, new_database: str
) -> None:
    config, known = replace(region, pages=6).config(new_database), secrets(SHARED)
    settings, engine = load_settings(config, known), open_database(new_database)
    jobs.prepare(engine)
    for _ in range(2):
        order_night(Service(settings, real_time))
    with crew(config, known, 2) as members:
        os.kill(until(lambda: _who_holds_the_night(engine)), signal.SIGKILL)
        assert nights.last_good(engine) is None
        done = until(lambda: nights.last_good(engine))
        assert alive(engine, 1.0) == 1
        until(lambda: jobs.states(engine, "night") == Counter())
    assert [one.exitcode for one in members].count(-signal.SIGKILL) == 1
    assert done.audit_id == 1
    assert list(verify(engine, settings.storage.evidence)) == []
    assert len(list(settings.reports.directory.glob("audit-000001*"))) >= 2
    engine.dispose()


def _who_holds_the_night(engine: Engine) -> int | None:
    """The number of the process that orders and waits, once something has been read."""
    with session(engine) as opened:
        held = opened.get(LockRow, "audit")
        begun = opened.exec(select(ObservationRow.id).limit(1)).first()
    return int(held.holder.split(":")[1]) if held and begun else None


def test_an_audit_that_broke_off_goes_on(region: Region, new_database: str) -> None:
    settings = replace(region, pages=4).settings(new_database, SHARED)
    with (
        opened(settings, stopping=lambda: bool(_read(settings))) as application,
        pytest.raises(StoppedError),
    ):
        audit(application, AuditRequest(as_of=NOW))
    before = _read(settings)
    assert 0 < before < 11
    content = told(settings, region.folder / "3")
    assert (content["audit"]["id"], _read(settings)) == (1, 11)


def _read(settings: Settings) -> int:
    engine = open_database(settings.storage.database)
    with session(engine) as opened:
        count = opened.exec(select(func.count()).select_from(ObservationRow)).one()
    engine.dispose()
    return count


# --- the queue --------------------------------------------------------------------------------


@pytest.fixture
def queue(new_database: str) -> Iterator[Engine]:
    engine = open_database(new_database)
    jobs.prepare(engine)
    yield engine
    engine.dispose()


def _put(queue: Engine, *marks: str) -> list[bool]:
    address = queue.url.render_as_string(hide_password=False)
    with jobs.job_queue_alone(address) as app:
        return [jobs.put(app, Job(task="read", mark=mark, arguments={})) for mark in marks]


def test_a_job_that_waits_is_not_put_twice(queue: Engine) -> None:
    assert _put(queue, "audit-1:1:0", "audit-1:1:0", "audit-11:1:0") == [True, False, True]
    assert jobs.states(queue, "audit-1") == {"todo": 1}
    jobs.forget(queue, "audit-1")
    assert (jobs.states(queue, "audit-1"), jobs.states(queue, "audit-11")) == ({}, {"todo": 1})


def test_the_job_of_a_dead_worker_is_given_away_once_and_fails_in_the_end(queue: Engine) -> None:
    _put(queue, "audit-1:1:0")
    for attempts in range(3):
        _take_and_die(queue)
        assert jobs.is_mine(queue, 1, attempts)
        _rescue_by_two(queue)
        assert not jobs.is_mine(queue, 1, attempts)
    _take_and_die(queue)
    _rescue_by_two(queue)
    assert jobs.states(queue, "audit-1") == {"failed": 1}


def _take_and_die(queue: Engine) -> None:
    with queue.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL search_path TO {jobs.SCHEMA}")
        connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'doing'")


def _rescue_by_two(queue: Engine) -> None:
    async def rescue() -> None:
        app = jobs.queue(queue.url.render_as_string(hide_password=False))
        async with app.open_async():
            await asyncio.gather(*(jobs.rescue(app, 1.0, 3) for _ in range(2)))

    asyncio.run(rescue())


@pytest.mark.parametrize("password", ["a b", "a'b", "a\\b", "a+b%20@/:c", "пароль", "' user='x"])
def test_the_queue_reads_a_password_as_the_tables_do(password: str) -> None:
    url = make_url("postgresql+psycopg://u@h:5433/db?options=-c%20work_mem%3D8MB")
    address = url.set(password=password).render_as_string(hide_password=False)
    options = options_of(address)
    read = conninfo_to_dict(options["conninfo"])
    assert {name: read[name] for name in ("user", "host", "port", "dbname", "password")} == {
        "user": "u", "host": "h", "port": "5433", "dbname": "db", "password": password,
    }  # fmt: skip
    assert options["kwargs"]["options"] == f"-c work_mem=8MB -c search_path={jobs.SCHEMA}"


def test_who_stands_still_after_a_statement_of_the_queue_holds_nothing(queue: Engine) -> None:
    """Or whoever takes his job over would wait for him."""
    _put(queue, "audit-1:1:0")

    async def held() -> int:
        app = jobs.queue(queue.url.render_as_string(hide_password=False))
        async with app.open_async(), app.connector.pool.connection() as standing_still:  # type: ignore[attr-defined]
            await standing_still.execute("SELECT id FROM procrastinate_jobs FOR UPDATE")
            with queue.connect() as other:
                taken = f"SELECT id FROM {SCHEMA}.procrastinate_jobs FOR UPDATE NOWAIT"
                return len(other.exec_driver_sql(taken).all())

    assert asyncio.run(held()) == 1


def test_the_doctor_tries_the_queues_own_connection(office: Office, new_database: str) -> None:
    office.set("storage", database=new_database)
    assert "очередь рабочих процессов: отвечает" in dozor(office, "doctor")
    assert queue_fault(new_database.replace("/dozor_", "/no_dozor_"))


def test_a_queue_of_another_version_is_built_anew(queue: Engine) -> None:
    _put(queue, "audit-1:1:0")
    jobs.prepare(queue)
    assert jobs.states(queue, "audit-1") == {"todo": 1}
    with queue.begin() as connection:
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {jobs.SCHEMA} IS '0.1'")
    jobs.prepare(queue)
    assert jobs.states(queue, "audit-1") == {}


def test_a_run_that_nobody_works_for_is_told(region: Region, new_database: str) -> None:
    @contextmanager
    def nobody(of: RunContext) -> Iterator[Executor]:
        jobs.prepare(of.context.engine)
        yield QueueExecutor(of, patience=0.5)

    with (
        opened(region.settings(new_database, SHARED)) as application,
        pytest.raises(ExecutorError, match="запустите dozor worker"),
    ):
        audit(application, AuditRequest(as_of=NOW), executors=nobody)


# --- who has which host -----------------------------------------------------------------------


def test_no_host_is_in_the_hands_of_two() -> None:
    pages = [
        Page(institution="x", network="site", address=f"https://{www}school-{n % 90}.ru/{n}")
        for n in range(400)
        for www in ("", "www.")
    ]
    lock_of: dict[str, str] = {}
    for batch, lock in by_host("site", pages):
        assert len(batch) <= 100
        for page in batch:
            host = page.address.split("/")[2].removeprefix("www.")
            assert lock_of.setdefault(host, lock) == lock
    assert 1 < len(set(lock_of.values())) <= SHARDS


def test_a_worker_whose_watch_fails_ends_as_failed(region: Region, new_database: str) -> None:
    engine = open_database(new_database)
    with crew(region.config(new_database), secrets(ALONE), 1) as (worker,):
        until(lambda: alive(engine, 1.0) == 1)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {SCHEMA} CASCADE")
        worker.join(60)
        assert worker.exitcode == 1
    engine.dispose()


def test_a_worker_that_is_asked_to_end_has_not_failed(region: Region, new_database: str) -> None:
    engine = open_database(new_database)
    with crew(region.config(new_database), secrets(ALONE), 1) as (worker,):
        until(lambda: alive(engine, 1.0) == 1)
    engine.dispose()
    assert worker.exitcode == 0


# --- without PostgreSQL -----------------------------------------------------------------------


@pytest.mark.parametrize("words", [["worker"], ["serve", "--workers"], ["audit", "--workers"]])
def test_workers_need_postgresql(office: Office, words: list[str]) -> None:
    assert "dozor storage move" in dozor(office, *words, status=2)


def test_a_single_machine_loads_no_queue_and_no_driver() -> None:
    modules = "cli, audit.run, service.nights, service.health, errors.explain, commands.audit, "
    modules += "commands.serve, commands.worker"
    names = ", ".join(f"monitor.{name}" for name in modules.split(", "))
    program = f"import sys, {names}; print({{'procrastinate', 'psycopg'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr

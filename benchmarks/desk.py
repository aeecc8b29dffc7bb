"""What the desk costs: a page over a region, twenty clients during nights, memory over requests.

    python -m benchmarks.all --only desk [--full]

The region is that of benchmarks/region.py with one audit of thirty findings an institution; «Свод»
is asked over a socket, the client's own work counted in. The nights are the demo's town, read from
the sandbox by `dozor audit` one after another while twenty clients read pages and assign findings
through `dozor desk`; the same nights are then run with nobody there, and their findings compared.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import tomli_w

from benchmarks.figures import Figure, Size
from benchmarks.judge import NOW
from benchmarks.judging import rendered
from benchmarks.nights import _begun, _finished, _found, _judged
from benchmarks.region import application, municipalities
from benchmarks.running import measured
from monitor.application import Application, opened, real_time
from monitor.cases.board import catch_up
from monitor.commands.demo import demo_settings, play_month
from monitor.config import load_settings
from monitor.desk.gate.visiting import SESSION
from monitor.sandbox import Running, demo_world, serve
from monitor.storage import audits, findings, statements
from rules.cases.model import Assignment
from tests.monitor.desk.people import account, key_of
from tests.monitor.desk.served import Visit, served, visit
from tests.waiting import free_port, until

CLIENTS = 20
REGION = {Size.TINY: 20, Size.QUICK: 500, Size.FULL: 5_300}  # institutions
SECONDS = {Size.TINY: 2, Size.QUICK: 20, Size.FULL: 60}  # that clients keep coming
REQUESTS = {Size.TINY: 200, Size.QUICK: 2_000, Size.FULL: 10_000}
SHARE = 1 / 50  # of the region's report: what its first page on the desk may cost
ASKED = 20  # times a page is asked
FLAT_MB = 8.0
DAY = timedelta(days=1)
READ = ("/", "/summary", "/night", "/terms", "/send", "/journal", "/registry")
DOZOR = Path(sys.executable).with_name("dozor")


def figures(size: Size) -> Iterator[Figure]:
    count = REGION[size]
    page = measured(summary_page, count).value
    report = measured(rendered, "html", count).value
    yield Figure(
        what=f"desk: «Свод» of {count:,} institutions, its first page",
        value=1000 * page.cpu,
        unit="CPU ms",
        at_most=1000 * SHARE * report.cpu if size is Size.FULL else None,
        reference="rendering the region's report",
        ratio=page.cpu / report.cpu,
        note=f"the board worked out in {page.board:.1f} CPU s",
    )
    yield from _of_busy(measured(busy, SECONDS[size], REQUESTS[size]).value)


def _of_busy(done: Busy) -> Iterator[Figure]:
    what = f"desk: {CLIENTS} clients during {done.nights} nights"
    note = f"{done.answers / done.seconds:.0f} answers a second, {done.decisions} decisions"
    yield Figure(what=f"{what}: errors", value=done.errors, unit="", at_most=0, note=note)
    yield Figure(what=f"{what}: lost decisions", value=done.lost, unit="", at_most=0)
    yield Figure(what=f"{what}: findings changed", value=done.changed, unit="", at_most=0)
    yield Figure(what=f"{what}: the slowest of a hundred answers", value=done.slow, unit="s")
    yield Figure(
        what=f"desk: memory grown over {done.requests:,} requests",
        value=done.grown_mb,
        unit="MB",
        at_most=FLAT_MB,
        note=f"{done.mb:.0f} MB at the end",
    )


# --- a page over a region -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds."""

    cpu: float
    board: float


def summary_page(institutions: int) -> Cost:
    with TemporaryDirectory(prefix="dozor-bench-") as folder:
        towns = municipalities(institutions)
        with application(Path(folder), towns, {}, lambda: NOW) as shown:
            _one_audit(shown, institutions)
            begun = time.process_time()
            catch_up(shown)
            board = time.process_time() - begun
            return Cost(_asked(shown), board)


def _one_audit(shown: Application, institutions: int) -> None:
    audit = _begun(shown.engine, NOW - DAY)
    _judged(shown.engine, audit, _found(), institutions)
    _finished(shown.engine, audit)


def _asked(shown: Application) -> float:
    with served(shown) as address, _inside(address, shown, NOW) as guest:
        _read(guest, "/summary")
        begun = time.process_time()
        for _ in range(ASKED):
            _read(guest, "/summary")
        return (time.process_time() - begun) / ASKED


@contextmanager
def _inside(address: str, shown: Application, at: datetime) -> Iterator[Visit]:
    towns = [one.id for one in shown.municipalities]
    number = account(shown.engine, "operator", towns)
    with visit(address) as guest:
        guest.client.cookies.set(SESSION, key_of(shown.engine, number, at))
        yield guest


def _read(guest: Visit, path: str) -> None:
    if (answer := guest.get(path)).status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}; these figures mean nothing")


# --- clients during nights ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Busy:
    nights: int
    seconds: float
    answers: int
    decisions: int
    errors: int
    lost: int
    changed: int  # findings that differ from those of nights with nobody there
    slow: float  # seconds, of a hundred answers the slowest
    requests: int
    grown_mb: float
    mb: float


@dataclass
class Came:
    """What one client met."""

    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    recorded: int = 0


def busy(seconds: float, requests: int) -> Busy:
    now = real_time() - 60 * DAY  # so that nights to come are past as well
    with TemporaryDirectory(prefix="dozor-bench-") as folder, serve(demo_world(now)) as running:
        watched, alone = Path(folder) / "watched", Path(folder) / "alone"
        with opened(demo_settings(running, watched)) as shown, redirect_stdout(sys.stderr):
            play_month(shown, running, now)
        shutil.copytree(watched, alone)
        port = free_port()
        with opened(load_settings(_on_port(watched, port), running.settings())) as shown:
            before = _assigned(shown)
            with _desk(watched, port) as process:
                nights, came = _both(shown, running, now, _Place(port, seconds))
                grown, most = _after(shown, port, process.pid, requests)
            told = _assigned(shown) - before
            met = _nights_of(shown)
        for night in nights:
            _night(running, alone, night)
        with opened(load_settings(alone / "config.toml", running.settings())) as shown:
            changed = len(met ^ _nights_of(shown))
    return _summed(came, seconds, len(nights), told, changed, (requests, grown, most))


@dataclass(frozen=True, slots=True)
class _Place:
    port: int
    seconds: float

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _summed(
    came: Sequence[Came],
    seconds: float,
    nights: int,
    told: int,
    changed: int,
    memory: tuple[int, float, float],
) -> Busy:
    for line in sorted({error for one in came for error in one.errors}):
        print(f"  {line}", file=sys.stderr)
    took = sorted(second for one in came for second in one.took)
    said = sum(one.recorded for one in came)
    return Busy(
        nights=nights,
        seconds=seconds,
        answers=len(took),
        decisions=said,
        errors=sum(len(one.errors) for one in came),
        lost=said - told,
        changed=changed,
        slow=took[int(len(took) * 0.99) - 1],
        requests=memory[0],
        grown_mb=memory[1],
        mb=memory[2],
    )


def _on_port(folder: Path, port: int) -> Path:
    file = folder / "config.toml"
    told = tomli_w.dumps({"desk": {"address": f"127.0.0.1:{port}"}})
    file.write_text(f"{file.read_text('utf-8')}\n{told}", "utf-8")
    return file


@contextmanager
def _desk(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(DOZOR), "--config", str(folder / "config.toml"), "desk"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            until(lambda: _answers(port))
            yield process
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _both(
    shown: Application, running: Running, now: datetime, place: _Place
) -> tuple[list[datetime], list[Came]]:
    """Nights, one after another, for as long as the clients keep coming; at least one."""
    until_then = time.monotonic() + place.seconds
    came = [Came() for _ in range(CLIENTS)]
    account(shown.engine, "operator", [one.id for one in shown.municipalities])
    clients = [
        threading.Thread(target=_client, args=(shown, place, until_then, at, one))
        for at, one in enumerate(came)
    ]
    for client in clients:
        client.start()
    nights: list[datetime] = []
    while not nights or time.monotonic() < until_then:
        nights.append(now + (len(nights) + 1) * DAY)
        _night(running, shown.settings.file.parent, nights[-1])
    for client in clients:
        client.join()
    return nights, came


def _night(running: Running, folder: Path, as_of: datetime) -> None:
    running.set_clock(as_of)
    command = [str(DOZOR), "--config", str(folder / "config.toml"), "audit"]
    done = subprocess.run(
        [*command, "--as-of", as_of.isoformat()], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 3):
        raise SystemExit(f"the night of {as_of:%d.%m} ended with {done.returncode}: {done.stderr}")


def _client(shown: Application, place: _Place, until_then: float, at: int, came: Came) -> None:
    try:
        _work(shown, place, until_then, at, came)
    except (Exception, SystemExit) as error:  # told with the rest: a thread's own would be lost
        came.errors.append(f"{type(error).__name__}: {error}")


def _work(shown: Application, place: _Place, until_then: float, at: int, came: Came) -> None:
    """Reads a page, then assigns something at an institution; and again."""
    town = shown.municipalities[0]
    members = [one.id for one in town.institutions if one.pages]
    with _inside(place.address, shown, real_time()) as guest:
        turn = at
        while time.monotonic() < until_then:
            _timed(guest, READ[turn % len(READ)], came)
            _assign(guest, f"/institutions/{town.id}/{members[turn % len(members)]}", turn, came)
            turn += 1


def _timed(guest: Visit, path: str, came: Came) -> None:
    begun = time.monotonic()
    answer = guest.get(path)
    came.took.append(time.monotonic() - begun)
    if answer.status_code != 200:
        came.errors.append(f"GET {path}: {answer.status_code}")


def _assign(guest: Visit, institution: str, turn: int, came: Came) -> None:
    form = guest.page(f"{institution}/assign").select("form")[-1]
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    things = [str(one["value"]) for one in form.select("select[name=thing] option[value]")]
    if not any(things):
        return
    chosen = [one for one in things if one]
    fields |= {"thing": chosen[turn % len(chosen)], "to": "секретарь", "by": "оператор"}
    begun = time.monotonic()
    answer = guest.client.post(f"{institution}/assign", data=fields)
    came.took.append(time.monotonic() - begun)
    if answer.status_code == 303:
        came.recorded += 1
    else:
        came.errors.append(f"POST {institution}/assign: {answer.status_code}")


def _assigned(shown: Application) -> int:
    recorded = statements.recorded(shown.engine, shown.municipalities[0].id)
    return sum(isinstance(one.said, Assignment) for one in recorded)


def _nights_of(shown: Application) -> set[tuple[object, ...]]:
    """What each night found, without what only names the evidence."""
    return {
        (audit.as_of, one.institution, one.requirement, one.page, one.about, one.outcome,
         one.reason, repr(one.measured), one.because)
        for audit in audits.whole_since(shown.engine, shown.clock() - 99 * DAY, shown.clock())
        for one in findings.of_audit(shown.engine, audit)
    }  # fmt: skip


# --- memory over requests -----------------------------------------------------------------------


def _after(shown: Application, port: int, process: int, requests: int) -> tuple[float, float]:
    """Megabytes that the desk's process grew by after the first tenth, and has at the end."""
    with _inside(f"http://127.0.0.1:{port}", shown, real_time()) as guest:
        first = 0.0
        for at in range(requests):
            _read(guest, READ[at % len(READ)])
            if at == requests // 10:
                first = _resident(process)
    return _resident(process) - first, _resident(process)


def _resident(process: int) -> float:
    told = Path(f"/proc/{process}/status").read_text("ascii")
    return int(told.split("VmRSS:")[1].split()[0]) / 1024

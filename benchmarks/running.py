"""What both benchmarks of reading share: a run that only counts, and a table of the figures."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import uuid4

import httpx

from collectors.model import Evidence, Exchange, Run
from monitor.sandbox import World, serve

Value = TypeVar("Value")

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
WEEKS = timedelta(weeks=10)  # as an audit looks back


@dataclass
class Weights:
    """Keeps only how heavy the answers were."""

    sizes: list[int] = field(default_factory=list)

    def keep(self, exchange: Exchange) -> Evidence:
        self.sizes.append(len(exchange.body))
        return Evidence(
            record=uuid4().urn,
            sha256="0" * 64,
            url=exchange.url,
            fetched_at=exchange.fetched_at,
            status=exchange.status,
        )


class Plenty:
    """A budget without end."""

    def take(self, reader: str, method: str, calls: int) -> int:
        return calls

    def exhaust(self, reader: str, method: str) -> None:
        pass

    def left(self, reader: str, method: str) -> int:
        return 1_000_000

    def frees_in(self, reader: str, method: str) -> float | None:
        return None


def a_run(weights: Weights) -> Run:
    return Run(as_of=NOW, walls_since=NOW - WEEKS, evidence=weights, budget=Plenty())


@dataclass(frozen=True, slots=True)
class Apart:
    """A sandbox in a process of its own: neither its work nor its pauses are counted as ours."""

    vk_url: str
    ok_site_url: str
    control_url: str
    site_urls: dict[str, str]
    process: int

    def cpu(self) -> float:
        """Seconds of processor time that the sandbox has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def log(self, surface: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.control_url}/log", params={"surface": surface}, timeout=60)
        calls: list[dict[str, Any]] = answer.json()
        return calls


@contextmanager
def apart(shown: World) -> Iterator[Apart]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(shown, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join()


def _serve(shown: World, pipe: Connection) -> None:
    with serve(shown) as running:
        state = running.state
        urls = (running.vk_url, running.ok_site_url, running.control_url)
        pipe.send(Apart(*urls, dict(state.site_urls), os.getpid()))
        pipe.recv()


@dataclass(frozen=True, slots=True)
class Spent(Generic[Value]):
    """What a function gave, and what its process used up for it; memory is the most it held."""

    value: Value
    seconds: float
    cpu: float
    peak_mb: float


def measured(function: Callable[..., Value], *arguments: Any) -> Spent[Value]:
    """In a fresh process: only so its memory is its own. What it raises ends the benchmark."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_measure, args=(theirs, function, arguments)
    )
    process.start()
    theirs.close()
    try:
        spent: Spent[Value] = ours.recv()
    except EOFError:
        raise SystemExit(f"{function.__name__} broke down: see above") from None
    finally:
        process.join()
    return spent


def _measure(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    begun, cpu = time.monotonic(), time.process_time()
    value = function(*arguments)
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    pipe.send(Spent(value, seconds, cpu, peak_mb()))


def peak_mb() -> float:
    """Not ru_maxrss: after a fork that still tells of the parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("VmHWM")) / 1024


def most_in_a_second(moments: Sequence[float]) -> int:
    """The fullest second, wherever it begins."""
    times = sorted(moments)
    return max((sum(0 <= other - one < 1 for other in times) for one in times), default=0)


def show(rows: Sequence[Any], *, as_json: bool) -> None:
    """Rows of one dataclass, as a table or as JSON."""
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    names = [one.name for one in fields(rows[0])]
    table = [names, *([_cell(getattr(row, name)) for name in names] for row in rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(names))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def _cell(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)

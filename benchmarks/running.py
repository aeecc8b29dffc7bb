"""What both benchmarks of reading share: a run that only counts, and a table of the figures."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any
from uuid import uuid4

import httpx

from collectors.model import Evidence, Exchange, Run
from monitor.sandbox import World, serve

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
        pipe.send(Apart(running.vk_url, running.ok_site_url, running.control_url))
        pipe.recv()


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

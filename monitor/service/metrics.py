"""What a monitoring system asks: `/metrics` for Prometheus, `/health` for a simple probe.

Both are read from the database when they are asked for, so they tell the truth after a restart
and of audits that other processes ran. No address, name or token is ever shown; a token stands by
its fingerprint.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import Engine, func
from sqlmodel import col, select

from collectors.errors import UsageError
from monitor.application import real_time
from monitor.config import Settings
from monitor.logs import without_secrets
from monitor.mail.recipients import is_chat
from monitor.service.due import last_due
from monitor.storage import audits, history, nights
from monitor.storage.database import StorageError, connect, session
from monitor.storage.findings import counts_of
from monitor.storage.ledger import WINDOW
from monitor.storage.nights import Night
from monitor.storage.room import NOTHING_FITS, free_bytes
from monitor.storage.tables import CallRow, MessageRow
from reports.model import Audit

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Gauge = GaugeMetricFamily
LONGEST = timedelta(hours=12)  # that a night may take, or be late
METRICS: Mapping[str, tuple[str, Sequence[str]]] = {  # what they are, and by what they are told
    "dozor_last_success_timestamp_seconds": ("End of the last good night", ()),
    "dozor_pages": ("Pages and sites of the last audit", ("state", "reason")),
    "dozor_requests": ("Requests of the last audit", ("network",)),
    "dozor_institutions": ("By standing, last audit", ("standing",)),
    "dozor_findings": ("Findings of the last audit", ("outcome",)),
    "dozor_quota_used": ("Counted calls in 24 hours", ("reader", "method")),
    "dozor_messages": ("Letters, and messages to chats, by state", ("state", "kind")),
    "dozor_clock_believed": ("1, or 0 while nothing is removed for the clock's sake", ()),
}
SICK = "503 Service Unavailable"


class ListenError(UsageError):
    """Not HOST:PORT; the text is Russian."""


@contextmanager
def metrics_served(settings: Settings, clock: Clock, where: str | None) -> Iterator[None]:
    """Answer on HOST:PORT while the block runs; None: do not."""
    if where is None:
        yield
        return
    host, port = _split(where)
    engine = connect(settings.storage.database)
    answers = _application(settings, engine, clock)
    server = make_server(host, port, answers, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        engine.dispose()


def _split(where: str) -> tuple[str, int]:
    host, _, port = where.rpartition(":")
    if not host or not port.isdigit():
        raise ListenError(f"--metrics «{where}»: пишите адрес и порт, например 127.0.0.1:9108")
    return host.strip("[]"), int(port)


class _Quiet(WSGIRequestHandler):
    timeout = 10  # seconds for whoever has opened a line and says nothing

    def log_message(self, *_: Any) -> None:
        """A probe every few seconds is no news."""


class _Server(ThreadingMixIn, WSGIServer):
    """Each question in a thread of its own: one that is never finished keeps nobody waiting."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever asked may have hung up; the standard library would print past the log."""
        log.warning("a question was not answered", exc_info=True)


def _application(
    settings: Settings, engine: Engine, clock: Clock
) -> Callable[..., Iterable[bytes]]:
    metrics = make_wsgi_app(_registry(engine, clock))

    def told(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics":
            body: Iterable[bytes] = metrics(environ, start)
            return body
        if environ["PATH_INFO"] != "/health":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/health, /metrics\n"]
        status, state = health(settings, engine, clock())
        start(status, [("Content-Type", "application/json")])
        return [without_secrets(json.dumps(state)).encode()]

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """wsgiref itself would print the traceback past the log."""
        try:
            return told(environ, start)
        except Exception:
            log.exception("%s was not answered", environ["PATH_INFO"])
            start("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [b"see the log\n"]

    return answer


def metrics_text(engine: Engine, clock: Clock = real_time) -> str:
    """As Prometheus reads it."""
    return generate_latest(_registry(engine, clock)).decode()


def _registry(engine: Engine, clock: Clock) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Collected(engine, clock))
    return registry


def health(settings: Settings, engine: Engine, now: datetime) -> tuple[str, dict[str, Any]]:
    """200 while nights succeed, else 503 with the first of: storage, disk, failed, stuck, late."""
    try:
        last, good = nights.last(engine, now), nights.last_good(engine, now)
    except StorageError:
        return SICK, {"status": "storage"}
    at = good.finished_at if good else None
    status = _status(settings, last, good, now)
    told = {"status": status, "last_success": at.isoformat() if at else None}
    return ("200 OK" if status == "ok" else SICK), told


def _status(settings: Settings, last: Night | None, good: Night | None, now: datetime) -> str:
    if free_bytes(settings.storage.evidence) <= NOTHING_FITS:
        return "disk"
    if last is None:
        return "ok"  # the service is about to write down where it begins
    if last.failure:
        return "failed"
    if last.finished_at is None:
        return "stuck" if now - last.as_of > LONGEST else "ok"
    if (good or last).due_at < last_due(settings.schedule.trigger(), now - LONGEST):
        return "late"
    return "ok"


class _Collected:
    """Prometheus asks a collector for its metrics at every scrape."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        good = nights.last_good(self._engine, now)
        moment = good.finished_at.timestamp() if good and good.finished_at else 0.0
        last = _gauge("dozor_last_success_timestamp_seconds")
        last.add_metric([], moment)
        yield last
        if latest := audits.latest(self._engine, now=now):
            yield from _of_audit(self._engine, latest)
        yield from _of_calls(self._engine, now)
        yield from _of_outbox(self._engine)
        believed = _gauge("dozor_clock_believed")
        believed.add_metric([], _is_believed(self._engine, now))
        yield believed

    def describe(self) -> Iterator[Metric]:
        """Every name, so that `/metrics?name[]=…` finds it; nothing is read for that."""
        for name, (told, labels) in METRICS.items():
            yield Gauge(name, told, labels=labels)


def _is_believed(engine: Engine, now: datetime) -> bool:
    """As far as it matters: a machine that was off for some days alarms nobody."""
    doubt = history.doubt(engine, now)
    return doubt is None or not doubt.is_grave


def _of_audit(engine: Engine, audit: Audit) -> Iterator[Metric]:
    read = audit.collection
    pages = _gauge("dozor_pages")
    pages.add_metric(["read", ""], read.read)
    for reason, count in read.reasons.items():
        pages.add_metric(["unread", reason], count)
    yield pages
    yield _counter("dozor_requests", read.requests)
    yield _counter("dozor_institutions", audit.standings)
    outcomes = counts_of(engine, [audit.id]).get(audit.id, {})
    yield _counter("dozor_findings", dict(outcomes))


def _of_calls(engine: Engine, now: datetime) -> Iterator[Metric]:
    """Calls that count against a daily quota, by token's fingerprint."""
    since, until = now - WINDOW, now + WINDOW
    with session(engine) as opened:
        rows = opened.exec(
            select(CallRow.reader, CallRow.method, func.sum(CallRow.calls))
            .where(col(CallRow.at) > since, col(CallRow.at) < until)
            .group_by(CallRow.reader, CallRow.method)
        ).all()
    calls = _gauge("dozor_quota_used")
    for reader, method, count in rows:
        calls.add_metric([without_secrets(reader), method], count)
    yield calls


def _of_outbox(engine: Engine) -> Iterator[Metric]:
    with session(engine) as opened:
        rows = opened.exec(
            select(MessageRow.state, MessageRow.role, func.count()).group_by(
                MessageRow.state, MessageRow.role
            )
        ).all()
    found: Counter[tuple[str, str]] = Counter()
    for state, role, count in rows:
        found[state, "chat" if is_chat(role) else "letter"] += count
    messages = _gauge("dozor_messages")
    for labels, count in found.items():
        messages.add_metric(labels, count)
    yield messages


def _gauge(name: str) -> Gauge:
    told, labels = METRICS[name]
    return Gauge(name, told, labels=labels)


def _counter(name: str, counts: Any) -> Metric:
    gauge = _gauge(name)
    for key, count in counts.items():
        gauge.add_metric([without_secrets(key)], count)
    return gauge

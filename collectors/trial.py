"""A run that keeps nothing: for a look at whether a network answers, of which nothing is judged."""

from __future__ import annotations

from datetime import UTC, datetime

from collectors.model import Evidence, Exchange, Run


class _Unkept:
    def keep(self, exchange: Exchange) -> Evidence:
        return Evidence(
            record="", sha256="", url="", fetched_at=exchange.fetched_at, status=exchange.status
        )


class _Unbounded:
    def take(self, reader: str, method: str, calls: int) -> int:
        del reader, method
        return calls

    def exhaust(self, reader: str, method: str) -> None:
        del reader, method

    def left(self, reader: str, method: str) -> int:
        del reader, method
        return 0

    def frees_in(self, reader: str, method: str) -> float | None:
        del reader, method
        return None


def trial_run() -> Run:
    now = datetime.now(UTC)
    return Run(as_of=now, walls_since=now, evidence=_Unkept(), budget=_Unbounded())

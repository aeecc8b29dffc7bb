"""Nights that are killed again and again: by one service, by two of them, by workers.

A kill is aimed at a stage, which the database tells, and falls a random moment later: so a slow
machine has them as widely spread as a quick one, and few of them reach every stage.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from monitor.config import load_settings
from monitor.service.nights import Service, make_up, post
from monitor.service.worker import order_night, work
from monitor.storage import jobs, nights
from monitor.storage.database import session
from monitor.storage.tables import (
    AuditRow,
    JudgementRow,
    MessageRow,
    NightRow,
    ObservationRow,
)
from tests.monitor.conftest import Mailbox
from tests.monitor.pipeline import Town
from tests.monitor.starts import ended, start
from tests.waiting import until

SEED = 298

STAGES = ("start", "begin", "collect", "judge", "render", "queued", "claimed", "handing", "sent")
AIMS = ("start", "collect", "judge", "render", "queued", "handing", "sent")
A_NIGHT = 8  # kills; then it is let live
LOOK = 0.03  # seconds
LATER = 0.3  # seconds after a stage was reached, at most


@dataclass
class Nights:
    """Night after night, a minute apart, each killed again and again and then let live."""

    town: Town
    mailbox: Mailbox
    context: ForkServerContext
    engine: Engine
    wanted: int  # kills
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    kills: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    committed: set[int] = field(default_factory=set)
    a_night: int = A_NIGHT

    def live_through(self, now: datetime) -> None:
        for aim in self.aims(AIMS):
            if self.lived(now, aim):
                return
            self.was_killed(now)
        assert self.lived(now, None)

    def aims(self, stages: Sequence[str]) -> list[str]:
        """Of a night: every stage once and some again, if it has so many kills."""
        each = [*stages] if self.a_night >= len(stages) else []
        more = self.chance.choices(stages, k=self.a_night - len(each))
        return sorted([*each, *more], key=STAGES.index)

    def was_killed(self, now: datetime) -> None:
        self.kills += 1
        self.stages[self.stage(now)] += 1
        self.committed |= self.observed()

    def lived(self, now: datetime, aim: str | None) -> bool:
        """Whether the night came to its end before a SIGKILL did."""
        process = self.started(now)
        self.wait_for(aim, now, process)
        return ended(process)

    def wait_for(self, aim: str | None, now: datetime, process: ForkServerProcess) -> None:
        """Until the stage is reached and a random moment more, or the process is at its end."""
        while aim and process.exitcode is None and self.is_before(aim, now):
            process.join(LOOK)
        process.join(LATER * self.chance.random() ** 2 if aim else None)

    def is_enough(self) -> bool:
        return self.kills >= self.wanted and self.is_spread()

    def is_spread(self) -> bool:
        """On every stage; those of a letter are short, and one of them will do."""
        mails = sum(self.stages[one] for one in ("queued", "claimed", "handing", "sent"))
        others = [self.stages[one] for one in ("start", "collect", "judge", "render")]
        return min(others) >= max(1, self.wanted // 35) and mails >= max(1, self.wanted // 11)

    def started(self, now: datetime, target: Any = start) -> ForkServerProcess:
        settings = (self.town.folder / "config.toml", self.environment(), now)
        process = self.context.Process(target=target, args=settings)
        process.start()
        return process

    def environment(self) -> Mapping[str, str]:
        return self.town.sandbox.settings()

    def is_before(self, aim: str, now: datetime) -> bool:
        return STAGES.index(self.stage(now)) < STAGES.index(aim)

    def stage(self, now: datetime) -> str:
        """How far the night has come, by what stands in the database."""
        with session(self.engine) as opened:
            audit = opened.exec(select(AuditRow).where(AuditRow.as_of == now)).first()
            if audit is None:
                begun = opened.exec(select(NightRow).where(NightRow.as_of == now)).first()
                return "begin" if begun else "start"
            state = opened.exec(
                select(MessageRow.state).where(MessageRow.audit_id == audit.id)
            ).first()
            if state or audit.finished_at:
                return (state if state in STAGES else "sent") if state else "render"
            judged = select(JudgementRow.id).where(JudgementRow.audit_id == audit.id).limit(1)
            return "judge" if opened.exec(judged).first() else "collect"

    def observed(self) -> set[int]:
        with session(self.engine) as opened:
            return {number for number in opened.exec(select(ObservationRow.id)) if number}


class TwoServices(Nights):
    """On one database: one has the night in hand, and dies, or both do."""

    def is_spread(self) -> bool:
        return len(self.stages) >= min(4, self.wanted // 2)

    def lived(self, now: datetime, aim: str | None) -> bool:
        pair = [self.started(now) for _ in range(2)]
        self.chance.shuffle(pair)
        first, second = pair
        self.wait_for(aim, now, first)
        if aim and not ended(first):
            self.was_killed(now)
            goes_on = self.chance.random() < 0.5
            self.wait_for(None if goes_on else aim, now, second)
            return ended(second)
        return all([ended_by_itself(first), ended_by_itself(second)])


class Workers(Nights):
    """Two workers do the night, which is ordered twice; one that is killed is replaced."""

    def is_spread(self) -> bool:
        return len(self.stages) >= min(4, self.wanted // 3)

    def lived(self, now: datetime, aim: str | None) -> bool:
        """The night always comes to its end: somebody is always there."""
        crew = [self.started(now, at_work) for _ in range(2)]
        self.order(now)
        for one in self.aims(AIMS[1:]) if aim else ():
            self.kill_one(crew, one, now)
            self.order(now)
        until(lambda: self.is_over(now))
        for member in crew:
            os.kill(member.pid or 0, signal.SIGTERM)
        for member in crew:
            member.join()
            assert member.exitcode in (0, -signal.SIGTERM)  # before it had begun to listen
        assert ended_by_itself(self.started(now, posted))
        return True

    def kill_one(self, crew: list[ForkServerProcess], aim: str, now: datetime) -> None:
        victim = self.chance.choice(crew)
        while self.is_before(aim, now) and not self.is_over(now):
            victim.join(LOOK)
        victim.join(LATER * self.chance.random() ** 2)
        assert victim.exitcode is None
        victim.kill()
        victim.join()
        self.was_killed(now)
        crew.remove(victim)
        crew.append(self.started(now, at_work))

    def order(self, now: datetime) -> None:
        """By two services, and again after a break; only what is not done."""
        config, environment = self.town.folder / "config.toml", self.environment()
        service = Service(load_settings(config, environment), lambda: now)
        for _ in range(2):
            if make_up(service):
                order_night(service)

    def is_over(self, now: datetime) -> bool:
        last = nights.last(self.engine)
        is_done = bool(last and last.as_of == now and last.finished_at)
        return is_done and not jobs.states(self.engine, "night")


def at_work(config: Path, environment: Mapping[str, str], now: datetime) -> None:
    work(load_settings(config, environment), lambda: now)


def posted(config: Path, environment: Mapping[str, str], now: datetime) -> None:
    post(Service(load_settings(config, environment), lambda: now))


def ended_by_itself(process: ForkServerProcess) -> bool:
    process.join()
    return process.exitcode == 0

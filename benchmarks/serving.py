"""What `dozor serve` holds in memory and on the disk after so many nights in one process.

    python -m benchmarks.serving [--nights 120] [--every 60]

The demo town in a sandbox, with a real mail server beside it; a night every so many seconds. The
town's pages do not change, so what grows is what the service keeps: findings, evidence, letters.
CPU and memory are those of the service and its children together, read from /proc. Not a part of
`benchmarks.all`: 120 nights of a minute take two hours.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import tomli_w
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine, text

from benchmarks.running import show
from monitor.sandbox import Running, demo_world, serve, write_demo_registry
from monitor.storage.database import open_database
from tests.waiting import free_port

MEGABYTE = 1_000_000
TICK = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 1.0


class Sink:
    """Takes every letter and counts it."""

    def __init__(self) -> None:
        self.letters = 0

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.letters += 1
        return "250 taken"


@dataclass(frozen=True, slots=True)
class Row:
    """After so many nights; megabytes, and seconds of CPU since the service began."""

    nights: int
    memory: float
    most_memory: float
    database: float
    evidence: float
    reports: float
    cpu: float
    files: int
    letters: int


@dataclass(frozen=True, slots=True)
class Office:
    folder: Path
    environment: dict[str, str]
    mail: Sink
    engine: Engine

    def finished(self) -> int:
        """Nights that ended with an audit."""
        with self.engine.connect() as opened:
            asked = text("SELECT count(*) FROM night WHERE audit_id IS NOT NULL")
            return int(opened.execute(asked).scalar_one())

    def row(self, nights: int, process: int) -> Row:
        running = [*_family(process)]
        return Row(
            nights=nights,
            memory=sum(_memory(one, "VmRSS") for one in running),
            most_memory=sum(_memory(one, "VmHWM") for one in running),
            database=sum(_size(one) for one in self.folder.glob("dozor.db*")) / MEGABYTE,
            evidence=_below(self.folder / "evidence"),
            reports=_below(self.folder / "reports"),
            cpu=sum(_cpu(one) for one in running),
            files=len(list(Path(f"/proc/{process}/fd").iterdir())),
            letters=self.mail.letters,
        )


def rows(nights: int, every: int) -> Iterator[Row]:
    told = {1, 2, 5, 10, *range(20, nights + 1, 20), nights}
    with TemporaryDirectory(prefix="dozor-serving-") as folder, _office(Path(folder), every) as it:
        process = _started(it)
        try:
            done = 0
            while done < nights:
                time.sleep(LOOK_SECONDS)
                if process.poll() is not None:
                    raise SystemExit(f"the service ended: {_log(it).read_text('utf-8')[-2000:]}")
                now = it.finished()
                if now > done and told & set(range(done + 1, now + 1)):
                    yield it.row(now, process.pid)
                done = now
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def _office(folder: Path, every: int) -> Iterator[Office]:
    sink = Sink()
    mail = Controller(sink, hostname="127.0.0.1", port=free_port())
    with serve(demo_world(datetime.now(UTC))) as sandbox:
        mail.start()
        try:
            environment = _written(folder, sandbox, mail.port, every)
            yield Office(folder, environment, sink, open_database(f"sqlite:///{folder}/dozor.db"))
        finally:
            mail.stop()


def _written(folder: Path, sandbox: Running, port: int, every: int) -> dict[str, str]:
    registry = write_demo_registry(sandbox, folder)
    nightly = "* * * * *" if every == 60 else f"*/{every} * * * * *"
    sections = {
        "registry": [registry.name],
        "storage": {"database": "sqlite:///dozor.db", "evidence": "evidence"},
        "reports": {"directory": "reports"},
        "schedule": {"timezone": "Asia/Tomsk", "nightly": nightly},
        "mail": {
            "host": "127.0.0.1",
            "port": port,
            "recipients": ["deputy@example.org"],
            "operator": "operator@example.org",
        },
    }
    (folder / "config.toml").write_text(tomli_w.dumps(sections), "utf-8")
    return os.environ | sandbox.settings()


def _started(office: Office) -> subprocess.Popen[bytes]:
    dozor = Path(sys.executable).with_name("dozor")
    command = [dozor, "--config", office.folder / "config.toml", "serve"]
    with _log(office).open("wb") as log:
        return subprocess.Popen(command, env=office.environment, stdout=log, stderr=log)


def _log(office: Office) -> Path:
    return office.folder / "serve.log"


# --- /proc and the disk -----------------------------------------------------------------------


def _family(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _memory(process: int, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith(name))
    return kilobytes * 1024 / MEGABYTE


def _cpu(process: int) -> float:
    """Of the process and of the children that it has waited for."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICK


def _below(folder: Path) -> float:
    return sum(_size(file) for file in folder.rglob("*") if file.is_file()) / MEGABYTE


def _size(file: Path) -> int:
    """On the disk, in whole blocks."""
    return file.stat().st_blocks * 512


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--nights", type=int, default=120)
    parser.add_argument("--every", type=int, default=60, help="seconds between two nights")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = []
    for row in rows(given.nights, given.every):
        print(row, file=sys.stderr, flush=True)
        found.append(row)
    show(found, as_json=given.json)


if __name__ == "__main__":
    main()

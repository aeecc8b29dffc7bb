"""Makes one of these databases: run by the code of its time, from a checkout of the commit.

    PYTHONPATH=$PWD python make.py 0001 OUTPUT-FOLDER

An audit of one school of the sandbox's town, what the office attested, and a letter that no server
took; written out as SQL, with the evidence file beside it.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor.sandbox import demo_world, serve, write_demo_registry

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
CONFIG = """registry = ["{registry}"]
[schedule]
timezone = "Asia/Tomsk"
[mail]
port = 9
recipients = ["deputy@example.org"]
"""
COMMANDS = (
    "attest school-1 --kind two_factor --by директор --on 2026-03-01 --until 2027-03-01",
    "event school-1 --kind page_renamed --on 2026-04-29",
    "audit school-1 school-2 museum --as-of 2026-11-22T20:00:00+00:00",
    "send --audit 1",
)


def made(folder: Path) -> None:
    with serve(demo_world(NOW)) as sandbox:
        registry = write_demo_registry(sandbox, folder)
        (folder / "config.toml").write_text(CONFIG.format(registry=registry.name), "utf-8")
        for command in COMMANDS:
            subprocess.run(
                [sys.executable, "-c", "from monitor.cli import main; main()", *command.split()],
                env=os.environ | sandbox.settings(),
                cwd=folder,
                check=False,
            )


def main(revision: str, output: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        made(Path(name))
        with closing(sqlite3.connect(Path(name, "var/dozor.db"))) as database:
            text = "\n".join(database.iterdump())
        (output / f"{revision}.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        (evidence,) = Path(name, "var/evidence").iterdir()
        (output / f"{revision}.warc.gz").write_bytes(evidence.read_bytes())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

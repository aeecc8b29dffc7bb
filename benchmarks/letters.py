"""The database's size, night after night of letters, and what it would be if they were kept whole.

    python -m benchmarks.letters [--nights 120] [--keep 30]

A small town: a report of 1 MB in HTML and a workbook of 150 KB go to two readers every night,
forty letters to institutions once a week. Letters are removed by the product's own rule.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from monitor.mail.mime import message_of
from monitor.registry.mailboxes import address_of
from monitor.storage import audits, outbox
from monitor.storage.database import open_database
from monitor.storage.old_letters import remove_letters
from reports.mail import Letter, MailAttachment
from reports.model import Audit

BEGUN = datetime(2026, 1, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
READERS = ("deputy@example.org", "mayor@example.org")
SCHOOLS = tuple(f"school-{number}@example.org" for number in range(40))


def sizes(folder: Path, nights: int, keep: int) -> Iterator[tuple[int, int, int]]:
    """Night, bytes of the database's file, bytes of all letters as they were sent."""
    path, chance, whole = folder / "dozor.db", Random(5), 0
    engine = open_database(f"sqlite:///{path}")
    for night in range(1, nights + 1):
        now = BEGUN + night * DAY
        begun = audits.begin(
            engine, as_of=now, started_at=now, scope=None, registries={}, packs={}, documents=()
        )
        report = _report(chance)
        whole += sum(_sent(engine, begun, to, report, now) for to in READERS)
        if night % 7 == 0:
            whole += sum(_sent(engine, begun, to, _plain(to), now) for to in SCHOOLS)
        remove_letters(engine, keep, now)
        yield night, path.stat().st_size, whole
    engine.dispose()


def _report(chance: Random) -> Letter:
    rows = (f"<tr><td>{chance.random()}</td><td>не выполнено</td></tr>" for _ in range(16_000))
    page = "\n".join(rows).encode()
    return Letter(
        subject="Отчёт",
        text="Отчёт.\n" * 100,
        html="<p>Отчёт.</p>" * 100,
        attachments=(
            MailAttachment(name="report.html", media_type="text/html", content=page),
            MailAttachment(
                name="report.xlsx", media_type="application/x", content=chance.randbytes(150_000)
            ),
        ),
    )


def _plain(to: str) -> Letter:
    text = f"Учреждению {to}: что исправить.\n" * 60
    return Letter(subject="Что исправить", text=text, html=f"<pre>{text}</pre>", attachments=())


def _sent(engine: Engine, audit: Audit, to: str, letter: Letter, now: datetime) -> int:
    body = message_of(
        letter,
        sender="dozor@example.org",
        recipient=address_of(to),
        message_id=f"<{audit.id}.{to}>",
        at=now,
    )
    row = outbox.queue(
        engine, audit, role="deputy", recipient=to, subject=letter.subject, body=body, at=now
    )
    outbox.mark(engine, row.id or 0, state="sent", sent_at=now)
    return len(body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=120)
    parser.add_argument("--keep", type=int, default=30)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="dozor-bench-") as folder:
        for night, size, whole in sizes(Path(folder), asked.nights, asked.keep):
            if night % 10 == 0:
                print(f"{night:4} nights: {size / 1e6:7.1f} MB, kept whole {whole / 1e6:7.1f} MB")


if __name__ == "__main__":
    main()

"""What the database grows by in a night, and how long the trend takes after a year of nights.

    python -m benchmarks.all --only nights [--full]

The town is that of benchmarks/judge.py, with evidence and digests that do not compress, as real
ones: fifty institutions, two pages each, the authority's site of 60 pages, all packs. Nothing on
a site changes between two nights, which is the rule; pages have new posts. The trend is asked of
a year of audits of a region whose last dozen, which it counts, have all their findings.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Engine, text

from benchmarks.figures import Figure, Size
from benchmarks.judge import NOW, TOWN, dossiers_of
from benchmarks.running import measured
from collectors.model import Evidence, Observation, Post
from monitor.storage import audits, findings, observations
from monitor.storage.bodies import packed
from monitor.storage.database import open_database
from reports.model import Audit, Collection
from rules.engine import judge_alone
from rules.model import Dossier, Finding
from rules.packs import load_act, shipped

NIGHTS = 365
DAY = timedelta(days=1)
COUNTED = 12  # audits of a trend
REGION = {Size.TINY: 20, Size.QUICK: 300, Size.FULL: 5_300}  # institutions
A_FINDING = 30  # findings an institution has
OLDER = 100  # audits before the counted ones are of so many times fewer institutions
TREND_SECONDS = 1.0
EXCHANGES = {"vk": 2, "ok": 2, "site": 62}


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes."""

    page: float  # of an observation of a VK or OK page
    site: float  # of one of the authority's site, whole
    site_evidence: float  # of that, what every night makes new
    findings: float  # an institution
    night: float  # of the file, an institution, all told


def figures(size: Size) -> Iterator[Figure]:
    grown = measured(growth, 2 if size is Size.TINY else 4).value
    pages = EXCHANGES["site"] - 2
    yield _kb("a page, a night", grown.page)
    yield _kb(f"a site of {pages} pages, a night", grown.site)
    yield _kb("the same, if unchanged facts were kept once", grown.site_evidence)
    yield _kb("findings of an institution, a night", grown.findings)
    yield _kb("all, an institution and night", grown.night)
    asked, seconds, rows = measured(trend, REGION[size]).value
    yield Figure(
        what=f"trend of {REGION[size]:,} institutions after {NIGHTS} nights",
        value=asked,
        unit="s",
        at_most=TREND_SECONDS,
        note=f"{rows:,} findings, counted; written in {seconds:.0f} s",
    )


def _kb(what: str, size: float) -> Figure:
    return Figure(what=f"database: {what}", value=size / 1000, unit="KB")


# --- growth -----------------------------------------------------------------------------------


def growth(nights: int) -> Growth:
    acts = [load_act(path) for path in shipped().values()]
    dossiers = list(dossiers_of(0, acts))
    seen = [later(one, 0) for one in seen_of(dossiers)]
    with TemporaryDirectory(prefix="dozor-bench-") as folder:
        engine = open_database(f"sqlite:///{folder}/dozor.db")
        sizes = []
        for night in range(nights):
            audit = _begun(engine, NOW + night * DAY)
            observations.add(engine, audit, (later(one, night) for one in seen))
            for one in dossiers:
                findings.add(engine, audit, judge_alone(_with_evidence(one, night), acts))
            sizes.append(_size(engine))
        told = _sum(engine, "judgement") + _sum(engine, "evidence_list")
        engine.dispose()
    pages = [len(packed(one)) for one in seen if one.facts and one.facts.site is None]
    sites = [one for one in seen if one.facts and one.facts.site]
    return Growth(
        page=sum(pages) / len(pages),
        site=sum(len(packed(one)) for one in sites) / len(sites),
        site_evidence=sum(len(packed(replace(one, facts=None))) for one in sites) / len(sites),
        findings=told / nights / TOWN,
        night=(sizes[-1] - sizes[0]) / (nights - 1) / TOWN,
    )


def seen_of(dossiers: list[Dossier]) -> list[Observation]:
    """The newest look at every page of the town, and at the authority's site, each once."""
    newest: dict[tuple[str, str], Observation] = {}
    for one in dossiers:
        for address, looks in one.observations.items():
            newest.setdefault(address, looks[0])
    return list(newest.values())


def _with_evidence(dossier: Dossier, night: int) -> Dossier:
    looks = {
        address: tuple(later(one, night - back) for back, one in enumerate(history))
        for address, history in dossier.observations.items()
    }
    return replace(dossier, observations=looks)


def later(seen: Observation, night: int) -> Observation:
    """As it would be read `night` nights on: new evidence, and posts that move on."""
    count = EXCHANGES[seen.page.network]
    told = tuple(_evidence(seen, night, at) for at in range(count))
    wall = seen.facts.wall if seen.facts else None
    facts = seen.facts
    if facts is not None and wall is not None:
        posts = tuple(_post(seen, one, at + night) for at, one in enumerate(wall.posts))
        facts = replace(facts, wall=replace(wall, posts=posts))
    return replace(seen, facts=facts, evidence=told, observed_at=seen.observed_at + night * DAY)


def _evidence(seen: Observation, night: int, at: int) -> Evidence:
    digest = _digest(seen.page.address, night, at)
    return Evidence(
        record=UUID(digest[:32]).urn,
        sha256=_digest(seen.page.address, 0, at) if seen.page.network == "site" else digest,
        url=f"{seen.page.address}/{at}",
        fetched_at=seen.observed_at + night * DAY + timedelta(seconds=at),
        status=200,
    )


def _post(seen: Observation, post: Post, number: int) -> Post:
    return replace(
        post,
        key=f"-{abs(hash(seen.page.address)) % 10**8}_{number}",
        digest=_digest(seen.page.address, number, -1)[:16],
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


def _sum(engine: Engine, table: str) -> int:
    with engine.connect() as opened:
        return int(opened.execute(text(f"SELECT sum(length(body)) FROM {table}")).scalar_one())


def _size(engine: Engine) -> int:
    with engine.connect() as opened:
        opened.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        pages = opened.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages * opened.execute(text("PRAGMA page_size")).scalar_one())


# --- trend ------------------------------------------------------------------------------------


def trend(institutions: int) -> tuple[float, float, int]:
    """Seconds of the question, seconds that writing the year took, findings in all."""
    with TemporaryDirectory(prefix="dozor-bench-") as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'dozor.db'}")
        begun, rows, found = time.monotonic(), 0, _found()
        for night in range(NIGHTS):
            last = _begun(engine, NOW + night * DAY)
            whole = night >= NIGHTS - COUNTED
            rows += _judged(engine, last, found, max(1, institutions // (1 if whole else OLDER)))
            last = _finished(engine, last)
        written = time.monotonic()
        told = audits.tallies(engine, last)
        asked = time.monotonic() - written
        engine.dispose()
    if sum(told[-1].counts.values()) != institutions * A_FINDING:
        raise SystemExit("the trend does not count all findings: these figures mean nothing")
    return asked, written - begun, rows


def _judged(engine: Engine, audit: Audit, found: Sequence[Finding], institutions: int) -> int:
    """The findings written, the same for every institution."""
    told = (
        replace(one, municipality=f"town{at // TOWN}", institution=f"i{at}")
        for at in range(institutions)
        for one in found
    )
    findings.add(engine, audit, told)
    return institutions * len(found)


def _found() -> tuple[Finding, ...]:
    acts = [load_act(path) for path in shipped().values()]
    return judge_alone(next(dossiers_of(0, acts)), acts)[:A_FINDING]


def _begun(engine: Engine, as_of: datetime) -> Audit:
    nothing: Mapping[str, str] = {}
    return audits.begin(
        engine,
        as_of=as_of,
        started_at=as_of,
        scope=None,
        registries=nothing,
        packs=nothing,
        documents=(),
    )


def _finished(engine: Engine, audit: Audit) -> Audit:
    read = Collection(pages=0, read=0, unread=0)
    return audits.finish(
        engine, audit, finished_at=audit.as_of, complete=True, collection=read, issues=()
    )

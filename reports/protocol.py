"""The protocol of a package of evidence: what a person reads who was handed the file.

It is built from values alone; `protocol.html.j2` prints it, WeasyPrint draws the same as PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from collectors import networks
from reports import counting
from reports.ground import Ground, mark_of, place_of, read_of, title_of
from reports.measures import measures
from reports.seen import Fragment
from reports.words import moment, phrase, zone_name
from rules.model import Finding, Institution

MOST_NUMBERS = 12  # materials that are named under a finding; the list has them all

Fragments = Callable[[Finding], Fragment | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A record of the package. None: it was not written down when it was read."""

    record: str
    url: str
    method: str
    network: str
    fetched_at: datetime
    status: str
    sha256: str  # of the body
    ip: str | None
    certificate: str | None  # fingerprint, SHA-256
    issuer: str | None
    moved_to: str | None
    file: str  # of the night
    begin: int
    end: int
    repeats: str | None = None  # address and moment of the answer that has the same body
    is_word: bool = False  # no bytes came: the server said that they are what they were
    is_repeated: bool = False  # here only because another one has the same body
    others: int = 0  # institutions beside this one that the same answer tells of
    is_secure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A file of the nights, in the chain."""

    name: str
    audit: int
    place: int
    size: int
    sha256: str
    chain: str
    records: int  # of it in the package


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What the authority said of the chain; `at` None: its signature could not be looked at."""

    place: int
    chain: str
    authority: str
    at: datetime
    signer: str = ""
    is_trusted: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything that is in the package beside the findings."""

    made_at: datetime
    software: str
    materials: Sequence[Material]
    gone: Sequence[str]  # addresses whose bytes are kept no more
    sealed: Sequence[Sealed]
    stamp: Stamped | None
    is_stamped_for: bool  # an authority is named in the settings


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record as the protocol lists it."""

    number: int
    material: Material
    utc: str
    local: str
    network: str


@dataclass(frozen=True, slots=True)
class Point:
    """A finding as the protocol tells it."""

    mark: str
    act: str
    clause: str
    title: str
    law: str
    quote: str
    place: str
    url: str | None
    because: str
    read: str | None
    measured: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, str], ...]
    seen: Fragment | None
    seen_at: str | None
    numbers: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Protocol:
    institution: Institution
    town: str
    audit: int
    as_of: str
    zone: str
    made: str
    software: str
    acts: tuple[str, ...]
    points: tuple[Point, ...]
    lines: tuple[RecordLine, ...]
    repeated: tuple[RecordLine, ...]
    gone: tuple[str, ...]
    sealed: tuple[Sealed, ...]
    stamp: Stamped | None
    stamp_at: str
    is_stamped_for: bool
    others: int  # answers that tell of other institutions as well


def build_protocol(
    ground: Ground,
    institution: Institution,
    findings: Sequence[Finding],
    contents: Contents,
    fragments: Fragments,
) -> Protocol:
    zone, audit = ground.zone, ground.report.audit
    lines = tuple(_line(number, one, zone) for number, one in enumerate(contents.materials, 1))
    numbers = {line.material.record: line.number for line in lines}
    stamp = contents.stamp
    return Protocol(
        institution=institution,
        town=ground.municipality.name,
        audit=audit.id,
        as_of=moment(audit.as_of, zone),
        zone=zone_name(audit.as_of, zone),
        made=moment(contents.made_at, zone),
        software=contents.software,
        acts=_acts(ground, findings),
        points=tuple(_point(ground, one, numbers, fragments) for one in findings),
        lines=tuple(line for line in lines if not line.material.is_repeated),
        repeated=tuple(line for line in lines if line.material.is_repeated),
        gone=tuple(contents.gone),
        sealed=tuple(contents.sealed),
        stamp=stamp,
        stamp_at=f"{to_the_second(stamp.at, UTC)} UTC" if stamp else "",
        is_stamped_for=contents.is_stamped_for,
        others=sum(1 for one in contents.materials if one.others),
    )


def _acts(ground: Ground, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Those by which something is said here."""
    known = (ground.acts.get(one.requirement) for one in findings)
    return tuple(dict.fromkeys(act.title for act in known if act))


def worst_first(ground: Ground, findings: Iterable[Finding]) -> list[Finding]:
    return sorted(
        findings, key=lambda finding: counting.WORST_FIRST.index(mark_of(ground, finding))
    )


def _line(number: int, material: Material, zone: ZoneInfo) -> RecordLine:
    utc = to_the_second(material.fetched_at, UTC)
    local = to_the_second(material.fetched_at, zone)
    return RecordLine(number, material, utc, local, networks.title(material.network))


def to_the_second(value: datetime, zone: tzinfo) -> str:
    """«22.11.2026 20:00:00»."""
    return value.astimezone(zone).strftime("%d.%m.%Y %H:%M:%S")


def _point(
    ground: Ground, finding: Finding, numbers: Mapping[str, int], fragments: Fragments
) -> Point:
    requirement = ground.requirements.get(finding.requirement)
    seen = fragments(finding)
    shown = [numbers[one.record] for one in finding.evidence if one.record in numbers]
    return Point(
        mark=mark_of(ground, finding),
        act=ground.acts[finding.requirement].short_title if requirement else "",
        clause=finding.clause,
        title=title_of(ground, finding.requirement),
        law=requirement.law if requirement else "",
        quote=requirement.quote if requirement else "",
        place=place_of(ground, finding) or phrase("institution"),
        url=finding.page,
        because=finding.because,
        read=read_of(ground, finding),
        measured=measures("measures", finding.measured),
        required=measures("requirements", finding.required),
        seen=seen,
        seen_at=moment(seen.at, ground.zone) if seen and seen.at else None,
        numbers=tuple(dict.fromkeys(shown))[:MOST_NUMBERS],
        more=max(0, len(dict.fromkeys(shown)) - MOST_NUMBERS),
    )

"""A package of evidence about one institution, put together: records, index, protocol, digests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import BinaryIO

from collectors.model import Evidence, Observation
from collectors.roots import certificates_in
from monitor.application import Application
from monitor.clocks import tsa
from monitor.reporting.package.materials import (
    Exchanged,
    exchanged,
    index_line,
    is_shown,
    issuers,
    material,
    numbered,
)
from monitor.reporting.package.records import EvidenceError, FoundRecords, Night, find
from monitor.reporting.package.wacz import CHAIN, STAMP, STAMPED, Package, ShownPage, new_package
from monitor.storage import findings, observations, stamps
from monitor.storage.chain import chain_of
from monitor.storage.tables import EvidenceStampRow
from reports.formats.pdf import drawn
from reports.ground import Ground, ground, name_of
from reports.model import FormatError, Report
from reports.protocol import (
    Contents,
    Material,
    Protocol,
    Sealed,
    Stamped,
    build_protocol,
    worst_first,
)
from reports.seen import Fragment, fragment, rests_on
from reports.templating import render
from reports.words import phrase
from rules.model import Finding, Institution, Outcome

LOOKS = 4  # back to the one that a finding rests on


@dataclass(frozen=True, slots=True)
class Made:
    """What has been written. `without_pdf`: why the protocol is there as HTML only."""

    digest: str
    records: int
    gone: int
    without_pdf: str = ""


def make_package(
    application: Application,
    report: Report,
    institution: Institution,
    requirement: str | None,
    file: BinaryIO,
) -> Made:
    """Of a report on this institution. Raises EvidenceError."""
    ours = ground(report, report.municipalities[0])
    points = worst_first(ours, _chosen(report.found.of(institution), requirement))
    wanted = {one.record: one for finding in points for one in finding.evidence}
    if not wanted:
        raise EvidenceError([phrase("no_evidence", institution.id)])
    found = find(application.engine, application.settings.storage.evidence, wanted.values())
    if not found.nights:
        raise EvidenceError([phrase("evidence_gone", institution.id)])
    with new_package(file, application.clock()) as package:
        writing = _Writing(application, ours, institution, package, wanted, found)
        return writing.write(points)


def _chosen(points: Sequence[Finding], requirement: str | None) -> Sequence[Finding]:
    """By the requirement's id, with its act or without: 9.1.phone."""
    if requirement is None:
        return [one for one in points if one.outcome is not Outcome.NOT_APPLICABLE]
    chosen = [
        one for one in points if requirement in (one.requirement, one.requirement.partition("/")[2])
    ]
    if not chosen:
        known = ", ".join(dict.fromkeys(one.requirement for one in points))
        raise EvidenceError([f"--requirement {requirement}: такого вывода нет; есть: {known}"])
    return chosen


@dataclass(slots=True)
class _Writing:
    """A package that is being written, and what has been learnt on the way."""

    application: Application
    ground: Ground
    institution: Institution
    package: Package
    wanted: Mapping[str, Evidence]
    found: FoundRecords
    lines: list[str] = field(default_factory=list)
    pages: list[ShownPage] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)

    def write(self, points: Sequence[Finding]) -> Made:
        for night in self.found.nights:
            self._write_records(night)
        self.package.add_index(self.lines)
        self.package.add_pages(self._ordered_pages())
        stamp = self._write_chain()
        contents = self._contents(stamp)
        told = build_protocol(
            self.ground, self.institution, points, contents, self._fragments(points)
        )
        without_pdf = self._write_protocol(told)
        name = name_of(self.institution)
        digest = self.package.close(
            phrase("package_title", name, str(told.audit)),
            phrase("package_about", self.ground.municipality.name),
            contents.software,
        )
        return Made(digest, len(self.materials), len(self.found.gone), without_pdf)

    def _write_records(self, night: Night) -> None:
        """As they are, one behind another; nothing of a night is held but one record."""
        name = f"{self.institution.municipality}-{self.institution.id}-{night.row.name}"
        offsets: dict[int, tuple[int, int]] = {}
        with self.package.opened(f"archive/{name}") as member:
            for cut in night.cuts:
                raw = cut.read()
                offsets[cut.member.begin] = member.size, len(raw)
                member.write(raw)
        known = issuers(night)
        for one in exchanged(night):
            self.lines.append(index_line(one, *offsets[one.cut.member.begin], name))
            self.materials.append(material(one, night, self.wanted, known))
            if one.id in self.wanted and is_shown(one):
                self._add_page(one)

    def _add_page(self, exchanged: Exchanged) -> None:
        self.pages.append(
            ShownPage(
                exchanged.id.rpartition(":")[2], exchanged.shown_at, exchanged.at, exchanged.title
            )
        )

    def _ordered_pages(self) -> list[ShownPage]:
        at = {record.rpartition(":")[2]: place for place, record in enumerate(self.wanted)}
        return sorted(self.pages, key=lambda page: at[page.id])

    def _write_chain(self) -> EvidenceStampRow | None:
        """All of it: a link can be worked out only from the first one on."""
        engine = self.application.engine
        chain = [one.as_json() for one in chain_of(engine)]
        stamp = stamps.stamp_over(engine, max(one.row.place for one in self.found.nights))
        cuts = [
            {
                "record": one.record,
                "file": one.file,
                "begin": one.begin,
                "end": one.end,
                "body_sha256": one.sha256,
            }
            for one in self.materials
        ]
        told: dict[str, object] = {"format": "dozor.chain/1", "chain": chain, "records": cuts}
        told |= {"stamp": {"place": stamp.place, "authority": stamp.authority}} if stamp else {}
        self.package.add(CHAIN, json.dumps(told, ensure_ascii=False, indent=1).encode())
        if stamp:
            self.package.add(STAMP, stamp.response)
            self.package.add(STAMPED, stamp.chain.encode())
        return stamp

    def _contents(self, stamp: EvidenceStampRow | None) -> Contents:
        others = self._others()
        told = [replace(one, others=others[one.record]) for one in self.materials]
        counts = Counter(one.file for one in told)
        return Contents(
            made_at=self.package.made_at,
            software=phrase("software", version("dozor")),
            materials=numbered(told, self.wanted),
            gone=[one.url for one in self.found.gone],
            sealed=[_sealed(night, counts[night.row.name]) for night in self.found.nights],
            stamp=self._stamped(stamp) if stamp else None,
            is_stamped_for=bool(self.application.settings.evidence.tsa_url),
        )

    def _others(self) -> Counter[str]:
        """How many other institutions' findings rest on each record: of VK, 25 pages on one."""
        ours = self.institution.id, self.institution.municipality
        told: dict[str, set[tuple[str, str]]] = {}
        audit = self.ground.report.audit
        for one in findings.each_of_audit(self.application.engine, audit):
            whose = one.institution, one.municipality
            if whose != ours:
                for evidence in one.evidence:
                    if evidence.record in self.wanted:
                        told.setdefault(evidence.record, set()).add(whose)
        return Counter({record: len(whose) for record, whose in told.items()})

    def _stamped(self, row: EvidenceStampRow) -> Stamped:
        known = Stamped(
            place=row.place, chain=row.chain, authority=row.authority, at=row.received_at
        )
        roots = self.application.settings.evidence.tsa_ca_file
        try:
            known = replace(known, at=tsa.moment_of(row.response))
            trusted = certificates_in(roots) if roots else ()
            said = tsa.checked(row.response, row.chain.encode(), trusted)
        except tsa.StampError as error:
            return replace(known, doubt=str(error))
        return replace(known, at=said.at, signer=said.signer, is_trusted=said.is_trusted)

    def _fragments(self, points: Iterable[Finding]) -> _Fragments:
        keys = {(one.network, one.page) for one in points if one.network and one.page}
        found = observations.shown(
            self.application.engine, keys, self.ground.report.audit.as_of, most=LOOKS
        )
        return _Fragments(found, self.ground)

    def _write_protocol(self, told: Protocol) -> str:
        page = render("protocol.html.j2", {"p": told})
        self.package.add("evidence/protocol.html", page.encode())
        try:
            self.package.add("evidence/protocol.pdf", drawn(page))
        except FormatError as error:
            return str(error)
        return ""


@dataclass(frozen=True, slots=True)
class _Fragments:
    """What was seen for a finding, by the look that it rests on."""

    looks: Mapping[tuple[str, str], Sequence[Observation]]
    ground: Ground

    def __call__(self, finding: Finding) -> Fragment | None:
        looks = self.looks.get((finding.network or "", finding.page or ""), ())
        look = next((one for one in looks if rests_on(finding, one)), None)
        return fragment(finding, look, self.ground.zone)


def _sealed(night: Night, records: int) -> Sealed:
    row = night.row
    return Sealed(
        name=row.name,
        audit=row.audit_id,
        place=row.place,
        size=row.size,
        sha256=row.sha256,
        chain=row.chain,
        records=records,
    )

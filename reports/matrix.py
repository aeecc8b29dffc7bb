"""The table of institutions and requirements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from reports import counting
from reports.ground import (
    Ground,
    anchor_of,
    mark_of,
    totals,
)
from reports.standing import SETTLED, Stand, said
from reports.view import (
    Cell,
    Clauses,
    Matrix,
    MatrixColumn,
    OwnLine,
    Rest,
    Row,
)
from reports.words import word
from rules.model import Finding, Institution, Outcome

TO_DO = (Outcome.FAIL, counting.BELOW, Outcome.REVIEW, Outcome.ERROR)
FITTING = 26  # columns beside the names on a screen of 1280


def build_matrix(
    ground: Ground, stands: Mapping[str, Stand], *, with_columns: bool = True
) -> Matrix:
    asked = matrix_columns(ground) if with_columns else ()
    own, others = apart(ground, asked)
    busy = to_do(ground) if with_columns else frozenset()
    columns = tuple(one for one in others if one.requirement in busy)
    rows = tuple(build_row(ground, i, columns, stands[i.id]) for i in ground.institutions)
    clauses = tuple(clause_groups(ground, columns))
    shown = {cell.mark for row in rows for cell in row.cells if cell}
    return Matrix(
        acts=tuple(act_spans(clauses)),
        clauses=clauses,
        columns=columns,
        rows=rows,
        marks=tuple(mark for mark in counting.WORST_FIRST if mark in shown),
        rest=rest_of(ground, [one for one in others if one.requirement not in busy]),
        is_wide=len(columns) > FITTING,
        own=tuple(own_lines(ground, [one for one in own if one.requirement in busy])),
        own_rest=rest_of(ground, [one for one in own if one.requirement not in busy]),
    )


def matrix_columns(ground: Ground) -> tuple[MatrixColumn, ...]:
    """Requirements that apply to somebody, in the acts' order."""
    applying = {f.requirement for f in ground.all if f.outcome is not Outcome.NOT_APPLICABLE}
    return tuple(
        MatrixColumn(one.id, one.clause, one.title)
        for one in ground.requirements.values()
        if one.id in applying
    )


def to_do(ground: Ground) -> frozenset[str]:
    """Requirements at which somebody has something to do, or something to look at."""
    return frozenset(f.requirement for f in ground.all if mark_of(ground, f) in TO_DO)


def apart(
    ground: Ground, columns: Sequence[MatrixColumn]
) -> tuple[tuple[MatrixColumn, ...], tuple[MatrixColumn, ...]]:
    """What concerns the authority alone would be columns with one cell; and the others."""
    bodies: defaultdict[str, set[str]] = defaultdict(set)
    for finding in ground.all:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            bodies[finding.requirement].add(finding.institution)
    alone = {ground.municipality.authority}
    is_alone = len(ground.institutions) == 1
    own = [one for one in columns if bodies[one.requirement] == alone and not is_alone]
    return tuple(own), tuple(one for one in columns if one not in own)


def rest_of(ground: Ground, columns: Sequence[MatrixColumn]) -> Rest:
    asked = {one.requirement for one in columns}
    open_ones = {f.requirement for f in ground.all if f.outcome not in SETTLED}
    unclear = len(asked & open_ones)
    return Rest(met=len(asked) - unclear, unclear=unclear)


def own_lines(ground: Ground, columns: Sequence[MatrixColumn]) -> Iterator[OwnLine]:
    """The authority's clauses at which something is to be done."""
    found = ground.findings.get(ground.municipality.authority or "", ())
    for column in columns:
        marks = [mark_of(ground, f) for f in found if f.requirement == column.requirement]
        yield OwnLine(counting.worst(marks), column.requirement, column.clause, column.title)


def clause_groups(ground: Ground, columns: Sequence[MatrixColumn]) -> Iterable[Clauses]:
    """«9.1» holds its six columns together."""
    for (act, clause), group in groupby(
        columns, key=lambda c: (ground.acts[c.requirement].short_title, c.clause)
    ):
        yield Clauses(act, clause, tuple(group))


def act_spans(clauses: Iterable[Clauses]) -> Iterable[tuple[str, int]]:
    for act, group in groupby(clauses, key=lambda clause: clause.act):
        yield act, sum(len(one.columns) for one in group)


def build_row(
    ground: Ground, institution: Institution, columns: Sequence[MatrixColumn], stand: Stand
) -> Row:
    by_requirement: dict[str, list[Finding]] = {}
    for finding in ground.findings[institution.id]:
        by_requirement.setdefault(finding.requirement, []).append(finding)
    return Row(
        institution=ground.names[institution.id],
        anchor=anchor_of(institution),
        kind=institution.kind,
        phones=institution.phones,
        found=tokens(ground, institution),
        standing=stand.standing,
        said=said(stand),
        cells=tuple(build_cell(ground, c, by_requirement.get(c.requirement)) for c in columns),
        totals=(counted := totals(ground, institution)),
        by_mark=dict.fromkeys(counting.WORST_FIRST, 0) | dict(counted),
    )


def tokens(ground: Ground, institution: Institution) -> str:
    """What the filter looks for in a row: mark and network of every open finding, once each."""
    found = (
        f"{mark_of(ground, f)}@{f.network or ''}"
        for f in ground.findings[institution.id]
        if f.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)
    )
    return " ".join(dict.fromkeys(found))


def build_cell(
    ground: Ground, column: MatrixColumn, findings: Sequence[Finding] | None
) -> Cell | None:
    if not findings:
        return None
    return cell_of(column.title, counting.worst(mark_of(ground, f) for f in findings))


@lru_cache(maxsize=10_000)
def cell_of(title: str, mark: str) -> Cell:
    """Remembered: a matrix says the same few hundred things over and over."""
    return Cell(mark, f"{title}: {word('marks', mark, 'word')}")

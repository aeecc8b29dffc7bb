"""A stored audit as a report: everything that a format needs, read back in one go."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from sqlalchemy import Engine

from collectors.barrier import barrier
from collectors.errors import UsageError
from collectors.model import Address, Page
from monitor.application import Application
from monitor.audit.careful import STORES
from monitor.audit.scope import in_scope, pages_of
from monitor.clocks.believed import words
from monitor.registry import RegistryError, load
from monitor.reporting.mending import exhaust, mended
from monitor.reporting.settling import Looks, Settlings, sender_of
from monitor.reporting.stating import Statements
from monitor.reporting.walls import writings_of
from monitor.storage import audits
from monitor.storage.judgements import KeptFindings
from monitor.storage.private import written_whole
from reports.formats import installed
from reports.ground import part_of, part_stem
from reports.model import Audit, FormatError, RegistryEntry, Rendered, Report, Streamed, Writing
from reports.words import phrase
from rules.model import Institution, Municipality

log = logging.getLogger(__name__)

PIECE = 1_000_000  # bytes


class NoAuditError(UsageError):
    """There is nothing to report yet; the text is Russian."""


def chosen_audit(application: Application, number: int | None, town: str | None = None) -> Audit:
    """The audit with this number, or the newest of everything (in `town`). Raises NoAuditError."""
    if number is None:
        return _newest(application, town)
    found = audits.by_id(application.engine, number)
    if found is None:
        raise NoAuditError(f"проверки № {number} нет; начните с «dozor audit»")
    if found.kind == "collect":
        raise NoAuditError(f"№ {number} только читала страницы, выводов нет: «dozor evaluate»")
    if found.finished_at is None:
        raise NoAuditError(f"проверка № {number} не закончена: «dozor audit» доведёт её до конца")
    return found


def _newest(application: Application, town: str | None) -> Audit:
    """Never silently one of a few institutions: it would be taken for the whole. Nor one that is
    dated later than now: `passed_over` names those."""
    engine, known = application.engine, [one.id for one in application.municipalities]
    now = application.clock()
    towns = [town] if town in known else known
    if found := audits.latest(engine, towns, now=now):
        return found
    part = audits.latest_of_any(engine, towns, now)
    if part is None:
        raise NoAuditError("законченных проверок ещё не было; начните с «dozor audit»")
    raise NoAuditError(
        "законченной проверки всех учреждений ещё не было; сделать её: «dozor audit».\n"
        f"Есть частичная; показать её: --audit {part.id}"
    )


def passed_over(application: Application) -> str:
    """Russian: which audits are dated later than now, and so are not the last; "" for none."""
    later = audits.later_than(application.engine, application.clock())
    numbers = ", ".join(map(str, later))
    return words("passed_over", numbers=numbers, first=later[0]) if later else ""


def report_of(application: Application, audit: Audit) -> Report:
    """Raises NoAuditError where it was of none of today's municipalities."""
    registered, application = application, application.as_stated(audit.as_of)
    audited = audited_towns(application.municipalities, audit)
    scope = in_scope(audited, audit.scope or (), audit.as_of)
    before = before_it(application.engine, audit)
    used = {name for one in audited for name in one.packs}
    towns = towns_of(audited, scope)
    writings = _writings(application.engine, towns, scope, audit.as_of)
    entered, left = _moves(application.engine, before, audit, towns)
    return Report(
        audit=audit,
        municipalities=towns,
        institutions=scope,
        acts=tuple(act for name, act in application.acts.items() if name in used),
        findings=KeptFindings(application.engine, audit),
        trend=audits.tallies(application.engine, audit) if audit.scope is None else (),
        previous_as_of=before.as_of if before else None,
        weeks={address: one.weeks for address, one in writings.items()},
        writings=writings,
        entered=entered,
        left=left,
        lacks_towns=len(audited) < len(application.municipalities),
        settling=Settlings(registered, audit, scope),
        looks=Looks(application.engine, audit.as_of),
        stated=Statements(registered, audit, scope),
        sender=sender_of(application),
    )


def _moves(
    engine: Engine, before: Audit | None, audit: Audit, towns: Sequence[Municipality]
) -> tuple[tuple[RegistryEntry, ...], tuple[RegistryEntry, ...]]:
    """A report without it is better than none."""
    with barrier("part", "moves", passing=STORES):
        return moves(engine, before, audit, towns) if before else ((), ())
    return (), ()


def _writings(
    engine: Engine, towns: Sequence[Municipality], scope: Sequence[Institution], as_of: datetime
) -> Mapping[Address, Writing]:
    """Likewise."""
    with barrier("part", "weeks", passing=STORES):
        return writings_of(engine, towns, scope, as_of)
    return {}


def before_it(engine: Engine, audit: Audit) -> Audit | None:
    """What it is compared with: the last audit of everything; an early part, with any before."""
    whole = audits.before(engine, audit)
    if whole is None and audit.scope is not None:
        return audits.before(engine, audit, whole_only=False)
    return whole


def audited_towns(municipalities: Sequence[Municipality], audit: Audit) -> tuple[Municipality, ...]:
    """Those of which the audit had the registry: of one added since, it says nothing."""
    if not audit.registries:
        return tuple(municipalities)
    known = tuple(one for one in municipalities if one.id in audit.registries)
    if not known:
        raise NoAuditError(f"проверка № {audit.id} была о других муниципалитетах")
    return known


def towns_of(
    municipalities: Iterable[Municipality], scope: Iterable[Institution]
) -> tuple[Municipality, ...]:
    """Those of the scope; all, where nobody is registered yet: their report says just that."""
    shown = {one.municipality for one in scope}
    towns = tuple(municipalities)
    return tuple(one for one in towns if one.id in shown) or towns


# --- files ------------------------------------------------------------------------------------


def write(report: Report, slug: str, path: Path, *, private: bool = True) -> Path:
    """Render in the format `slug` into `path`, and what belongs beside it; each file whole.

    Not `private`: where the user has named the file, who may read it is up to him.
    """
    return write_all(report, slug, path, private=private)[0]


def write_all(report: Report, slug: str, path: Path, *, private: bool = True) -> tuple[Path, ...]:
    """The same; gives every file that was written, `path` first."""
    return mended(
        report,
        slug,
        lambda report: _write_files(report, slug, path, private=private),
        trial=lambda report: exhaust(rendered_as(report, slug)),
    )


def _write_files(report: Report, slug: str, path: Path, *, private: bool) -> tuple[Path, ...]:
    """The file that has the links is written last: it never leads to what is not there yet."""
    rendered = rendered_as(report, slug)
    beside = []
    for name, content in rendered.beside:
        _write_whole(path.parent / name, (content,), private=private)
        beside.append(path.parent / name)
    _write_whole(path, rendered.parts, private=private)
    return path, *beside


def pieces(report: Report, slug: str) -> Iterator[bytes]:
    """Its file alone, for a pipe; nothing is given before all of it was made."""
    with TemporaryFile() as kept:
        mended(report, slug, lambda report: _keep(report, slug, kept))
        kept.seek(0)
        yield from iter(lambda: kept.read(PIECE), b"")


def _keep(report: Report, slug: str, kept: IO[bytes]) -> None:
    kept.seek(0)
    kept.truncate()
    kept.writelines(rendered_as(report, slug).parts)


def rendered_as(report: Report, slug: str) -> Rendered | Streamed:
    check_whole(report, slug)
    return installed()[slug].render(report)


def check_whole(report: Report, slug: str) -> None:
    """Raises FormatError where a part would look like the whole."""
    kind = installed()[slug]
    if kind.whole_only and report.is_partial:
        told = (str(report.audit.id), part_of(report), kind.title)
        raise FormatError(phrase("whole_only", *told))


def _write_whole(path: Path, parts: Iterable[bytes], *, private: bool) -> None:
    with written_whole(path, private=private) as opened:
        opened.writelines(parts)


def default_path(application: Application, report: Report, slug: str) -> Path:
    """«audit-000017.html»; of a partial audit «audit-000017-partial-school-1.html»."""
    folder = application.settings.reports.directory
    stem = "-".join((f"audit-{report.audit.id:06}", *part_stem(report)))
    return folder / f"{stem}{installed()[slug].suffix}"


# --- the registry of the previous audit -------------------------------------------------------


def moves(
    engine: Engine, before: Audit, audit: Audit, towns: Iterable[Municipality]
) -> tuple[tuple[RegistryEntry, ...], tuple[RegistryEntry, ...]]:
    """What entered the registry since the previous audit, and what left it.

    A registry whose text of then is not kept, or is not understood any more, says nothing.
    """
    entered: list[RegistryEntry] = []
    left: list[RegistryEntry] = []
    for town in towns:
        if old := _as_it_was(engine, before, town):
            was, now = entries(old, before.as_of), entries(town, audit.as_of)
            entered += _not_among(now, was)
            left += _not_among(was, now)
    return tuple(entered), tuple(left)


def _as_it_was(engine: Engine, before: Audit, town: Municipality) -> Municipality | None:
    digest = before.registries.get(town.id)
    if digest is None or digest == town.digest:
        return town if digest else None
    body = audits.document(engine, digest)
    return _parsed(body) if body else None


def _parsed(body: bytes) -> Municipality | None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "registry.toml")
        path.write_bytes(body)
        try:
            return load(path)
        except RegistryError:
            log.warning("the registry of the previous audit is not understood any more")
            return None


def entries(town: Municipality, as_of: datetime) -> tuple[RegistryEntry, ...]:
    """Every institution and page that stands in the registry as of the moment."""
    return tuple(
        entry
        for one in in_scope((town,), (), as_of)
        for entry in (_entry(one), *(_entry(one, page) for page in pages_of((one,), town, as_of)))
    )


def _entry(institution: Institution, page: Page | None = None) -> RegistryEntry:
    return RegistryEntry(
        municipality=institution.municipality,
        institution=institution.id,
        name=institution.short_name or institution.name,
        network=page.network if page else None,
        address=page.address if page else None,
    )


def _not_among(
    those: Iterable[RegistryEntry], here: Iterable[RegistryEntry]
) -> Iterator[RegistryEntry]:
    """Of `those` what is not `here`; of an institution that is not, itself without its pages."""
    known = {_identity(one) for one in here}
    gone = {one.institution for one in those if one.network is None and _identity(one) not in known}
    for one in those:
        goes_with_its_institution = one.network is not None and one.institution in gone
        if _identity(one) not in known and not goes_with_its_institution:
            yield one


def _identity(entry: RegistryEntry) -> tuple[str | None, ...]:
    return entry.institution, entry.network, entry.address

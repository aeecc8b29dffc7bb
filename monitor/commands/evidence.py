"""`dozor evidence`: a package that one can hand over; `dozor verify FILE.wacz` checks it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from collectors.errors import UsageError
from collectors.roots import RootsError, certificates_in
from monitor.application import opened
from monitor.commands.report import narrowed
from monitor.config import load_settings
from monitor.errors.system import in_russian
from monitor.reporting.package.build import Made, make_package
from monitor.reporting.package.check import Checked, check
from monitor.reporting.stored import chosen_audit, report_of
from monitor.storage.database import open_database
from monitor.storage.evidence import verify as verified
from monitor.storage.private import written_whole


def evidence(
    config: Path, institution: str, requirement: str | None, number: int | None, output: Path
) -> int:
    with opened(load_settings(config)) as application:
        town = institution.partition("/")[0] if "/" in institution else None
        audit = chosen_audit(application, number, town)
        report = narrowed(report_of(application, audit), institution)
        if len(report.institutions) != 1:
            raise UsageError([f"{institution}: назовите одно учреждение"])
        with written_whole(output, private=False) as file:
            made = make_package(application, report, report.institutions[0], requirement, file)
    print(f"{output}: проверка № {audit.id}, записей {made.records}\nОтпечаток: {made.digest}")
    _tell_what_lacks(made)
    return 0


def _tell_what_lacks(made: Made) -> None:
    if made.gone:
        print(f"Срок хранения истёк, в пакете нет: {made.gone}", file=sys.stderr)
    if made.without_pdf:
        print(f"Протокол только в HTML. {made.without_pdf}", file=sys.stderr)


def verify(config: Path, package: Path | None, tsa_ca: Path | None, *, as_json: bool) -> int:
    """Of the store, or of a package that somebody holds: for it no settings are needed."""
    if package is not None:
        return _verify_package(package, tsa_ca, as_json=as_json)
    settings = load_settings(config)
    engine = open_database(settings.storage.database)
    try:
        faults = list(verified(engine, settings.storage.evidence))
    finally:
        engine.dispose()
    if as_json:
        print(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False, indent=2))
    else:
        print(*(faults or ["Все материалы на месте и не менялись."]), sep="\n")
    return 1 if faults else 0


def _verify_package(path: Path, tsa_ca: Path | None, *, as_json: bool) -> int:
    try:
        found = check(path, _roots(tsa_ca) if tsa_ca else ())
    except OSError as error:
        raise UsageError([f"{path}: {in_russian(error)}"]) from None
    if as_json:
        print(json.dumps(_as_json(path, found), ensure_ascii=False, indent=2))
    else:
        print(*_lines(path, found), sep="\n")
    return 1 if found.faults else 0


def _roots(path: Path) -> tuple[bytes, ...]:
    try:
        return certificates_in(path)
    except RootsError as error:
        raise UsageError([f"--tsa-ca {path}: {error}"]) from None


def _lines(path: Path, found: Checked) -> list[str]:
    if found.faults:
        return [f"{path}: пакет изменён или повреждён", *(f"  {one}" for one in found.faults)]
    told = [
        f"{path}: пакет не менялся",
        f"  частей {found.members}, записей {found.records}, звеньев цепочки {found.links}",
        f"  отпечаток перечня: {found.digest}",
    ]
    if found.stamped_at:
        at = found.stamped_at.astimezone(ZoneInfo("UTC"))
        told.append(f"  штамп времени: {at:%d.%m.%Y %H:%M:%S} UTC, подписал {found.signer}")
    return [*told, *(f"  к сведению: {one}" for one in found.doubts)]


def _as_json(path: Path, found: Checked) -> dict[str, object]:
    at = found.stamped_at.isoformat() if found.stamped_at else None
    return {"file": str(path), "ok": not found.faults, **asdict(found), "stamped_at": at}

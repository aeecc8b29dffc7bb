"""`dozor verify`: whether evidence is as it was written, in the store or in a package."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from collectors.errors import UsageError
from collectors.roots import RootsError, certificates_in
from monitor.application import with_database
from monitor.commands.parameters import Config
from monitor.config import load_settings
from monitor.errors.system import in_russian
from monitor.reporting.package.check import Checked, check
from monitor.storage.database import open_database
from monitor.storage.verifying import verify as verified


def verify(
    config: Config,
    package: Annotated[
        Path | None,
        typer.Argument(metavar="ФАЙЛ.wacz", help="Пакет материалов. Без него — всё хранилище."),
    ] = None,
    tsa_ca: Annotated[
        Path | None,
        typer.Option(
            "--tsa-ca", metavar="ФАЙЛ", help="Корневой сертификат службы штампов времени (PEM)."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Ответить в JSON.")] = False,
) -> int:
    """Of a package no settings are needed."""
    if package is not None:
        return _verify_package(package, tsa_ca, as_json=as_json)
    settings = with_database(load_settings(config))
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
        at = found.stamped_at.astimezone(UTC)
        told.append(f"  штамп времени: {at:%d.%m.%Y %H:%M:%S} UTC, подписал {found.signer}")
    return [*told, *(f"  к сведению: {one}" for one in found.doubts)]


def _as_json(path: Path, found: Checked) -> dict[str, object]:
    at = found.stamped_at.isoformat() if found.stamped_at else None
    return {"file": str(path), "ok": not found.faults, **asdict(found), "stamped_at": at}

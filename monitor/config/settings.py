"""Settings as everybody else gets them: paths absolute, secrets filled in, checked as a whole."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from collectors.model import SITE, Network
from collectors.networks import networks
from collectors.roots import RootsError, certificates_in
from monitor.config.declared import read
from monitor.config.desk import DeskSettings
from monitor.config.faults import ConfigError
from monitor.config.mail import Mail
from monitor.config.schedule import Schedule
from monitor.config.secrets import Secrets
from monitor.config.sections import Cases, Clock, EvidenceStamps, Reports, Rules, Storage, Workers
from monitor.errors.system import in_russian
from monitor.storage.addresses import INSTALL, SQLITE, passwords_of, with_password
from rules.toml_lines import TomlFile, read_toml

HOLDS_OTHERS = (
    "[storage] evidence: в папке материалов {folder} лежит {other}, а копия и восстановление берут "
    "эту папку целиком; укажите отдельную, например var/evidence"
)
DATABASE_PASSWORD = "DATABASE_PASSWORD"
ROOTS = "extra_roots"  # the setting of whatever network reads over TLS
NO_QUEUE = (
    "рабочие процессы делят проверку через PostgreSQL, а [storage] database — SQLite. "
    "Перенести базу: dozor storage move; без рабочих процессов: dozor audit, dozor serve"
)
NO_FILE = "файла настроек нет. Укажите его: dozor --config ФАЙЛ, или создайте config.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Paths are absolute; `networks` holds their settings by slug."""

    registry: tuple[Path, ...]
    storage: Storage
    reports: Reports
    rules: Rules
    schedule: Schedule
    workers: Workers = field(default_factory=Workers)
    mail: Mail
    cases: Cases = field(default_factory=Cases)
    clock: Clock = field(default_factory=Clock)
    evidence: EvidenceStamps = field(default_factory=EvidenceStamps)
    desk: DeskSettings = field(default_factory=DeskSettings)
    smtp_user: str
    smtp_password: str
    imap_user: str = ""
    imap_password: str = ""
    networks: Mapping[str, Any]
    secrets: tuple[str, ...]  # values that must never be stored or printed
    file: Path


def load_settings(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `file` and the environment. Raises ConfigError with all faults at once."""
    if not file.is_file():
        raise ConfigError([f"{file}: {NO_FILE}"])
    declared = read(file, environment)
    secrets = Secrets(environment)
    secrets.add(passwords_of(declared.storage.database))
    folder = file.resolve().parent
    _check_own_folder(declared, file.resolve())
    return Settings(
        registry=tuple(folder / path for path in declared.registry),
        storage=_with_password(
            _anchor_storage(declared.storage, folder), secrets.read(DATABASE_PASSWORD)
        ),
        reports=_anchor_reports(declared.reports, folder),
        rules=_with_packs(declared.rules, file),
        workers=declared.workers,
        schedule=declared.schedule,
        mail=_with_authority(declared.mail, folder),
        cases=declared.cases,
        clock=declared.clock,
        evidence=_with_roots(declared.evidence, folder),
        desk=declared.desk,
        smtp_user=secrets.read_name("SMTP_USER"),
        smtp_password=secrets.read("SMTP_PASSWORD"),
        imap_user=secrets.read_name("IMAP_USER"),
        imap_password=secrets.read("IMAP_PASSWORD"),
        networks=_network_settings(declared, folder, secrets),
        secrets=secrets.values(),
        file=file,
    )


def load_own_packs(file: Path, environment: Mapping[str, str] = os.environ) -> Sequence[Path]:
    """The acts of one's own, from settings that may not say yet whom to audit. Raises ConfigError
    with the other faults of the file.
    """
    rules: Rules = read(file, environment, names_whom=False).rules
    return _with_packs(rules, file).packs


def check_workers(settings: Settings) -> None:
    """ConfigError where no run can be shared out: the queue lives in PostgreSQL."""
    backend = make_url(settings.storage.database).get_backend_name()
    if backend == SQLITE:
        raise ConfigError([f"{settings.file}: {NO_QUEUE}"])
    if find_spec("procrastinate") is None:
        raise ConfigError([INSTALL])


def _network_settings(declared: Any, folder: Path, secrets: Secrets) -> Mapping[str, Any]:
    """By slug. Raises ConfigError with what is wrong in any of them."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    for slug, network in networks().items():
        known = _with_lent_roots(dict(getattr(declared, slug)), declared)
        known |= {name: _secret(network, name, secrets) for name in network.secrets}
        known |= {name: _anchor(one, folder) for name, one in known.items()}
        try:
            found[slug] = network.settings(**known)
        except ValueError as error:
            faults += [f"[{slug}] {line}" for line in str(error).splitlines()]
        except OSError as error:
            faults.append(f"[{slug}] {error.filename}: {in_russian(error)}")
    if faults:
        raise ConfigError(faults)
    return found


def _with_lent_roots(known: dict[str, Any], declared: Any) -> dict[str, Any]:
    """Who signs sites signs servers of networks too: a network that names no roots of its own
    trusts those of sites."""
    lent = getattr(getattr(declared, SITE, None), ROOTS, None)
    return {**known, ROOTS: lent} if ROOTS in known and known[ROOTS] is None else known


def _anchor(value: Any, folder: Path) -> Any:
    """A path is one from the file's folder; an empty one is none."""
    if not isinstance(value, Path):
        return value
    return folder / value if value != Path() else None


def _secret(network: Network, name: str, secrets: Secrets) -> str:
    read = secrets.read_many if name in network.many else secrets.read
    return read(network.secrets[name])


def _anchor_storage(storage: Storage, folder: Path) -> Storage:
    database = storage.database
    prefix = "sqlite:///"
    if database.startswith(prefix) and not database.startswith((f"{prefix}/", f"{prefix}file:")):
        database = f"{prefix}{folder / database.removeprefix(prefix)}"
    anchored = {"database": database, "evidence": folder / storage.evidence}
    return storage.model_copy(update=anchored)


def _check_own_folder(declared: Any, file: Path) -> None:
    """A copy that is put back replaces the folder of evidence as a whole."""
    storage, folder = _anchor_storage(declared.storage, file.parent), file.parent
    own = storage.evidence.resolve()
    database = make_url(storage.database)
    others = [file, folder / declared.reports.directory, *(folder / at for at in declared.registry)]
    if database.get_backend_name() == SQLITE and database.database:
        others.append(Path(database.database))
    if inside := [one for one in others if one.resolve().is_relative_to(own)]:
        raise ConfigError([HOLDS_OTHERS.format(folder=own, other=inside[0])])


def _anchor_reports(reports: Reports, folder: Path) -> Reports:
    return reports.model_copy(update={"directory": folder / reports.directory})


def _with_packs(rules: Rules, file: Path) -> Rules:
    """A pack that is not there would be missed by nobody, and its act judged by nobody."""
    packs = tuple(file.resolve().parent / path for path in rules.packs)
    lost = [number for number, path in enumerate(packs) if not path.is_file()]
    if lost:
        lines = read_toml(file)
        raise ConfigError([_no_pack(file, lines, number, packs[number]) for number in lost])
    return rules.model_copy(update={"packs": packs})


def _no_pack(file: Path, lines: TomlFile, number: int, path: Path) -> str:
    """A list that a variable gives stands on no line."""
    line = lines.line_of(("rules", "packs", number))
    spot = f"{file}:{line}" if line else str(file)
    return f"{spot}: [rules] packs: файла акта {path} нет"


def _with_authority(mail: Mail, folder: Path) -> Mail:
    """Looked at before the first letter: a night is a bad time to find the file missing."""
    if mail.ca_file is None:
        return mail
    return mail.model_copy(update={"ca_file": _roots("[mail] ca_file", folder / mail.ca_file)})


def _with_roots(evidence: EvidenceStamps, folder: Path) -> EvidenceStamps:
    if evidence.tsa_ca_file is None:
        return evidence
    path = _roots("[evidence] tsa_ca_file", folder / evidence.tsa_ca_file)
    return evidence.model_copy(update={"tsa_ca_file": path})


def _roots(setting: str, path: Path) -> Path:
    try:
        certificates_in(path)
    except FileNotFoundError:
        raise ConfigError([f"{setting}: файла {path} нет"]) from None
    except (OSError, RootsError) as error:
        raise ConfigError([f"{setting}: не прочитать {path}: {in_russian(error)}"]) from None
    return path


def _with_password(storage: Storage, password: str) -> Storage:
    return storage.model_copy(update={"database": with_password(storage.database, password)})

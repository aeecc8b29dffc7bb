"""Settings: `config.toml`, overridden by `DOZOR_SECTION__KEY`; secrets from the environment.

    ConfigError
    └── raised with every fault of the file at once, in Russian, ready to print

A section of a network (`[vk]`) holds the fields of that network's settings dataclass, so a new
network brings its own settings along. Secrets never stand in the file: they come from an
environment variable, or from the file that NAME_FILE names.
"""

from __future__ import annotations

import logging
import os
import re
import ssl
import stat
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_type_hints
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url

from collectors.model import Network
from collectors.networks import networks
from monitor.logs import hide
from monitor.mailboxes import address_of
from monitor.storage.addresses import (
    INSTALL,
    SQLITE,
    passwords_of,
    usable_address,
    with_password,
)
from monitor.system_errors import in_russian
from rules.toml_lines import TomlError, read_toml

log = logging.getLogger(__name__)

_BETWEEN = re.compile(r"[\s,;]+")  # between secrets, of which no one holds any of these
WEEKDAY_DIGITS = (
    "дни недели пишутся словами (mon, tue, wed, thu, fri, sat, sun): "
    "цифры разные программы считают по-разному"
)
DATABASE_PASSWORD = "DATABASE_PASSWORD"
NO_QUEUE = (
    "рабочие процессы делят проверку через PostgreSQL, а [storage] database — SQLite. "
    "Перенести базу: dozor storage move; без рабочих процессов: dozor audit, dozor serve"
)
NO_FILE = "файла настроек нет. Укажите его: dozor --config ФАЙЛ, или создайте config.toml"


class ConfigError(Exception):
    """The settings cannot be used; the text tells where and what to write instead."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Storage(Section):
    database: str = Field(default="sqlite:///var/dozor.db", repr=False)  # may hold a password
    evidence: Path = Path("var/evidence")
    evidence_days: int = Field(default=365, ge=0)

    @field_validator("database")
    @classmethod
    def _is_address(cls, written: str) -> str:
        return usable_address(written)


class Reports(Section):
    directory: Path = Path("var/reports")


class Rules(Section):
    freshness_days: PositiveInt = 7
    mass_change_share: float = Field(default=0.2, gt=0, le=1)


class Workers(Section):
    """How a run is shared out where workers share it (PostgreSQL only)."""

    pages: PositiveInt = 500  # of a batch
    heartbeat_seconds: PositiveInt = 10  # after three without one, a worker's batch is another's


class Schedule(Section):
    nightly: str = "0 3 * * *"
    weekly: str = ""  # when the deputy head gets the week in one letter; "": never
    timezone: ZoneInfo = ZoneInfo("Europe/Moscow")

    @field_validator("nightly", "weekly")
    @classmethod
    def _is_cron(cls, written: str, given: ValidationInfo) -> str:
        if written or given.field_name == "nightly":
            cron_trigger(written, ZoneInfo("UTC"))
        return written

    def trigger(self) -> CronTrigger:
        return cron_trigger(self.nightly, self.timezone)

    def weekly_trigger(self) -> CronTrigger | None:
        return cron_trigger(self.weekly, self.timezone) if self.weekly else None


def cron_trigger(written: str, timezone: ZoneInfo) -> CronTrigger:
    """Five fields, or six with seconds first. ValueError with a Russian hint.

    APScheduler counts weekday digits from Monday = 0, cron from Sunday = 0, so a digit would
    quietly run on another day than the one meant: digits are refused.
    """
    parts = written.split()
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != 6:
        raise ValueError("нужно пять полей, как в cron, или шесть с секундами впереди")
    if any(sign.isdigit() for sign in parts[5].split("/")[0]):
        raise ValueError(WEEKDAY_DIGITS)
    names = ("second", "minute", "hour", "day", "month", "day_of_week")
    return CronTrigger(timezone=timezone, **dict(zip(names, parts, strict=True)))


Every = Literal["night", "week", "month"]
Encryption = Literal["none", "starttls", "implicit"]


class TownMail(Section):
    """Who gets the report of one municipality only, and no other's."""

    recipients: tuple[str, ...] = Field(min_length=1)
    report_every: Every = "night"

    @field_validator("recipients")
    @classmethod
    def _is_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            address_of(one)
        return value


class Mail(Section):
    """Who gets what, and how often at most: the deputy head, the institutions, the ЦУР."""

    host: str = "localhost"
    port: PositiveInt = 25
    starttls: bool = False
    tls: Encryption | None = None  # says it all where it stands: `starttls` knows no port 465
    ca_file: Path | None = None  # trusted beside what the system trusts
    sender: str = "dozor@example.org"
    recipients: tuple[str, ...] = ()
    report_every: Every = "night"
    municipalities: Mapping[str, TownMail] = Field(default_factory=dict)  # by their id
    institutions: bool = False  # a letter to each institution's own first registered address
    institutions_every: Every = "week"
    cur: tuple[str, ...] = ()  # who gets the table of the ЦУР
    cur_every: Every = "month"
    operator: str | None = None
    timeout: PositiveInt = 30

    @field_validator("sender", "operator", "recipients", "cur")
    @classmethod
    def _is_address(cls, value: Any) -> Any:
        for one in (value,) if isinstance(value, str) else value or ():
            address_of(one)
        return value

    @property
    def deputies(self) -> tuple[str, ...]:
        """Everybody who gets a report: of the whole, or of a municipality."""
        towns = (one for town in self.municipalities.values() for one in town.recipients)
        return (*self.recipients, *towns)

    @property
    def encryption(self) -> Encryption:
        return self.tls or ("starttls" if self.starttls else "none")

    @model_validator(mode="after")
    def _encrypts_one_way(self) -> Mail:
        if self.starttls and self.tls not in (None, "starttls"):
            raise ValueError(f'starttls = true и tls = "{self.tls}" спорят: оставьте одно из двух')
        if self.ca_file and self.encryption == "none":
            raise ValueError("ca_file без шифрования не действует: включите starttls или tls")
        return self

    @model_validator(mode="after")
    def _tells_the_deputy_first(self) -> Mail:
        if self.institutions and not self.deputies:
            raise ValueError(
                "institutions = true: учреждениям пишут после отчёта руководителю, "
                "укажите его адрес в recipients"
            )
        return self


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
    smtp_user: str
    smtp_password: str
    networks: Mapping[str, Any]
    secrets: tuple[str, ...]  # values that must never be stored or printed
    file: Path


def load_settings(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `file` and the environment. Raises ConfigError with all faults at once."""
    if not file.is_file():
        raise ConfigError([f"{file}: {NO_FILE}"])
    declared = _read(file, environment)
    secrets = _Secrets(environment)
    secrets.add(passwords_of(declared.storage.database))
    folder = file.resolve().parent
    found = networks()
    return Settings(
        registry=tuple(folder / path for path in declared.registry),
        storage=_with_password(
            _anchored(declared.storage, folder), secrets.read(DATABASE_PASSWORD)
        ),
        reports=Reports(directory=folder / declared.reports.directory),
        rules=declared.rules,
        workers=declared.workers,
        schedule=declared.schedule,
        mail=_with_authority(declared.mail, folder),
        smtp_user=secrets.read_name("SMTP_USER"),
        smtp_password=secrets.read("SMTP_PASSWORD"),
        networks={
            slug: _network_settings(network, getattr(declared, slug), secrets)
            for slug, network in found.items()
        },
        secrets=secrets.values(),
        file=file,
    )


def demand_workers(settings: Settings) -> None:
    """ConfigError where no run can be shared out: the queue lives in PostgreSQL."""
    backend = make_url(settings.storage.database).get_backend_name()
    if backend == SQLITE:
        raise ConfigError([f"{settings.file}: {NO_QUEUE}"])
    if find_spec("procrastinate") is None:
        raise ConfigError([INSTALL])


def _read(file: Path, environment: Mapping[str, str]) -> Any:
    try:
        lines = read_toml(file)
    except TomlError as error:
        raise ConfigError([str(error)]) from None
    try:
        return _declaration(file, environment)()
    except SettingsError as error:
        raise ConfigError([f"окружение: {error}; список пишется как JSON"]) from None
    except ValidationError as error:
        raise ConfigError([_told(file, lines, one) for one in error.errors()]) from None


def _told(file: Path, lines: Any, error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    where = lines.line_of(error["loc"])
    spot = f"{file}:{where}" if where else str(file)
    return f"{spot}: [{place}] {_words(error)}"


def _words(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "такой настройки нет: проверьте имя по docs/configuration.md"
    if error["type"] == "missing":
        return "обязательная настройка не указана"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"значение {error['input']!r} не подходит ({error['msg']})"


def _declaration(file: Path, environment: Mapping[str, str]) -> type[BaseSettings]:
    """The settings model: our sections, and one for every installed network."""
    variables = {name.lower(): value for name, value in environment.items()}

    class Declared(BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix="DOZOR_", env_nested_delimiter="__", extra="forbid", frozen=True
        )
        registry: tuple[Path, ...] = Field(min_length=1)
        storage: Storage = Storage()
        reports: Reports = Reports()
        rules: Rules = Rules()
        workers: Workers = Workers()
        schedule: Schedule = Schedule()
        mail: Mail = Mail()

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            given = EnvSettingsSource(settings_cls)
            given.env_vars = variables  # not always those of this process
            return given, TomlConfigSettingsSource(settings_cls, toml_file=file)

    sections: dict[str, Any] = {
        slug: (model, model()) for slug, model in _network_sections().items()
    }
    return create_model("Settings", __base__=Declared, **sections)


def _network_sections() -> Mapping[str, type[Section]]:
    return {slug: _section_of(network) for slug, network in networks().items()}


def _section_of(network: Network) -> type[Section]:
    """A section with the fields of the network's settings, its secrets left out."""
    hints = get_type_hints(network.settings)
    known: dict[str, Any] = {
        one.name: (hints[one.name], _default(one))
        for one in fields(network.settings)
        if one.name not in network.secrets
    }
    return create_model(f"{network.slug.title()}Section", __base__=Section, **known)


def _default(one: Any) -> Any:
    return one.default if one.default is not MISSING else one.default_factory()


def _network_settings(network: Network, section: Section, secrets: _Secrets) -> Any:
    known = {name: getattr(section, name) for name in type(section).model_fields}
    hidden = {
        name: secrets.read_many(variable) if name in network.many else secrets.read(variable)
        for name, variable in network.secrets.items()
    }
    try:
        return network.settings(**known, **hidden)
    except ValueError as error:
        raise ConfigError([f"[{network.slug}] {error}"]) from None


def _anchored(storage: Storage, folder: Path) -> Storage:
    database = storage.database
    prefix = "sqlite:///"
    if database.startswith(prefix) and not database.startswith((f"{prefix}/", f"{prefix}file:")):
        database = f"{prefix}{folder / database.removeprefix(prefix)}"
    anchored = {"database": database, "evidence": folder / storage.evidence}
    return storage.model_copy(update=anchored)


def _with_authority(mail: Mail, folder: Path) -> Mail:
    """Looked at before the first letter: a night is a bad time to find the file missing."""
    if mail.ca_file is None:
        return mail
    path = folder / mail.ca_file
    try:
        ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        raise ConfigError([f"[mail] ca_file: файла {path} нет"]) from None
    except OSError as error:  # ssl.SSLError is one
        why = "в нём нет сертификатов PEM" if isinstance(error, ssl.SSLError) else in_russian(error)
        raise ConfigError([f"[mail] ca_file: не прочитать {path}: {why}"]) from None
    return mail.model_copy(update={"ca_file": path})


def _with_password(storage: Storage, password: str) -> Storage:
    return storage.model_copy(update={"database": with_password(storage.database, password)})


def _parts(value: str) -> list[str]:
    """A network that does not say so may take several all the same."""
    return [part.strip() for part in re.split(r"[,\n]", value)]


class _Secrets:
    """Reads secrets once. What was read is hidden at once: an error may quote it right away."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._values: set[str] = set()

    def read(self, variable: str) -> str:
        value = self._find(variable).strip()
        self.add((value, *_parts(value)))
        return value

    def read_many(self, variable: str) -> str:
        values = _BETWEEN.split(self._find(variable).strip())
        self.add(values)
        return ",".join(filter(None, values))

    def read_name(self, variable: str) -> str:
        """No secret: it may be an office's address, which stands on its pages too."""
        return self._find(variable).strip()

    def add(self, values: Iterable[str]) -> None:
        self._values.update(filter(None, values))
        hide(self._values)

    def values(self) -> tuple[str, ...]:
        return tuple(sorted(self._values, key=lambda one: (-len(one), one)))

    def _find(self, variable: str) -> str:
        named = self._environment.get(f"{variable}_FILE")
        if not named:
            return self._environment.get(variable, "")
        try:
            text = Path(named).read_text("utf-8-sig")
        except UnicodeDecodeError:
            told = f"{variable}_FILE: {named}: это не текст в UTF-8; сохраните файл заново"
            raise ConfigError([told]) from None
        except OSError as error:
            told = f"{variable}_FILE: не прочитать {named}: {in_russian(error)}"
            raise ConfigError([told]) from None
        if Path(named).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            log.warning("%s is readable by others: chmod 600 %s", variable, named)
        return text

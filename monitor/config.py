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
import stat
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
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
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url

from collectors.errors import OperatorError
from collectors.model import Network
from collectors.networks import networks
from collectors.roots import RootsError, certificates_in
from monitor.clocks.ntp import address
from monitor.errors.system import in_russian
from monitor.logs import hide
from monitor.registry.mailboxes import address_of, is_server
from monitor.storage.addresses import (
    INSTALL,
    SQLITE,
    passwords_of,
    usable_address,
    with_password,
)
from rules.cases.terms import CaseTerms
from rules.model import Severity
from rules.toml_lines import TomlError, read_toml

log = logging.getLogger(__name__)

_BETWEEN = re.compile(r"[\s,;]+")  # between secrets, of which no one holds any of these
WEEKDAY_DIGITS = (
    "дни недели пишутся словами (mon, tue, wed, thu, fri, sat, sun): "
    "цифры разные программы считают по-разному"
)
WEEKDAY_STEP = (
    "шаг в днях недели разные программы отсчитывают по-разному: перечислите дни, "
    "например mon,wed,fri"
)
DAY_AND_WEEKDAY = (
    "день месяца и день недели вместе разные программы понимают по-разному (одни «и», другие "
    "«или»): оставьте одно из двух, на месте другого поставьте *"
)
AFTER_NAME = (
    "«{written}»: имя — это три буквы, после него ничего не пишется, шаг тоже; перечислите через "
    "запятую, например mon,wed,fri или jan,apr,jul,oct"
)
NO_TEXT = "в тексте стоит знак с кодом 0: наберите значение заново"
MOST_DAYS = 36_500  # a date that many days ago is still one
HOLDS_OTHERS = (
    "[storage] evidence: в папке материалов {folder} лежит {other}, а копия и восстановление берут "
    "эту папку целиком; укажите отдельную, например var/evidence"
)
CRON_FIELDS = {
    "second": "секунды",
    "minute": "минуты",
    "hour": "часы",
    "day": "день месяца",
    "month": "месяц",
    "day_of_week": "день недели",
}
NAME_WITH_MORE = re.compile(r"(?!(?:[a-z]{3}(?:-[a-z]{3})?|last)$).*[a-z].*")
CRON_EXAMPLES = "пишите, например, «0 3 * * *» (ночью в три) или «0 8 * * mon» (понедельник, 8:00)"
DATABASE_PASSWORD = "DATABASE_PASSWORD"
NO_QUEUE = (
    "рабочие процессы делят проверку через PostgreSQL, а [storage] database — SQLite. "
    "Перенести базу: dozor storage move; без рабочих процессов: dozor audit, dozor serve"
)
# Beginnings of pydantic's kinds of errors, the longer first.
WANTED = {
    "int_": "нужно целое число",
    "float_": "нужно число",
    "finite_number": "нужно обычное число",
    "bool_": "нужно true или false",
    "string_too_short": "текст не может быть пустым",
    "string_": "нужен текст в кавычках",
    "path_": "нужен путь в кавычках",
    "tuple_": 'нужен список в квадратных скобках, например ["…"]',
    "list_": 'нужен список в квадратных скобках, например ["…"]',
    "too_short": "список не может быть пустым",
    "greater_than_equal": "нужно число не меньше {ge}",
    "greater_than": "нужно число больше {gt}",
    "less_than_equal": "нужно число не больше {le}",
    "less_than": "нужно число меньше {lt}",
    "literal_error": "пишите одно из: {expected}",
    "model_": "нужен раздел: строка [{loc}], под ней настройки",
    "mapping_": "нужен раздел: строка [{loc}], под ней настройки",
    "dict_": "нужен раздел: строка [{loc}], под ней настройки",
    "zoneinfo_": "такого часового пояса нет: пишите, например, Asia/Tomsk",
}
UNREAD_SECTION = re.compile(r'(?<=field ")\w+')
AS_JSON = (
    """список пишется как JSON, например DOZOR_VK__CONTROL_PAGES='["https://vk.com/club1"]', """
    "а раздел целиком одной переменной не задаётся"
)
NO_FILE = "файла настроек нет. Укажите его: dozor --config ФАЙЛ, или создайте config.toml"


class ConfigError(OperatorError):
    """The settings cannot be used; the lines tell where and what to write instead."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_of_its_kind(cls, given: Any, about: ValidationInfo) -> Any:
        """What would be read as another kind: `keep_days = true` would be one day."""
        wanted = cls.model_fields[about.field_name or ""].annotation
        if isinstance(given, bool) and wanted in (int, float):
            raise PydanticCustomError("int_type" if wanted is int else "float_type", "no number")
        if isinstance(given, str) and "\0" in given:
            raise ValueError(NO_TEXT)
        return given


class Storage(Section):
    database: str = Field(default="sqlite:///var/dozor.db", repr=False)  # may hold a password
    evidence: Path = Path("var/evidence")
    evidence_days: int = Field(default=365, ge=0, le=MOST_DAYS)

    @field_validator("database")
    @classmethod
    def _is_address(cls, written: str) -> str:
        return usable_address(written)


class Reports(Section):
    directory: Path = Path("var/reports")
    keep_days: int = Field(default=90, ge=0, le=MOST_DAYS)  # what the nights wrote; 0: for ever


class Rules(Section):
    freshness_days: PositiveInt = Field(default=7, le=MOST_DAYS)
    mass_change_share: float = Field(default=0.2, gt=0, le=1)


class Workers(Section):
    """How a run is shared out where workers share it (PostgreSQL only)."""

    pages: PositiveInt = Field(default=500, le=1_000_000)  # of a batch
    # after three without one, a worker's batch is another's
    heartbeat_seconds: PositiveInt = Field(default=10, le=3600)


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

    What APScheduler reads otherwise than cron, or reads in part only, is refused: it counts
    weekday digits, and steps over weekdays, from Monday = 0, it asks for the day of the month AND
    the weekday where cron takes either, and it leaves out in silence whatever follows a name.
    """
    parts = written.lower().split()
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != 6:
        raise ValueError("нужно пять полей, как в cron, или шесть с секундами впереди")
    _check_one_reading(*parts[3:])
    fields = dict(zip(CRON_FIELDS, parts, strict=True))
    for name, part in fields.items():
        _check_readable(name, part)
    trigger = CronTrigger(timezone=timezone, **fields)
    if trigger.get_next_fire_time(None, datetime.now(timezone)) is None:
        raise ValueError(f"расписание «{written}»: такого дня не бывает; {CRON_EXAMPLES}")
    return trigger


def _check_readable(name: str, written: str) -> None:
    try:
        CronTrigger(timezone=UTC, **{name: written})
    except ValueError:
        told = f"{CRON_FIELDS[name]}: «{written}» не бывает"
        raise ValueError(f"{told}; {CRON_EXAMPLES}") from None


def _check_one_reading(day: str, month: str, weekday: str) -> None:
    if any(sign.isdigit() for sign in weekday.partition("/")[0]):
        raise ValueError(WEEKDAY_DIGITS)
    if "/" in weekday:
        raise ValueError(WEEKDAY_STEP)
    if day != "*" and weekday != "*":
        raise ValueError(DAY_AND_WEEKDAY)
    for one in ",".join((day, month, weekday)).split(","):
        if NAME_WITH_MORE.fullmatch(one):
            raise ValueError(AFTER_NAME.format(written=one))


Every = Literal["night", "week", "month"]
Encryption = Literal["none", "starttls", "implicit"]


def each_once(addresses: Iterable[str]) -> tuple[str, ...]:
    """Nobody is written twice for having been named twice; mail knows no capitals in practice."""
    found: dict[str, str] = {}
    for one in addresses:
        found.setdefault(one.casefold(), one)
    return tuple(found.values())


class TownMail(Section):
    """Who gets the report of one municipality only, and no other's."""

    recipients: tuple[str, ...] = Field(min_length=1)
    report_every: Every = "night"

    @field_validator("recipients")
    @classmethod
    def _is_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            address_of(one)
        return each_once(value)


class Mail(Section):
    """Who gets what, and how often at most: the deputy head, the institutions, the ЦУР."""

    host: str = "localhost"
    port: int = Field(default=25, ge=1, le=65535)
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
    timeout: int = Field(default=30, ge=1, le=600)
    keep_days: int = Field(default=90, ge=0, le=MOST_DAYS)  # the text of what was sent; 0: for ever

    @field_validator("sender", "operator", "recipients", "cur")
    @classmethod
    def _is_address(cls, value: Any) -> Any:
        for one in (value,) if isinstance(value, str) else value or ():
            address_of(one)
        return each_once(value) if isinstance(value, tuple) else value

    @field_validator("host")
    @classmethod
    def _is_host(cls, written: str) -> str:
        if not is_server(written):
            raise ValueError(
                f"«{written}» — не имя сервера: пишите его одно, например mail.town.ru, "
                "а номер порта — в port"
            )
        return written

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


class Cases(Section):
    """By when the administration wants a case settled, and when it reminds of it."""

    workdays: Mapping[Severity, PositiveInt] = Field(default_factory=dict)  # by severity
    remind_workdays: int = Field(default=3, ge=0, le=MOST_DAYS)

    @field_validator("workdays")
    @classmethod
    def _has_terms(cls, given: Mapping[Severity, int]) -> Mapping[Severity, int]:
        """What is only for information has none, whatever is written."""
        if Severity.INFO in given:
            raise ValueError("у сведений (info) срока не бывает: уберите info")
        return given

    @property
    def terms(self) -> CaseTerms:
        """Severities that the settings do not name keep their usual terms."""
        usual = CaseTerms()
        named = {str(severity): days for severity, days in self.workdays.items()}
        return CaseTerms({**usual.workdays, **named}, self.remind_workdays)


class Clock(Section):
    """Who else knows the time."""

    ntp_server: str = ""  # asked before anything is removed; "": nobody

    @field_validator("ntp_server")
    @classmethod
    def _is_server(cls, written: str) -> str:
        if written and not is_server(_host_of(written)):
            raise ValueError(
                f"«{written}» — не сервер времени: пишите имя, например ntp.town.ru, "
                "и, если порт не 123, его через двоеточие"
            )
        return written


class EvidenceStamps(Section):
    """Who sets a stamp over what was kept (RFC 3161); "": nobody."""

    tsa_url: str = ""
    tsa_ca_file: Path | None = None  # the roots by which its signature is checked

    @field_validator("tsa_url")
    @classmethod
    def _is_url(cls, written: str) -> str:
        if written and not re.fullmatch(r"https?://[^\s/@]+\S*", written):
            raise ValueError(
                f"«{written}» — не адрес службы штампов времени: пишите целиком, "
                "например http://tsa.example.org/tsr"
            )
        return written


def _host_of(written: str) -> str:
    try:
        return address(written)[0]
    except ValueError:
        return ""


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
    _demand_own_folder(declared, file.resolve())
    return Settings(
        registry=tuple(folder / path for path in declared.registry),
        storage=_with_password(
            _anchored(declared.storage, folder), secrets.read(DATABASE_PASSWORD)
        ),
        reports=_anchored_reports(declared.reports, folder),
        rules=declared.rules,
        workers=declared.workers,
        schedule=declared.schedule,
        mail=_with_authority(declared.mail, folder),
        cases=declared.cases,
        clock=declared.clock,
        evidence=_with_roots(declared.evidence, folder),
        smtp_user=secrets.read_name("SMTP_USER"),
        smtp_password=secrets.read("SMTP_PASSWORD"),
        networks=_network_settings(declared, folder, secrets),
        secrets=secrets.values(),
        file=file,
    )


def check_workers(settings: Settings) -> None:
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
        raise ConfigError([_unread_variables(error, environment)]) from None
    except ValidationError as error:
        raise ConfigError([_told(file, lines, one) for one in error.errors()]) from None


def _unread_variables(error: SettingsError, environment: Mapping[str, str]) -> str:
    """pydantic-settings names the section, in English; those who set the variable look for it."""
    section = (UNREAD_SECTION.search(str(error)) or [str(error)])[0]
    names = [one for one in environment if one.upper().startswith(f"DOZOR_{section.upper()}")]
    told = ", ".join(sorted(names)) or section
    return f"окружение: не прочитать {told}: {AS_JSON}"


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
    for kind, wanted in WANTED.items():
        if error["type"].startswith(kind):
            context = {name: _in_words(one) for name, one in error.get("ctx", {}).items()}
            told = wanted.format(**{"loc": error["loc"][-1], **context})
            return f"значение {error['input']!r} не подходит: {told}"
    return f"значение {error['input']!r} не подходит ({error['msg']})"


def _in_words(value: object) -> object:
    """pydantic's list of words: 'night', 'week' or 'month'."""
    return value.replace(" or ", " или ") if isinstance(value, str) else value


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
        cases: Cases = Cases()
        clock: Clock = Clock()
        evidence: EvidenceStamps = EvidenceStamps()

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


def _network_settings(declared: Any, folder: Path, secrets: _Secrets) -> Mapping[str, Any]:
    """By slug. Raises ConfigError with what is wrong in any of them."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    for slug, network in networks().items():
        known = dict(getattr(declared, slug))
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


def _anchor(value: Any, folder: Path) -> Any:
    """A path is one from the file's folder; an empty one is none."""
    if not isinstance(value, Path):
        return value
    return folder / value if value != Path() else None


def _secret(network: Network, name: str, secrets: _Secrets) -> str:
    read = secrets.read_many if name in network.many else secrets.read
    return read(network.secrets[name])


def _anchored(storage: Storage, folder: Path) -> Storage:
    database = storage.database
    prefix = "sqlite:///"
    if database.startswith(prefix) and not database.startswith((f"{prefix}/", f"{prefix}file:")):
        database = f"{prefix}{folder / database.removeprefix(prefix)}"
    anchored = {"database": database, "evidence": folder / storage.evidence}
    return storage.model_copy(update=anchored)


def _demand_own_folder(declared: Any, file: Path) -> None:
    """A copy that is put back replaces the folder of evidence as a whole."""
    storage, folder = _anchored(declared.storage, file.parent), file.parent
    own = storage.evidence.resolve()
    database = make_url(storage.database)
    others = [file, folder / declared.reports.directory, *(folder / at for at in declared.registry)]
    if database.get_backend_name() == SQLITE and database.database:
        others.append(Path(database.database))
    if inside := [one for one in others if one.resolve().is_relative_to(own)]:
        raise ConfigError([HOLDS_OTHERS.format(folder=own, other=inside[0])])


def _anchored_reports(reports: Reports, folder: Path) -> Reports:
    return reports.model_copy(update={"directory": folder / reports.directory})


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
        if self._environment.get(variable):
            log.warning("%s is not heeded: %s_FILE is set, too", variable, variable)
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

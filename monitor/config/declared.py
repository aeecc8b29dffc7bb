"""What the file and the environment declare: our sections, and one for every installed network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import Field, ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from collectors.model import Network
from collectors.networks import networks
from monitor.config.desk import DeskSettings
from monitor.config.faults import ConfigError, fault_line, unread_variables
from monitor.config.mail import Mail
from monitor.config.schedule import Schedule
from monitor.config.sections import (
    Cases,
    Clock,
    EvidenceStamps,
    Reports,
    Rules,
    Section,
    Storage,
    Workers,
)
from rules.toml_lines import TomlError, read_toml


def read(file: Path, environment: Mapping[str, str], *, names_whom: bool = True) -> Any:
    """Raises ConfigError with every fault of the file at once. `names_whom`: that no registry is
    named is one; the law alone can be read without.
    """
    try:
        lines = read_toml(file)
    except TomlError as error:
        raise ConfigError([str(error)]) from None
    try:
        return _declaration(file, environment, names_whom=names_whom)()
    except SettingsError as error:
        raise ConfigError([unread_variables(error, environment)]) from None
    except ValidationError as error:
        raise ConfigError([fault_line(file, lines, one) for one in error.errors()]) from None


def _declaration(
    file: Path, environment: Mapping[str, str], *, names_whom: bool
) -> type[BaseSettings]:
    """The settings model: our sections, and one for every installed network."""
    variables = {name.lower(): value for name, value in environment.items()}
    whom: Any = Field(min_length=1) if names_whom else Field(default=())

    class Declared(BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix="DOZOR_", env_nested_delimiter="__", extra="forbid", frozen=True
        )
        registry: tuple[Path, ...] = whom
        storage: Storage = Storage()
        reports: Reports = Reports()
        rules: Rules = Rules()
        workers: Workers = Workers()
        schedule: Schedule = Schedule()
        mail: Mail = Mail()
        cases: Cases = Cases()
        clock: Clock = Clock()
        evidence: EvidenceStamps = EvidenceStamps()
        desk: DeskSettings = DeskSettings()

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


def _default(setting: Any) -> Any:
    return setting.default if setting.default is not MISSING else setting.default_factory()
